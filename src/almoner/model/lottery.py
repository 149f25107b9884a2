"""Chances as integers, and who is chosen when not all can be: compiled helpers of the month.

Chosen are the posts with the lowest keyed hash, so choosing one more adds one post and changes no other.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.model.compiled import compiled
from almoner.model.draws import draw

CERTAIN: Final = 1 << 32
_SO_FEW: Final = 8
"""So many are sorted without being sifted first."""
_FEW: Final = 32
"""So many are sorted without being put into buckets first."""
_TWO24: Final = float(1 << 24)
_UNIT: Final = 2.0**-32
_U32: Final = np.uint64(32)


@compiled
def chance(hazard):  # type: ignore[no-untyped-def]
    """Integer threshold of 1 - exp(-hazard) for a monthly hazard up to about 0.7: a series, so that no libm decides."""
    h = hazard if hazard < 0.7 else 0.7
    p = h * (1.0 - h * (0.5 - h * (1.0 / 6.0 - h * (1.0 / 24.0 - h * (1.0 / 120.0 - h * (1.0 / 720.0 - h * (1.0 / 5040.0)))))))
    return np.uint64(np.int64(p * _TWO24 + 0.5)) << np.uint64(8)


@compiled
def rounded(expected, luck):  # type: ignore[no-untyped-def]
    """Round an expected count up or down, in proportion; steps of 2**-20 keep the last bits of a power from deciding."""
    return np.int64(np.floor(np.rint(expected * 1048576.0) / 1048576.0 + luck * _UNIT))


@compiled
def share_out(vacancies, moving, arrivals, entrants, luck):  # type: ignore[no-untyped-def]
    """Cut three groups in proportion, by cumulative rounding with a keyed start, so that they never exceed `vacancies`."""
    total = moving + arrivals + entrants
    if total <= vacancies:
        return moving, arrivals, entrants
    start = np.int64((np.uint64(luck) * np.uint64(total)) >> _U32)
    first = (moving * vacancies + start) // total
    second = ((moving + arrivals) * vacancies + start) // total - first
    return first, second, vacancies - first - second


@compiled
def lowest(key, mate, number, places, count, tickets, spare, counts):  # type: ignore[no-untyped-def]
    """Write the tickets of the `count` of `places` with the lowest hashes, lowest first; place i has the number `number` + i.

    A ticket is a hash above a place, 32 bits each. Hashes are uniform, so the lowest `count` lie almost surely under a limit a
    little above count / places: only those under it are sorted. When they are too few, all are.
    """
    for j in range(places.size):
        place = np.uint64(places[j])
        spare[j] = (np.uint64(draw(key, mate, number + place)) << _U32) | place
    limit = CERTAIN
    if places.size > _SO_FEW:
        share = (count + 2.0 * np.sqrt(float(count)) + 1.0) / places.size
        limit = int(min(share, 1.0) * CERTAIN)
    held = 0
    while held < count:
        held = 0
        for j in range(places.size):
            tickets[held] = spare[j]
            held += int(np.int64(spare[j] >> _U32) < limit)
        if held < count:
            limit = CERTAIN
    sort_tickets(tickets, spare, counts, held, limit)


@compiled
def sort_tickets(tickets, spare, counts, size, limit):  # type: ignore[no-untyped-def]
    """Sort the first `size` tickets, no two of them alike, whose upper 32 bits are uniform below `limit`.

    A few by counting how many are lower, without a branch; many into as many buckets as there are, then by insertion.
    """
    if size <= _FEW:
        for j in range(size):
            ticket, lower = tickets[j], 0
            for k in range(size):
                lower += int(tickets[k] < ticket)
            spare[lower] = ticket
        for j in range(size):
            tickets[j] = spare[j]
        return
    scale = (np.uint64(size) << _U32) // np.uint64(limit)
    counts[: size + 1] = 0
    for j in range(size):
        counts[np.int64(((tickets[j] >> _U32) * scale) >> _U32) + 1] += 1
    for bucket in range(size):
        counts[bucket + 1] += counts[bucket]
    for j in range(size):
        own = np.int64(((tickets[j] >> _U32) * scale) >> _U32)
        spare[counts[own]] = tickets[j]
        counts[own] += 1
    for j in range(size):
        ticket, k = spare[j], j
        while k > 0 and tickets[k - 1] > ticket:
            tickets[k] = tickets[k - 1]
            k -= 1
        tickets[k] = ticket
