"""The keyed hash: the same in NumPy and compiled, uniform, different for every key, and thresholds that mean their probability."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from almoner.model import draws
from almoner.model.draws import CERTAIN, Decision
from almoner.model.posts import post_numbers

POSTS = 1 << 18
NUMBERS = post_numbers("E08000036", 2, 0, POSTS)
WORDS = st.integers(0, 2**64 - 1)


@njit
def _compiled(key: np.uint64, mate: np.uint64, posts: np.ndarray) -> np.ndarray:
    out = np.empty(posts.size, np.uint32)
    for i in range(posts.size):
        out[i] = draws.draw(key, mate, posts[i])
    return out


@given(WORDS, st.lists(WORDS, min_size=1, max_size=30))
def test_the_numpy_twin_gives_the_bits_of_the_compiled_draw(key: int, posts: list[int]) -> None:
    word, numbers = np.uint64(key), np.array(posts, dtype=np.uint64)
    assert np.array_equal(draws.draws(word, numbers), _compiled(word, np.uint64(draws.mix(word)), numbers))


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**40])
def test_draws_of_neighbouring_posts_are_uniform_and_not_correlated(seed: int) -> None:
    """Chi-square over 256 bins has mean 255 and standard deviation sqrt(510); 5 of them leave 1 in 10**6 to chance.

    Neighbours' correlation has standard error 1 / sqrt(posts).
    """
    words = draws.draws(draws.draw_key(seed, Decision.LEAVE, 7), NUMBERS)
    for shift in (24, 0):
        counts = np.bincount((words >> np.uint32(shift)) & np.uint32(255), minlength=256)
        statistic = float(((counts - POSTS / 256) ** 2 / (POSTS / 256)).sum())
        assert abs(statistic - 255) < 5 * np.sqrt(510), shift
    uniform = words / 2.0**32
    assert abs(np.corrcoef(uniform[1:], uniform[:-1])[0, 1]) < 5 / np.sqrt(POSTS)


def test_draws_of_the_same_posts_under_neighbouring_keys_are_not_correlated() -> None:
    """Months, replicates, decisions and seeds next to each other; the standard error is 1 / sqrt(posts)."""
    keys = [(0, Decision.LEAVE, 0, 0), (1, Decision.LEAVE, 0, 0), (0, Decision.DESTINATION, 0, 0), (0, Decision.LEAVE, 1, 0)]
    keys += [(0, Decision.LEAVE, -1, 0), (0, Decision.LEAVE, 0, 1)]
    columns = np.array([draws.uniforms(draws.draw_key(*key), NUMBERS) for key in keys])
    correlation = np.corrcoef(columns) - np.eye(len(keys))
    assert np.abs(correlation).max() < 5 / np.sqrt(POSTS)


def test_every_seed_replicate_decision_and_month_has_a_key_of_its_own() -> None:
    whole = itertools.product((0, 1, 2, 65_536, 2**40), (0, 1, 29), Decision, (-1, 0, 1, 251))
    keys = [int(draws.draw_key(seed, decision, month, replicate)) for seed, replicate, decision, month in whole]
    assert len(set(keys)) == len(keys)


def test_seed_nought_is_a_seed() -> None:
    nought, one = (draws.draws(draws.draw_key(seed, Decision.LEAVE), NUMBERS) for seed in (0, 1))
    assert np.unique(nought).size > POSTS // 2
    # Two independent columns of 32-bit words agree in 2**18 / 2**32 places on average, so in none.
    assert np.count_nonzero(nought == one) <= 2


def test_the_same_key_and_post_give_the_same_draw_whatever_stands_around_the_post() -> None:
    key = draws.draw_key(0, Decision.FILL, 3)
    order = np.random.default_rng(0).permutation(POSTS)
    assert np.array_equal(draws.draws(key, NUMBERS)[order], draws.draws(key, NUMBERS[order]))
    assert draws.draws(key, NUMBERS[5:6])[0] == draws.draws(key, NUMBERS)[5]


@given(st.floats(0, 1))
def test_a_threshold_is_its_probability_to_within_half_a_step_of_2_to_the_minus_24(probability: float) -> None:
    assert abs(int(draws.threshold(probability)) / CERTAIN - probability) <= 2.0**-25


def test_the_certain_always_happens_and_the_impossible_never() -> None:
    key = draws.draw_key(0, Decision.LEAVE)
    assert draws.happens(key, NUMBERS, draws.threshold(1.0)).all()
    assert not draws.happens(key, NUMBERS, draws.threshold(0.0)).any()
    assert int(draws.threshold(1.5)) == CERTAIN
    assert int(draws.threshold(-0.5)) == 0


@pytest.mark.parametrize("probability", [0.0005, 0.02, 0.3, 0.9])
@pytest.mark.parametrize("month", [0, 11])
def test_an_event_happens_as_often_as_its_probability(probability: float, month: int) -> None:
    """Within four standard errors of a binomial share."""
    happened = draws.happens(draws.draw_key(0, Decision.LEAVE, month), NUMBERS, draws.threshold(probability))
    assert abs(happened.mean() - probability) < 4 * np.sqrt(probability * (1 - probability) / POSTS)


def test_a_likelier_event_happens_to_the_same_posts_and_more() -> None:
    key = draws.draw_key(0, Decision.LEAVE)
    less, more = (draws.happens(key, NUMBERS, draws.threshold(chance)) for chance in (0.02, 0.021))
    assert more[less].all()
    assert more.sum() > less.sum()


def test_categories_are_picked_in_their_shares() -> None:
    """Within four standard errors of each share; a share of nothing is never picked."""
    shares = np.array([2.0, 0.0, 5.0, 3.0])
    picked = np.bincount(draws.pick(draws.draw_key(0, Decision.DESTINATION), NUMBERS, shares), minlength=4) / POSTS
    expected = shares / shares.sum()
    assert picked[1] == 0
    assert (np.abs(picked - expected) <= 4 * np.sqrt(expected * (1 - expected) / POSTS)).all()
