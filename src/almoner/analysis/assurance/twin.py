"""The expected twin: the month's equations by service and role in expected values, for thousands of draws at once.

In: the opening posts of a place, one set of parameters a draw, and the drivers of the months. Out: posts and flows by month. It
follows `model.kernel` step by step without luck and with one area for the place; people enter only through how leaving of the
holders changes with the months since the opening (`Ageing`), measured in the engine. Its agreement with the engine is tested.
Arrays are [draw, service, role]; a draw axis of length 1 stands for all draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.twin_months import run_months
from almoner.model.baseline import Baseline, build
from almoner.model.clock import MONTHS_PER_YEAR, hazard_of_turnover
from almoner.model.filling import ARRIVING_ROLES, PROMOTED_FROM
from almoner.parameters import ParameterTree, load
from almoner.reference.vocabulary import OUTSIDE_RATES, ROLE_IDS, SERVICE_IDS

Floats = NDArray[np.float64]

FLOWS: Final = ("exits", "moves_out", "moves_in", "entrants", "arrivals")

INSIDE: Final = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Structure:
    """The base year's posts and turnover of a place, [service, role]."""

    filled: Floats
    vacant: Floats
    turnover: Floats


@dataclass(frozen=True, slots=True)
class Draws:
    """One value of each calibrated parameter a draw, [draw]; names are the last of their paths, with two exceptions."""

    mover_share: Floats
    same_service: Floats
    promotion_share: Floats
    vacancy_exponent: Floats
    market_exponent: Floats
    exit_pay_elasticity: Floats
    market_response: Floats

    @property
    def size(self) -> int:
        """How many draws there are."""
        return int(self.mover_share.size)


@dataclass(frozen=True, slots=True)
class Ageing:
    """How often the holders leave the sector and move, relative to the opening, by month since it: those who stay leave less."""

    exits: Floats
    moves: Floats


@dataclass(frozen=True, slots=True)
class Opening:
    """Posts at the opening and what the rates are calibrated on. Totals are of the published base; [draw] or [1]."""

    filled: Floats
    """[draw, service, role]"""
    vacant: Floats
    turnover: Floats
    """[draw, service, role]"""
    entrants: Floats
    """[draw]: resident entrants a year at the opening's market and pay and at `mean_vacancies`."""
    mean_vacancies: Floats
    growth: Floats
    """[draw]: growth of filled posts in the year before, which gives the entrants their profile by cell."""
    arrivals: Floats
    """[draw]: arrivals a year in the year before."""


@dataclass(frozen=True, slots=True)
class Drivers:
    """What the months read; the draw axis may be 1. `posts` are relative to the opening."""

    posts: Floats
    """[month, draw, service]"""
    market: Floats
    """[month, draw]: UK job vacancies relative to the opening."""
    pay: Floats
    """[month, service, role]: care pay over outside pay relative to the opening."""
    arrivals: Floats
    """[month, draw]: people a year."""
    working_age: Floats
    """[month]: residents 18-64 relative to the opening."""
    leaving: Floats
    """[month, draw]: a multiplier on all leaving (1 unless turnover is given as it turned out)."""
    entering: Floats
    """[month, draw]: a multiplier on resident entrants (1 unless a surprise is put in)."""
    removed: Floats
    """[month, service]: a hazard of leaving the sector on top of the others, for a condition of entry; zero otherwise."""

    @property
    def months(self) -> int:
        """How many months there are."""
        return int(self.posts.shape[0])


@dataclass(frozen=True, slots=True)
class Path:
    """Posts at the opening and the end of each month, [month, draw, service]; flows of the published base, [month, draw, flow]."""

    filled: Floats
    vacant: Floats
    flows: Floats

    def base(self, month: int) -> tuple[Floats, Floats]:
        """Return filled and vacant posts of the published base at the end of a month (-1 is the last), [draw]."""
        return self.filled[month][:, INSIDE].sum(axis=1), self.vacant[month][:, INSIDE].sum(axis=1)

    def rate(self, month: int) -> Floats:
        """Return the vacancy rate of the published base at the end of a month, [draw]."""
        filled, vacant = self.base(month)
        return np.asarray(vacant / (filled + vacant))

    def turnover(self, first: int, last: int) -> Floats:
        """Return leavers of months `first` to `last` over the mean of the filled posts at both ends, a year's worth, [draw]."""
        leavers = self.flows[first:last, :, FLOWS.index("exits")] + self.flows[first:last, :, FLOWS.index("moves_out")]
        stock = 0.5 * (self.base(first)[0] + self.base(last)[0])
        return np.asarray(leavers.sum(axis=0) / stock * MONTHS_PER_YEAR / (last - first))


@dataclass(frozen=True, slots=True)
class Rates:
    """Calibrated rates per vacancy and month, [draw, service, role], and the vacancies that they were measured at."""

    entrants: Floats
    promotions: Floats
    arrival_share: Floats
    base_vacancies: Floats
    """[draw, service]"""
    exits: Floats
    moves: Floats


@lru_cache(maxsize=4)
def structure_of(area_codes: tuple[str, ...] | None = None) -> Structure:
    """Return the base year's structure of England or of some areas, added up."""
    return structure(build(area_codes))


def structure(baseline: Baseline) -> Structure:
    """Add a baseline up over its areas; turnover is weighted by filled posts."""
    filled = baseline.filled.sum(axis=0).astype(np.float64)
    leavers = (baseline.filled * baseline.turnover).sum(axis=0)
    turnover = np.divide(leavers, filled, out=np.zeros_like(filled), where=filled > 0)
    return Structure(filled, baseline.vacant.sum(axis=0).astype(np.float64), turnover)


def rates(opening: Opening, draws: Draws, tree: ParameterTree | None = None) -> Rates:
    """Solve the base-year identity of every draw, as `model.filling.calibrate` does for one tree."""
    tree = load() if tree is None else tree
    filled, vacant = opening.filled, opening.vacant
    movers = draws.mover_share[:, None, None]
    total = hazard_of_turnover(opening.turnover) / MONTHS_PER_YEAR
    direct_payment = tree.at("filling.direct_payment_growth")
    growth = np.where(INSIDE[None, :], opening.growth[:, None], direct_payment)[:, :, None]
    change = filled * growth
    mean_stock = filled - 0.5 * change
    moves = mean_stock * opening.turnover * movers
    exits = mean_stock * opening.turnover - moves
    share = _arrival_share(vacant, tree)
    arrivals = share * opening.arrivals[:, None, None]
    hires = np.maximum(change + exits + moves - _returns(moves, vacant, draws.same_service), 0.0)
    promoted_in, promoted_out = np.zeros_like(hires), np.zeros_like(hires)
    for upper, lower in _promotions():
        possible = np.broadcast_to(filled, hires.shape)[:, :, lower] > 0
        promoted_in[:, :, upper] = (hires + promoted_out)[:, :, upper] * draws.promotion_share[:, None] * possible
        promoted_out[:, :, lower] += promoted_in[:, :, upper]
    entrants = np.maximum(hires + promoted_out - promoted_in - arrivals, 0.0)
    entrants[:, INSIDE] *= (opening.entrants / entrants[:, INSIDE].sum(axis=(1, 2)))[:, None, None]
    scale = opening.mean_vacancies / vacant[:, INSIDE].sum(axis=(1, 2))
    base_vacant = vacant * np.where(INSIDE[None, :], scale[:, None], 1.0)[:, :, None]
    per_vacancy = MONTHS_PER_YEAR * np.maximum(base_vacant, _TINY)
    present = base_vacant > 0
    return Rates(
        entrants=np.where(present, entrants / per_vacancy, 0.0),
        promotions=np.where(present, promoted_in / per_vacancy, 0.0),
        arrival_share=share,
        base_vacancies=base_vacant.sum(axis=2),
        exits=(1.0 - movers) * total,
        moves=movers * total,
    )


def run(opening: Opening, draws: Draws, drivers: Drivers, ageing: Ageing, tree: ParameterTree | None = None) -> Path:
    """Run the months for every draw."""
    tree = load() if tree is None else tree
    fixed = rates(opening, draws, tree)
    shape = (draws.size, *opening.filled.shape[1:])
    movers = draws.mover_share[:, None, None]
    between = 1.0 / tree.at("filling.return_rate") - 1.0
    pool = opening.filled * opening.turnover / MONTHS_PER_YEAR * movers * between
    months = drivers.months
    filled = np.empty((months + 1, draws.size, shape[1]))
    vacant = np.empty_like(filled)
    flows = np.zeros((months, draws.size, len(FLOWS)))
    new_pay = np.array([month == 0 or bool((drivers.pay[month] != drivers.pay[month - 1]).any()) for month in range(months)])
    run_months(  # type: ignore[call-arg]
        *(_whole(part, shape) for part in (opening.filled, opening.vacant, pool, opening.filled + opening.vacant)),
        *(_whole(part, shape) for part in (fixed.entrants, fixed.promotions, fixed.arrival_share, fixed.exits, fixed.moves)),
        _whole(fixed.base_vacancies, shape[:2]),
        draws.same_service,
        draws.vacancy_exponent,
        draws.market_exponent,
        draws.exit_pay_elasticity,
        draws.market_response,
        _whole(drivers.posts, (months, *shape[:2])),
        *(_whole(part, (months, shape[0])) for part in (drivers.market, drivers.arrivals, drivers.leaving, drivers.entering)),
        np.ascontiguousarray(drivers.removed),
        np.log(drivers.pay),
        new_pay,
        drivers.working_age,
        ageing.exits,
        ageing.moves,
        tree.at("filling.return_rate"),
        np.array(_promotions(), dtype=np.int64),
        INSIDE,
        filled,
        vacant,
        flows,
    )
    return Path(filled, vacant, flows)


def _whole(values: Floats, shape: tuple[int, ...]) -> Floats:
    return np.array(np.broadcast_to(values, shape), dtype=np.float64, order="C")


def _promotions() -> tuple[tuple[int, int], ...]:
    """Return (upper, lower) role numbers, the highest role first."""
    return tuple((ROLE_IDS.index(upper), ROLE_IDS.index(PROMOTED_FROM[upper])) for upper in reversed(PROMOTED_FROM))


def _arrival_share(vacant: Floats, tree: ParameterTree) -> Floats:
    direct = np.array([role in ARRIVING_ROLES for role in ROLE_IDS])
    by_service = np.array([tree.at(f"filling.arrivals_share.{service}") for service in SERVICE_IDS])
    vacancies = vacant * direct
    return np.asarray(vacancies * (by_service / np.maximum(vacancies.sum(axis=2), _TINY))[:, :, None])


def _returns(moves: Floats, vacant: Floats, same_service: Floats) -> Floats:
    role_total = vacant.sum(axis=1, keepdims=True)
    share = vacant / np.maximum(role_total, _TINY)
    elsewhere = share * moves.sum(axis=1, keepdims=True) + np.where(role_total > 0, 0.0, moves)
    same = same_service[:, None, None]
    return np.asarray(same * moves + (1.0 - same) * elsewhere)
