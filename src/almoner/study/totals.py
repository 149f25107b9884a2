"""What a run comes to: its cells added up over the areas of a place, with need, cover and money beside them.

In: a run's yearly result with its inputs and parameters. Out: a `ScenarioRun`. Which measures are made of it, `analysis` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline import Baseline
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.columns import FLOWS
from almoner.model.engine import STOCKS, YearlyResult
from almoner.model.inputs import Inputs
from almoner.model.money import covered_hours, on_costs, price_index
from almoner.parameters import ParameterTree
from almoner.policies.base import CostBasis, reach
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import OUTSIDE_RATES, SERVICE_IDS
from almoner.study.scenario import Scenario


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


def totals(
    years: tuple[int, ...],
    opening: Baseline,
    weights: NDArray[np.float64],
    tree: ParameterTree,
    scenario: Scenario,
    inputs: Inputs,
    result: YearlyResult,
) -> ScenarioRun:
    """Add a run's cells up over its areas, each with its weight [area], and put money beside them.

    `tree` is that of the draw under the scenario's policies that reach everywhere; money is stated in its prices.
    """
    stocks = {name: _sum(result.stocks[..., k], weights) for k, name in enumerate(STOCKS)}
    flows = {name: _sum(result.flows[..., k], weights) for k, name in enumerate(FLOWS)}
    march = np.arange(1, len(years)) * MONTHS_PER_YEAR - 1
    need = np.concatenate([np.ones((1, *inputs.need.shape[1:])), inputs.need[march]])
    filled, vacant = opening.filled.sum(axis=2), opening.vacant.sum(axis=2)
    inside = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
    hours_a_post = _hours_a_post(result)
    needed_hours = np.einsum("yas,as,as,a->ys", need, filled + vacant, hours_a_post, weights)
    covered = covered_hours(tree, needed_hours, stocks["hours"].sum(axis=2))
    mean, median = (_over_areas(inputs, path, result, weights, march) for path in ("mean", "median"))
    return ScenarioRun(
        stocks=stocks,
        flows=flows,
        needed_posts=np.einsum("yas,as,a->ys", need, filled + vacant * inside, weights),
        needed_hours=needed_hours,
        covered_hours=covered,
        staff_cost=_staff_cost(years, tree, stocks["hours"], covered, mean),
        programme_cost=_programme_cost(years, opening.area_codes, weights, tree, scenario),
        median_pay=median,
    )


CELL_VALUES: Final = ("needed_posts", "needed_hours", "unmet_hours", "pay_a_week", "staff_cost")
"""What `by_cell` gives beside stocks and flows; money is of staff in post, in the stated prices where it is a year's."""


def by_cell(
    years: tuple[int, ...], opening: Baseline, tree: ParameterTree, inputs: Inputs, result: YearlyResult
) -> dict[str, NDArray[np.float64]]:
    """Return need, unmet hours and pay of every cell, each [year, area, service, role], rounded to a thousandth.

    Unmet hours are those of an area's service after cover by agency staff and overtime, split over its roles as need is.
    """
    march = np.arange(1, len(years)) * MONTHS_PER_YEAR - 1
    need = np.concatenate([np.ones((1, *inputs.need.shape[1:])), inputs.need[march]])[..., None]
    inside = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])[None, :, None]
    posts = (opening.filled + opening.vacant).astype(np.float64)
    needed_hours = need * posts * _hours_a_post(result)[:, :, None]
    staffed = result.stocks[..., STOCKS.index("hours")].astype(np.float64)
    needed, had = needed_hours.sum(axis=3), staffed.sum(axis=3)
    unmet = np.maximum(needed - had - covered_hours(tree, needed, had), 0.0)
    share = np.divide(unmet, needed, out=np.zeros_like(unmet), where=needed > 0)
    mean = np.concatenate([inputs.pay.opening_mean[None], inputs.pay.mean[march]])[:, inputs.market]
    yearly = on_costs(tree, years) * tree.at("money.weeks_per_year") / price_index(tree, years)
    values = (
        need * (opening.filled + opening.vacant * inside),
        needed_hours,
        needed_hours * share[..., None],
        staffed * mean,
        staffed * mean * yearly[:, None, None, None],
    )
    return {name: np.round(value, 3) for name, value in zip(CELL_VALUES, values, strict=True)}


def _sum(values: NDArray[np.int32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.tensordot(values, weights, axes=([1], [0])))


def _hours_a_post(result: YearlyResult) -> NDArray[np.float64]:
    """Mean weekly hours of a filled post at the opening, [area, service]."""
    hours = result.stocks[0, :, :, :, STOCKS.index("hours")].sum(axis=2).astype(np.float64)
    filled = result.stocks[0, :, :, :, STOCKS.index("filled")].sum(axis=2).astype(np.float64)
    return np.asarray(np.divide(hours, filled, out=np.zeros_like(hours), where=filled > 0))


def _over_areas(
    inputs: Inputs, path: str, result: YearlyResult, weights: NDArray[np.float64], march: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return mean or median pay [year, service, role], the markets of the place weighted by their filled posts."""
    opening = getattr(inputs.pay, f"opening_{path}")[None]
    pay = np.concatenate([opening, getattr(inputs.pay, path)[march]])[:, inputs.market]
    filled = result.stocks[..., STOCKS.index("filled")] * weights[None, :, None, None]
    total = filled.sum(axis=1)
    return np.asarray(np.divide((pay * filled).sum(axis=1), total, out=pay.mean(axis=1), where=total > 0))


def _staff_cost(
    years: tuple[int, ...],
    tree: ParameterTree,
    hours: NDArray[np.float64],
    covered: NDArray[np.float64],
    mean_pay: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what staffed hours cost with on-costs, and covered hours with the agency premium, [year, service]."""
    yearly = tree.at("money.weeks_per_year") / price_index(tree, years)
    pay = (hours * mean_pay).sum(axis=2)
    total = hours.sum(axis=2)
    hourly = np.divide(pay, total, out=np.zeros_like(pay), where=total > 0)
    agency = covered * hourly * (1.0 + tree.at("money.agency_premium"))
    return np.asarray((pay * on_costs(tree, years)[:, None] + agency) * yearly[:, None])


def _programme_cost(
    years: tuple[int, ...], area_codes: tuple[str, ...], weights: NDArray[np.float64], tree: ParameterTree, scenario: Scenario
) -> dict[str, NDArray[np.float64]]:
    """Add up what the scenario's programmes cost a year in the areas that they reach, by payer."""
    people = persons_at(area_codes, [year - 0.25 for year in years])
    total: dict[str, NDArray[np.float64]] = {}
    for _, policy in scenario.policies:
        where = reach(policy.areas)
        reached = weights * np.array([where is None or code in where for code in area_codes])
        own = np.tensordot(people, reached, axes=([0], [0]))
        basis = CostBasis(years=years, adults=own[:, 1:].sum(axis=1), people_65_plus=own[:, 2:].sum(axis=1))
        for payer, amount in policy.cost(tree, basis).by_payer.items():
            total[payer] = total.get(payer, np.zeros(len(years))) + amount
    return total
