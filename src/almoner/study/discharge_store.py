"""Discharge from a stored run: staffed hours by area become capacity by board, and paths of people who wait are stored beside it.

In: a finished run of the workforce and boards whose areas it holds. Out: `discharge/<task>.parquet` in the run's folder, one task a
draw, replicate and scenario: people who remain and days lost by board and month. Tasks that are there are not done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import InputFileError
from almoner.model.clock import MONTHS_PER_YEAR, month_text
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.system import Change
from almoner.parameters import ParameterTree
from almoner.reference import tables
from almoner.reference.areas import resolve
from almoner.reference.discharge_words import CAPACITIES
from almoner.study import discharge, store
from almoner.study.files import StudyPlan
from almoner.study.location import Location, open_location
from almoner.study.tasks import replicate_key

FOLDER: Final = "discharge"
LONGEST_MONTHS: Final = 36

SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "p1_starts": ("home_care",),
    "p2_beds": ("care_home_nursing",),
    "p3_places": ("care_home", "care_home_nursing"),
}
"""Services whose staff each capacity follows."""

_LOWEST: Final = 0.05
"""Capacity never falls below this share of the base year's, whatever the hours do."""


@dataclass(frozen=True, slots=True)
class DelayTask:
    """One piece: a scenario (its place in the plan) under a draw and a replicate."""

    scenario: int
    draw: int
    replicate: int

    @property
    def id(self) -> str:
        """The name of the task's file."""
        return f"d{self.draw:04d}-r{self.replicate:04d}-s{self.scenario:02d}"


def staffed_hours(run: Location, scenario: str, draw: int, replicate: int, months: int) -> dict[str, NDArray[np.float64]]:
    """Return staffed hours over needed hours by area, relative to the opening, [month, capacity], at the ends of months.

    The store holds hours on each 31 March; between two of them hours are put on a straight line. This is the one place that would
    change if it held months.
    """
    rows = (
        _hours(run.text)
        .filter((pl.col("scenario") == scenario) & (pl.col("draw") == draw) & (pl.col("replicate") == replicate))
        .sort("area", "year")
    )
    if rows.is_empty():
        raise InputFileError(f"{run.text} holds no hours of scenario {scenario}, draw {draw}, replicate {replicate}.")
    found = {}
    for (area,), of_area in rows.group_by("area", maintain_order=True):
        years = of_area["year"].unique(maintain_order=True).to_numpy()
        at = (np.arange(months) + 1) / MONTHS_PER_YEAR
        paths = []
        for capacity in CAPACITIES:
            inside = of_area.filter(pl.col("service").is_in(SERVICES[capacity]))
            totals = inside.group_by("year", maintain_order=True).agg(pl.col("hours").sum(), pl.col("needed").sum())
            hours, needed = totals["hours"].to_numpy(), totals["needed"].to_numpy()
            ratio = np.divide(hours, needed, out=np.ones(len(years)), where=needed > 0)
            paths.append(np.interp(at, years - years[0], ratio / ratio[0] if ratio[0] > 0 else np.ones(len(years))))
        found[str(area)] = np.stack(paths, axis=1)
    return found


def capacity_change(
    tree: ParameterTree, hours: dict[str, NDArray[np.float64]], codes: Sequence[str], weights: dict[str, float]
) -> Change:
    """Return the capacity of boards that follows from areas' hours.

    An area counts in a board by how many of its people live there and by how large it is (`weights`). Of a change in staffed hours,
    beyond what need asks for, a part reaches people who leave hospital (`discharge.pass_through`).
    """
    part = np.array([tree.at(f"discharge.pass_through.{each}") for each in CAPACITIES])
    scales = []
    for code in codes:
        members = resolve(code).members
        missing = [area for area, _ in members if area not in hours]
        if missing:
            raise InputFileError(
                f"The run holds no area {missing[0]}, which is part of {resolve(code).name}: run a study that has it."
            )
        share = np.array([weight * weights[area] for area, weight in members])
        ratio = np.tensordot(share / share.sum(), np.stack([hours[area] for area, _ in members]), axes=1)
        scales.append(np.maximum(1.0 + part * (ratio - 1.0), _LOWEST).T)
    scale = np.stack(scales)
    return Change(capacity_scale=scale, package_scale=scale[:, 0])


def run_delays(
    run: Location, codes: Sequence[str], progress: discharge.Progress | None = None, threads: int | None = None
) -> dict[str, discharge.Path]:
    """Carry out what is missing of a run's discharge tasks and return the paths of every scenario by its id."""
    plan = store.read_plan(run)
    months = min(plan.months, LONGEST_MONTHS)
    people = _people()
    tasks = [
        DelayTask(scenario, draw, replicate)
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
    hours = staffed_hours(run, scenario.id, task.draw, task.replicate, months)
    area = resolve(codes[0]).members[0][0] if len(codes) == 1 else None
    path = discharge.forecast_draw(
        codes,
        plan.draws,
        months,
        plan.seed,
        task.draw,
        replicate_key(plan, task.draw, task.replicate),
        tree_of=lambda drawn: scenario.apply(drawn, area),
        change_of=lambda tree: capacity_change(tree, hours, codes, people),
    )
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


@lru_cache(maxsize=2)
def _hours(place: str) -> pl.DataFrame:
    """Return hours and needed hours by scenario, draw, replicate, area, year and service."""
    keys = ["scenario", "draw", "replicate", "area", "year", "service"]
    run = open_location(place)
    wanted = sorted({service for services in SERVICES.values() for service in services})
    frames = []
    for measure, name in (("hours_per_week", "hours"), ("needed_hours_per_week", "needed")):
        try:
            table = store.read_table(run, store.MEASURES, measure)
        except FileNotFoundError:
            raise InputFileError(f"{run.text} has no hours yet: run its study to the end.") from None
        inside = table.filter(pl.col("service").is_in(wanted))
        frames.append(inside.group_by(keys).agg(pl.col("value").sum().cast(pl.Float64).alias(name)))
    return frames[0].join(frames[1], on=keys).sort(keys)


def _people() -> dict[str, float]:
    """Return adults by area, mid-2024."""
    rows = tables.load("population").filter(
        (pl.col("year") == 2024) & (pl.col("kind") == "estimate") & (pl.col("age_band") != "0-17")
    )
    return dict(rows.group_by("area_code").agg(pl.col("persons").sum().cast(pl.Float64)).iter_rows())
