"""Scores of forecasts against closed forms and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from almoner.analysis.assurance import scores


def test_the_score_of_draws_is_its_definition_over_all_pairs() -> None:
    rng = np.random.default_rng(1)
    draws = rng.normal(size=41)
    by_pairs = np.abs(draws - 0.3).mean() - 0.5 * np.abs(draws[:, None] - draws[None, :]).mean()
    assert scores.crps(draws, 0.3) == pytest.approx(by_pairs, rel=1e-12)


def test_the_score_of_one_value_is_its_absolute_error() -> None:
    assert scores.crps(np.array([2.0]), 3.5) == pytest.approx(1.5)


def test_many_normal_draws_score_as_the_normal_does() -> None:
    """20,000 quantiles of a normal at even steps: the sum differs from the integral by less than one part in a thousand."""
    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000) * 2.0 + 1.0
    assert scores.crps(draws, 2.4) == pytest.approx(scores.crps_normal(1.0, 2.0, 2.4), rel=1e-3)


def test_the_normal_score_at_its_own_mean_is_the_closed_form() -> None:
    """Gneiting and Raftery (2007): sigma (sqrt(2) - 1) / sqrt(pi) at the mean."""
    assert scores.crps_normal(0.0, 1.0, 0.0) == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi), rel=1e-12)


@pytest.mark.parametrize(("hits", "of"), [(12, 15), (1, 15), (0, 9), (59, 84)])
def test_the_interval_of_a_share_holds_the_share_and_solves_the_score_equation(hits: int, of: int) -> None:
    low, high = scores.binomial_interval(hits, of)
    assert low <= hits / of <= high
    for end in (low, high):
        if 0 < end < 1:
            assert abs(hits / of - end) == pytest.approx(1.959963985 * np.sqrt(end * (1 - end) / of), rel=1e-6)
    # The score interval is close to the exact one: at its ends the count is neither certain nor impossible.
    assert binom.cdf(hits, of, low) > 0.5


def test_places_of_outcomes_from_the_forecast_itself_are_covered_as_promised() -> None:
    """2,000 outcomes: a standard error of 0.9 points at 80%, so four of them."""
    rng = np.random.default_rng(2)
    places = [scores.place_in(rng.normal(size=400), rng.normal()) for _ in range(2000)]
    covered = {row["level"]: row["covered"] for row in scores.coverages(places)}
    assert covered[0.8] == pytest.approx(0.8, abs=0.036)
    counts = [row["outcomes"] for row in scores.reliability(places)]
    assert sum(counts) == 2000
    assert max(counts) - min(counts) < 8 * np.sqrt(2000 * 0.2 * 0.8)
