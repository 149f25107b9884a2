"""A national sum shared out between areas or regions so that it brings the most, and checked by running what each would do.

In: a place of several areas, an outcome that counts something, a budget, and the limits of fairness. Out: a `Sharing`. The best
mixes of a few budgets, found on a sample of areas, make a path; running them everywhere says what each area gains and pays along
it; the linear programme of `allocate` shares the money out. Each unit is then run alone at its own mix with luck of its own - as if
employers nearby did likewise: what one area's higher pay draws from its neighbours is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.allocate import Allocation, allocate
from almoner.analysis.curves import Curve, concave, drawn_together
from almoner.analysis.levers import Lever, levers, mix
from almoner.analysis.measures import MEASURES, band_kind
from almoner.analysis.optimise import LUCK_OF_VERIFYING, Sized, World, mix_of, rounded, sampled_place
from almoner.analysis.plan_record import Good
from almoner.analysis.responses import Effect, Outcome, Responses, by_draw, read_by_area
from almoner.analysis.search import search
from almoner.errors import AlmonerError, OutOfRangeError
from almoner.model.money import price_base
from almoner.parameters import load
from almoner.reference.areas import Area, areas, resolve
from almoner.reference.population import persons_at
from almoner.study.design import Study
from almoner.study.run import Progress
from almoner.study.scenario import DO_NOTHING, load_scenario

Array = NDArray[np.float64]
Unit = Literal["region", "area"]
UNITS: Final = ("region", "area")

_PATH: Final = (0.5, 1.0, 1.5, 2.5)
"""Budgets of the path's mixes, in budgets."""
_SEARCHED: Final = 2.0
"""Budgets that the search is for; it tries a quarter beyond, which is the path's end."""
_SAMPLED_AREAS: Final = 12
_POINTS: Final = 8


@dataclass(frozen=True, slots=True)
class Share:
    """What one area or region gets. `better` is the modelled change of the outcome for the better, by its curve."""

    code: str
    name: str
    adults: float
    spend_gbp_m: float
    gbp_per_adult: float
    times_equal: float
    better: float
    held_by: str | None
    mix: tuple[Sized, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The sharing run unit by unit: change for the better and net cost, and the same for an equal sum for each adult."""

    better: Effect
    cost_gbp_m: Effect
    equal_better: Effect
    equal_cost_gbp_m: Effect
    better_than_equal: Effect
    draws: int


@dataclass(frozen=True, slots=True)
class Sharing:
    """A budget shared out. `own_difference_kept` is how much of an area's difference to the whole its own noise lets stand."""

    place_code: str
    place_name: str
    level: str
    outcome: str
    label: str
    unit: str
    better: Good
    year: int
    by: Unit
    budget_gbp_m: float
    price_basis: str
    floor: float
    fair: float | None
    band_kind: str
    path: tuple[tuple[Sized, ...], ...]
    curves: tuple[Curve, ...]
    own_difference_kept: float
    shares: tuple[Share, ...]
    spent_gbp_m: float
    better_by_curves: float
    equal_by_curves: float
    better_per_gbp_m: float
    gap: float
    seconds: float
    verified: Checked | None


def share_out(
    place: Area,
    outcome: Outcome,
    budget_gbp: float,
    by: Unit = "region",
    names: Sequence[str] = (),
    to_year: int = 2035,
    start: int = 24,
    floor: float = 0.0,
    fair: float | None = None,
    seed: int = 0,
    draws: int | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Sharing:
    """Share a budget in pounds a year out between the areas or regions of a place.

    Raises:
        OutOfRangeError: the budget, the floor or the fairness limit is outside its range.
        AlmonerError: the place has one unit only, the outcome is a rate, or no policy betters it.
    """
    if not budget_gbp > 0:
        raise OutOfRangeError(f"The budget {budget_gbp:g} is not above nothing: give pounds a year.")
    if outcome.measure.unit == "percent" or outcome.worst_tenth:
        raise AlmonerError(f"'{outcome.id}' cannot be added up over areas: share out by a count such as unmet_hours_per_week.")
    units, of_area = _units(place, by)
    if len(units) < 2:
        raise AlmonerError(f"{place.name} has one {by} only: there is nothing to share out.")
    budget, points = budget_gbp / 1e6, draws or _POINTS
    of, _ = levers(names, start)
    readers = (outcome.measure.read, MEASURES["cost_gbp_m"].read)
    sampled = sampled_place(place, _SAMPLED_AREAS, seed)
    world = World(Responses(Study(sampled, (), points, to_year, seed), readers, threads=threads, progress=progress), of, outcome)
    ask = world.evaluate()
    found = search(ask, np.array([lever.highest for lever in of]), _SEARCHED * budget, seed=seed)
    path = np.array([rounded(of, found.best(ask, part * budget, seed, rounds=2)) for part in _PATH])
    scenarios = tuple(replace(mix(of, row), id=f"path {k}") for k, row in enumerate(path))
    study = Study(place, (load_scenario(DO_NOTHING), *scenarios), points, to_year, seed)
    values = read_by_area(study, readers, threads=threads, progress=progress)
    members = sorted(place.members)
    weights = np.array([share for _, share in members])
    change = by_draw(np.moveaxis((values[1:] - values[:1]) * weights[:, None], 1, -1), points)
    people = persons_at([code for code, _ in members], [to_year - 0.25])[:, 0, 1:].sum(axis=1) * weights
    adults = np.bincount(of_area, weights=people).astype(np.float64)
    curves, kept = _curves(units, of_area, change, outcome.sign, adults)
    answer = allocate(curves, adults, budget, floor, fair)
    equal = budget * adults / adults.sum()
    own = np.array([_sizes_at(path, allotment.level) for allotment in answer.allotments])
    checked = None
    if verify:
        same = np.array([_sizes_at(path, curve.level_at(money)) for curve, money in zip(curves, equal, strict=True)])
        checked = _check(_places(place, units, of_area), of, own, same, outcome, to_year, points, seed, threads, progress)
    names_of = dict(units)
    return Sharing(
        place_code=place.code,
        place_name=place.name,
        level=place.level,
        outcome=outcome.id,
        label=outcome.label,
        unit=outcome.measure.unit,
        better=outcome.measure.better,
        year=to_year,
        by=by,
        budget_gbp_m=budget,
        price_basis=f"{price_base(load())} prices",
        floor=floor,
        fair=fair,
        band_kind=band_kind(points),
        path=tuple(mix_of(of, row) for row in path),
        curves=curves,
        own_difference_kept=kept,
        shares=tuple(
            Share(
                code=row.unit,
                name=names_of[row.unit],
                adults=row.people,
                spend_gbp_m=row.spend,
                gbp_per_adult=1e6 * row.spend / row.people,
                times_equal=row.spend / equal[k],
                better=row.gain,
                held_by=row.held_by,
                mix=mix_of(of, rounded(of, own[k])),
            )
            for k, row in enumerate(answer.allotments)
        ),
        **_said_of(answer),
        verified=checked,
    )


def _said_of(answer: Allocation) -> dict[str, float]:
    return {
        "spent_gbp_m": answer.spent,
        "better_by_curves": answer.gain,
        "equal_by_curves": answer.equal_gain,
        "better_per_gbp_m": answer.worth,
        "gap": answer.gap,
        "seconds": answer.seconds,
    }


def _units(place: Area, by: Unit) -> tuple[list[tuple[str, str]], NDArray[np.int64]]:
    """Return the units as (code, name) and the place of each area's unit among them; areas by code."""
    known = {area.code: area for area in areas()}
    members = [known[code] for code, _ in sorted(place.members)]
    keys = [(one.region_code or "", one.region_name or "") if by == "region" else (one.code, one.name) for one in members]
    units = sorted(set(keys))
    return units, np.array([units.index(key) for key in keys])


def _curves(
    units: Sequence[tuple[str, str]], of_area: NDArray[np.int64], change: Array, sign: float, adults: Array
) -> tuple[tuple[Curve, ...], float]:
    """Return each unit's curve from changes [level, area, reading, point], and how much of its own difference was kept."""
    by_unit = np.zeros((change.shape[0], len(units), 2, change.shape[-1]))
    for area, unit in enumerate(of_area):
        by_unit[:, unit] += change[:, area]
    drawn = [drawn_together(sign * level[:, 0], adults) for level in by_unit]
    gains = np.array([gain for gain, _ in drawn])
    costs = np.array([drawn_together(level[:, 1], adults)[0] for level in by_unit])
    kept = float(np.mean([share for _, share in drawn]))
    return tuple(concave(code, costs[:, k], gains[:, k]) for k, (code, _) in enumerate(units)), kept


def _sizes_at(path: Array, level: float) -> Array:
    """Return the sizes at a level of the path, 0 for nothing, k for its k-th mix, between them in proportion."""
    steps = np.concatenate([np.zeros((1, path.shape[1])), path])
    return np.array([np.interp(level, np.arange(len(steps)), steps[:, k]) for k in range(path.shape[1])])


def _places(place: Area, units: Sequence[tuple[str, str]], of_area: NDArray[np.int64]) -> tuple[Area, ...]:
    members = sorted(place.members)
    if len(units) == len(members):
        return tuple(replace(resolve(code), members=((code, share),)) for code, share in members)
    own = [tuple(member for member, unit in zip(members, of_area, strict=True) if unit == k) for k in range(len(units))]
    return tuple(Area(code, name, "region", code, name, own[k]) for k, (code, name) in enumerate(units))


def _check(
    places: Sequence[Area],
    of: Sequence[Lever],
    own: Array,
    same: Array,
    outcome: Outcome,
    to_year: int,
    draws: int,
    seed: int,
    threads: int | None,
    progress: Progress | None,
) -> Checked:
    """Run every unit alone under doing nothing, its own mix and the equal sum's, and add up."""
    readers = (outcome.measure.read, MEASURES["cost_gbp_m"].read)
    total = np.zeros((2, draws, 2))
    for k, place in enumerate(places):
        scenarios = [load_scenario(DO_NOTHING), mix(of, rounded(of, own[k])), mix(of, rounded(of, same[k]))]
        study = Study(place, tuple(replace(one, id=str(n)) for n, one in enumerate(scenarios)), draws, to_year, seed)
        values = read_by_area(study, readers, LUCK_OF_VERIFYING, threads)
        weights = np.array([share for _, share in sorted(place.members)])
        total += ((values[1:] - values[:1]) * weights[:, None]).sum(axis=2)
        if progress is not None:
            progress(k + 1, len(places))
    gain, cost = outcome.sign * total[..., 0], total[..., 1]
    return Checked(
        better=Effect.of(gain[0]),
        cost_gbp_m=Effect.of(cost[0]),
        equal_better=Effect.of(gain[1]),
        equal_cost_gbp_m=Effect.of(cost[1]),
        better_than_equal=Effect.of(gain[0] - gain[1]),
        draws=draws,
    )
