"""The columns that the compiled steps of a month work on, and the words for what is in them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FLOWS: Final = (
    "exits_nhs",
    "exits_other_sector",
    "exits_retirement",
    "exits_abroad",
    "moves_out",
    "moves_in",
    "entrants",
    "arrivals",
    "promotions_in",
    "promotions_out",
    "qualified",
    "guaranteed",
)
"""What is counted in a month. The last two are changes of people who stay in post, and change no stock."""
EXIT_NHS, EXIT_OTHER, EXIT_RETIRED, EXIT_ABROAD, MOVE_OUT, MOVE_IN = range(6)
ENTRANT, ARRIVAL, PROMOTED_IN, PROMOTED_OUT, QUALIFIED, GUARANTEED = range(6, 12)

CLOSED, VACANT, FILLED = 0, 1, 2
RETIREMENT_MONTHS: Final = 66 * 12
CONTRACT_BITS: Final = 3 << 3
PERMANENT: Final = 0 << 3
ZERO_HOURS: Final = 2 << 3
"""The bits of a post's traits that hold the contract, and what they are for two kinds of it (see `world.pack`)."""
LEVEL_2_MARK: Final = 1 << 5
VISA_MARK: Final = 1 << 6
FULL_TIME_MARK: Final = 1 << 7
"""The bits of a post's traits that mark a qualification at level 2, a sponsored visa and full-time hours."""
BANDED_MONTHS: Final = 128 * 12
"""Months of age and of experience that the tables of bands go to."""


class Stock(NamedTuple):
    """The posts, one row a post, and what is counted by cell (`offset`, `number` and `filled` to `hours`).

    `vacant_places` holds for each cell, from its offset on, the places of its `vacant` posts in no order, so that no month looks
    for them; `first_closed` is a place below which the cell has no closed post. `bound` is above the top byte of the chance that a
    post's holder leaves in any month of the stretch that is being run, and 0 for a post without a holder.
    """

    offset: NDArray[np.int64]
    number: NDArray[np.uint64]
    status: NDArray[np.uint8]
    birth: NDArray[np.int16]
    start: NDArray[np.int16]
    sector: NDArray[np.int16]
    traits: NDArray[np.uint8]
    hours_of: NDArray[np.uint8]
    pay: NDArray[np.int16]
    bound: NDArray[np.uint8]
    vacant_places: NDArray[np.int32]
    first_closed: NDArray[np.int64]
    filled: NDArray[np.int64]
    vacant: NDArray[np.int64]
    hours: NDArray[np.int64]


class Waiting(NamedTuple):
    """People between two care jobs, one row a person, a slice an area."""

    offset: NDArray[np.int64]
    size: NDArray[np.int64]
    number: NDArray[np.uint64]
    cell: NDArray[np.int16]
    birth: NDArray[np.int16]
    sector: NDArray[np.int16]
    traits: NDArray[np.uint8]
    hours_of: NDArray[np.uint8]
    pay: NDArray[np.int16]


class Rates(NamedTuple):
    """What stays the same in all months of a run. Hazards and rates are [cell], chances integer thresholds."""

    exit_hazard: NDArray[np.float64]
    move_hazard: NDArray[np.float64]
    trait_weight: NDArray[np.float64]
    bound_weight: NDArray[np.float64]
    age_band: NDArray[np.uint8]
    experience_band: NDArray[np.uint8]
    exit_weight: NDArray[np.float64]
    move_weight: NDArray[np.float64]
    settled_band: int
    destinations: NDArray[np.uint64]
    return_chance: np.uint64
    stay_chance: np.uint64
    below: NDArray[np.int64]
    trained_from: NDArray[np.int64]
    entrant_rate: NDArray[np.float64]
    promotion_rate: NDArray[np.float64]
    arrival_share: NDArray[np.float64]
    base_vacancies: NDArray[np.float64]
    vacancy_exponent: float
    age_months: NDArray[np.int16]
    nationality_chance: NDArray[np.uint64]
    female_chance: NDArray[np.uint64]
    contract_chance: NDArray[np.uint64]
    hours_table: NDArray[np.uint8]
    level_2_chance: NDArray[np.uint64]
    pay_table: NDArray[np.int16]


class Months(NamedTuple):
    """What each month reads. Factors are [month, market, cell of an area]; keys and their mates are [month, decision].

    A market is a region under the policies that reach it: areas of one market read the same factors. `qualifying` is the share of
    a cell's staff who gain a qualification in a month beyond the practice of the base year, `guaranteeing` the share of those
    without guaranteed hours who are given them, and `trainees` the people who finish an apprenticeship, [month, area, cell].
    """

    keys: NDArray[np.uint64]
    mates: NDArray[np.uint64]
    market: NDArray[np.int64]
    target: NDArray[np.int32]
    exit_factor: NDArray[np.float64]
    move_factor: NDArray[np.float64]
    entrant_factor: NDArray[np.float64]
    working_age: NDArray[np.float64]
    arrivals: NDArray[np.float64]
    qualifying: NDArray[np.float64]
    guaranteeing: NDArray[np.float64]
    trainees: NDArray[np.float64]


class Stretch(NamedTuple):
    """The months from `first` on that bounds hold for, and the highest hazards in them (see `bounds`).

    The place of a pair of age bands and that of a pair of experience bands add up to a place among the weights of both; peaks are
    by cell of the area that is being run, and `hazard` by both pairs for one cell.
    """

    first: int
    age_pair: NDArray[np.uint8]
    experience_pair: NDArray[np.uint8]
    exit_weight: NDArray[np.float64]
    move_weight: NDArray[np.float64]
    exit_peak: NDArray[np.float64]
    move_peak: NDArray[np.float64]
    hazard: NDArray[np.float64]
