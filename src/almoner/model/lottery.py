"""Chances as integers, and who is chosen when not all can be: compiled helpers of the month.

Chosen are the posts with the lowest keyed hash, so choosing one more adds one post and changes no other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from almoner.model.draws import draw

_TWO24: Final = float(1 << 24)
_U32: Final = np.uint64(32)


@njit(cache=True, nogil=True)
def chance(hazard: float) -> np.uint64:
    """Integer threshold of 1 - exp(-hazard) for a monthly hazard up to about 0.7: a series, so that no libm decides."""
    h = hazard if hazard < 0.7 else 0.7
    p = h * (1.0 - h * (0.5 - h * (1.0 / 6.0 - h * (1.0 / 24.0 - h * (1.0 / 120.0 - h * (1.0 / 720.0 - h / 5040.0))))))
    return np.uint64(p * _TWO24 + 0.5) << np.uint64(8)


@njit(cache=True, nogil=True)
def share_out(vacancies: int, moving: int, arrivals: int, entrants: int, luck: np.uint32) -> tuple[int, int, int]:
    """Cut three groups in proportion, by cumulative rounding with a keyed start, so that they never exceed `vacancies`."""
    total = moving + arrivals + entrants
    if total <= vacancies:
        return moving, arrivals, entrants
    start = np.int64((np.uint64(luck) * np.uint64(total)) >> _U32)
    first = (moving * vacancies + start) // total
    second = ((moving + arrivals) * vacancies + start) // total - first
    return int(first), int(second), int(vacancies - first - second)


@njit(cache=True, nogil=True)
def lowest(key, mate, number, places, count):  # type: ignore[no-untyped-def]
    """Return the `count` of `places` whose posts have the lowest keyed hash, lowest first; place i has the number `number` + i.

    Hashes are uniform, so the lowest `count` lie almost surely under a limit a little above count / places: only those under it
    are sorted. When they are too few, all are.
    """
    chosen = np.empty(max(count, 0), np.int64)
    if count <= 0:
        return chosen
    words = np.empty(places.size, np.uint64)
    held = 0
    share = (count + 4.0 * np.sqrt(float(count)) + 4.0) / places.size
    limit = np.uint64(min(share, 1.0) * 4294967296.0)
    for _ in range(2):
        held = 0
        for place in places:
            u = np.uint64(draw(key, mate, number + np.uint64(place)))
            if u < limit:
                words[held] = (u << _U32) | np.uint64(place)
                held += 1
        if held >= count:
            break
        limit = np.uint64(1) << _U32
    _sort(words, held)
    for j in range(count):
        chosen[j] = np.int64(words[j] & np.uint64(0xFFFFFFFF))
    return chosen


@njit(cache=True, nogil=True)
def _sort(words, count):  # type: ignore[no-untyped-def]
    """Sort the first `count` words in place: by insertion when they are few."""
    if count > 48:
        words[:count] = np.sort(words[:count])
        return
    for i in range(1, count):
        word = words[i]
        j = i
        while j > 0 and words[j - 1] > word:
            words[j] = words[j - 1]
            j -= 1
        words[j] = word
