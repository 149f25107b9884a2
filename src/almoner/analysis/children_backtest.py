"""The back-test of children's social care: fitted to the figures of one year, forecast to the next three, held against what came.

In: the cut year. Out: rows for every measure, year and level with the model's error, the errors of the two rules that anyone can
use - no change, and the straight line through the past - and the share of figures inside the 80% interval. The forecast knows
nothing after the cut: residents under 18 are held at the cut, because no projection of that time is shipped. Errors of stocks and
caseloads are percentages of the published figure, errors of rates are percentage points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.children_draws import drawn_trees
from almoner.analysis.children_measures import PUBLISHED, england_measures, measures
from almoner.errors import OutOfRangeError
from almoner.model.children.fit import fit
from almoner.model.children.project import held_children, project
from almoner.model.children.record import Record, load_record

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]

MEASURES: Final = ("in_post_fte", "agency_rate", "vacancy_rate", "turnover_rate", "caseload", "looked_after")
POOLED: Final = ("in_post_fte", "caseload")
"""The measures whose pooled error is compared with the best naive rule."""
RATES: Final = ("agency_rate", "vacancy_rate", "turnover_rate")
FIRST_CUT: Final = 2020
HORIZON: Final = 3
USUAL_DRAWS: Final = 128
_FEWEST_FOR_A_LINE: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One row: mean absolute errors of the model and of two rules, and the share of figures inside the 80% interval, percent."""

    cut: int
    year: int
    measure: str
    level: str
    unit: str
    error: float
    error_no_change: float
    error_trend: float
    bias: float
    coverage80: float
    n: int


@dataclass(frozen=True, slots=True)
class Pooled:
    """Mean absolute percentage error of in-post and caseload over areas and years, for the model and the two rules."""

    cut: int
    level: str
    error: float
    error_no_change: float
    error_trend: float
    coverage80: float
    n: int

    @property
    def beats_naive(self) -> bool:
        """Say whether the model's error is below that of both rules."""
        return self.error < min(self.error_no_change, self.error_trend)


@dataclass(frozen=True)
class Points:
    """Every figure of the back-test of one level: published, median, interval and the two rules, [unit, year] by measure."""

    names: tuple[str, ...]
    years: tuple[int, ...]
    published: dict[str, Array]
    median: dict[str, Array]
    low: dict[str, Array]
    high: dict[str, Array]
    no_change: dict[str, Array]
    trend: dict[str, Array]


@dataclass(frozen=True)
class Backtest:
    """The rows, the pooled errors and the figures behind them, by level."""

    cut: int
    draws: int
    rows: tuple[Row, ...]
    pooled: tuple[Pooled, ...]
    points: dict[str, Points]


def backtest(cut: int = 2022, draws: int = USUAL_DRAWS, seed: int = 0) -> Backtest:
    """Return the back-test from `cut`.

    Raises:
        OutOfRangeError: too few years before the cut to fit anything, or none after it to compare with.
    """
    record = load_record()
    last = record.years[-1]
    if not FIRST_CUT <= cut < last:
        raise OutOfRangeError(f"A back-test from {cut} is outside the record: choose a year from {FIRST_CUT} to {last - 1}.")
    known = record.upto(cut)
    fitted = fit(known)
    to_year = min(cut + HORIZON, last)
    trees = drawn_trees(draws, seed)
    run = project(fitted, to_year, trees, {"": lambda tree, code: tree}, seed, children=held_children(fitted, to_year))[""]
    every = [measures(run, {code: 1.0}) for code in run.codes]
    points = {
        "area": _points(record, known, run.codes, run.years, {name: np.stack([each[name] for each in every]) for name in MEASURES}),
        "england": _england(record, known, run.years, england_measures(run, known)),
    }
    rows = tuple(_row(cut, level, points[level], name, i) for level in points for name in MEASURES for i in range(len(run.years)))
    return Backtest(cut, draws, rows, tuple(_pooled(cut, level, points[level]) for level in points), points)


def _points(record: Record, known: Record, codes: tuple[str, ...], years: tuple[int, ...], drawn: dict[str, Array]) -> Points:
    at = [record.years.index(year) for year in years]
    published = {name: record.figures[PUBLISHED[name]][:, at] for name in MEASURES}
    past = {name: known.figures[PUBLISHED[name]] for name in MEASURES}
    return _assembled(codes, years, published, past, drawn)


def _england(record: Record, known: Record, years: tuple[int, ...], drawn: dict[str, Array]) -> Points:
    at = [record.years.index(year) for year in years]
    published = {name: record.england[PUBLISHED[name]][None, at] for name in MEASURES}
    past = {name: known.england[PUBLISHED[name]][None] for name in MEASURES}
    return _assembled(("E92000001",), years, published, past, {name: drawn[name][None] for name in MEASURES})


def _assembled(
    names: tuple[str, ...], years: tuple[int, ...], published: dict[str, Array], past: dict[str, Array], drawn: dict[str, Array]
) -> Points:
    ends = {name: np.percentile(drawn[name], [10, 50, 90], axis=1) for name in MEASURES}
    return Points(
        names,
        years,
        published,
        {name: ends[name][1] for name in MEASURES},
        {name: ends[name][0] for name in MEASURES},
        {name: ends[name][2] for name in MEASURES},
        {name: np.repeat(past[name][:, -1:], len(years), axis=1) for name in MEASURES},
        {name: np.array([straight_line(row, len(years)) for row in past[name]]) for name in MEASURES},
    )


def straight_line(past: Array, ahead: int) -> Array:
    """Return the next `ahead` values of the least-squares line through the known values of a series; NaN with fewer than three."""
    known = np.flatnonzero(np.isfinite(past))
    if known.size < _FEWEST_FOR_A_LINE:
        return np.full(ahead, np.nan)
    slope, level = np.polyfit(known, past[known], 1)
    return np.asarray(level + slope * (len(past) + np.arange(ahead)))


def _errors(points: Points, name: str) -> tuple[Array, Array, Array, Truth, Truth]:
    """Return errors of the model and both rules, whether inside, and which figures count: those that all three can be held to."""
    published = points.published[name]
    shown = (points.median[name], points.no_change[name], points.trend[name])
    counted: Truth = np.isfinite(published) & np.all([np.isfinite(each) for each in shown], axis=0)
    if name not in RATES:
        counted &= published > 0
    base = np.where(counted, published, 1.0)
    scale = 1.0 if name in RATES else 100.0 / base
    model, same, line = ((each - base) * scale for each in shown)
    inside: Truth = (points.low[name] <= published) & (published <= points.high[name])
    return model, same, line, inside, counted


def _row(cut: int, level: str, points: Points, name: str, i: int) -> Row:
    model, same, line, inside, counted = (each[:, i] for each in _errors(points, name))
    chosen = counted
    return Row(
        cut,
        points.years[i],
        name,
        level,
        "percentage points" if name in RATES else "percent",
        float(np.abs(model[chosen]).mean()),
        float(np.abs(same[chosen]).mean()),
        float(np.abs(line[chosen]).mean()),
        float(model[chosen].mean()),
        float(100.0 * inside[chosen].mean()),
        int(chosen.sum()),
    )


def _pooled(cut: int, level: str, points: Points) -> Pooled:
    parts = [_errors(points, name) for name in POOLED]

    def together(i: int) -> Array:
        return np.concatenate([part[i][part[4]].astype(np.float64) for part in parts])

    model, same, line = (float(np.abs(together(i)).mean()) for i in range(3))
    inside = together(3)
    return Pooled(cut, level, model, same, line, float(100.0 * inside.mean()), int(inside.size))
