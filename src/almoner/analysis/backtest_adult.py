"""The adult back-test: fit on what was known at a cut, forecast the years after it, and score against what was then published.

In: the published record, the population and the parameters' priors. Out: one row a forecast (England, service, region, council
area) in per cent, with the errors of the four naive rules, and summaries by horizon. Three modes: `conditional` (UK job vacancies,
living wage, the vaccination mandate, arrivals, population and posts as they turned out), `conditional_need` (the same, but posts
follow need) and `blind` (nothing later than the cut but the population). Method: MODEL.md section 9.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance import area_turnover, places, rules, scores
from almoner.analysis.assurance.fitting import Fit, fit
from almoner.analysis.assurance.forecasts import ALL_KNOWN, DRIVERS, NOTHING_KNOWN, Forecast, forecast
from almoner.analysis.assurance.particles import Particles, particles
from almoner.analysis.assurance.published import (
    ARRIVALS_RESTATED_IN,
    BASE_YEAR,
    FIRST_YEAR,
    GROWTH_RESTATED_IN,
    base_turnover_ratio,
    record,
    year_name,
    year_of,
)
from almoner.analysis.assurance.setting import Mode, Past, past_of_england
from almoner.analysis.assurance.weights import effective_sample_size, weights_of
from almoner.errors import NotFoundError
from almoner.model.draws import generator
from almoner.reference.vocabulary import ENGLAND

Floats = NDArray[np.float64]

CUTS: Final = tuple(range(2019, BASE_YEAR))
"""2018-19 to 2023-24: the first leaves three years to fit on, the last one year to score."""

VINTAGES: Final = (GROWTH_RESTATED_IN - 1, ARRIVALS_RESTATED_IN - 1, BASE_YEAR)
"""Last cuts before a figure of an earlier year was restated; cuts between two of them know the same figures."""

HORIZON: Final = 3
PARTICLES: Final = 4096
MODES: Final[dict[str, frozenset[str]]] = {
    "conditional": ALL_KNOWN,
    "conditional_need": ALL_KNOWN - {"posts"},
    "blind": NOTHING_KNOWN,
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A forecast and what came, in per cent. Errors are forecast less published; a rule that says nothing has None."""

    mode: str
    cut: str
    year: str
    horizon: int
    measure: str
    level: str
    published: float
    forecast: float
    low80: float
    high80: float
    error: float
    error_no_change: float
    error_trend: float | None
    error_proportional_65: float
    error_uk_vacancies: float | None
    coverage80: bool
    place: float
    """The share of draws below what came."""
    crps: float
    crps_no_change: float
    crps_no_change_spread: float | None
    """No change with the spread of the yearly changes known at the cut, which is a fairer rival than a bare point."""


def backtest_rows(cut: str | None = None, draws: int = PARTICLES, seed: int = 0) -> list[dict[str, Any]]:
    """Return all rows as dictionaries, of one cut (`2021-22`) or of all."""
    return [asdict(row) for row in backtest(cut, draws, seed)]


def backtest(cut: str | None = None, draws: int = PARTICLES, seed: int = 0) -> tuple[Scored, ...]:
    """Return all scored forecasts of one cut or of all, with `draws` draws from the priors before weighting."""
    return tuple(row for one in cuts_named(cut) for row in _of_cut(one, draws, seed))


def cuts_named(cut: str | None) -> tuple[int, ...]:
    """Return the cuts asked for, or say which there are."""
    names = {year_name(year): year for year in CUTS}
    if cut is None:
        return CUTS
    if cut not in names:
        raise NotFoundError("cut", cut, names)
    return (names[cut],)


@lru_cache(maxsize=32)
def fitted(cut: int, draws: int = PARTICLES, seed: int = 0) -> tuple[Particles, Fit, Past]:
    """Fit on what was known at a cut. The seed is of the Sobol points; it is never chosen by results."""
    vintage = next(last for last in VINTAGES if cut <= last)
    points, past = _particles(draws, seed), past_of_england(vintage)
    return points, _fit_of(vintage, draws, seed).upto(cut), past


@lru_cache(maxsize=8)
def _fit_of(vintage: int, draws: int, seed: int) -> Fit:
    return fit(_particles(draws, seed), past_of_england(vintage), vintage)


@lru_cache(maxsize=4)
def _particles(draws: int, seed: int) -> Particles:
    return particles(draws, seed)


def sample_sizes(draws: int = PARTICLES, seed: int = 0) -> dict[str, float]:
    """Return the effective sample size of the fit at every cut."""
    return {year_name(cut): effective_sample_size(weights_of(fitted(cut, draws, seed)[1].total)) for cut in CUTS}


@lru_cache(maxsize=32)
def _of_cut(cut: int, draws: int, seed: int) -> tuple[Scored, ...]:
    points, found, past = fitted(cut, draws, seed)
    years = min(HORIZON, BASE_YEAR - cut)
    rows: list[Scored] = []
    for mode, known in MODES.items():
        ahead = forecast(points, found, past, cut, years, known, seed=seed)
        rows += _england(mode, ahead)
        if mode == "conditional_need":
            continue
        rows += _areas(mode, ahead)
        rows += _services(mode, cut, years, points, found, past, seed)
        rows += _regions(mode, cut, points, found, past, ahead, seed)
    return tuple(rows)


def _england(mode: str, ahead: Forecast) -> Iterator[Scored]:
    """Score the vacancy rate, turnover of all sectors, and the growth of filled posts since the cut."""
    years = record()
    rates = {year: 100 * facts.vacancy_rate for year, facts in years.items()}
    turnover = {year: 100 * facts.turnover for year, facts in years.items()}
    filled = filled_since(ahead.cut)
    for column, year in enumerate(ahead.years):
        yield _scored(mode, ahead.cut, year, "vacancy_rate", ENGLAND, rates, 100 * ahead.vacancy_rate[column])
        draws = 100 * ahead.turnover[column] / base_turnover_ratio()
        yield _scored(mode, ahead.cut, year, "turnover_rate", ENGLAND, turnover, draws)
        if year in filled:
            draws = 100 * (ahead.filled[column] - 1.0)
            yield _scored(mode, ahead.cut, year, "filled_posts", ENGLAND, filled, draws)


def filled_since(cut: int) -> dict[int, float]:
    """Return growth of filled posts in per cent of the cut, by year: growth chained, and no further than a year without it."""
    years, out, level = record(), {cut: 0.0}, 1.0
    for year in range(cut + 1, BASE_YEAR + 1):
        growth = years[year].growth_latest
        if growth is None:
            break
        level *= 1.0 + growth
        out[year] = 100 * (level - 1.0)
    level = 1.0
    for year in range(cut, FIRST_YEAR, -1):
        growth = years[year].growth_known_in(cut)
        if growth is None:
            break
        level /= 1.0 + growth
        out[year - 1] = 100 * (level - 1.0)
    return out


def _services(mode: str, cut: int, years: int, points: Particles, found: Fit, past: Past, seed: int) -> Iterator[Scored]:
    """Score the vacancy rates of home care and care homes from cuts at which they were published."""
    fixed = places.service_rates(cut)
    if not fixed:
        return
    ahead = forecast(points, found, past, cut, years, MODES[mode], seed=seed, service_rates=fixed)
    for name in places.SERVICES:
        known = {year: 100 * rate for year in range(cut, BASE_YEAR + 1) if (rate := places.service_rate(name, year)) is not None}
        if cut not in known:
            continue
        for column, year in enumerate(ahead.years):
            if year in known:
                yield _scored(mode, cut, year, "vacancy_rate", name, known, 100 * places.rate_of(name, ahead, column))


def _regions(mode: str, cut: int, points: Particles, found: Fit, past: Past, england: Forecast, seed: int) -> Iterator[Scored]:
    """Score regions with a published figure at the cut and the year after."""
    for measure, known in places.region_series(cut):
        for region, values in known.items():
            if measure == "vacancy_rate":
                ahead = places.region_forecast(region, points, found, past, cut, MODES[mode], seed)
                draws = 100 * ahead.vacancy_rate[0]
            else:
                draws = values[cut] * england.turnover[0] / (past.points[cut].turnover)
            yield _scored(mode, cut, cut + 1, measure, region, values, draws)


def _areas(mode: str, england: Forecast) -> Iterator[Scored]:
    """Score turnover by council area within the vintage that the cut lies in."""
    cut = england.cut
    for series in (area_turnover.OFLOG, area_turnover.ASCOF):
        panel = area_turnover.panel(series)
        if cut not in panel.years or cut == panel.years[-1]:
            continue
        learned = area_turnover.panel(area_turnover.OFLOG)
        upto = [column for column, year in enumerate(learned.years) if year <= cut]
        kept = area_turnover.lasting(area_turnover.log_ratios(learned.rates[:, upto]))
        own = [column for column, year in enumerate(panel.years) if year <= cut]
        years = [year for year in england.years if year in panel.years]
        ratios = area_turnover.log_ratios(panel.rates[:, own])
        ahead = area_turnover.ahead(ratios, kept, len(years))
        spread = area_turnover.spread_ahead(kept, len(years))
        at_cut = panel.rates[:, panel.years.index(cut)]
        level = np.nanmean(np.log(at_cut))
        luck = generator("council turnover", cut).standard_normal((len(panel.area_codes), england.turnover.shape[1]))
        for row, code in enumerate(panel.area_codes):
            known = {year: 100 * float(rate) for year, rate in zip(panel.years, panel.rates[row], strict=True) if np.isfinite(rate)}
            if cut not in known or not np.isfinite(ahead[row]).all():
                continue
            for column, year in enumerate(years):
                if year in known:
                    common = np.log(england.turnover[column] / _turnover_at(england.cut))
                    draws = 100 * np.exp(level + common + ahead[row, column] + spread[column] * luck[row])
                    name = "turnover_rate" if series == area_turnover.OFLOG else "turnover_rate_ascof"
                    yield _scored(mode, cut, year, name, code, known, draws)


def _turnover_at(cut: int) -> float:
    return record()[cut].turnover * base_turnover_ratio()


def _scored(mode: str, cut: int, year: int, measure: str, level: str, known: Mapping[int, float], draws: Floats) -> Scored:
    """Set draws of one figure beside what was published and the rules; everything in per cent."""
    kind: Mode = "conditional" if "market" in MODES[mode] else "blind"
    outcome = known[year]
    at_cut = {y: value for y, value in known.items() if y <= cut}
    low, middle, high = np.quantile(draws, (0.1, 0.5, 0.9)).tolist()
    plain: rules.Measure = (
        "filled_posts" if measure == "filled_posts" else "vacancy_rate" if measure == "vacancy_rate" else "turnover_rate"
    )
    still = rules.no_change(at_cut, cut)
    line = rules.trend(at_cut, cut, year)
    if plain == "filled_posts":
        by_age = 100 * (rules.older(year) / rules.older(cut) - 1.0)
        full = rules.uk_vacancies(plain, {cut: 1.0}, cut, year, kind, record()[cut].vacancy_rate)
        by_market = None if full is None else 100 * (full - 1.0)
    else:
        by_age = rules.proportional_65(plain, at_cut, cut, year)
        by_market = rules.uk_vacancies(plain, at_cut, cut, year, kind)
    place = scores.place_in(draws, outcome)
    changes = np.diff([at_cut[y] for y in sorted(at_cut)])
    spread = float(np.sqrt(np.mean(changes**2))) * math.sqrt(year - cut) if changes.size >= 2 else None
    return Scored(
        mode=mode,
        cut=year_name(cut),
        year=year_name(year),
        horizon=year - cut,
        measure=measure,
        level=level,
        published=outcome,
        forecast=middle,
        low80=low,
        high80=high,
        error=middle - outcome,
        error_no_change=still - outcome,
        error_trend=None if line is None else line - outcome,
        error_proportional_65=by_age - outcome,
        error_uk_vacancies=None if by_market is None else by_market - outcome,
        coverage80=scores.covers(place, 0.8),
        place=place,
        crps=scores.crps(draws, outcome),
        crps_no_change=abs(still - outcome),
        crps_no_change_spread=None if spread is None else scores.crps_normal(still, spread, outcome),
    )


@lru_cache(maxsize=4)
def _explained(draws: int, seed: int) -> tuple[dict[str, Any], ...]:
    return tuple(_explained_rows(draws, seed))


def explained(draws: int = PARTICLES, seed: int = 0) -> list[dict[str, Any]]:
    """Return why forecasts of England miss, a row a measure, cut and year: the blind error, and it with each driver known.

    Errors are in points of the vacancy rate and in per cent of the cut's filled posts.
    """
    return [dict(row) for row in _explained(draws, seed)]


def _explained_rows(draws: int, seed: int) -> list[dict[str, Any]]:
    rows = []
    for cut in CUTS:
        points, found, past = fitted(cut, draws, seed)
        knowing = {"blind": NOTHING_KNOWN, **{driver: frozenset({driver}) for driver in DRIVERS}, "all": ALL_KNOWN}
        years = min(HORIZON, BASE_YEAR - cut)
        ahead = {name: forecast(points, found, past, cut, years, known, seed=seed) for name, known in knowing.items()}
        rates, filled = {year: 100 * facts.vacancy_rate for year, facts in record().items()}, filled_since(cut)
        for column in range(years):
            year = cut + 1 + column
            told = {"vacancy_rate": {name: 100 * one.vacancy_rate[column] for name, one in ahead.items()}}
            if year in filled:
                told["filled_posts"] = {name: 100 * (one.filled[column] - 1.0) for name, one in ahead.items()}
            for measure, draws_of in told.items():
                outcome = rates[year] if measure == "vacancy_rate" else filled[year]
                rows.append(
                    {
                        "measure": measure,
                        "cut": year_name(cut),
                        "year": year_name(year),
                        "horizon": column + 1,
                        "published": outcome,
                        **{name: float(np.median(values)) - outcome for name, values in draws_of.items()},
                    }
                )
    return rows


def next_year(draws: int = PARTICLES, seed: int = 0) -> dict[str, Any]:
    """Return the forecast of the year after the base year, for anyone to check when its figures come out.

    Drivers are those of the shipped parameters: job vacancies, living wage and assumed arrivals of that year.
    """
    points, found, past = fitted(BASE_YEAR, draws, seed)
    ahead = forecast(points, found, past, BASE_YEAR, 1, ALL_KNOWN, seed=seed)
    quantities = {
        "vacancy_rate": 100 * ahead.vacancy_rate[0],
        "turnover_rate_base": 100 * ahead.turnover[0],
        "filled_posts_growth": 100 * (ahead.filled[0] - 1.0),
    }
    return {
        "year": year_name(BASE_YEAR + 1),
        **{
            name: dict(zip(("low80", "median", "high80"), np.quantile(values, (0.1, 0.5, 0.9)).tolist(), strict=True))
            for name, values in quantities.items()
        },
    }


assert year_of(year_name(BASE_YEAR)) == BASE_YEAR
