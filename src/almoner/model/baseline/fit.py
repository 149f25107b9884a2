"""Iterative proportional fitting: scale a table of weights until its sums over groups of cells are the wanted totals.

In: a seed of any shape and constraints, each one label a cell (-1 = free) with a total a label. Out: the fitted table, how many
rounds it took and the largest relative gap that is left. Method: Deming and Stephan 1940; where the totals agree with each other
the result is the table nearest to the seed (smallest Kullback-Leibler divergence) that has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.errors import AlmonerError

FREE = -1


@dataclass(frozen=True)
class Constraint:
    """The wanted totals of groups of cells: `labels` has the shape of the table, `totals` one number a label."""

    name: str
    labels: NDArray[np.int64]
    totals: NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """A fitted table, the rounds it took and the largest relative gap of each constraint by name."""

    values: NDArray[np.float64]
    rounds: int
    gaps: dict[str, float]


def fit(seed: NDArray[np.float64], constraints: Sequence[Constraint], tolerance: float = 1e-12, rounds: int = 1000) -> Fit:
    """Fit `seed` to `constraints`; the last one holds exactly, the others as nearly as they agree with each other."""
    values = np.asarray(seed, dtype=np.float64).ravel().copy()
    labels = [np.asarray(constraint.labels).ravel() for constraint in constraints]
    done = 0
    while done < rounds:
        done += 1
        before = values.copy()
        for constraint, label in zip(constraints, labels, strict=True):
            values *= np.append(_factors(values, constraint, label), 1.0)[label]
        if np.max(np.abs(values - before)) <= tolerance * max(float(np.max(values)), 1e-300):
            break
    gaps = {constraint.name: _gap(values, constraint, label) for constraint, label in zip(constraints, labels, strict=True)}
    return Fit(values.reshape(np.shape(seed)), done, gaps)


def _sums(values: NDArray[np.float64], label: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    held = label >= 0
    return np.bincount(label[held], weights=values[held], minlength=size).astype(np.float64)


def _factors(values: NDArray[np.float64], constraint: Constraint, label: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = _sums(values, label, len(constraint.totals))
    impossible = (sums <= 0) & (constraint.totals > 0)
    if impossible.any():
        raise AlmonerError(
            f"The baseline cannot be fitted: {constraint.name} {int(np.argmax(impossible))} has a total but no cell to hold it."
        )
    return np.divide(constraint.totals, sums, out=np.zeros_like(sums), where=sums > 0)


def _gap(values: NDArray[np.float64], constraint: Constraint, label: NDArray[np.int64]) -> float:
    sums = _sums(values, label, len(constraint.totals))
    known = constraint.totals > 0
    return float(np.max(np.abs(sums[known] / constraint.totals[known] - 1.0), initial=0.0))
