"""The state of a run: columns of small integers, one row a post, sorted by area, service and role.

A post is closed (not yet open, or shut), vacant or filled; its row holds the attributes of whoever fills it. Birth, start and
sector-start months are stored instead of ages and tenures, so that a month without an event writes nothing. People between
two care jobs wait in their area's pool. Rows are synthetic posts, never people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline import Baseline, holders
from almoner.model.columns import VISA_MARK
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, cell_base

CLOSED: Final = 0
VACANT: Final = 1
FILLED: Final = 2

FULL_TIME_HOURS: Final = 35


@dataclass(slots=True)
class Posts:
    """One row a post: 11 bytes. `traits` packs sex, nationality, contract, qualification, visa and full time (see `pack`)."""

    status: NDArray[np.uint8]
    birth: NDArray[np.int16]
    start: NDArray[np.int16]
    sector: NDArray[np.int16]
    traits: NDArray[np.uint8]
    hours: NDArray[np.uint8]
    pay: NDArray[np.int16]


@dataclass(slots=True)
class Pool:
    """People between two care jobs: one row a person, a slice of rows an area, `size` of them in use."""

    offset: NDArray[np.int64]
    size: NDArray[np.int64]
    number: NDArray[np.uint64]
    cell: NDArray[np.int16]
    birth: NDArray[np.int16]
    sector: NDArray[np.int16]
    traits: NDArray[np.uint8]
    hours: NDArray[np.uint8]
    pay: NDArray[np.int16]


@dataclass(slots=True)
class World:
    """Everything that a month may change. Cells are numbered area x 60 + service x 10 + role; counts are kept by cell."""

    area_codes: tuple[str, ...]
    offset: NDArray[np.int64]
    base_number: NDArray[np.uint64]
    posts: Posts
    pool: Pool
    bound: NDArray[np.uint8]
    vacant_places: NDArray[np.int32]
    first_closed: NDArray[np.int64]
    filled: NDArray[np.int64]
    vacant: NDArray[np.int64]
    hours: NDArray[np.int64]

    def copy(self) -> World:
        """Return a world that shares nothing that a month may change."""
        return World(
            self.area_codes,
            self.offset,
            self.base_number,
            Posts(*(getattr(self.posts, name).copy() for name in Posts.__slots__)),
            Pool(*(getattr(self.pool, name).copy() for name in Pool.__slots__)),
            self.bound.copy(),
            self.vacant_places.copy(),
            self.first_closed.copy(),
            self.filled.copy(),
            self.vacant.copy(),
            self.hours.copy(),
        )


def pack(
    female: NDArray[np.bool_],
    nationality: NDArray[np.uint8],
    contract: NDArray[np.uint8],
    level_2: NDArray[np.bool_],
    visa: NDArray[np.bool_],
    hours_per_week: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Pack traits into one byte: female, nationality (2 bits), contract (2 bits), level 2, visa, full time."""
    return np.asarray(
        female.astype(np.uint8)
        | (nationality.astype(np.uint8) << 1)
        | (contract.astype(np.uint8) << 3)
        | (level_2.astype(np.uint8) << 5)
        | (visa.astype(np.uint8) << 6)
        | ((hours_per_week >= FULL_TIME_HOURS).astype(np.uint8) << 7),
        dtype=np.uint8,
    )


def contract_of(traits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contract code packed in each byte of traits."""
    return np.asarray((traits >> 3) & 3, dtype=np.uint8)


def has_level_2(traits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which bytes of traits hold a level 2 qualification or above."""
    return ((traits >> 5) & 1).astype(np.bool_)


def has_visa(traits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which bytes of traits belong to people recruited from abroad under a sponsored visa."""
    return ((traits >> 6) & 1).astype(np.bool_)


def without_visa(traits: NDArray[np.uint8], where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return traits with the mark of a sponsored visa taken off where told."""
    return np.where(where, traits & np.uint8(~VISA_MARK & 0xFF), traits).astype(np.uint8)


def is_full_time(traits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which bytes of traits stand for full-time hours."""
    return ((traits >> 7) & 1).astype(np.bool_)


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening stock of a run's areas, ready to be laid out: one row a filled post, sorted by cell."""

    baseline: Baseline
    filled: NDArray[np.int64]
    vacant: NDArray[np.int64]
    base_number: NDArray[np.uint64]
    people: Posts


def opening_stock(baseline: Baseline) -> Opening:
    """Draw the holders of the opening stock and pack them; it is shared by all runs of a study."""
    people = holders(baseline)
    return Opening(
        baseline,
        baseline.filled.reshape(-1).astype(np.int64),
        baseline.vacant.reshape(-1).astype(np.int64),
        _first_posts(baseline.area_codes),
        Posts(
            np.full(people.birth_month.size, FILLED, np.uint8),
            people.birth_month,
            people.start_month,
            people.sector_month,
            pack(people.female, people.nationality, people.contract, people.level_2, people.visa, people.hours_per_week),
            people.hours_per_week,
            people.pay_pence,
        ),
    )


def _first_posts(area_codes: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return the number of the first post of every cell, area by area."""
    areas = np.array([cell_base(code, 0, 0) for code in area_codes], dtype=np.uint64)
    cells = np.array([cell_base("E00000000", *divmod(cell, N_ROLES)) for cell in range(CELLS_PER_AREA)], dtype=np.uint64)
    return np.asarray((areas[:, None] + cells[None, :]).reshape(-1))


def opening_world(opening: Opening, capacity: NDArray[np.int64], movers: NDArray[np.float64]) -> World:
    """Lay out the opening stock with room for `capacity` [cell] posts.

    `movers` [cell] are expected people in the opening pool: those who left for another care employer and have not started
    there yet, monthly movers x (1 / return rate - 1) (MODEL.md section 5).
    """
    filled, vacant = opening.filled.copy(), opening.vacant.copy()
    offset = np.concatenate(([0], np.cumsum(np.maximum(capacity, filled + vacant))))
    rows = _rows_of(offset, filled)
    posts = _empty_posts(int(offset[-1]))
    posts.status[_rows_of(offset[:-1] + filled, vacant)] = VACANT
    for name in Posts.__slots__:
        getattr(posts, name)[rows] = getattr(opening.people, name)
    cells = np.repeat(np.arange(filled.size), filled)
    hours = np.bincount(cells, weights=opening.people.hours, minlength=filled.size).astype(np.int64)
    pool = _opening_pool(opening, posts, offset, movers)
    vacant_places = np.zeros(int(offset[-1]), np.int32)
    vacant_places[_rows_of(offset, vacant)] = _rows_of(filled, vacant)
    return World(
        opening.baseline.area_codes,
        offset,
        opening.base_number,
        posts,
        pool,
        np.zeros(int(offset[-1]), np.uint8),
        vacant_places,
        filled + vacant,
        filled,
        vacant,
        hours,
    )


def _empty_posts(count: int) -> Posts:
    return Posts(
        np.zeros(count, np.uint8),
        np.zeros(count, np.int16),
        np.zeros(count, np.int16),
        np.zeros(count, np.int16),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint8),
        np.zeros(count, np.int16),
    )


def _rows_of(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows `first[c]` .. `first[c] + count[c] - 1` of every cell, one after another."""
    ends = np.cumsum(count)
    rows = np.arange(int(ends[-1]) if ends.size else 0) + np.repeat(first[: count.size] - (ends - count), count)
    return np.asarray(rows, dtype=np.int64)


def _opening_pool(opening: Opening, posts: Posts, offset: NDArray[np.int64], expected: NDArray[np.float64]) -> Pool:
    """Fill the opening pool with people like those in post: an even stride through the holders of their cell."""
    filled, base_number = opening.filled, opening.base_number
    areas = len(opening.baseline.area_codes)
    luck = draws.uniforms(draws.draw_key(opening.baseline.seed, draws.Decision.ROUND_POSTS, -1), base_number)
    waiting = np.minimum(np.floor(expected + luck).astype(np.int64), filled)
    room = filled.reshape(areas, CELLS_PER_AREA).sum(axis=1) // 4 + 64
    pool_offset = np.concatenate(([0], np.cumsum(room)))
    size = waiting.reshape(areas, CELLS_PER_AREA).sum(axis=1)
    total = int(pool_offset[-1])
    pool = Pool(
        pool_offset,
        size,
        np.zeros(total, np.uint64),
        np.zeros(total, np.int16),
        np.zeros(total, np.int16),
        np.zeros(total, np.int16),
        np.zeros(total, np.uint8),
        np.zeros(total, np.uint8),
        np.zeros(total, np.int16),
    )
    slots = _rows_of(pool_offset, size)
    cells = np.repeat(np.arange(filled.size), waiting)
    place = _rows_of(np.zeros(filled.size, np.int64), waiting)
    model = offset[cells] + (place * filled[cells]) // np.maximum(waiting[cells], 1)
    # Bit 31 keeps these people's luck apart from that of the posts they resemble.
    pool.number[slots] = base_number[cells] + place.astype(np.uint64) + np.uint64(1 << 31)
    pool.cell[slots] = cells % CELLS_PER_AREA
    for name in ("birth", "sector", "traits", "hours", "pay"):
        getattr(pool, name)[slots] = getattr(posts, name)[model]
    return pool
