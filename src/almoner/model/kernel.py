"""The compiled steps of the month: each does its work for one area, posts in order, with nothing but integers deciding.

All steps take the same things, so that `engine` may put them in a tuple and `run_months` may call them one after another without
Python in between. Rows of a cell lie together; a post's draws are keyed by its number, not by its row.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.model.bounds import banded, begin_stretch, bind, bind_area
from almoner.model.columns import (
    ARRIVAL,
    CLOSED,
    CONTRACT_BITS,
    ENTRANT,
    GUARANTEED,
    LEVEL_2_MARK,
    MOVE_IN,
    PERMANENT,
    PROMOTED_IN,
    PROMOTED_OUT,
    QUALIFIED,
    VACANT,
    VISA_MARK,
    ZERO_HOURS,
)
from almoner.model.compiled import compiled, inlined
from almoner.model.draws import Decision, draw
from almoner.model.lottery import chance, rounded, share_out
from almoner.model.people import (
    close_filled,
    destination,
    forget_gone,
    forget_vacant,
    join,
    lowest_vacant,
    note_vacant,
    place_of,
    rise,
    row_of,
    start_again,
    to_pool,
    vacate,
)
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES
from almoner.model.room import LINE
from almoner.model.sieve import holder_of, holders, lay_out, line_of, list_below_bound, lowest_holders

_S8: Final = np.uint64(8)
_U32: Final = np.uint64(32)
_TINY: Final = float(np.finfo(float).tiny)

# Plain integers, because compiled code knows no enumerations.
_LEAVE, _LEAVE_REST, _DESTINATION = int(Decision.LEAVE), int(Decision.LEAVE_REST), int(Decision.DESTINATION)
_CLOSE, _REDUNDANT, _REDUNDANT_REST = int(Decision.CLOSE), int(Decision.REDUNDANT), int(Decision.REDUNDANT_REST)
_FILL, _RETURN, _RETURN_SERVICE = int(Decision.FILL), int(Decision.RETURN), int(Decision.RETURN_SERVICE)
_PROMOTE, _PROMOTE_REST, _SENIOR_PAY = int(Decision.PROMOTE), int(Decision.PROMOTE_REST), int(Decision.JOINER_PAY)
_QUALIFY, _QUALIFY_REST, _ROUND_QUALIFIED = int(Decision.QUALIFY), int(Decision.QUALIFY_REST), int(Decision.ROUND_QUALIFIED)
_GUARANTEE, _GUARANTEE_REST = int(Decision.GUARANTEE), int(Decision.GUARANTEE_REST)
_ROUND_GUARANTEED = int(Decision.ROUND_GUARANTEED)
_TRAIN, _TRAIN_REST, _ROUND_TRAINEES = int(Decision.TRAIN), int(Decision.TRAIN_REST), int(Decision.ROUND_TRAINEES)
_ROUND_ENTRANTS, _ROUND_ARRIVALS = int(Decision.ROUND_ENTRANTS), int(Decision.ROUND_ARRIVALS)
_ROUND_PROMOTIONS, _SHARE_OUT = int(Decision.ROUND_PROMOTIONS), int(Decision.SHARE_OUT)


@compiled
def open_and_close_posts(area, m, stock, waiting, rates, months, stretch, room, flows):  # type: ignore[no-untyped-def]
    """Open closed posts, lowest place first, or shut some, vacant ones first, until each cell has its funded number (section 2)."""
    keys, mates = months.keys[m], months.mates[m]
    offset, status = stock.offset, stock.status
    for c in range(area * CELLS_PER_AREA, (area + 1) * CELLS_PER_AREA):
        surplus = stock.filled[c] + stock.vacant[c] - months.target[m, c]
        while surplus < 0 and offset[c] + stock.first_closed[c] < offset[c + 1]:
            i = offset[c] + stock.first_closed[c]
            if status[i] == CLOSED:
                status[i] = VACANT
                note_vacant(stock, c, stock.first_closed[c])
                surplus += 1
            stock.first_closed[c] += 1
        if surplus > 0:
            shut = min(surplus, stock.vacant[c])
            lowest_vacant(keys[_CLOSE], mates[_CLOSE], stock, c, shut, room)
            for j in range(shut):
                place = place_of(room.tickets[j])
                status[offset[c] + place] = CLOSED
                stock.first_closed[c] = min(stock.first_closed[c], place)
            forget_vacant(stock, c, shut)
            if surplus > shut:
                redundant = lowest_holders(keys, mates, _REDUNDANT, _REDUNDANT_REST, 0, 0, stock, c, surplus - shut, room)
                for j in range(redundant):
                    place = holder_of(room.tickets[j])
                    row, number = row_of(stock, c, place), stock.number[c] + np.uint64(place)
                    flows[c, to_pool(waiting, stock, c, row, number)] += 1
                    close_filled(stock, c, row, place)


@compiled
def leave(area, m, stock, waiting, rates, months, stretch, room, flows):  # type: ignore[no-untyped-def]
    """Empty the posts whose holders leave this month, by two competing hazards on one draw, and note where they go (section 4)."""
    # A post's draw has 40 bits. Its top byte, one of eight cut from one hash, is held against the post's bound byte: only where it
    # is lower - one post in forty - are the hazard and the rest of the draw worked out, and of these two in three leave.
    keys, mates = months.keys[m], months.mates[m]
    first_cell, market = area * CELLS_PER_AREA, months.market[area]
    for k in range(CELLS_PER_AREA):
        room.exit_now[k] = rates.exit_hazard[first_cell + k] * months.exit_factor[m, market, k]
        room.move_now[k] = rates.move_hazard[first_cell + k] * months.move_factor[m, market, k]
    possible = list_below_bound(area, keys[_LEAVE], mates[_LEAVE], stock, room)
    leavers = 0
    # No branch: nobody can foresee who leaves.
    for j in range(possible):
        at = room.listed[j]
        k = room.line_cell[line_of(at)]
        place = at - room.line_start[k] * LINE
        row, number = row_of(stock, first_cell + k, place), stock.number[first_cell + k] + np.uint64(place)
        a = rates.age_band[banded(m - stock.birth[row])]
        e = rates.experience_band[banded(m - stock.sector[row])]
        traits = stock.traits[row]
        w = rates.trait_weight[traits & ~VISA_MARK if e >= rates.settled_band else traits]
        leaving_sector = room.exit_now[k] * w * rates.exit_weight[a, e]
        leaving_employer = room.move_now[k] * w * rates.move_weight[a, e]
        either = chance(leaving_sector + leaving_employer) << _S8
        out = np.uint64(np.int64(float(either) * (leaving_sector / max(leaving_sector + leaving_employer, _TINY))))
        u = (np.uint64(room.top[at]) << _U32) | np.uint64(draw(keys[_LEAVE_REST], mates[_LEAVE_REST], number))
        room.listed[leavers] = at
        room.leaves_sector[leavers] = u < out
        leavers += int(u < either)
    for j in range(leavers):
        at = room.listed[j]
        k = room.line_cell[line_of(at)]
        c, place = first_cell + k, at - room.line_start[k] * LINE
        row, number = row_of(stock, c, place), stock.number[c] + np.uint64(place)
        if room.leaves_sector[j]:
            luck = np.uint64(draw(keys[_DESTINATION], mates[_DESTINATION], number))
            flows[c, destination(m - stock.birth[row], luck, rates.destinations)] += 1
        else:
            flows[c, to_pool(waiting, stock, c, row, number)] += 1
        vacate(stock, c, row, place)


@compiled
def develop(area, m, stock, waiting, rates, months, stretch, room, flows):  # type: ignore[no-untyped-def]
    """Let people gain a qualification or guaranteed hours, and those who have trained for it a registered post (section 10)."""
    keys, mates = months.keys[m], months.mates[m]
    first_cell, market = area * CELLS_PER_AREA, months.market[area]
    for k in range(CELLS_PER_AREA):
        c, share = first_cell + k, months.qualifying[m, market, k]
        if share > 0.0:
            luck = draw(keys[_ROUND_QUALIFIED], mates[_ROUND_QUALIFIED], stock.number[c])
            count = rounded(share * stock.filled[c], luck)
            found = lowest_holders(keys, mates, _QUALIFY, _QUALIFY_REST, LEVEL_2_MARK, 0, stock, c, count, room)
            _change(found, LEVEL_2_MARK, LEVEL_2_MARK, stock, rates, stretch, c, room)
            flows[c, QUALIFIED] += found
    for k in range(CELLS_PER_AREA):
        c, share = first_cell + k, months.guaranteeing[m, market, k]
        if share > 0.0:
            luck = draw(keys[_ROUND_GUARANTEED], mates[_ROUND_GUARANTEED], stock.number[c])
            count = rounded(share * holders(CONTRACT_BITS, ZERO_HOURS, stock, c), luck)
            found = lowest_holders(keys, mates, _GUARANTEE, _GUARANTEE_REST, CONTRACT_BITS, ZERO_HOURS, stock, c, count, room)
            _change(found, CONTRACT_BITS, PERMANENT, stock, rates, stretch, c, room)
            flows[c, GUARANTEED] += found
    for k in range(CELLS_PER_AREA):
        c, expected = first_cell + k, months.trainees[m, area, k]
        if expected > 0.0:
            trained = rounded(expected, draw(keys[_ROUND_TRAINEES], mates[_ROUND_TRAINEES], stock.number[c]))
            for choice in range(rates.trained_from.shape[1]):
                source_role = rates.trained_from[c % N_ROLES, choice]
                source = c - c % N_ROLES + source_role
                count = min(trained, stock.vacant[c], stock.filled[source] if source_role >= 0 else 0)
                if count > 0:
                    _raise_up(
                        m, source, c, count, _TRAIN, _TRAIN_REST, LEVEL_2_MARK, keys, mates, stock, rates, stretch, room, flows
                    )
                    trained -= count


@compiled
def promote(area, m, stock, waiting, rates, months, stretch, room, flows):  # type: ignore[no-untyped-def]
    """Fill senior posts from the role below in the same service and area, which opens a post there (section 5)."""
    keys, mates = months.keys[m], months.mates[m]
    first_cell = area * CELLS_PER_AREA
    for c in range(first_cell, first_cell + CELLS_PER_AREA):
        source_role = rates.below[c % N_ROLES]
        if source_role < 0 or stock.vacant[c] == 0:
            continue
        expected = rates.promotion_rate[c] * room.vacant_at_start[c - first_cell]
        source = c - c % N_ROLES + source_role
        wanted = rounded(expected, draw(keys[_ROUND_PROMOTIONS], mates[_ROUND_PROMOTIONS], stock.number[c]))
        count = min(wanted, stock.vacant[c], stock.filled[source])
        if count > 0:
            _raise_up(m, source, c, count, _PROMOTE, _PROMOTE_REST, 0, keys, mates, stock, rates, stretch, room, flows)


@compiled
def recruit(area, m, stock, waiting, rates, months, stretch, room, flows):  # type: ignore[no-untyped-def]
    """Fill vacancies with movers, people from abroad and resident entrants, scarce vacancies in proportion (section 5)."""
    keys, mates = months.keys[m], months.mates[m]
    first_cell, first_person, people = area * CELLS_PER_AREA, waiting.offset[area], waiting.size[area]
    moving, arriving, entering, hires_start = room.moving, room.arriving, room.entering, room.hires_start
    moving[:] = 0
    triers = 0
    for p in range(people):
        room.listed[triers] = p
        luck = np.uint64(draw(keys[_RETURN], mates[_RETURN], waiting.number[first_person + p]))
        triers += int(luck < rates.return_chance)
    vacant = stock.vacant[first_cell : first_cell + CELLS_PER_AREA]
    for t in range(triers):
        person = np.uint64(first_person + room.listed[t])
        luck = np.uint64(draw(keys[_RETURN_SERVICE], mates[_RETURN_SERVICE], waiting.number[person]))
        k = _next_cell(waiting.cell[person], vacant, luck, rates.stay_chance)
        room.going[t] = k
        if k >= 0:
            moving[k] += 1
    _expect(area, m, stock, rates, months, room)
    hires_start[0] = 0
    for k in range(CELLS_PER_AREA):
        c = first_cell + k
        if moving[k] + arriving[k] + entering[k] > stock.vacant[c]:
            luck = draw(keys[_SHARE_OUT], mates[_SHARE_OUT], stock.number[c])
            moving[k], arriving[k], entering[k] = share_out(stock.vacant[c], moving[k], arriving[k], entering[k], luck)
        hires = moving[k] + arriving[k] + entering[k]
        hires_start[k + 1] = hires_start[k] + hires
        if hires > 0:
            lowest_vacant(keys[_FILL], mates[_FILL], stock, c, hires, room)
            for j in range(hires):
                room.places[hires_start[k] + j] = place_of(room.tickets[j])
    # The lowest draws go to movers, the next to people from abroad and the rest to residents.
    placed = room.placed
    placed[:] = 0
    for t in range(triers):
        k, person = room.going[t], np.uint64(first_person + room.listed[t])
        if k >= 0 and placed[k] < moving[k]:
            row = row_of(stock, first_cell + k, room.places[hires_start[k] + placed[k]])
            start_again(m, stock, waiting, rates, stretch, row, first_cell + k, person)
            placed[k] += 1
    forget_gone(waiting, area)
    for k in range(CELLS_PER_AREA):
        c, last = first_cell + k, hires_start[k + 1]
        for j in range(hires_start[k] + moving[k], last):
            join(m, stock, rates, keys, mates, stretch, room.places[j], c, j < last - entering[k])
        stock.filled[c] += last - hires_start[k]
        forget_vacant(stock, c, last - hires_start[k])
        flows[c, MOVE_IN] += moving[k]
        flows[c, ARRIVAL] += arriving[k]
        flows[c, ENTRANT] += entering[k]


@compiled
def run_months(count, stock, waiting, rates, months, stretch, room, flows, monthly_hours):  # type: ignore[no-untyped-def]
    """Run the steps of `engine.MONTH` in their order, for `count` months from `stretch.first`, without Python in between.

    Nothing crosses areas within a run, so each area goes through all its months while its posts are in the processor's cache.
    """
    begin_stretch(count, rates, stretch)
    for area in range(waiting.size.size):
        bind_area(area, count, stock, rates, months, stretch)
        for m in range(stretch.first, stretch.first + count):
            begin_month(area, stock, room)
            open_and_close_posts(area, m, stock, waiting, rates, months, stretch, room, flows)
            leave(area, m, stock, waiting, rates, months, stretch, room, flows)
            develop(area, m, stock, waiting, rates, months, stretch, room, flows)
            promote(area, m, stock, waiting, rates, months, stretch, room, flows)
            recruit(area, m, stock, waiting, rates, months, stretch, room, flows)
            note_hours(area, m, stock, monthly_hours)


@compiled
def begin_month(area, stock, room):  # type: ignore[no-untyped-def]
    """Note the vacancies that an area's month begins with, and lay its posts out on the lines of the room."""
    first_cell = area * CELLS_PER_AREA
    for k in range(CELLS_PER_AREA):
        room.vacant_at_start[k] = stock.vacant[first_cell + k]
    lay_out(area, stock, room)


@compiled
def note_hours(area, m, stock, monthly_hours):  # type: ignore[no-untyped-def]
    """Add up the weekly hours of an area's people in post at the end of a month, by service."""
    for s in range(N_SERVICES):
        first = area * CELLS_PER_AREA + s * N_ROLES
        monthly_hours[m, area, s] = stock.hours[first : first + N_ROLES].sum()


@inlined
def _change(count, bits, wanted, stock, rates, stretch, c, room):  # type: ignore[no-untyped-def]
    """Make traits `wanted` in `bits` for the holders of a cell on the first `count` tickets."""
    for j in range(count):
        row = row_of(stock, c, holder_of(room.tickets[j]))
        stock.traits[row] = (stock.traits[row] & ~bits) | wanted
        bind(stock, rates, stretch, row, c)


@inlined
def _raise_up(m, source, c, count, decision, rest, mark, keys, mates, stock, rates, stretch, room, flows):  # type: ignore[no-untyped-def]
    """Let `count` people of one cell, drawn by a decision, take the vacant posts of another that are first in line.

    Their traits gain the bits of `mark`.
    """
    lowest_vacant(keys[_FILL], mates[_FILL], stock, c, count, room)
    for j in range(count):
        room.places[j] = place_of(room.tickets[j])
    lowest_holders(keys, mates, decision, rest, 0, 0, stock, source, count, room)
    for j in range(count):
        place, old_place = room.places[j], holder_of(room.tickets[j])
        row, old = row_of(stock, c, place), row_of(stock, source, old_place)
        # Not the draw that chose the post: the chosen have low ones, and would get low pay.
        luck = draw(keys[_SENIOR_PAY], mates[_SENIOR_PAY], stock.number[c] + np.uint64(place))
        rise(m, stock, rates, stretch, old, row, c, mark, luck)
        vacate(stock, source, old, old_place)
    stock.filled[c] += count
    forget_vacant(stock, c, count)
    flows[c, PROMOTED_IN] += count
    flows[source, PROMOTED_OUT] += count


@inlined
def _expect(area, m, stock, rates, months, room):  # type: ignore[no-untyped-def]
    """Write the arrivals and resident entrants of each cell of an area: expected ones, rounded by the cell's luck of the month.

    Entrants are `rate x V x (V_s / V_s0)^(n - 1)` with V_s the vacancies of the area's service (see `filling`). Vacancies are those
    of the month's start: the rates were measured on a stock, which knows nothing of the posts that empty and fill within a month.
    """
    entrant_key, entrant_mate = months.keys[m, _ROUND_ENTRANTS], months.mates[m, _ROUND_ENTRANTS]
    arrival_key, arrival_mate = months.keys[m, _ROUND_ARRIVALS], months.mates[m, _ROUND_ARRIVALS]
    market, vacant_at_start = months.market[area], room.vacant_at_start
    for s in range(N_SERVICES):
        total = vacant_at_start[s * N_ROLES : (s + 1) * N_ROLES].sum()
        pressure = max(float(total), 1.0) / max(rates.base_vacancies[area, s], 1.0)
        common = pressure ** (rates.vacancy_exponent - 1.0) * months.working_age[m, area]
        for k in range(s * N_ROLES, (s + 1) * N_ROLES):
            c = area * CELLS_PER_AREA + k
            expected = rates.entrant_rate[c] * vacant_at_start[k] * common * months.entrant_factor[m, market, k]
            room.entering[k] = rounded(expected, draw(entrant_key, entrant_mate, stock.number[c]))
            expected = rates.arrival_share[c] * months.arrivals[m, market]
            room.arriving[k] = rounded(expected, draw(arrival_key, arrival_mate, stock.number[c]))


@inlined
def _next_cell(cell, vacant, luck, stay_chance):  # type: ignore[no-untyped-def]
    """Return the cell (within the area) that a mover tries: the own one, or one of the same role in proportion to vacancies.

    `vacant` is by cell of the area; without a vacancy it is -1.
    """
    if luck < stay_chance:
        return cell if vacant[cell] > 0 else -1
    role = cell % N_ROLES
    total = 0
    for s in range(N_SERVICES):
        total += vacant[s * N_ROLES + role]
    span = (np.uint64(1) << _U32) - stay_chance
    ticket = np.int64((luck - stay_chance) * np.uint64(total) // span)
    for s in range(N_SERVICES):
        ticket -= vacant[s * N_ROLES + role]
        if ticket < 0:
            return s * N_ROLES + role
    return -1
