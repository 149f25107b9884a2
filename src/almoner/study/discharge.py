"""The second kind of task of a study: the flow out of hospital, by draw and scenario, after the workforce is known.

A draw of discharge's own parameters goes with the workforce's draw of the same number. Staffed hours come from a run's store
(`study.discharge_store`); nothing of this happens inside a workforce task.
In: boards, draws, changes. Out: days lost by constraint, what changes would save, and paths of people who remain. Paths are those
of a year like the base year: forecasts are multiplied by `study.discharge_swings`. Draws share nothing, so any number of threads
gives the same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge import flow
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.caused import days_by_set, saved, shapley
from almoner.model.discharge.central import central
from almoner.model.discharge.fit import refit
from almoner.model.discharge.lanes import FIRST_COME
from almoner.model.discharge.record import boards
from almoner.model.discharge.system import Change, Fitted, lanes_of
from almoner.parameters import ParameterTree, load
from almoner.reference.discharge_words import CAPACITIES
from almoner.study.design import parameter_draws
from almoner.study.discharge_scenario import lanes_under
from almoner.study.discharge_swings import opening_levels

Progress = Callable[[int, int], None]
T = TypeVar("T")

BASE_YEAR: Final = Calendar(-12, 12, warm_up=6)
"""April 2024 to March 2025: the year that causes and what-ifs are worked out on."""

_BRANCH: Final = "discharge."
_WARM_UP: Final = 12
_OPENING_LIMITS: Final = (0.25, 4.0)
_PER_YEAR: Final = 365.0


@dataclass(frozen=True)
class WhatIf:
    """A plain question: what would this change save, in the long run and at base-year need?"""

    id: str
    label: str
    change: Callable[[ParameterTree], Change]


@dataclass(frozen=True)
class Caused:
    """Days lost in a year at base-year rates, by draw. All arrays are [draw, board, ...]."""

    days: NDArray[np.float64]
    """[draw, board] all days"""
    by_constraint: NDArray[np.float64]
    """[draw, board, constraint] Shapley values, which add up to `days`"""
    held: NDArray[np.float64]
    """[draw, board, pathway, stage] days by where they are lost"""
    waits: NDArray[np.int64]
    """[draw, board, pathway, days] people by whole days that they waited; pathway 0 those who waited at all"""
    people: NDArray[np.float64]
    """[draw, board, pathway] who became ready, pathway 0 included who left at once"""
    people_held: NDArray[np.int64]
    """[draw, board, pathway] who became ready and whom something can hold"""
    saved: dict[str, NDArray[np.float64]]
    """what-if -> [draw, board] days saved, under the same luck"""


@dataclass(frozen=True)
class Path:
    """People who remain under one scenario, by draw."""

    remaining: NDArray[np.float64]
    """[draw, board, day]"""
    days_lost: NDArray[np.float64]
    """[draw, board, month]"""


def what_ifs() -> tuple[WhatIf, ...]:
    """Return the what-ifs that every answer shows."""
    return (
        WhatIf("home_care_staff", "10% more home care staff", lambda tree: more_hours(tree, (0.1, 0.0, 0.0))),
        WhatIf("rehabilitation_beds", "20 more rehabilitation beds a board", lambda tree: _always(slots=(0.0, 20.0, 0.0))),
        WhatIf("hub_faster", "Transfer hub a day faster", lambda tree: _always(shorter=(0.0, 1.0, 0.0, 0.0))),
        WhatIf("weekends", "Weekend discharge as on weekdays", lambda tree: _always(weekends_as_weekdays=True)),
        WhatIf("care_home_places", "10% more care home places", lambda tree: more_hours(tree, (0.0, 0.0, 0.1))),
    )


def more_hours(tree: ParameterTree, more: Sequence[float]) -> Change:
    """Return the long-run change in capacity when the staffed hours behind each capacity grow by the shares `more`."""
    scale = 1.0 + np.array(
        [share * tree.at(f"discharge.pass_through.{each}") for share, each in zip(more, CAPACITIES, strict=True)]
    )
    return _always(capacity_scale=scale[None, :, None], package_scale=scale[None, :1])


def _always(**settings: object) -> Change:
    return replace(Change(always=True), **settings)  # type: ignore[arg-type]


@lru_cache(maxsize=8)
def values_of(draws: int, seed: int) -> tuple[dict[str, float], ...]:
    """Return discharge's own parameters by draw; a workforce study leaves them at their medians."""
    tree = load()
    rows = parameter_draws(tree, draws, seed, without=("children.",))
    return tuple({path: value for path, value in tree.quantiles(row).items() if path.startswith(_BRANCH)} for row in rows)


@lru_cache(maxsize=8)
def trees_of(draws: int, seed: int) -> tuple[ParameterTree, ...]:
    """Return the parameters of each draw, all but discharge's at their medians: the flow model reads no others."""
    return tuple(load().drawn(values) for values in values_of(draws, seed))


@lru_cache(maxsize=512)
def _refitted(draws: int, seed: int, draw: int) -> Fitted:
    return refit(trees_of(draws, seed)[draw], central(), load(), replicate=draw, seed=seed)


def refitted(codes: Sequence[str], draws: int, seed: int, draw: int) -> Fitted:
    """Return boards as a draw leaves them."""
    fitted = central() if draws == 1 else _refitted(draws, seed, draw)
    return fitted.only(tuple(codes))


def caused(
    codes: Sequence[str],
    draws: int,
    seed: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
    system: Callable[[int], tuple[ParameterTree, Fitted]] | None = None,
    priority: int = FIRST_COME,
) -> Caused:
    """Work out causes and what-ifs for boards. Every draw has luck of its own, shared by all the runs that it compares.

    `system` gives the parameters and the fit of each draw where they are not those of the boards of the record; `priority` the rule
    by which a pool takes people from its queue (`lanes.FIRST_COME` or `lanes.LONGEST_READY`).
    """
    trees = trees_of(draws, seed)
    questions = what_ifs()

    def one(draw: int) -> tuple[NDArray[np.float64], flow.Flow, Fitted, dict[str, NDArray[np.float64]]]:
        tree, fitted = system(draw) if system else (trees[draw], refitted(codes, draws, seed, draw))
        lanes = lanes_of(tree, fitted, BASE_YEAR)
        now = flow.run(lanes, BASE_YEAR, seed, draw, priority=priority, threads=1)
        before = now.days_lost.sum(axis=(1, 2))
        gains = {}
        for question in questions:
            changed = lanes_of(tree, fitted, BASE_YEAR, question.change(tree))
            after = flow.run(changed, BASE_YEAR, seed, draw, priority=priority, threads=1)
            gains[question.id] = before - after.days_lost.sum(axis=(1, 2))
        return days_by_set(lanes, BASE_YEAR, seed, draw, priority), now, fitted, gains

    results = mapped(one, draws, progress, threads)
    days = np.stack([sets for sets, _, _, _ in results])
    return Caused(
        days=days[:, :, 0],
        by_constraint=shapley(saved(days)),
        held=np.stack([now.days_lost for _, now, _, _ in results]).astype(np.float64),
        waits=np.stack([now.waits for _, now, _, _ in results]),
        people=np.stack([fitted.flow * _PER_YEAR for _, _, fitted, _ in results]),
        people_held=np.stack([now.people[:, :, 0] for _, now, _, _ in results]),
        saved={each.id: np.stack([gains[each.id] for _, _, _, gains in results]) for each in questions},
    )


def forecast(
    codes: Sequence[str],
    draws: int,
    months: int,
    seed: int = 0,
    *,
    priority: int = FIRST_COME,
    progress: Progress | None = None,
    threads: int | None = None,
    system: Callable[[int], tuple[ParameterTree, Fitted]] | None = None,
    level: NDArray[np.float64] | None = None,
) -> Path:
    """Return paths from the real queue of March 2025, less the swing of that month, over `months` from April 2025."""

    def one(draw: int) -> NDArray[np.int32]:
        return forecast_draw(codes, draws, months, seed, draw, draw, priority=priority, system=system, level=level)

    remaining = np.stack(mapped(one, draws, progress, threads)).astype(np.float64)
    begins = np.searchsorted(Calendar(0, months).counted_month, np.arange(months))
    return Path(remaining, np.add.reduceat(remaining, begins, axis=-1))


def forecast_draw(
    codes: Sequence[str],
    draws: int,
    months: int,
    seed: int,
    draw: int,
    replicate: int,
    *,
    tree_of: Callable[[ParameterTree], ParameterTree] | None = None,
    trees_under: Callable[[ParameterTree], Sequence[tuple[ParameterTree, float]]] | None = None,
    change_of: Callable[[ParameterTree], Change] | None = None,
    priority: int = FIRST_COME,
    system: Callable[[int], tuple[ParameterTree, Fitted]] | None = None,
    level: NDArray[np.float64] | None = None,
) -> NDArray[np.int32]:
    """Return people who remain by board and day under one draw and replicate of chance, on one thread.

    `tree_of` gives the parameters that a scenario makes of a draw's everywhere, `trees_under` in its place those of several sets of
    policies, each with its share of the boards' people; `change_of` gives the capacity that follows from staffed hours.
    """
    drawn, begin = system(draw) if system else (trees_of(draws, seed)[draw], refitted(codes, draws, seed, draw))
    if level is None:
        published = boards()
        level = opening_levels(published.remaining[[published.codes.index(code) for code in codes], -1])
    calendar = Calendar(0, months, _WARM_UP)
    fitted = opened(drawn, begin, level, seed, replicate)
    trees = trees_under(drawn) if trees_under else [(tree_of(drawn) if tree_of else drawn, 1.0)]
    change = None if change_of is None else change_of(trees[0][0])
    return flow.run(lanes_under(trees, fitted, calendar, change), calendar, seed, replicate, priority=priority, threads=1).remaining


def opened(tree: ParameterTree, fitted: Fitted, level: NDArray[np.float64], seed: int, replicate: int) -> Fitted:
    """Return boards whose first day starts with the real queue `level` [board]: the warm-up's people, more or fewer of each."""
    calendar = Calendar(0, 1, _WARM_UP)
    seen = flow.run(lanes_of(tree, fitted, calendar), calendar, seed, replicate, threads=1).remaining[:, 0]
    ratio = np.clip(level / np.maximum(seen, 1.0), *_OPENING_LIMITS)
    return replace(fitted, opening=np.broadcast_to(ratio[:, None, None], fitted.opening.shape).copy())


def mapped(one: Callable[[int], T], draws: int, progress: Progress | None, threads: int | None) -> list[T]:
    """Carry out every draw on threads and return the results in order; `progress(done, draws)` is called as draws finish."""
    finished = count(1)

    def noted(draw: int) -> T:
        result = one(draw)
        if progress is not None:
            progress(next(finished), draws)
        return result

    workers = min(threads or os.cpu_count() or 1, draws)
    if workers == 1:
        return [noted(draw) for draw in range(draws)]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(noted, range(draws)))
