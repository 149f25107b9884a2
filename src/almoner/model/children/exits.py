"""Competing exits: all ways out of a state share one hazard, so that they can never add up to more than everybody.

Hazards are per year (or per any unit, with time in the same). The chance to be gone after a time is `1 - exp(-h t)` with h the sum,
and each way takes its share of h; cutting the time into steps changes nothing, because exp(-h s) exp(-h t) = exp(-h (s + t)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def exit_chances(hazards: NDArray[np.float64], time: float) -> NDArray[np.float64]:
    """Return the probability of each exit within `time`, last axis the exits; they add to 1 - exp(-sum of hazards x time)."""
    rates = np.asarray(hazards, dtype=np.float64)
    total = rates.sum(axis=-1, keepdims=True)
    gone = -np.expm1(-total * time)
    return np.asarray(np.divide(rates, total, out=np.zeros_like(rates), where=total > 0) * gone)


def hazard_of_exits(exits_per_year: NDArray[np.float64] | float, stock: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the hazard per year from a year's exits and the mean stock: events over time at risk."""
    return np.asarray(np.divide(exits_per_year, stock), dtype=np.float64)
