"""Lanes of plain queues: one board whose pathways are M/G/c pools without process stages, for tests and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge import spread
from almoner.model.discharge.lanes import CHOICES, N_PATHWAYS, N_STAGES, POINTS, PROCESS_STAGES, Days, Lanes

_ALWAYS = 1 << 16


@dataclass(frozen=True)
class Queue:
    """One pathway: people a day, places and mean days of one pool, and what comes after it."""

    a_day: float | NDArray[np.float64]
    """people a day in one pool, the same every day or, with dated days, [day]"""
    places: float
    days: float
    table: NDArray[np.float64]
    """equally likely lengths, mean one, of the part beyond the first day (`spread`)"""
    onward: float = 0.0
    packages: float = 0.0
    given: tuple[float, float] = (-1.0, -1.0)
    """people in the places and waiting before the first day of one pool; drawn when negative"""


def plain_days(count: int, warm_up: int = 0, *, dated: bool = False) -> Days:
    """Return days that are all weekdays of one month, or, when `dated`, each of a month of its own, so that arrivals may change."""
    return Days(warm_up, count, np.zeros(count, np.int64), np.arange(count) if dated else np.zeros(count, np.int64))


def plain_lanes(
    queues: dict[int, Queue], pools: int, days: Days, package_days: float = 1.0, seen_like_starters: bool = False
) -> Lanes:
    """Return lanes with `pools` pools of each queue, by pathway 1 to 3.

    `seen_like_starters` takes the stays of those met on the first day for ordinary ones, as some models do, not for the longer ones
    that one meets.
    """
    count = int(days.month[-1]) + 1
    arrivals = np.zeros((1, N_PATHWAYS, count, 2))
    stay, onward = np.ones(N_PATHWAYS), np.zeros(N_PATHWAYS, np.int64)
    table = np.ones((N_PATHWAYS, POINTS))
    slots, packages = np.zeros((1, N_PATHWAYS, count)), np.zeros((1, N_PATHWAYS, count))
    number, given = np.zeros((1, N_PATHWAYS), np.int64), np.full((1, N_PATHWAYS, 2), -1.0)
    for g, queue in queues.items():
        arrivals[0, g] = np.broadcast_to(queue.a_day, count)[:, None]
        stay[g], table[g] = queue.days, queue.table
        onward[g] = round(_ALWAYS * queue.onward)
        slots[0, g], packages[0, g] = queue.places * pools, queue.packages * pools
        given[0, g] = np.array(queue.given) * (pools if queue.given[0] >= 0 else 1)
        number[0, g] = pools
    number = np.maximum(number, 1)
    met = table if seen_like_starters else np.stack([spread.seen(row) for row in table])
    return Lanes(
        number=np.zeros(1, np.int64),
        pools=number,
        arrivals=arrivals,
        nobody=np.exp(-arrivals),
        pattern=np.zeros((1, N_PATHWAYS, CHOICES), np.uint8),
        length=np.ones((1, N_PATHWAYS, PROCESS_STAGES)),
        length_scale=np.ones((count, PROCESS_STAGES)),
        shorter=np.zeros(PROCESS_STAGES),
        spread=np.ones((PROCESS_STAGES, POINTS)),
        before=np.zeros(N_PATHWAYS),
        before_spread=spread.constant(),
        works_at_weekends=np.full(PROCESS_STAGES, _ALWAYS),
        opens_at_weekends=_ALWAYS,
        slots=slots,
        stay=stay,
        stay_spread=table,
        stay_seen=met,
        queue_factor=np.mean(table**2, axis=1) / 2.0,
        onward=onward,
        packages=packages,
        package_days=package_days,
        package_spread=spread.exponential(),
        package_seen=spread.seen(spread.exponential()),
        given=given,
        opening=np.ones((1, N_PATHWAYS, N_STAGES)),
    )
