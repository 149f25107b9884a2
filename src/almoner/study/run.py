"""Carrying out a study: every (draw, replicate, scenario) is one task; tasks run on threads and the bits do not depend on how many.

In: a `Study`. Out: a `StudyResult` with totals for the place, [scenario, point, year, service, role], a point being a draw and a
replicate under it. All scenarios of a point share its parameters and luck, so differences between scenarios are paired.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline import AttributeTables, Baseline, attribute_tables, build
from almoner.model.baseline.build import cut
from almoner.model.baseline.own import with_own
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.engine import Run, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import Inputs, build_inputs, join, reached_nearby, region_index
from almoner.model.leaving import Contrasts, contrasts
from almoner.model.world import Opening, World, opening_stock, opening_world
from almoner.parameters import ParameterTree, load
from almoner.study.design import Study, parameter_draws
from almoner.study.scenario import Scenario
from almoner.study.totals import ScenarioRun, totals

Progress = Callable[[int, int], None]
Reading = Callable[[ScenarioRun], NDArray[np.float64]]


@dataclass(frozen=True)
class StudyResult:
    """All runs of a study: `runs[scenario][point]`, with the parameter values of each draw.

    Points go draw by draw, the replicates of a draw together. `by_area[scenario][point]` is [area, ...], what was asked to be read
    from each area's own totals, and empty when nothing was.
    """

    study: Study
    baseline: Baseline
    weights: NDArray[np.float64]
    runs: tuple[tuple[ScenarioRun, ...], ...]
    drawn: tuple[dict[str, float], ...]
    national: Baseline
    by_area: tuple[tuple[NDArray[np.float64], ...], ...] = ()

    def stock(self, name: str) -> NDArray[np.float64]:
        """Return a stock as [scenario, point, year, service, role]."""
        return np.array([[run.stocks[name] for run in row] for row in self.runs])

    def flow(self, name: str) -> NDArray[np.float64]:
        """Return a flow of the twelve months to each 31 March as [scenario, point, year, service, role]."""
        return np.array([[run.flows[name] for run in row] for row in self.runs])


@dataclass(frozen=True)
class Prepared:
    """What all tasks of a study share."""

    national: Baseline
    opening: Opening
    index: NDArray[np.int64]
    weights: NDArray[np.float64]
    tables: AttributeTables
    contrasts: Contrasts


def prepare(study: Study) -> Prepared:
    """Build the opening world of a study's place."""
    codes = tuple(sorted(code for code, _ in study.place.members))
    weight = dict(study.place.members)
    national = with_own(build(None, study.seed), study.own)
    return Prepared(
        national=national,
        opening=opening_stock(cut(national, codes)),
        index=np.array([national.area_codes.index(code) for code in codes]),
        weights=np.array([weight[code] for code in codes]),
        tables=attribute_tables(),
        contrasts=contrasts(load(), study.seed),
    )


def run_study(
    study: Study, progress: Progress | None = None, threads: int | None = None, each_area: Reading | None = None
) -> StudyResult:
    """Run every scenario at every point. `progress(done, total)` is called as tasks finish.

    `each_area` reads numbers from an area's totals; without it no area is added up on its own.
    """
    prepared = prepare(study)
    tree = load()
    drawn = tuple(tree.quantiles(row) for row in parameter_draws(tree, study.draws, study.seed, study.draws_from))
    tasks = [(point, scenario) for point in range(study.points) for scenario in range(len(study.scenarios))]
    finished = count(1)

    def carry_out(task: tuple[int, int]) -> tuple[ScenarioRun, NDArray[np.float64] | None]:
        point, scenario = task
        draw = tree.drawn(drawn[point // study.replicates])
        result = run_task(study, prepared, draw, study.scenarios[scenario], point, each_area)
        if progress is not None:
            progress(next(finished), len(tasks))
        return result

    workers = threads or min(os.cpu_count() or 1, len(tasks))
    if workers == 1:
        done = [carry_out(task) for task in tasks]
    else:
        with ThreadPoolExecutor(workers) as pool:
            done = list(pool.map(carry_out, tasks))
    by_task = dict(zip(tasks, done, strict=True))
    rows = [[by_task[point, scenario] for point in range(study.points)] for scenario in range(len(study.scenarios))]
    return StudyResult(
        study,
        prepared.opening.baseline,
        prepared.weights,
        tuple(tuple(run for run, _ in row) for row in rows),
        drawn,
        prepared.national,
        () if each_area is None else tuple(tuple(own for _, own in row if own is not None) for row in rows),
    )


def run_task(
    study: Study,
    prepared: Prepared,
    drawn: ParameterTree,
    scenario: Scenario,
    replicate: int,
    each_area: Reading | None = None,
) -> tuple[ScenarioRun, NDArray[np.float64] | None]:
    """Run one scenario under one draw of the parameters and one replicate of chance."""
    run, tree = open_run(prepared, drawn, scenario, study.months, study.seed, replicate)
    run.advance(study.months)
    opening, inputs, result = prepared.opening.baseline, run.inputs, run.result()
    whole = totals(study.years, opening, prepared.weights, tree, scenario, inputs, result)
    if each_area is None:
        return whole, None
    alone = np.eye(prepared.weights.size)
    return whole, np.stack([each_area(totals(study.years, opening, weights, tree, scenario, inputs, result)) for weights in alone])


def open_run(
    prepared: Prepared, drawn: ParameterTree, scenario: Scenario, months: int, seed: int, replicate: int
) -> tuple[Run, ParameterTree]:
    """Open a world for `months` months of a scenario; also return the parameters as the scenario has them everywhere."""
    tree = scenario.apply(drawn)
    inputs = scenario_inputs(prepared, drawn, scenario, months, tree)
    national, _ = calibrate(prepared.national, drawn)
    opening = prepared.opening
    rates = build_rates(opening.baseline, slice_areas(national, prepared.index), prepared.contrasts, prepared.tables, tree)
    return Run(open_world(opening, inputs, tree), rates, inputs, seed, replicate), tree


def scenario_inputs(
    prepared: Prepared, drawn: ParameterTree, scenario: Scenario, months: int, everywhere: ParameterTree | None = None
) -> Inputs:
    """Return what the months of a scenario read, area by area where its policies are limited to places.

    `everywhere` is the tree as the scenario has it without those, if it is at hand.
    """
    tree = everywhere or scenario.apply(drawn)
    baseline, national = prepared.opening.baseline, prepared.national
    examples, of_area = scenario.variants(national.area_codes)
    variant = np.array(of_area)
    used, part_of = np.unique(np.append(variant[prepared.index], 0), return_inverse=True)
    trees = [tree if examples[v] is None else scenario.apply(drawn, examples[v]) for v in used]
    parts = [build_inputs(each, baseline, prepared.tables, months) for each in trees]
    if len(parts) == 1:
        return parts[0]
    posts = (national.filled + national.vacant).sum(axis=(1, 2)).astype(np.float64)
    nearby = reached_nearby(region_index(national.area_codes), variant, posts)
    regions = np.unique(region_index(baseline.area_codes))
    return join(parts, part_of[:-1], nearby[used][:, regions], tree.at("leaving.move_pay_elasticity"))


def open_world(opening: Opening, inputs: Inputs, tree: ParameterTree) -> World:
    """Lay out the opening with room for the most posts that the inputs will ask for."""
    capacity = inputs.target.max(axis=0) if inputs.months else np.zeros_like(opening.filled)
    monthly = opening.baseline.turnover.reshape(-1) * tree.at("leaving.mover_share") / MONTHS_PER_YEAR
    waiting = monthly * opening.filled * (1.0 / tree.at("filling.return_rate") - 1.0)
    return opening_world(opening, capacity, waiting)
