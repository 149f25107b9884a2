"""The search for the best mix of policy sizes within a budget, whatever it is that says what a mix brings and costs.

In: a function from mixes to benefit and cost at each point, the highest size of each policy, and a budget. Out: a `Found` with
candidates, best first. Each policy is first sized so that it alone costs the budget, and tried there and at parts of it; a
response surface is fitted; then, in rounds, its best mix, mixes near it, and mixes that optuna's tree of Parzen estimators
proposes (Bergstra and others 2011) are run and the surface is fitted again. All mixes are run at the same points, so that they
are compared under shared luck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.surface import Surface, fit
from almoner.errors import AlmonerError
from almoner.model.draws import generator

Array = NDArray[np.float64]
Evaluate = Callable[[Array], tuple[Array, Array]]
"""Mixes as sizes, [mix, policy], to benefit (more is better) and cost, each [mix, point]."""

_ROOM: Final = 1.25
"""Sizes are tried up to what one and a quarter budgets buy, so that the surface holds a little beyond the budget."""
_TRIES: Final = 6
_PARTS: Final = (1.0, 0.6, 0.3)
_NEAR: Final = 0.35
"""Distance in shares of the budget at which a run counts for much less in the last fit."""
_DISTINCT: Final = 0.1
_CHECKS: Final = 3
"""Times that the surface's best is run and the surface fitted again at the end."""
_FINALISTS: Final = 5


@dataclass(frozen=True)
class Found:
    """What a search found, in sizes [candidate, policy]: the best of the mixes that were run, and others that differ from it.

    `full` is the size at which each policy alone costs about `_ROOM` budgets or is at its highest; `kept` are the policies whose
    benefit at that size can be told from chance, by place; `idle` those that moved nothing at all.
    """

    candidates: Array
    full: Array
    kept: tuple[int, ...]
    idle: tuple[int, ...]
    surface: Surface
    shares: Array
    gains: Array
    costs: Array
    """The runs that the surface was fitted to: [run, kept policy], [run] and [run]."""
    mixes: int

    def sizes(self, shares: Array) -> Array:
        """Return the sizes of a mix of the kept policies given in shares of `full`."""
        sizes = np.zeros(self.full.size)
        sizes[list(self.kept)] = shares * self.full[list(self.kept)]
        return sizes

    def best(self, evaluate: Evaluate, budget: float, seed: int = 0, rounds: int = 1, batch: int = 6) -> Array:
        """Return the sizes of the best mix for another budget, the surface fitted anew to runs around it."""
        shares, gains, costs, surface = self.shares, self.gains, self.costs, self.surface
        best = surface.best(budget, seed=seed)
        chance = generator("mixes near the best of another budget", seed, len(self.kept))
        for _ in range(rounds):
            near = [_near(best, surface.cap, chance.normal(size=best.size), chance.random(best.size)) for _ in range(batch - 1)]
            mixes = np.array([best, *(surface.within(one, budget) for one in near)])
            benefit, cost = (values.mean(axis=1) for values in evaluate(np.array([self.sizes(one) for one in mixes])))
            shares, gains, costs = np.concatenate([shares, mixes]), np.append(gains, benefit), np.append(costs, cost)
            surface = fit(shares, gains, costs, surface.cap, _weights(shares, best))
            best = surface.best(budget, [best], seed)
        return self.sizes(_candidates(surface, shares, gains, costs, budget)[0]) if rounds else self.sizes(best)


def search(evaluate: Evaluate, highest: Array, budget: float, *, seed: int = 0, rounds: int = 4, batch: int = 10) -> Found:
    """Search for the mix with the most benefit within the budget.

    Raises:
        AlmonerError: no policy brings anything at this budget.
    """
    full, tried = _full_sizes(evaluate, highest, _ROOM * budget)
    more = np.concatenate([part * np.diag(full) for part in _PARTS])
    sizes = np.concatenate([tried[0], more])
    benefit, cost = (np.concatenate([old, new]) for old, new in zip(tried[1:], evaluate(more), strict=True))
    kept, idle = _worth_keeping(sizes, full, benefit)
    if not kept:
        raise AlmonerError("None of the policies betters the outcome at this budget: raise the budget or name other policies.")
    columns = list(kept)
    inside = (sizes[:, columns].sum(axis=1) > 0) & (sizes <= 1.3 * full).all(axis=1)
    shares = sizes[inside][:, columns] / full[columns]
    gains, costs = benefit[inside].mean(axis=1), cost[inside].mean(axis=1)
    cap = np.minimum(highest[columns] / full[columns], 1.0)
    surface = fit(shares, gains, costs, cap)
    if len(kept) > 1:
        advice = _Adviser(len(kept), seed)
        chance = generator("mixes near the best", seed, len(kept))
        for _ in range(rounds):
            best = surface.best(budget, list(shares[np.argsort(-gains)[:3]]), seed)
            asked = advice.ask(batch // 2)
            near = [
                _near(best, cap, chance.normal(size=best.size), chance.random(best.size)) for _ in range(batch - 1 - len(asked))
            ]
            mixes = np.array([surface.within(one, budget) for one in (*asked, best, *near)])
            new_benefit, new_cost = (values.mean(axis=1) for values in evaluate(_widened(mixes, columns, full)))
            worth = new_benefit - _slope(surface, budget, best) * np.maximum(new_cost - budget, 0.0)
            advice.tell(worth[: len(asked)])
            shares = np.concatenate([shares, mixes])
            gains, costs = np.concatenate([gains, new_benefit]), np.concatenate([costs, new_cost])
            surface = fit(shares, gains, costs, cap, _weights(shares, best))
        for _ in range(_CHECKS):
            best = surface.best(budget, list(shares[np.argsort(-gains)[:3]]), seed)
            benefit, cost = (values.mean(axis=1) for values in evaluate(_widened(best[None], columns, full)))
            shares, gains, costs = np.concatenate([shares, best[None]]), np.append(gains, benefit), np.append(costs, cost)
            surface = fit(shares, gains, costs, cap, _weights(shares, best))
    candidates = _candidates(surface, shares, gains, costs, budget)
    return Found(
        candidates=_widened(np.array(candidates), columns, full),
        full=full,
        kept=kept,
        idle=idle,
        surface=surface,
        shares=shares,
        gains=gains,
        costs=costs,
        mixes=len(sizes) + len(shares) - int(inside.sum()),
    )


def _candidates(surface: Surface, shares: Array, gains: Array, costs: Array, budget: float) -> list[Array]:
    """Return the best of the mixes that were run, the first by the surface, which averages chance away, and others that differ.

    A mix that overspent is cut back by as much; one that by the surface gains and in its run lost, or the other way round, counts
    as the mean of the two.
    """
    kept = np.minimum(1.0, budget / np.maximum(costs, 1e-12))
    worth = 0.5 * kept * (gains + np.array([surface.benefit(one) for one in shares]))
    order = np.argsort(-np.where(costs <= _ROOM * budget, worth, -np.inf), kind="stable")
    found: list[Array] = []
    for i in order[: np.count_nonzero(costs <= _ROOM * budget)]:
        one = kept[i] * shares[i]
        if len(found) < _FINALISTS and all(np.abs(one - other).max() > _DISTINCT for other in found):
            found.append(one)
    return found


def _full_sizes(evaluate: Evaluate, highest: Array, spend: float) -> tuple[Array, tuple[Array, Array, Array]]:
    """Return the size at which each policy alone costs `spend`, or its highest; and the mixes that were run to find it."""
    count = highest.size
    sizes, spent = highest.copy(), np.zeros(count)
    above, above_cost = np.full(count, np.nan), np.full(count, np.nan)
    open_, runs = np.ones(count, bool), []
    for _ in range(_TRIES):
        mixes = np.diag(sizes)[open_]
        benefit, cost = evaluate(mixes)
        runs.append((mixes, benefit, cost))
        spent[open_] = cost.mean(axis=1)
        over = open_ & (spent > 1.05 * spend)
        above[over], above_cost[over] = sizes[over], spent[over]
        open_ = over
        if not over.any():
            break
        sizes[over] *= np.clip(spend / spent[over], 0.02, 0.8)
    full = sizes.copy()
    for i in range(count):
        if spent[i] > 1.05 * spend:
            full[i] = sizes[i] * spend / spent[i]
        elif not np.isnan(above[i]) and spent[i] < 0.95 * spend and above_cost[i] > spent[i]:
            full[i] += (above[i] - sizes[i]) * (spend - spent[i]) / (above_cost[i] - spent[i])
    return full, (
        np.concatenate([mixes for mixes, _, _ in runs]),
        np.concatenate([benefit for _, benefit, _ in runs]),
        np.concatenate([cost for _, _, cost in runs]),
    )


def _worth_keeping(sizes: Array, full: Array, benefit: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the policies whose benefit at their full size is above its own standard error, else the best one; and the idle."""
    scores, idle = np.zeros(full.size), []
    for i in range(full.size):
        own = np.flatnonzero((sizes[:, i] > 0) & (np.delete(sizes, i, axis=1) == 0).all(axis=1))
        at_full = benefit[own[np.argmin(np.abs(sizes[own, i] - full[i]))]]
        error = at_full.std(ddof=1) / np.sqrt(at_full.size) if at_full.size > 1 else 0.0
        scores[i] = at_full.mean() / error if error else np.sign(at_full.mean()) * np.inf if at_full.any() else 0.0
        if not benefit[own].any():
            idle.append(i)
    clear = tuple(int(i) for i in np.flatnonzero(scores >= 1.0))
    best = int(np.argmax(scores))
    return clear or ((best,) if scores[best] > 0 else ()), tuple(idle)


def _widened(shares: Array, columns: list[int], full: Array) -> Array:
    sizes = np.zeros((len(shares), full.size))
    sizes[:, columns] = shares * full[columns]
    return sizes


def _slope(surface: Surface, budget: float, best: Array) -> float:
    """Return what another pound of budget is worth along the ray of the best mix."""
    less = surface.within(best, 0.9 * budget)
    saved = surface.cost(best) - surface.cost(less)
    return max((surface.benefit(best) - surface.benefit(less)) / saved, 0.0) if saved > 0 else 0.0


def _weights(shares: Array, best: Array) -> Array:
    apart = np.abs(shares - best).sum(axis=1) / 2.0
    return np.asarray(np.maximum(np.exp(-0.5 * (apart / _NEAR) ** 2), 0.05))


def _near(best: Array, cap: Array, normal: Array, uniform: Array) -> Array:
    """Return a mix in the neighbourhood of the best: each share moved, and now and then one brought in or left out."""
    moved = best + 0.15 * normal * (best + 0.2)
    moved[uniform < 0.1] = 0.0
    moved = np.clip(moved, 0.0, cap)
    return moved if moved.any() else best


class _Adviser:
    """Optuna's sampler over directions in which to spend the budget; what it proposes is scaled to the budget by the surface."""

    def __init__(self, players: int, seed: int) -> None:
        try:
            import optuna
        except ImportError:
            raise AlmonerError("To optimise, optuna is needed: install Almoner with its extra 'optimise'.") from None
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._names = [f"policy_{k}" for k in range(players)]
        self._ranges: dict[str, Any] = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in self._names}
        self._study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
        self._asked: list[Any] = []

    def ask(self, count: int) -> list[Array]:
        self._asked = [self._study.ask(self._ranges) for _ in range(count)]
        return [np.array([trial.params[name] for name in self._names]) for trial in self._asked]

    def tell(self, values: Array) -> None:
        for trial, value in zip(self._asked, values, strict=True):
            self._study.tell(trial, float(value))
