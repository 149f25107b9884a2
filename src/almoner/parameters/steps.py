"""Values that hold from a month on: a step function of month numbers.

A step function is a pair of tuples, months (rising) and values; a value holds from its month on, the first one also before it.
A value without a date starts at `BEGINNING`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

BEGINNING: Final = -24_303
"""The month number of year 0, which stands before every date in use."""


class Steps(NamedTuple):
    """Months from which values hold, and the values."""

    months: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def is_dated(self) -> bool:
        """Say whether any value has a date."""
        return self.months != (BEGINNING,)


def value_at(steps: Steps, month: int) -> float:
    """Return the value that holds in `month`."""
    return steps.values[max(bisect_right(steps.months, month) - 1, 0)]


def values_over(steps: Steps, months: int) -> NDArray[np.float64]:
    """Return the values of months 0 to `months` - 1."""
    places = np.searchsorted(steps.months, np.arange(months), side="right") - 1
    return np.asarray(steps.values, dtype=np.float64)[np.maximum(places, 0)]


def changed(steps: Steps, change: Callable[[float], float], from_: int | None, until: int | None) -> Steps:
    """Return `steps` with `change` done to the values from month `from_` up to but not including `until`."""
    first = BEGINNING if from_ is None else from_
    starts = {BEGINNING, *steps.months[1:], first} | (set() if until is None else {until})
    months = sorted(starts)
    values = [value_at(steps, month) for month in months]
    held = [change(v) if first <= m and (until is None or m < until) else v for m, v in zip(months, values, strict=True)]
    merged = merge(Steps(tuple(months), tuple(held)))
    start = steps.months[0]
    if len(merged.months) > 1 and merged.months[1] <= start:
        return merged
    return Steps((start, *merged.months[1:]), merged.values)


def merge(steps: Steps) -> Steps:
    """Return the same function with equal neighbours joined."""
    kept = [i for i in range(len(steps.values)) if i == 0 or steps.values[i] != steps.values[i - 1]]
    return Steps(tuple(steps.months[i] for i in kept), tuple(steps.values[i] for i in kept))


def canonical(steps: Steps) -> list[list[float]]:
    """Return the function as nested lists that are equal exactly when two functions are equal."""
    merged = merge(steps)
    return [[float(merged.values[0])], *([float(m), float(v)] for m, v in zip(merged.months[1:], merged.values[1:], strict=True))]
