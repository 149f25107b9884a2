"""The plan of one place: runs the study and gathers everything that the document says into a `PlanRecord`.

In: a place, scenarios, a horizon and a number of draws. Out: the record. Runs are asked of `study`; nothing is drawn here.
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date

import numpy as np

from almoner.analysis import headline, ledger, today
from almoner.analysis.idle import idle_policies, idle_scenarios
from almoner.analysis.measures import DAYS_DELAYED, INSIDE, MEASURES, band, band_kind, by_draw
from almoner.analysis.overrides import overrides
from almoner.analysis.plan_record import (
    Band,
    Difference,
    Driver,
    GapRow,
    NeedPoint,
    Path,
    Place,
    PlanRecord,
    PolicyUse,
    PopulationPoint,
    ScenarioCard,
)
from almoner.analysis.similar import similar_areas
from almoner.analysis.words import listed
from almoner.model.clock import MONTHS_PER_YEAR, month_text
from almoner.model.demand import need_path
from almoner.model.money import payer_shares, price_base
from almoner.parameters import ParameterTree, load
from almoner.policies.base import Policy, summary
from almoner.policies.listing import said
from almoner.reference.areas import Area, resolve
from almoner.reference.population import persons_of, sources_of
from almoner.reference.vocabulary import POPULATION_BANDS, ROLE_IDS, SERVICE_IDS
from almoner.study.design import Study
from almoner.study.posterior import posterior_range
from almoner.study.run import Progress, StudyResult, run_study
from almoner.version import VERSION

FIRST_POPULATION_YEAR = 2011
LAST_ESTIMATE = 2024
_REPORTED_CHANGES = ("filled_posts", "vacant_posts", "vacancy_rate", "turnover_rate", "posts_needed", "unmet_hours_per_week")
_MIN_DRAWS_FOR_DRIVERS = 20
_MIN_DRAWS_FOR_A_SIGN = 6
"""With fewer, all draws share a sign by chance more often than one time in twenty (2 x 0.5 ** 6 = 3%)."""
_DRIVERS_SHOWN = 8
_PAYERS = {"council": "Councils", "nhs": "NHS", "self_funder": "People who pay for themselves", "government": "Central government"}


def make_plan(study: Study, progress: Progress | None = None, threads: int | None = None) -> PlanRecord:
    """Run a study and return its plan. The first scenario is the one that the others are compared with."""
    return record(run_study(study, progress, threads))


def record(result: StudyResult) -> PlanRecord:
    """Return the plan of a study's result."""
    study = result.study
    tree = load()
    place = _said_in_full(study.place)
    similar = similar_areas(place)
    indicators = today.indicators(place, similar, result.national)
    paths = _paths(result)
    differences = _differences(result)
    scenarios = tuple(_card(result, index) for index in range(len(study.scenarios)))
    need = _need(result, tree)
    population = _population(place, study.to_year)
    drivers = _drivers(result, tree)
    used = tuple(policy for scenario in study.scenarios for _, policy in scenario.policies)
    series = today.published_series(place)
    conflicts = ledger.conflicts()
    named = [line.sources for lines in (indicators, population, similar, conflicts) for line in lines]
    more = [*(source for sources in named for source in sources), *(one.source for one in series)]
    return PlanRecord(
        place=Place(place.code, place.name, place.level, place.region_name, place.area_codes),
        run_id=study.run_id,
        version=VERSION,
        made_on=date.today().isoformat(),
        seed=study.seed,
        draws=study.draws,
        band_kind=band_kind(study.draws),
        base_year="2024-25",
        to_year=study.to_year,
        price_basis=f"{price_base(tree)} prices",
        headline=headline.sentences(
            place, indicators, population, paths, differences, scenarios, drivers, result.baseline, band_kind(study.draws)
        ),
        indicators=indicators,
        similar_areas=similar,
        mix=today.mix(place, result.national),
        published_series=series,
        population=population,
        need=need,
        paths=paths,
        gap=_gap(result),
        scenarios=scenarios,
        differences=differences,
        drivers=drivers,
        assumptions=ledger.assumptions(tree, used, study.draws_from),
        conflicts=conflicts,
        limits=(
            *ledger.limits(place.level, float(np.max(result.baseline.posts_error)), study.draws),
            *idle_policies(study.scenarios, place),
            *idle_scenarios(result),
        ),
        sources=ledger.sources(tree, more),
        driver_measure=f"the vacancy rate of March {study.to_year} if nothing changes",
        overrides=overrides(study.own, study.scenarios, result.national, tree, study.place),
        manifest={**study.manifest, "command": study.command},
    )


def _said_in_full(place: Area) -> Area:
    """Return a place whose name cannot be mistaken for another's: Devon is a county, Devon ICB a board."""
    return replace(place, name=f"{place.name} ICB") if place.level == "icb" and not place.name.endswith("ICB") else place


def _paths(result: StudyResult) -> tuple[Path, ...]:
    paths = []
    for index, scenario in enumerate(result.study.scenarios):
        # Days delayed have a section of their own.
        for measure in (one for one in MEASURES.values() if one.id != DAYS_DELAYED):
            values = by_draw(result, index, measure)
            known = [k for k in range(values.shape[1]) if not np.isnan(values[:, k]).any()]
            years = tuple(result.study.years[k] for k in known)
            paths.append(
                Path(scenario.id, measure.id, measure.label, measure.unit, years, tuple(band(values[:, k]) for k in known))
            )
    return tuple(paths)


def _differences(result: StudyResult) -> tuple[Difference, ...]:
    rows = []
    for index, scenario in enumerate(result.study.scenarios[1:], start=1):
        for name in _REPORTED_CHANGES:
            measure = MEASURES[name]
            change = by_draw(result, index, measure)[:, -1] - by_draw(result, 0, measure)[:, -1]
            spread = band(change)
            error = float(change.std(ddof=1) / np.sqrt(change.size)) if change.size > 1 else 0.0
            clear = change.size >= _MIN_DRAWS_FOR_A_SIGN and (spread.low > 0 or spread.high < 0)
            rows.append(Difference(scenario.id, name, measure.label, measure.unit, spread, error, measure.better, clear))
    return tuple(rows)


def _card(result: StudyResult, index: int) -> ScenarioCard:
    scenario = result.study.scenarios[index]
    uses = tuple(
        PolicyUse(name, summary(type(policy)), _settings(policy), policy.evidence, policy.assumed)
        for name, policy in scenario.policies
    )
    if index == 0:
        return ScenarioCard(scenario.id, scenario.name, scenario.description, uses, None)
    cost, by_payer = _cost(result, index)
    note = (
        f"In the year to March {result.study.to_year}, beside '{result.study.scenarios[0].name}': staff, agency cover, programmes, "
        f"{price_base(load())} prices. More filled posts cost more; who pays for staff follows fixed shares."
    )
    return ScenarioCard(scenario.id, scenario.name, scenario.description, uses, cost, by_payer, note)


def _cost(result: StudyResult, index: int) -> tuple[Band, dict[str, float]]:
    """Return the yearly cost beside the first scenario in the last year, GBP million, and its median by payer."""
    shares = payer_shares(load())
    staff = np.array(
        [a.staff_cost[-1].sum() - b.staff_cost[-1].sum() for a, b in zip(result.runs[index], result.runs[0], strict=True)]
    )
    programmes = {
        payer: np.array(
            [
                _at_end(a.programme_cost, payer) - _at_end(b.programme_cost, payer)
                for a, b in zip(result.runs[index], result.runs[0], strict=True)
            ]
        )
        for payer in _PAYERS
    }
    total = staff + sum(programmes.values())
    by_payer = {
        label: float(np.median(staff * shares.get(payer, 0.0) + programmes[payer]) / 1e6) for payer, label in _PAYERS.items()
    }
    return band(total / 1e6), by_payer


def _at_end(cost: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]], payer: str) -> float:
    return float(cost[payer][-1]) if payer in cost else 0.0


def _settings(policy: Policy) -> str:
    """Say a policy's settings, places and dates in words."""
    parts = said(policy)
    if policy.areas:
        parts.append(f"in {listed([resolve(code).name for code in policy.areas])}")
    parts.append(f"from {_month_words(policy.start)}" + ("" if policy.until is None else f" until {_month_words(policy.until)}"))
    return ", ".join(parts)


def _month_words(month: int) -> str:
    year, index = month_text(month).split("-")
    return f"{calendar.month_name[int(index)]} {year}"


def _need(result: StudyResult, tree: ParameterTree) -> tuple[NeedPoint, ...]:
    study, opening = result.study, result.baseline
    base = opening.filled.sum(axis=2) + opening.vacant.sum(axis=2) * INSIDE
    older = need_path(tree, opening.area_codes, study.months, "proportional_65")
    needed = np.median([run.needed_posts for run in result.runs[0]], axis=0)
    points = []
    for k, year in enumerate(study.years):
        index = older[:, :, k * MONTHS_PER_YEAR - 1] if k else np.ones(base.shape)
        proportional = (base * index * result.weights[:, None]).sum(axis=0)
        points += [NeedPoint(year, service, float(needed[k, s]), float(proportional[s])) for s, service in enumerate(SERVICE_IDS)]
    return tuple(points)


def _population(place: Area, to_year: int) -> tuple[PopulationPoint, ...]:
    years = range(FIRST_POPULATION_YEAR, to_year + 1)
    people = persons_of(place, list(years))
    return tuple(
        PopulationPoint(
            year, name, float(people[k, b]), "estimate" if year <= LAST_ESTIMATE else "projection", sources_of(place, year)
        )
        for k, year in enumerate(years)
        for b, name in enumerate(POPULATION_BANDS)
    )


def _gap(result: StudyResult) -> tuple[GapRow, ...]:
    stocks = {name: np.array([run.stocks[name] for run in result.runs[0]]) for name in ("filled", "vacant", "posts")}
    return tuple(
        GapRow(
            service=service,
            role=role,
            filled_now=float(stocks["filled"][0, 0, s, r]),
            vacant_now=float(stocks["vacant"][0, 0, s, r]),
            posts_end=float(np.median(stocks["posts"][:, -1, s, r])),
            vacant_end=band(stocks["vacant"][:, -1, s, r]),
        )
        for s, service in enumerate(SERVICE_IDS)
        for r, role in enumerate(ROLE_IDS)
        if stocks["posts"][0, 0, s, r] > 0
    )


def _drivers(result: StudyResult, tree: ParameterTree) -> tuple[Driver, ...]:
    """Return the uncertain parameters that move the vacancy rate at the end most, by rank correlation over draws."""
    ends = by_draw(result, 0, MEASURES["vacancy_rate"])[:, -1]
    names = [name for name in tree.dimensions() if not name.startswith(("policy.", "money."))]
    correlations: dict[str, float | None] = dict.fromkeys(names)
    if ends.size >= _MIN_DRAWS_FOR_DRIVERS:
        ranks = ends.argsort().argsort()
        for name in names:
            values = np.array([drawn[name] for drawn in result.drawn])
            correlations[name] = float(np.corrcoef(values.argsort().argsort(), ranks)[0, 1])
        # Under no association the rank correlation has a standard error of 1 / sqrt(draws - 1); less than two is noise.
        noise = 2.0 / np.sqrt(ends.size - 1)
        names = sorted(
            (name for name in names if abs(correlations[name] or 0.0) > noise), key=lambda name: -abs(correlations[name] or 0.0)
        )
    drivers = []
    for name in names[:_DRIVERS_SHOWN]:
        parameter = tree.parameter(name)
        prior, learned = parameter.prior, posterior_range(tree, name) if result.study.draws_from == "posterior" else None
        drawn = (learned[0], learned[-1]) if learned else tuple(prior.quantile(u) for u in (0.1, 0.9)) if prior else ()
        low, high = map(_said, drawn) if drawn else ("", "")
        status = "calibrated" if learned else parameter.status_at(0)
        drivers.append(Driver(name, parameter.label, status, low, high, correlations[name]))
    return tuple(drivers)


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
