"""The plan of a run that lies in a store, without running anything again: to the last bit what a run of its study gives.

In: a `StudyPlan` of one place and the finished run. Out: a `StudyResult`, or the `PlanRecord` made of it. Posts and flows are read
from the run's tasks, which hold whole numbers; what the months read is built again from the parameters, and both are added up as in
`study.run`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.analysis.plan import record
from almoner.analysis.plan_record import PlanRecord
from almoner.errors import InputFileError
from almoner.model.columns import FLOWS
from almoner.model.engine import STOCKS, YearlyResult
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.parameters import load
from almoner.study import store
from almoner.study.design import Study, parameter_draws
from almoner.study.files import StudyPlan
from almoner.study.location import Location
from almoner.study.run import Progress, StudyResult, prepare, scenario_inputs
from almoner.study.tasks import Task, tasks_of
from almoner.study.totals import ScenarioRun, totals

_NO_HOURS: Final = np.zeros((0, 0, 0), np.int32)


def stored_plan(plan: StudyPlan, run: Location, progress: Progress | None = None, threads: int | None = None) -> PlanRecord:
    """Return the plan of a finished run's one place. `progress(done, total)` is called for each scenario under each point."""
    return record(stored_result(plan, run, progress, threads))


def stored_result(plan: StudyPlan, run: Location, progress: Progress | None = None, threads: int | None = None) -> StudyResult:
    """Return the result of a finished run; names and words are those of `plan`, whose hash the run has.

    Raises:
        InputFileError: the plan has several places, or the run is not that of the plan.
    """
    if len(plan.places) != 1:
        raise InputFileError(f"The run '{plan.name}' is of {len(plan.places)} places, and a plan is of one: run them one by one.")
    if run.text.rstrip("/").rpartition("/")[2] != plan.run_id:
        raise InputFileError(f"{run.text} is not the run {plan.run_id} of this plan: run its study first.")
    counts = (plan.draws, plan.to_year, plan.seed, plan.replicates)
    study = Study(plan.places[0], plan.scenarios, *counts, plan.own, plan.draws_from)
    prepared, tree = prepare(study), load()
    baseline = prepared.opening.baseline
    drawn = tuple(tree.quantiles(row) for row in parameter_draws(tree, study.draws, study.seed, study.draws_from))
    by_run: dict[tuple[int, int], list[Task]] = {}
    for task in tasks_of(plan, store.read_groups(run)):
        by_run.setdefault((task.scenario, task.draw * plan.replicates + task.replicate), []).append(task)

    def one(scenario: int, point: int) -> ScenarioRun:
        own, draw = study.scenarios[scenario], tree.drawn(drawn[point // study.replicates])
        everywhere = own.apply(draw)
        inputs = scenario_inputs(prepared, draw, own, study.months, everywhere)
        result = _yearly(run, by_run[scenario, point], baseline.area_codes, len(study.years))
        return totals(study.years, baseline, prepared.weights, everywhere, own, inputs, result)

    rows = []
    with ThreadPoolExecutor(threads) as pool:
        for scenario in range(len(study.scenarios)):
            row = []
            for found in pool.map(lambda point, own=scenario: one(own, point), range(study.points)):
                row.append(found)
                if progress is not None:
                    progress(scenario * study.points + len(row), len(study.scenarios) * study.points)
            rows.append(tuple(row))
    return StudyResult(study, baseline, prepared.weights, tuple(rows), drawn, prepared.national)


def _yearly(run: Location, tasks: list[Task], area_codes: tuple[str, ...], years: int) -> YearlyResult:
    """Put the tables of a run's groups of areas together; no month before the opening was run, so that it has no flows."""
    codes = [code for task in tasks for code in task.areas]
    order = [codes.index(code) for code in area_codes]
    tables = [store.read_table(run, store.TASKS, task.id).select(*STOCKS, *FLOWS).fill_null(0) for task in tasks]

    def of(names: tuple[str, ...]) -> NDArray[np.int32]:
        shape = (-1, years, N_SERVICES, N_ROLES)
        columns = [np.concatenate([table[name].cast(pl.Int32).to_numpy().reshape(shape) for table in tables]) for name in names]
        return np.ascontiguousarray(np.stack(columns, axis=-1)[order].swapaxes(0, 1))

    return YearlyResult(of(STOCKS), of(FLOWS), _NO_HOURS)
