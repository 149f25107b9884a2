"""Competing exits, keyed counts and the steady stocks of children's social care agree with closed forms and independent tools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy.stats import binom

from almoner.model.children.children_months import expected_care, month_chance
from almoner.model.children.columns import SERVICE
from almoner.model.children.exits import exit_chances, hazard_of_exits
from almoner.model.children.luck import ChildrenDecision, events, key_pair, normals, rounded, uniform
from almoner.model.children.service import care_stay, steady_service


@njit
def _counts(number: int, chance: float, groups: int, month: int) -> np.ndarray:
    key, mate = key_pair(3, 0, 165, month)
    found = np.empty(groups, np.int64)
    for group in range(groups):
        found[group] = events(number, chance, key, mate, group)
    return found


@njit
def _each(numbers: np.ndarray, chance: float, month: int) -> np.ndarray:
    key, mate = key_pair(3, 0, 165, month)
    found = np.empty(len(numbers), np.int64)
    for group in range(len(numbers)):
        found[group] = events(numbers[group], chance, key, mate, group)
    return found


@njit
def _one(number: int, chance: float, group: int) -> int:
    key, mate = key_pair(1, 2, 167, 3)
    return events(number, chance, key, mate, group)


@njit
def _rounded(amount: float, groups: int) -> np.ndarray:
    key, mate = key_pair(5, 0, 171, 1)
    found = np.empty(groups, np.int64)
    for group in range(groups):
        found[group] = rounded(amount, key, mate, group)
    return found


@njit
def _uniforms(groups: int, month: int) -> np.ndarray:
    key, mate = key_pair(3, 0, 165, month)
    found = np.empty(groups)
    for group in range(groups):
        found[group] = uniform(key, mate, group)
    return found


def test_two_exits_of_five_hundredths_a_day_empty_95_percent_in_thirty_days() -> None:
    chances = exit_chances(np.array([0.05, 0.05]), 30.0)
    assert chances.sum() == pytest.approx(1 - np.exp(-3.0), rel=1e-14)
    assert chances.sum() == pytest.approx(0.950, abs=0.0005)
    assert chances[0] == chances[1]


@given(st.lists(st.floats(0, 50), min_size=1, max_size=6), st.floats(0, 10))
def test_competing_exits_never_exceed_everybody_and_never_fall_below_nobody(hazards: list[float], time: float) -> None:
    chances = exit_chances(np.array(hazards), time)
    assert (chances >= 0).all()
    # Each share is rounded once, so the sum may pass 1 by a few units in the last place.
    assert chances.sum() <= 1 + 1e-14


@given(st.floats(0.001, 5), st.floats(0.001, 5), st.integers(1, 400))
def test_cutting_time_into_steps_changes_nothing(first: float, second: float, steps: int) -> None:
    hazards = np.array([first, second])
    left, gone = 1.0, np.zeros(2)
    for _ in range(steps):
        step = exit_chances(hazards, 1.0 / steps)
        gone += left * step
        left *= 1.0 - step.sum()
    # Each of up to 400 steps rounds once: 400 x 2**-52.
    assert gone == pytest.approx(exit_chances(hazards, 1.0), abs=1e-12)


def test_daily_and_monthly_steps_of_keyed_counts_agree_within_their_standard_error() -> None:
    people, groups, days = 40, 4000, 30
    monthly = _counts(people, float(exit_chances(np.array([0.02, 0.03]), days).sum()), groups, 7)
    left = np.full(groups, people)
    daily = float(exit_chances(np.array([0.02, 0.03]), 1.0).sum())
    for day in range(days):
        left = left - _each(left, daily, 100 + day)
    chance = 1 - np.exp(-1.5)
    error = np.sqrt(people * chance * (1 - chance) / groups)
    # Both means estimate the same number; their difference has a standard error of sqrt(2), and four of them are far out.
    assert abs(monthly.mean() - (people - left).mean()) < 4 * np.sqrt(2) * error


@pytest.mark.parametrize(("number", "chance"), [(1, 0.3), (7, 0.02), (250, 0.013), (900, 0.21), (60, 0.8), (3, 0.5)])
def test_a_count_is_the_quantile_of_the_binomial_law_at_its_uniform_number(number: int, chance: float) -> None:
    u = _uniforms(3000, 4)
    expected = binom.ppf(u, number, chance)
    found = _counts(number, chance, 3000, 4)
    # scipy's own sum may cross a step of the law one ulp earlier: such ties are rarer than one in ten thousand.
    assert (found != expected).mean() <= 1e-3


@pytest.mark.parametrize(("number", "chance"), [(5000, 0.08), (40000, 0.02), (30000, 0.6)])
def test_large_groups_keep_mean_and_variance(number: int, chance: float) -> None:
    found, groups = _counts(number, chance, 20_000, 9), 20_000
    variance = number * chance * (1 - chance)
    assert abs(found.mean() - number * chance) < 4 * np.sqrt(variance / groups)
    # The variance of a variance of nearly normal counts is 2 variance**2 / n.
    assert abs(found.var() - variance) < 4 * variance * np.sqrt(2 / groups)


@given(st.integers(0, 400), st.floats(0, 0.45), st.floats(0, 0.45), st.integers(0, 10_000))
def test_more_chance_or_more_people_never_give_fewer_events_at_the_same_luck(number: int, a: float, b: float, group: int) -> None:
    low, high = sorted((a, b))
    fewer, more = _one(number, low, group), _one(number, high, group)
    assert 0 <= fewer <= more <= number
    assert _one(number + 1, low, group) >= fewer


def test_rounding_keeps_the_expected_amount() -> None:
    found = _rounded(2.3, 20_000)
    assert set(found.tolist()) == {2, 3}
    assert abs(found.mean() - 2.3) < 4 * np.sqrt(0.3 * 0.7 / 20_000)


def test_keyed_normals_have_the_moments_of_the_normal_law_and_repeat() -> None:
    groups = np.arange(50_000)
    found = normals(0, 1, ChildrenDecision.PATH, 2, groups)
    assert abs(found.mean()) < 4 / np.sqrt(50_000)
    assert abs(found.var() - 1) < 4 * np.sqrt(2 / 50_000)
    assert (normals(0, 1, ChildrenDecision.PATH, 2, groups[::-1])[::-1] == found).all()


def test_a_steady_stock_has_the_turnover_and_the_share_of_leavers_that_it_was_made_from() -> None:
    ratio, stock = steady_service(0.15, 0.03, 0.667)
    assert stock.sum() == pytest.approx(1.0, rel=1e-12)
    hazards = np.where(np.arange(SERVICE + 1) < SERVICE, 1.0, ratio)
    leavers = stock * hazards
    assert leavers[:SERVICE].sum() / leavers.sum() == pytest.approx(0.667, abs=1e-6)
    assert 0.3 < ratio < 1.0


def test_a_steady_stock_of_children_holds_the_mean_stay_of_those_who_enter() -> None:
    ages = np.full(18, 1 / 18)
    hazards, stock = care_stay(ages, np.array([0.3, 0.4, 0.8]))
    assert (np.diff(hazards) > 0).all()
    for hazard, rate, shares in zip(hazards, (0.3, 0.4, 0.8), stock, strict=True):
        # Endings a child: those who leave and those at 17 who turn 18, at one a year.
        assert hazard + shares[-1] == pytest.approx(rate, rel=1e-9)


def test_expected_children_leave_and_grow_older_without_loss() -> None:
    expected = np.full(18, 10.0)
    left = expected_care(expected, 0.5)
    staying = 180.0 * (1 - month_chance(0.5))
    assert left == pytest.approx(staying - 10.0 * (1 - month_chance(0.5)) / 12.0, rel=1e-12)
    assert expected.sum() == pytest.approx(left, rel=1e-12)


def test_a_hazard_is_exits_over_time_at_risk() -> None:
    assert hazard_of_exits(30.0, 75.0) == 0.4
