"""The compiled steps of the month: each does its work for one area, posts in order, with nothing but integers deciding.

All steps take the same things, so that `engine` may put them in a tuple and `run_months` may call them one after another without
Python in between. Rows of a cell lie together; a post's draws are keyed by its number, not by its row.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from almoner.model.bounds import banded, begin_stretch, bind
from almoner.model.columns import (
    ARRIVAL,
    CLOSED,
    ENTRANT,
    EXIT_ABROAD,
    EXIT_NHS,
    EXIT_OTHER,
    EXIT_RETIRED,
    FILLED,
    MOVE_IN,
    MOVE_OUT,
    PROMOTED_IN,
    PROMOTED_OUT,
    RETIREMENT_MONTHS,
    VACANT,
    VISA_MARK,
)
from almoner.model.draws import Decision, draw, draw_words
from almoner.model.lottery import chance, lowest, share_out
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES

BLOCK: Final = 1024
"""Posts whose draws are made together."""

_S3: Final = np.uint64(3)
_S8: Final = np.uint64(8)
_U32: Final = np.uint64(32)
_UNIT: Final = 2.0**-32

# Plain integers, because compiled code knows no enumerations.
_LEAVE, _LEAVE_REST, _DESTINATION = int(Decision.LEAVE), int(Decision.LEAVE_REST), int(Decision.DESTINATION)
_FILL = int(Decision.FILL)
_RETURN, _RETURN_SERVICE = int(Decision.RETURN), int(Decision.RETURN_SERVICE)
_PROMOTE, _CLOSE = int(Decision.PROMOTE), int(Decision.CLOSE)
_ROUND_ENTRANTS, _ROUND_ARRIVALS = int(Decision.ROUND_ENTRANTS), int(Decision.ROUND_ARRIVALS)
_ROUND_PROMOTIONS, _SHARE_OUT = int(Decision.ROUND_PROMOTIONS), int(Decision.SHARE_OUT)
_AGE, _SEX, _NATIONALITY = int(Decision.JOINER_AGE), int(Decision.JOINER_SEX), int(Decision.JOINER_NATIONALITY)
_CONTRACT, _HOURS = int(Decision.JOINER_CONTRACT), int(Decision.JOINER_HOURS)
_QUALIFICATION, _PAY = int(Decision.JOINER_QUALIFICATION), int(Decision.JOINER_PAY)


_inlined = njit(cache=True, nogil=True, inline="always")
"""For helpers that take many columns: a real call would count a reference to each of them, which costs more than the work."""


@njit(cache=True, nogil=True)
def open_and_close_posts(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows):  # type: ignore[no-untyped-def]
    """Open closed posts, lowest place first, or shut some, vacant ones first, until each cell has its funded number (section 2)."""
    key, mate = months.keys[m, _CLOSE], months.mates[m, _CLOSE]
    offset, number, status = stock.offset, stock.number, stock.status
    for c in range(area * CELLS_PER_AREA, (area + 1) * CELLS_PER_AREA):
        surplus = stock.filled[c] + stock.vacant[c] - months.target[m, c]
        while surplus < 0 and offset[c] + stock.first_closed[c] < offset[c + 1]:
            i = offset[c] + stock.first_closed[c]
            if status[i] == CLOSED:
                status[i] = VACANT
                _note_vacant(stock, c, stock.first_closed[c])
                surplus += 1
            stock.first_closed[c] += 1
        if surplus > 0:
            shut = min(surplus, stock.vacant[c])
            chosen = lowest(key, mate, number[c], _vacant_places(stock, c), shut)
            for j in range(shut):
                status[offset[c] + chosen[j]] = CLOSED
                stock.first_closed[c] = min(stock.first_closed[c], chosen[j])
            _forget_vacant(stock, c, shut)
            redundant = min(surplus - shut, stock.filled[c])
            if redundant == 0:
                continue
            chosen = _lowest_filled(key, mate, stock, c, redundant)
            for j in range(redundant):
                i = offset[c] + chosen[j]
                flows[c, _to_pool(waiting, stock, c, i, number[c] + np.uint64(chosen[j]))] += 1
                status[i] = CLOSED
                stock.bound[i] = 0
                stock.first_closed[c] = min(stock.first_closed[c], chosen[j])
                stock.filled[c] -= 1
                stock.hours[c] -= stock.hours_of[i]


@njit(cache=True, nogil=True)
def leave(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows):  # type: ignore[no-untyped-def]
    """Empty the posts whose holders leave this month, by two competing hazards on one draw, and note where they go (section 4).

    A post's draw has 40 bits. Its top byte, one of eight cut from one hash, is held against the post's bound byte: only where it
    is lower - one post in forty - are the hazard and the rest of the draw worked out (PERFORMANCE: byte-sliced lazy uniform).
    """
    key, mate = months.keys[m, _LEAVE], months.mates[m, _LEAVE]
    rest_key, rest_mate = months.keys[m, _LEAVE_REST], months.mates[m, _LEAVE_REST]
    where_key, where_mate = months.keys[m, _DESTINATION], months.mates[m, _DESTINATION]
    offset, number, status, bound = stock.offset, stock.number, stock.status, stock.bound
    birth, sector, traits_of, hours_of = stock.birth, stock.sector, stock.traits, stock.hours_of
    filled, vacant, hours, vacant_places = stock.filled, stock.vacant, stock.hours, stock.vacant_places
    age_band, experience_band, trait_weight = rates.age_band, rates.experience_band, rates.trait_weight
    exit_weight, move_weight, destinations = rates.exit_weight, rates.move_weight, rates.destinations
    exit_factor, move_factor = months.exit_factor[m, months.market[area]], months.move_factor[m, months.market[area]]
    words = np.empty(BLOCK // 8, np.uint64)
    top = words.view(np.uint8)  # the bytes of a word from the lowest on, as on all processors that numba compiles for
    for c in range(area * CELLS_PER_AREA, (area + 1) * CELLS_PER_AREA):
        if filled[c] == 0:
            continue
        exit_hazard = rates.exit_hazard[c] * exit_factor[c % CELLS_PER_AREA]
        move_hazard = rates.move_hazard[c] * move_factor[c % CELLS_PER_AREA]
        first, last = offset[c], offset[c + 1]
        for start in range(first, last, BLOCK):
            base = number[c] + np.uint64(start - first)
            size = min(BLOCK, last - start)
            draw_words(key, mate, base >> _S3, words, (size + 7) // 8)
            for j in range(size):
                if top[j] >= bound[start + j]:
                    continue
                i = start + j
                age = m - birth[i]
                a = age_band[banded(age)]
                e = experience_band[banded(m - sector[i])]
                traits = traits_of[i]
                w = trait_weight[traits & ~VISA_MARK if e >= rates.settled_band else traits]
                leaving_sector = exit_hazard * w * exit_weight[a, e]
                leaving_employer = move_hazard * w * move_weight[a, e]
                either = chance(leaving_sector + leaving_employer) << _S8
                u = (np.uint64(top[j]) << _U32) | np.uint64(draw(rest_key, rest_mate, base + np.uint64(j)))
                if u >= either:
                    continue
                out = np.uint64(float(either) * (leaving_sector / (leaving_sector + leaving_employer)))
                if u < out:
                    where = np.uint64(draw(where_key, where_mate, base + np.uint64(j)))
                    flows[c, _destination(age, where, destinations)] += 1
                else:
                    flows[c, _to_pool(waiting, stock, c, i, base + np.uint64(j))] += 1
                status[i] = VACANT
                bound[i] = 0
                filled[c] -= 1
                hours[c] -= hours_of[i]
                vacant_places[first + vacant[c]] = i - first
                vacant[c] += 1


@njit(cache=True, nogil=True)
def promote(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows):  # type: ignore[no-untyped-def]
    """Fill senior posts from the role below in the same service and area, which opens a post there (section 5)."""
    fill_key, fill_mate = months.keys[m, _FILL], months.mates[m, _FILL]
    choose_key, choose_mate = months.keys[m, _PROMOTE], months.mates[m, _PROMOTE]
    round_key, round_mate = months.keys[m, _ROUND_PROMOTIONS], months.mates[m, _ROUND_PROMOTIONS]
    pay_key, pay_mate = months.keys[m, _PAY], months.mates[m, _PAY]
    offset, number, status = stock.offset, stock.number, stock.status
    for c in range(area * CELLS_PER_AREA, (area + 1) * CELLS_PER_AREA):
        source_role = rates.below[c % N_ROLES]
        if source_role < 0 or stock.vacant[c] == 0:
            continue
        expected = rates.promotion_rate[c] * vacant_at_start[c % CELLS_PER_AREA]
        source = c - c % N_ROLES + source_role
        k = min(_rounded(expected, draw(round_key, round_mate, number[c])), stock.vacant[c], stock.filled[source])
        if k <= 0:
            continue
        places = lowest(fill_key, fill_mate, number[c], _vacant_places(stock, c), k)
        people = _lowest_filled(choose_key, choose_mate, stock, source, k)
        service, role = (c % CELLS_PER_AREA) // N_ROLES, c % N_ROLES
        for j in range(k):
            i, p = offset[c] + places[j], offset[source] + people[j]
            # Not the draw that chose the post: the chosen have low ones, and would get low pay.
            u = np.uint64(draw(pay_key, pay_mate, number[c] + np.uint64(places[j])))
            status[i] = FILLED
            stock.birth[i], stock.sector[i] = stock.birth[p], stock.sector[p]
            stock.traits[i], stock.hours_of[i] = stock.traits[p], stock.hours_of[p]
            stock.start[i] = m
            senior_pay = rates.pay_table[service, role, (u * np.uint64(rates.pay_table.shape[2])) >> _U32]
            stock.pay[i] = max(stock.pay[p], senior_pay)
            bind(stock, rates, stretch, i, c)
            status[p] = VACANT
            stock.bound[p] = 0
            _note_vacant(stock, source, people[j])
            stock.hours[c] += stock.hours_of[i]
            stock.hours[source] -= stock.hours_of[i]
        _forget_vacant(stock, c, k)
        stock.filled[c] += k
        stock.filled[source] -= k
        flows[c, PROMOTED_IN] += k
        flows[source, PROMOTED_OUT] += k


@njit(cache=True, nogil=True)
def recruit(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows):  # type: ignore[no-untyped-def]
    """Fill vacancies with movers, people from abroad and resident entrants, scarce vacancies in proportion (section 5)."""
    keys, mates = months.keys[m], months.mates[m]
    fill_key, fill_mate = keys[_FILL], mates[_FILL]
    return_key, return_mate = months.keys[m, _RETURN], months.mates[m, _RETURN]
    service_key, service_mate = months.keys[m, _RETURN_SERVICE], months.mates[m, _RETURN_SERVICE]
    offset, number, vacant = stock.offset, stock.number, stock.vacant
    moving = np.zeros(CELLS_PER_AREA, np.int64)
    arriving = np.zeros(CELLS_PER_AREA, np.int64)
    entering = np.zeros(CELLS_PER_AREA, np.int64)
    placed = np.zeros(CELLS_PER_AREA, np.int64)
    list_start = np.zeros(CELLS_PER_AREA + 1, np.int64)
    first_cell = area * CELLS_PER_AREA
    p0, size = waiting.offset[area], waiting.size[area]
    moving[:] = 0
    placed[:] = 0
    going = np.full(size, -1, np.int64)
    for p in range(size):
        person = waiting.number[p0 + p]
        if np.uint64(draw(return_key, return_mate, person)) < rates.return_chance:
            u = np.uint64(draw(service_key, service_mate, person))
            going[p] = _next_cell(waiting.cell[p0 + p], first_cell, vacant, u, rates.stay_chance)
            if going[p] >= 0:
                moving[going[p]] += 1
    _expect(m, area, vacant_at_start, stock, rates, months, arriving, entering)
    for k in range(CELLS_PER_AREA):
        c = first_cell + k
        luck = draw(keys[_SHARE_OUT], mates[_SHARE_OUT], number[c])
        moving[k], arriving[k], entering[k] = share_out(vacant[c], moving[k], arriving[k], entering[k], luck)
        list_start[k + 1] = list_start[k] + moving[k] + arriving[k] + entering[k]
    rows = np.empty(list_start[CELLS_PER_AREA], np.int64)
    for k in range(CELLS_PER_AREA):
        hires = list_start[k + 1] - list_start[k]
        if hires > 0:
            c = first_cell + k
            rows[list_start[k] : list_start[k + 1]] = offset[c] + lowest(
                fill_key, fill_mate, number[c], _vacant_places(stock, c), hires
            )
    kept = 0
    for p in range(size):
        k = going[p]
        if k >= 0 and placed[k] < moving[k]:
            _start_again(m, stock, waiting, rates, stretch, rows[list_start[k] + placed[k]], first_cell + k, p0 + p)
            placed[k] += 1
        else:
            _keep_waiting(waiting, p0 + kept, p0 + p)
            kept += 1
    waiting.size[area] = kept
    for k in range(CELLS_PER_AREA):
        c = first_cell + k
        for j in range(list_start[k] + moving[k], list_start[k + 1]):
            from_abroad = j - list_start[k] < moving[k] + arriving[k]
            _join(m, stock, rates, keys, mates, stretch, rows[j], c, from_abroad)
        hires = list_start[k + 1] - list_start[k]
        stock.filled[c] += hires
        _forget_vacant(stock, c, hires)
        flows[c, MOVE_IN] += moving[k]
        flows[c, ARRIVAL] += arriving[k]
        flows[c, ENTRANT] += entering[k]


@njit(cache=True, nogil=True)
def run_months(first, count, stock, waiting, rates, months, flows):  # type: ignore[no-untyped-def]
    """Run the steps of `engine.MONTH` in their order, for `count` months from `first`, without Python in between.

    Nothing crosses areas within a run, so each area goes through all its months while its posts are in the processor's cache.
    """
    vacant_at_start = np.empty(CELLS_PER_AREA, np.int64)
    for area in range(waiting.size.size):
        stretch = begin_stretch(area, first, count, stock, rates, months)
        for m in range(first, first + count):
            vacant_at_start[:] = stock.vacant[area * CELLS_PER_AREA : (area + 1) * CELLS_PER_AREA]
            open_and_close_posts(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows)
            leave(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows)
            promote(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows)
            recruit(area, m, stock, waiting, rates, months, stretch, vacant_at_start, flows)


@_inlined
def _expect(m, area, vacant_at_start, stock, rates, months, arriving, entering):  # type: ignore[no-untyped-def]
    """Write the arrivals and resident entrants of each cell of an area: expected ones, rounded by the cell's luck of the month.

    Entrants are `rate x V x (V_s / V_s0)^(n - 1)` with V_s the vacancies of the area's service (see `filling`). Vacancies are those
    of the month's start: the rates were measured on a stock, which knows nothing of the posts that empty and fill within a month.
    """
    entrant_key, entrant_mate = months.keys[m, _ROUND_ENTRANTS], months.mates[m, _ROUND_ENTRANTS]
    arrival_key, arrival_mate = months.keys[m, _ROUND_ARRIVALS], months.mates[m, _ROUND_ARRIVALS]
    market = months.market[area]
    for s in range(N_SERVICES):
        total = 0
        for r in range(N_ROLES):
            total += vacant_at_start[s * N_ROLES + r]
        pressure = max(float(total), 1.0) / max(rates.base_vacancies[area, s], 1.0)
        common = pressure ** (rates.vacancy_exponent - 1.0) * months.working_age[m, area]
        for r in range(N_ROLES):
            k = s * N_ROLES + r
            c = area * CELLS_PER_AREA + k
            expected = rates.entrant_rate[c] * vacant_at_start[k] * common * months.entrant_factor[m, market, k]
            entering[k] = _rounded(expected, draw(entrant_key, entrant_mate, stock.number[c]))
            arriving[k] = _rounded(rates.arrival_share[c] * months.arrivals[m, market], draw(arrival_key, arrival_mate, stock.number[c]))


@njit(cache=True, nogil=True)
def _rounded(expected: float, luck: np.uint32) -> int:
    """Round an expected count up or down, in proportion; steps of 2**-20 keep the last bits of a power from deciding."""
    return int(np.floor(np.rint(expected * 1048576.0) / 1048576.0 + luck * _UNIT))


@njit(cache=True, nogil=True)
def _destination(age: int, u: np.uint64, cumulative: NDArray[np.uint64]) -> int:
    """Say where someone who leaves the sector goes: from state pension age on, into retirement."""
    if age >= RETIREMENT_MONTHS:
        return EXIT_RETIRED
    if u < cumulative[0]:
        return EXIT_NHS
    if u < cumulative[1]:
        return EXIT_OTHER
    return EXIT_RETIRED if u < cumulative[2] else EXIT_ABROAD


@_inlined
def _next_cell(cell, first_cell, vacant, u, stay_chance):  # type: ignore[no-untyped-def]
    """Return the cell (within the area) that a mover tries: the own one, or one of the same role in proportion to vacancies."""
    if u < stay_chance:
        return cell if vacant[first_cell + cell] > 0 else -1
    role = cell % N_ROLES
    total = 0
    for s in range(N_SERVICES):
        total += vacant[first_cell + s * N_ROLES + role]
    if total == 0:
        return -1
    span = (np.uint64(1) << _U32) - stay_chance
    ticket = np.int64((u - stay_chance) * np.uint64(total) // span)
    for s in range(N_SERVICES):
        ticket -= vacant[first_cell + s * N_ROLES + role]
        if ticket < 0:
            return s * N_ROLES + role
    return -1


@_inlined
def _vacant_places(stock, c):  # type: ignore[no-untyped-def]
    """Return the places of a cell's vacant posts, in no order."""
    return stock.vacant_places[stock.offset[c] : stock.offset[c] + stock.vacant[c]]


@_inlined
def _note_vacant(stock, c, place):  # type: ignore[no-untyped-def]
    """Count a post as vacant that has become so."""
    stock.vacant_places[stock.offset[c] + stock.vacant[c]] = place
    stock.vacant[c] += 1


@_inlined
def _forget_vacant(stock, c, count):  # type: ignore[no-untyped-def]
    """Strike `count` posts off the list of vacant ones: those that are no longer so."""
    if count > 0:
        kept = stock.offset[c]
        for q in range(stock.offset[c], stock.offset[c] + stock.vacant[c]):
            place = stock.vacant_places[q]
            if stock.status[stock.offset[c] + place] == VACANT:
                stock.vacant_places[kept] = place
                kept += 1
        stock.vacant[c] -= count


@njit(cache=True, nogil=True)
def _filled_candidates(key, mate, number, status, count, filled):  # type: ignore[no-untyped-def]
    """Return places of filled posts among which are, almost surely, the `count` of lowest hash; all of them when in doubt.

    `status` is that of one cell. Only hashes under a limit a little above count / filled are looked at again.
    """
    share = (count + 6.0 * np.sqrt(float(count)) + 6.0) / filled
    limit = np.uint64(min(share, 1.0) * 4294967296.0)
    places = np.empty(filled, np.int32)
    words = np.empty(BLOCK, np.uint64)
    held = 0
    for start in range(0, status.size, BLOCK):
        size = min(BLOCK, status.size - start)
        draw_words(key, mate, number + np.uint64(start), words, size)
        for j in range(size):
            if words[j] >> _U32 < limit and status[start + j] == FILLED:
                places[held] = start + j
                held += 1
    if held < count:
        held = 0
        for j in range(status.size):
            if status[j] == FILLED:
                places[held] = j
                held += 1
    return places[:held]


@_inlined
def _lowest_filled(key, mate, stock, c, count):  # type: ignore[no-untyped-def]
    """Return the places of the `count` filled posts of a cell with the lowest keyed hash."""
    own = stock.status[stock.offset[c] : stock.offset[c + 1]]
    return lowest(key, mate, stock.number[c], _filled_candidates(key, mate, stock.number[c], own, count, stock.filled[c]), count)


@_inlined
def _to_pool(waiting, stock, c, i, number):  # type: ignore[no-untyped-def]
    """Put the holder of row i of cell c into the area's pool and say which flow that was; a full pool sends people out."""
    area = c // CELLS_PER_AREA
    q = waiting.offset[area] + waiting.size[area]
    if q >= waiting.offset[area + 1]:
        return EXIT_OTHER
    waiting.number[q] = number
    waiting.cell[q] = c % CELLS_PER_AREA
    waiting.birth[q], waiting.sector[q] = stock.birth[i], stock.sector[i]
    waiting.traits[q], waiting.hours_of[q], waiting.pay[q] = stock.traits[i], stock.hours_of[i], stock.pay[i]
    waiting.size[area] += 1
    return MOVE_OUT


@_inlined
def _start_again(m, stock, waiting, rates, stretch, i, c, q):  # type: ignore[no-untyped-def]
    """Let the person in row q of the pool take the vacant post of row i."""
    stock.status[i] = FILLED
    stock.start[i] = m
    stock.birth[i], stock.sector[i] = waiting.birth[q], waiting.sector[q]
    stock.traits[i], stock.hours_of[i], stock.pay[i] = waiting.traits[q], waiting.hours_of[q], waiting.pay[q]
    stock.hours[c] += stock.hours_of[i]
    bind(stock, rates, stretch, i, c)


@_inlined
def _keep_waiting(waiting, t, q):  # type: ignore[no-untyped-def]
    """Move the person in row q of the pool up to row t."""
    waiting.number[t], waiting.cell[t], waiting.birth[t] = waiting.number[q], waiting.cell[q], waiting.birth[q]
    waiting.sector[t], waiting.traits[t] = waiting.sector[q], waiting.traits[q]
    waiting.hours_of[t], waiting.pay[t] = waiting.hours_of[q], waiting.pay[q]


@_inlined
def _join(m, stock, rates, keys, mates, stretch, i, c, from_abroad):  # type: ignore[no-untyped-def]
    """Let someone new to the sector take the vacant post of row i; attributes are drawn by the post's own hashes of the month."""
    post = stock.number[c] + np.uint64(i - stock.offset[c])
    s, r = (c % CELLS_PER_AREA) // N_ROLES, c % N_ROLES
    age = np.int64(rates.age_months[s, r, _place(draw(keys[_AGE], mates[_AGE], post), rates.age_months.shape[2])])
    nation = 2
    if not from_abroad:
        u = np.uint64(draw(keys[_NATIONALITY], mates[_NATIONALITY], post))
        nation = 0 if u < rates.nationality_chance[s, r, 0] else (1 if u < rates.nationality_chance[s, r, 1] else 2)
    female = np.uint64(draw(keys[_SEX], mates[_SEX], post)) < rates.female_chance[s, r, nation]
    u = np.uint64(draw(keys[_CONTRACT], mates[_CONTRACT], post))
    contract = 0 if u < rates.contract_chance[s, r, 0] else (1 if u < rates.contract_chance[s, r, 1] else 2)
    week = rates.hours_table[s, r, contract, _place(draw(keys[_HOURS], mates[_HOURS], post), rates.hours_table.shape[3])]
    level_2 = np.uint64(draw(keys[_QUALIFICATION], mates[_QUALIFICATION], post)) < rates.level_2_chance[s, r]
    stock.status[i] = FILLED
    stock.birth[i] = m - age
    stock.start[i] = m
    stock.sector[i] = m
    stock.traits[i] = (
        (1 if female else 0)
        | (nation << 1)
        | (contract << 3)
        | ((1 if level_2 else 0) << 5)
        | (VISA_MARK if from_abroad else 0)
        | ((1 if week >= 35 else 0) << 7)
    )
    stock.hours_of[i] = week
    stock.pay[i] = rates.pay_table[s, r, _place(draw(keys[_PAY], mates[_PAY], post), rates.pay_table.shape[2])]
    stock.hours[c] += week
    bind(stock, rates, stretch, i, c)


@njit(cache=True, nogil=True)
def _place(luck: np.uint32, size: int) -> np.uint64:
    """Return a place in a table of equally likely entries."""
    return (np.uint64(luck) * np.uint64(size)) >> _U32
