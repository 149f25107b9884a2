"""How many people of each age band live in each area, at mid-year or at any date from mid-2011 to mid-2047.

Estimates to 2024; after that the mid-2024 estimate grows as the projection does, because the projection's own 2024 differs from
the estimate. Out: arrays [area, year or date, band] with bands in the order of `vocabulary.POPULATION_BANDS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import OutOfRangeError
from almoner.reference import tables
from almoner.reference.areas import Area, resolve
from almoner.reference.vocabulary import POPULATION_BANDS

FIRST_YEAR: Final = 2011
LAST_ESTIMATE: Final = 2024
LAST_YEAR: Final = 2047
MID_YEAR: Final = 0.5


def persons(area_codes: Sequence[str], years: Sequence[int]) -> NDArray[np.float64]:
    """Return people at mid-year as an array [area, year, band]."""
    strange = [year for year in years if not FIRST_YEAR <= year <= LAST_YEAR]
    if strange:
        raise OutOfRangeError(f"There is no population for {strange[0]}: choose a year from {FIRST_YEAR} to {LAST_YEAR}.")
    columns = np.asarray(years, dtype=np.int64) - FIRST_YEAR
    return _table()[_rows(area_codes)][:, columns]


def persons_at(area_codes: Sequence[str], dates: Sequence[float]) -> NDArray[np.float64]:
    """Return people at dates in years (mid-2025 is 2025.5, 31 March 2025 is 2025.25) as [area, date, band], on straight lines."""
    first, last = FIRST_YEAR + MID_YEAR, LAST_YEAR + MID_YEAR
    wanted = np.asarray(dates, dtype=np.float64)
    strange = wanted[~((wanted >= first) & (wanted <= last))]
    if strange.size:
        raise OutOfRangeError(f"There is no population at {strange[0]:g}: choose a date from {first} (mid-{FIRST_YEAR}) to {last}.")
    position = wanted - first
    left = np.minimum(position.astype(np.int64), LAST_YEAR - FIRST_YEAR - 1)
    share = (position - left)[None, :, None]
    table = _table()[_rows(area_codes)]
    return table[:, left] * (1 - share) + table[:, left + 1] * share


def persons_of(place: Area, years: Sequence[int]) -> NDArray[np.float64]:
    """Return people of a place at mid-year as [year, band], its members added with their weights."""
    weights = np.array([weight for _, weight in place.members])
    return np.tensordot(weights, persons(place.area_codes, years), axes=1)


def sources_of(place: Area, year: int) -> tuple[str, ...]:
    """Return the ids of the sources that a place's people of a year come from.

    After the last estimate they are that estimate grown as the projection does, so they rest on both.
    """
    return _sources(place.area_codes, year)


@lru_cache(maxsize=256)
def _sources(codes: tuple[str, ...], year: int) -> tuple[str, ...]:
    rows = tables.load("population").filter(pl.col("area_code").is_in(codes) & pl.col("year").is_in((year, LAST_ESTIMATE)))
    if year <= LAST_ESTIMATE:
        rows = rows.filter((pl.col("year") == year) & (pl.col("kind") == "estimate"))
    return tuple(sorted({one for joined in rows["source"].unique() for one in joined.split(";")}))


def projection_kind(area_codes: Sequence[str]) -> tuple[str, ...]:
    """Return for each area how its years after 2024 were made: `projection` (official) or `projection_hp` (our split)."""
    kinds = dict(tables.load("population").filter(pl.col("year") == LAST_YEAR).select("area_code", "kind").unique().iter_rows())
    return tuple(kinds[_codes()[row]] for row in _rows(area_codes))


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    return tuple(tables.load("areas")["area_code"].sort().to_list())


@lru_cache(maxsize=1)
def _row_of() -> dict[str, int]:
    return {code: row for row, code in enumerate(_codes())}


def _rows(area_codes: Sequence[str]) -> NDArray[np.int64]:
    """Return the row of each current area code; any other code is an error that `resolve` explains."""
    rows = _row_of()
    for code in area_codes:
        if code not in rows:
            place = resolve(code)
            raise OutOfRangeError(f"'{code}' is not the code of one area of today: ask for {' and '.join(place.area_codes)}.")
    return np.array([rows[code] for code in area_codes], dtype=np.int64)


@lru_cache(maxsize=1)
def _table() -> NDArray[np.float64]:
    population = tables.load("population")
    estimates = _cube(population.filter(pl.col("kind") == "estimate"), FIRST_YEAR, LAST_ESTIMATE)
    projections = _cube(
        population.filter((pl.col("kind") != "estimate") & (pl.col("year") >= LAST_ESTIMATE)), LAST_ESTIMATE, LAST_YEAR
    )
    growth = projections[:, 1:] / projections[:, :1]
    table = np.concatenate([estimates, estimates[:, -1:] * growth], axis=1)
    table.setflags(write=False)
    return table


def _cube(frame: pl.DataFrame, first: int, last: int) -> NDArray[np.float64]:
    bands = pl.col("age_band").replace_strict({band: index for index, band in enumerate(POPULATION_BANDS)}, return_dtype=pl.Int64)
    ordered = frame.with_columns(bands.alias("band")).sort("area_code", "year", "band")
    return ordered["persons"].to_numpy().astype(np.float64).reshape(len(_codes()), last - first + 1, len(POPULATION_BANDS))
