"""All chance comes from here: every draw is a keyed hash, never a stream.

A draw is identified by (root seed, replicate, decision, month) - its key - and by the number of the post that it is about. The
same identity gives the same number in every scenario, on any machine, in any order and on any count of threads, so two
scenarios share their luck post by post (common random numbers).

The hash is the 64-bit finaliser of splitmix64 (Steele, Lea and Flood 2014) with a second key word that is exclusive-or'ed in
between its two multiplications, so that different keys are not windows on one sequence. A chance is an integer threshold
between 0 and 2**32; the event happens when the top 32 bits of the hash are below it. Everything that decides is an integer.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

CERTAIN: Final = 1 << 32
"""The threshold of an event that always happens."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_ODD: Final = np.uint64(0xD1342543DE82EF95)
_S27: Final = np.uint64(27)
_S30: Final = np.uint64(30)
_S31: Final = np.uint64(31)
_S32: Final = np.uint64(32)


class Decision(IntEnum):
    """What a draw decides. The numbers are part of every result: append, never renumber."""

    LEAVE = 1
    DESTINATION = 2
    LEAVE_REST = 11
    SHARE_OUT = 12
    FILL = 3
    RETURN = 4
    RETURN_SERVICE = 5
    PROMOTE = 6
    CLOSE = 7
    ROUND_ENTRANTS = 8
    ROUND_ARRIVALS = 9
    ROUND_PROMOTIONS = 10
    HOLDER_AGE = 20
    HOLDER_SEX = 21
    HOLDER_NATIONALITY = 22
    HOLDER_TENURE = 23
    HOLDER_SECTOR = 24
    HOLDER_CONTRACT = 25
    HOLDER_HOURS = 26
    HOLDER_QUALIFICATION = 27
    HOLDER_VISA = 28
    HOLDER_PAY = 29
    JOINER_AGE = 40
    JOINER_SEX = 41
    JOINER_NATIONALITY = 42
    JOINER_CONTRACT = 44
    JOINER_HOURS = 45
    JOINER_QUALIFICATION = 46
    JOINER_PAY = 47
    ROUND_POSTS = 60
    ROUND_VACANCIES = 61
    LOTTERY = 80
    PROMOTE_REST = 81
    REDUNDANT = 82
    REDUNDANT_REST = 83
    QUALIFY = 84
    QUALIFY_REST = 85
    ROUND_QUALIFIED = 86
    GUARANTEE = 87
    GUARANTEE_REST = 88
    ROUND_GUARANTEED = 89
    TRAIN = 90
    TRAIN_REST = 91
    ROUND_TRAINEES = 92
    READY = 100
    JOURNEY = 101
    LENGTH = 102
    WEEKEND = 103
    SERVICE_OPEN = 104
    STAY = 105
    PACKAGE = 106
    OPENING_QUEUE = 107
    OPENING_STAY = 108


def _njit(function: Callable[..., Any]) -> Callable[..., Any]:
    return njit(cache=True, nogil=True)(function)


@_njit
def mix(value: np.uint64) -> np.uint64:
    """Scramble 64 bits (the splitmix64 finaliser)."""
    z = np.uint64(value)
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return np.uint64(z ^ (z >> _S31))


@_njit
def key_of(seed: int, replicate: int, decision: int, month: int) -> np.uint64:
    """Return the key of all draws of one decision in one month of one replicate (for compiled code)."""
    key = mix(np.uint64(seed) + _GOLDEN)
    key = mix(key ^ (np.uint64(replicate) * _ODD + np.uint64(1)))
    key = mix(key ^ (np.uint64(decision) * _FIRST + np.uint64(3)))
    return np.uint64(mix(key ^ (np.uint64(month + 4096) * _GOLDEN + np.uint64(5))))


@_njit
def draw(key: np.uint64, mate: np.uint64, post: np.uint64) -> np.uint32:
    """Return the 32 random bits that `key` holds for `post`; `mate` is `mix(key)`, worked out once outside the loop."""
    z = np.uint64(key) + np.uint64(post) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z ^= np.uint64(mate)
    z = (z ^ (z >> _S27)) * _SECOND
    z ^= z >> _S31
    return np.uint32(z >> _S32)


@_njit
def draw_words(key: np.uint64, mate: np.uint64, first: np.uint64, out: NDArray[np.uint64], count: int) -> None:
    """Write all 64 random bits of the numbers `first`, `first` + 1, ...: a loop without a branch, so that many are made at once."""
    start = np.uint64(key) + np.uint64(first) * _GOLDEN
    for j in range(count):
        z = start + np.uint64(j) * _GOLDEN
        z = (z ^ (z >> _S30)) * _FIRST
        z ^= np.uint64(mate)
        z = (z ^ (z >> _S27)) * _SECOND
        out[j] = z ^ (z >> _S31)


def draw_key(seed: int, decision: Decision, month: int = 0, replicate: int = 0) -> np.uint64:
    """Return the key of all draws of one decision in one month of one replicate."""
    return np.uint64(key_of(seed, replicate, int(decision), month))


@_njit
def _keys(seed: int, replicate: int, months: int, decisions: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    keys = np.empty((months, decisions), np.uint64)
    mates = np.empty((months, decisions), np.uint64)
    for month in range(months):
        for decision in range(decisions):
            keys[month, decision] = key_of(seed, replicate, decision, month)
            mates[month, decision] = mix(keys[month, decision])
    return keys, mates


def month_keys(seed: int, replicate: int, months: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the keys of every decision in months 0 to `months` - 1, and their mates, [month, decision]."""
    keys, mates = _keys(seed, replicate, months, max(Decision) + 1)
    return keys, mates


def draws(key: np.uint64, posts: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return the 32 random bits of `key` for each of `posts`: the NumPy twin of `draw`, bit for bit."""
    with np.errstate(over="ignore"):
        z = key + posts.astype(np.uint64) * _GOLDEN
        z = (z ^ (z >> _S30)) * _FIRST
        z ^= np.uint64(mix(key))
        z = (z ^ (z >> _S27)) * _SECOND
        z ^= z >> _S31
    return (z >> _S32).astype(np.uint32)


def sliced_draws(key: np.uint64, rest_key: np.uint64, posts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the 40 random bits of each of `posts`, of which eight neighbours share one hash: the NumPy twin of `kernel.leave`.

    The top byte is byte (post mod 8) of the hash of (post div 8), the other 32 bits are the post's own draw under `rest_key`. Most
    posts are decided by the top byte alone, so that the own draw is hardly ever made.
    """
    with np.errstate(over="ignore"):
        z = key + (posts >> np.uint64(3)) * _GOLDEN
        z = (z ^ (z >> _S30)) * _FIRST
        z ^= np.uint64(mix(key))
        z = (z ^ (z >> _S27)) * _SECOND
        z ^= z >> _S31
    top = (z >> (np.uint64(8) * (posts & np.uint64(7)))) & np.uint64(255)
    return np.asarray((top << _S32) | draws(rest_key, posts).astype(np.uint64))


def uniforms(key: np.uint64, posts: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the draws as numbers in [0, 1), for building the opening world (never inside a month)."""
    return np.asarray(draws(key, posts) * 2.0**-32, dtype=np.float64)


def threshold(probability: NDArray[np.float64] | float) -> NDArray[np.uint64]:
    """Turn probabilities into integer thresholds out of 2**32, rounded to 2**-24 so that the last bits of libm do not matter."""
    steps = np.rint(np.clip(np.asarray(probability, dtype=np.float64), 0.0, 1.0) * 2.0**24)
    return steps.astype(np.uint64) << np.uint64(8)


def happens(key: np.uint64, posts: NDArray[np.uint64], chance: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Say for each post whether the event with integer threshold `chance` happens."""
    return draws(key, posts).astype(np.uint64) < chance


def pick(key: np.uint64, posts: NDArray[np.uint64], shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pick a category for each post, with probabilities `shares` (they are normalised), by cumulative integer thresholds."""
    cumulative = threshold(np.cumsum(shares) / np.sum(shares))
    cumulative[-1] = CERTAIN
    return np.searchsorted(cumulative, draws(key, posts).astype(np.uint64), side="right")


def round_unbiased(values: NDArray[np.float64], start: float) -> NDArray[np.int64]:
    """Round non-negative numbers to integers so that every sum over a run of neighbours is within one of the true sum.

    Systematic rounding: with a start drawn uniformly from [0, 1) each number is rounded without bias (its expectation is the
    number itself), and the grand total is exact when it is an integer. Cells that lie together - an area's services, a
    service's roles - keep their totals within one (Cox 1987 on unbiased controlled rounding in one dimension).
    """
    edges = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    total = np.rint(edges[-1])
    if abs(edges[-1] - total) < 1e-6 * max(total, 1.0):
        edges *= total / edges[-1] if edges[-1] > 0 else 1.0
    return np.asarray(np.diff(np.floor(edges + start + 1e-9).astype(np.int64)), dtype=np.int64)


def generator(purpose: str, *numbers: int) -> np.random.Generator:
    """Return a stream of random numbers for work on results - resampling, searching, noise of observation - never for the model.

    The same purpose and numbers give the same stream; another purpose gives one that has nothing to do with it.
    """
    words = np.frombuffer(hashlib.sha256(purpose.encode()).digest(), dtype=np.uint32)
    return np.random.default_rng([*words.tolist(), *numbers])
