"""What a projection says about a place: rows by year, when caseloads reach a norm, what agency work costs, and unregistered homes.

In: measures [draw, year] by scenario, and the trees of each draw. Out: rows with the median and the 80% interval over draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.children_measures import LABELS, UNITS
from almoner.analysis.children_record import NormRow, ProjectionRow, SpendRow, UnregisteredRow
from almoner.analysis.plan_record import Band
from almoner.model.children.homes import BASE_MONTH, homes
from almoner.model.children.record import Record
from almoner.parameters import ParameterTree
from almoner.policies.base import CostBasis, Policy, reach
from almoner.reference.areas import Area
from almoner.reference.population import persons_at
from almoner.study.scenario import Scenario

Array = NDArray[np.float64]

SHOWN: Final = (
    "in_post_fte",
    "vacancies_fte",
    "vacancy_rate",
    "agency_fte",
    "agency_rate",
    "turnover_rate",
    "caseload",
    "children_in_need",
    "protection_plans",
    "looked_after",
)
_CHILDREN: Final = ("children_in_need", "protection_plans", "looked_after")
_MILLION: Final = 1e6


def band(values: Array) -> Band:
    """Return the median and the 80% interval over draws; lowest and highest when there are fewer than thirty."""
    ends = (10, 50, 90) if len(values) >= 30 else (0, 50, 100)
    low, median, high = np.percentile(values, ends)
    return Band(float(median), float(low), float(high))


def date_of(measure: str, year: int) -> str:
    """Say what day or year a measure of a year is about."""
    if measure in _CHILDREN:
        return f"31 March {year}"
    return f"year to 30 September {year}" if measure == "turnover_rate" else f"30 September {year}"


def projection_rows(scenario: str, found: Mapping[str, Array], years: Sequence[int]) -> tuple[ProjectionRow, ...]:
    """Return every shown measure of a scenario by year."""
    rows = []
    for measure in SHOWN:
        for i, year in enumerate(years):
            over = band(found[measure][:, i])
            label, unit, date = LABELS[measure], UNITS[measure], date_of(measure, year)
            rows.append(ProjectionRow(scenario, measure, label, unit, year, date, over.median, over.low, over.high))
    return tuple(rows)


def norm_row(scenario: str, caseload: Array, years: Sequence[int], norm: float) -> NormRow:
    """Return when the median caseload is at or below the norm and stays so, and how many draws end there."""
    below = np.median(caseload, axis=0) <= norm
    stays = np.flip(np.logical_and.accumulate(np.flip(below)))
    year = int(np.array(years)[stays][0]) if stays.any() else None
    share = 100.0 * float((caseload[:, -1] <= norm).mean())
    return NormRow(scenario, norm, year, share, int(years[-1]), band(caseload[:, -1]))


def spend_rows(
    scenario: str, found: Mapping[str, Array], years: Sequence[int], trees: Sequence[ParameterTree], policies: Array
) -> tuple[SpendRow, ...]:
    """Return agency spending by year, in millions of pounds at the price base; `policies` [draw, year] is their own cost in GBP."""
    rows = []
    for i, year in enumerate(years):
        october = (year - 2025) * 12 - 6
        cost = np.array([tree.at("children.social_worker_cost") for tree in trees])
        premium = np.array(
            [tree.at("children.agency.premium", october) * tree.at("children.agency.premium_scale", october) for tree in trees]
        )
        work = found["agency_fte_years"][:, i] * cost / _MILLION
        extra = found["extra_posts_fte"][:, i] * cost / _MILLION
        rows.append(
            SpendRow(scenario, year, band(work * (1 + premium)), band(work * premium), band(extra), band(policies[:, i] / _MILLION))
        )
    return tuple(rows)


def policy_costs(scenario: Scenario, place: Area, trees: Sequence[ParameterTree], years: Sequence[int]) -> Array:
    """Return what a scenario's policies for children cost by themselves in each year to 31 March, GBP, [draw, year]."""
    members = [code for code, _ in place.members]
    people = persons_at(members, [year - 0.25 for year in years]) * np.array([weight for _, weight in place.members])[:, None, None]
    basis = CostBasis(tuple(years), people[..., 1:].sum(axis=(0, 2)), people[..., 2:].sum(axis=(0, 2)))
    total = np.zeros((len(trees), len(years)))
    for _, policy in scenario.policies:
        if policy.domain == "children":
            part = _part_of(policy, place)
            for draw, tree in enumerate(trees):
                total[draw] += part * sum(policy.cost(tree, basis).by_payer.values())
    return total


def _part_of(policy: Policy, place: Area) -> float:
    """Return the share of a place's members that a policy reaches."""
    where = reach(policy.areas)
    return (
        1.0 if where is None else sum(weight for code, weight in place.members if code in where) / sum(w for _, w in place.members)
    )


def unregistered_rows(
    scenario: str, trees: Sequence[ParameterTree], looked_after: Array, years: Sequence[int], record: Record
) -> tuple[UnregisteredRow, ...]:
    """Return England's children without a registered place, 31 March of each year; `looked_after` [draw, year] are England's."""
    published = record.england["looked_after_31_march"]
    opening, before = float(published[-1]), float(published[-2])
    # September 2024 lies half way between the published Marches on either side.
    september = before + (opening - before) * (1.0 + (BASE_MONTH + 1) / 12.0)
    results = []
    for draw, tree in enumerate(trees):
        marches = np.concatenate([[opening], looked_after[draw]])
        monthly = np.interp(np.arange(12 * len(years)) + 1.0, 12.0 * np.arange(len(years) + 1), marches)
        results.append(homes(tree, monthly, september))
    rows = []
    for i, year in enumerate(years):
        month = 12 * (i + 1) - 1
        unregistered, open_places, places, need = (
            band(np.array([getattr(each, name)[month] for each in results]))
            for name in ("unregistered", "open_places", "places", "need")
        )
        rows.append(UnregisteredRow(scenario, year, f"31 March {year}", unregistered, open_places, places, need))
    return tuple(rows)
