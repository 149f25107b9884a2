"""Forecasts and figures for regions and services, where any were published.

In: England's fitted draws. Out: published series by region and service on the two dates that a forecast needs, and the twin opened
at a region's own vacancy rate and turnover. Services open at their published rates. Few such figures exist, and each is used.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.analysis.assurance.fitting import Fit
from almoner.analysis.assurance.forecasts import Forecast, forecast
from almoner.analysis.assurance.particles import Particles
from almoner.analysis.assurance.published import base_turnover_ratio, service_vacancy_rate, year_name
from almoner.analysis.assurance.setting import Past
from almoner.analysis.assurance.twin import INSIDE, structure_of
from almoner.model.baseline.figures import published
from almoner.reference import tables
from almoner.reference.areas import areas
from almoner.reference.vocabulary import SERVICE_IDS

Floats = NDArray[np.float64]

SERVICES: Final[dict[str, tuple[str, ...]]] = {
    "home_care": ("home_care",),
    "care_homes": ("care_home_nursing", "care_home"),
}
_CARE_HOME_ROWS: Final = ("AW0469", "AW0470")
"""Care homes with and without nursing, 2024-25, published apart; England's own table of posts weighs them."""

_SEEN: Final = ("seen", "seen_secondary")


def service_rate(name: str, year: int) -> float | None:
    """Return a published vacancy rate by service, a fraction, or None; care homes of 2024-25 from their two rates."""
    found = service_vacancy_rate(name, year)
    if found is None and name == "care_homes" and year == 2025:
        base = structure_of()
        posts = np.array([(base.filled + base.vacant)[SERVICE_IDS.index(s)].sum() for s in SERVICES[name]])
        return float(posts @ [published(row) / 100 for row in _CARE_HOME_ROWS] / posts.sum())
    return found


def service_rates(cut: int) -> dict[str, float]:
    """Return the rates that services open at, by service of the model: those published for the cut."""
    return {
        service: rate for name, members in SERVICES.items() if (rate := service_rate(name, cut)) is not None for service in members
    }


def rate_of(name: str, ahead: Forecast, column: int) -> Floats:
    """Return the forecast vacancy rate of a published group of services, [draw]; members weigh by their base-year posts."""
    base = structure_of()
    members = [SERVICE_IDS.index(service) for service in SERVICES[name]]
    weight = (base.filled + base.vacant)[members].sum(axis=1)
    return np.asarray(ahead.by_service[column][:, members] @ weight / weight.sum())


@lru_cache(maxsize=16)
def region_series(cut: int) -> tuple[tuple[str, dict[str, dict[int, float]]], ...]:
    """Return (measure, region -> {year: per cent}) for regions with a figure at the cut and the year after, none of them derived.

    Turnover at both ends must be of one series, so that only the council series has two years of it.
    """
    rows = tables.load("adult_posts_structure").filter(
        pl.col("measure").is_in(["vacancy_rate", "turnover_rate"]),
        pl.col("breakdown_type") == "all",
        pl.col("area_code").str.starts_with("E12"),
        pl.col("confidence").is_in(_SEEN),
    )
    out = []
    for measure in ("vacancy_rate", "turnover_rate"):
        values: dict[str, dict[int, float]] = {}
        for year in (cut, cut + 1):
            own = rows.filter(pl.col("measure") == measure, pl.col("period") == year_name(year))
            if measure == "turnover_rate":
                own = own.filter(pl.col("series") == "ascof_2025")
            for code, value in own.select("area_code", "value").iter_rows():
                values.setdefault(code, {})[year] = value
        both = {code: found for code, found in sorted(values.items()) if len(found) == 2}
        if both:
            out.append((measure, both))
    return tuple(out)


def region_forecast(
    region: str, particles: Particles, found: Fit, past: Past, cut: int, known: frozenset[str], seed: int
) -> Forecast:
    """Forecast one year for a region from its own vacancy rate and turnover (England's where none was published).

    Its level of recruiting solves the region's own identity of the cut's year, with England's growth and share of arrivals: the
    region that loses more people finds more. Posts grow as England's.
    """
    point, rate = past.points[cut], dict(region_series(cut))["vacancy_rate"][region][cut] / 100
    codes = tuple(area.code for area in areas() if area.region_code == region)
    structure = structure_of(codes)
    share = structure.filled[INSIDE].sum() / past.structure.filled[INSIDE].sum()
    leaving = _region_turnover(region, cut) or point.turnover
    filled = point.filled * share
    own = replace(
        point,
        vacancy_rate=rate,
        turnover=leaving,
        filled=filled,
        mean_vacancies=filled
        * rate
        / (1.0 - rate)
        * point.mean_vacancies
        / (point.filled * point.vacancy_rate / (1 - point.vacancy_rate)),
        arrivals=point.arrivals * share,
    )
    exits = 1.0 - particles.draws.mover_share
    identity = (point.growth - point.arrivals / point.filled + exits * leaving) / (
        point.growth - point.arrivals / point.filled + exits * point.turnover
    )
    pressure = particles.draws.vacancy_exponent * np.log((own.mean_vacancies / own.filled) / (point.mean_vacancies / point.filled))
    shift = np.log(np.maximum(identity, 0.1)) - pressure
    moved = replace(found, levels=found.levels + shift[:, None])
    return forecast(particles, moved, Past(past.points, structure), cut, 1, known, seed=seed, point=own)


def _region_turnover(region: str, cut: int) -> float | None:
    rows = tables.load("adult_posts_structure").filter(
        pl.col("measure") == "turnover_rate",
        pl.col("breakdown_type") == "all",
        pl.col("area_code") == region,
        pl.col("period") == year_name(cut),
        pl.col("confidence").is_in(_SEEN),
    )
    return float(rows["value"][0]) / 100 * base_turnover_ratio() if rows.height else None
