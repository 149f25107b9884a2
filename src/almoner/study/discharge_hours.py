"""Staffed hours by area and month, which capacity after hospital follows.

The engine notes the weekly hours of all people in post at the end of every month. A run's store holds them, with the hours that
need asks for, in `hours/<task>.parquet`: one row an area, month and service, in that order. Where a run lacks them, its months are
carried out again as a task of their own: the bits are those of the run, and are held against its hours on a 31 March.
In: a plan and its tasks. Out: hours over needed hours, relative to the opening, [month, capacity], by area.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import InputFileError
from almoner.model.clock import month_text
from almoner.model.engine import STOCKS, Run
from almoner.parameters import ParameterTree, load
from almoner.reference.areas import Area
from almoner.reference.discharge_words import CAPACITIES
from almoner.reference.vocabulary import SERVICE_IDS
from almoner.study import store
from almoner.study.design import Study, parameter_draws
from almoner.study.files import StudyPlan
from almoner.study.location import Location
from almoner.study.run import Prepared, open_run, prepare
from almoner.study.scenario import Scenario
from almoner.study.tasks import Task, replicate_key

FOLDER: Final = "hours"

SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "p1_starts": ("home_care",),
    "p2_beds": ("care_home_nursing",),
    "p3_places": ("care_home", "care_home_nursing"),
}
"""Services whose staff each capacity follows."""

_GROUPS_KEPT: Final = 32


def months_of(run: Run, months: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weekly hours in post and needed, [month, area, service], at the opening and the ends of the first `months` months.

    The run must have gone through them. Needed hours are those of the opening's posts, at its hours a post, times need.
    """
    result = run.result()
    opening = result.stocks[0].astype(np.float64)
    filled, had = (opening[..., STOCKS.index(name)].sum(axis=2) for name in ("filled", "hours"))
    posts = opening[..., STOCKS.index("posts")].sum(axis=2)
    a_post = np.divide(had, filled, out=np.zeros_like(had), where=filled > 0)
    need = np.concatenate([np.ones((1, *had.shape)), run.inputs.need[:months]])
    return np.concatenate([had[None], result.monthly_hours[:months]]), need * (posts * a_post)


def by_capacity(hours: NDArray[np.float64], needed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return hours over needed hours, relative to the opening, [month, ..., capacity], of [1 + month, ..., service].

    A capacity none of whose services has posts stays as it is.
    """
    paths = []
    for capacity in CAPACITIES:
        of = [SERVICE_IDS.index(service) for service in SERVICES[capacity]]
        total, wanted = hours[..., of].sum(axis=-1), needed[..., of].sum(axis=-1)
        ratio = np.divide(total, wanted, out=np.ones_like(total), where=wanted > 0)
        paths.append(np.divide(ratio[1:], ratio[:1], out=np.ones_like(ratio[1:]), where=ratio[:1] > 0))
    return np.stack(paths, axis=-1)


def ratios_of_run(
    prepared: Prepared, drawn: ParameterTree, scenario: Scenario, months: int, seed: int, replicate: int
) -> dict[str, NDArray[np.float64]]:
    """Carry out a run's months and return the path of every area, [month, capacity]."""
    run, _ = open_run(prepared, drawn, scenario, months, seed, replicate)
    run.advance(months)
    paths = by_capacity(*months_of(run, months))
    return {code: paths[:, a] for a, code in enumerate(prepared.opening.baseline.area_codes)}


def stored_ratios(run: Location, plan: StudyPlan, tasks: list[Task], months: int) -> dict[str, NDArray[np.float64]]:
    """Return the path of every area of tasks of one scenario, draw and replicate; what the store lacks is put there."""
    found: dict[str, NDArray[np.float64]] = {}
    for task in tasks:
        frame = _read(run, task, months)
        if frame is None:
            frame = _carry_out(run, plan, task, months)
        shape = (len(task.areas), -1, len(SERVICE_IDS))
        hours, needed = (
            frame[name].to_numpy().astype(np.float64).reshape(shape).swapaxes(0, 1)[: months + 1] for name in ("hours", "needed")
        )
        paths = by_capacity(hours, needed)
        found |= {code: paths[:, a] for a, code in enumerate(task.areas)}
    return found


def months_table(areas: tuple[str, ...], hours: NDArray[np.float64], needed: NDArray[np.float64]) -> pl.DataFrame:
    """Lay hours in post and needed (`months_of`) out as the store holds them; the opening is the month before the first."""
    count, _, services = hours.shape
    names = [month_text(month) for month in range(-1, count - 1)]
    return pl.DataFrame(
        {
            "area": np.repeat(np.array(areas), count * services),
            "month": np.tile(np.repeat(np.array(names), services), len(areas)),
            "service": np.tile(np.array(SERVICE_IDS), len(areas) * count),
            "hours": hours.swapaxes(0, 1).reshape(-1).astype(np.int32),
            "needed": np.round(needed.swapaxes(0, 1).reshape(-1), 3),
        }
    )


def _read(run: Location, task: Task, months: int) -> pl.DataFrame | None:
    if store.problem_with(run, FOLDER, task.id):
        return None
    frame = store.read_table(run, FOLDER, task.id)
    return frame if frame["month"].n_unique() > months else None


def _carry_out(run: Location, plan: StudyPlan, task: Task, months: int) -> pl.DataFrame:
    """Go through a task's months again, hold its hours against what the run reports, and put them in the store."""
    prepared = _prepared(task.areas, plan)
    drawn = load().drawn(_drawn(plan)[task.draw])
    luck = replicate_key(plan, task.draw, task.replicate)
    world, _ = open_run(prepared, drawn, plan.scenarios[task.scenario], plan.months, plan.seed, luck)
    world.advance(months)
    hours, needed = months_of(world, months)
    _hold_against(run, task, hours, months)
    frame = months_table(task.areas, hours, needed)
    store.write_table(run, FOLDER, task.id, frame)
    return frame


def _hold_against(run: Location, task: Task, hours: NDArray[np.float64], months: int) -> None:
    """Refuse a run made by another release: its hours on the first 31 March must be those found again, to the last one."""
    table = store.read_table(run, store.TASKS, task.id)
    year = int(table["year"].min()) + months // 12  # type: ignore[arg-type]
    rows = table.filter(pl.col("year") == year).group_by("area", "service").agg(pl.col("hours").cast(pl.Int64).sum())
    stored = {(area, service): total for area, service, total in rows.select("area", "service", "hours").iter_rows()}
    again = hours[months // 12 * 12]
    for a, area in enumerate(task.areas):
        for s, service in enumerate(SERVICE_IDS):
            if stored[area, service] != again[a, s]:
                raise InputFileError(
                    f"{run.text} was made by another release of Almoner, so its months cannot be found again: run its study again."
                )


@lru_cache(maxsize=_GROUPS_KEPT)
def _prepared_of(areas: tuple[str, ...], to_year: int, seed: int, own: object) -> Prepared:
    place = Area("group", "A group of areas", "area", None, None, tuple((code, 1.0) for code in areas))
    return prepare(Study(place, (), 1, to_year, seed, own=own))  # type: ignore[arg-type]


def _prepared(areas: tuple[str, ...], plan: StudyPlan) -> Prepared:
    return _prepared_of(areas, plan.to_year, plan.seed, plan.own)


@lru_cache(maxsize=4)
def _drawn_of(draws: int, seed: int, draws_from: str) -> tuple[dict[str, float], ...]:
    tree = load()
    return tuple(tree.quantiles(row) for row in parameter_draws(tree, draws, seed, draws_from))  # type: ignore[arg-type]


def _drawn(plan: StudyPlan) -> tuple[dict[str, float], ...]:
    return _drawn_of(plan.draws, plan.seed, plan.draws_from)
