"""Does need rise when prices or unemployment do? Yearly changes of England, with their interval; the pandemic years are left out.

In: England's children newly in need or referred, per resident child, and the shipped series of prices (GDP deflator) and
unemployment. Out: the slope in percent per percentage point. So few years can show only large effects, and the series of the
economy are in part recalled; the parameter that scenarios use says what was made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from almoner.model.children.record import Record
from almoner.reference import tables

PANDEMIC: Final = (2021, 2022)
"""Years to March whose changes run into or out of the year of school closures."""
DRIVERS: Final = ("prices", "unemployment")


@dataclass(frozen=True, slots=True)
class Response:
    """Percent more children for one percentage point of the driver, with its 95% interval and the number of yearly changes."""

    measure: str
    driver: str
    estimate: float
    low: float
    high: float
    changes: int


def responses(record: Record) -> tuple[Response, ...]:
    """Return the response of referrals and of children newly in need to each driver."""
    changes = {"prices": _price_growth(), "unemployment": _unemployment_change()}
    return tuple(
        _response(record, measure, driver, changes[driver])
        for measure in ("referrals", "children_in_need_started")
        for driver in DRIVERS
    )


def _response(record: Record, measure: str, driver: str, change: dict[int, float]) -> Response:
    from scipy.stats import t

    rate = np.log(record.england[measure] / record.england_children)
    pairs = [
        (change[year], 100.0 * (rate[i] - rate[i - 1]))
        for i, year in enumerate(record.years)
        if i and year in change and year not in PANDEMIC and np.isfinite(rate[i] - rate[i - 1])
    ]
    x, y = np.array(pairs).T
    centred = x - x.mean()
    slope = float((centred * y).sum() / np.square(centred).sum())
    miss = y - y.mean() - slope * centred
    freedom = len(x) - 2
    error = float(np.sqrt(np.square(miss).sum() / freedom / np.square(centred).sum()))
    width = float(t.ppf(0.975, freedom)) * error
    return Response(measure, driver, slope, slope - width, slope + width, len(x))


def _price_growth() -> dict[int, float]:
    """Return the growth of prices in the financial year that ends in March of each year, percent."""
    frame = tables.load("context").filter(
        (pl.col("measure") == "gdp_deflator") & (pl.col("breakdown") == "index, 2024-25 = 100; planning index")
    )
    level = {int(period[:4]) + 1: value for period, value in frame.select("period", "value").iter_rows()}
    return {year: 100.0 * float(np.log(level[year] / level[year - 1])) for year in level if year - 1 in level}


def _unemployment_change() -> dict[int, float]:
    """Return the change of the UK's unemployment rate in the calendar year before March of each year, percentage points."""
    frame = tables.load("context").filter(
        (pl.col("measure") == "unemployment_rate") & (pl.col("breakdown") == "16 and over; annual average")
    )
    level = {int(period) + 1: value for period, value in frame.select("period", "value").iter_rows()}
    return {year: level[year] - level[year - 1] for year in level if year - 1 in level}
