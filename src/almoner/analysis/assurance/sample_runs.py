"""Runs of a sample of England under priors and posterior: what calibration does to forecasts, and where their spread comes from.

In: one area a region (the one of middle size), the shipped scenarios and draws. Out: rows of plain numbers. A sample keeps
`almoner validate` to minutes; its rates stand for England's within the chance that the replicates show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.measures import INSIDE, MEASURES
from almoner.model.baseline import build
from almoner.parameters import load
from almoner.reference.areas import Area, areas
from almoner.study.design import DrawsFrom, Study, parameter_draws
from almoner.study.run import Prepared, prepare, run_task
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario, shipped
from almoner.study.totals import ScenarioRun

Floats = NDArray[np.float64]

TO_YEAR: Final = 2035
DRAWS: Final = 16
REPLICATES: Final = 4
EFFECT_DRAWS: Final = 128
SHOWN: Final = ("filled_posts", "vacancy_rate", "turnover_rate")


@dataclass(frozen=True, slots=True)
class Runs:
    """Measures by [point, measure] at the last year of each scenario, and the drawn values by [point, path]."""

    scenarios: dict[str, Floats]
    drawn: Floats
    paths: tuple[str, ...]


@lru_cache(maxsize=1)
def sample_of_england() -> Area:
    """Return a place made of the area of middle size of each region."""
    national = build(None)
    posts = dict(zip(national.area_codes, national.filled.sum(axis=(1, 2)).tolist(), strict=True))
    by_region: dict[str, list[str]] = {}
    for area in areas():
        by_region.setdefault(str(area.region_code), []).append(area.code)
    chosen = [sorted(codes, key=lambda code: posts[code])[len(codes) // 2] for _, codes in sorted(by_region.items())]
    return Area("X00000001", "One area a region", "icb", None, None, tuple((code, 1.0) for code in chosen))


def value_of(run: ScenarioRun, measure: str) -> float:
    """Return a measure of a run at its last year."""
    return float(MEASURES[measure].read(run)[-1])


def run_sample(uniforms: Floats, scenarios: Sequence[Scenario], to_year: int = TO_YEAR, replicates: int = 1, seed: int = 0) -> Runs:
    """Run the sample under each row of `uniforms`, in the order draw by draw."""
    study = Study(sample_of_england(), tuple(scenarios), uniforms.shape[0], to_year, seed, replicates)
    prepared, tree = _prepared(study), load()
    found: dict[str, list[list[float]]] = {scenario.id: [] for scenario in scenarios}
    drawn = []
    for point in range(study.points):
        values = tree.quantiles(uniforms[point // replicates])
        drawn.append([values[path] for path in tree.dimensions()])
        for scenario in scenarios:
            run, _ = run_task(study, prepared, tree.drawn(values), scenario, point)
            found[scenario.id].append([value_of(run, measure) for measure in SHOWN])
    return Runs({name: np.array(rows) for name, rows in found.items()}, np.array(drawn), tree.dimensions())


def packages(seed: int = 0) -> list[dict[str, Any]]:
    """Return what each shipped scenario changes beside doing nothing, under the priors (before) and the posterior (after)."""
    tree, names = load(), [name for name in shipped() if name != DO_NOTHING]
    scenarios = [load_scenario(name) for name in (DO_NOTHING, *names)]
    rows = []
    origins: tuple[DrawsFrom, ...] = ("prior", "posterior")
    results = {origin: run_sample(parameter_draws(tree, DRAWS, seed, origin), scenarios, seed=seed) for origin in origins}
    for name in (DO_NOTHING, *names):
        for column, measure in enumerate(SHOWN):
            row: dict[str, Any] = {"scenario": name, "measure": measure, "year": TO_YEAR, "draws": DRAWS}
            for which, runs in results.items():
                values = runs.scenarios[name][:, column]
                if name != DO_NOTHING:
                    values = values - runs.scenarios[DO_NOTHING][:, column]
                row |= {
                    f"{which}_mean": float(values.mean()),
                    f"{which}_low": float(values.min()),
                    f"{which}_high": float(values.max()),
                }
            rows.append(row)
    return rows


def opening_of_sample() -> dict[str, float]:
    """Return the sample's own figures at the opening, which are not England's: filled posts, and rates in per cent."""
    place = sample_of_england()
    opening = build(place.area_codes)
    filled, vacant = (posts[:, INSIDE].sum(axis=(1, 2)) for posts in (opening.filled, opening.vacant))
    leaving = (opening.filled * opening.turnover)[:, INSIDE].sum(axis=(1, 2))
    return {
        "filled_posts": float(opening.filled.sum()),
        "vacancy_rate": 100 * float(vacant.sum() / (filled + vacant).sum()),
        "turnover_rate": 100 * float(leaving.sum() / filled.sum()),
    }


def spread_by_source(seed: int = 0) -> list[dict[str, Any]]:
    """Split the spread of doing nothing between draws of the parameters and replicates of chance (one-way analysis of variance)."""
    runs = run_sample(parameter_draws(load(), DRAWS, seed), [load_scenario(DO_NOTHING)], replicates=REPLICATES, seed=seed)
    rows = []
    for column, measure in enumerate(SHOWN):
        values = runs.scenarios[DO_NOTHING][:, column].reshape(DRAWS, REPLICATES)
        chance = float(values.var(axis=1, ddof=1).mean())
        between = max(float(values.mean(axis=1).var(ddof=1)) - chance / REPLICATES, 0.0)
        rows.append({"measure": measure, "year": TO_YEAR, "draws_deviation": between**0.5, "chance_deviation": chance**0.5})
    return rows


def effects(seed: int = 0) -> dict[str, float]:
    """Return how each uncertain parameter moves the vacancy rate under doing nothing: rank correlation over posterior draws.

    With 128 draws a correlation below 0.17 in size is what chance gives one time in twenty.
    """
    from scipy.stats import rankdata

    runs = run_sample(parameter_draws(load(), EFFECT_DRAWS, seed), [load_scenario(DO_NOTHING)], seed=seed)
    outcome = rankdata(runs.scenarios[DO_NOTHING][:, SHOWN.index("vacancy_rate")])
    return {
        path: float(np.corrcoef(rankdata(values), outcome)[0, 1]) if np.ptp(values) > 0 and np.ptp(outcome) > 0 else 0.0
        for path, values in zip(runs.paths, runs.drawn.T, strict=True)
    }


@lru_cache(maxsize=4)
def _prepared_of(place: Area, to_year: int, seed: int) -> Prepared:
    return prepare(Study(place, (load_scenario(DO_NOTHING),), 1, to_year, seed))


def _prepared(study: Study) -> Prepared:
    return _prepared_of(study.place, study.to_year, study.seed)
