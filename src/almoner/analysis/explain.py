"""Why a scenario does what it does: the share of each of its policies, and the flows behind one year's change.

In: a study of one scenario beside doing nothing. Out: an `Explanation` - the policies one after the other (waterfall), averaged
over all orders (Shapley values), what they do together and not apart (interaction), and how much rests on policies whose effect
is assumed - or a `YearChange`. All subsets of the policies share draws and luck, so the parts add up to the whole. Edits of
parameters that the scenario makes beside its policies belong to every subset and are a part of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis import shapley
from almoner.analysis.measures import Measure, band_kind
from almoner.analysis.plan_record import Good
from almoner.analysis.responses import Effect, Responses, by_draw
from almoner.errors import AlmonerError
from almoner.policies.base import Policy, summary
from almoner.policies.listing import status
from almoner.reference.areas import Area
from almoner.study.design import MANY_AREAS, Study
from almoner.study.run import Progress, run_study
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario

MOST_EXACT: Final = 8
"""Beyond eight policies, 256 subsets, orders are sampled instead."""

EDITS: Final = "parameter_edits"
_EDITS_SAID: Final = "Edits of parameters that the scenario makes beside its policies"

_SAMPLED_RUNS: Final = 1200
"""Runs to spend on sampled orders: about a minute of two cores for an area."""

_FLOW_LABELS: Final = {
    "entrants": "Residents who entered the sector",
    "arrivals": "People who arrived from abroad",
    "exits_nhs": "People who left for the NHS",
    "exits_other_sector": "People who left for another sector",
    "exits_retirement": "People who retired",
    "exits_abroad": "People who left for abroad",
    "moves_out": "People who left to join another care employer",
    "moves_in": "People who joined from another care employer",
    "promotions_in": "People promoted into a role",
    "promotions_out": "People promoted out of a role",
}
INTO: Final = ("entrants", "arrivals", "moves_in", "promotions_in")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the waterfall: the mean of the measure before and after a policy joins those before it."""

    policy: str
    label: str
    assumed: bool
    start: float
    end: float
    effect: Effect


@dataclass(frozen=True, slots=True)
class Share:
    """A policy's Shapley value, and what it does alone. `sampling_error` is that of sampled orders, nothing when exact."""

    policy: str
    label: str
    assumed: bool
    evidence: tuple[str, ...]
    value: Effect
    alone: Effect
    sampling_error: float
    moves_nothing: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """How much more two policies do together than apart, averaged over what else is there."""

    first: str
    second: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Interaction:
    """`together` is the total less what each policy does alone; `pairs` is empty where orders were sampled."""

    together: Effect
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The effect of a scenario on one measure in one year, in parts. `assumed_share` is of the sizes of the Shapley values."""

    place_code: str
    place_name: str
    level: str
    run_id: str
    scenario: str
    scenario_name: str
    measure: str
    label: str
    unit: str
    better: Good
    year: int
    draws: int
    band_kind: str
    method: str
    runs: int
    reference: float
    total: Effect
    waterfall: tuple[Step, ...]
    shapley: tuple[Share, ...]
    interaction: Interaction
    assumed_share: float | None
    assumed_effect: Effect


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow of a year: how many people it added (taken away below nothing), and how much more than under doing nothing."""

    flow: str
    label: str
    people: Effect
    beside_doing_nothing: Effect


@dataclass(frozen=True, slots=True)
class YearChange:
    """The change in filled posts over the twelve months to 31 March of a year; the flows add up to it but for `residual`."""

    place_code: str
    place_name: str
    level: str
    run_id: str
    scenario: str
    scenario_name: str
    year: int
    draws: int
    band_kind: str
    filled_before: float
    filled_after: float
    change: Effect
    beside_doing_nothing: Effect
    flows: tuple[Flow, ...]
    residual: float


def usual_draws(place: Area, policies: int) -> int:
    """Return how many draws an explanation makes unless told: about a thousand runs, and never fewer than eight."""
    if len(place.members) >= MANY_AREAS or policies > 6:
        return 8
    return 32 if policies <= 5 else 16


def explain(study: Study, measure: Measure, progress: Progress | None = None, threads: int | None = None) -> Explanation:
    """Explain the only scenario of a study: run subsets of its policies at shared points and share out the effect.

    Raises:
        AlmonerError: the study has not one scenario, or the scenario has no policy and no edit.
    """
    scenario = _only_scenario(study)
    players = len(scenario.policies)
    if not players and not scenario.parameter_edits:
        raise AlmonerError(f"The scenario '{scenario.id}' has no policies: there is nothing to explain.")
    responses = Responses(study, (measure.read,), threads=threads, progress=progress)
    labels = names(scenario)
    nothing, whole = load_scenario(DO_NOTHING), (1 << players) - 1
    is_exact = players <= MOST_EXACT
    taken = shapley.orders(players, _orders(players, study.points), study.seed)
    wanted = _subsets(players, taken, is_exact)
    found = responses.read([nothing, *(subset(scenario, mask) for mask in wanted)])[..., 0]
    if np.isnan(found).any():
        raise AlmonerError(f"'{measure.id}' is not a number in {study.to_year} for {study.place.name}: choose another measure.")
    values = dict(zip(wanted, found[1:], strict=True))
    if is_exact:
        table = np.array([values[mask] for mask in range(1 << players)])
        shares, errors = shapley.exact(table, players), np.zeros(players)
        pairs = shapley.pairwise(table, players)
    else:
        shares, errors = shapley.from_orders(values, taken)
        pairs = {}

    def effect(changes: NDArray[np.float64]) -> Effect:
        return Effect.of(by_draw(changes, study.draws))

    edited = bool(scenario.parameter_edits)
    alone = [values[1 << k] - values[0] for k in range(players)]
    rows = [
        Share(
            policy=labels[k],
            label=_said(policy),
            assumed=_assumed(policy),
            evidence=policy.evidence,
            value=effect(shares[k]),
            alone=effect(alone[k]),
            sampling_error=float(errors[k]),
            moves_nothing=not (alone[k].any() or shares[k].any()),
        )
        for k, (_, policy) in enumerate(scenario.policies)
    ]
    own = values[0] - found[0]
    if edited:
        rows.insert(0, Share(EDITS, _EDITS_SAID, _edits_assumed(scenario), (), effect(own), effect(own), 0.0, not own.any()))
    assumed = [shares[k] for k in range(players) if _assumed(scenario.policies[k][1])]
    assumed += [own] if edited and _edits_assumed(scenario) else []
    sizes = {row.policy: abs(row.value.effect) for row in rows}
    all_sizes = sum(sizes.values())
    return Explanation(
        place_code=study.place.code,
        place_name=study.place.name,
        level=study.place.level,
        run_id=study.with_scenarios((nothing, scenario)).run_id,
        scenario=scenario.id,
        scenario_name=scenario.name,
        measure=measure.id,
        label=measure.label,
        unit=measure.unit,
        better=measure.better,
        year=study.to_year,
        draws=study.draws,
        band_kind=band_kind(study.draws),
        method=f"exact over {1 << players} subsets" if is_exact else f"{len(taken)} orders sampled, each beside itself backwards",
        runs=responses.runs,
        reference=float(found[0].mean()),
        total=effect(values[whole] - found[0]),
        waterfall=tuple(_waterfall(scenario, labels, found[0], values, study.draws)),
        shapley=tuple(rows),
        interaction=Interaction(
            effect(values[whole] - values[0] - sum(alone, np.zeros(study.points))),
            tuple(Pair(labels[a], labels[b], effect(index)) for (a, b), index in pairs.items()),
        ),
        assumed_share=sum(sizes[row.policy] for row in rows if row.assumed) / all_sizes if all_sizes else None,
        assumed_effect=effect(sum(assumed, np.zeros(study.points))),
    )


def explain_year(study: Study, year: int, progress: Progress | None = None, threads: int | None = None) -> YearChange:
    """Return the flows that moved filled posts in the twelve months to 31 March of a year under the only scenario of a study.

    Raises:
        AlmonerError: the year is not one of the study's, or the study has not one scenario.
    """
    scenario = _only_scenario(study)
    if year not in study.years[1:]:
        raise AlmonerError(f"{year} is not a year of the run: choose one from {study.years[1]} to {study.to_year}.")
    both = study.with_scenarios((load_scenario(DO_NOTHING), scenario))
    result = run_study(both, progress, threads)
    k = study.years.index(year)
    filled = result.stock("filled").sum(axis=(3, 4))

    def effect(values: NDArray[np.float64]) -> Effect:
        return Effect.of(by_draw(values, study.draws))

    change = filled[:, :, k] - filled[:, :, k - 1]
    flows, added = [], np.zeros(study.points)
    for name, label in _FLOW_LABELS.items():
        people = (1.0 if name in INTO else -1.0) * result.flow(name)[:, :, k].sum(axis=(2, 3))
        added += people[1]
        flows.append(Flow(name, label, effect(people[1]), effect(people[1] - people[0])))
    return YearChange(
        place_code=study.place.code,
        place_name=study.place.name,
        level=study.place.level,
        run_id=both.run_id,
        scenario=scenario.id,
        scenario_name=scenario.name,
        year=year,
        draws=study.draws,
        band_kind=band_kind(study.draws),
        filled_before=float(filled[1, :, k - 1].mean()),
        filled_after=float(filled[1, :, k].mean()),
        change=effect(change[1]),
        beside_doing_nothing=effect(change[1] - change[0]),
        flows=tuple(flows),
        residual=float(np.abs(change[1] - added).max()),
    )


def subset(scenario: Scenario, mask: int) -> Scenario:
    """Return a scenario with those of its policies whose bits are in `mask`; its edits of parameters stay."""
    kept = tuple(entry for k, entry in enumerate(scenario.policies) if mask >> k & 1)
    return replace(scenario, id=f"{scenario.id}-{mask}", policies=kept)


def names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of a scenario's policies, numbered where one is used twice."""
    plain = [name for name, _ in scenario.policies]
    return tuple(name if plain.count(name) == 1 else f"{name} {plain[: k + 1].count(name)}" for k, name in enumerate(plain))


def _only_scenario(study: Study) -> Scenario:
    if len(study.scenarios) != 1:
        raise AlmonerError("Name one scenario to explain.")
    return study.scenarios[0]


def _orders(players: int, points: int) -> int:
    return max(6, _SAMPLED_RUNS // max(1, points * max(1, players - 1)) // 2 * 2)


def _subsets(players: int, taken: NDArray[np.int64], is_exact: bool) -> list[int]:
    """Return the subsets to run: all, or those on the sampled orders; the waterfall's and each policy alone always."""
    if is_exact:
        return list(range(1 << players))
    in_order = shapley.chain(np.arange(players))
    on_the_way = (mask for order in taken for mask in shapley.chain(order))
    return sorted({*in_order, *on_the_way, *(1 << k for k in range(players))})


def _waterfall(
    scenario: Scenario, labels: Sequence[str], nothing: NDArray[np.float64], values: dict[int, NDArray[np.float64]], draws: int
) -> list[Step]:
    def step(policy: str, label: str, assumed: bool, before: NDArray[np.float64], after: NDArray[np.float64]) -> Step:
        return Step(policy, label, assumed, float(before.mean()), float(after.mean()), Effect.of(by_draw(after - before, draws)))

    found = [step(EDITS, _EDITS_SAID, _edits_assumed(scenario), nothing, values[0])] if scenario.parameter_edits else []
    mask = 0
    for k, (_, policy) in enumerate(scenario.policies):
        found.append(step(labels[k], _said(policy), _assumed(policy), values[mask], values[mask | 1 << k]))
        mask |= 1 << k
    return found


def _said(policy: Policy) -> str:
    return summary(type(policy)).rstrip(".")


def _assumed(policy: Policy) -> bool:
    return status(type(policy)) == "assumed"


def _edits_assumed(scenario: Scenario) -> bool:
    """Edits of parameters are assumed unless each says where its value comes from."""
    return any(not edit.source for edit in scenario.parameter_edits)
