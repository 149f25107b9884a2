"""Shares by prediction-powered inference against theory: bias, coverage, and what a perfect or useless machine gives."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from almoner.voices.consultation.estimates import estimate, in_words, ranks


def population(total: int, base: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a machine's probabilities, miscalibrated on purpose, and the truth."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=total)
    logit = np.log(base / (1 - base))
    truth = (rng.random(total) < 1 / (1 + np.exp(-(1.3 * logit + 2 * trait)))).astype(float)
    return 1 / (1 + np.exp(-(logit + 0.8 + 1.2 * trait))), truth


def audit(total: int, n: int, rng: np.random.Generator) -> np.ndarray:
    audited = np.zeros(total, dtype=bool)
    audited[rng.choice(total, n, replace=False)] = True
    return audited


@pytest.mark.parametrize(("total", "n", "base"), [(800, 60, 0.1), (800, 60, 0.5), (3000, 200, 0.05), (3000, 200, 0.3)])
def test_the_interval_holds_the_true_share_as_often_as_it_says(total: int, n: int, base: float) -> None:
    repeats = 500
    machine, truth = population(total, base, 7)
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(repeats):
        found = estimate(machine, truth, audit(total, n, rng))
        held += found.low <= truth.mean() <= found.high
    # Binomial: three standard errors of 500 trials at 0.95 are 0.029; Wilson's interval is discrete and may be a little wide.
    assert 0.95 - 0.029 <= held / repeats <= 0.995


def test_the_error_is_as_small_as_the_theory_of_the_difference_estimator_says() -> None:
    total, n, repeats = 4000, 300, 600
    machine, truth = population(total, 0.25, 3)
    rng = np.random.default_rng(4)
    errors = [estimate(machine, truth, audit(total, n, rng)).share - truth.mean() for _ in range(repeats)]
    slope = np.cov(truth, machine, ddof=1)[0, 1] / np.var(machine, ddof=1)
    power = min(1.0, slope)
    theory = np.sqrt((1 - n / total) * np.var(truth - power * machine, ddof=1) / n)
    # The standard deviation of 600 draws is known to 1/sqrt(1200) = 3%; three of these, and 1% for estimating the slope.
    assert np.std(errors) == pytest.approx(theory, rel=0.10)
    # The mean error of 600 draws: three standard errors, and the bias of a ratio, of order 1/n of the spread.
    assert abs(np.mean(errors)) < 3 * theory / np.sqrt(repeats) + theory / n * 10


def test_the_estimate_is_exactly_unbiased_over_all_samples_when_the_machine_is_useless() -> None:
    truth = (np.arange(22) % 3 == 0).astype(float)
    shares = []
    for left_out in combinations(range(22), 2):
        audited = np.ones(22, dtype=bool)
        audited[list(left_out)] = False
        shares.append(estimate(np.full(22, 0.5), truth, audited).share)
    assert np.mean(shares) == pytest.approx(truth.mean(), abs=1e-12)


def test_a_machine_that_says_nothing_leaves_the_sample_mean() -> None:
    _, truth = population(500, 0.3, 1)
    audited = audit(500, 80, np.random.default_rng(2))
    found = estimate(np.full(500, 0.4), truth, audited)
    assert found.power == 0
    assert found.share == pytest.approx(truth[audited].mean())


def test_a_machine_that_is_always_right_gives_the_true_share() -> None:
    _, truth = population(500, 0.3, 1)
    found = estimate(truth, truth, audit(500, 80, np.random.default_rng(2)))
    assert found.share == pytest.approx(truth.mean())
    assert found.power == pytest.approx(1)


def test_an_audit_of_every_answer_is_a_count_without_an_interval() -> None:
    machine, truth = population(50, 0.3, 1)
    found = estimate(machine, truth, np.ones(50, dtype=bool))
    assert found.share == found.low == found.high == pytest.approx(truth.mean())


def test_too_small_an_audit_gives_no_share() -> None:
    machine, truth = population(500, 0.3, 1)
    found = estimate(machine, truth, audit(500, 19, np.random.default_rng(0)))
    assert (found.share, found.low, found.high) == (None, None, None)
    assert found.machine_only == pytest.approx(machine.mean())


def test_what_was_counted_bounds_the_interval() -> None:
    truth = np.zeros(100)
    truth[:30] = 1
    audited = np.zeros(100, dtype=bool)
    audited[:60] = True
    found = estimate(np.linspace(0, 1, 100), truth, audited)
    assert found.low >= 0.30
    assert found.high <= 0.70


def test_words_say_no_more_than_the_whole_interval() -> None:
    assert in_words(0.51, 0.6) == "most"
    assert in_words(0.3, 0.6) == "many"
    assert in_words(0.12, 0.3) == "some"
    assert in_words(0.01, 0.09) == "a few"
    assert in_words(0.05, 0.2) == "between a few and some"


def test_themes_whose_intervals_overlap_share_a_rank() -> None:
    low, high = np.array([0.5, 0.3, 0.32, 0.1]), np.array([0.6, 0.4, 0.45, 0.2])
    assert ranks(low, high, (low + high) / 2) == ["1", "2-3", "2-3", "4"]
