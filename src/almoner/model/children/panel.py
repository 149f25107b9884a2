"""Partial pooling: what an area's own past says about its future, weighed against what all areas have in common.

A series by area is split into the mean of all areas in each year and the area's deviation from it. Deviations of all areas share
one autocovariance: a permanent part, a part that fades by the same share each year, and noise of the single year. Given that, the
best forecast of an area is the conditional mean of a normal vector (best linear unbiased prediction; Robinson 1991): far from the
mean by chance, it comes back; far from it always, it stays. Missing years simply do not take part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Array = NDArray[np.float64]

_PERSISTENCES: Final = np.round(np.arange(0.30, 0.99, 0.02), 2)
_FEWEST_PAIRS: Final = 60
"""A lag is used when at least so many pairs of an area's years are known."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """The autocovariance of deviations at lag k years: permanent + fading x persistence**k, and noise at lag 0."""

    permanent: float
    fading: float
    persistence: float
    noise: float

    def covariance(self, years: Array) -> Array:
        """Return the covariance matrix of deviations at `years`."""
        lag = np.abs(years[:, None] - years[None, :])
        return np.asarray(self.permanent + self.fading * self.persistence**lag + self.noise * (lag == 0))


@dataclass(frozen=True, slots=True)
class Ahead:
    """The conditional distribution of deviations in coming years: mean [area, year] and lower factor [area, year, year]."""

    mean: Array
    factor: Array


def deviations(values: Array, weights: Array) -> tuple[Array, Array]:
    """Return the weighted mean over areas in each year, [year], and deviations from it, [area, year], NaN where unknown.

    A year with no figure at all has a NaN mean.
    """
    known = np.isfinite(values)
    share = np.where(known, weights[:, None], 0.0)
    total = share.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(total > 0, (np.where(known, values, 0.0) * share).sum(axis=0) / total, np.nan)
    return mean, values - mean


def pool(deviation: Array) -> Pooled:
    """Fit the shared autocovariance to deviations [area, year] by least squares over lags, weighted by the pairs of each lag."""
    years = deviation.shape[1]
    lags, moments, pairs = [], [], []
    for lag in range(years):
        products = deviation[:, : years - lag] * deviation[:, lag:]
        count = int(np.isfinite(products).sum())
        if count >= _FEWEST_PAIRS:
            lags.append(lag)
            moments.append(float(np.nanmean(products)))
            pairs.append(count)
    at, moment, weight = np.array(lags, dtype=np.float64), np.array(moments), np.sqrt(np.array(pairs, dtype=np.float64))
    best: tuple[float, Pooled] | None = None
    for persistence in _PERSISTENCES:
        columns = np.stack([np.ones_like(at), persistence**at, (at == 0).astype(np.float64)], axis=1)
        parts, miss = nnls(columns * weight[:, None], moment * weight)
        if best is None or miss < best[0]:
            best = (float(miss), Pooled(float(parts[0]), float(parts[1]), float(persistence), float(parts[2])))
    assert best is not None
    return best[1]


def ahead(pooled: Pooled, deviation: Array, horizons: int) -> Ahead:
    """Return the distribution of the next `horizons` years of every area given the deviations that are known."""
    areas, years = deviation.shape
    times = np.arange(years + horizons, dtype=np.float64)
    whole = pooled.covariance(times)
    mean = np.zeros((areas, horizons))
    factor = np.zeros((areas, horizons, horizons))
    known = np.isfinite(deviation)
    for pattern in np.unique(known, axis=0):
        rows = np.flatnonzero((known == pattern).all(axis=1))
        past = np.flatnonzero(pattern)
        future = np.arange(years, years + horizons)
        spread = whole[np.ix_(future, future)]
        if past.size:
            across = np.linalg.solve(
                whole[np.ix_(past, past)] + 1e-12 * np.eye(past.size) * whole[0, 0], whole[np.ix_(past, future)]
            )
            mean[rows] = deviation[np.ix_(rows, past)] @ across
            spread = spread - whole[np.ix_(future, past)] @ across
        factor[rows] = _root(spread)
    return Ahead(mean, factor)


def one_year_misses(pooled: Pooled, deviation: Array) -> Array:
    """Return each known deviation less its forecast from the years before it, [area, year]; NaN for the first two years."""
    misses = np.full(deviation.shape, np.nan)
    for year in range(2, deviation.shape[1]):
        misses[:, year] = deviation[:, year] - ahead(pooled, deviation[:, :year], 1).mean[:, 0]
    return misses


def by_size(misses: Array, size: Array) -> tuple[float, float]:
    """Return (a, b) such that the mean square of an area's misses is about a + b / size: chance weighs more in small areas."""
    square = np.square(misses)
    known = np.isfinite(square) & (size > 0)[:, None]
    inverse = np.broadcast_to(1.0 / np.maximum(size, 1e-9)[:, None], square.shape)[known]
    # Squares of a normal have a standard deviation in proportion to their mean, so two rounds of weights by the fitted mean.
    target, weight = square[known], np.ones(known.sum())
    parts = np.zeros(2)
    for _ in range(3):
        columns = np.stack([np.ones_like(inverse), inverse], axis=1)
        parts, _miss = nnls(columns * weight[:, None], target * weight)
        weight = 1.0 / np.maximum(columns @ parts, 1e-12)
    return float(parts[0]), float(parts[1])


def _root(spread: Array) -> Array:
    """Return a lower factor of a covariance matrix that rounding may have left a hair short of positive."""
    return np.asarray(np.linalg.cholesky(spread + 1e-9 * max(float(np.trace(spread)), 1e-12) * np.eye(len(spread))))
