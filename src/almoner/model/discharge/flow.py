"""Running the daily model over boards, on threads, and what it says by day, by month and by cell.

In: lanes, a calendar and the key of the luck. Out: a `Flow`. Boards share nothing, so any number of threads gives the same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.kernel import run_board
from almoner.model.discharge.lanes import FIRST_COME, N_PATHWAYS, N_STAGES, Days, Lanes, Tally, new_tally

_SPARE = 8.0
"""Standard deviations of the people of one pool that there is room for beyond the expected number."""


@dataclass(frozen=True)
class Flow:
    """One run. Days, months and sums are of those that count; people are whole people."""

    remaining: NDArray[np.int32]
    """[board, day] people who remain in hospital, ready to leave"""
    held: NDArray[np.float64]
    """[board, pathway, stage, month] the same on an average day, by what holds them"""
    days_lost: NDArray[np.int64]
    """[board, pathway, stage] person-days"""
    coded: NDArray[np.float64]
    """[board, pathway, stage] people whose reason is coded on an average snapshot"""
    coded_days: NDArray[np.float64]
    """[board] days since being ready of the people coded on an average snapshot, added up"""
    waits: NDArray[np.int64]
    """[board, pathway, days] people who became ready, by whole days until they left; the last is 'or more'"""
    people: NDArray[np.int64]
    """[board, pathway, 3] people who became ready (pathway 0: and were delayed), who of these left, and days that these waited"""
    busy: NDArray[np.int64]
    """[board, pathway, 3] slot-days in use, of these blocked, and slot-days there were"""


def run(
    lanes: Lanes,
    calendar: Calendar,
    seed: int,
    replicate: int,
    *,
    lifted: int = 0,
    priority: int = FIRST_COME,
    coded_from: int = -1,
    snapshot_weekday: int = 0,
    threads: int | None = None,
) -> Flow:
    """Run every board.

    `lifted` is a set of constraints as bits (`bits_of`); `coded_from` the stay from which reasons are coded, -1 to leave them out.
    """
    days = calendar.days
    space = room(lanes, days)
    numbers = range(lanes.number.size)

    def one(b: int) -> Tally:
        tally = new_tally(days)
        run_board(b, lifted, priority, coded_from, seed, replicate, lanes, days, space, tally)
        return tally

    workers = min(threads or os.cpu_count() or 1, len(numbers))
    if workers == 1:
        tallies = [one(b) for b in numbers]
    else:
        with ThreadPoolExecutor(workers) as pool:
            tallies = list(pool.map(one, numbers))
    return _flow(tallies, calendar, snapshot_weekday)


def room(lanes: Lanes, days: Days) -> int:
    """Return the most people that a pool can have in a run, with a chance of more that can be left out of account."""
    by_day = lanes.arrivals.max(axis=(0, 1))[days.month, (days.weekday >= 5).astype(np.int64)].sum()
    return int(by_day + _SPARE * np.sqrt(by_day) + 512)


def bits_of(constraints: Sequence[int]) -> int:
    """Return the bits of constraints by their place in `discharge_words.CONSTRAINTS`."""
    return sum(1 << (k if k < N_STAGES - 1 else k + 1) for k in constraints)


def _flow(tallies: list[Tally], calendar: Calendar, snapshot_weekday: int) -> Flow:
    days = calendar.days
    weekday = days.weekday[days.warm_up :]
    month = calendar.counted_month
    begins = np.searchsorted(month, np.arange(calendar.months))
    lengths = np.bincount(month, minlength=calendar.months)
    snapshots = weekday == snapshot_weekday
    numbers = np.arange(days.warm_up, days.total)
    shape = (len(tallies), N_PATHWAYS, N_STAGES)
    remaining = np.zeros((len(tallies), numbers.size), np.int32)
    held, lost, coded = np.zeros((*shape, calendar.months)), np.zeros(shape, np.int64), np.zeros(shape)
    coded_days = np.zeros(len(tallies))
    for b, tally in enumerate(tallies):
        stock = np.cumsum(tally.stock[..., :-1], axis=-1)
        remaining[b] = stock.sum(axis=(0, 1))
        held[b] = np.add.reduceat(stock, begins, axis=-1) / lengths
        lost[b] = stock.sum(axis=-1)
        counted = np.cumsum(tally.coded[..., :-1], axis=-1)
        coded[b] = counted[..., snapshots].mean(axis=-1)
        since = counted.sum(axis=(0, 1)) * numbers - np.cumsum(tally.coded_ready[:-1])
        coded_days[b] = since[snapshots].mean()
    return Flow(
        remaining,
        held,
        lost,
        coded,
        coded_days,
        np.stack([tally.waits for tally in tallies]),
        np.stack([tally.wait_days for tally in tallies]),
        np.stack([tally.busy for tally in tallies]),
    )
