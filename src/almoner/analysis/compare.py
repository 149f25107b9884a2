"""Comparing scenarios: paired differences to a reference, with their interval, their Monte Carlo error and their cost.

In: a study whose first scenario is the reference. Out: a `Comparison`, one row a scenario, measure and year, for the whole place or
for each of its areas, services or roles. Every difference is taken at a point - one draw of the parameters and one replicate of
chance - that both scenarios share (common random numbers), so that what they have in common cancels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.days_delayed import with_days_delayed
from almoner.analysis.idle import idle_policies, idle_scenarios
from almoner.analysis.measures import DAYS_DELAYED, MEASURES, Measure, band, band_kind, cost_gbp_m
from almoner.analysis.value import ValueRow, value_for_money
from almoner.errors import AlmonerError, NotFoundError
from almoner.model.money import price_base
from almoner.parameters import load
from almoner.reference.areas import areas
from almoner.reference.vocabulary import ROLE_IDS, ROLES, SERVICE_IDS, SERVICES
from almoner.study.design import Study
from almoner.study.run import Progress, StudyResult, run_study
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario
from almoner.study.totals import ScenarioRun

Axis = Literal["area", "service", "role"]
AXES: Final = ("area", "service", "role")

SHOWN: Final = (
    "filled_posts",
    "vacant_posts",
    "vacancy_rate",
    "turnover_rate",
    "unmet_hours_per_week",
    "posts_needed",
    "leavers",
    "resident_entrants",
    "care_worker_pay",
    "cost_gbp_m",
)
"""The measures that a comparison holds unless others are asked for."""

_FEWEST_FOR_A_SIGN: Final = 6
"""With fewer points, all share a sign by chance more often than one time in twenty (2 x 0.5 ** 6 = 3%)."""


@dataclass(frozen=True, slots=True)
class Change:
    """The difference that a scenario makes to one measure in one year.

    `effect` is the mean difference; `low` and `high` are its spread over draws (the comparison's `band_kind`); the Monte Carlo
    error is the standard error of `effect` that more points would shrink. `variance_ratio` is how many times fewer points are
    needed than if the scenarios had luck and draws of their own. `distinguishable` is False where it cannot be told from no
    effect. `group` is the area, service or role that the row is of, None for the whole place. `cost_gbp_m` is the yearly cost of
    the scenario in the whole place beside the reference.
    """

    scenario: str
    measure: str
    label: str
    unit: str
    better: str
    year: int
    group: str | None
    group_name: str | None
    reference: float
    effect: float
    low: float
    high: float
    monte_carlo_error: float
    variance_ratio: float | None
    distinguishable: bool
    cost_gbp_m: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scenarios beside a reference. `names` are those of the scenarios, the reference first."""

    place_code: str
    place_name: str
    level: str
    run_id: str
    names: dict[str, str]
    draws: int
    replicates: int
    band_kind: str
    price_basis: str
    by: Axis | None
    rows: tuple[Change, ...]
    value: tuple[ValueRow, ...]
    """Cost by payer and unit costs, for the whole place."""
    notes: tuple[str, ...]
    """What does nothing, and a reader would not expect it."""


def chosen_for_comparison(references: Sequence[str], months: int) -> tuple[Scenario, ...]:
    """Return the scenarios to compare: the first is the reference, or doing nothing where only one is named.

    Raises:
        AlmonerError: none is named, or one twice.
    """
    names = list(references)
    if not names:
        raise AlmonerError("Name at least one scenario to compare with doing nothing.")
    if len(names) == 1 and names[0] != DO_NOTHING:
        names.insert(0, DO_NOTHING)
    found = tuple(load_scenario(name, months) for name in names)
    ids = [scenario.id for scenario in found]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise AlmonerError(f"The scenario '{twice}' is named twice: name each once.")
    if len(found) == 1:
        raise AlmonerError(f"Only '{found[0].id}' is named: name another scenario to compare with it.")
    return found


def measures_named(names: Sequence[str]) -> tuple[Measure, ...]:
    """Return measures by name, the usual ones where none is named."""
    for name in names:
        if name not in MEASURES:
            raise NotFoundError("measure", name, MEASURES)
    return tuple(MEASURES[name] for name in names or SHOWN)


def compare(
    study: Study,
    measures: Sequence[Measure] = (),
    by: Axis | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Comparison:
    """Run a study and compare its scenarios with the first of them.

    Raises:
        AlmonerError: days delayed are asked for by area, service or role.
    """
    wanted = tuple(measures) or measures_named(())
    delays = any(measure.id == DAYS_DELAYED for measure in wanted)
    if delays and by is not None:
        raise AlmonerError(
            f"'{DAYS_DELAYED}' is of a whole place and its boards: do not split it by {by}, or ask for other measures."
        )

    def each_area(run: ScenarioRun) -> NDArray[np.float64]:
        return np.stack([measure.read(run) for measure in wanted])

    result = run_study(study, progress, threads, each_area if by == "area" else None)
    return comparison(with_days_delayed(result, progress, threads) if delays else result, wanted, by)


def comparison(result: StudyResult, measures: Sequence[Measure], by: Axis | None = None) -> Comparison:
    """Compare the scenarios of a result; `by` area needs a result that was read area by area with the same measures."""
    study = result.study
    values = dict(_groups(result, measures, by))
    costs = np.array([[cost_gbp_m(run) for run in row] for row in result.runs])
    rows = [
        row
        for scenario in range(1, len(study.scenarios))
        for place, measure in enumerate(measures)
        for group, numbers in values.items()
        for row in _changes(study, scenario, measure, group, numbers[:, :, place], costs)
    ]
    return Comparison(
        place_code=study.place.code,
        place_name=study.place.name,
        level=study.place.level,
        run_id=study.run_id,
        names={scenario.id: scenario.name for scenario in study.scenarios},
        draws=study.draws,
        replicates=study.replicates,
        band_kind=band_kind(study.draws),
        price_basis=f"{price_base(load())} prices",
        by=by,
        rows=tuple(rows),
        value=value_for_money(result),
        notes=(*idle_policies(study.scenarios, study.place), *idle_scenarios(result), *_unseen(study, measures)),
    )


def paired(
    values: NDArray[np.float64], reference: NDArray[np.float64], draws: int
) -> tuple[NDArray[np.float64], float, float | None]:
    """Return the differences by draw, their Monte Carlo error, and the variance ratio of pairing.

    `values` and `reference` are [point], draw by draw. Replicates of a draw are averaged, so that the spread over draws is that of
    the parameters and the chance left in a draw's mean. The ratio is (var a + var b) / var(a - b) over points.
    """
    change = values - reference
    by_draw = change.reshape(draws, -1).mean(axis=1)
    spread = by_draw if draws > 1 else change
    error = float(spread.std(ddof=1) / np.sqrt(spread.size)) if spread.size > 1 else float("nan")
    alone = values.var(ddof=1) + reference.var(ddof=1) if values.size > 1 else 0.0
    together = change.var(ddof=1) if values.size > 1 else 0.0
    return spread, error, float(alone / together) if together > 0 else None


def only(run: ScenarioRun, service: str | None = None, role: str | None = None) -> ScenarioRun:
    """Return a run in which only one service or one role has posts; need and cover are known by service only."""
    keep_service = np.ones(len(SERVICE_IDS)) if service is None else (np.array(SERVICE_IDS) == service).astype(np.float64)
    keep_role = np.ones(len(ROLE_IDS)) if role is None else (np.array(ROLE_IDS) == role).astype(np.float64)
    cells = keep_service[:, None] * keep_role[None, :]
    by_service = keep_service if role is None else np.full(len(SERVICE_IDS), np.nan)
    return replace(
        run,
        stocks={name: values * cells for name, values in run.stocks.items()},
        flows={name: values * cells for name, values in run.flows.items()},
        needed_posts=run.needed_posts * by_service,
        needed_hours=run.needed_hours * by_service,
        covered_hours=run.covered_hours * by_service,
        staff_cost=run.staff_cost * by_service,
    )


def _unseen(study: Study, measures: Sequence[Measure]) -> Iterator[str]:
    """Yield a sentence for each scenario whose policies act on discharge, where nothing of that is looked at."""
    if any(measure.id == DAYS_DELAYED for measure in measures):
        parameter = load().parameter("discharge.bed_day_cost")
        yield (
            f"A day in hospital of a person ready to leave costs the NHS £{load().at('discharge.bed_day_cost'):.0f} "
            f"({parameter.period}); nothing is taken off the cost for days saved."
        )
        return
    for scenario in study.scenarios:
        acting = [name for name, policy in scenario.policies if policy.domain == "discharge"]
        if acting:
            yield f"'{scenario.name}': what {' and '.join(acting)} does to delays shows in the measure {DAYS_DELAYED}."


def _groups(
    result: StudyResult, measures: Sequence[Measure], by: Axis | None
) -> Iterator[tuple[tuple[str, str] | None, NDArray[np.float64]]]:
    """Yield each group with its values [scenario, point, measure, year]; the whole place is None."""

    def read(part: dict[str, str]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.array([[[m.read(only(run, **part)) for m in measures] for run in row] for row in result.runs])

    if by is None:
        yield None, np.array([[[measure.read(run) for measure in measures] for run in row] for row in result.runs])
    elif by == "area":
        names = {area.code: area.name for area in areas()}
        everywhere = np.array(result.by_area)
        for place, code in enumerate(result.baseline.area_codes):
            yield (code, names[code]), everywhere[:, :, place]
    elif by == "service":
        for service in SERVICE_IDS:
            yield (service, SERVICES[service]), read({"service": service})
    else:
        for role in ROLE_IDS:
            yield (role, ROLES[role]), read({"role": role})


def _changes(
    study: Study,
    scenario: int,
    measure: Measure,
    group: tuple[str, str] | None,
    values: NDArray[np.float64],
    costs: NDArray[np.float64],
) -> Iterator[Change]:
    """Yield a measure's change by year; `values` are [scenario, point, year], and years without a number are left out."""
    for k, year in enumerate(study.years):
        own, reference = values[scenario, :, k], values[0, :, k]
        if k == 0 or np.isnan(own).any() or np.isnan(reference).any():
            continue
        spread, error, ratio = paired(own, reference, study.draws)
        ends = band(spread)
        yield Change(
            scenario=study.scenarios[scenario].id,
            measure=measure.id,
            label=measure.label,
            unit=measure.unit,
            better=measure.better,
            year=year,
            group=group[0] if group else None,
            group_name=group[1] if group else None,
            reference=float(reference.mean()),
            effect=float(spread.mean()),
            low=ends.low,
            high=ends.high,
            monte_carlo_error=error,
            variance_ratio=ratio,
            distinguishable=spread.size >= _FEWEST_FOR_A_SIGN and (ends.low > 0 or ends.high < 0),
            cost_gbp_m=float((costs[scenario, :, k] - costs[0, :, k]).mean()),
        )
