"""How good the best mix is: beside an exhaustive grid of three policies and beside 2,000 random mixes of ten, on the model itself.

`python benchmarks/optimise.py [--area rutland] [--budget 1000000] [--json]`. The rivals are run at four points (draws and luck),
the ten best of those within the budget at all points of the search, and the winner again beside the answer of the search on 64
points that neither has seen, where the best of many has no luck left. `difference` is the answer's benefit less the rival's,
paired, with its standard error; `share` is that difference as a share of the rival's benefit. `optimise_ten` times the command.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.levers import Lever, levers
from almoner.analysis.measures import MEASURES
from almoner.analysis.optimise import World, optimise
from almoner.analysis.responses import Responses, outcome_named
from almoner.analysis.search import search
from almoner.model.draws import generator
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study

Array = NDArray[np.float64]

THREE = ("pay_floor", "reablement", "recruitment_campaign")
TEN = (
    *THREE,
    "nhs_parity",
    "experience_premium",
    "training_places",
    "guaranteed_hours",
    "prevention",
    "fee_uplift",
    "apprenticeships",
)
START, TO_YEAR = 24, 2035
GRID_STEPS = 9
RANDOM_MIXES = 2_000
FIRST_POINTS = 4
FINALISTS = 10
CHECKED_ON = 64
LUCK = 7_000_003


def contest(place: Area, names: Sequence[str], budget: float, points: int, rivals: str) -> dict[str, object]:
    """Run the search and its rivals at the same points, and both winners on points that are new to them."""
    outcome = outcome_named("unmet_hours", 1)
    of, _ = levers(names, START)
    highest = np.array([lever.highest for lever in of])

    def world(count: int, luck: int) -> World:
        study = Study(place, (), count, TO_YEAR, 0)
        return World(Responses(study, (outcome.measure.read, MEASURES["cost_gbp_m"].read), luck), of, outcome)

    ask = world(points, 0).evaluate()
    found = search(ask, highest, budget)
    alone = np.minimum(found.full / 1.25, highest)
    if rivals == "grid":
        shares = np.array(list(itertools.product(np.linspace(0.0, 1.25, GRID_STEPS), repeat=len(of))))
        shares = shares[(shares.sum(axis=1) <= 1.4) & (shares.sum(axis=1) > 0.6)]
    else:
        chance = generator("random mixes", 0, len(of))
        shares = chance.dirichlet(np.full(len(of), 0.5), RANDOM_MIXES) * chance.uniform(0.9, 1.1, (RANDOM_MIXES, 1))
    mixes = np.minimum(shares * alone, highest)
    heats = world(FIRST_POINTS, 0).evaluate()
    finalists = mixes[_best(*heats(mixes), budget)[:FINALISTS]]
    winner = finalists[_best(*ask(finalists), budget)[0]]
    gains, costs = world(CHECKED_ON, LUCK).evaluate()(np.array([found.candidates[0], winner]))
    # What a mix costs over or under the budget on the new points is set right at its own benefit for a pound.
    worth = gains * (budget / costs.mean(axis=1, keepdims=True))
    gap = worth[0] - worth[1]
    return {
        "rivals": len(mixes),
        "kind": rivals,
        "policies": len(of),
        "answer": round(float(worth[0].mean()), 1),
        "rival": round(float(worth[1].mean()), 1),
        "difference": round(float(gap.mean()), 1),
        "standard_error": round(float(gap.std(ddof=1) / np.sqrt(gap.size)), 1),
        "share": round(float(gap.mean() / worth[1].mean()), 4),
        "answer_mix": _said(of, found.candidates[0]),
        "rival_mix": _said(of, winner),
    }


def _best(gains: Array, costs: Array, budget: float) -> NDArray[np.intp]:
    """Return the places of mixes, best first, those beyond the budget last."""
    return np.argsort(-np.where(costs.mean(axis=1) <= budget, gains.mean(axis=1), -np.inf), kind="stable")


def _said(of: Sequence[Lever], sizes: Array) -> dict[str, float]:
    return {lever.policy: float(f"{size:.3g}") for lever, size in zip(of, sizes, strict=True) if size > 0}


def main() -> None:
    """Hold both contests and time the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--area", default="rutland")
    parser.add_argument("--budget", type=float, default=1e6)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    place = resolve(options.area)
    budget = options.budget / 1e6
    rows = []
    for names, points, rivals in ((THREE, 16, "grid"), (TEN, 8, "random")):
        rows.append(contest(place, names, budget, points, rivals))
        if not options.json:
            print(rows[-1], flush=True)
    started, spent = time.perf_counter(), time.process_time()
    optimise(place, outcome_named("unmet_hours", 1), options.budget, TEN, TO_YEAR)
    timed = {"seconds": round(time.perf_counter() - started, 1), "processor_seconds": round(time.process_time() - spent, 1)}
    if options.json:
        print(json.dumps({"contests": rows, "optimise_ten": timed}, indent=1))
        return
    print(timed)


if __name__ == "__main__":
    main()
