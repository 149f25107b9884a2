"""The best mix of policies for a yearly budget: what to do and how much of it, verified, with the value of another pound.

In: a place, levers, an outcome, a budget and the year in which both are counted. Out: an `Optimum`. The budget is of net cost:
staff, cover and programmes beside doing nothing, in the stated prices. The search runs on a sampled world - a few draws, and of a
large place a sample of its areas - at shared points; finalists are run again on luck that the search has not seen, and the answer
on luck that neither has, on the whole place and under all draws of the parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.days_delayed import DaysDelayed
from almoner.analysis.levers import Lever, levers, mix
from almoner.analysis.measures import DAYS_DELAYED, MEASURES, band_kind
from almoner.analysis.plan_record import Good
from almoner.analysis.responses import Effect, Outcome, Responses, by_draw, checked_draws
from almoner.analysis.search import Evaluate, Found, search
from almoner.analysis.value import Ratio, ratio
from almoner.errors import AlmonerError, OutOfRangeError
from almoner.model.clock import month_text
from almoner.model.money import price_base
from almoner.parameters import load
from almoner.reference.areas import Area
from almoner.study.design import MANY_AREAS, USUAL_DRAWS, Study
from almoner.study.run import Progress
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario

Array = NDArray[np.float64]

START: Final = 24
"""Policies act from April 2027."""

_SAMPLED_AREAS: Final = 12
_RACE: Final = 1_000_003
LUCK_OF_VERIFYING: Final = 2_000_003
"""Added to the numbers of replicates, so that search, race and verification share no luck."""
_FRONT: Final = (0.25, 0.5, 0.75, 1.0, 1.25)
_ENOUGH: Final = 0.985
_NOT_QUITE: Final = 0.998
_ADJUSTMENTS: Final = 8
"""Times that a mix may be made smaller or larger to use the budget up and no more."""

_CLEAR: Final = 2.0
"""Standard errors beyond which two mixes' costs differ."""

_TOO_MUCH: Final = 1.002
"""Net cost that counts as within the budget: two parts in a thousand, the rounding of sizes to three digits."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A policy of the mix at its size."""

    policy: str
    label: str
    setting: str
    unit: str
    size: float
    highest: float
    whole: bool
    assumed: bool


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A mix on the front of cost against outcome, as verified."""

    budget_gbp_m: float
    cost_gbp_m: Effect
    outcome: Effect
    mix: tuple[Sized, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """Another way to spend the budget, and the share of draws in which the chosen mix does better."""

    name: str
    mix: tuple[Sized, ...]
    cost_gbp_m: Effect
    outcome: Effect
    beaten_in: float


@dataclass(frozen=True, slots=True)
class MarginalValue:
    """Improvement of the outcome for another million pounds a year, between three quarters and one and a quarter of the budget."""

    better_per_gbp_m: Ratio | None
    between_gbp_m: tuple[float, float] | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """The chosen mix on the whole place, all draws, luck of its own. `better` is the outcome's change for the better."""

    outcome: Effect
    cost_gbp_m: Effect
    budget_kept: bool
    share_of_draws_within_budget: float
    rivals: tuple[Rival, ...]
    areas: int
    draws: int


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """How the answer was found."""

    areas: int
    points: int
    mixes: int
    runs: int


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best mix of policies for a budget. Effects are differences to doing nothing."""

    place_code: str
    place_name: str
    level: str
    outcome: str
    label: str
    unit: str
    better: Good
    year: int
    budget_gbp_m: float
    price_basis: str
    start: str
    seed: int
    draws: int
    band_kind: str
    reference: float
    mix: tuple[Sized, ...]
    left_out: dict[str, str]
    front: tuple[FrontPoint, ...]
    marginal_value: MarginalValue
    verified: Verified
    search: SearchRecord


@dataclass(frozen=True)
class World:
    """Responses of one place with what is read from them."""

    responses: Responses
    of: tuple[Lever, ...]
    outcome: Outcome

    def read(self, mixes: Sequence[Scenario]) -> tuple[Array, Array]:
        """Return change of the outcome and net cost beside doing nothing, [mix, point]."""
        found = self.responses.read([load_scenario(DO_NOTHING), *mixes])
        last = found.shape[-1] - 1 if self.outcome.worst_tenth else 0
        change = found[1:] - found[:1]
        if np.isnan(change).any():
            where = f"in {self.responses.study.to_year} for {self.responses.study.place.name}"
            raise AlmonerError(f"'{self.outcome.id}' is not a number {where}: choose another outcome.")
        return change[..., last], change[..., 1]

    def reference(self) -> float:
        """Return the outcome under doing nothing."""
        found = self.responses.read([load_scenario(DO_NOTHING)])[0]
        return float(found[:, -1 if self.outcome.worst_tenth else 0].mean())

    def evaluate(self) -> Evaluate:
        """Return what the search asks: sizes to benefit and cost."""

        def ask(sizes: Array) -> tuple[Array, Array]:
            change, cost = self.read([mix(self.of, row) for row in sizes])
            return self.outcome.sign * change, cost

        return ask


def optimise(
    place: Area,
    outcome: Outcome,
    budget_gbp: float,
    names: Sequence[str] = (),
    to_year: int = 2035,
    start: int = START,
    seed: int = 0,
    draws: int | None = None,
    points: int | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Optimum:
    """Find the best mix of policies for a budget in pounds a year.

    The search looks at `points` draws, the answer is verified on `draws`; without them as many as a minute of two cores allows.

    Raises:
        OutOfRangeError: the budget is not above nothing.
        AlmonerError: a policy cannot be sized, or none betters the outcome.
    """
    if not budget_gbp > 0:
        raise OutOfRangeError(f"The budget {budget_gbp:g} is not above nothing: give pounds a year.")
    budget = budget_gbp / 1e6
    delays = outcome.measure.id == DAYS_DELAYED
    of, left = levers(names, start, ("adult", "discharge") if delays else ("adult",), place.level != "england")
    verified_draws = checked_draws(draws, USUAL_DRAWS if len(place.members) < MANY_AREAS else 8)
    points = points or (32 if len(of) <= 3 else 16 if len(of) <= 8 else 8)

    def world(where: Area, count: int, luck: int) -> World:
        study = Study(where, (), count, to_year, seed)
        worst = outcome.measure if outcome.worst_tenth else None
        readers = (outcome.measure.read, MEASURES["cost_gbp_m"].read)
        beside = DaysDelayed(study, luck).beside if delays else None
        return World(Responses(study, readers, luck, False, threads, progress, beside, worst), of, outcome)

    sampled = sampled_place(place, 3 * _SAMPLED_AREAS if outcome.worst_tenth else _SAMPLED_AREAS, seed)
    trial = world(sampled, points, 0)
    found = search(trial.evaluate(), np.array([lever.highest for lever in of]), budget, seed=seed)
    race = world(sampled, verified_draws, _RACE)
    chosen, others = _raced(race, found, budget)
    final = world(place, verified_draws, LUCK_OF_VERIFYING)
    sizes = _kept_to_budget(final, chosen, budget)
    asked = trial.evaluate()
    fronts = [rounded(of, found.best(asked, share * budget, seed)) for share in _FRONT if share != 1.0]
    singles = [rounded(of, _alone(found, k, budget)) for k in found.kept]
    runner_up = rounded(of, others[0]) if len(others) and len(found.kept) > 1 else None
    rows = [sizes, *fronts, *singles, *([] if runner_up is None else [runner_up])]
    change, cost = final.read([mix(of, row) for row in rows])
    change, cost = by_draw(change, verified_draws), by_draw(cost, verified_draws)
    gain = outcome.sign * change

    def rival(name: str, k: int) -> Rival:
        return Rival(name, mix_of(of, rows[k]), Effect.of(cost[k]), Effect.of(change[k]), float((gain[0] > gain[k]).mean()))

    rivals = [rival("runner-up", len(rows) - 1)] if runner_up is not None else []
    rivals += [rival(of[k].policy, 1 + len(fronts) + i) for i, k in enumerate(found.kept) if len(found.kept) > 1]
    budgets = [share * budget for share in _FRONT if share != 1.0]
    front = [FrontPoint(budget, Effect.of(cost[0]), Effect.of(change[0]), mix_of(of, sizes))]
    front += [
        FrontPoint(money, Effect.of(cost[k]), Effect.of(change[k]), mix_of(of, rows[k])) for k, money in enumerate(budgets, start=1)
    ]
    left |= {of[k].policy: "it moves nothing here" for k in found.idle}
    left |= {
        lever.policy: "its effect on the outcome cannot be told from none at this budget"
        for k, lever in enumerate(of)
        if k not in (*found.kept, *found.idle)
    }
    return Optimum(
        place_code=place.code,
        place_name=place.name,
        level=place.level,
        outcome=outcome.id,
        label=outcome.label,
        unit=outcome.measure.unit,
        better=outcome.measure.better,
        year=to_year,
        budget_gbp_m=budget,
        price_basis=f"{price_base(load())} prices",
        start=month_text(start),
        seed=seed,
        draws=verified_draws,
        band_kind=band_kind(verified_draws),
        reference=final.reference(),
        mix=mix_of(of, sizes),
        left_out=left,
        front=not_dominated(front, outcome.sign),
        marginal_value=_marginal(gain, cost, seed),
        verified=Verified(
            outcome=Effect.of(change[0]),
            cost_gbp_m=Effect.of(cost[0]),
            budget_kept=bool(cost[0].mean() <= budget * _TOO_MUCH),
            share_of_draws_within_budget=float((cost[0] <= budget * _TOO_MUCH).mean()),
            rivals=tuple(rivals),
            areas=len(place.members),
            draws=verified_draws,
        ),
        search=SearchRecord(
            areas=len(sampled.members),
            points=points,
            mixes=trial.responses.scenarios,
            runs=trial.responses.runs + race.responses.runs + final.responses.runs,
        ),
    )


def sampled_place(place: Area, areas: int, seed: int) -> Area:
    """Return a place with a sample of its areas, each standing for its share of the whole; a small place as it is.

    Areas are taken at equal steps through the list from the least to the most posts, so that large and small are there as often as
    in the place, and weighted so that the sample has the place's posts.
    """
    from almoner.model.baseline import build

    if len(place.members) <= areas:
        return place
    world = build(place.area_codes, seed)
    posts = dict(zip(world.area_codes, (world.filled + world.vacant).sum(axis=(1, 2)), strict=True))
    members = sorted(place.members, key=lambda member: posts[member[0]] * member[1])
    step = len(members) / areas
    taken = [members[int((k + 0.5) * step)] for k in range(areas)]
    factor = sum(posts[code] * share for code, share in members) / sum(posts[code] * share for code, share in taken)
    return replace(place, members=tuple(sorted((code, share * factor) for code, share in taken)))


def not_dominated(front: Sequence[FrontPoint], sign: float) -> tuple[FrontPoint, ...]:
    """Return the points that no other beats at the same or a lower cost, by cost."""
    kept: list[FrontPoint] = []
    for point in sorted(front, key=lambda one: (one.cost_gbp_m.effect, -sign * one.outcome.effect)):
        if not kept or sign * point.outcome.effect > sign * kept[-1].outcome.effect:
            kept.append(point)
    return tuple(kept)


def _raced(race: World, found: Found, budget: float) -> tuple[Array, Array]:
    """Return the finalist that does best on luck of its own, and the others in their order; overspending counts against them."""
    change, cost = race.read([mix(race.of, row) for row in found.candidates])
    gain, spent = race.outcome.sign * change.mean(axis=1), cost.mean(axis=1)
    worth = gain - np.maximum(gain, 0.0) * np.maximum(spent / budget - 1.0, 0.0)
    order = np.argsort(-worth, kind="stable")
    return found.candidates[order[0]], found.candidates[order[1:]]


def _kept_to_budget(final: World, sizes: Array, budget: float) -> Array:
    """Return a mix made smaller or larger in proportion until its mean net cost on the whole place is just within the budget."""
    highest = np.array([lever.highest for lever in final.of])
    best = np.zeros_like(sizes)
    for _ in range(_ADJUSTMENTS):
        kept = rounded(final.of, sizes)
        cost = float(final.read([mix(final.of, kept)])[1].mean())
        if cost <= budget * _TOO_MUCH:
            best = kept
            if cost >= budget * _ENOUGH or (sizes[sizes > 0] >= highest[sizes > 0]).all():
                break
        factor = budget / cost if cost > 0 else np.inf
        sizes = np.minimum(sizes * np.clip(factor, 0.5, 1.2) * (_NOT_QUITE if factor < 1 else 1.0), highest)
    return best


def _alone(found: Found, k: int, budget: float) -> Array:
    """Return the sizes at which one policy alone spends the budget, by the surface."""
    shares = np.zeros(len(found.kept))
    shares[found.kept.index(k)] = 1.0
    return found.sizes(found.surface.within(shares, budget))


def rounded(of: Sequence[Lever], sizes: Array) -> Array:
    """Return sizes as they are said and used."""
    return np.array([lever.rounded(float(size)) for lever, size in zip(of, sizes, strict=True)])


def mix_of(of: Sequence[Lever], sizes: Array) -> tuple[Sized, ...]:
    """Return the policies that a mix has, with their sizes."""
    return tuple(
        Sized(lever.policy, lever.label, lever.setting, lever.unit, float(size), lever.highest, lever.whole, lever.assumed)
        for lever, size in zip(of, sizes, strict=True)
        if size > 0
    )


def _marginal(gain: Array, cost: Array, seed: int) -> MarginalValue:
    """Return the finite difference along the front between the mixes of 0.75 and 1.25 budgets: rows 3 and 4 of the results."""
    more, spent = gain[4] - gain[3], cost[4] - cost[3]
    ends = (float(cost[3].mean()), float(cost[4].mean()))
    error = spent.std(ddof=1) / np.sqrt(spent.size) if spent.size > 1 else np.inf
    if spent.mean() <= _CLEAR * error:
        return MarginalValue(None, ends, "the costs of the two mixes cannot be told apart with so few draws")
    return MarginalValue(ratio(more, spent, seed), ends, None)
