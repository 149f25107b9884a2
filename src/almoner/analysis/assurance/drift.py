"""Why turnover drifts when nothing changes: what the holders of the posts are like at the opening and at the end of a run.

In: England, doing nothing, a single draw. Out: the turnover of each year, and a row for each part of a holder's hazard of leaving
with its mean at the two ends. The hazard is a product (model.leaving), so the parts' changes multiply up to the whole, but for
the parts going together, which is the last row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.measures import INSIDE, MEASURES
from almoner.model.columns import BANDED_MONTHS, LEVEL_2_MARK, VISA_MARK
from almoner.model.engine import Run
from almoner.model.leaving import AGE_STARTS, EXPERIENCE_STARTS, SETTLED_YEARS, Contrasts, bands
from almoner.model.posts import CELLS_PER_AREA, N_ROLES
from almoner.model.world import FILLED, contract_of, has_level_2, has_visa, without_visa
from almoner.parameters import load
from almoner.reference.areas import england
from almoner.study.design import Study, parameter_draws
from almoner.study.run import open_run, prepare
from almoner.study.scenario import DO_NOTHING, load_scenario
from almoner.study.totals import totals

Floats = NDArray[np.float64]

TO_YEAR: Final = 2035
PARTS: Final = {
    "age": "Age, moves and exits alike",
    "retirement": "Age, exits from pension age on",
    "experience": "Years in the sector",
    "contract": "Zero-hours contracts",
    "level_2": "Qualification at level 2",
    "visa": "People recruited from abroad, in their first five years",
    "mix": "Where posts are: area, service and role",
    "drivers": "Pay against outside pay, and UK job vacancies",
}
_SETTLED: Final = EXPERIENCE_STARTS.index(SETTLED_YEARS)
_UNDER_25: Final = AGE_STARTS.index(25)
_FROM_60: Final = AGE_STARTS.index(60)
_NEW: Final = 0


@dataclass(frozen=True, slots=True)
class Drift:
    """Turnover of the twelve months to each 31 March, per cent, and the parts of its change between two stocks of holders."""

    years: tuple[int, ...]
    turnover: tuple[float, ...]
    opening: float
    """Published turnover of the base year, per cent."""
    parts: tuple[dict[str, Any], ...]
    """`part`, and the `change` of leaving that it makes, per cent."""
    holders: dict[str, tuple[float, float]]
    """Mean years in the sector and of age, and shares (per cent), at the opening and at the end."""


def drift(seed: int = 0, to_year: int = TO_YEAR) -> Drift:
    """Run England doing nothing at the middle of the posterior and compare its holders at the two ends."""
    scenario, tree = load_scenario(DO_NOTHING), load()
    study = Study(england(), (scenario,), 1, to_year, seed)
    prepared = prepare(study)
    drawn = tree.drawn(tree.quantiles(parameter_draws(tree, 1, seed)[0]))
    run, edited = open_run(prepared, drawn, scenario, study.months, seed, 0)
    before, people_before = _holders(run, prepared.contrasts)
    run.advance(study.months)
    after, people_after = _holders(run, prepared.contrasts)
    whole = totals(study.years, prepared.opening.baseline, prepared.weights, edited, scenario, run.inputs, run.result())
    rates = MEASURES["turnover_rate"].read(whole)
    rows = [{"part": words, "change": 100 * (after[name] / before[name] - 1)} for name, words in PARTS.items()]
    together = float(np.prod([after[name] / before[name] for name in PARTS]))
    rest = after["all"] / before["all"] / together - 1
    rows.append({"part": "These going together", "change": 100 * rest})
    rows.append({"part": "Leaving a filled post, all together", "change": 100 * (after["all"] / before["all"] - 1)})
    return Drift(
        years=study.years[1:],
        turnover=tuple(rates[1:].tolist()),
        opening=100 * tree.at("leaving.turnover_base"),
        parts=tuple(rows),
        holders={name: (people_before[name], people_after[name]) for name in people_before},
    )


def _holders(run: Run, weights: Contrasts) -> tuple[dict[str, float], dict[str, float]]:
    """Return the mean of each part of the hazard over the holders of the published base, and what the holders are like."""
    world, posts, month = run.world, run.world.posts, run.number - 1
    cell = np.repeat(np.arange(world.offset.size - 1), np.diff(world.offset))
    kept = (posts.status == FILLED) & INSIDE[cell % CELLS_PER_AREA // N_ROLES]
    cell = cell[kept]
    ages, years = (np.clip(month - since[kept].astype(np.int64), 0, BANDED_MONTHS - 1) for since in (posts.birth, posts.sector))
    age, experience = bands(AGE_STARTS)[ages], bands(EXPERIENCE_STARTS)[years]
    byte = without_visa(posts.traits[kept], experience >= _SETTLED)
    alone = weights.trait_weight
    now = min(run.number, run.inputs.months - 1)
    where = (run.inputs.market[cell // CELLS_PER_AREA], cell % CELLS_PER_AREA)
    exit_factor, move_factor = (
        factor[now].reshape(-1, CELLS_PER_AREA)[where] for factor in (run.inputs.exit_factor, run.inputs.move_factor)
    )
    parts = {
        "age": (weights.move_weight[:, 0] / weights.move_weight[_UNDER_25, 0])[age],
        "experience": (weights.move_weight[0] / weights.move_weight[0, _NEW])[experience],
        "contract": alone[contract_of(byte).astype(np.int64) << 3],
        "level_2": np.where(has_level_2(byte), alone[LEVEL_2_MARK], 1.0),
        "visa": np.where(has_visa(byte), alone[VISA_MARK], 1.0),
    }
    shape = alone[byte] * weights.move_weight[age, experience]
    retiring = (weights.exit_weight / weights.move_weight)[age, experience]
    exits, moves = run.rates.exit_hazard[cell], run.rates.move_hazard[cell]
    whole = float((shape * (exits * retiring * exit_factor + moves * move_factor)).mean())
    still = float((shape * (exits * retiring + moves)).mean())
    young = float((shape * (exits + moves)).mean())
    means = {name: float(values.mean()) for name, values in parts.items()}
    means |= {"retirement": still / young, "mix": float((exits + moves).mean()), "drivers": whole / still, "all": whole}
    people = {
        "mean age, years": float(ages.mean()) / 12,
        "under 25, %": 100 * float((age < _UNDER_25).mean()),
        "60 and over, %": 100 * float((age >= _FROM_60).mean()),
        "mean time in the sector, years": float(years.mean()) / 12,
        "under a year in the sector, %": 100 * float((experience == _NEW).mean()),
        "20 years and more in the sector, %": 100 * float((experience == len(EXPERIENCE_STARTS) - 1).mean()),
        "zero-hours contracts, %": 100 * float((contract_of(byte) == 2).mean()),
        "qualified at level 2, %": 100 * float(has_level_2(byte).mean()),
    }
    return means, people
