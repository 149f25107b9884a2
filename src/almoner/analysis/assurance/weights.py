"""From likelihoods to draws: importance weights, their effective number, and resampling without needless chance.

In: the log likelihood of each draw from the prior. Out: weights, diagnostics and indices of equally weighted draws. Systematic
resampling (Kitagawa 1996) keeps every draw in its proportion to within one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.particles import NAMES, Particles

Floats = NDArray[np.float64]


def weights_of(log_likelihood: Floats) -> Floats:
    """Return importance weights that add to 1."""
    weights = np.exp(log_likelihood - log_likelihood.max())
    return np.asarray(weights / weights.sum())


def effective_sample_size(weights: Floats) -> float:
    """Return 1 / sum of squared weights (Kong 1992): how many equally weighted draws the weighted ones are worth."""
    return float(1.0 / (weights**2).sum())


def resampled(weights: Floats, count: int, start: float = 0.5) -> NDArray[np.int64]:
    """Return `count` indices, each draw about `count` times its weight."""
    edges = np.cumsum(weights)
    return np.searchsorted(edges / edges[-1], (np.arange(count) + start) / count).astype(np.int64)


def log_evidence(log_likelihood: Floats) -> float:
    """Return the log of the mean likelihood over draws from the prior."""
    top = float(log_likelihood.max())
    return top + float(np.log(np.mean(np.exp(log_likelihood - top))))


def weighted_quantiles(values: Floats, weights: Floats, at: tuple[float, ...]) -> list[float]:
    """Return weighted quantiles."""
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order]) - 0.5 * weights[order]
    return [float(np.interp(q, upto, values[order])) for q in at]


def moved(particles: Particles, weights: Floats) -> list[dict[str, Any]]:
    """Return prior and posterior of each dimension: median, 80% interval, and how much of the prior's spread is left."""
    equal = np.full(particles.size, 1.0 / particles.size)
    rows = []
    for name in NAMES:
        values = particles.values[name]
        before, after = (weighted_quantiles(values, share, (0.1, 0.5, 0.9)) for share in (equal, weights))
        mean = float(weights @ values)
        rows.append(
            {
                "parameter": name,
                "prior_low80": before[0],
                "prior_median": before[1],
                "prior_high80": before[2],
                "posterior_low80": after[0],
                "posterior_median": after[1],
                "posterior_high80": after[2],
                "spread_left": float(np.sqrt(weights @ (values - mean) ** 2) / values.std()),
            }
        )
    return rows
