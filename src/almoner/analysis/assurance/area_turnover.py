"""Turnover by council area: how much of an area's difference from the others lasts, learned on the years up to a cut.

In: the council series, each vintage on its own (`oflog_2024` to 2022-23, `ascof_2025` for 2023-24 and 2024-25), and England's
forecast. An area's log ratio to the mean of all areas is forecast from last year's and from the mean of its years so far, by
least squares over all areas; one regression a cut, on nothing later. England's model moves the common level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.analysis.assurance.published import year_of
from almoner.reference import tables

Floats = NDArray[np.float64]

OFLOG: Final = "oflog_2024"
ASCOF: Final = "ascof_2025"


@dataclass(frozen=True, slots=True)
class Panel:
    """Turnover by area and year, fractions; not a number where nothing was published."""

    area_codes: tuple[str, ...]
    years: tuple[int, ...]
    rates: Floats


@dataclass(frozen=True, slots=True)
class Lasting:
    """What a log ratio keeps: `recent` of last year's and `mean` of the area's mean so far; `spread` is what a year adds."""

    recent: float
    mean: float
    spread: float


@lru_cache(maxsize=2)
def panel(series: str) -> Panel:
    """Return the council areas of one vintage, those with at least one figure."""
    rows = tables.load("adult_turnover_by_area").filter(
        pl.col("series") == series, pl.col("area_level").is_in(["area", "legacy_area"]), pl.col("turnover_rate").is_not_null()
    )
    codes = tuple(rows["area_code"].unique().sort().to_list())
    years = tuple(sorted({year_of(period) for period in rows["period"].to_list()}))
    rates = np.full((len(codes), len(years)), np.nan)
    place = {code: row for row, code in enumerate(codes)}
    for code, period, rate in rows.select("area_code", "period", "turnover_rate").iter_rows():
        rates[place[code], years.index(year_of(period))] = rate / 100
    return Panel(codes, years, rates)


def log_ratios(rates: Floats) -> Floats:
    """Return logs of rates over the geometric mean of the areas with a rate in the year and the year before."""
    logs = np.log(rates)
    return np.asarray(logs - np.nanmean(logs, axis=0, keepdims=True))


def lasting(ratios: Floats) -> Lasting:
    """Learn what lasts from all pairs of years in the columns given: regress a year on the one before and on the mean so far."""
    rows, targets = [], []
    for column in range(2, ratios.shape[1]):
        before, mean = ratios[:, column - 1], _mean_so_far(ratios[:, :column])
        found = np.isfinite(before) & np.isfinite(mean) & np.isfinite(ratios[:, column])
        rows.append(np.stack([before[found], mean[found]], axis=1))
        targets.append(ratios[found, column])
    wanted, given = np.concatenate(targets), np.concatenate(rows)
    kept, *_ = np.linalg.lstsq(given, wanted, rcond=None)
    left = wanted - given @ kept
    return Lasting(float(kept[0]), float(kept[1]), float(left.std()))


def ahead(ratios: Floats, kept: Lasting, years: int) -> Floats:
    """Return log ratios forecast 1 to `years` years after the last column, [area, year]; not a number without a figure there."""
    last, mean = ratios[:, -1], _mean_so_far(ratios)
    out = np.empty((ratios.shape[0], years))
    for later in range(years):
        last = kept.recent * last + kept.mean * mean
        out[:, later] = last
    return out


def spread_ahead(kept: Lasting, years: int) -> Floats:
    """Return the standard deviation of the forecast log ratio 1 to `years` years ahead."""
    variance, out = 0.0, []
    for _ in range(years):
        variance = kept.recent**2 * variance + kept.spread**2
        out.append(np.sqrt(variance))
    return np.array(out)


def _mean_so_far(ratios: Floats) -> Floats:
    count = np.isfinite(ratios).sum(axis=1)
    total = np.nansum(ratios, axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
