"""Shapley values and interaction indices on games whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.analysis import shapley


def worth(players: int, of: object) -> np.ndarray:
    """Return the worth of every subset, by a function of the set of its members."""
    return np.array([of({p for p in range(players) if subset >> p & 1}) for subset in range(1 << players)], dtype=float)  # type: ignore[operator]


def test_the_glove_game_gives_the_right_glove_two_thirds() -> None:
    """Two left gloves, one right: a pair is worth one (Shapley and Shubik): 1/6, 1/6, 2/3."""
    values = worth(3, lambda members: float(2 in members and bool(members & {0, 1})))
    np.testing.assert_allclose(shapley.exact(values, 3), [1 / 6, 1 / 6, 2 / 3])


def test_the_airport_game_shares_each_stretch_of_runway_among_those_who_need_it() -> None:
    """Runways of 1, 3 and 6: the first stretch is shared by three, the next by two, the last is the largest's own."""
    values = worth(3, lambda members: max((1, 3, 6)[p] for p in members) if members else 0)
    np.testing.assert_allclose(shapley.exact(values, 3), [1 / 3, 1 / 3 + 1, 1 / 3 + 1 + 3])


def test_players_who_add_up_have_no_interaction_and_their_own_worth() -> None:
    own = np.array([3.0, -2.0, 5.0, 0.0])
    values = worth(4, lambda members: sum(own[p] for p in members))
    np.testing.assert_allclose(shapley.exact(values, 4), own, atol=1e-12)
    assert all(abs(index) < 1e-12 for index in shapley.pairwise(values, 4).values())


def test_a_product_of_two_is_their_interaction_and_is_shared_equally() -> None:
    values = worth(3, lambda members: 10.0 * ({0, 1} <= members))
    np.testing.assert_allclose(shapley.exact(values, 3), [5.0, 5.0, 0.0], atol=1e-12)
    pairs = shapley.pairwise(values, 3)
    assert pairs[0, 1] == pytest.approx(10.0)
    assert pairs[0, 2] == pytest.approx(0.0)
    assert pairs[1, 2] == pytest.approx(0.0)


games = st.integers(1, 5).flatmap(lambda n: st.lists(st.floats(-1e3, 1e3), min_size=1 << n, max_size=1 << n))


@given(games)
def test_values_add_up_to_the_whole_less_nothing(worths: list[float]) -> None:
    values = np.array(worths)
    players = len(worths).bit_length() - 1
    assert shapley.exact(values, players).sum() == pytest.approx(values[-1] - values[0], abs=1e-9 * (1 + np.abs(values).max()))


@given(games)
def test_sampled_values_add_up_exactly_and_all_orders_give_the_exact_ones(worths: list[float]) -> None:
    from itertools import permutations

    values = np.array(worths)
    players = len(worths).bit_length() - 1
    by_subset = {subset: values[subset : subset + 1] for subset in range(values.size)}
    few, _ = shapley.from_orders(by_subset, shapley.orders(players, 4, 0))
    scale = 1 + np.abs(values).max()
    assert few.sum() == pytest.approx(values[-1] - values[0], abs=1e-9 * scale)
    every, _ = shapley.from_orders(by_subset, np.array(list(permutations(range(players)))))
    np.testing.assert_allclose(every[:, 0], shapley.exact(values, players), atol=1e-9 * scale)


def test_sampled_values_lie_within_their_stated_error() -> None:
    """200 pairs of orders of a rough game: the error is a standard error, beyond four of which one value in 16,000 falls."""
    values = np.random.default_rng(3).normal(size=1 << 8)
    by_subset = {subset: values[subset : subset + 1] for subset in range(values.size)}
    found, error = shapley.from_orders(by_subset, shapley.orders(8, 400, 1))
    assert np.all(np.abs(found[:, 0] - shapley.exact(values, 8)) < 4 * error)


def test_each_second_order_is_the_one_before_it_backwards() -> None:
    taken = shapley.orders(6, 8, 0)
    np.testing.assert_array_equal(taken[0::2], taken[1::2, ::-1])
    assert all(sorted(order) == list(range(6)) for order in taken)


def test_the_wrong_number_of_subsets_is_refused() -> None:
    with pytest.raises(ValueError, match="8 subsets, not 4"):
        shapley.exact(np.zeros(4), 3)
