"""Projections: draws, scenarios and returns put through the months, and added up to a place or to England.

In: a `Fit`, the last year, a tree of each draw with its uncertain parameters, and what each scenario makes of it. Out: arrays
[draw, return, year, output]. Scenarios share paths and luck; draws run on threads, and their number changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from os import cpu_count

import numpy as np

from almoner.model.children import assemble
from almoner.model.children.columns import OUTPUTS, Array, Whole
from almoner.model.children.fit import Fit
from almoner.model.children.levers import levers
from almoner.model.children.months import run_months
from almoner.model.children.paths import Beliefs, Paths, draw_paths
from almoner.model.children.record import children_ahead
from almoner.parameters import ParameterTree

TreeOf = Callable[[ParameterTree, str], ParameterTree]
"""What a scenario makes of a drawn tree, in a return of that code."""


@dataclass(frozen=True)
class Projection:
    """Results [draw, return, year, output] for `years` after the fit's, of the returns `codes`; NaN where there is no model."""

    codes: tuple[str, ...]
    years: tuple[int, ...]
    values: Array
    paths: Paths

    def of(self, output: str) -> Array:
        """Return one output, [draw, return, year]."""
        return np.asarray(self.values[..., OUTPUTS.index(output)])


def held_children(fit: Fit, to_year: int) -> Array:
    """Return residents under 18 held at the year of the fit: what a forecaster with no later population had."""
    return np.repeat(fit.record.children[:, -1:], to_year - fit.year + 1, axis=1)


@lru_cache(maxsize=8)
def _projected(codes: tuple[str, ...], first: int, last: int) -> Array:
    return children_ahead(codes, tuple(range(first, last + 1)))


def project(
    fit: Fit,
    to_year: int,
    trees: Sequence[ParameterTree],
    scenarios: Mapping[str, TreeOf],
    seed: int = 0,
    codes: Sequence[str] | None = None,
    children: Array | None = None,
    threads: int | None = None,
) -> dict[str, Projection]:
    """Return a projection for each scenario; `trees` hold the drawn parameters, one a draw, and `codes` limits the returns.

    Without `children` [return, year] residents under 18 are those of the official projection.
    """
    horizons = to_year - fit.year
    under_18 = _projected(fit.record.codes, fit.year, to_year) if children is None else children
    beliefs = Beliefs(
        np.array([tree.at("children.trend.rates_stay") for tree in trees]),
        np.array([tree.at("children.trend.growth_kept") for tree in trees]),
    )
    paths = draw_paths(fit, under_18, beliefs, seed)
    wanted = fit.record.codes if codes is None else tuple(codes)
    rows = np.array([i for i, code in enumerate(fit.record.codes) if code in wanted and paths.modelled[i]], dtype=np.int64)
    place = [wanted.index(fit.record.codes[i]) for i in rows]
    years = tuple(range(fit.year + 1, to_year + 1))
    shape = (len(trees), len(wanted), horizons, len(OUTPUTS))
    found = {name: np.full(shape, np.nan) for name in scenarios}

    def one(draw: int) -> None:
        for name, of in scenarios.items():
            for code_rows, tree in _by_tree(of, trees[draw], fit, rows):
                result = run_one(fit, paths, tree, code_rows, seed, draw)
                found[name][draw, [place[list(rows).index(i)] for i in code_rows]] = result

    with ThreadPoolExecutor(threads or min(cpu_count() or 1, 8)) as pool:
        list(pool.map(one, range(len(trees))))
    return {name: Projection(wanted, years, values, paths) for name, values in found.items()}


def run_one(fit: Fit, paths: Paths, tree: ParameterTree, rows: Whole, seed: int, draw: int) -> Array:
    """Run one draw of the returns `rows` under one tree; return [return, year, output]."""
    horizons = paths.cover.shape[1] - 1
    out = np.zeros((len(rows), horizons, len(OUTPUTS)))
    run_months(
        assemble.opening(fit, paths, tree, rows, seed, draw),
        assemble.expected(paths, draw, rows),
        assemble.chances(fit, tree, rows),
        levers(tree, assemble.months_of(horizons)),
        seed,
        draw,
        out,
    )
    return out


def _by_tree(of: TreeOf, tree: ParameterTree, fit: Fit, rows: Whole) -> list[tuple[Whole, ParameterTree]]:
    """Return groups of rows whose returns are given the same tree by a scenario."""
    groups: dict[int, tuple[list[int], ParameterTree]] = {}
    for row in rows:
        edited = of(tree, fit.record.codes[row])
        groups.setdefault(id(edited), ([], edited))[0].append(int(row))
    return [(np.array(members, dtype=np.int64), edited) for members, edited in groups.values()]
