"""Value for money: what a scenario costs each year, who pays, and what an extra filled post or an hour of care comes to.

In: a study's result whose first scenario is the reference. Out: a `ValueRow` a scenario and year. All costs and effects are paired
differences. A unit cost is the mean extra cost over the mean extra effect (never a mean of ratios), shown only where the effect can
be told from none. Its `low` and `high` are the spread over draws, ordered by the angle of (effect, cost) so that draws with hardly
any effect do not break it; `mean_low` and `mean_high` hold the ratio of means in 80% of bootstrap resamples of the draws
(percentile method, Efron and Tibshirani 1993): what more draws would narrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.measures import DAYS_DELAYED, MEASURES, DelayedRun
from almoner.analysis.responses import Effect, by_draw
from almoner.model.draws import generator
from almoner.model.money import payer_shares
from almoner.parameters import load
from almoner.policies.base import PAYERS, CostBasis, reach
from almoner.reference.population import persons_at
from almoner.study.run import StudyResult

Array = NDArray[np.float64]

RESAMPLES: Final = 2000
_BANDS: Final = (10.0, 90.0)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of paired means; an end is None where it has no limit within the spread."""

    value: float
    low: float | None
    high: float | None
    mean_low: float | None
    mean_high: float | None


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Cost of one unit of an effect in a year, and over all years up to it; None with the reason in `why_not`.

    `effect` is the change for the better: posts filled, or hours or days avoided, in the year.
    """

    of: str
    label: str
    effect: Effect
    in_year: Ratio | None
    to_date: Ratio | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class ValueRow:
    """What a scenario costs in a year beside the reference, GBP million in the stated prices, with its unit costs.

    `staff` is pay, on-costs and cover; `programmes` is what the policies themselves cost, of which `assumed_programmes` has a unit
    cost without a source (at the middle of every prior).
    """

    scenario: str
    year: int
    total: Effect
    staff: Effect
    programmes: Effect
    assumed_programmes: float
    by_payer: dict[str, Effect]
    unit_costs: tuple[UnitCost, ...]


def value_for_money(result: StudyResult) -> tuple[ValueRow, ...]:
    """Return costs by payer and unit costs of every scenario but the first, for every year but the opening."""
    return tuple(row for scenario in range(1, len(result.study.scenarios)) for row in _rows(result, scenario))


def ratio_of_means(cost: Array, effect: Array, seed: int = 0) -> Ratio | None:
    """Return cost over effect from paired draws, or None where the effect cannot be told from none.

    An effect below nothing has no unit cost either: what is bought is a loss.
    """
    return ratio(cost, effect, seed) if Effect.of(effect).distinguishable and effect.mean() > 0 else None


def ratio(cost: Array, effect: Array, seed: int = 0) -> Ratio:
    """Return one quantity over another from paired draws; the mean of the second must be above nothing."""
    chance = generator("resamples of draws", seed, cost.size)
    picks = chance.integers(0, cost.size, (RESAMPLES, cost.size))
    low, high = _by_angle(cost, effect, cost.mean(), effect.mean())
    mean_low, mean_high = _by_angle(cost[picks].mean(axis=1), effect[picks].mean(axis=1), cost.mean(), effect.mean())
    return Ratio(float(cost.mean() / effect.mean()), low, high, mean_low, mean_high)


def _by_angle(cost: Array, effect: Array, mean_cost: float, mean_effect: float) -> tuple[float | None, float | None]:
    """Return the 10th and 90th percentile of ratios, ordered by angle from the mean; None where that is no finite ratio."""
    # In the units of each axis' own mean, so that pounds do not drown posts.
    unit = abs(mean_cost) or 1.0
    turned = np.arctan2(cost / unit, effect / mean_effect)
    middle = np.arctan2(mean_cost / unit, 1.0)
    apart = np.angle(np.exp(1j * (turned - middle)))
    ends = middle + np.percentile(apart, _BANDS)
    scale = unit / mean_effect
    low, high = (float(np.tan(end) * scale) if abs(end) < np.pi / 2 else None for end in ends)
    return low, high


def _rows(result: StudyResult, scenario: int) -> Iterator[ValueRow]:
    study, draws = result.study, result.study.draws
    costs = _costs(result, scenario)
    total = costs["staff"] + costs["programmes"]
    assumed = _assumed_programmes(result, scenario) - _assumed_programmes(result, 0)
    gains = dict(_gains(result, scenario))
    for k, year in enumerate(study.years):
        if k == 0:
            continue
        yield ValueRow(
            scenario=study.scenarios[scenario].id,
            year=year,
            total=Effect.of(by_draw(total[:, k], draws)),
            staff=Effect.of(by_draw(costs["staff"][:, k], draws)),
            programmes=Effect.of(by_draw(costs["programmes"][:, k], draws)),
            assumed_programmes=float(assumed[k]),
            by_payer={payer: Effect.of(by_draw(costs[payer][:, k], draws)) for payer in PAYERS},
            unit_costs=tuple(_unit_cost(name, label, total, gain, k, draws, study.seed) for (name, label), gain in gains.items()),
        )


def _unit_cost(of: str, label: str, total: Array, gain: Array, k: int, draws: int, seed: int) -> UnitCost:
    effect = Effect.of(by_draw(gain[:, k], draws))
    in_year = ratio_of_means(1e6 * by_draw(total[:, k], draws), by_draw(gain[:, k], draws), seed)
    spans = slice(1, k + 1)
    to_date = ratio_of_means(1e6 * by_draw(total[:, spans].sum(axis=1), draws), by_draw(gain[:, spans].sum(axis=1), draws), seed)
    why = None
    if in_year is None:
        worse = effect.distinguishable and effect.effect <= 0
        why = "the effect is for the worse" if worse else "the effect cannot be told from none"
    return UnitCost(of, label, effect, in_year, to_date, why)


def _costs(result: StudyResult, scenario: int) -> dict[str, Array]:
    """Return extra cost, GBP million [point, year]: of staff, of programmes, and by payer with each draw's own shares."""
    tree, replicates = load(), result.study.replicates
    rows: dict[str, list[Array]] = {name: [] for name in ("staff", "programmes", *PAYERS)}
    for point, (own, other) in enumerate(zip(result.runs[scenario], result.runs[0], strict=True)):
        shares = payer_shares(tree.drawn(result.drawn[point // replicates]))
        staff = (own.staff_cost.sum(axis=1) - other.staff_cost.sum(axis=1)) / 1e6
        none = np.zeros_like(staff)
        extra = {
            payer: (own.programme_cost.get(payer, none) - other.programme_cost.get(payer, none)) / 1e6
            for payer in {*PAYERS, *own.programme_cost, *other.programme_cost}
        }
        rows["staff"].append(staff)
        rows["programmes"].append(sum(extra.values(), none))
        for payer in PAYERS:
            rows[payer].append(staff * shares.get(payer, 0.0) + extra[payer])
    return {name: np.array(values) for name, values in rows.items()}


def _gains(result: StudyResult, scenario: int) -> Iterator[tuple[tuple[str, str], Array]]:
    """Yield each effect that has a unit cost, as the change for the better [point, year] in units a year."""
    weeks = load().at("money.weeks_per_year")
    wanted = [("filled_posts", "extra filled post for a year", 1.0), ("unmet_hours_per_week", "unmet hour of care avoided", -weeks)]
    if all(isinstance(run, DelayedRun) for run in (*result.runs[scenario], *result.runs[0])):
        wanted.append((DAYS_DELAYED, "extra bed day saved", -1.0))
    for name, label, scale in wanted:
        read = MEASURES[name].read
        pairs = zip(result.runs[scenario], result.runs[0], strict=True)
        yield (name, label), np.array([scale * (read(own) - read(other)) for own, other in pairs])


def _assumed_programmes(result: StudyResult, scenario: int) -> Array:
    """Return what programmes with an assumed unit cost come to, GBP million [year], at the middle of every prior."""
    years, tree = result.study.years, result.study.scenarios[scenario].apply(load())
    people = persons_at(result.baseline.area_codes, [year - 0.25 for year in years])
    total = np.zeros(len(years))
    for _, policy in result.study.scenarios[scenario].policies:
        where = reach(policy.areas)
        reached = result.weights * np.array([where is None or code in where for code in result.baseline.area_codes])
        own = np.tensordot(people, reached, axes=([0], [0]))
        cost = policy.cost(tree, CostBasis(years, own[:, 1:].sum(axis=1), own[:, 2:].sum(axis=1)))
        if cost.assumed:
            total += sum(cost.by_payer.values(), np.zeros(len(years)))
    return total / 1e6
