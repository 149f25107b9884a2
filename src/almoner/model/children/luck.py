"""Keyed luck for counts: how many of a group have an event, the same in every scenario that shares seed, draw, month and group.

The number is the quantile of the binomial law at a keyed uniform, so a larger chance or group gives no fewer events at the same
luck (but for very large groups, which are halved): scenarios differ by what they change, not by new dice.

People in one group (an area's social workers who came by the same route in the same month, its children of the same age and state)
face the same chance and are told apart by nothing that the model uses; the count of events among them is then binomial exactly, and
drawing it once says what drawing person by person would say in sum. That is why stocks by month of service and by year of age stand
for individuals here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from almoner.model.draws import draw, draws, key_of, mix

_STEP: Final = 2.0**-32
_LARGEST_MEAN: Final = 200.0
"""Above this expected count a group is halved, so that the chance of none stays within floating point."""


class ChildrenDecision(IntEnum):
    """What a draw decides in children's social care; the numbers follow those of `draws.Decision` and are never renumbered."""

    OPEN = 160
    NEED_STARTS = 161
    NEED_EXITS = 162
    NEED_TO_CARE = 163
    NEED_TO_PLAN = 164
    PLAN_EXITS = 165
    PLAN_TO_CARE = 166
    CARE_EXITS = 167
    CARE_AGES = 168
    CARE_ENTRANTS = 169
    STAFF_LEAVE = 170
    STAFF_JOIN = 171
    STAFF_ROUTE = 172
    PATH = 180
    NATION = 181
    HOMES = 182


@njit(cache=True, nogil=True)
def uniform(key: np.uint64, mate: np.uint64, group: int) -> float:
    """Return the uniform number in (0, 1) that a key holds for a group."""
    return (float(draw(key, mate, np.uint64(group))) + 0.5) * _STEP


@njit(cache=True, nogil=True)
def _power(base: float, exponent: int) -> float:
    """Return an integer power by squaring: no libm, so the same bits on every machine."""
    result = 1.0
    while exponent > 0:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result


@njit(cache=True, nogil=True)
def events(count: int, chance: float, key: np.uint64, mate: np.uint64, group: int) -> int:
    """Return how many of `count` have an event of probability `chance`: the binomial quantile at the group's uniform number."""
    if count <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return count
    if count == 1:
        # Of one person the quantile is a comparison, the high end of the uniform being the event.
        return 1 if uniform(key, mate, group) > 1.0 - chance else 0
    if count * min(chance, 1.0 - chance) > _LARGEST_MEAN:
        half = count // 2
        # The groups of a month number fewer than 2**32, so these are nobody else's.
        upper = (group << 5) + (1 << 40) + 1
        return events(half, chance, key, mate, upper) + events(count - half, chance, key, mate, upper + 1)
    if chance > 0.5:
        # Searched from the other end, where the count is small; the complement keeps the order.
        return count - _search(count, 1.0 - chance, 1.0 - uniform(key, mate, group))
    return _search(count, chance, uniform(key, mate, group))


@njit(cache=True, nogil=True)
def _search(count: int, chance: float, u: float) -> int:
    odds = chance / (1.0 - chance)
    probability = _power(1.0 - chance, count)
    below = probability
    found = 0
    while u > below and found < count:
        probability *= odds * (count - found) / (found + 1)
        found += 1
        below += probability
        if probability < 1e-18 and found > count * chance:
            break
    return found


@njit(cache=True, nogil=True)
def rounded(amount: float, key: np.uint64, mate: np.uint64, group: int) -> int:
    """Return a non-negative amount as a whole number whose expectation is the amount."""
    return int(np.floor(amount + uniform(key, mate, group))) if amount > 0.0 else 0


@njit(cache=True, nogil=True)
def key_pair(seed: int, replicate: int, decision: int, month: int) -> tuple[np.uint64, np.uint64]:
    """Return the key of a decision in a month and its mate."""
    key = key_of(seed, replicate, decision, month)
    return key, mix(key)


def normals(seed: int, replicate: int, decision: ChildrenDecision, month: int, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a standard normal number for each group, by the inverse of the normal law at its uniform number."""
    from scipy.special import ndtri

    key = np.uint64(key_of(seed, replicate, int(decision), month))
    return np.asarray(ndtri((draws(key, groups.astype(np.uint64)) + 0.5) * _STEP))
