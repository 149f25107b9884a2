"""Who leaves: monthly hazards of leaving the sector and of moving to another care employer (MODEL.md section 4).

In: the turnover of every cell, the published ratios of one kind of worker's turnover to the overall rate of the same
publication and base, and a thinned copy of the opening world. Out: a hazard for every cell and weights for age, experience
and traits, so that on the joint distribution each published one-way ratio holds at once. The weights are found by raking:
each published category's weight is multiplied by target over modelled ratio until all agree (Deming and Stephan 1940).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline import Baseline, build, holders
from almoner.model.baseline.samples import cells_of, thinned
from almoner.model.clock import MONTHS_PER_YEAR, hazard_of_turnover
from almoner.model.columns import BANDED_MONTHS
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.model.world import contract_of, has_level_2, has_visa, is_full_time, pack, without_visa
from almoner.parameters import ParameterTree
from almoner.reference.vocabulary import CONTRACTS

AGE_STARTS: Final = (0, 20, 25, 60, 66, 75)
"""First year of each age band; the last two are those of retirement."""

PENSION_AGE: Final = 66

EXPERIENCE_STARTS: Final = (0, 1, 3, 5, 10, 20)
"""First year of each band of experience in the sector."""

SETTLED_YEARS: Final = 5
"""Years in the sector after which somebody recruited from abroad may settle, and leaves like anyone else (assumed)."""

_THINNING: Final = 16
_PENSION_BAND: Final = AGE_STARTS.index(PENSION_AGE)
_SETTLED_BAND: Final = EXPERIENCE_STARTS.index(SETTLED_YEARS)
_ROUNDS: Final = 60
_BRANCH: Final = "leaving."
_EFFECTS: Final = {"age": 6, "experience": 6, "contract": 3, "level_2": 2, "visa": 2, "full_time": 2}
"""What leaving depends on beside service and role, with the number of categories."""


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Relative hazards. `trait_weight` is over the packed byte; age-experience weights are [age band, experience band]."""

    trait_weight: NDArray[np.float64]
    exit_weight: NDArray[np.float64]
    move_weight: NDArray[np.float64]
    mean_exit: NDArray[np.float64]
    """[service, role]: the mean exit weight of the opening holders, which the cell hazards are divided by."""
    mean_move: NDArray[np.float64]
    fit: tuple[tuple[str, float, float], ...]
    """(margin and category, published ratio, modelled ratio)."""


def bands(starts: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the band of every whole month of age or experience, for bands that start in the years `starts`."""
    years = np.arange(BANDED_MONTHS) // MONTHS_PER_YEAR
    return (np.searchsorted(np.array(starts), years, side="right") - 1).astype(np.uint8)


def contrasts(tree: ParameterTree, seed: int = 0) -> Contrasts:
    """Rake the weights on a thinned copy of the national opening world (one post in sixteen, chosen without bias).

    The arrays are shared by all who ask for the same: they are read, never written.
    """
    return _raked(tuple((path, leaf.at()) for path, leaf in tree.leaves.items() if path.startswith(_BRANCH)), seed)


@dataclass(frozen=True, slots=True)
class _Sample:
    """People of the thinned world, [post], and the kinds of them that leave alike, [kind], with how many of each there are."""

    service: NDArray[np.intp]
    role: NDArray[np.intp]
    traits: NDArray[np.uint8]
    by_post: dict[str, NDArray[np.uint8]]
    codes: dict[str, NDArray[np.intp]]
    number: NDArray[np.intp]
    reaching_pension_age: float
    """People a year short of pension age over those past it."""


@lru_cache(maxsize=2)
def _sample(seed: int) -> _Sample:
    few = thinned(build(None, seed), _THINNING)
    people = holders(few)
    service, role = cells_of(few)
    byte = pack(people.female, people.nationality, people.contract, people.level_2, people.visa, people.hours_per_week)
    by_post = {
        "age": bands(AGE_STARTS)[_months_since(people.birth_month)],
        "experience": bands(EXPERIENCE_STARTS)[_months_since(people.sector_month)],
        "contract": contract_of(byte),
        "level_2": has_level_2(byte).astype(np.uint8),
        "full_time": is_full_time(byte).astype(np.uint8),
    }
    by_post["visa"] = (has_visa(byte) & (by_post["experience"] < _SETTLED_BAND)).astype(np.uint8)
    by_post = {name: by_post[name] for name in _EFFECTS}
    kind = np.ravel_multi_index(list(by_post.values()), tuple(_EFFECTS.values()))
    present, number = np.unique(kind, return_counts=True)
    codes = dict(zip(_EFFECTS, np.unravel_index(present, tuple(_EFFECTS.values())), strict=True))
    years = _months_since(people.birth_month) // MONTHS_PER_YEAR
    reaching = float((years == PENSION_AGE - 1).sum() / (years >= PENSION_AGE).sum())
    return _Sample(service, role, byte, by_post, codes, number, reaching)


@lru_cache(maxsize=8)
def _raked(figures: tuple[tuple[str, float], ...], seed: int) -> Contrasts:
    at, sample = dict(figures), _sample(seed)
    # People who are alike in all effects leave alike, so the raking runs over the kinds of people, weighted by how many they are.
    byte, by_post, codes, number = sample.traits, sample.by_post, sample.codes, sample.number
    effects = {name: np.ones(size) for name, size in _EFFECTS.items()}
    exit_share = 1.0 - at["leaving.mover_share"]
    margins = _margins(at, codes)
    retirement = np.ones(len(AGE_STARTS))
    from_75 = at["leaving.retirement.from_75"]
    pensioners = codes["age"] >= _PENSION_BAND
    exits_at_pension_age = _exits_at_pension_age(sample.reaching_pension_age, at)

    def shared() -> NDArray[np.float64]:
        return np.asarray(np.prod([effects[name][codes[name]] for name in effects], axis=0))

    def mean_ratio(weight: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
        return float(np.average(weight[member], weights=number[member]) / np.average(weight, weights=number))

    def ratio(member: NDArray[np.bool_]) -> float:
        return mean_ratio(shared() * (1.0 + exit_share * (retirement[codes["age"]] - 1.0)), member)

    effects["experience"] *= _experience_gradient(margins)
    for _ in range(_ROUNDS):
        for margin in margins.values():
            effects[margin.effect][margin.index] *= margin.ratio / ratio(margin.member)
        retirement[_PENSION_BAND] *= exits_at_pension_age / mean_ratio(shared() * retirement[codes["age"]], pensioners)
        retirement[_PENSION_BAND + 1] = from_75 * retirement[_PENSION_BAND]
    trait_weight = _trait_table(effects)
    shape = effects["age"][:, None] * effects["experience"][None, :]
    moving = trait_weight[without_visa(byte, by_post["visa"] == 0)] * shape[by_post["age"], by_post["experience"]]
    return Contrasts(
        trait_weight=trait_weight,
        exit_weight=shape * retirement[:, None],
        move_weight=shape,
        mean_exit=_cell_mean(moving * retirement[by_post["age"]], sample.service, sample.role),
        mean_move=_cell_mean(moving, sample.service, sample.role),
        fit=tuple((name, margin.ratio, ratio(margin.member)) for name, margin in margins.items()),
    )


def _exits_at_pension_age(reaching: float, at: Mapping[str, float]) -> float:
    """Return how much likelier than others people over pension age must be to leave the sector for their number to be steady.

    Each year those who are 65 at the opening come over pension age and as many must leave, so the exit rate of the older is the
    ratio of the two numbers. No exit rate by single age is published; this is what the published ages imply.
    """
    exits = (1.0 - at["leaving.mover_share"]) * float(hazard_of_turnover(at["leaving.turnover_base"]))
    return reaching / exits


def cell_hazards(baseline: Baseline, tree: ParameterTree, weights: Contrasts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return monthly hazards of exit and of moving at weight 1, [area, service, role]."""
    total = hazard_of_turnover(baseline.turnover) / MONTHS_PER_YEAR
    movers = tree.at("leaving.mover_share")
    return (1.0 - movers) * total / weights.mean_exit[None], movers * total / weights.mean_move[None]


def destination_thresholds(tree: ParameterTree) -> NDArray[np.uint64]:
    """Return cumulative integer thresholds of NHS, other sectors and early retirement; the rest of exits goes abroad."""
    shares = np.array([tree.at(f"leaving.destination.{where}") for where in ("nhs", "other_sector", "retirement", "abroad")])
    return draws.threshold(np.cumsum(shares / shares.sum())[:3])


@dataclass(frozen=True, slots=True)
class _Margin:
    """A published ratio: which of the thinned holders it is about, and which effect answers for it."""

    ratio: float
    member: NDArray[np.bool_]
    effect: str
    index: slice | int


def _margins(at: Mapping[str, float], codes: Mapping[str, NDArray[np.integer]]) -> dict[str, _Margin]:
    """Match the published ratios with the people and the effect that they are about."""
    meaning: dict[str, tuple[str, slice | int, NDArray[np.bool_]]] = {
        "age.under_20": ("age", 0, codes["age"] == 0),
        "age.60_plus": ("age", slice(3, None), codes["age"] >= 3),
        "experience.under_1": ("experience", 0, codes["experience"] == 0),
        "experience.20_plus": ("experience", len(EXPERIENCE_STARTS) - 1, codes["experience"] == len(EXPERIENCE_STARTS) - 1),
        "contract.zero_hours": ("contract", 2, codes["contract"] == tuple(CONTRACTS).index("zero_hours")),
        "qualification.relevant": ("level_2", 1, codes["level_2"] == 1),
        "nationality.international": ("visa", 1, codes["visa"] == 1),
        "hours.full_time": ("full_time", 1, codes["full_time"] == 1),
    }
    margins = {}
    for name, (effect, index, member) in meaning.items():
        path = f"leaving.ratio.{name}"
        if path in at and member.any():
            margins[name] = _Margin(at[path], member, effect, index)
    return margins


def _experience_gradient(margins: dict[str, _Margin]) -> NDArray[np.float64]:
    """Return how leaving falls over the bands of experience between its two published ends: as a power of the years.

    Raking then sets the two ends against the rest; this gradient stays inside the bands in the middle, whose rates nobody
    publishes (an assumption).
    """
    middle = np.log([0.5, 2.0, 4.0, 7.0, 14.0, 25.0])
    ends = [np.log(margins[name].ratio) for name in ("experience.under_1", "experience.20_plus")]
    return np.asarray(np.exp(np.interp(middle, middle[[0, -1]], ends)))


def _trait_table(effects: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    byte = np.arange(256, dtype=np.uint8)
    contract = np.append(effects["contract"], 1.0)[contract_of(byte)]
    level_2 = effects["level_2"][has_level_2(byte).astype(np.uint8)]
    visa = effects["visa"][has_visa(byte).astype(np.uint8)]
    return np.asarray(contract * level_2 * visa * effects["full_time"][is_full_time(byte).astype(np.uint8)])


def _cell_mean(weight: NDArray[np.float64], service: NDArray[np.int64], role: NDArray[np.int64]) -> NDArray[np.float64]:
    cell = service * N_ROLES + role
    size = N_SERVICES * N_ROLES
    count = np.bincount(cell, minlength=size)
    total = np.bincount(cell, weights=weight, minlength=size)
    mean = np.divide(total, count, out=np.full(size, weight.mean()), where=count > 0)
    return np.asarray(mean.reshape(N_SERVICES, N_ROLES))


def _months_since(month: NDArray[np.int16]) -> NDArray[np.int64]:
    """Return whole months from a month to March 2025."""
    return np.clip(-1 - month.astype(np.int64), 0, BANDED_MONTHS - 1)
