"""A response surface: what a mix of policies brings and costs, fitted to runs of the model, and its best mix within a budget.

In: sizes of policies as shares of what the budget would buy of each alone, with the benefit and the cost that runs found. Out: a
`Surface`, for each of the two a curve a policy (a cubic through nothing) and a product for each pair. Curvature and products are
held down by a ridge whose strength leaves the least error on each run left out (Allen 1974). The best mix is found by sequential
quadratic programming (Kraft 1988) from many starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.model.draws import generator

Array = NDArray[np.float64]

_STRENGTHS = np.logspace(-6, 3, 19)
_RANDOM_STARTS = 8
_INTERPOLATED = 1e-6
"""A run that decides its own fitted value says nothing of the error when it is left out."""


@dataclass(frozen=True)
class Polynomial:
    """A value as a sum of straight, squared and cubed shares and of products of pairs; `pairs` is symmetric with nothing across."""

    straight: Array
    squared: Array
    cubed: Array
    pairs: Array

    @staticmethod
    def of(coefficients: Array, players: int) -> Polynomial:
        """Return the polynomial of coefficients in the order of `terms`."""
        pairs = np.zeros((players, players))
        pairs[np.triu_indices(players, 1)] = coefficients[3 * players :]
        straight, squared, cubed = coefficients[: 3 * players].reshape(3, players)
        return Polynomial(straight, squared, cubed, pairs + pairs.T)

    def at(self, shares: Array) -> float:
        """Return the value at a mix."""
        bent = shares * (self.straight + shares * (self.squared + shares * self.cubed))
        return float(bent.sum() + 0.5 * shares @ self.pairs @ shares)

    def slopes(self, shares: Array) -> Array:
        """Return the slope along each share."""
        return np.asarray(self.straight + shares * (2.0 * self.squared + 3.0 * shares * self.cubed) + self.pairs @ shares)


@dataclass(frozen=True)
class Surface:
    """Benefit and cost of mixes, for shares from 0 to `cap`."""

    benefits: Polynomial
    costs: Polynomial
    players: int
    cap: Array

    def benefit(self, shares: Array) -> float:
        """Return the benefit of a mix."""
        return self.benefits.at(shares)

    def cost(self, shares: Array) -> float:
        """Return the cost of a mix."""
        return self.costs.at(shares)

    def within(self, shares: Array, budget: float) -> Array:
        """Return a mix made larger or smaller along its ray until it costs the budget, or as large as it may be."""
        most = float(np.min(self.cap[shares > 0] / shares[shares > 0])) if (shares > 0).any() else 0.0
        if most == 0.0 or self.cost(most * shares) <= budget:
            return most * shares
        low, high = 0.0, most
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.cost(middle * shares) <= budget else (low, middle)
        return low * shares

    def best(self, budget: float, starts: Sequence[Array] = (), seed: int = 0) -> Array:
        """Return the shares with the highest benefit whose cost is within the budget."""
        from scipy.optimize import minimize

        chance = generator("starts of a search", seed, self.players)
        alone = list(np.eye(self.players))
        tried = [*starts, *alone, np.ones(self.players), *chance.dirichlet(np.ones(self.players), _RANDOM_STARTS)]
        best, most = np.zeros(self.players), 0.0
        scale = max(abs(self.benefit(self.within(one, budget))) for one in alone) or 1.0
        bounds = [(0.0, float(end)) for end in self.cap]
        limit = {
            "type": "ineq",
            "fun": lambda x: (budget - self.cost(x)) / budget,
            "jac": lambda x: -self.costs.slopes(x) / budget,
        }
        for start in tried:
            begun = self.within(np.maximum(start, 0.0), budget)
            found = minimize(
                lambda x: -self.benefit(x) / scale,
                begun,
                jac=lambda x: -self.benefits.slopes(x) / scale,
                bounds=bounds,
                constraints=[limit],
                method="SLSQP",
                options={"maxiter": 100, "ftol": 1e-9},
            )
            for candidate in (begun, np.clip(found.x, 0.0, self.cap)):
                kept = candidate if self.cost(candidate) <= budget else self.within(candidate, budget)
                if self.benefit(kept) > most:
                    best, most = kept, self.benefit(kept)
        return best


def fit(shares: Array, benefit: Array, cost: Array, cap: Array, weights: Array | None = None) -> Surface:
    """Fit a surface to mixes, [run, policy], with their benefit and cost, [run]; heavier runs are fitted more closely."""
    weight = np.ones(len(shares)) if weights is None else weights
    table = terms(shares)
    players = shares.shape[1]
    benefits, costs = (_ridge(table, values, _stiffness(players), weight) for values in (benefit, cost))
    return Surface(Polynomial.of(benefits, players), Polynomial.of(costs, players), players, cap)


def terms(shares: Array) -> Array:
    """Return the terms of the surface, [run, term]: shares, their squares, their cubes, and the products of pairs."""
    one, other = np.triu_indices(shares.shape[1], 1)
    return np.concatenate([shares, shares**2, shares**3, shares[:, one] * shares[:, other]], axis=1)


def _stiffness(players: int) -> Array:
    """How strongly the ridge holds each term down: straight parts hardly, cubes the most."""
    pairs = players * (players - 1) // 2
    return np.concatenate([np.full(players, 1e-4), np.full(players, 1.0), np.full(players, 4.0), np.full(pairs, 1.0)])


def _ridge(table: Array, values: Array, stiffness: Array, weights: Array) -> Array:
    root = np.sqrt(weights)[:, None]
    x, y = table * root, values * root[:, 0]
    best, least = np.zeros(table.shape[1]), np.inf
    for strength in _STRENGTHS:
        inverse = np.linalg.inv(x.T @ x + strength * np.diag(stiffness))
        found = inverse @ x.T @ y
        left = 1.0 - np.einsum("ij,jk,ik->i", x, inverse, x)
        if left.min() < _INTERPOLATED:
            continue
        error = float((((y - x @ found) / left) ** 2).sum())
        if error < least:
            best, least = found, error
    return best
