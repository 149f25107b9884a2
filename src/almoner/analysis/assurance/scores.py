"""Scores of forecasts: error, coverage with its chance, the continuous ranked probability score, and reliability.

In: draws of a forecast and the figure that came. Out: plain numbers. A point forecast's continuous ranked probability score is its
absolute error (Gneiting and Raftery 2007), so draws and naive rules stand on one scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS: Final = (0.5, 0.8, 0.9)
"""Central intervals whose coverage is told."""


def crps(draws: Floats, outcome: float) -> float:
    """Return the continuous ranked probability score of equally weighted draws: E|x - y| - E|x - x'| / 2; lower is better."""
    ordered = np.sort(draws)
    size = ordered.size
    # Mean absolute difference of all pairs from the sorted draws.
    pairs = 2.0 * float(((2.0 * np.arange(1, size + 1) - size - 1.0) * ordered).sum()) / size**2
    return float(np.abs(draws - outcome).mean()) - 0.5 * pairs


def crps_normal(mean: float, spread: float, outcome: float) -> float:
    """Return the continuous ranked probability score of a normal forecast."""
    if spread <= 0.0:
        return abs(outcome - mean)
    z = (outcome - mean) / spread
    normal = NormalDist()
    return spread * (z * (2.0 * normal.cdf(z) - 1.0) + 2.0 * normal.pdf(z) - 1.0 / math.sqrt(math.pi))


def place_in(draws: Floats, outcome: float) -> float:
    """Return the share of draws below the outcome (ties count half): uniform over outcomes for a forecast that is calibrated."""
    return float((draws < outcome).mean() + 0.5 * (draws == outcome).mean())


def covers(place: float, level: float) -> bool:
    """Say whether the central interval of `level` holds the outcome at that place in the draws."""
    return abs(place - 0.5) <= level / 2.0


def binomial_interval(hits: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share by Wilson's score (Wilson 1927); what a count of so few says."""
    if of == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def reliability(places: Sequence[float], bins: int = 5) -> list[dict[str, float]]:
    """Return how many outcomes fell in each even part of the forecast's draws, beside the number expected."""
    counts, edges = np.histogram(np.asarray(places, dtype=np.float64), bins=bins, range=(0.0, 1.0))
    return [
        {"from": float(edges[k]), "to": float(edges[k + 1]), "outcomes": int(counts[k]), "expected": len(places) / bins}
        for k in range(bins)
    ]


def coverages(places: Sequence[float]) -> list[dict[str, float]]:
    """Return the share of outcomes inside each central interval, with the interval of that share by chance."""
    rows = []
    for level in LEVELS:
        hits = sum(covers(place, level) for place in places)
        low, high = binomial_interval(hits, len(places))
        rows.append({"level": level, "covered": hits / max(len(places), 1), "n": len(places), "low95": low, "high95": high})
    return rows
