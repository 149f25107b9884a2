"""Response curves: what money brings in each area, drawn towards the whole as far as chance asks, and made concave.

In: gains and costs of each area at a few levels of spending, at shared points. Out: for each unit a concave piecewise-linear curve
from nothing. What an area's own runs show beside the whole is kept only as far as it stands out from its own noise: an empirical
Bayes estimate with the variance between areas by moments (DerSimonian and Laird 1986; Morris 1983).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """A concave curve: `cost` (rising, from nothing) and `gain` of its corners; `level` is where on the path each lies."""

    unit: str
    cost: Array
    gain: Array
    level: Array

    def gain_at(self, spend: float) -> float:
        """Return the gain for an amount; beyond the last corner nothing more is gained."""
        return float(np.interp(spend, self.cost, self.gain))

    def level_at(self, spend: float) -> float:
        """Return the level on the path that an amount buys."""
        return float(np.interp(spend, self.cost, self.level))

    @property
    def widths(self) -> Array:
        """Length of each piece in money."""
        return np.diff(self.cost)

    @property
    def slopes(self) -> Array:
        """Gain for a unit of money in each piece, falling."""
        return np.diff(self.gain) / np.diff(self.cost)


def drawn_together(values: Array, sizes: Array) -> tuple[Array, float]:
    """Return values of units drawn towards the whole, [unit], and the share of their own difference that was kept on average.

    `values` is [unit, point]; `sizes` is what each is divided by, so that units of all sizes may be compared. The difference of a
    unit to the whole at a point is free of what all share there, so its spread over points is that unit's own chance.
    """
    per = values / sizes[:, None]
    whole = values.sum(axis=0) / sizes.sum()
    own = per - whole
    points = values.shape[1]
    if points < 2 or len(sizes) < 3:
        return values.mean(axis=1), 1.0
    mean, noise = own.mean(axis=1), own.var(axis=1, ddof=1) / points
    # Noise falls with size: smoothing it over units keeps a luckily quiet unit from counting too much.
    noise = np.maximum(noise, (noise * sizes).mean() / sizes)
    weight = np.divide(1.0, noise, out=np.zeros_like(noise), where=noise > 0)
    if not weight.any():
        return values.mean(axis=1), 1.0
    centre = (weight * mean).sum() / weight.sum()
    scatter = (weight * (mean - centre) ** 2).sum()
    between = max((scatter - (len(mean) - 1)) / (weight.sum() - (weight**2).sum() / weight.sum()), 0.0)
    kept = between / (between + noise)
    drawn = (whole.mean() + centre + kept * (mean - centre)) * sizes
    # The units still add up to what the whole was found to gain.
    drawn += sizes * (values.mean(axis=1).sum() - drawn.sum()) / sizes.sum()
    return drawn, float(kept.mean())


def concave(unit: str, cost: Sequence[float] | Array, gain: Sequence[float] | Array) -> Curve:
    """Return the least concave curve above the points and nothing at nothing; level k of the path is point k, counted from one.

    Points that cost nothing or less are taken to cost nothing; where such a point gains, the curve begins at its gain.
    """
    levels = np.arange(len(cost) + 1, dtype=np.float64)
    x = np.concatenate([[0.0], np.maximum(np.asarray(cost, dtype=np.float64), 0.0)])
    y = np.concatenate([[0.0], np.asarray(gain, dtype=np.float64)])
    first = int(np.flatnonzero(x == 0.0)[np.argmax(y[x == 0.0])])
    kept = [first]
    while True:
        last = kept[-1]
        ahead = np.flatnonzero(x > x[last])
        if not ahead.size:
            break
        slopes = (y[ahead] - y[last]) / (x[ahead] - x[last])
        if slopes.max() <= 0.0:
            break
        kept.append(int(ahead[np.flatnonzero(slopes == slopes.max())[-1]]))
    return Curve(unit, x[kept], y[kept], levels[kept])
