"""What the daily flow model reads: boards, their pathways, stages and capacities, as plain arrays for compiled code.

A board is an integrated care board, or one system of a discharge lead. Each pathway of a board is cut into pools: local services
that do not lend each other places. Days run from a warm-up, whose arrivals are those of the opening, to the last day; a month is a
calendar month counted from the first of the warm-up. Axes: board, pathway 0-3, stage (hospital, hub, interface, choice), month.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

PROCESS_STAGES: Final = 4
CAPACITY_STAGE: Final = 4
N_STAGES: Final = 5
N_PATHWAYS: Final = 4
PATTERNS: Final = 1 << PROCESS_STAGES
CHOICES: Final = 4096
"""Entries of a table of equally likely sets of stages."""
POINTS: Final = 1024
"""Entries of a table of equally likely values."""

FIRST_COME: Final = 0
"""A pool takes the person who joined its queue first."""

LONGEST_READY: Final = 1
"""A pool takes the person who has been ready to leave for longest, whatever held them before they joined its queue."""

MOST_A_DAY: Final = 63
"""People who can become ready in one pool in a day: numbers above have a chance below 1e-30 at the usual five a day."""


class Lanes(NamedTuple):
    """Everything about the boards that does not depend on the day of the week."""

    number: NDArray[np.int64]
    """[board] the number that the board's luck is keyed by"""
    pools: NDArray[np.int64]
    """[board, pathway]"""
    arrivals: NDArray[np.float64]
    """[board, pathway, month, weekend] people a day in one pool who become ready (pathway 0: who become ready and are delayed)"""
    nobody: NDArray[np.float64]
    """[board, pathway, month, weekend] the chance of no arrival in a pool in a day"""
    pattern: NDArray[np.uint8]
    """[board, pathway, choice] equally likely sets of the stages that hold a person, as bits"""
    length: NDArray[np.float64]
    """[board, pathway, stage] mean days, at least one, of people who are held there"""
    length_scale: NDArray[np.float64]
    """[month, stage] what those days are multiplied by for people who become ready in the month"""
    shorter: NDArray[np.float64]
    """[stage] days taken off each of them, down to none"""
    spread: NDArray[np.float64]
    """[stage, point] equally likely values, mean one, of the length beyond the first day"""
    before: NDArray[np.float64]
    """[pathway] mean days in hospital before being ready"""
    before_spread: NDArray[np.float64]
    """[point] equally likely values, mean one"""
    works_at_weekends: NDArray[np.int64]
    """[stage] chance out of 2**16 that a stage which would end on a Saturday or Sunday does"""
    opens_at_weekends: int
    """chance out of 2**16 that a service takes people on a day of the weekend"""
    slots: NDArray[np.float64]
    """[board, pathway, month] people whom the pathway's services can have at once, all pools"""
    stay: NDArray[np.float64]
    """[pathway] mean days in such a service"""
    stay_spread: NDArray[np.float64]
    """[pathway, point] equally likely values, mean one"""
    stay_seen: NDArray[np.float64]
    """[pathway, point] the same for the people met there on a day, among whom long stays are more often"""
    queue_factor: NDArray[np.float64]
    """[pathway] queue with these stays over that with exponential ones (Allen and Cunneen), for the people met on the first day"""
    onward: NDArray[np.int64]
    """[pathway] chance out of 2**16 that a person needs a long-term package before the slot is free"""
    packages: NDArray[np.float64]
    """[board, pathway, month] long-term packages for people who leave the pathway's services, all pools"""
    package_days: float
    package_spread: NDArray[np.float64]
    """[point]"""
    package_seen: NDArray[np.float64]
    """[point]"""
    given: NDArray[np.float64]
    """[board, pathway, 2] people in a pathway's services and waiting for them before the first day; -1 where they are drawn"""
    opening: NDArray[np.float64]
    """[board, pathway, stage] people met on the first day over those whom the warm-up leaves there"""


class Days(NamedTuple):
    """The days of a run: `warm_up` of them before the first that counts."""

    warm_up: int
    total: int
    """all days, the warm-up included"""
    weekday: NDArray[np.int64]
    """[day] Monday is 0"""
    month: NDArray[np.int64]
    """[day] index of the calendar month"""


class Tally(NamedTuple):
    """What a run of one board fills. Differences by day become counts by a running sum over days."""

    stock: NDArray[np.int32]
    """[pathway, stage, day] change in the people held"""
    coded: NDArray[np.int32]
    """[pathway, stage, day] change in those whose stay in hospital is at least `coded_from` days"""
    coded_ready: NDArray[np.int64]
    """[day] change in the sum of the ready days of the people in `coded`"""
    waits: NDArray[np.int64]
    """[pathway, days] people who became ready in the days that count, by whole days until they left; the last is 'or more'"""
    wait_days: NDArray[np.int64]
    """[pathway, 3] people who became ready in the days that count; of these left within the run; days that these waited"""
    busy: NDArray[np.int64]
    """[pathway, 3] sums over days of slots in use, of these blocked, and of the slots there are"""


def new_tally(days: Days, longest: int = 100) -> Tally:
    """Return a tally with nothing in it."""
    shape = (N_PATHWAYS, N_STAGES, days.total - days.warm_up + 1)
    return Tally(
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape[2], np.int64),
        np.zeros((N_PATHWAYS, longest), np.int64),
        np.zeros((N_PATHWAYS, 3), np.int64),
        np.zeros((N_PATHWAYS, 3), np.int64),
    )
