"""The compiled loops of the month: each does one step for every area, posts in order, with nothing but integers deciding.

They are called by `engine` and by nobody else. Rows of a cell lie together; a post's draws are keyed by its number, not by its
row. Hires go to the vacant posts with the lowest keyed hash, so one more hire fills one more post and changes no other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from almoner.model.draws import draw
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES

FLOWS: Final = (
    "exits_nhs",
    "exits_other_sector",
    "exits_retirement",
    "exits_abroad",
    "moves_out",
    "moves_in",
    "entrants",
    "arrivals",
    "promotions_in",
    "promotions_out",
)
EXIT_NHS, EXIT_OTHER, EXIT_RETIRED, EXIT_ABROAD, MOVE_OUT, MOVE_IN, ENTRANT, ARRIVAL, PROMOTED_IN, PROMOTED_OUT = range(10)

CLOSED, VACANT, FILLED = 0, 1, 2
RETIREMENT_MONTHS: Final = 66 * 12
VISA_MARK: Final = 1 << 6
"""The bit of a post's traits that marks a sponsored visa."""
MAX_WEIGHT_AGE: Final = 128

BLOCK: Final = 1024
"""Posts whose draws are made together."""

_TWO24: Final = float(1 << 24)
_U32: Final = np.uint64(32)


@njit(cache=True, nogil=True)
def chance(hazard: float) -> np.uint64:
    """Integer threshold of 1 - exp(-hazard) for a monthly hazard up to about 0.7: a series, so that no libm decides."""
    h = hazard if hazard < 0.7 else 0.7
    p = h * (1.0 - h * (0.5 - h * (1.0 / 6.0 - h * (1.0 / 24.0 - h * (1.0 / 120.0 - h * (1.0 / 720.0 - h / 5040.0))))))
    return np.uint64(p * _TWO24 + 0.5) << np.uint64(8)


@njit(cache=True, nogil=True)
def open_and_close(offset, number, status, target, filled, vacant, hours, hours_of, key, mate, pool, flows):  # type: ignore[no-untyped-def]
    """Open closed posts, lowest place first, or shut posts - vacant ones first - until each cell has `target` posts."""
    for c in range(target.size):
        surplus = filled[c] + vacant[c] - target[c]
        if surplus < 0:
            for i in range(offset[c], offset[c + 1]):
                if status[i] == CLOSED:
                    status[i] = VACANT
                    vacant[c] += 1
                    surplus += 1
                    if surplus == 0:
                        break
        elif surplus > 0:
            shut = min(surplus, vacant[c])
            rows = lowest(key, mate, number[c], offset[c], offset[c + 1], status, VACANT, vacant[c], shut)
            for j in range(shut):
                status[rows[j]] = CLOSED
            vacant[c] -= shut
            redundant = min(surplus - shut, filled[c])
            rows = lowest(key, mate, number[c], offset[c], offset[c + 1], status, FILLED, filled[c], redundant)
            for j in range(redundant):
                i = rows[j]
                flows[c, _to_pool(pool, c, i, number[c] + np.uint64(i - offset[c]))] += 1
                status[i] = CLOSED
                filled[c] -= 1
                hours[c] -= hours_of[i]


@njit(cache=True, nogil=True)
def leave(  # type: ignore[no-untyped-def]
    month,
    offset,
    number,
    status,
    birth,
    sector,
    traits,
    hours_of,
    filled,
    vacant,
    hours,
    exit_hazard,
    move_hazard,
    trait_weight,
    age_band,
    experience_band,
    exit_weight,
    move_weight,
    settled,
    exit_bound,
    move_bound,
    key,
    mate,
    destination_key,
    destination_mate,
    destination_chance,
    pool,
    flows,
):
    """Empty the posts whose holders leave this month: two competing hazards on one draw (MODEL.md section 4)."""
    luck = np.empty(BLOCK, np.uint32)
    for c in range(filled.size):
        if filled[c] == 0:
            continue
        most = chance(exit_hazard[c] * exit_bound + move_hazard[c] * move_bound)
        first, last = offset[c], offset[c + 1]
        for start in range(first, last, BLOCK):
            base = number[c] + np.uint64(start - first)
            size = min(BLOCK, last - start)
            # The draws of a block come first, by themselves: that loop has no branch, so the compiler does many at once.
            for j in range(size):
                luck[j] = draw(key, mate, base + np.uint64(j))
            for j in range(size):
                u = np.uint64(luck[j])
                if u >= most:
                    continue
                i = start + j
                if status[i] != FILLED:
                    continue
                age = month - birth[i]
                a = age_band[min(age // 12, MAX_WEIGHT_AGE - 1)]
                e = experience_band[min((month - sector[i]) // 12, MAX_WEIGHT_AGE - 1)]
                w = trait_weight[traits[i] & ~VISA_MARK if e >= settled else traits[i]]
                leaving_sector = exit_hazard[c] * w * exit_weight[a, e]
                leaving_employer = move_hazard[c] * w * move_weight[a, e]
                either = chance(leaving_sector + leaving_employer)
                if u >= either:
                    continue
                out = np.uint64(float(either) * (leaving_sector / (leaving_sector + leaving_employer)))
                if u < out:
                    where = np.uint64(draw(destination_key, destination_mate, base + np.uint64(j)))
                    flows[c, destination(age, where, destination_chance)] += 1
                else:
                    flows[c, _to_pool(pool, c, i, base + np.uint64(j))] += 1
                status[i] = VACANT
                filled[c] -= 1
                vacant[c] += 1
                hours[c] -= hours_of[i]


@njit(cache=True, nogil=True)
def destination(age: int, u: np.uint64, cumulative: NDArray[np.uint64]) -> int:
    """Say where someone who leaves the sector goes: from state pension age on, into retirement."""
    if age >= RETIREMENT_MONTHS:
        return EXIT_RETIRED
    if u < cumulative[0]:
        return EXIT_NHS
    if u < cumulative[1]:
        return EXIT_OTHER
    return EXIT_RETIRED if u < cumulative[2] else EXIT_ABROAD


@njit(cache=True, nogil=True)
def promote(  # type: ignore[no-untyped-def]
    month,
    offset,
    number,
    posts,
    filled,
    vacant,
    hours,
    below,
    wanted,
    pay_table,
    choose_key,
    choose_mate,
    fill_key,
    fill_mate,
    flows,
):
    """Fill senior posts from the role below in the same service and area, which opens a post there."""
    status, birth, start, sector, traits, hours_of, pay = posts
    for c in range(wanted.size):
        k = min(wanted[c], vacant[c])
        source_role = below[c % N_ROLES]
        if k <= 0 or source_role < 0:
            continue
        source = c - c % N_ROLES + source_role
        k = min(k, filled[source])
        rows = lowest(fill_key, fill_mate, number[c], offset[c], offset[c + 1], status, VACANT, vacant[c], k)
        people = lowest(
            choose_key, choose_mate, number[source], offset[source], offset[source + 1], status, FILLED, filled[source], k
        )
        service, role = (c % CELLS_PER_AREA) // N_ROLES, c % N_ROLES
        for j in range(k):
            i, p = rows[j], people[j]
            u = np.uint64(draw(fill_key, fill_mate, number[c] + np.uint64(i - offset[c])))
            status[i] = FILLED
            birth[i], sector[i], traits[i], hours_of[i] = birth[p], sector[p], traits[p], hours_of[p]
            start[i] = month
            pay[i] = max(pay[p], pay_table[service, role, (u * np.uint64(pay_table.shape[2])) >> _U32])
            status[p] = VACANT
            hours[c] += hours_of[i]
            hours[source] -= hours_of[i]
        filled[c] += k
        vacant[c] -= k
        filled[source] -= k
        vacant[source] += k
        flows[c, PROMOTED_IN] += k
        flows[source, PROMOTED_OUT] += k


@njit(cache=True, nogil=True)
def recruit(  # type: ignore[no-untyped-def]
    month,
    offset,
    number,
    posts,
    filled,
    vacant,
    hours,
    entrants,
    arrivals,
    return_chance,
    stay_chance,
    keys,
    mates,
    tables,
    joiner_keys,
    joiner_mates,
    pool,
    flows,
):
    """Fill vacancies with people who move between care jobs, people from abroad and resident entrants.

    When more come than there are vacancies, each group gets its proportion; posts go by the lowest keyed hash.
    """
    status, birth, start, sector, traits, hours_of, pay = posts
    pool_offset, pool_size, pool_number, pool_cell, pool_birth, pool_sector, pool_traits, pool_hours, pool_pay = pool
    fill_key, return_key, service_key = keys
    fill_mate, return_mate, service_mate = mates
    n_areas = pool_size.size
    moving = np.zeros(CELLS_PER_AREA, np.int64)
    placed = np.zeros(CELLS_PER_AREA, np.int64)
    list_start = np.zeros(CELLS_PER_AREA + 1, np.int64)
    for area in range(n_areas):
        first_cell = area * CELLS_PER_AREA
        p0 = pool_offset[area]
        size = pool_size[area]
        moving[:] = 0
        placed[:] = 0
        going = np.full(size, -1, np.int64)
        for p in range(size):
            person = pool_number[p0 + p]
            if np.uint64(draw(return_key, return_mate, person)) >= return_chance:
                continue
            going[p] = _next_cell(
                pool_cell[p0 + p], first_cell, vacant, np.uint64(draw(service_key, service_mate, person)), stay_chance
            )
            if going[p] >= 0:
                moving[going[p]] += 1
        list_start[0] = 0
        for k in range(CELLS_PER_AREA):
            c = first_cell + k
            moving[k], from_abroad, resident = share_out(
                vacant[c], moving[k], arrivals[c], entrants[c], draw(service_key, service_mate, number[c])
            )
            arrivals[c], entrants[c] = from_abroad, resident
            list_start[k + 1] = list_start[k] + moving[k] + from_abroad + resident
        rows = np.empty(list_start[CELLS_PER_AREA], np.int64)
        for k in range(CELLS_PER_AREA):
            hires = list_start[k + 1] - list_start[k]
            if hires > 0:
                c = first_cell + k
                rows[list_start[k] : list_start[k + 1]] = lowest(
                    fill_key, fill_mate, number[c], offset[c], offset[c + 1], status, VACANT, vacant[c], hires
                )
        kept = 0
        for p in range(size):
            k = going[p]
            q = p0 + p
            if k >= 0 and placed[k] < moving[k]:
                i = rows[list_start[k] + placed[k]]
                placed[k] += 1
                status[i] = FILLED
                start[i] = month
                birth[i], sector[i], traits[i] = pool_birth[q], pool_sector[q], pool_traits[q]
                hours_of[i], pay[i] = pool_hours[q], pool_pay[q]
                hours[first_cell + k] += hours_of[i]
            else:
                t = p0 + kept
                pool_number[t], pool_cell[t], pool_birth[t] = pool_number[q], pool_cell[q], pool_birth[q]
                pool_sector[t], pool_traits[t] = pool_sector[q], pool_traits[q]
                pool_hours[t], pool_pay[t] = pool_hours[q], pool_pay[q]
                kept += 1
        pool_size[area] = kept
        for k in range(CELLS_PER_AREA):
            c = first_cell + k
            hires = list_start[k + 1] - list_start[k]
            if hires == 0:
                continue
            for j in range(moving[k], hires):
                i = rows[list_start[k] + j]
                _join(
                    i,
                    c,
                    month,
                    j < moving[k] + arrivals[c],
                    number[c] + np.uint64(i - offset[c]),
                    posts,
                    tables,
                    joiner_keys,
                    joiner_mates,
                )
                hours[c] += hours_of[i]
            filled[c] += hires
            vacant[c] -= hires
            flows[c, MOVE_IN] += moving[k]
            flows[c, ARRIVAL] += arrivals[c]
            flows[c, ENTRANT] += entrants[c]


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
def lowest(key, mate, number, first, last, status, wanted, present, count):  # type: ignore[no-untyped-def]
    """Return the rows of the `count` posts with the lowest keyed hash among the `present` ones of status `wanted`, lowest first.

    Hashes are uniform, so the lowest `count` lie almost surely under a limit a little above count / present: only those under it
    are sorted. When they are too few, all are.
    """
    words = np.empty(max(present, 1), np.uint64)
    rows = np.empty(max(count, 0), np.int64)
    if count <= 0:
        return rows
    held = 0
    share = (count + 4.0 * np.sqrt(float(count)) + 4.0) / present
    limit = np.uint64(min(share, 1.0) * 4294967296.0)
    for _ in range(2):
        held = 0
        for i in range(first, last):
            if status[i] == wanted:
                u = np.uint64(draw(key, mate, number + np.uint64(i - first)))
                if u < limit:
                    words[held] = (u << _U32) | np.uint64(i - first)
                    held += 1
        if held >= count:
            break
        limit = np.uint64(1) << _U32
    _sort(words, held)
    for j in range(count):
        rows[j] = first + np.int64(words[j] & np.uint64(0xFFFFFFFF))
    return rows


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


@njit(cache=True, nogil=True, inline="always")
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


@njit(cache=True, nogil=True, inline="always")
def _join(i, c, month, from_abroad, post, posts, tables, keys, mates):  # type: ignore[no-untyped-def]
    """Write the attributes of a new joiner, drawn by the post's own hashes of the month."""
    status, birth, start, sector, traits, hours_of, pay = posts
    age_months, nationality_chance, female_chance, contract_chance, hours_table, level_2_chance, pay_table = tables
    s, r = (c % CELLS_PER_AREA) // N_ROLES, c % N_ROLES
    ages = age_months.shape[2]
    age = np.int64(age_months[s, r, np.uint64(draw(keys[0], mates[0], post)) * np.uint64(ages) >> _U32])
    nation = 2
    if not from_abroad:
        u = np.uint64(draw(keys[2], mates[2], post))
        nation = 0 if u < nationality_chance[s, r, 0] else (1 if u < nationality_chance[s, r, 1] else 2)
    female = np.uint64(draw(keys[1], mates[1], post)) < female_chance[s, r, nation]
    u = np.uint64(draw(keys[3], mates[3], post))
    contract = 0 if u < contract_chance[s, r, 0] else (1 if u < contract_chance[s, r, 1] else 2)
    week = hours_table[s, r, contract, np.uint64(draw(keys[4], mates[4], post)) * np.uint64(hours_table.shape[3]) >> _U32]
    level_2 = np.uint64(draw(keys[5], mates[5], post)) < level_2_chance[s, r]
    status[i] = FILLED
    birth[i] = month - age
    start[i] = month
    sector[i] = month
    traits[i] = (
        (1 if female else 0)
        | (nation << 1)
        | (contract << 3)
        | ((1 if level_2 else 0) << 5)
        | ((1 if from_abroad else 0) << 6)
        | ((1 if week >= 35 else 0) << 7)
    )
    hours_of[i] = week
    pay[i] = pay_table[s, r, np.uint64(draw(keys[6], mates[6], post)) * np.uint64(pay_table.shape[2]) >> _U32]


@njit(cache=True, nogil=True, inline="always")
def _to_pool(pool, c, i, number):  # type: ignore[no-untyped-def]
    """Put the holder of row i of cell c into the area's pool and say which flow that was; a full pool sends people out."""
    offset, size, numbers, cell, birth, sector, traits, hours, pay, source = pool
    area = c // CELLS_PER_AREA
    q = offset[area] + size[area]
    if q >= offset[area + 1]:
        return EXIT_OTHER
    numbers[q] = number
    cell[q] = c % CELLS_PER_AREA
    birth[q], sector[q], traits[q], hours[q], pay[q] = source[0][i], source[1][i], source[2][i], source[3][i], source[4][i]
    size[area] += 1
    return MOVE_OUT
