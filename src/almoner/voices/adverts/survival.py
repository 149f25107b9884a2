"""How long something lasts when not all of it was seen: the product-limit estimate with late entry and censoring.

In: for each spell the age at which it came under observation, the age at which it ended or was last seen, and which of the two.
Out: the curve of Kaplan and Meier (1958) with Greenwood's variance, and quantiles with the interval of Brookmeyer and Crowley
(1982) on the log-minus-log scale. A spell counts at risk only from its entry, which takes out the length bias of a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

COVERAGE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve: it steps down to `survival[i]` at `times[i]`; `log_variance` is Greenwood's sum, the variance of log S."""

    times: NDArray[np.float64]
    survival: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    log_variance: NDArray[np.float64]

    def at(self, age: float) -> float:
        """Return the share that lasts longer than `age`."""
        index = int(np.searchsorted(self.times, age, side="right")) - 1
        return 1.0 if index < 0 else float(self.survival[index])


@dataclass(frozen=True, slots=True)
class Quantile:
    """An age by which a share has ended, with the ends of its interval; None where the curve does not get there."""

    value: float | None
    low: float | None
    high: float | None


def kaplan_meier(entry: NDArray[np.float64], exit_: NDArray[np.float64], ended: NDArray[np.bool_]) -> Curve:
    """Return the curve for spells seen from age `entry` to age `exit_`; those not `ended` are censored there.

    A spell is at risk at age t when entry < t <= exit. Ages that nobody is at risk at change nothing.
    """
    if not (entry.shape == exit_.shape == ended.shape):
        raise ValueError("entry, exit and ended must have one length")
    if np.any(exit_ < entry):
        raise ValueError("a spell ends before it is seen")
    times, events = np.unique(exit_[ended], return_counts=True)
    entered = np.searchsorted(np.sort(entry), times, side="left")
    left = np.searchsorted(np.sort(exit_), times, side="left")
    at_risk = (entered - left).astype(np.int64)
    kept = at_risk >= events
    times, events, at_risk = times[kept], events[kept].astype(np.int64), at_risk[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1.0 - events / at_risk, dtype=np.float64)
        steps = np.where(at_risk > events, events / (at_risk * np.maximum(at_risk - events, 1)), np.inf)
    return Curve(times, survival, at_risk, events, np.cumsum(steps))


def quantile(curve: Curve, share: float = 0.5) -> Quantile:
    """Return the age by which `share` has ended: the first at which no more than 1 - share lasts."""
    left = 1.0 - share
    z = NormalDist().inv_cdf(0.5 + COVERAGE / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_survival = np.log(curve.survival)
        spread = np.sqrt(curve.log_variance) / np.abs(log_survival)
        distance = np.log(-log_survival) - np.log(-np.log(left))
    inside = np.abs(distance) <= z * spread
    inside &= np.isfinite(spread)
    reached = np.flatnonzero(curve.survival <= left + 1e-12)
    value = float(curve.times[reached[0]]) if reached.size else None
    ages = np.flatnonzero(inside)
    if ages.size == 0:
        return Quantile(value, value, value)
    low = float(curve.times[ages[0]])
    # The interval is open above when the curve ends within it.
    last = int(ages[-1]) + 1
    high = float(curve.times[last]) if last < curve.times.size else None
    return Quantile(value, low, high)


def log_ratio_error(one: Quantile, other: Quantile) -> float | None:
    """Return the standard error of the logarithm of the ratio of two quantiles, from their intervals; None where one is open."""
    z = NormalDist().inv_cdf(0.5 + COVERAGE / 2)
    total = 0.0
    for each in (one, other):
        if each.low is None or each.high is None or each.low <= 0:
            return None
        total += ((np.log(each.high) - np.log(each.low)) / (2 * z)) ** 2
    return float(np.sqrt(total))
