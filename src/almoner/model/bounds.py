"""Bound bytes: for each post a byte above the top byte of the chance that its holder leaves, so that most draws need no more.

Bounds are set for a stretch of months, a year at the most, and change no result. Bands are a year wide or more, so somebody is in
at most two of a kind within a stretch; the highest hazard is taken over the pairs of them, because one may cross a band of age
and, a month later, one of experience.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from almoner.model.columns import BANDED_MONTHS, FILLED, Stretch
from almoner.model.posts import CELLS_PER_AREA


@njit(cache=True, nogil=True)
def begin_stretch(area, first, count, stock, rates, months):  # type: ignore[no-untyped-def]
    """Set the bound byte of every post of an area for `count` months from `first`."""
    market = months.market[area]
    age_pair, experience_pair = _pairs(rates.age_band, count), _pairs(rates.experience_band, count)
    ages, experiences = rates.exit_weight.shape
    hazard = np.zeros((CELLS_PER_AREA, 2 * ages, 2 * experiences))
    stretch = Stretch(first, age_pair, experience_pair, hazard)
    offset, status, bound, traits = stock.offset, stock.status, stock.bound, stock.traits
    birth, sector, bound_weight = stock.birth, stock.sector, rates.bound_weight
    exit_weight, move_weight = rates.exit_weight, rates.move_weight
    for k in range(CELLS_PER_AREA):
        c = area * CELLS_PER_AREA + k
        leaving, moving = 0.0, 0.0
        for m in range(first, first + count):
            leaving = max(leaving, rates.exit_hazard[c] * months.exit_factor[m, market, k])
            moving = max(moving, rates.move_hazard[c] * months.move_factor[m, market, k])
        own = hazard[k]
        for a in range(2 * ages):
            for e in range(2 * experiences):
                for a1 in range(a // 2, min(a // 2 + a % 2, ages - 1) + 1):
                    for e1 in range(e // 2, min(e // 2 + e % 2, experiences - 1) + 1):
                        own[a, e] = max(own[a, e], leaving * exit_weight[a1, e1] + moving * move_weight[a1, e1])
        for i in range(offset[c], offset[c + 1]):
            a, e = age_pair[banded(first - birth[i])], experience_pair[banded(first - sector[i])]
            byte = _bound_byte(own[np.uint64(a), np.uint64(e)] * bound_weight[np.uint64(traits[i])])
            bound[i] = byte if status[i] == FILLED else np.uint8(0)
    return stretch


@njit(cache=True, nogil=True)
def _pairs(band, count):  # type: ignore[no-untyped-def]
    """Return for each month of age or experience twice its band, plus one if the next band is reached within `count` months."""
    pairs = np.empty(band.size, np.uint8)
    for month in range(band.size):
        later = band[min(month + count - 1, band.size - 1)]
        pairs[month] = 2 * band[month] + (1 if later > band[month] else 0)
    return pairs


@njit(cache=True, nogil=True, inline="always")
def _bound_byte(hazard):  # type: ignore[no-untyped-def]
    """Return a byte above the top byte of the chance of a monthly hazard; a hazard is above its chance."""
    return np.uint8(min(hazard * 256.001, 254.0) + 1.0)


@njit(cache=True, nogil=True, inline="always")
def bind(stock, rates, stretch, i, c):  # type: ignore[no-untyped-def]
    """Set the bound of a post whose holder is new in it."""
    a = stretch.age_pair[banded(stretch.first - stock.birth[i])]
    e = stretch.experience_pair[banded(stretch.first - stock.sector[i])]
    stock.bound[i] = _bound_byte(stretch.hazard[c % CELLS_PER_AREA, a, e] * rates.bound_weight[stock.traits[i]])


@njit(cache=True, nogil=True, inline="always")
def banded(months):  # type: ignore[no-untyped-def]
    """Return the place of an age or an experience in months in the tables of bands."""
    return min(max(months, 0), BANDED_MONTHS - 1)
