"""Bound bytes: for each post a byte above the top byte of the chance that its holder leaves, so that most draws need no more.

Bounds are set for a stretch of months, a year at the most, and change no result. Bands are a year wide or more, so somebody is in
at most two of a kind within a stretch; the highest hazard is taken over the pairs of them, because one may cross a band of age
and, a month later, one of experience.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.model.columns import BANDED_MONTHS, FILLED
from almoner.model.compiled import compiled, inlined
from almoner.model.posts import CELLS_PER_AREA

_NOUGHT: Final = np.int32(0)
_LAST_BANDED: Final = np.int32(BANDED_MONTHS - 1)


@compiled
def begin_stretch(count, rates, stretch):  # type: ignore[no-untyped-def]
    """Work out the pairs of bands and their highest weights for the `count` months from `stretch.first` on."""
    ages, experiences = rates.exit_weight.shape
    _pair(rates.age_band, count, 2 * experiences, stretch.age_pair)
    _pair(rates.experience_band, count, 1, stretch.experience_pair)
    for a in range(2 * ages):
        for e in range(2 * experiences):
            stretch.exit_weight[2 * experiences * a + e] = _highest(rates.exit_weight, a, e)
            stretch.move_weight[2 * experiences * a + e] = _highest(rates.move_weight, a, e)


@compiled
def bind_area(area, count, stock, rates, months, stretch):  # type: ignore[no-untyped-def]
    """Set the bound byte of every post of an area for the `count` months from `stretch.first` on."""
    market = months.market[area]
    for k in range(CELLS_PER_AREA):
        c = area * CELLS_PER_AREA + k
        leaving, moving = 0.0, 0.0
        for m in range(stretch.first, stretch.first + count):
            leaving = max(leaving, months.exit_factor[m, market, k])
            moving = max(moving, months.move_factor[m, market, k])
        leaving *= rates.exit_hazard[c]
        moving *= rates.move_hazard[c]
        stretch.exit_peak[k], stretch.move_peak[k] = leaving, moving
        first, last = stock.offset[c], stock.offset[c + 1]
        if first == last:
            continue
        for pair in range(stretch.hazard.size):
            stretch.hazard[pair] = leaving * stretch.exit_weight[pair] + moving * stretch.move_weight[pair]
        people = (stock.birth[first:last], stock.sector[first:last], stock.traits[first:last], stock.status[first:last])
        _bind_cell(people, stock.bound[first:last], stretch, rates.bound_weight)


@compiled
def _bind_cell(people, bound, stretch, bound_weight):  # type: ignore[no-untyped-def]
    birth, sector, traits, status = people
    first, hazard = np.int32(stretch.first), stretch.hazard
    for i in range(bound.size):
        pair = stretch.age_pair[banded(first - birth[i])] + stretch.experience_pair[banded(first - sector[i])]
        byte = _bound_byte(hazard[np.uint64(pair)] * bound_weight[traits[i]])
        bound[i] = byte * np.int32(status[i] == FILLED)


@inlined
def bind(stock, rates, stretch, row, c):  # type: ignore[no-untyped-def]
    """Set the bound of a post whose holder is new in it, or leaves otherwise than before."""
    k, first = c % CELLS_PER_AREA, np.int32(stretch.first)
    pair = np.uint64(
        stretch.age_pair[banded(first - stock.birth[row])] + stretch.experience_pair[banded(first - stock.sector[row])]
    )
    hazard = stretch.exit_peak[k] * stretch.exit_weight[pair] + stretch.move_peak[k] * stretch.move_weight[pair]
    stock.bound[row] = _bound_byte(hazard * rates.bound_weight[stock.traits[row]])


@inlined
def banded(months):  # type: ignore[no-untyped-def]
    """Return the place of an age or an experience in months in the tables of bands."""
    return np.uint32(min(max(months, _NOUGHT), _LAST_BANDED))


@compiled
def _pair(band, count, step, pairs):  # type: ignore[no-untyped-def]
    """Write for each month of age or experience twice its band, plus one if the next band is reached in time, times `step`."""
    for month in range(band.size):
        later = band[min(month + count - 1, band.size - 1)]
        pairs[month] = step * (2 * band[month] + (1 if later > band[month] else 0))


@compiled
def _highest(weight, age_pair, experience_pair):  # type: ignore[no-untyped-def]
    """Return the highest weight over a pair of age bands and a pair of experience bands."""
    a, e = age_pair // 2, experience_pair // 2
    next_a, next_e = min(a + age_pair % 2, weight.shape[0] - 1), min(e + experience_pair % 2, weight.shape[1] - 1)
    return max(weight[a, e], weight[a, next_e], weight[next_a, e], weight[next_a, next_e])


@inlined
def _bound_byte(hazard):  # type: ignore[no-untyped-def]
    """Return a byte above the top byte of the chance of a monthly hazard; a hazard is above its chance."""
    return np.int32(min(hazard * 256.001, 254.0) + 1.0)
