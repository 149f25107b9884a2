"""Unit costs: ratios whose answer is known, and costs that add up."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.value import ratio_of_means, value_for_money
from almoner.policies.base import PAYERS
from almoner.policies.registry import make
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.run import run_study
from almoner.study.scenario import Scenario, load_scenario


def test_a_ratio_of_means_is_the_ratio_and_not_the_mean_of_ratios() -> None:
    cost, effect = np.array([10.0] * 8), np.array([1.0, 4.0] * 4)
    found = ratio_of_means(cost, effect)
    assert found is not None
    assert found.value == pytest.approx(10 / 2.5)
    assert np.mean(cost / effect) == pytest.approx(6.25)


def test_the_interval_of_the_mean_covers_the_truth_as_often_as_it_says() -> None:
    """300 trials of 40 draws: 80% coverage has a standard error of 2.3 points; this bootstrap is known to run a few low."""
    generator = np.random.default_rng(0)
    covered = 0
    for trial in range(300):
        effect = generator.normal(5, 1, 40)
        found = ratio_of_means(20 * effect / 5 + generator.normal(0, 4, 40), effect, trial)
        assert found is not None
        assert found.mean_low is not None
        assert found.mean_high is not None
        covered += found.mean_low <= 4.0 <= found.mean_high
    assert 0.80 - 0.05 - 3 * 0.023 < covered / 300 < 0.80 + 3 * 0.023


def test_the_spread_over_draws_is_wider_than_that_of_the_mean() -> None:
    generator = np.random.default_rng(1)
    effect = generator.normal(5, 1, 64)
    found = ratio_of_means(generator.normal(20, 3, 64), effect)
    assert found is not None
    assert found.low < found.mean_low < found.value < found.mean_high < found.high  # type: ignore[operator]


@pytest.mark.parametrize("effect", [[1.0, -1.0] * 20, [-3.0, -2.0] * 20, [2.0] * 5])
def test_no_ratio_is_shown_without_an_effect_for_the_better_that_can_be_told(effect: list[float]) -> None:
    """Of either sign, for the worse, or of fewer than six draws."""
    assert ratio_of_means(np.arange(len(effect), dtype=float), np.array(effect)) is None


def test_a_scenario_that_saves_has_a_cost_below_nothing() -> None:
    found = ratio_of_means(np.full(10, -6.0), np.linspace(1, 2, 10))
    assert found is not None
    assert found.value == pytest.approx(-4.0)
    assert found.high is not None
    assert found.high < 0


@pytest.fixture(scope="module")
def rows() -> tuple:
    policies = (
        ("pay_floor", make("pay_floor", {"premium": 3.0, "start": "2025-06"})),
        ("prevention", make("prevention", {"gbp_per_person_65_plus": 100.0, "start": "2025-06"})),
    )
    scenario = Scenario("both", "Both", "", policies)
    return value_for_money(run_study(Study(resolve("Rutland"), (load_scenario("do-nothing"), scenario), 8, 2028)))


def test_payers_and_kinds_of_cost_add_up_to_the_total(rows: tuple) -> None:
    assert [row.year for row in rows] == [2026, 2027, 2028]
    for row in rows:
        assert row.staff.effect + row.programmes.effect == pytest.approx(row.total.effect)
        assert sum(row.by_payer[payer].effect for payer in PAYERS) == pytest.approx(row.total.effect)


def test_what_a_programme_of_assumed_cost_comes_to_is_totalled_apart(rows: tuple) -> None:
    """Prevention's cost has no source; the pay floor has no programme."""
    assert all(row.assumed_programmes == pytest.approx(row.programmes.effect) for row in rows)


def test_unit_costs_are_of_the_shown_cost_and_effect(rows: tuple) -> None:
    last = rows[-1]
    posts, hours = last.unit_costs
    assert posts.of == "filled_posts"
    assert hours.of == "unmet_hours_per_week"
    for one in (posts, hours):
        if one.in_year is None:
            assert one.why_not is not None
        else:
            assert one.in_year.value == pytest.approx(1e6 * last.total.effect / one.effect.effect)
