"""Values that hold from a month on: a step function of month numbers.

A step function is a pair of tuples, months (rising) and values; a value holds from its month on, the first one also before it.
A value without a date starts at `BEGINNING`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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
    if len(steps.values) == 1:
        return np.full(months, steps.values[0], dtype=np.float64)
    return values_in(steps, np.arange(months))


def values_in(steps: Steps, months: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values that hold in any `months`."""
    places = np.searchsorted(steps.months, months, side="right") - 1
    return np.asarray(steps.values, dtype=np.float64)[np.maximum(places, 0)]


def changed(steps: Steps, change: Callable[[float], float], from_: int | None, until: int | None) -> Steps:
    """Return `steps` with `change` done to the values from month `from_` up to but not including `until`."""
    start = steps.months[0]
    edges, values = [BEGINNING, *steps.months[1:]], list(steps.values)
    first = 0 if from_ is None else _cut(edges, values, from_)
    end = len(edges) if until is None else _cut(edges, values, until)
    values[first:end] = map(change, values[first:end])
    months, held = merge(Steps(tuple(edges), tuple(values)))
    return Steps(months if months[1:2] and months[1] <= start else (start, *months[1:]), held)


def _cut(edges: list[int], values: list[float], month: int) -> int:
    """Let a value begin in `month`, the one that holds then, and return its place."""
    place = bisect_left(edges, month)
    if place == len(edges) or edges[place] != month:
        values.insert(place, values[max(place - 1, 0)])
        edges.insert(place, month)
    return place


def merge(steps: Steps) -> Steps:
    """Return the same function with equal neighbours joined."""
    months, values = steps
    if len(values) == 1:
        return steps
    kept = [0, *(i for i in range(1, len(values)) if values[i] != values[i - 1])]
    if len(kept) == len(values):
        return steps
    return Steps(tuple(months[i] for i in kept), tuple(values[i] for i in kept))


def canonical(steps: Steps) -> list[list[float]]:
    """Return the function as nested lists that are equal exactly when two functions are equal."""
    merged = merge(steps)
    return [[float(merged.values[0])], *([float(m), float(v)] for m, v in zip(merged.months[1:], merged.values[1:], strict=True))]
