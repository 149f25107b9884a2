"""The tasks of a study: one is (area group, scenario, draw, replicate), and is carried out without knowing of any other.

In: a `StudyPlan`. Out: for each task a tidy frame, one row an area, year, service and role, with stocks and flows. Nothing crosses
areas within a run, so areas are cut into groups large enough to be worth sending (at least 0.2 s: PERFORMANCE.md section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.model.baseline import build
from almoner.model.columns import FLOWS
from almoner.model.engine import STOCKS, YearlyResult
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.parameters import load
from almoner.readers.own_figures import OwnFigures
from almoner.reference.areas import Area
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS
from almoner.study.design import DrawsFrom, Study, parameter_draws
from almoner.study.files import StudyPlan
from almoner.study.run import Prepared, open_run, prepare
from almoner.study.totals import by_cell

KEYS: Final = ("scenario", "draw", "replicate", "area", "year", "service", "role")
"""The dimensions of every result, outermost first."""

POST_MONTHS: Final = 80_000_000
"""The least size of a task where there are areas enough: about 0.3 s of a core at 270 million post-months a second."""

_GROUPS_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of a study. `scenario` is its place in the plan; `areas` are codes."""

    group: int
    areas: tuple[str, ...]
    scenario: int
    draw: int
    replicate: int

    @property
    def id(self) -> str:
        """The name of the task's file; with more than a few thousand of an axis the digits grow, and the name stays unique."""
        return f"d{self.draw:04d}-r{self.replicate:04d}-s{self.scenario:02d}-g{self.group:03d}"

    def as_tuple(self) -> tuple[int, tuple[str, ...], int, int, int]:
        """Return the task as a plain tuple, to be sent to a worker."""
        return astuple(self)


def tasks_of(plan: StudyPlan, groups: Sequence[tuple[str, ...]]) -> tuple[Task, ...]:
    """Return the tasks of a plan in their order: draw by draw, so that a run that is stopped holds whole draws."""
    return tuple(
        Task(group, areas, scenario, draw, replicate)
        for draw in range(plan.draws)
        for replicate in range(plan.replicates)
        for scenario in range(len(plan.scenarios))
        for group, areas in enumerate(groups)
    )


def area_groups(plan: StudyPlan, post_months: int = POST_MONTHS) -> tuple[tuple[str, ...], ...]:
    """Cut the plan's areas, in the order of their codes, into groups of whole areas of at least `post_months` each."""
    national = build(None, plan.seed)
    posts = dict(zip(national.area_codes, (national.filled + national.vacant).sum(axis=(1, 2)).tolist(), strict=True))
    return tuple(_groups(plan.members, posts, post_months / plan.months))


def carry_out(plan: StudyPlan, task: Task) -> pl.DataFrame:
    """Run a task. Flows are of the twelve months to 31 March of the year, and empty at the opening, when no month was run."""
    prepared = _prepared(task.areas, plan.to_year, plan.seed, plan.own)
    drawn = load().drawn(_drawn(plan.draws, plan.seed, plan.draws_from)[task.draw])
    luck = replicate_key(plan, task.draw, task.replicate)
    run, tree = open_run(prepared, drawn, plan.scenarios[task.scenario], plan.months, plan.seed, luck)
    run.advance(plan.months)
    result = run.result()
    values = by_cell(plan.years, prepared.opening.baseline, tree, run.inputs, result)
    return tidy(result, values, plan, task)


def replicate_key(plan: StudyPlan, draw: int, replicate: int) -> int:
    """Return the number that the engine's luck is keyed by: draw x replicates + replicate.

    So no two (draw, replicate) pairs of a study share their luck, all scenarios of a pair do, and with one replicate a draw the
    key is the draw, as in `study.run`.
    """
    return draw * plan.replicates + replicate


def tidy(result: YearlyResult, values_of_cells: dict[str, NDArray[np.float64]], plan: StudyPlan, task: Task) -> pl.DataFrame:
    """Lay a result, and the values of its cells, out with one row an area, year, service and role, in that order."""
    areas, years = len(task.areas), len(plan.years)
    cells = N_SERVICES * N_ROLES
    rows = areas * years * cells
    columns: dict[str, pl.Series] = {
        "scenario": pl.repeat(plan.scenarios[task.scenario].id, rows, dtype=pl.String, eager=True),
        "draw": pl.repeat(task.draw, rows, dtype=pl.Int32, eager=True),
        "replicate": pl.repeat(task.replicate, rows, dtype=pl.Int32, eager=True),
        "area": pl.Series(np.repeat(np.array(task.areas), years * cells)),
        "year": pl.Series(np.tile(np.repeat(np.array(plan.years, np.int16), cells), areas)),
        "service": pl.Series(np.tile(np.repeat(np.array(SERVICE_IDS), N_ROLES), areas * years)),
        "role": pl.Series(np.tile(np.array(ROLE_IDS), areas * years * N_SERVICES)),
    }
    for name, values in zip(STOCKS, _by_area(result.stocks), strict=True):
        columns[name] = pl.Series(values)
    opening = columns["year"] == plan.years[0]
    for name, values in zip(FLOWS, _by_area(result.flows), strict=True):
        columns[name] = pl.Series(values).set(opening, None)
    filled = result.stocks[..., STOCKS.index("filled")].astype(np.float64)
    values_of_cells = {"mean_filled": 0.5 * (filled + np.roll(filled, 1, axis=0)), **values_of_cells}
    for name, cells_of in values_of_cells.items():
        columns[name] = pl.Series(np.ascontiguousarray(cells_of.swapaxes(0, 1)).reshape(-1))
    columns["mean_filled"] = columns["mean_filled"].set(opening, None)
    return pl.DataFrame(columns)


def _by_area(values: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    """Yield each quantity of [year, area, service, role, quantity] as one column in the order of `tidy`."""
    for k in range(values.shape[-1]):
        yield np.ascontiguousarray(values[..., k].swapaxes(0, 1), dtype=np.int32).reshape(-1)


def _groups(codes: tuple[str, ...], posts: dict[str, int], least: float) -> Iterator[tuple[str, ...]]:
    groups: list[list[str]] = [[]]
    size = 0
    for code in codes:
        if size >= least:
            groups.append([])
            size = 0
        groups[-1].append(code)
        size += posts[code]
    if size < least and len(groups) > 1:
        small = groups.pop()
        groups[-1] += small
    return map(tuple, groups)


@lru_cache(maxsize=_GROUPS_KEPT)
def _prepared(areas: tuple[str, ...], to_year: int, seed: int, own: OwnFigures | None) -> Prepared:
    place = Area("group", "A group of areas", "area", None, None, tuple((code, 1.0) for code in areas))
    return prepare(Study(place, (), 1, to_year, seed, own=own))


@lru_cache(maxsize=4)
def _drawn(draws: int, seed: int, draws_from: DrawsFrom) -> tuple[dict[str, float], ...]:
    tree = load()
    return tuple(tree.quantiles(row) for row in parameter_draws(tree, draws, seed, draws_from))
