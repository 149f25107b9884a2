"""From fitted boards and parameters to the lanes that the daily model reads (MODEL.md section 7).

A board is described by the people who become ready on each pathway, the mean days that each process stage costs an average person,
and the mean wait for capacity. Lengths of stages are assumed but for one factor, so the chance of being held follows from the mean;
places follow from the wait through Erlang C for local pools. Fits correct what closed forms and weekends leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge import queues, spread
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.lanes import N_PATHWAYS, PROCESS_STAGES, Lanes
from almoner.parameters import ParameterTree
from almoner.reference.discharge_words import CAPACITIES, STAGES

HELD_AT_MOST: Final = 0.95
"""More people than this are never held by one stage: from there on a longer mean means longer lengths."""

FULL_WEEK: Final = 7.0
_BUSY: Final = 0.85
"""Share of its places that a pool of the stated size uses, which says how many pools a board has."""
_A_DAY_IN_A_POOL: Final = 5.0
_LIKELY: Final = 1 << 16
_STEP: Final = 2.0**-40


@dataclass(frozen=True)
class Fitted:
    """Boards as the fit leaves them."""

    codes: tuple[str, ...]
    numbers: NDArray[np.int64]
    """[board] what luck is keyed by"""
    flow: NDArray[np.float64]
    """[board, pathway] people who become ready on an average day"""
    season: NDArray[np.float64]
    """[month of the year, January first] people who become ready, over the mean"""
    held_days: NDArray[np.float64]
    """[board, pathway, stage] mean days at a process stage, over all who become ready"""
    wait_days: NDArray[np.float64]
    """[board, capacity] mean wait for capacity that the closed form is given"""
    length_factor: float
    """What the assumed lengths of all stages are multiplied by"""
    opening: NDArray[np.float64]
    """[board, pathway, stage] people met on the first day, over those whom the warm-up leaves"""

    def only(self, codes: tuple[str, ...]) -> Fitted:
        """Return the same fit of some of its boards."""
        at = [self.codes.index(code) for code in codes]
        names = ("numbers", "flow", "held_days", "wait_days", "opening")
        return replace(self, codes=codes, **{name: getattr(self, name)[at] for name in names})


@dataclass(frozen=True)
class Change:
    """What a scenario or a what-if does to the lanes; the default does nothing.

    Scales are by month that counts, 1 being the base year; `slots` is added to every board's capacities. With `always` they hold in
    the warm-up too, so that a run shows what comes of them in the long run.
    """

    capacity_scale: NDArray[np.float64] | None = None
    """[board or 1, capacity, month]"""
    package_scale: NDArray[np.float64] | None = None
    """[board or 1, month]"""
    slots: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shorter: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    weekends_as_weekdays: bool = False
    always: bool = False


def lanes_of(tree: ParameterTree, fitted: Fitted, calendar: Calendar, change: Change | None = None) -> Lanes:
    """Return the lanes of a parameter draw; scales of the tree and of the change hold in the months that count."""
    change = change or Change()
    days = stage_days(tree, fitted.length_factor)
    chance = np.minimum(fitted.held_days / days, HELD_AT_MOST)
    length = np.where(chance < HELD_AT_MOST, days, np.maximum(fitted.held_days / HELD_AT_MOST, 1.0))
    flow = fitted.flow.copy()
    flow[:, 0] *= 1.0 - np.prod(1.0 - chance[:, 0], axis=-1)
    pools, slots, packages = places(tree, fitted)
    pools = np.concatenate([np.maximum(np.ceil(flow[:, :1] / _A_DAY_IN_A_POOL), 1).astype(np.int64), pools], axis=1)
    a_day = flow / pools
    arrivals = np.round(a_day[:, :, None, None] * _by_month(tree, fitted, calendar)[None, None] / _STEP) * _STEP
    pattern = np.stack([spread.patterns(chance[:, g], held_only=g == 0) for g in range(N_PATHWAYS)], axis=1)
    weekday = change.weekends_as_weekdays
    by_stage = [tree.at("discharge.weekend.hospital_process"), *[tree.at("discharge.weekend.offices")] * (PROCESS_STAGES - 1)]
    short, long = (spread.lognormal(tree.at(f"discharge.stay.{each}_spread")) for each in ("short", "long"))
    stays = [short] * N_PATHWAYS
    held = spread.lognormal(tree.at("discharge.stage_days.spread"))
    return Lanes(
        number=fitted.numbers,
        pools=pools,
        arrivals=arrivals,
        nobody=np.round(np.exp(-arrivals) / _STEP) * _STEP,
        pattern=pattern,
        length=np.ascontiguousarray(length),
        length_scale=_in_months(
            calendar, [tree.series(f"discharge.process_scale.{s}", _end(calendar)) for s in STAGES[:-1]]
        ).T.copy(),
        shorter=np.array(change.shorter),
        spread=np.tile(held, (PROCESS_STAGES, 1)),
        before=np.array(
            [tree.at("discharge.days_before_ready.pathway_0"), *[tree.at("discharge.days_before_ready.supported")] * 3]
        ),
        before_spread=spread.lognormal(tree.at("discharge.days_before_ready.spread")),
        works_at_weekends=np.array([_LIKELY if weekday else round(_LIKELY * share) for share in by_stage]),
        opens_at_weekends=_LIKELY if weekday else round(_LIKELY * tree.at("discharge.weekend.services")),
        slots=_with_scale(tree, calendar, slots, change),
        stay=np.array([1.0, *(tree.at(f"discharge.stay.pathway_{g}") for g in range(1, N_PATHWAYS))]),
        stay_spread=np.stack(stays),
        stay_seen=np.stack([spread.seen(table) for table in stays]),
        queue_factor=np.array([np.mean(table**2) / 2.0 for table in stays]),
        onward=np.array([round(_LIKELY * share) for share in onward_share(tree)]),
        packages=_package_places(tree, calendar, packages, change),
        package_days=tree.at("discharge.onward.package_days"),
        package_spread=long,
        package_seen=spread.seen(long),
        given=np.full((len(fitted.codes), N_PATHWAYS, 2), -1.0),
        opening=fitted.opening,
    )


def stage_days(tree: ParameterTree, factor: float) -> NDArray[np.float64]:
    """Return the mean days of people whom each process stage holds, at least one."""
    return np.maximum(factor * np.array([tree.at(f"discharge.stage_days.{stage}") for stage in STAGES[:-1]]), 1.0)


def onward_share(tree: ParameterTree) -> tuple[float, float, float, float]:
    """Return the share of each pathway's people who need a long-term package after its service."""
    return 0.0, tree.at("discharge.onward.pathway_1"), tree.at("discharge.onward.pathway_2"), 0.0


def places(tree: ParameterTree, fitted: Fitted) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return pools, slots and long-term packages of each board's pathways 1 to 3 in the base year."""
    shape = (len(fitted.codes), len(CAPACITIES))
    pools, slots, packages = np.ones(shape, np.int64), np.zeros(shape), np.zeros(shape)
    onward = onward_share(tree)
    blocked, long = tree.at("discharge.onward.wait_days"), tree.at("discharge.onward.package_days")
    short, lasting = (tree.at(f"discharge.stay.{each}_spread") for each in ("short", "long"))
    for g, capacity in enumerate(CAPACITIES):
        size = tree.at(f"discharge.pool_size.{capacity}")
        stay = tree.at(f"discharge.stay.pathway_{g + 1}") + onward[g + 1] * blocked
        for b in range(shape[0]):
            a_day = fitted.flow[b, g + 1]
            pools[b, g] = max(round(a_day * stay / (_BUSY * size)), 1)
            load = a_day * stay / pools[b, g]
            wanted = max(fitted.wait_days[b, g], 0.01)
            slots[b, g] = pools[b, g] * queues.servers_for(wanted, load, stay, short)
            if onward[g + 1] > 0:
                after = a_day * onward[g + 1] * long / pools[b, g]
                packages[b, g] = pools[b, g] * queues.servers_for(blocked, after, long, lasting)
    return pools, slots, packages


def _by_month(tree: ParameterTree, fitted: Fitted, calendar: Calendar) -> NDArray[np.float64]:
    """Return people who become ready over the mean, [month, weekend]; growth begins with the months that count."""
    weekend = tree.at("discharge.weekend.ready")
    part = np.array([1.0, weekend]) * FULL_WEEK / (5.0 + 2.0 * weekend)
    return np.asarray((fitted.season[calendar.month_of_year] * _growth(tree, calendar))[:, None] * part)


def _growth(tree: ParameterTree, calendar: Calendar) -> NDArray[np.float64]:
    """Return people who become ready over those of the opening, by month.

    Capacity is taken to be bought in step with them: what a scenario changes comes on top.
    """
    years = np.maximum(np.array(calendar.numbers) + 0.5, 0.0) / 12.0
    return np.asarray(np.exp(np.log1p(tree.at("discharge.arrivals_growth")) * years))


def _end(calendar: Calendar) -> int:
    return max(calendar.numbers[-1] + 1, 0)


def _in_months(calendar: Calendar, series: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return dated values [row, month of the calendar]; months of the warm-up, and before April 2025, have one."""
    values = np.ones((len(series), len(calendar.numbers)))
    for m, month in enumerate(calendar.numbers):
        if month >= 0 and m >= calendar.warm_up:
            values[:, m] = [row[month] for row in series]
    return values


def _with_scale(tree: ParameterTree, calendar: Calendar, slots: NDArray[np.float64], change: Change) -> NDArray[np.float64]:
    """Return slots by board, pathway and month."""
    scale = _in_months(calendar, [tree.series(f"discharge.capacity_scale.{each}", _end(calendar)) for each in CAPACITIES])
    by_month = slots[:, :, None] * scale[None] * _growth(tree, calendar)
    first = 0 if change.always else calendar.warm_up
    if change.capacity_scale is not None:
        by_month[:, :, first:] *= change.capacity_scale
    by_month[:, :, first:] += np.array(change.slots)[None, :, None]
    return np.concatenate([np.zeros_like(by_month[:, :1]), by_month], axis=1)


def _package_places(tree: ParameterTree, calendar: Calendar, packages: NDArray[np.float64], change: Change) -> NDArray[np.float64]:
    by_month = packages[:, :, None] * _growth(tree, calendar)
    if change.package_scale is not None:
        by_month[:, :, 0 if change.always else calendar.warm_up :] *= change.package_scale[:, None, :]
    return np.concatenate([np.zeros_like(by_month[:, :1]), by_month], axis=1)
