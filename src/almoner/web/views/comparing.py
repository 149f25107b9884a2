"""The page that compares scenarios: mean differences with their range, as `almoner compare` prints them, and what they cost.

In: a `Trial`. Out: charts and tables that all say means over the same draws. A mean is what a change costs and brings on the whole;
a plan's fans have medians, because they show where one future would lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from almoner.analysis import words
from almoner.analysis.compare import Change, Comparison
from almoner.analysis.plan_record import Band, Difference, PlanRecord
from almoner.analysis.plan_record import Path as Course
from almoner.policies.base import PAYERS
from almoner.report import charts_scenarios, view
from almoner.report.figure import Chart, Column, Table
from almoner.web.views.trial import Trial

_LEVELS: Final = (view.VACANCY_RATE, view.FILLED_POSTS)
_CHANGES: Final = (view.VACANT_POSTS, view.VACANCY_RATE, view.UNMET_HOURS)
_PAYER_WORDS: Final = {
    "council": "Council",
    "nhs": "NHS",
    "self_funder": "People who pay for themselves",
    "government": "Government",
}
_COST: Final = "cost_gbp_m"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scenario costs a year beside doing nothing, in words: the mean and the range over draws."""

    id: str
    name: str
    mean: str
    range: str


def charts(found: Trial) -> Iterator[Chart | None]:
    """Yield the charts of a comparison: levels under every scenario, then differences to doing nothing, all means."""
    record = as_means(found.plan, found.comparison)
    for measure in _LEVELS:
        yield charts_scenarios.scenarios(record, measure, "mean")
    for measure in _CHANGES:
        yield charts_scenarios.differences(record, measure, "mean")


def as_means(plan: PlanRecord, found: Comparison) -> PlanRecord:
    """Return a plan whose courses and differences have means in the middle, those of the comparison; the ends stay as they are."""
    changes = {(row.scenario, row.measure, row.year): row for row in found.rows}
    paths = tuple(_course(path, changes, plan.scenarios[0].id, next(iter(found.names))) for path in plan.paths)
    last = [row for row in found.rows if row.year == plan.to_year]
    return replace(plan, paths=paths, differences=tuple(_difference(row) for row in last))


def costs(found: Comparison, year: int) -> tuple[Cost, ...]:
    """Return what each scenario costs in a year."""
    rows = [row for row in found.rows if row.measure == _COST and row.year == year]
    return tuple(
        Cost(
            row.scenario,
            found.names[row.scenario],
            words.change(row.effect, row.unit, found.level),
            words.change_between(Band(row.effect, row.low, row.high), row.unit, found.level),
        )
        for row in rows
    )


def payers(found: Comparison, year: int) -> Table | None:
    """Return who pays for each scenario in a year, None where nobody does."""
    rows = [row for row in found.value if row.year == year]
    paying = [payer for payer in PAYERS if any(payer in row.by_payer for row in rows)]
    if not paying:
        return None
    columns = (Column("Scenario"), *(Column(_PAYER_WORDS[payer], "number") for payer in paying))
    cells = tuple(
        (
            found.names[row.scenario],
            *(words.signed(row.by_payer[p].effect, "gbp_m", found.level) if p in row.by_payer else "0" for p in paying),
        )
        for row in rows
    )
    return Table(f"Who pays, £ a year beside doing nothing in {year}, {found.price_basis}: means (modelled)", columns, cells)


def _course(path: Course, changes: dict[tuple[str, str, int], Change], nothing: str, reference: str) -> Course:
    """Return a course with means in the middle; the opening year, which is the same in every draw, stays."""

    def mean(year: int, band: Band) -> Band:
        if path.scenario == nothing:
            same = next((row for (_, measure, at), row in changes.items() if measure == path.measure and at == year), None)
            return band if same is None else replace(band, median=same.reference)
        row = changes.get((path.scenario, path.measure, year))
        return band if row is None else replace(band, median=row.reference + row.effect)

    return replace(path, bands=tuple(mean(year, band) for year, band in zip(path.years, path.bands, strict=True)))


def _difference(row: Change) -> Difference:
    return Difference(
        scenario=row.scenario,
        measure=row.measure,
        label=row.label,
        unit=row.unit,
        band=Band(row.effect, row.low, row.high),
        monte_carlo_error=row.monte_carlo_error,
        better=row.better,  # type: ignore[arg-type]
        clear=row.distinguishable,
    )
