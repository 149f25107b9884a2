"""England's own course: rates that come back towards their mean, and levels whose growth dies down.

England has nine years of social workers and thirteen of children, too few to fit how fast a rate comes back, so the share that
stays each year is a parameter with a wide prior; the same for the share of growth that is kept (a damped trend, Gardner and
McKenzie 1985, which beat straight lines in forecasting competitions). Means, growth and shocks are measured on the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from almoner.model.children.record import Array

GROWTH_YEARS: Final = 5
"""Growth is the mean of so many last yearly changes."""


@dataclass(frozen=True, slots=True)
class Course:
    """A national series: its last value, where it tends, the yearly shock, and how well its tendency is known (standard error).

    For a rate `tendency` is the mean level; for a level it is the yearly growth.
    """

    last: float
    tendency: float
    tendency_error: float
    shock: float

    def reverting(self, stays: Array, tendency_draw: Array, shocks: Array) -> Array:
        """Return a rate over coming years, [draw, year], that keeps the share `stays` [draw] of its distance from the mean."""
        mean = self.tendency + self.tendency_error * tendency_draw
        distance = self.last - mean
        years = []
        for year in range(shocks.shape[1]):
            distance = stays * distance + self.shock * shocks[:, year]
            years.append(mean + distance)
        return np.stack(years, axis=1)

    def growing(self, kept: Array, tendency_draw: Array, shocks: Array) -> Array:
        """Return a level over coming years, [draw, year], whose growth shrinks by the share `kept` [draw] each year."""
        growth = self.tendency + self.tendency_error * tendency_draw
        level, years = np.full(len(growth), self.last), []
        for year in range(shocks.shape[1]):
            level = level + growth * kept**year + self.shock * shocks[:, year]
            years.append(level)
        return np.stack(years, axis=1)


def rate_course(series: Array, stays: float) -> Course:
    """Fit a rate that comes back to its mean; the shock is what the share `stays` leaves unexplained."""
    known = series[np.isfinite(series)]
    mean = float(known.mean())
    miss = (known[1:] - mean) - stays * (known[:-1] - mean)
    # Yearly values of an autoregressive series tell less about the mean than independent ones: n (1 - s) / (1 + s) of them.
    independent = max(len(known) * (1 - stays) / (1 + stays), 1.0)
    return Course(float(known[-1]), mean, float(known.std(ddof=1)) / float(np.sqrt(independent)), _spread(miss))


def level_course(series: Array) -> Course:
    """Fit a level that grows; the shock is the spread of the yearly changes."""
    known = series[np.isfinite(series)]
    change = np.diff(known)
    recent = change[-GROWTH_YEARS:]
    error = float(change.std(ddof=1)) / float(np.sqrt(len(recent)))
    return Course(float(known[-1]), float(recent.mean()), error, _spread(change - change.mean()))


def _spread(miss: Array, fitted: int = 1) -> float:
    """Return the standard deviation to expect of the next value: that of Student's t, because few values tell the spread badly."""
    freedom = max(len(miss) - fitted, 3)
    return float(np.sqrt(np.square(miss).sum() / max(len(miss) - fitted, 1) * freedom / (freedom - 2)))
