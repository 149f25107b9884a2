"""The daily flow of one board, compiled: whole people, one pool after another (MODEL.md section 7).

A person becomes ready on a day, passes the process stages that hold them, joins the queue of their pathway's pool and leaves
hospital when a slot is free. Order within a day: slots and packages end, packages start, people join, people start. All luck is
keyed by (seed, replicate, pool, day, number on the day), so that a person keeps theirs whatever a scenario changes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge.compiled import inlined, step, whole
from almoner.model.discharge.lanes import (
    CAPACITY_STAGE,
    FIRST_COME,
    MOST_A_DAY,
    N_PATHWAYS,
    PROCESS_STAGES,
    Days,
    Lanes,
    Tally,
)
from almoner.model.draws import Decision, key_of, mix

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)

_READY: Final = int(Decision.READY)
_JOURNEY: Final = int(Decision.JOURNEY)
_LENGTH: Final = int(Decision.LENGTH)
_WEEKEND: Final = int(Decision.WEEKEND)
_OPEN: Final = int(Decision.SERVICE_OPEN)
_STAY: Final = int(Decision.STAY)
_PACKAGE: Final = int(Decision.PACKAGE)
_OPENING_QUEUE: Final = int(Decision.OPENING_QUEUE)
_OPENING_STAY: Final = int(Decision.OPENING_STAY)

_POOL_STRIDE: Final = 1 << 14
_PERSON_STRIDE: Final = 64
_ROUNDING: Final = 1 << 40
_NEARLY_FULL: Final = 0.92
_LONG_QUEUE: Final = 400


@inlined
def _word(key: np.uint64, mate: np.uint64, number: int) -> np.uint64:
    """Return all 64 random bits of a number under a key (`draws.draw` keeps the upper half)."""
    z = key + np.uint64(number) * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z ^= mate
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@inlined
def _unit(word: np.uint64) -> float:
    return np.float64(word >> np.uint64(11)) * 1.1102230246251565e-16


@inlined
def _share(total: float, pools: int, pool: int, luck: float) -> int:
    """Return the whole places of a pool, of which all have `total`: systematic rounding, without bias over luck."""
    each = total / pools
    return int(np.floor(each * (pool + 1) + luck)) - int(np.floor(each * pool + luck))


@inlined
def _days_of(mean: float, spread: NDArray[np.float64], bits: int, fraction: float) -> int:
    """Return whole days, at least one, whose mean is `mean` exactly: the part beyond the first day is rounded without bias."""
    return 1 + int(np.floor(spread[bits] * (mean - 1.0) + fraction))


@step
def _note(changes: NDArray[np.int32], begin: int, end: int, weight: int, first: int, count: int) -> None:
    """Add people who are held from day `begin` until before day `end` to a row of changes by day."""
    a = max(begin, first)
    b = min(end, count)
    if b > a:
        changes[a - first] += weight
        changes[b - first] -= weight


@step
def _hold(tally: Tally, g: int, s: int, begin: int, end: int, ready: int, coded_at: int, weight: int, days: Days) -> None:
    """Count people held at a stage, and from day `coded_at` on among those whose reason is coded."""
    _note(tally.stock[g, s], begin, end, weight, days.warm_up, days.total)
    a = max(begin, coded_at, days.warm_up)
    b = min(end, days.total)
    if b > a:
        tally.coded[g, s, a - days.warm_up] += weight
        tally.coded[g, s, b - days.warm_up] -= weight
        tally.coded_ready[a - days.warm_up] += weight * ready
        tally.coded_ready[b - days.warm_up] -= weight * ready


@step
def _leave(tally: Tally, g: int, wait: int, weight: int) -> None:
    """Count people who leave hospital `wait` days after being ready."""
    tally.wait_days[g, 1] += weight
    tally.wait_days[g, 2] += weight * wait
    tally.waits[g, min(wait, tally.waits.shape[1] - 1)] += weight


@inlined
def _copies(factor: float, word: np.uint64) -> int:
    """Return how many of one person there are when `factor` are expected."""
    return int(np.floor(factor + _unit(word)))


@step
def _pass_stages(
    b: int,
    g: int,
    lane: int,
    lifted: int,
    coded_from: int,
    seed: int,
    replicate: int,
    lanes: Lanes,
    days: Days,
    ladder: NDArray[np.float64],
    stages_of: NDArray[np.int64],
    people: NDArray[np.int32],
    tally: Tally,
) -> int:
    """Draw a pool's people and take them through the process stages; return how many rows of `people` wait for capacity.

    `ladder` holds the chances of at most 0, 1, 2 ... arrivals on a weekday and on a day of the weekend, made as far as they are
    needed; its last column is the chance of the last number made. A row of `people` is (day of joining the queue, ready day, day
    from which the reason is coded, number, copies).
    """
    ready_key = key_of(seed, replicate, _READY, lane)
    journey_key = key_of(seed, replicate, _JOURNEY, lane)
    length_key = key_of(seed, replicate, _LENGTH, lane)
    weekend_key = key_of(seed, replicate, _WEEKEND, lane)
    opening_key = key_of(seed, replicate, _OPENING_QUEUE, lane)
    ready_mate, journey_mate, length_mate = mix(ready_key), mix(journey_key), mix(length_key)
    weekend_mate, opening_mate = mix(weekend_key), mix(opening_key)
    begins, ends, made = stages_of[0], stages_of[1], stages_of[2]
    pattern, nobody, arrivals = lanes.pattern[b, g], lanes.nobody[b, g], lanes.arrivals[b, g]
    months, weekdays, mean_before = days.month, days.weekday, lanes.before[g]
    rows = ready = 0
    known_month = -1
    for i in range(days.total):
        month, weekend = months[i], int(weekdays[i] >= 5)
        if month != known_month:
            known_month = month
            for w in range(2):
                ladder[w, 0] = ladder[w, MOST_A_DAY + 1] = nobody[month, w]
                made[w] = 1
        u = _unit(_word(ready_key, ready_mate, i))
        number = 0
        while number < MOST_A_DAY and u >= ladder[weekend, number]:
            number += 1
            if number == made[weekend]:
                ladder[weekend, MOST_A_DAY + 1] *= arrivals[month, weekend] / number
                ladder[weekend, number] = ladder[weekend, number - 1] + ladder[weekend, MOST_A_DAY + 1]
                made[weekend] += 1
        for n in range(number):
            person = i * _PERSON_STRIDE + n
            journey = _word(journey_key, journey_mate, person)
            held = np.int64(pattern[np.int64(journey & np.uint64(0xFFF))])
            coded_at = days.total
            if coded_from >= 0:
                fraction = (np.float64((journey >> np.uint64(34)) & np.uint64(0x3FF)) + 0.5) / 1024.0
                before = mean_before * lanes.before_spread[np.int64((journey >> np.uint64(24)) & np.uint64(0x3FF))]
                coded_at = i - int(np.floor(before + fraction)) + coded_from
            t = i
            stages = 0
            if held:
                lengths = _word(length_key, length_mate, person)
                for s in range(PROCESS_STAGES):
                    begins[s] = t
                    if held >> s & 1 and not lifted >> s & 1:
                        bits = lengths >> np.uint64(16 * s)
                        fraction = (np.float64((bits >> np.uint64(10)) & np.uint64(0x3F)) + 0.5) / 64.0
                        long = _days_of(lanes.length[b, g, s], lanes.spread[s], np.int64(bits & np.uint64(0x3FF)), fraction)
                        scale = lanes.length_scale[month, s]
                        if scale != 1.0:
                            long = int(np.floor(long * scale + fraction))
                        if lanes.shorter[s] > 0.0:
                            long = int(np.floor(max(long - lanes.shorter[s], 0.0) + fraction))
                        if long > 0:
                            t += long
                            over = weekdays[t] - 5 if t < days.total else -1
                            if over >= 0:
                                luck = _word(weekend_key, weekend_mate, person)
                                if np.int64((luck >> np.uint64(16 * s)) & np.uint64(0xFFFF)) >= lanes.works_at_weekends[s]:
                                    t += 2 - over
                            stages |= 1 << s
                    ends[s] = t
            copies = 1
            if i < days.warm_up <= t:
                at = 0
                while ends[at] <= days.warm_up and at < PROCESS_STAGES - 1:
                    at += 1
                if ends[at] > days.warm_up:
                    copies = _copies(lanes.opening[b, g, at], _word(opening_key, opening_mate, person))
            if copies == 0:
                continue
            for s in range(PROCESS_STAGES):
                if stages >> s & 1:
                    _hold(tally, g, s, begins[s], ends[s], i, coded_at, copies, days)
            if i >= days.warm_up:
                ready += copies
            if g == 0:
                if i >= days.warm_up and t < days.total:
                    _leave(tally, g, t - i, copies)
            elif t < days.total:
                people[rows, 0] = t
                people[rows, 1] = i
                people[rows, 2] = coded_at
                people[rows, 3] = person
                people[rows, 4] = copies
                rows += 1
    tally.wait_days[g, 0] += ready
    return rows


@step
def _by_day(people: NDArray[np.int32], rows: int, total: int, starts: NDArray[np.int32], order: NDArray[np.int32]) -> None:
    """Put the rows in the order of the days of joining, those of one day in the order of rows."""
    in_order = True
    for r in range(1, rows):
        in_order &= people[r, 0] >= people[r - 1, 0]
    if in_order:
        for r in range(rows):
            order[r] = r
        return
    for d in range(total + 1):
        starts[d] = 0
    for r in range(rows):
        starts[people[r, 0] + 1] += 1
    for d in range(1, total + 1):
        starts[d] += starts[d - 1]
    for r in range(rows):
        d = people[r, 0]
        order[starts[d]] = r
        starts[d] += 1


@step
def _met(load: float, places: int, u: float) -> int:
    """Return how many people one meets in a pool that has long been running, waiting ones included, as in M/M/c.

    `u` is a uniform number. A pool that whole places leave overloaded is taken as nearly so.
    """
    use = min(load / max(places, 1), _NEARLY_FULL)
    load = use * places
    term = 1.0
    total = 1.0
    for n in range(1, places):
        term *= load / n
        total += term
    full = term * load / max(places, 1) / (1.0 - use) if places else 1.0
    need = u * (total + full)
    term = 1.0
    below = 1.0
    n = 0
    while below <= need and n < places - 1:
        n += 1
        term *= load / n
        below += term
    if below > need and places:
        return n
    term *= use
    below += term
    n = places
    while below <= need and n < places + _LONG_QUEUE:
        term *= use
        below += term
        n += 1
    return n


@step
def _wait_for_capacity(
    b: int,
    g: int,
    pool: int,
    lane: int,
    luck: float,
    free_at_once: bool,
    priority: int,
    seed: int,
    replicate: int,
    rows: int,
    lanes: Lanes,
    days: Days,
    people: NDArray[np.int32],
    order: NDArray[np.int32],
    queue: NDArray[np.int32],
    ending: NDArray[np.int32],
    tally: Tally,
) -> None:
    """Run a pool's queue, its slots and the packages that people need after them.

    `ending` is (slots that end, slots whose person then needs a package, packages that end) by day.
    """
    pools = lanes.pools[b, g]
    stay_key = key_of(seed, replicate, _STAY, lane)
    package_key = key_of(seed, replicate, _PACKAGE, lane)
    open_key = key_of(seed, replicate, _OPEN, lane)
    opening_key = key_of(seed, replicate, _OPENING_QUEUE, lane)
    seen_key = key_of(seed, replicate, _OPENING_STAY, lane)
    stay_mate, package_mate, open_mate = mix(stay_key), mix(package_key), mix(open_key)
    opening_mate, seen_mate = mix(opening_key), mix(seen_key)
    ending[:] = 0
    onward = lanes.onward[g]
    first_month = days.month[0]
    expected = lanes.arrivals[b, g, first_month, 0]
    places = _share(lanes.slots[b, g, first_month], pools, pool, luck)
    met = _met(expected * lanes.stay[g], places, _unit(_word(seen_key, seen_mate, _ROUNDING)))
    busy = min(met, places)
    waiting = int(np.floor((met - busy) * lanes.queue_factor[g] + _unit(_word(seen_key, seen_mate, _ROUNDING + 2))))
    if lanes.given[b, g, 0] >= 0.0:
        busy = _share(lanes.given[b, g, 0], pools, pool, luck)
        waiting = _share(lanes.given[b, g, 1], pools, pool, luck)
    for n in range(busy):
        word = _word(seen_key, seen_mate, n)
        whole = 1.0 + lanes.stay_seen[g, np.int64(word & np.uint64(0x3FF))] * (lanes.stay[g] - 1.0)
        end = int(np.floor(_unit(_word(seen_key, seen_mate, n + _POOL_STRIDE)) * whole))
        if end < days.total:
            ending[int(np.int64(word >> np.uint64(48)) < onward), end] += 1
    places = _share(lanes.packages[b, g, first_month], pools, pool, luck)
    load = expected * onward / 65536.0 * lanes.package_days
    used = min(_met(load, places, _unit(_word(seen_key, seen_mate, _ROUNDING + 1))), places)
    for n in range(used):
        word = _word(seen_key, seen_mate, n + 2 * _POOL_STRIDE)
        whole = 1.0 + lanes.package_seen[np.int64(word & np.uint64(0x3FF))] * (lanes.package_days - 1.0)
        end = int(np.floor(_unit(_word(seen_key, seen_mate, n + 3 * _POOL_STRIDE)) * whole))
        if end < days.total:
            ending[2, end] += 1
    weekdays, months, coding = days.weekday, days.month, lanes.stay_spread[g]
    stay, count, warm_up = lanes.stay[g], days.total, days.warm_up
    blocked = started = head = tail = joined = slots = packages = 0
    in_use = in_block = there = left_people = waited = 0
    waits, longest = tally.waits[g], tally.waits.shape[1] - 1
    month = -1
    if not free_at_once:
        for n in range(min(waiting, people.shape[0] - rows)):
            people[rows + n, 0] = 0
            people[rows + n, 1] = 0
            people[rows + n, 2] = 0
            people[rows + n, 3] = -1 - n
            people[rows + n, 4] = 1
            queue[tail] = rows + n
            tail += 1
    for i in range(count):
        if months[i] != month:
            month = months[i]
            slots = _share(lanes.slots[b, g, month], pools, pool, luck)
            packages = _share(lanes.packages[b, g, month], pools, pool, luck)
        busy -= ending[0, i]
        blocked += ending[1, i]
        used -= ending[2, i]
        while blocked > 0 and used < packages:
            word = _word(package_key, package_mate, started)
            started += 1
            fraction = (np.float64((word >> np.uint64(10)) & np.uint64(0x3FF)) + 0.5) / 1024.0
            end = i + _days_of(lanes.package_days, lanes.package_spread, np.int64(word & np.uint64(0x3FF)), fraction)
            if end < days.total:
                ending[2, end] += 1
            used += 1
            blocked -= 1
            busy -= 1
        if i == warm_up:
            kept = head
            for place in range(head, tail):
                r = queue[place]
                people[r, 4] *= _copies(lanes.opening[b, g, CAPACITY_STAGE], _word(opening_key, opening_mate, people[r, 3]))
                if people[r, 4] > 0:
                    queue[kept] = r
                    kept += 1
            tail = kept
        while joined < rows and people[order[joined], 0] == i:
            r = order[joined]
            joined += 1
            at = tail
            if priority != FIRST_COME:
                while at > head and people[queue[at - 1], 1] > people[r, 1]:
                    queue[at] = queue[at - 1]
                    at -= 1
            queue[at] = r
            tail += 1
        if head < tail and not free_at_once and weekdays[i] >= 5:
            open_today = bool(np.int64(_word(open_key, open_mate, i) >> np.uint64(48)) < lanes.opens_at_weekends)
        else:
            open_today = True
        while head < tail and (free_at_once or (open_today and busy < slots)):
            r = queue[head]
            person = people[r, 3]
            left = people[r, 4]
            while left > 0 and (free_at_once or busy < slots):
                if not free_at_once:
                    word = _word(stay_key, stay_mate, person + _PERSON_STRIDE * count * (people[r, 4] - left))
                    fraction = (np.float64((word >> np.uint64(10)) & np.uint64(0x3FF)) + 0.5) / 1024.0
                    end = i + _days_of(stay, coding, np.int64(word & np.uint64(0x3FF)), fraction)
                    if end < count:
                        ending[int(np.int64(word >> np.uint64(48)) < onward), end] += 1
                    busy += 1
                if i > people[r, 0]:
                    _hold(tally, g, CAPACITY_STAGE, people[r, 0], i, people[r, 1], people[r, 2], 1, days)
                if people[r, 1] >= warm_up:
                    wait = i - people[r, 1]
                    left_people += 1
                    waited += wait
                    waits[min(wait, longest)] += 1
                left -= 1
            people[r, 4] = left
            if left == 0:
                head += 1
        if i >= warm_up:
            in_use += busy
            in_block += blocked
            there += slots
    tally.wait_days[g, 1] += left_people
    tally.wait_days[g, 2] += waited
    tally.busy[g, 0] += in_use
    tally.busy[g, 1] += in_block
    tally.busy[g, 2] += there
    for place in range(head, tail):
        r = queue[place]
        _hold(tally, g, CAPACITY_STAGE, people[r, 0], days.total, people[r, 1], people[r, 2], people[r, 4], days)


@whole
def run_board(
    b: int,
    lifted: int,
    priority: int,
    coded_from: int,
    seed: int,
    replicate: int,
    lanes: Lanes,
    days: Days,
    room: int,
    tally: Tally,
) -> None:
    """Run all pools of a board into `tally`. Bits 0 to 3 of `lifted` lift process stages, bits 5 to 7 the capacity of pathways 1-3.

    `room` is the most people that one pool can have in the run (`flow.room`); `coded_from` the days in hospital from which the
    publisher codes a reason, or -1 when that is not asked for.
    """
    people = np.empty((room, 5), np.int32)
    order = np.empty(room, np.int32)
    queue = np.empty(room, np.int32)
    starts = np.empty(days.total + 1, np.int32)
    stages_of = np.empty((3, PROCESS_STAGES), np.int64)
    ladder = np.empty((2, MOST_A_DAY + 2), np.float64)
    ending = np.empty((3, days.total), np.int32)
    for g in range(N_PATHWAYS):
        for pool in range(lanes.pools[b, g]):
            lane = (lanes.number[b] * N_PATHWAYS + g) * _POOL_STRIDE + pool
            rows = _pass_stages(b, g, lane, lifted, coded_from, seed, replicate, lanes, days, ladder, stages_of, people, tally)
            if g == 0:
                continue
            _by_day(people, rows, days.total, starts, order)
            free = bool(lifted >> (4 + g) & 1)
            key = key_of(seed, replicate, _OPENING_STAY, lane - pool)
            luck = _unit(_word(key, mix(key), _ROUNDING))
            _wait_for_capacity(
                b,
                g,
                pool,
                lane,
                luck,
                free,
                priority,
                seed,
                replicate,
                rows,
                lanes,
                days,
                people,
                order,
                queue,
                ending,
                tally,
            )
