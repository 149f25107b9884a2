"""Which unknowns matter: Sobol indices and a tornado over the uncertain parameters, and how much is chance.

In: a study of one scenario and a measure. Out: a `Sensitivity`. Elementary effects (Morris 1991) pick at most twelve parameters out
of all; Saltelli's design (2010) on those gives first-order and total indices with confidence by bootstrap; the tornado moves each
from the 10th to the 90th percentile of its prior with the others at their medians. All runs share their luck, so that what differs
is the parameters; how large chance is beside them is found by repeating the middle. The designs and indices are SALib's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.measures import Measure
from almoner.analysis.responses import Responses
from almoner.errors import AlmonerError, OutOfRangeError
from almoner.parameters import ParameterTree, load
from almoner.policies.listing import reads
from almoner.study.design import Study
from almoner.study.run import Progress
from almoner.study.scenario import Scenario

Array = NDArray[np.float64]
Model = Callable[[Array], Array]
"""Uniform numbers [run, dimension] to results [run]."""

MOST: Final = 12
SAMPLES: Final = 128
"""Rows of Saltelli's design; runs are this times two more than there are parameters."""

_TRAJECTORIES: Final = 6
_LEVELS: Final = 4
_SCREEN_ENDS: Final = (0.05, 0.95)
"""Elementary effects stay inside these, because the ends of a normal prior are no values at all."""
_TORNADO: Final = (0.1, 0.9)
_TORNADO_LUCKS: Final = 8
_CHANCE: Final = 16
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Index:
    """First-order and total Sobol index with the half-width of their 95% confidence."""

    first: float
    first_confidence: float
    total: float
    total_confidence: float


@dataclass(frozen=True, slots=True)
class Swing:
    """The measure with one parameter at the 10th and at the 90th percentile of its prior, the others at their medians."""

    at_low: float
    at_high: float
    low_value: float
    high_value: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """An uncertain parameter that was kept, with what it does to the measure. `influence` is the mean size of its effects."""

    path: str
    label: str
    unit: str
    status: str
    evidence: tuple[str, ...]
    influence: float
    index: Index
    swing: Swing


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Unknowns by total index, the largest first. `chance_share` is the variance of chance over that of all the runs of the design.

    `screened_out` are the parameters that were left at their medians, with their influence as a share of all influence squared.
    """

    place_code: str
    place_name: str
    level: str
    scenario: str
    scenario_name: str
    measure: str
    label: str
    unit: str
    year: int
    seed: int
    middle: float
    unknowns: tuple[Unknown, ...]
    screened: int
    screened_out: dict[str, float]
    unread: int
    chance_share: float
    runs: int
    seconds: float


def sensitivity(
    study: Study,
    measure: Measure,
    samples: int = SAMPLES,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Sensitivity:
    """Say which unknowns move a measure of the last year under the only scenario of a study.

    Raises:
        AlmonerError: SALib is missing, the study has not one scenario, or nothing moves the measure.
        OutOfRangeError: the samples are no power of two from 8 on.
    """
    if samples < 8 or samples & (samples - 1):
        raise OutOfRangeError(f"{samples} samples are not a power of two from 8 on: ask for {SAMPLES} or {SAMPLES * 2}.")
    if len(study.scenarios) != 1:
        raise AlmonerError("Name one scenario whose unknowns are to be weighed.")
    _salib()
    begun = time.perf_counter()
    scenario, tree = study.scenarios[0], load()
    paths, unread = _read_paths(scenario, tree, measure)
    responses = Responses(study, (measure.read,), threads=threads, progress=progress)
    model = _Runs(responses, scenario, tree, paths)
    lucks = np.full((_CHANCE, len(paths)), 0.5)
    by_luck = model(lucks, np.arange(_CHANCE))
    # The middle shares its luck with the ends of the tornado, so that they may be set against it.
    middle, chance = float(by_luck[:_TORNADO_LUCKS].mean()), float(by_luck.var(ddof=1))
    if np.isnan(middle):
        raise AlmonerError(f"'{measure.id}' is not a number in {study.to_year} for {study.place.name}: choose another measure.")
    influence = screen(model, len(paths), study.seed)
    if not influence.any():
        raise AlmonerError(f"None of the uncertain parameters moves '{measure.id}' in {study.to_year}.")
    kept = [int(k) for k in np.argsort(-influence, kind="stable")[:MOST] if influence[k] > 0]

    def narrowed(rows: Array) -> Array:
        uniform = np.full((len(rows), len(paths)), 0.5)
        uniform[:, kept] = rows
        return model(uniform)

    indices, variance = sobol(narrowed, len(kept), samples, study.seed)
    swings = _swings(model, tree, paths, kept)
    squares = influence**2 / (influence**2).sum()
    unknowns = [
        Unknown(
            path=paths[k],
            label=tree.parameter(paths[k]).label,
            unit=tree.parameter(paths[k]).unit,
            status=tree.parameter(paths[k]).status_at(),
            evidence=tree.parameter(paths[k]).evidence,
            influence=float(influence[k]),
            index=index,
            swing=swing,
        )
        for k, index, swing in zip(kept, indices, swings, strict=True)
    ]
    return Sensitivity(
        place_code=study.place.code,
        place_name=study.place.name,
        level=study.place.level,
        scenario=scenario.id,
        scenario_name=scenario.name,
        measure=measure.id,
        label=measure.label,
        unit=measure.unit,
        year=study.to_year,
        seed=study.seed,
        middle=middle,
        unknowns=tuple(sorted(unknowns, key=lambda one: -one.index.total)),
        screened=len(paths),
        screened_out={path: float(squares[k]) for k, path in enumerate(paths) if k not in kept},
        unread=unread,
        chance_share=chance / variance if variance else float("nan"),
        runs=responses.runs,
        seconds=time.perf_counter() - begun,
    )


def screen(model: Model, dimensions: int, seed: int) -> Array:
    """Return the mean size of each dimension's elementary effects (Morris's mu star)."""
    salib = _salib()
    problem = _problem(dimensions, _SCREEN_ENDS)
    design = salib.sample.morris.sample(problem, _TRAJECTORIES, num_levels=_LEVELS, seed=seed)
    found = salib.analyze.morris.analyze(problem, design, model(design), num_levels=_LEVELS, num_resamples=10, seed=seed)
    return np.asarray(found["mu_star"], dtype=np.float64)


def sobol(model: Model, dimensions: int, samples: int, seed: int) -> tuple[list[Index], float]:
    """Return each dimension's Sobol indices, and the variance of the model over the design."""
    salib = _salib()
    problem = _problem(dimensions, (_EDGE, 1.0 - _EDGE))
    design = salib.sample.sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    values = model(design)
    if values.std() == 0:
        return [Index(0.0, 0.0, 0.0, 0.0)] * dimensions, 0.0
    found = salib.analyze.sobol.analyze(problem, values, calc_second_order=False, num_resamples=500, seed=seed)
    rows = zip(found["S1"], found["S1_conf"], found["ST"], found["ST_conf"], strict=True)
    return [Index(*map(float, row)) for row in rows], float(values.var(ddof=1))


def _salib() -> ModuleType:
    try:
        for part in ("analyze.morris", "analyze.sobol", "sample.morris", "sample.sobol"):
            import_module(f"SALib.{part}")
        return import_module("SALib")
    except ImportError:
        raise AlmonerError("Sensitivity needs SALib: install Almoner with its extra 'sensitivity'.") from None


def _problem(dimensions: int, ends: tuple[float, float]) -> dict[str, Any]:
    return {"num_vars": dimensions, "names": [f"x{k}" for k in range(dimensions)], "bounds": [list(ends)] * dimensions}


def _read_paths(scenario: Scenario, tree: ParameterTree, measure: Measure) -> tuple[list[str], int]:
    """Return the uncertain parameters that the scenario can read, and how many others there are.

    A policy's own parameters are read by the scenarios that have it, and money by measures of money.
    """
    used = {leaf.path for _, policy in scenario.policies for leaf in reads(policy, tree)}
    together = {path: prior.together for path, prior in tree.priors().items() if prior.together}

    def is_read(path: str) -> bool:
        family = {path, *(one for one, leader in together.items() if leader == path)}
        if path.startswith("policy."):
            return bool(family & used)
        return not path.startswith("money.") or measure.unit == "gbp_m" or bool(family & used) or path == "money.cover_cap"

    paths = [path for path in tree.dimensions() if is_read(path)]
    return paths, len(tree.dimensions()) - len(paths)


class _Runs:
    """The model as a function of uniform numbers for some of the uncertain parameters; the rest are at their medians."""

    def __init__(self, responses: Responses, scenario: Scenario, tree: ParameterTree, paths: Sequence[str]) -> None:
        self._responses, self._scenario, self._tree = responses, scenario, tree
        self._places = [tree.dimensions().index(path) for path in paths]

    def __call__(self, uniform: Array, lucks: NDArray[np.int64] | None = None) -> Array:
        """Return the measure of each row, under the luck given for it or all under the same."""
        tasks = []
        for k, row in enumerate(uniform):
            full = np.full(len(self._tree.dimensions()), 0.5)
            full[self._places] = np.clip(row, _EDGE, 1.0 - _EDGE)
            luck = 0 if lucks is None else int(lucks[k])
            tasks.append((self._scenario, self._tree.drawn(self._tree.quantiles(full)), luck))
        return self._responses.read_trees(tasks)[:, 0]


def _swings(model: _Runs, tree: ParameterTree, paths: Sequence[str], kept: Sequence[int]) -> list[Swing]:
    """Return each parameter's swing, the mean over a few lucks that all ends share."""
    rows, lucks = [], []
    for k in kept:
        for end in _TORNADO:
            row = np.full(len(paths), 0.5)
            row[k] = end
            rows += [row] * _TORNADO_LUCKS
            lucks += list(range(_TORNADO_LUCKS))
    values = model(np.array(rows), np.array(lucks)).reshape(len(kept), 2, _TORNADO_LUCKS).mean(axis=2)
    priors = tree.priors()
    return [
        Swing(float(low), float(high), priors[paths[k]].quantile(_TORNADO[0]), priors[paths[k]].quantile(_TORNADO[1]))
        for k, (low, high) in zip(kept, values, strict=True)
    ]
