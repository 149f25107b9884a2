"""Trying scenarios out while a page is open: a few draws of one place, with what does not change kept in memory.

In: a place, scenarios and a horizon. Out: the differences to doing nothing, paired draw by draw, and the plan of the same runs. Few
draws have no interval: the page shows the lowest and the highest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from almoner.analysis import words
from almoner.analysis.compare import Change, Comparison, comparison, measures_named
from almoner.analysis.days_delayed import with_days_delayed
from almoner.analysis.measures import DAYS_DELAYED, MEASURES
from almoner.analysis.plan import record as plan_record
from almoner.analysis.plan_record import PlanRecord
from almoner.parameters import ParameterTree, load
from almoner.policies.registry import policies
from almoner.reference.areas import Area
from almoner.report.figure import Column, Table
from almoner.study.design import Study, parameter_draws
from almoner.study.run import Prepared, StudyResult, prepare, run_task
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario
from almoner.study.totals import ScenarioRun
from almoner.web.views.answers import lasting, remembered

PREVIEW_DRAWS: Final = 4
COMPARED_DRAWS: Final = 8
MOST_COMPARED: Final = 5
MOST_AREAS: Final = 20
"""Larger places take longer than a reader waits: they are run in full instead."""

_SHOWN: Final = (
    "filled_posts",
    "vacant_posts",
    "vacancy_rate",
    "turnover_rate",
    "unmet_hours_per_week",
    "care_worker_pay",
    "cost_gbp_m",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found, with its comparison, its plan and the seconds that it took."""

    comparison: Comparison
    plan: PlanRecord
    seconds: float


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One line of a preview: a measure and the scenario's change in the last year, in words."""

    measure: str
    unit: str
    label: str
    change: str
    range: str
    verdict: str


def trial(place: Area, scenarios: Sequence[Scenario], to_year: int, draws: int) -> StudyResult:
    """Run doing nothing (once for each place, then kept) and scenarios, and return them as one result."""
    nothing = load_scenario(DO_NOTHING)
    found = _runs(place, [(scenario, draws) for scenario in (nothing, *scenarios)], to_year)
    study = Study(place, (nothing, *scenarios), draws, to_year)
    prepared = _prepared(study)
    values, _ = _drawn(study)
    return StudyResult(study, prepared.opening.baseline, prepared.weights, found, values, prepared.national)


def doing_nothing(place: Area, to_year: int) -> None:
    """Run what a preview sets its changes beside, if it is not held, so that the first is as quick as later ones."""
    nothing = load_scenario(DO_NOTHING)
    _runs(place, [(nothing, PREVIEW_DRAWS), (nothing, 1)], to_year)


def compared(place: Area, scenarios: Sequence[Scenario], to_year: int, draws: int = COMPARED_DRAWS) -> Trial:
    """Return scenarios beside doing nothing."""
    begun = time.perf_counter()
    key = ("compared", place.code, tuple((each.id, each.name, each.hash) for each in scenarios), to_year, draws)

    def make() -> tuple[Comparison, PlanRecord]:
        result = trial(place, scenarios, to_year, draws)
        plan = plan_record(result)
        if not any(policies()[name].domain == "discharge" for one in scenarios for name, _ in one.policies):
            return comparison(result, measures_named(_SHOWN)), plan
        return comparison(with_days_delayed(result), measures_named((*_SHOWN, DAYS_DELAYED))), plan

    found, plan = remembered(key, make)
    return Trial(found, plan, time.perf_counter() - begun)


def previewed(place: Area, scenario: Scenario, to_year: int) -> tuple[Comparison, float]:
    """Return what a scenario would change, from a few draws, and the seconds that it took."""
    begun = time.perf_counter()
    nothing = load_scenario(DO_NOTHING)
    # All at once, with the run that `middle` reads, so that no core waits for the last draw of one of them.
    _runs(place, [(nothing, PREVIEW_DRAWS), (scenario, PREVIEW_DRAWS), (nothing, 1)], to_year)
    result = trial(place, (scenario,), to_year, PREVIEW_DRAWS)
    return comparison(result, measures_named(_SHOWN)), time.perf_counter() - begun


def middle(place: Area, to_year: int) -> dict[str, float]:
    """Return the measures of a preview in the last year if nothing changes and every uncertain value is at its middle.

    A few draws say well what a change would do, because it is paired; what a level is they do not.
    """
    (run,) = trial(place, (), to_year, 1).runs[0]
    return {name: float(MEASURES[name].read(run)[-1]) for name in _SHOWN}


def lines(found: Comparison, scenario: str, year: int) -> tuple[PreviewLine, ...]:
    """Return the changes of a scenario in a year, in words."""
    return tuple(_line(found, row) for row in found.rows if row.scenario == scenario and row.year == year)


def table(found: Comparison, year: int) -> Table:
    """Return the changes of every scenario side by side in a year, with their range."""
    columns = (
        Column("Measure"),
        Column("Do nothing", "number"),
        *(Column(name, "number") for name in list(found.names.values())[1:]),
    )
    rows = []
    for measure in dict.fromkeys(row.measure for row in found.rows):
        own = {row.scenario: row for row in found.rows if row.measure == measure and row.year == year}
        if own:
            first = next(iter(own.values()))
            said = [_cell(found, own.get(scenario)) for scenario in list(found.names)[1:]]
            rows.append((first.label, words.number(first.reference, first.unit, found.level), *said))
    caption = f"Change beside doing nothing in {year}, paired draw by draw: means over {found.draws} draws (modelled)"
    return Table(caption, columns, tuple(rows))


def rows(found: Comparison) -> list[dict[str, Any]]:
    """Return every paired difference by year as rows."""
    return [
        {
            "area_code": found.place_code,
            "scenario": row.scenario,
            "measure": row.measure,
            "unit": row.unit,
            "year": row.year,
            "reference": row.reference,
            "effect": row.effect,
            "low": row.low,
            "high": row.high,
            "band": found.band_kind,
            "monte_carlo_error": row.monte_carlo_error,
            "distinguishable": row.distinguishable,
            "cost_gbp_m": row.cost_gbp_m,
            "status": "modelled",
            "source": f"run {found.run_id}",
        }
        for row in found.rows
    ]


def _runs(place: Area, wanted: Sequence[tuple[Scenario, int]], to_year: int) -> tuple[tuple[ScenarioRun, ...], ...]:
    """Return the runs of scenarios, each with its number of draws; what is not held is run, by all cores at once."""
    studies = [Study(place, (scenario,), draws, to_year) for scenario, draws in wanted]
    prepared = _prepared(studies[0])
    with ThreadPoolExecutor(os.cpu_count() or 1) as cores, ThreadPoolExecutor(len(wanted)) as waiting:

        def runs(study: Study) -> tuple[ScenarioRun, ...]:
            (scenario,) = study.scenarios
            trees = _drawn(study)[1]

            def one(point: int) -> ScenarioRun:
                return run_task(study, prepared, trees[point], scenario, point)[0]

            held = lasting if scenario.id == DO_NOTHING else remembered
            key = ("runs", place.code, scenario.hash, to_year, study.draws)
            return held(key, lambda: tuple(cores.map(one, range(study.draws))))

        return tuple(waiting.map(runs, studies))


def _prepared(study: Study) -> Prepared:
    return lasting(("prepared", study.place.code), lambda: prepare(study))


def _drawn(study: Study) -> tuple[tuple[dict[str, float], ...], tuple[ParameterTree, ...]]:
    """Return the values of the uncertain parameters by draw, and the trees that have them."""

    def make() -> tuple[tuple[dict[str, float], ...], tuple[ParameterTree, ...]]:
        tree = load()
        values = tuple(tree.quantiles(row) for row in parameter_draws(tree, study.draws, study.seed, study.draws_from))
        return values, tuple(tree.drawn(each) for each in values)

    return lasting(("drawn", study.draws), make)


def _line(found: Comparison, row: Change) -> PreviewLine:
    return PreviewLine(
        measure=row.measure,
        unit=row.unit,
        label=row.label,
        change=words.change(row.effect, row.unit, found.level),
        range=words.change_between(_band(row), row.unit, found.level),
        verdict="" if row.distinguishable else _doubt(found),
    )


def _cell(found: Comparison, row: Change | None) -> str:
    if row is None:
        return words.NOT_PUBLISHED
    said = words.signed(row.effect, row.unit, found.level)
    between = words.change_between(_band(row), row.unit, found.level)
    return f"{said} ({between})" if row.distinguishable else f"{said} ({between}; {_doubt(found)})"


def _doubt(found: Comparison) -> str:
    return "too few draws to tell" if found.draws < 6 else "cannot be told from no effect"


def _band(row: Change) -> Any:
    from almoner.analysis.plan_record import Band

    return Band(row.effect, row.low, row.high)
