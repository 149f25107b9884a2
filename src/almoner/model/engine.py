"""The engine: a month is a literal tuple of steps, and nothing happens outside it.

In: an opening world, the calibrated rates and the inputs of one scenario and draw. Out: stocks at 31 March of every year and
flows of the twelve months to it, by cell. Months are run one after another, so running twelve is running five and then seven.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws, kernel
from almoner.model.baseline import AttributeTables, Baseline
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.draws import Decision
from almoner.model.filling import Filling, below
from almoner.model.inputs import Inputs
from almoner.model.kernel import FLOWS
from almoner.model.leaving import (
    AGE_STARTS,
    EXPERIENCE_STARTS,
    SETTLED_YEARS,
    Contrasts,
    bands,
    cell_hazards,
    destination_thresholds,
)
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES
from almoner.model.world import Pool, World
from almoner.parameters import ParameterTree

STOCKS: Final = ("posts", "filled", "vacant", "hours")


_RECRUITING: Final = [Decision.FILL, Decision.RETURN, Decision.RETURN_SERVICE]
_JOINING: Final = slice(Decision.JOINER_AGE, Decision.JOINER_PAY + 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """What stays the same in every month of a run."""

    exit_hazard: NDArray[np.float64]
    move_hazard: NDArray[np.float64]
    weights: Contrasts
    bounds: tuple[float, float]
    """The heaviest weights of exit and of moving: no post's chance can be above them."""
    settled: int
    age_band: NDArray[np.uint8]
    experience_band: NDArray[np.uint8]
    destinations: NDArray[np.uint64]
    filling: Filling
    return_chance: np.uint64
    stay_chance: np.uint64
    below: NDArray[np.int64]
    joiners: tuple[NDArray[np.generic], ...]
    pay_table: NDArray[np.int16]


@dataclass(slots=True)
class Month:
    """One month's context: which month, whose luck, what it reads, and where its flows are counted."""

    number: int
    keys: NDArray[np.uint64]
    mates: NDArray[np.uint64]
    inputs: Inputs
    rates: Rates
    vacant_at_start: NDArray[np.int64]
    """[cell]: what the rates of filling are about, since the vacancies they were measured on are a stock, not a month's churn."""
    flows: NDArray[np.int32]

    def key(self, decision: Decision) -> tuple[np.uint64, np.uint64]:
        """Return the key of a decision this month and its mate."""
        return self.keys[decision], self.mates[decision]

    def by_cell(self, factor: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spread this month's [region, service, role] factor over the areas' cells."""
        return np.asarray(factor[self.number][self.inputs.region].reshape(-1))


Step = Callable[[World, Month], None]


def open_and_close_posts(world: World, month: Month) -> None:
    """Open or shut posts until each cell has its funded number (MODEL.md section 2)."""
    key, mate = month.key(Decision.CLOSE)
    kernel.open_and_close(
        world.offset,
        world.base_number,
        world.posts.status,
        month.inputs.target[month.number],
        world.filled,
        world.vacant,
        world.hours,
        world.posts.hours,
        key,
        mate,
        _pool_with_source(world),
        month.flows,
    )


def leave(world: World, month: Month) -> None:
    """Empty the posts whose holders leave this month, and note where they go (MODEL.md section 4)."""
    rates, posts = month.rates, world.posts
    key, mate = month.key(Decision.LEAVE)
    where, where_mate = month.key(Decision.DESTINATION)
    kernel.leave(
        month.number,
        world.offset,
        world.base_number,
        posts.status,
        posts.birth,
        posts.sector,
        posts.traits,
        posts.hours,
        world.filled,
        world.vacant,
        world.hours,
        rates.exit_hazard.reshape(-1) * month.by_cell(month.inputs.exit_factor),
        rates.move_hazard.reshape(-1) * month.by_cell(month.inputs.move_factor),
        rates.weights.trait_weight,
        rates.age_band,
        rates.experience_band,
        rates.weights.exit_weight,
        rates.weights.move_weight,
        rates.settled,
        *rates.bounds,
        key,
        mate,
        where,
        where_mate,
        rates.destinations,
        _pool_with_source(world),
        month.flows,
    )


def promote(world: World, month: Month) -> None:
    """Fill senior posts from the role below, which opens a post there (MODEL.md section 5)."""
    rates = month.rates
    expected = rates.filling.promotion_rate.reshape(-1) * month.vacant_at_start * month.inputs.promotion_scale[month.number]
    choose, choose_mate = month.key(Decision.PROMOTE)
    fill, fill_mate = month.key(Decision.FILL)
    kernel.promote(
        month.number,
        world.offset,
        world.base_number,
        _columns(world),
        world.filled,
        world.vacant,
        world.hours,
        rates.below,
        _round(world, month, Decision.ROUND_PROMOTIONS, expected),
        rates.pay_table,
        choose,
        choose_mate,
        fill,
        fill_mate,
        month.flows,
    )


def recruit(world: World, month: Month) -> None:
    """Fill vacancies: movers first in line for their share, people from abroad, resident entrants (MODEL.md section 5)."""
    rates, number = month.rates, month.number
    arrivals = rates.filling.arrival_share.reshape(-1) * month.inputs.arrivals[number]
    kernel.recruit(
        number,
        world.offset,
        world.base_number,
        _columns(world),
        world.filled,
        world.vacant,
        world.hours,
        _round(world, month, Decision.ROUND_ENTRANTS, expected_entrants(world, month)),
        _round(world, month, Decision.ROUND_ARRIVALS, arrivals),
        rates.return_chance,
        rates.stay_chance,
        month.keys[_RECRUITING],
        month.mates[_RECRUITING],
        rates.joiners,
        month.keys[_JOINING],
        month.mates[_JOINING],
        _pool_columns(world.pool),
        month.flows,
    )


MONTH: Final[tuple[Step, ...]] = (open_and_close_posts, leave, promote, recruit)
"""The month, in order. `almoner steps` prints it."""


def expected_entrants(world: World, month: Month) -> NDArray[np.float64]:
    """Return the resident entrants that each cell expects this month (the matching function; see `filling`)."""
    filling, inputs = month.rates.filling, month.inputs
    areas = len(world.area_codes)
    vacant = month.vacant_at_start.reshape(areas, N_SERVICES, N_ROLES).astype(np.float64)
    pressure = np.maximum(vacant.sum(axis=2), 1.0) / np.maximum(filling.base_vacancies, 1.0)
    congestion = pressure ** (inputs.vacancy_exponent - 1.0)
    people = inputs.working_age[month.number]
    expected = filling.entrant_rate * vacant * congestion[:, :, None] * people[:, None, None]
    return np.asarray(expected.reshape(-1) * month.by_cell(inputs.entrant_factor))


@dataclass(frozen=True, slots=True)
class YearlyResult:
    """Stocks at the opening and each 31 March [year, area, service, role, stock]; flows of the year before it, opening zero."""

    stocks: NDArray[np.int32]
    flows: NDArray[np.int32]


@dataclass(slots=True)
class Run:
    """A world on its way through the months. `advance` may be called as often as one likes."""

    world: World
    rates: Rates
    inputs: Inputs
    seed: int
    replicate: int = 0
    number: int = 0
    keys: tuple[NDArray[np.uint64], NDArray[np.uint64]] = field(init=False)
    year_flows: NDArray[np.int32] = field(init=False)
    stocks: list[NDArray[np.int32]] = field(default_factory=list)
    flows: list[NDArray[np.int32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = draws.month_keys(self.seed, self.replicate, self.inputs.months)
        self.year_flows = np.zeros((self.world.filled.size, len(FLOWS)), np.int32)
        self._note_year()

    def advance(self, months: int, after: Callable[[Run], None] | None = None) -> None:
        """Run `months` months; `after` is called at the end of each (for checks and pictures)."""
        for _ in range(months):
            keys, mates = (part[self.number] for part in self.keys)
            month = Month(self.number, keys, mates, self.inputs, self.rates, self.world.vacant.copy(), self.year_flows)
            for step in MONTH:
                step(self.world, month)
            self.number += 1
            if self.number % MONTHS_PER_YEAR == 0:
                self._note_year()
            if after is not None:
                after(self)

    def result(self) -> YearlyResult:
        """Return what has been noted so far."""
        areas = len(self.world.area_codes)
        shape = (len(self.stocks), areas, N_SERVICES, N_ROLES, -1)
        return YearlyResult(np.stack(self.stocks).reshape(shape), np.stack(self.flows).reshape(shape))

    def _note_year(self) -> None:
        world = self.world
        self.stocks.append(
            np.stack([world.filled + world.vacant, world.filled, world.vacant, world.hours], axis=1).astype(np.int32)
        )
        self.flows.append(self.year_flows.copy())
        self.year_flows[:] = 0


def build_rates(baseline: Baseline, filling: Filling, weights: Contrasts, tables: AttributeTables, tree: ParameterTree) -> Rates:
    """Gather what a run reads in every month."""
    exit_hazard, move_hazard = cell_hazards(baseline, tree, weights)
    heaviest = weights.trait_weight.max() * 1.000001
    return Rates(
        exit_hazard=exit_hazard,
        move_hazard=move_hazard,
        weights=weights,
        bounds=(float(heaviest * weights.exit_weight.max()), float(heaviest * weights.move_weight.max())),
        settled=EXPERIENCE_STARTS.index(SETTLED_YEARS),
        age_band=bands(AGE_STARTS),
        experience_band=bands(EXPERIENCE_STARTS),
        destinations=destination_thresholds(tree),
        filling=filling,
        return_chance=np.uint64(draws.threshold(tree.at("filling.return_rate"))),
        stay_chance=np.uint64(draws.threshold(tree.at("filling.return_same_service"))),
        below=below(),
        joiners=(
            tables.age_months,
            draws.threshold(np.cumsum(tables.nationality_share, axis=-1)),
            draws.threshold(tables.female_share),
            draws.threshold(np.cumsum(tables.contract_share, axis=-1)),
            tables.hours_table,
            draws.threshold(tables.level_2_share),
            tables.pay_quantiles_pence,
        ),
        pay_table=tables.pay_quantiles_pence,
    )


def _round(world: World, month: Month, decision: Decision, expected: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round expected counts up or down by each cell's own luck of the month."""
    key, _ = month.key(decision)
    return np.floor(expected + draws.uniforms(key, world.base_number)).astype(np.int64)


def _columns(world: World) -> tuple[NDArray[np.generic], ...]:
    posts = world.posts
    return posts.status, posts.birth, posts.start, posts.sector, posts.traits, posts.hours, posts.pay


def _pool_columns(pool: Pool) -> tuple[NDArray[np.generic], ...]:
    return pool.offset, pool.size, pool.number, pool.cell, pool.birth, pool.sector, pool.traits, pool.hours, pool.pay


def _pool_with_source(world: World) -> tuple[object, ...]:
    posts = world.posts
    return (*_pool_columns(world.pool), (posts.birth, posts.sector, posts.traits, posts.hours, posts.pay))


assert CELLS_PER_AREA == N_SERVICES * N_ROLES
