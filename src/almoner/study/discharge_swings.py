"""What forecasts of delays are multiplied by: swings that all boards share, and how unsure each board's own level is.

The flow model's paths stand for a year like the base year. In: boards and months from April 2025. Out: equally likely factors,
which depend on nothing that a scenario does: every scenario is multiplied by the same ones, so that their differences stay paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge.level import level
from almoner.model.discharge.record import FIT_MONTHS, england
from almoner.model.discharge.swings import Swings, own_levels, swings
from almoner.parameters.months import month_number

NUMBER: Final = 128
"""Factors for each path of the flow model."""

_EARLIEST: Final = month_number(FIT_MONTHS[0])


def seen() -> NDArray[np.float64]:
    """Return the log of published over modelled patients of England in the base months."""
    return np.asarray(np.log(england().remaining[0] / level().remaining.sum(axis=0)))


@lru_cache(maxsize=8)
def shared(months: int) -> Swings:
    """Return what the swings of `months` months from April 2025 can be, given the base months and no later one."""
    return swings(seen(), np.arange(_EARLIEST, 0, dtype=np.int64), np.arange(months, dtype=np.int64))


def factors(codes: Sequence[str], months: int, seed: int, number: int = NUMBER) -> NDArray[np.float64]:
    """Return equally likely factors on the people who wait, [number, board, month]."""
    known = level()
    own = own_levels(known.relative_luck, number, seed)[:, [known.codes.index(code) for code in codes]]
    return np.asarray(np.exp(shared(months).paths(number, seed)[:, None, :] + own[:, :, None]))


def factors_of_a_system(months: int, seed: int, number: int = NUMBER) -> NDArray[np.float64]:
    """Return factors for a system that is no board, [number, 1, month]: its level is as unsure as that of the middle board."""
    own = own_levels(np.median(level().relative_luck, keepdims=True), number, seed)
    return np.asarray(np.exp(shared(months).paths(number, seed)[:, None, :] + own[:, :, None]))


def opening_levels(published: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the real queues of March 2025 less the swing of that month, which the factors begin with."""
    return np.asarray(published * np.exp(-seen()[-1]))
