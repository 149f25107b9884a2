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
from almoner.model.bounds import begin_stretch, bind_area
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.columns import FLOWS, VISA_MARK, Months, Rates, Stock, Stretch, Waiting
from almoner.model.filling import Filling, below
from almoner.model.inputs import Inputs
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
from almoner.model.room import Room, room_for, stretch_for
from almoner.model.training import trained_from
from almoner.model.world import World
from almoner.parameters import ParameterTree

STOCKS: Final = ("posts", "filled", "vacant", "hours")

MONTH: Final = (kernel.open_and_close_posts, kernel.leave, kernel.develop, kernel.promote, kernel.recruit)
"""The month, in order. `almoner steps` prints it; `kernel.run_months` calls the same steps without Python in between."""


@dataclass(frozen=True, slots=True)
class YearlyResult:
    """Stocks at the opening and each 31 March [year, area, service, role, stock]; flows of the year before it, opening zero.

    `monthly_hours` are the weekly hours of all people in post at the end of each month that was run, [month, area, service].
    """

    stocks: NDArray[np.int32]
    flows: NDArray[np.int32]
    monthly_hours: NDArray[np.int32]


@dataclass(slots=True)
class Run:
    """A world on its way through the months. `advance` may be called as often as one likes."""

    world: World
    rates: Rates
    inputs: Inputs
    seed: int
    replicate: int = 0
    number: int = 0
    months: Months = field(init=False)
    room: Room = field(init=False)
    year_flows: NDArray[np.int32] = field(init=False)
    monthly_hours: NDArray[np.int32] = field(init=False)
    stocks: list[NDArray[np.int32]] = field(default_factory=list)
    flows: list[NDArray[np.int32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys, mates = draws.month_keys(self.seed, self.replicate, self.inputs.months)
        self.months = _months(self.inputs, keys, mates)
        self.room = room_for(stock_of(self.world), waiting_of(self.world))
        self.year_flows = np.zeros((self.world.filled.size, len(FLOWS)), np.int32)
        self.monthly_hours = np.zeros((self.inputs.months, len(self.world.area_codes), N_SERVICES), np.int32)
        self._note_year()

    def advance(self, months: int, after: Callable[[Run], None] | None = None) -> None:
        """Run `months` months; with `after`, which is called at the end of each, step by step."""
        end = self.number + months
        while self.number < end:
            if after is None:
                count = min(end, (self.number // MONTHS_PER_YEAR + 1) * MONTHS_PER_YEAR) - self.number
                kernel.run_months(count, *self.columns(), self.year_flows, self.monthly_hours)
            else:
                count = 1
                self._step()
            self.number += count
            if self.number % MONTHS_PER_YEAR == 0:
                self._note_year()
            if after is not None:
                after(self)

    def result(self) -> YearlyResult:
        """Return what has been noted so far."""
        areas = len(self.world.area_codes)
        shape = (len(self.stocks), areas, N_SERVICES, N_ROLES, -1)
        stocks, flows = np.stack(self.stocks).reshape(shape), np.stack(self.flows).reshape(shape)
        return YearlyResult(stocks, flows, self.monthly_hours[: self.number].copy())

    def columns(self) -> tuple[Stock, Waiting, Rates, Months, Stretch, Room]:
        """Return what the steps work on, with room for the bounds of a stretch that begins now."""
        stretch = stretch_for(self.rates)._replace(first=self.number)
        return stock_of(self.world), waiting_of(self.world), self.rates, self.months, stretch, self.room

    def _step(self) -> None:
        columns = stock, _, rates, months, stretch, room = self.columns()
        begin_stretch(1, rates, stretch)
        for area in range(len(self.world.area_codes)):
            bind_area(area, 1, stock, rates, months, stretch)
            kernel.begin_month(area, stock, room)
            for step in MONTH:
                step(area, self.number, *columns, self.year_flows)
            kernel.note_hours(area, self.number, stock, self.monthly_hours)

    def _note_year(self) -> None:
        world = self.world
        self.stocks.append(
            np.stack([world.filled + world.vacant, world.filled, world.vacant, world.hours], axis=1).astype(np.int32)
        )
        self.flows.append(self.year_flows.copy())
        self.year_flows[:] = 0


def build_rates(baseline: Baseline, filling: Filling, weights: Contrasts, tables: AttributeTables, tree: ParameterTree) -> Rates:
    """Gather what stays the same in all months of a run."""
    exit_hazard, move_hazard = cell_hazards(baseline, tree, weights)
    return Rates(
        exit_hazard=exit_hazard.reshape(-1),
        move_hazard=move_hazard.reshape(-1),
        trait_weight=weights.trait_weight,
        bound_weight=np.maximum(weights.trait_weight, weights.trait_weight[np.arange(256) & ~VISA_MARK]),
        age_band=bands(AGE_STARTS),
        experience_band=bands(EXPERIENCE_STARTS),
        exit_weight=weights.exit_weight,
        move_weight=weights.move_weight,
        settled_band=EXPERIENCE_STARTS.index(SETTLED_YEARS),
        destinations=destination_thresholds(tree),
        return_chance=np.uint64(draws.threshold(tree.at("filling.return_rate"))),
        stay_chance=np.uint64(draws.threshold(tree.at("filling.return_same_service"))),
        below=below(),
        trained_from=trained_from(),
        entrant_rate=filling.entrant_rate.reshape(-1),
        promotion_rate=filling.promotion_rate.reshape(-1),
        arrival_share=filling.arrival_share.reshape(-1),
        base_vacancies=filling.base_vacancies,
        vacancy_exponent=tree.at("filling.vacancy_exponent"),
        age_months=tables.age_months,
        nationality_chance=draws.threshold(np.cumsum(tables.nationality_share, axis=-1)),
        female_chance=draws.threshold(tables.female_share),
        contract_chance=draws.threshold(np.cumsum(tables.contract_share, axis=-1)),
        hours_table=tables.hours_table,
        level_2_chance=draws.threshold(tables.level_2_share),
        pay_table=tables.pay_quantiles_pence,
    )


def _months(inputs: Inputs, keys: NDArray[np.uint64], mates: NDArray[np.uint64]) -> Months:
    def by_cell(factor: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.ascontiguousarray(factor).reshape(*factor.shape[:2], CELLS_PER_AREA)

    return Months(
        keys=keys,
        mates=mates,
        market=inputs.market,
        target=inputs.target,
        exit_factor=by_cell(inputs.exit_factor),
        move_factor=by_cell(inputs.move_factor),
        entrant_factor=by_cell(inputs.entrant_factor),
        working_age=np.ascontiguousarray(inputs.working_age),
        arrivals=inputs.arrivals,
        qualifying=by_cell(inputs.qualifying),
        guaranteeing=by_cell(inputs.guaranteeing),
        trainees=by_cell(inputs.trainees),
    )


def stock_of(world: World) -> Stock:
    """Return the columns of a world's posts as the steps take them."""
    posts = world.posts
    return Stock(
        world.offset,
        world.base_number,
        posts.status,
        posts.birth,
        posts.start,
        posts.sector,
        posts.traits,
        posts.hours,
        posts.pay,
        world.bound,
        world.vacant_places,
        world.first_closed,
        world.filled,
        world.vacant,
        world.hours,
    )


def waiting_of(world: World) -> Waiting:
    """Return the columns of a world's pool as the steps take them."""
    pool = world.pool
    return Waiting(pool.offset, pool.size, pool.number, pool.cell, pool.birth, pool.sector, pool.traits, pool.hours, pool.pay)
