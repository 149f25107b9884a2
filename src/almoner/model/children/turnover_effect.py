"""The association of caseload and absence with next year's turnover, estimated again from the shipped table.

Turnover of a return in a year on caseload, absence and agency rate of the year before, with effects of return and of year,
weighted by FTE in post, standard errors clustered by return (evidence rows E41 to E43). Effects are swept out by least squares on
the dummies; the small-sample factor is the usual G / (G - 1) x (N - 1) / (N - K), with K the slopes and years, since returns are
nested in clusters (Cameron and Miller 2015). It is an association: turnover also moves caseload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.reference import tables

Array = NDArray[np.float64]

RETURNS: Final = ("area", "joint_area", "legacy_area")
REGRESSORS: Final = ("caseload", "absence_rate", "agency_rate")
PUBLISHED: Final = {"caseload": (0.17, -0.01, 0.35), "absence_rate": (0.34, 0.06, 0.62)}
"""Evidence rows E41 and E42: estimate and 95% interval, percentage points of turnover per unit."""
PUBLISHED_ROWS: Final = 1147
_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope with its 95% interval."""

    regressor: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """One specification: its slopes, rows, clusters and weights."""

    specification: str
    slopes: tuple[Slope, ...]
    rows: int
    returns: int
    years: tuple[int, int]
    weights: str

    def slope(self, regressor: str) -> Slope:
        """Return the slope of a regressor."""
        return next(each for each in self.slopes if each.regressor == regressor)


def estimates() -> tuple[Estimate, ...]:
    """Return the estimate with its checks: the three regressors together, alone, complete rows, with vacancies, unweighted."""
    frame = _frame()
    complete = frame.filter(pl.col("status").is_null())
    together = "turnover on last year's caseload, absence and agency rate; effects of return and year; FTE weights"
    return (
        estimate(frame, REGRESSORS, together),
        estimate(frame, ("caseload",), "caseload alone"),
        estimate(complete, ("caseload",), "caseload alone, only rows with every measure published in both years"),
        estimate(complete, REGRESSORS, "the three together, only rows with every measure published in both years"),
        estimate(frame, (*REGRESSORS, "vacancy_rate"), "the three and the vacancy rate"),
        estimate(frame.with_columns(weight=pl.lit(1.0)), ("caseload",), "caseload alone, unweighted", "none"),
    )


def rows_explained(found: Sequence[Estimate]) -> str:
    """Say how the rows of the main estimate stand to those of the published one."""
    main, complete = found[0], found[2]
    return (
        f"{main.rows:,} rows here against {PUBLISHED_ROWS:,} published: a row needs turnover in a year and regressors of the year "
        f"before. Keeping only rows whose every measure was published in both years leaves {complete.rows:,} (caseload alone "
        f"{complete.slopes[0].estimate:+.2f}), {abs(complete.rows - PUBLISHED_ROWS)} from the published count; which row was left "
        "out there is not stated."
    )


def _frame() -> pl.DataFrame:
    table = tables.load("children_workforce").filter(pl.col("area_level").is_in(RETURNS))
    return table.with_columns(weight=pl.col("in_post_fte"))


def estimate(frame: pl.DataFrame, regressors: Sequence[str], specification: str, weights: str = "FTE in post") -> Estimate:
    """Estimate the slopes of `regressors` (of the year before) on turnover.

    `frame` holds area_code, year, turnover_rate, weight and the regressors; rows with a gap in any of them are left out.
    """
    before = frame.select("area_code", pl.col("year") + 1, *(pl.col(name).alias(f"last_{name}") for name in regressors))
    columns = [f"last_{name}" for name in regressors]
    rows = frame.select("area_code", "year", "turnover_rate", "weight").join(before, on=["area_code", "year"])
    rows = rows.drop_nulls(["turnover_rate", "weight", *columns]).filter(pl.col("weight") > 0).sort("area_code", "year")
    returns, place = np.unique(rows["area_code"].to_numpy(), return_inverse=True)
    years, when = np.unique(rows["year"].to_numpy(), return_inverse=True)
    dummies = np.zeros((rows.height, len(returns) + len(years) - 1))
    dummies[np.arange(rows.height), place] = 1.0
    later = when > 0
    dummies[np.flatnonzero(later), len(returns) + when[later] - 1] = 1.0
    root = np.sqrt(rows["weight"].to_numpy())[:, None]
    variables = np.column_stack([rows[name].to_numpy() for name in (*columns, "turnover_rate")]) * root
    swept = variables - (dummies * root) @ np.linalg.lstsq(dummies * root, variables, rcond=None)[0]
    x, y = swept[:, :-1], swept[:, -1]
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ (x.T @ y)
    miss = y - x @ slopes
    scores = np.zeros((len(returns), len(slopes)))
    np.add.at(scores, place, x * miss[:, None])
    fitted = len(slopes) + len(years) - 1
    small = len(returns) / (len(returns) - 1) * (rows.height - 1) / (rows.height - fitted)
    error = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse) * small)
    return Estimate(
        specification,
        tuple(
            Slope(name, float(at), float(at - _NORMAL_95 * e), float(at + _NORMAL_95 * e))
            for name, at, e in zip(regressors, slopes, error, strict=True)
        ),
        rows.height,
        len(returns),
        (int(years[0]), int(years[-1])),
        weights,
    )
