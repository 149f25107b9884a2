"""Carrying out a study: every (draw, scenario) is one task; tasks run on threads and the bits do not depend on how many.

In: a `Study`. Out: a `StudyResult` with totals for the place, [scenario, draw, year, service, role]. Each draw's parameters and
luck are shared by all scenarios, so differences between scenarios are paired.
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
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.columns import FLOWS
from almoner.model.engine import STOCKS, Run, YearlyResult, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import Inputs, build_inputs
from almoner.model.leaving import Contrasts, contrasts
from almoner.model.money import covered_hours, on_costs, price_index
from almoner.model.world import Opening, World, opening_stock, opening_world
from almoner.parameters import ParameterTree, load
from almoner.policies.base import CostBasis
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import OUTSIDE_RATES, SERVICE_IDS
from almoner.study.design import Study, parameter_draws
from almoner.study.scenario import Scenario

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ScenarioRun:
    """Totals of the place under one scenario and draw, over the years of the study (31 March, or the twelve months to it)."""

    stocks: dict[str, NDArray[np.float64]]
    """[year, service, role]"""
    flows: dict[str, NDArray[np.float64]]
    """[year, service, role]"""
    needed_posts: NDArray[np.float64]
    """[year, service]; direct payment posts count as the published total counts them, filled ones only"""
    needed_hours: NDArray[np.float64]
    """[year, service] hours a week"""
    covered_hours: NDArray[np.float64]
    """[year, service] hours a week that agency staff and overtime add"""
    staff_cost: NDArray[np.float64]
    """[year, service] GBP a year for staffed and covered hours, with on-costs and premium, in the stated prices"""
    programme_cost: dict[str, NDArray[np.float64]]
    """payer -> [year] GBP a year, in the stated prices"""
    median_pay: NDArray[np.float64]
    """[year, service, role] GBP an hour, cash"""


@dataclass(frozen=True)
class StudyResult:
    """All runs of a study: `runs[scenario][draw]`, with the parameter values of each draw."""

    study: Study
    baseline: Baseline
    weights: NDArray[np.float64]
    runs: tuple[tuple[ScenarioRun, ...], ...]
    drawn: tuple[dict[str, float], ...]

    def stock(self, name: str) -> NDArray[np.float64]:
        """Return a stock as [scenario, draw, year, service, role]."""
        return np.array([[run.stocks[name] for run in row] for row in self.runs])

    def flow(self, name: str) -> NDArray[np.float64]:
        """Return a flow of the twelve months to each 31 March as [scenario, draw, year, service, role]."""
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
    national = build(None, study.seed)
    return Prepared(
        national=national,
        opening=opening_stock(build(codes, study.seed)),
        index=np.array([national.area_codes.index(code) for code in codes]),
        weights=np.array([weight[code] for code in codes]),
        tables=attribute_tables(),
        contrasts=contrasts(load(), study.seed),
    )


def run_study(study: Study, progress: Progress | None = None, threads: int | None = None) -> StudyResult:
    """Run every scenario under every draw. `progress(done, total)` is called as tasks finish."""
    prepared = prepare(study)
    tree = load()
    drawn = tuple(tree.quantiles(row) for row in parameter_draws(tree, study.draws, study.seed))
    tasks = [(draw, scenario) for draw in range(study.draws) for scenario in range(len(study.scenarios))]
    finished = count(1)

    def carry_out(task: tuple[int, int]) -> ScenarioRun:
        draw, scenario = task
        result = run_task(study, prepared, tree.drawn(drawn[draw]), study.scenarios[scenario], draw)
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
    runs = tuple(tuple(by_task[draw, scenario] for draw in range(study.draws)) for scenario in range(len(study.scenarios)))
    return StudyResult(study, prepared.opening.baseline, prepared.weights, runs, drawn)


def run_task(study: Study, prepared: Prepared, drawn: ParameterTree, scenario: Scenario, replicate: int) -> ScenarioRun:
    """Run one scenario under one draw of the parameters and one replicate of chance."""
    tree = scenario.apply(drawn)
    baseline = prepared.opening.baseline
    inputs = build_inputs(tree, baseline, prepared.tables, study.months)
    national, _ = calibrate(prepared.national, drawn)
    rates = build_rates(baseline, slice_areas(national, prepared.index), prepared.contrasts, prepared.tables, tree)
    run = Run(open_world(prepared.opening, inputs, tree), rates, inputs, study.seed, replicate)
    run.advance(study.months)
    return totals(study, prepared, tree, scenario, inputs, run.result())


def open_world(opening: Opening, inputs: Inputs, tree: ParameterTree) -> World:
    """Lay out the opening with room for the most posts that the inputs will ask for."""
    capacity = inputs.target.max(axis=0) if inputs.months else np.zeros_like(opening.filled)
    monthly = opening.baseline.turnover.reshape(-1) * tree.at("leaving.mover_share") / MONTHS_PER_YEAR
    waiting = monthly * opening.filled * (1.0 / tree.at("filling.return_rate") - 1.0)
    return opening_world(opening, capacity, waiting)


def totals(
    study: Study, prepared: Prepared, tree: ParameterTree, scenario: Scenario, inputs: Inputs, result: YearlyResult
) -> ScenarioRun:
    """Add a run's cells up over the place's areas, each with its weight, and put money beside them."""
    weights = prepared.weights
    stocks = {name: _sum(result.stocks[..., k], weights) for k, name in enumerate(STOCKS)}
    flows = {name: _sum(result.flows[..., k], weights) for k, name in enumerate(FLOWS)}
    march = np.arange(1, len(study.years)) * MONTHS_PER_YEAR - 1
    need = np.concatenate([np.ones((1, *inputs.need.shape[1:])), inputs.need[march]])
    opening = prepared.opening.baseline
    filled, vacant = opening.filled.sum(axis=2), opening.vacant.sum(axis=2)
    inside = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
    hours_a_post = _hours_a_post(result)
    needed_hours = np.einsum("yas,as,as,a->ys", need, filled + vacant, hours_a_post, weights)
    covered = covered_hours(tree, needed_hours, stocks["hours"].sum(axis=2))
    mean, median = (_over_areas(study, inputs, path, result, weights, march) for path in ("mean", "median"))
    return ScenarioRun(
        stocks=stocks,
        flows=flows,
        needed_posts=np.einsum("yas,as,a->ys", need, filled + vacant * inside, weights),
        needed_hours=needed_hours,
        covered_hours=covered,
        staff_cost=_staff_cost(study, tree, stocks["hours"], covered, mean),
        programme_cost=_programme_cost(study, prepared, tree, scenario),
        median_pay=median,
    )


def _sum(values: NDArray[np.int32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.tensordot(values, weights, axes=([1], [0])))


def _hours_a_post(result: YearlyResult) -> NDArray[np.float64]:
    """Mean weekly hours of a filled post at the opening, [area, service]."""
    hours = result.stocks[0, :, :, :, STOCKS.index("hours")].sum(axis=2).astype(np.float64)
    filled = result.stocks[0, :, :, :, STOCKS.index("filled")].sum(axis=2).astype(np.float64)
    return np.asarray(np.divide(hours, filled, out=np.zeros_like(hours), where=filled > 0))


def _over_areas(
    study: Study, inputs: Inputs, path: str, result: YearlyResult, weights: NDArray[np.float64], march: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return mean or median pay [year, service, role], the regions of the place weighted by their filled posts."""
    opening = getattr(inputs.pay, f"opening_{path}")[None]
    pay = np.concatenate([opening, getattr(inputs.pay, path)[march]])[:, inputs.region]
    filled = result.stocks[..., STOCKS.index("filled")] * weights[None, :, None, None]
    total = filled.sum(axis=1)
    return np.asarray(np.divide((pay * filled).sum(axis=1), total, out=pay.mean(axis=1), where=total > 0))


def _staff_cost(
    study: Study, tree: ParameterTree, hours: NDArray[np.float64], covered: NDArray[np.float64], mean_pay: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what staffed hours cost with on-costs, and covered hours with the agency premium, [year, service]."""
    yearly = tree.at("money.weeks_per_year") / price_index(tree, study.years)
    pay = (hours * mean_pay).sum(axis=2)
    total = hours.sum(axis=2)
    hourly = np.divide(pay, total, out=np.zeros_like(pay), where=total > 0)
    agency = covered * hourly * (1.0 + tree.at("money.agency_premium"))
    return np.asarray((pay * on_costs(tree, study.years)[:, None] + agency) * yearly[:, None])


def _programme_cost(study: Study, prepared: Prepared, tree: ParameterTree, scenario: Scenario) -> dict[str, NDArray[np.float64]]:
    """Add up what the scenario's programmes cost a year, by payer."""
    people = np.tensordot(
        persons_at(prepared.opening.baseline.area_codes, [year - 0.25 for year in study.years]), prepared.weights, axes=([0], [0])
    )
    basis = CostBasis(years=study.years, adults=people[:, 1:].sum(axis=1), people_65_plus=people[:, 2:].sum(axis=1))
    total: dict[str, NDArray[np.float64]] = {}
    for _, policy in scenario.policies:
        for payer, amount in policy.cost(tree, basis).by_payer.items():
            total[payer] = total.get(payer, np.zeros(len(study.years))) + amount
    return total
