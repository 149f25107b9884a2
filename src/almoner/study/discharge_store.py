"""Discharge from a stored run: staffed hours by area and month become capacity by board, and paths are stored beside it.

In: a finished run of the workforce and boards whose areas it holds. Out: `discharge/<task>.parquet` in the run's folder, one task a
draw, replicate and scenario: days lost by board and month, before the swings that all boards share. Tasks that are there are not
done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import InputFileError
from almoner.model.clock import month_text
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.lanes import FIRST_COME
from almoner.model.discharge.system import Change
from almoner.parameters import ParameterTree
from almoner.reference import tables
from almoner.reference.areas import resolve
from almoner.reference.discharge_words import CAPACITIES
from almoner.study import discharge, store
from almoner.study.discharge_hours import stored_ratios
from almoner.study.discharge_scenario import parts_of
from almoner.study.files import StudyPlan
from almoner.study.location import Location
from almoner.study.tasks import Task, replicate_key

FOLDER: Final = "discharge"
LONGEST_MONTHS: Final = 36

_LOWEST: Final = 0.05
"""Capacity never falls below this share of the base year's, whatever the hours do."""


@dataclass(frozen=True, slots=True)
class DelayTask:
    """One piece: a scenario (its place in the plan) under a draw and a replicate; with `areas` only they move their boards."""

    scenario: int
    draw: int
    replicate: int
    priority: int = FIRST_COME
    areas: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of the task's file."""
        rule = "" if self.priority == FIRST_COME else f"-p{self.priority}"
        part = f"-{hashlib.sha256(' '.join(self.areas).encode()).hexdigest()[:8]}" if self.areas else ""
        return f"d{self.draw:04d}-r{self.replicate:04d}-s{self.scenario:02d}{rule}{part}"


def staffed_hours(
    run: Location, plan: StudyPlan, task: DelayTask, areas: frozenset[str], months: int
) -> dict[str, NDArray[np.float64]]:
    """Return staffed over needed hours of areas, relative to the opening, [month, capacity], at the ends of months.

    Areas of the same group of the run come with those asked for; areas that the run does not hold are left out.
    """
    groups = store.read_groups(run)
    wanted = [
        Task(number, group, task.scenario, task.draw, task.replicate)
        for number, group in enumerate(groups)
        if areas.intersection(group)
    ]
    return stored_ratios(run, plan, wanted, months)


def capacity_change(
    tree: ParameterTree,
    hours: Mapping[str, NDArray[np.float64]],
    codes: Sequence[str],
    weights: Mapping[str, float],
    *,
    whole: bool = True,
) -> Change:
    """Return the capacity of boards that follows from areas' hours.

    An area counts in a board by how many of its people live there and by how large it is (`weights`). Of a change in staffed hours,
    beyond what need asks for, a part reaches people who leave hospital (`discharge.pass_through`). With `whole` every area of a
    board must be there; otherwise a board follows those that are.
    """
    part = np.array([tree.at(f"discharge.pass_through.{each}") for each in CAPACITIES])
    scales = []
    for code in codes:
        members = resolve(code).members
        missing = [area for area, _ in members if area not in hours]
        if missing and not whole:
            members = tuple(member for member in members if member[0] in hours)
        elif missing:
            raise InputFileError(
                f"The run holds no area {missing[0]}, which is part of {resolve(code).name}: run a study that has it."
            )
        share = np.array([weight * weights[area] for area, weight in members])
        ratio = np.tensordot(share / share.sum(), np.stack([hours[area] for area, _ in members]), axes=1)
        scales.append(np.maximum(1.0 + part * (ratio - 1.0), _LOWEST).T)
    scale = np.stack(scales)
    return Change(capacity_scale=scale, package_scale=scale[:, 0])


def run_delays(
    run: Location,
    codes: Sequence[str],
    progress: discharge.Progress | None = None,
    threads: int | None = None,
    priority: int = FIRST_COME,
    areas: Sequence[str] = (),
) -> dict[str, discharge.Path]:
    """Carry out what is missing of a run's discharge tasks and return the paths of every scenario by its id.

    With `areas`, boards go as they would if all their areas did as those do: for a council, whose run holds no whole board.
    """
    plan = store.read_plan(run)
    if store.RESULT not in run.names():
        raise InputFileError(f"{run.text} has no hours yet: run its study to the end.")
    months = min(plan.months, LONGEST_MONTHS)
    people = adults()
    tasks = [
        DelayTask(scenario, draw, replicate, priority, tuple(areas))
        for scenario in range(len(plan.scenarios))
        for draw in range(plan.draws)
        for replicate in range(plan.replicates)
    ]
    frames = discharge.mapped(
        lambda number: _carry_out(run, plan, tasks[number], tuple(codes), months, people), len(tasks), progress, threads
    )
    each = plan.draws * plan.replicates
    parts = [frames[start : start + each] for start in range(0, len(frames), each)]
    return {scenario.id: _path(part, codes, months) for scenario, part in zip(plan.scenarios, parts, strict=True)}


def _carry_out(
    run: Location,
    plan: StudyPlan,
    task: DelayTask,
    codes: tuple[str, ...],
    months: int,
    people: dict[str, float],
) -> pl.DataFrame:
    if not store.problem_with(run, FOLDER, task.id):
        found = store.read_table(run, FOLDER, task.id)
        if set(codes) <= set(found["board"].unique()) and found["month"].n_unique() == months:
            return found.filter(pl.col("board").is_in(codes))
    scenario = plan.scenarios[task.scenario]
    within = frozenset(task.areas or (area for code in codes for area, _ in resolve(code).members))
    # Areas come in the groups that the run was carried out in: those that are not asked for have no say.
    hours = {code: path for code, path in staffed_hours(run, plan, task, within, months).items() if code in within}
    remaining = []
    for part in parts_of(scenario, codes, people, task.areas):
        together = tuple(codes[k] for k in part.boards)
        path = discharge.forecast_draw(
            together,
            plan.draws,
            months,
            plan.seed,
            task.draw,
            replicate_key(plan, task.draw, task.replicate),
            trees_under=partial(part.trees, scenario),
            change_of=lambda tree, boards=together: capacity_change(tree, hours, boards, people, whole=not task.areas),  # type: ignore[misc]
            priority=task.priority,
        )
        remaining.append(path)
    path = np.concatenate(remaining)
    frame = _tidy(path, task, scenario.id, codes, months)
    store.write_table(run, FOLDER, task.id, frame)
    return frame


def _tidy(run: NDArray[np.int32], task: DelayTask, scenario: str, codes: tuple[str, ...], months: int) -> pl.DataFrame:
    month = Calendar(0, months).counted_month
    lost = np.add.reduceat(run, np.searchsorted(month, np.arange(months)), axis=1)
    rows = lost.size
    return pl.DataFrame(
        {
            "scenario": pl.repeat(scenario, rows, dtype=pl.String, eager=True),
            "draw": pl.repeat(task.draw, rows, dtype=pl.Int32, eager=True),
            "replicate": pl.repeat(task.replicate, rows, dtype=pl.Int32, eager=True),
            "board": np.repeat(np.array(codes), months),
            "month": np.tile(np.array([month_text(m) for m in range(months)]), len(codes)),
            "days_lost": lost.reshape(-1).astype(np.int64),
        }
    )


def _path(frames: list[pl.DataFrame], codes: Sequence[str], months: int) -> discharge.Path:
    lost = np.stack(
        [
            np.stack([frame.filter(pl.col("board") == code).sort("month")["days_lost"].to_numpy() for code in codes])
            for frame in frames
        ]
    ).astype(np.float64)
    lengths = np.bincount(Calendar(0, months).counted_month, minlength=months)
    return discharge.Path(np.repeat(lost / lengths, lengths, axis=-1), lost)


@lru_cache(maxsize=1)
def adults() -> dict[str, float]:
    """Return adults by area, mid-2024."""
    rows = tables.load("population").filter(
        (pl.col("year") == 2024) & (pl.col("kind") == "estimate") & (pl.col("age_band") != "0-17")
    )
    return dict(rows.group_by("area_code").agg(pl.col("persons").sum().cast(pl.Float64)).iter_rows())
