"""What higher pay does: at one employer against others, in the whole sector, and to supply in the long run (MODEL.md 4 and 5).

In: a place, a rise of pay and a scenario of pay. Out: a `PayResponse`. The three answers are to different questions. One employer
gains the staff who would have moved to others and those who would have left care; the whole sector gains the second alone. Supply
is what the flows come to in years when funded posts follow it at an unchanged vacancy rate, in expected values from the first
year's flows of the model; the published elasticities are of that kind. Where need, not supply, sets funded posts, the scenario is
run as it is, with funders paying for the rise, and with the rise held within the budgets that there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.compare import Change, comparison, measures_named
from almoner.analysis.evidence import evidence_rows
from almoner.analysis.measures import band, band_kind
from almoner.analysis.plan_record import Band
from almoner.errors import OutOfRangeError
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.reference.areas import Area
from almoner.reference.vocabulary import OUTSIDE_RATES, SERVICE_IDS
from almoner.study.design import Study
from almoner.study.run import Progress, StudyResult, run_study
from almoner.study.scenario import DO_NOTHING, ParameterEdit, load_scenario

Array = NDArray[np.float64]

HORIZONS: Final = (1, 3, 10, 30)
"""Years after the rise at which supply is said."""

_EXITS: Final = ("exits_nhs", "exits_other_sector", "exits_retirement", "exits_abroad")
_PUBLISHED_RISE: Final = 0.1
_RATED: Final = tuple(k for k, service in enumerate(SERVICE_IDS) if service not in OUTSIDE_RATES)
_CARE_HOMES: Final = ("care_home_nursing", "care_home")
_SECTORS: Final = (
    ("Care homes", tuple(SERVICE_IDS.index(service) for service in _CARE_HOMES), "E05"),
    ("Adult social care", _RATED, "E04"),
    ("Home care", (SERVICE_IDS.index("home_care"),), "E06"),
)
"""Sectors whose elasticity of supply is published: care homes first, the best measured; the others are reported, not targeted."""


@dataclass(frozen=True, slots=True)
class TurnoverResponse:
    """Percentage points of yearly turnover, and what is published for the same question, if it is."""

    who: str
    points: Band
    published: float | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class SupplyResponse:
    """Percent more filled posts for a percent more pay, so many years after the rise; posts follow supply."""

    sector: str
    elasticity: dict[int, Band]
    published: float
    evidence: str


@dataclass(frozen=True, slots=True)
class PayResponse:
    """What higher pay does. `demand_led` and `budget_held` are differences to doing nothing in the last year."""

    place_code: str
    place_name: str
    level: str
    rise: float
    draws: int
    band_kind: str
    turnover: tuple[TurnoverResponse, ...]
    supply: tuple[SupplyResponse, ...]
    scenario: str
    scenario_name: str
    year: int
    demand_led: tuple[Change, ...]
    budget_held: tuple[Change, ...]


def pay_response(
    place: Area,
    scenario: str,
    rise: float = _PUBLISHED_RISE,
    to_year: int = 2035,
    draws: int = 32,
    seed: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
) -> PayResponse:
    """Return what a rise of pay by the share `rise` does to turnover and supply, and a scenario of pay under two rules of funding.

    Raises:
        OutOfRangeError: the rise is not above nothing and at most one.
        NotFoundError: an unknown scenario.
    """
    if not 0.0 < rise <= 1.0:
        raise OutOfRangeError(f"A rise of {100 * rise:g}% is out of range: give percent above 0 and up to 100.")
    study = Study(place, (), draws, to_year, seed)
    wanted = load_scenario(scenario, study.months)
    held = ParameterEdit(path="need.budget_held", set=1.0)
    within = replace(
        wanted, id=f"{wanted.id}-held", name=f"{wanted.name}, within budgets", parameter_edits=(*wanted.parameter_edits, held)
    )
    result = run_study(study.with_scenarios((load_scenario(DO_NOTHING), wanted, within)), progress, threads)
    names = ("filled_posts", "vacancy_rate", "unmet_hours_per_week", "cost_gbp_m")
    rows = [row for row in comparison(result, measures_named(names)).rows if row.year == to_year]
    return PayResponse(
        place_code=place.code,
        place_name=place.name,
        level=place.level,
        rise=rise,
        draws=draws,
        band_kind=band_kind(draws),
        turnover=_turnover(result, rise),
        supply=tuple(_supply(result, rise, *sector) for sector in _SECTORS),
        scenario=wanted.id,
        scenario_name=wanted.name,
        year=to_year,
        demand_led=tuple(row for row in rows if row.scenario == wanted.id),
        budget_held=tuple(row for row in rows if row.scenario == within.id),
    )


class Flows(NamedTuple):
    """Filled posts of a sector, and the people who enter, arrive from abroad and leave the sector in a year, each [point]."""

    filled: Array
    entrants: Array
    arrivals: Array
    exits: Array


def supply_path(flows: Flows, pay: float, e: Array, n: Array, years: int) -> Array:
    """Return filled posts a year apart, [year, point], when funded posts follow supply at a fixed vacancy rate.

    Month by month, `F += E (F / F0)^n pay^e + A - X (F / F0) pay^-e` with the yearly flows E, A and X of the first year: vacancies
    are in proportion to filled posts, entrants rise with vacancies by the exponent `n` and with pay by `e`, exits fall by `e`, and
    arrivals from abroad are what visas allow.
    """
    share = np.ones_like(flows.filled)
    path = [share]
    for _ in range(years):
        for _ in range(MONTHS_PER_YEAR):
            net = flows.entrants * share**n * pay**e + flows.arrivals - flows.exits * share * pay**-e
            share = share + net / (flows.filled * MONTHS_PER_YEAR)
        path.append(share)
    return np.stack(path) * flows.filled


def _turnover(result: StudyResult, rise: float) -> tuple[TurnoverResponse, ...]:
    """Change of yearly turnover, from the first year's exits and moves and the elasticities of each draw."""
    filled = _mean_filled(result, _RATED)
    exits, moves = _flow(result, _EXITS, _RATED) / filled, _flow(result, ("moves_out",), _RATED) / filled
    e_exit, e_move = _drawn(result, "leaving.exit_pay_elasticity"), _drawn(result, "leaving.move_pay_elasticity")
    staying = 100.0 * exits * ((1.0 + rise) ** -e_exit - 1.0)
    poached = 100.0 * moves * ((1.0 + rise) ** -e_move - 1.0)
    (row,) = evidence_rows(ids=["E01"])
    published = float(row["effect"]) if np.isclose(rise, _PUBLISHED_RISE) else None
    return (
        TurnoverResponse("one employer, others as they are", band(staying + poached), published, "E01"),
        TurnoverResponse("every employer in the sector", band(staying), None, None),
    )


def _supply(result: StudyResult, rise: float, sector: str, services: tuple[int, ...], evidence: str) -> SupplyResponse:
    flows = Flows(
        _mean_filled(result, services),
        _flow(result, ("entrants",), services),
        _flow(result, ("arrivals",), services),
        _flow(result, _EXITS, services),
    )
    e, n = _drawn(result, "leaving.exit_pay_elasticity"), _drawn(result, "filling.vacancy_exponent")
    years = max(HORIZONS)
    more = np.log(supply_path(flows, 1.0 + rise, e, n, years) / supply_path(flows, 1.0, e, n, years)) / np.log1p(rise)
    (row,) = evidence_rows(ids=[evidence])
    return SupplyResponse(sector, {year: band(more[year]) for year in HORIZONS}, float(row["effect"]), evidence)


def _mean_filled(result: StudyResult, services: tuple[int, ...]) -> Array:
    """Return the mean of filled posts at the two ends of the first year under doing nothing, [point]."""
    return np.asarray(result.stock("filled")[0][:, :2, list(services)].mean(axis=1).sum(axis=(1, 2)))


def _flow(result: StudyResult, names: tuple[str, ...], services: tuple[int, ...]) -> Array:
    """Return people in flows of the first year under doing nothing, [point]."""
    flows = np.array([result.flow(name)[0][:, 1, list(services)].sum(axis=(1, 2)) for name in names], dtype=np.float64)
    return np.asarray(flows.sum(axis=0))


def _drawn(result: StudyResult, path: str) -> Array:
    """Return a parameter of each point."""
    return np.repeat([draw[path] for draw in result.drawn], result.study.replicates)
