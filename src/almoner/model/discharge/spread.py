"""Tables of equally likely values of lengths, and the chances of the stages that hold a person.

A length is a mean times an entry of a table whose mean is one, so one table serves every mean. Lognormal tables are the usual shape
of lengths of stay; exponential ones are for tests against closed forms.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge.lanes import CHOICES, PATTERNS, POINTS, PROCESS_STAGES

_STEP = 2.0**-20
"""Tables are rounded to this, so that the last bits of a mathematical library decide nothing."""


@lru_cache(maxsize=64)
def lognormal(spread: float) -> NDArray[np.float64]:
    """Return equally likely values of a lognormal with mean one and standard deviation `spread`."""
    from scipy.special import ndtri

    sigma = np.sqrt(np.log1p(spread**2))
    return _table(np.exp(sigma * ndtri(_middles())))


@lru_cache(maxsize=1)
def exponential() -> NDArray[np.float64]:
    """Return equally likely values of an exponential with mean one."""
    return _table(-np.log1p(-_middles()))


@lru_cache(maxsize=1)
def constant() -> NDArray[np.float64]:
    """Return a table of ones."""
    return np.ones(POINTS)


def seen(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the table of those met on a day rather than of those who start: each length counts as often as it is long."""
    order = np.sort(table)
    reached = np.cumsum(order) / order.sum()
    return order[np.searchsorted(reached, _middles())]


def patterns(chances: NDArray[np.float64], *, held_only: bool) -> NDArray[np.uint8]:
    """Return equally likely sets of stages that hold a person, as bits, [..., entry], from independent chances [..., stage].

    With `held_only` the chances are those among people whom any stage holds.
    """
    odds = np.stack(
        [
            np.prod([chances[..., s] if number >> s & 1 else 1.0 - chances[..., s] for s in range(PROCESS_STAGES)], axis=0)
            for number in range(PATTERNS)
        ],
        axis=-1,
    )
    if held_only:
        odds[..., 0] = 0.0
        total = odds.sum(axis=-1, keepdims=True)
        odds = np.divide(odds, total, out=np.zeros_like(odds), where=total > 0)
    ends = np.rint(np.cumsum(odds, axis=-1) * CHOICES).astype(np.int64)
    ends[..., -1] = CHOICES
    entries = np.arange(CHOICES)
    return np.asarray(np.sum(entries >= ends[..., :-1, None], axis=-2), dtype=np.uint8)


def _middles() -> NDArray[np.float64]:
    return (np.arange(POINTS) + 0.5) / POINTS


def _table(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.rint(values / values.mean() / _STEP) * _STEP)
