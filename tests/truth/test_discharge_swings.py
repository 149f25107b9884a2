"""Swings that all boards share: what a few months of one year say about the months ahead, against worlds whose rule is known."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.model.discharge.swings import own_levels, swings

BASE = np.arange(-10, 0)
AHEAD = np.arange(12)
CELLS = (np.arange(20) + 0.5) / 20


def a_world(chance: np.random.Generator) -> np.ndarray:
    """Return 22 months of a world whose share that comes back and what is left of a month are as likely to be any."""
    k, f = chance.choice(CELLS, 2)
    months = np.concatenate([BASE, AHEAD])
    apart = np.abs(months[:, None] - months)
    around = np.minimum(apart % 12, -apart % 12)
    cover = k * f**around + (1 - k) * f ** apart.astype(float)
    return 0.3 + 0.05 * chance.multivariate_normal(np.zeros(22), cover, method="eigh")


def test_an_80_percent_interval_holds_four_months_in_five_of_worlds_that_follow_the_rule() -> None:
    """A flat mean and 1/s are the invariant prior of place and size, so coverage is exact for each k and f, however few the months.

    The share of a world's twelve months that lie inside has a standard deviation below 0.4, since they move together: over 250
    worlds the mean has a standard error of 0.025 at most, and the quantiles of 1,000 paths add less than 0.002.
    """
    chance = np.random.default_rng(1)
    inside = []
    for number in range(250):
        world = a_world(chance)
        low, high = np.quantile(swings(world[:10], BASE, AHEAD).paths(1_000, number), (0.1, 0.9), axis=0)
        inside.append(((world[10:] >= low) & (world[10:] <= high)).mean())
    assert np.mean(inside) == pytest.approx(0.8, abs=3 * 0.025)


def test_place_and_size_of_the_base_months_carry_over() -> None:
    seen = np.array([-0.04, -0.03, -0.05, -0.01, -0.03, -0.02, -0.06, 0.08, 0.08, 0.07])
    first, moved = swings(seen, BASE, AHEAD), swings(2.0 * seen + 1.0, BASE, AHEAD)
    assert moved.expected == pytest.approx(2.0 * first.expected + 1.0)
    assert moved.size == pytest.approx(2.0 * first.size)
    assert moved.paths(16, 3) == pytest.approx(2.0 * first.paths(16, 3) + 1.0)


def test_a_winter_that_was_seen_once_is_expected_in_part() -> None:
    seen = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.1, 0.1]) + 0.001 * np.arange(10) % 0.003
    found = swings(seen, BASE, AHEAD)
    # One year cannot tell a season from a shock: what was thought before, one half, hardly moves.
    assert 0.35 < found.part_that_comes_back < 0.65
    winter, summer = found.expected[9:].mean(), found.expected[4:8].mean()
    assert 0.2 < (winter - summer) / 0.1 < 0.8


def test_paths_have_the_spread_that_the_cells_say() -> None:
    seen = np.array([-0.04, -0.03, -0.05, -0.01, -0.03, -0.02, -0.06, 0.08, 0.08, 0.07])
    found = swings(seen, BASE, AHEAD)
    paths = found.paths(20_000, 0)
    within = np.einsum("cij,cij->ci", found.root, found.root) * found.freedom / (found.freedom - 2)
    variance = found.weight @ (within + found.middle**2) - found.expected**2
    # Nine degrees of freedom: the kurtosis of a mixture stays below 8, so a variance of 20,000 has an error of 2%.
    assert paths.var(axis=0) == pytest.approx(variance, rel=0.08)
    assert paths.mean(axis=0) == pytest.approx(found.expected, abs=4 * np.sqrt(variance.max() / 20_000))


def test_a_boards_level_is_as_unsure_as_the_luck_of_a_year() -> None:
    luck = np.array([0.05, 0.2])
    levels = own_levels(luck, 40_000, 0)
    assert np.exp(levels).std(axis=0) / np.exp(levels).mean(axis=0) == pytest.approx(luck, rel=0.03)
    assert np.median(levels, axis=0) == pytest.approx([0.0, 0.0], abs=4 * 1.25 * 0.2 / 200)
