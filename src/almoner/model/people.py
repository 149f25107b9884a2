"""What happens to one post and its holder: compiled into the steps of the month.

Columns and counters change here together, so that a step says who, and these say what follows from it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.model.bounds import bind
from almoner.model.columns import (
    CLOSED,
    EXIT_ABROAD,
    EXIT_NHS,
    EXIT_OTHER,
    EXIT_RETIRED,
    FILLED,
    FULL_TIME_MARK,
    LEVEL_2_MARK,
    MOVE_OUT,
    RETIREMENT_MONTHS,
    VACANT,
    VISA_MARK,
)
from almoner.model.compiled import compiled, inlined
from almoner.model.draws import Decision, draw
from almoner.model.lottery import lowest
from almoner.model.posts import CELLS_PER_AREA, N_ROLES

GONE: Final = -1
"""The cell of somebody who was waiting and has started again."""
_U32: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)
_FULL_TIME_HOURS: Final = 35
_OTHER_NATIONALITY: Final = 2

# Plain integers, because compiled code knows no enumerations.
_AGE, _SEX, _NATIONALITY = int(Decision.JOINER_AGE), int(Decision.JOINER_SEX), int(Decision.JOINER_NATIONALITY)
_CONTRACT, _HOURS = int(Decision.JOINER_CONTRACT), int(Decision.JOINER_HOURS)
_QUALIFICATION, _PAY = int(Decision.JOINER_QUALIFICATION), int(Decision.JOINER_PAY)


@inlined
def destination(age, luck, cumulative):  # type: ignore[no-untyped-def]
    """Say which flow someone who leaves the sector is in: from state pension age on, retirement."""
    drawn = EXIT_NHS if luck < cumulative[0] else EXIT_OTHER if luck < cumulative[1] else EXIT_ABROAD
    retired = age >= RETIREMENT_MONTHS or (cumulative[1] <= luck < cumulative[2])
    return EXIT_RETIRED if retired else drawn


@inlined
def to_pool(waiting, stock, c, row, number):  # type: ignore[no-untyped-def]
    """Put the holder of a row of cell c into the area's pool and say which flow that was; a full pool sends people out."""
    area = c // CELLS_PER_AREA
    q = waiting.offset[area] + waiting.size[area]
    flow = EXIT_OTHER
    if q < waiting.offset[area + 1]:
        q = np.uint64(q)
        waiting.number[q] = number
        waiting.cell[q] = c % CELLS_PER_AREA
        waiting.birth[q], waiting.sector[q] = stock.birth[row], stock.sector[row]
        waiting.traits[q], waiting.hours_of[q], waiting.pay[q] = stock.traits[row], stock.hours_of[row], stock.pay[row]
        waiting.size[area] += 1
        flow = MOVE_OUT
    return flow


@inlined
def vacate(stock, c, row, place):  # type: ignore[no-untyped-def]
    """Let a post that somebody holds stand vacant: its row, and its place in cell c."""
    _leave_row(stock, c, row, VACANT)
    note_vacant(stock, c, place)


@inlined
def close_filled(stock, c, row, place):  # type: ignore[no-untyped-def]
    """Shut a post that somebody holds: its row, and its place in cell c."""
    _leave_row(stock, c, row, CLOSED)
    stock.first_closed[c] = min(stock.first_closed[c], place)


@inlined
def _leave_row(stock, c, row, status):  # type: ignore[no-untyped-def]
    stock.status[row] = status
    stock.bound[row] = 0
    stock.filled[c] -= 1
    stock.hours[c] -= stock.hours_of[row]


@inlined
def note_vacant(stock, c, place):  # type: ignore[no-untyped-def]
    """Count a post as vacant that has become so."""
    stock.vacant_places[stock.offset[c] + stock.vacant[c]] = place
    stock.vacant[c] += 1


@inlined
def forget_vacant(stock, c, count):  # type: ignore[no-untyped-def]
    """Strike `count` posts off the list of a cell's vacant ones: those that are no longer so."""
    if count > 0:
        first, last = stock.offset[c], stock.offset[c] + stock.vacant[c]
        _keep_vacant(stock.status[first : stock.offset[c + 1]], stock.vacant_places[first:last])
        stock.vacant[c] -= count


@compiled
def _keep_vacant(status, places):  # type: ignore[no-untyped-def]
    kept = 0
    for q in range(places.size):
        place = places[q]
        places[kept] = place
        kept += status[place] == VACANT


@inlined
def lowest_vacant(key, mate, stock, c, count, room):  # type: ignore[no-untyped-def]
    """Write the tickets of the `count` vacant posts of a cell with the lowest hashes, lowest first."""
    first = stock.offset[c]
    places = stock.vacant_places[first : first + stock.vacant[c]]
    lowest(key, mate, stock.number[c], places, count, room.tickets, room.spare, room.counts)


@inlined
def place_of(ticket):  # type: ignore[no-untyped-def]
    """Return the place in its cell of the post on a ticket of `lowest_vacant`."""
    return np.int64(ticket & _LOW)


@inlined
def row_of(stock, c, place):  # type: ignore[no-untyped-def]
    """Return the row of the post at a place of cell c: unsigned, so that compiled code need not ask whether it is below nought."""
    return np.uint64(stock.offset[c] + place)


@inlined
def start_again(m, stock, waiting, rates, stretch, row, c, p):  # type: ignore[no-untyped-def]
    """Let the person in row p of the pool take the vacant post of a row of cell c."""
    stock.status[row] = FILLED
    stock.start[row] = m
    stock.birth[row], stock.sector[row] = waiting.birth[p], waiting.sector[p]
    stock.traits[row], stock.hours_of[row], stock.pay[row] = waiting.traits[p], waiting.hours_of[p], waiting.pay[p]
    stock.hours[c] += waiting.hours_of[p]
    waiting.cell[p] = GONE
    bind(stock, rates, stretch, row, c)


@inlined
def forget_gone(waiting, area):  # type: ignore[no-untyped-def]
    """Close the ranks of an area's pool behind those whose cell is `GONE`."""
    first = waiting.offset[area]
    kept = np.uint64(first)
    for p in range(first, first + waiting.size[area]):
        q = np.uint64(p)
        cell = waiting.cell[q]
        waiting.number[kept], waiting.cell[kept], waiting.birth[kept] = waiting.number[q], cell, waiting.birth[q]
        waiting.sector[kept], waiting.traits[kept] = waiting.sector[q], waiting.traits[q]
        waiting.hours_of[kept], waiting.pay[kept] = waiting.hours_of[q], waiting.pay[q]
        kept += np.uint64(cell != GONE)
    waiting.size[area] = np.int64(kept) - first


@inlined
def rise(m, stock, rates, stretch, old, row, c, mark, luck):  # type: ignore[no-untyped-def]
    """Let the holder of row `old`, whose traits gain a mark, take the vacant post of a row of the senior cell c.

    It pays what it pays by `luck`, but never less than the old post.
    """
    stock.status[row] = FILLED
    stock.start[row] = m
    stock.birth[row], stock.sector[row] = stock.birth[old], stock.sector[old]
    stock.traits[row], stock.hours_of[row] = stock.traits[old] | mark, stock.hours_of[old]
    s, r = (c % CELLS_PER_AREA) // N_ROLES, c % N_ROLES
    stock.pay[row] = max(stock.pay[old], rates.pay_table[s, r, one_of(luck, rates.pay_table.shape[2])])
    stock.hours[c] += stock.hours_of[row]
    bind(stock, rates, stretch, row, c)


@inlined
def join(m, stock, rates, keys, mates, stretch, place, c, from_abroad):  # type: ignore[no-untyped-def]
    """Let someone new to the sector take the vacant post at a place of cell c; attributes are drawn by the post's own hashes."""
    row, post = row_of(stock, c, place), stock.number[c] + np.uint64(place)
    s, r = (c % CELLS_PER_AREA) // N_ROLES, c % N_ROLES
    age = np.int64(rates.age_months[s, r, one_of(draw(keys[_AGE], mates[_AGE], post), rates.age_months.shape[2])])
    nation = np.uint64(_OTHER_NATIONALITY)
    if not from_abroad:
        nation = _category(rates.nationality_chance[s, r], draw(keys[_NATIONALITY], mates[_NATIONALITY], post))
    female = np.uint64(draw(keys[_SEX], mates[_SEX], post)) < rates.female_chance[s, r, nation]
    contract = _category(rates.contract_chance[s, r], draw(keys[_CONTRACT], mates[_CONTRACT], post))
    week = rates.hours_table[s, r, contract, one_of(draw(keys[_HOURS], mates[_HOURS], post), rates.hours_table.shape[3])]
    level_2 = np.uint64(draw(keys[_QUALIFICATION], mates[_QUALIFICATION], post)) < rates.level_2_chance[s, r]
    stock.status[row] = FILLED
    stock.birth[row] = m - age
    stock.start[row] = m
    stock.sector[row] = m
    stock.traits[row] = (
        (1 if female else 0)
        | (np.int64(nation) << 1)
        | (np.int64(contract) << 3)
        | (LEVEL_2_MARK if level_2 else 0)
        | (VISA_MARK if from_abroad else 0)
        | (FULL_TIME_MARK if week >= _FULL_TIME_HOURS else 0)
    )
    stock.hours_of[row] = week
    stock.pay[row] = rates.pay_table[s, r, one_of(draw(keys[_PAY], mates[_PAY], post), rates.pay_table.shape[2])]
    stock.hours[c] += week
    bind(stock, rates, stretch, row, c)


@inlined
def one_of(luck, size):  # type: ignore[no-untyped-def]
    """Return a place in a table of equally likely entries."""
    return (np.uint64(luck) * np.uint64(size)) >> _U32


@inlined
def _category(cumulative, luck):  # type: ignore[no-untyped-def]
    """Return 0, 1 or 2 by the first two of the cumulative chances."""
    u = np.uint64(luck)
    return np.uint64(u >= cumulative[0]) + np.uint64(u >= cumulative[1])
