"""What the twin needs to run from 31 March of a past year: the opening and the drivers, as they turned out or as then known.

In: the published record, the population and the parameters. Out: an `Opening` for a set of draws and the `Drivers` of its months.
A *conditional* run takes UK job vacancies, the living wage, arrivals, population and posts as they turned out; a *blind* run knows
nothing after the cut but the population, whose projections of the time are not shipped (its error over three years is far smaller
than that of any other driver).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.published import (
    BASE_YEAR,
    FIRST_YEAR,
    base_turnover_ratio,
    history_tree,
    record,
)
from almoner.analysis.assurance.twin import INSIDE, Draws, Opening, Structure, structure_of
from almoner.model.baseline import attribute_tables, build
from almoner.model.baseline.figures import published
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.demand import Rule, need_index
from almoner.model.pay import pay_path
from almoner.parameters import Set
from almoner.parameters.months import month_number
from almoner.policies.choices import CARE_HOMES
from almoner.reference import tables
from almoner.reference.areas import england
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import SERVICE_IDS
from almoner.study.history import first_month, in_base_pay, moved, people_of_working_age
from almoner.study.job_vacancies import known_at

MANDATE_MONTHS: Final = range(month_number("2021-07"), month_number("2021-12"))
"""The months in which the mandate's leavers went, to November 2021 when it came into force in care homes."""

Mode = Literal["conditional", "blind"]
Floats = NDArray[np.float64]

FORECAST_TO: Final = BASE_YEAR + 1
REFERENCE_VACANCY_RATE: Final = 0.08
"""Vacancies over filled posts at which the level of recruiting is stated; any number would do."""

BASE_FILLED_ROW: Final = "AW0151"

CARE_PAY_ROWS: Final[dict[int, str]] = {
    2017: "PY0032",
    2019: "PY0024",
    2020: "PY0025",
    2021: "PY0026",
    2023: "PY0027",
    2024: "PY0028",
    2025: "PY0030",
}
"""Rows of `pay`: care worker pay in the independent sector in March (2017: mean of 2016-17; 2019: February), GBP an hour.

In the years between, the last one moves with the National Living Wage, so that nothing later is used."""

RETURN_YEARS: Final = 4
"""Years in which a blind run lets UK job vacancies go back to their mean over the years known: those of market.job_vacancies."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place at 31 March of a year, in posts, with what the year to it had; turnover is of the base of the vacancy rate."""

    year: int
    vacancy_rate: float
    turnover: float
    filled: float
    mean_vacancies: float
    growth: float
    growth_is_published: bool
    """Where no series has the growth of filled posts, posts are taken to have grown as need did."""
    arrivals: float


@dataclass(frozen=True, slots=True)
class Past:
    """The points of a place by year, and its base-year structure."""

    points: dict[int, Point]
    structure: Structure
    mandate: bool = True
    """Whether the vaccination mandate of 2021 was in force; a synthetic past has none."""

    def posts_growth(self, year: int) -> float:
        """Return the growth of filled and vacant posts in a year, by the growth of filled posts and two vacancy rates."""
        before, after = self.points[year - 1].vacancy_rate, self.points[year].vacancy_rate
        return (1.0 + self.points[year].growth) * (1.0 - before) / (1.0 - after) - 1.0


@lru_cache(maxsize=16)
def past_of_england(cut: int = BASE_YEAR) -> Past:
    """Return England's points as known at a cut; filled posts are chained back from the base year, year by year in one series.

    The scale of the chain is that of the base year's series whatever the cut: it sets arrivals in proportion to posts, no more.
    """
    years = record()
    filled = {BASE_YEAR: published(BASE_FILLED_ROW)}
    growth: dict[int, float] = {}
    for year in range(BASE_YEAR, FIRST_YEAR - 1, -1):
        growth[year] = _growth(year, cut)
        filled[year - 1] = filled[year] / (1.0 + growth[year])
    points = {}
    for year, facts in years.items():
        ends = [vacancies(filled[y], years[y].vacancy_rate) for y in (max(year - 1, FIRST_YEAR), year)]
        points[year] = Point(
            year=year,
            vacancy_rate=facts.vacancy_rate,
            turnover=facts.turnover * base_turnover_ratio(),
            filled=filled[year],
            mean_vacancies=sum(ends) / 2,
            growth=growth[year],
            growth_is_published=facts.growth is not None,
            arrivals=facts.arrivals_known_in(max(cut, year)),
        )
    return Past(points, structure_of())


def _growth(year: int, cut: int) -> float:
    known = record()[year].growth_known_in(max(cut, year))
    if known is not None:
        return known
    before, after = record()[year - 1].vacancy_rate, record()[year].vacancy_rate
    return float(need_growth(year - 1, 1)[-1] * (1.0 - after) / (1.0 - before) - 1.0)


def vacancies(filled: float, rate: float) -> float:
    """Return vacant posts that make `rate` with `filled` posts."""
    return filled * rate / (1.0 - rate)


@lru_cache(maxsize=64)
def need_by_service(year: int, years: int, rule: Rule = "age_specific") -> Floats:
    """Return England's need at the end of each month after 31 March of `year`, relative to it, [month, service]."""
    months = years * MONTHS_PER_YEAR
    dates = [year + 0.25 + month / MONTHS_PER_YEAR for month in range(months + 1)]
    codes = england().area_codes
    index = need_index(history_tree(), codes, dates, rule)
    baseline = build(codes)
    posts = (baseline.filled + baseline.vacant).sum(axis=2).astype(np.float64)
    total = np.einsum("as,asd->ds", posts, index)
    return np.asarray(total[1:] / total[:1])


def need_growth(year: int, years: int, rule: Rule = "age_specific") -> Floats:
    """Return needed posts of the published base at the end of each year after `year`, relative to it."""
    base = structure_of()
    weight = (base.filled + base.vacant).sum(axis=1) * INSIDE
    index = need_by_service(year, years, rule)[MONTHS_PER_YEAR - 1 :: MONTHS_PER_YEAR]
    return np.asarray(index @ weight / weight.sum())


def posts_path(year: int, growth: Floats, rule: Rule = "age_specific") -> Floats:
    """Return posts relative to the opening, [month, draw, service]: need by service, scaled so that the base grows as given.

    `growth` [year, draw] is the growth of the base's posts in each year; within a year it is even.
    """
    years = growth.shape[0]
    need = need_by_service(year, years, rule)
    base = structure_of()
    weight = (base.filled + base.vacant).sum(axis=1) * INSIDE
    total = need @ weight / weight.sum()
    ends = np.concatenate([np.zeros((1, growth.shape[1])), np.cumsum(np.log1p(growth), axis=0)])
    month = np.arange(1, years * MONTHS_PER_YEAR + 1) / MONTHS_PER_YEAR
    wanted = np.exp(np.stack([np.interp(month, np.arange(years + 1), path) for path in ends.T], axis=1))
    return np.asarray(need[:, None, :] / total[:, None, None] * wanted[:, :, None])


@lru_cache(maxsize=64)
def pay_ratio(year: int, years: int, mode: Mode) -> Floats:
    """Return care pay over outside pay relative to 31 March of `year`, [month, service, role]."""
    tree = history_tree()
    months = years * MONTHS_PER_YEAR
    if mode == "blind":
        # The wage of the first April was announced before; after it nothing is known, and both grow as they last did.
        growth = tree.at("pay.outside_growth", first_month(year) - MONTHS_PER_YEAR)
        wage = tree.at("pay.national_living_wage", first_month(year))
        rises = [
            Set("pay.national_living_wage", wage * (1.0 + growth) ** later, first_month(year + later))
            for later in range(1, years + 1)
        ]
        tree = tree.edited([Set("pay.outside_growth", growth, first_month(year)), *rises])
    tree = moved(tree.edited([in_base_pay(care_pay(year))]), year)
    return pay_path(tree, months, attribute_tables().pay_quantiles_pence, np.ones(1)).ratio[:, 0]


def care_pay(year: int) -> float:
    """Return care worker pay in March of `year` over that of the base year, from nothing later than that month."""
    known = max(known for known in CARE_PAY_ROWS if known <= year)
    wage = history_tree().parameter("pay.national_living_wage")
    return (
        _care_pay_published()[known]
        / _care_pay_published()[BASE_YEAR]
        * wage.at(first_month(year) - 1)
        / wage.at(first_month(known) - 1)
    )


@lru_cache(maxsize=1)
def _care_pay_published() -> dict[int, float]:
    rows = dict(tables.load("pay").select("row_id", "value").iter_rows())
    return {year: float(rows[row]) for year, row in CARE_PAY_ROWS.items()}


@lru_cache(maxsize=1)
def pay_levels() -> dict[int, float]:
    """Return the log of care pay over outside pay at 31 March of each year, relative to the first year: a chain of years."""
    base = structure_of().filled * INSIDE[:, None]
    chain = {FIRST_YEAR: 0.0}
    for year in range(FIRST_YEAR, BASE_YEAR):
        ratio = pay_ratio(year, 1, "conditional")[-1]
        chain[year + 1] = chain[year] + math.log(float((ratio * base).sum() / base.sum()))
    return chain


@lru_cache(maxsize=32)
def working_age(year: int, years: int) -> Floats:
    """Return England's residents 18-64 at the end of each month relative to 31 March of `year`."""
    codes = england().area_codes
    months = years * MONTHS_PER_YEAR
    people = people_of_working_age(codes, year, months)
    weight = persons_at(codes, [year + 0.25])[:, 0, 1]
    return np.asarray(people @ weight / weight.sum())


def market_of(year: int) -> float:
    """Return UK job vacancies of the financial year that ends in `year`, the mean of its months, thousand."""
    return record()[year].market


def _market_levels(year: int, years: int) -> list[float]:
    first = first_month(year)
    return [history_tree().at("market.job_vacancies", first + month) for month in range(years * MONTHS_PER_YEAR)]


def market_path(year: int, years: int, mode: Mode, noise: Floats | None = None) -> Floats:
    """Return UK job vacancies relative to those of the year to the opening, [month, draw]; `noise` [year, draw] is of their log.

    Blind: from the last three months published before the cut they go back to the mean of the years known by an equal factor a
    month.
    """
    if mode == "conditional":
        logs = np.log(_market_levels(year, years))
    else:
        last = math.log(known_at(first_month(year)))
        mean = float(np.mean([math.log(market_of(known)) for known in range(FIRST_YEAR, year + 1)]))
        month = np.arange(1, years * MONTHS_PER_YEAR + 1)
        logs = last + (mean - last) * np.minimum(month / (RETURN_YEARS * MONTHS_PER_YEAR), 1.0)
    path = (logs - math.log(market_of(year)))[:, None]
    if noise is not None:
        path = path + np.repeat(noise, MONTHS_PER_YEAR, axis=0)
    return np.asarray(np.exp(path))


def removed(year: int, years: int, mode: Mode, past: Past) -> Floats:
    """Return the hazard of leaving that a condition of entry added, [month, service]: the vaccination mandate of November 2021.

    It was in force, like the living wage; a blind run before it does not know it.
    """
    added = np.zeros((years * MONTHS_PER_YEAR, len(SERVICE_IDS)))
    homes = [SERVICE_IDS.index(service) for service in CARE_HOMES]
    share = history_tree().at("history.mandate_exits") / structure_of().filled[homes].sum()
    months = [month - first_month(year) for month in MANDATE_MONTHS]
    if mode == "conditional" and past.mandate:
        for month in months:
            if 0 <= month < added.shape[0]:
                added[month, homes] = -math.log1p(-share) / len(MANDATE_MONTHS)
    return added


def entrants_at(point: Point, level: Floats, draws: Draws) -> Floats:
    """Return resident entrants a year at a point's own market, pay and mean vacancies, for a level of recruiting [draw].

    The level is the log of entrants a year that England of the base year's size would have at the reference vacancies and the base
    year's market and pay (MODEL.md section 5: E = a Z^(1-n) V^n (r/r0)^e (M/M0)^-eta).
    """
    pressure = math.log(point.mean_vacancies / point.filled / REFERENCE_VACANCY_RATE)
    market = math.log(market_of(point.year) / market_of(BASE_YEAR))
    log = level + draws.vacancy_exponent * pressure - draws.market_exponent * market
    log = log + draws.exit_pay_elasticity * (pay_levels()[point.year] - pay_levels()[BASE_YEAR])
    return np.asarray(np.exp(log) * point.filled / published(BASE_FILLED_ROW))


def level_of(point: Point, entrants: Floats | float, draws: Draws) -> Floats:
    """Return the level of recruiting that gives `entrants` a year: the inverse of `entrants_at`."""
    return np.asarray(np.log(entrants / entrants_at(point, np.zeros(draws.size), draws)))


def opening(
    point: Point,
    structure: Structure,
    draws: Draws,
    level: Floats,
    service_rates: dict[str, float] | None = None,
) -> Opening:
    """Return a place at a point for every draw: the base year's structure at the point's levels."""
    filled = structure.filled * point.filled / structure.filled[INSIDE].sum()
    vacant = structure.vacant * vacancies(point.filled, point.vacancy_rate) / structure.vacant[INSIDE].sum()
    if service_rates:
        vacant = _with_service_rates(filled, vacant, service_rates)
    leaving = (structure.filled * structure.turnover)[INSIDE].sum() / structure.filled[INSIDE].sum()
    return Opening(
        filled=filled[None],
        vacant=vacant[None],
        turnover=np.minimum(structure.turnover * point.turnover / leaving, 0.95)[None],
        entrants=entrants_at(point, level, draws),
        mean_vacancies=np.array([point.mean_vacancies]),
        growth=np.array([point.growth]),
        arrivals=np.array([point.arrivals]),
    )


def _with_service_rates(filled: Floats, vacant: Floats, rates: dict[str, float]) -> Floats:
    """Give services their published vacancy rates; the other services of the base share what is left of its vacancies."""
    total = vacant[INSIDE].sum()
    fixed = {
        SERVICE_IDS.index(service): vacancies(filled[SERVICE_IDS.index(service)].sum(), rate) for service, rate in rates.items()
    }
    rest = [index for index in np.flatnonzero(INSIDE) if index not in fixed]
    scale = np.ones(len(SERVICE_IDS))
    for index, wanted in fixed.items():
        scale[index] = wanted / vacant[index].sum()
    scale[rest] = (total - sum(fixed.values())) / vacant[rest].sum()
    return np.asarray(vacant * scale[:, None])
