"""Swings of waiting that all boards share from month to month, and what one winter cannot say about them.

Luck of pools and boards cancels over England; what its months still differ by is shared: weather, infections, strikes, money. In:
the log of published over modelled patients in the base months. Out: equally likely paths of the log of a factor on all who wait.

Months are y = mean + season + shock, Gaussian, with the covariance of two months s**2 (k f**around + (1 - k) f**apart): `around` is
their distance round the year, `apart` that in time. So k is the part of the swings that comes back every year, and f how much of a
month is left in the next: f = 0 is independent months and f = 1 a random walk. Ten months of one year say next to nothing about k,
so nothing is chosen: k and f are uniform between 0 and 1, the mean is flat and s has the reference prior 1/s. Mean and s go out in
closed form (a Student t with n - 1 degrees of freedom: Zellner 1971; Rasmussen and Williams 2006, 2.7), k and f over a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.draws import generator

Array = NDArray[np.float64]

_CELLS: Final = 20
_MONTHS_A_YEAR: Final = 12
_PURPOSE: Final = "swings that all boards share"
_OWN_PURPOSE: Final = "levels of boards"


@dataclass(frozen=True)
class Swings:
    """What the months ahead can be, given the base months: cells of (k, f) with their weight, and a Student t in each."""

    comes_back: Array
    """[cell] the part of the swings that comes back every year"""
    lasts: Array
    """[cell] what is left of a month in the next"""
    weight: Array
    """[cell] adding to one"""
    middle: Array
    """[cell, month ahead]"""
    scale: Array
    """[cell, month ahead, month ahead] the scale matrix of the Student t"""
    freedom: int
    size: float
    """root of the mean variance of a month, as the base months leave it"""

    @property
    def part_that_comes_back(self) -> float:
        """The mean of k, given the base months: one half is what was thought before."""
        return float(self.weight @ self.comes_back)

    @property
    def expected(self) -> Array:
        """[month ahead] the mean of the log of the factor."""
        return np.asarray(self.weight @ self.middle)

    @property
    def root(self) -> Array:
        """[cell, month ahead, month ahead] times its transpose: the scale matrix."""
        return _root(self.scale)

    def paths(self, number: int, seed: int) -> Array:
        """Return equally likely paths of the log of the factor, [number, month ahead]."""
        chance = generator(_PURPOSE, seed, number)
        # Systematic sampling: a cell is taken as often as its weight says, to within one.
        at = (np.arange(number) + chance.random()) / number
        cells = np.searchsorted(np.cumsum(self.weight), at).clip(max=self.weight.size - 1)
        normal = chance.standard_normal((number, self.middle.shape[1]))
        wide = np.sqrt(self.freedom / chance.chisquare(self.freedom, number))
        taken, place = np.unique(cells, return_inverse=True)
        root = _root(self.scale[taken])[place]
        return np.asarray(self.middle[cells] + wide[:, None] * np.einsum("nij,nj->ni", root, normal))


def swings(seen: Array, months: NDArray[np.int64], ahead: NDArray[np.int64]) -> Swings:
    """Return what the months `ahead` can be from what was `seen` in `months` (month numbers, any origin)."""
    middle = (np.arange(_CELLS) + 0.5) / _CELLS
    k, f = (axis.reshape(-1) for axis in np.meshgrid(middle, middle, indexing="ij"))
    count = seen.size
    cover = _covariance(k, f, np.concatenate([months, ahead]))
    inside, across, beyond = cover[:, :count, :count], cover[:, count:, :count], cover[:, count:, count:]
    inverse = np.linalg.inv(inside)
    ones = inverse.sum(axis=2)
    whole = ones.sum(axis=1)
    mean = ones @ seen / whole
    apart = seen - mean[:, None]
    spread = np.einsum("ci,cij,cj->c", apart, inverse, apart)
    freedom = count - 1
    log_weight = -0.5 * (np.linalg.slogdet(inside)[1] + np.log(whole) + freedom * np.log(spread))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    gain = across @ inverse
    unsure = 1.0 - gain.sum(axis=2)
    scale = beyond - gain @ across.transpose(0, 2, 1) + unsure[:, :, None] * unsure[:, None, :] / whole[:, None, None]
    return Swings(
        comes_back=k,
        lasts=f,
        weight=weight,
        middle=mean[:, None] + np.einsum("cij,cj->ci", gain, apart),
        scale=scale * (spread / freedom)[:, None, None],
        freedom=freedom,
        size=float(np.sqrt(weight @ (spread / freedom))),
    )


def own_levels(relative_luck: Array, number: int, seed: int) -> Array:
    """Return the log of a factor on each board's level, [number, board].

    A board's mean is known from one base year alone, and that year had luck of its own: so the mean is unsure by as much as luck
    moves a year (`relative_luck` [board], a standard deviation over the level), as in any forecast from a mean of one.
    """
    chance = generator(_OWN_PURPOSE, seed, number)
    spread = np.sqrt(np.log1p(relative_luck**2))
    return np.asarray(spread * chance.standard_normal((number, relative_luck.size)))


def _covariance(k: Array, f: Array, months: NDArray[np.int64]) -> Array:
    apart = np.abs(months[:, None] - months[None, :]).astype(np.float64)
    around = np.minimum(apart % _MONTHS_A_YEAR, -apart % _MONTHS_A_YEAR)
    k, f = k[:, None, None], f[:, None, None]
    return np.asarray(k * f**around + (1.0 - k) * f**apart)


def _root(scale: Array) -> Array:
    """Return a root of each matrix, also of one that has no full rank."""
    values, vectors = np.linalg.eigh(scale)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :])
