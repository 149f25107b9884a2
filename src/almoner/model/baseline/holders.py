"""The synthetic people who hold the filled posts of the baseline, and the tables that later joiners are drawn from.

In: a `Baseline`. Out: `Holders`, columns sorted by area, service, role and place in the cell. Every attribute is a keyed draw
of the post's number, so that an area alone has the holders that it has in the national world. Rows are synthetic posts, never
people. Time in post is a mixture of two constant hazards whose mean is the cell's turnover; experience adds earlier posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline.ages import joiner_ages, stock_ages
from almoner.model.baseline.apportion import apportion, area_regions
from almoner.model.baseline.build import Baseline
from almoner.model.baseline.figures import assumed, published
from almoner.model.baseline.pay import QUANTILES, experience_tilt, pay_quantiles, region_pay_factor, regional_pay
from almoner.model.baseline.structure import england
from almoner.model.baseline.traits import traits
from almoner.model.clock import MONTHS_PER_YEAR, hazard_of_turnover
from almoner.model.draws import Decision
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES, cell_base
from almoner.reference.vocabulary import NATIONALITIES

_ARRIVAL_ROWS: Final = ("AW0158", "AW0157", "AW0155", "AW0153")
"""People who arrived from abroad to start a direct care role: 2024-25 and the three years before."""
_EXPERIENCED_YEARS: Final = 5
_TYPES: Final[dict[str, type]] = {
    "birth_month": np.int16,
    "start_month": np.int16,
    "sector_month": np.int16,
    "pay_pence": np.int16,
    "female": np.bool_,
    "level_2": np.bool_,
    "visa": np.bool_,
}


@dataclass(frozen=True)
class Holders:
    """One row a filled post. Months are clock months (0 = April 2025), so births and starts are negative. Pay is per hour."""

    area_index: NDArray[np.uint8]
    service: NDArray[np.uint8]
    role: NDArray[np.uint8]
    birth_month: NDArray[np.int16]
    start_month: NDArray[np.int16]
    sector_month: NDArray[np.int16]
    female: NDArray[np.bool_]
    nationality: NDArray[np.uint8]
    contract: NDArray[np.uint8]
    hours_per_week: NDArray[np.uint8]
    level_2: NDArray[np.bool_]
    visa: NDArray[np.bool_]
    pay_pence: NDArray[np.int16]


@dataclass(frozen=True)
class AttributeTables:
    """What joiners are drawn from, by [service, role] first; `age_months` and `nationality_share` are of resident entrants."""

    age_months: NDArray[np.int16]
    female_share: NDArray[np.float64]
    nationality_share: NDArray[np.float64]
    contract_share: NDArray[np.float64]
    hours_table: NDArray[np.uint8]
    level_2_share: NDArray[np.float64]
    pay_quantiles_pence: NDArray[np.int16]
    region_codes: tuple[str, ...]
    region_pay_factor: NDArray[np.float64]


@lru_cache(maxsize=1)
def attribute_tables() -> AttributeTables:
    """Return the tables for joiners."""
    england_traits = traits()
    return AttributeTables(
        joiner_ages(_people(), england_traits.nationality_of_entrants, england().turnover),
        england_traits.female,
        england_traits.nationality_of_entrants,
        england_traits.contract,
        england_traits.hours,
        england_traits.level_2,
        np.rint(pay_quantiles()).astype(np.int16),
        area_regions()[0],
        region_pay_factor(),
    )


def holders(baseline: Baseline) -> Holders:
    """Return the holders of all filled posts, sorted by area, service, role and place in the cell."""
    counts = baseline.filled.reshape(len(baseline.area_codes), CELLS_PER_AREA).astype(np.int64)
    ends = np.cumsum(counts.sum(axis=1))
    total = int(ends[-1]) if len(ends) else 0
    columns: dict[str, NDArray[Any]] = {
        name: np.empty(total, dtype=_TYPES.get(name, np.uint8)) for name in Holders.__dataclass_fields__
    }
    for index, code in enumerate(baseline.area_codes):
        rows = slice(int(ends[index] - counts[index].sum()), int(ends[index]))
        for name, values in _area(baseline, index, code, counts[index]).items():
            columns[name][rows] = values
    return Holders(**columns)


@lru_cache(maxsize=1)
def _people() -> NDArray[np.float64]:
    """Return England's posts by [role, nationality]."""
    return np.asarray((england().filled[:, :, None] * traits().nationality).sum(axis=0))


@lru_cache(maxsize=1)
def _stock_ages() -> NDArray[np.int16]:
    return stock_ages(_people())


@lru_cache(maxsize=1)
def _pay_factor_by_area() -> dict[str, float]:
    factor = region_pay_factor()[area_regions()[1]]
    return dict(zip(apportion().area_codes, factor.tolist(), strict=True))


def _area(baseline: Baseline, index: int, code: str, counts: NDArray[np.int64]) -> dict[str, Any]:
    """Draw the holders of one area."""
    cell = np.repeat(np.arange(CELLS_PER_AREA), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    bases = np.array([cell_base(code, number // N_ROLES, number % N_ROLES) for number in range(CELLS_PER_AREA)], dtype=np.uint64)
    number = bases[cell] + place.astype(np.uint64)

    def uniform(decision: Decision) -> NDArray[np.float64]:
        return draws.uniforms(draws.draw_key(baseline.seed, decision), number)

    table = traits()
    cells = CELLS_PER_AREA
    nationality = _pick(table.nationality.reshape(cells, -1)[cell], uniform(Decision.HOLDER_NATIONALITY))
    visa = (nationality == len(NATIONALITIES) - 1) & (uniform(Decision.HOLDER_VISA) < table.visa.ravel()[cell])
    contract = _pick(table.contract.reshape(cells, -1)[cell], uniform(Decision.HOLDER_CONTRACT))
    hours = table.hours.reshape(cells, *table.hours.shape[2:])
    ages = _stock_ages()
    age = ages[cell % N_ROLES, nationality, _step(uniform(Decision.HOLDER_AGE), ages.shape[-1])].astype(np.int64)
    in_post, in_sector = _experience(
        baseline.turnover[index].ravel()[cell], age, visa, uniform(Decision.HOLDER_TENURE), uniform(Decision.HOLDER_SECTOR)
    )
    return {
        "area_index": index,
        "service": cell // N_ROLES,
        "role": cell % N_ROLES,
        "birth_month": -age,
        "start_month": -in_post,
        "sector_month": -in_sector,
        "female": uniform(Decision.HOLDER_SEX) < table.female.reshape(cells, -1)[cell, nationality],
        "nationality": nationality,
        "contract": contract,
        "hours_per_week": hours[cell, contract, _step(uniform(Decision.HOLDER_HOURS), hours.shape[-1])],
        "level_2": uniform(Decision.HOLDER_QUALIFICATION) < table.level_2.ravel()[cell],
        "visa": visa,
        "pay_pence": _pay(cell, in_sector, uniform(Decision.HOLDER_PAY), _pay_factor_by_area()[code]),
    }


def _step(uniform: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    return (uniform * size).astype(np.int64)


def _pick(shares: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pick a category a row by its shares."""
    edges = np.cumsum(shares, axis=1)[:, :-1]
    return np.asarray((uniform[:, None] >= edges).sum(axis=1))


def _experience(
    turnover: NDArray[np.float64],
    age: NDArray[np.int64],
    visa: NDArray[np.bool_],
    uniform: NDArray[np.float64],
    uniform_sector: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return months since the start of the post and of work in the sector, at least 1: the start month itself counts.

    In a stock that stays as it is, a share of posts with leaving hazard h has been held for an exponential time with that hazard.
    Nobody starts before the youngest age, and people with a sponsored visa arrived in one of the last four years.
    """
    short, multiple = assumed("tenure.short_stay_share"), assumed("tenure.short_stay_hazard")
    hazard = hazard_of_turnover(turnover)
    is_short = uniform < short
    rest = np.where(is_short, uniform / short, (uniform - short) / (1 - short))
    hazard = hazard * np.where(is_short, multiple, (1 - short * multiple) / (1 - short))
    in_post = -np.log1p(-rest) / hazard * MONTHS_PER_YEAR
    within = assumed("tenure.from_within_sector")
    earlier = np.where(uniform_sector < within, -np.log1p(-np.minimum(uniform_sector / within, 1 - 1e-9)), 0.0)
    in_sector = in_post + earlier * assumed("tenure.earlier_experience") * MONTHS_PER_YEAR
    arrivals = np.cumsum([0.0] + [published(row) for row in _ARRIVAL_ROWS])
    arrived = np.interp(uniform_sector * arrivals[-1], arrivals, np.arange(len(arrivals)) * MONTHS_PER_YEAR)
    longest = age - int(assumed("age.youngest")) * MONTHS_PER_YEAR
    in_sector = np.minimum(np.where(visa, arrived, in_sector), longest)
    months_in_sector = np.maximum(np.floor(in_sector).astype(np.int64) + 1, 1)
    return np.minimum(np.floor(in_post).astype(np.int64) + 1, months_in_sector), months_in_sector


def _pay(cell: NDArray[np.int64], in_sector: NDArray[np.int64], uniform: NDArray[np.float64], factor: float) -> NDArray[np.int64]:
    """Return hourly pay in pence: the rank, tilted by experience, read off the quantiles and moved to the region."""
    new, experienced = experience_tilt()
    tilt = np.where(in_sector <= MONTHS_PER_YEAR, new, np.where(in_sector > _EXPERIENCED_YEARS * MONTHS_PER_YEAR, experienced, 0.0))
    rank = _leaning(uniform, tilt) * (QUANTILES - 1)
    below = np.minimum(rank.astype(np.int64), QUANTILES - 2)
    quantiles = pay_quantiles().reshape(N_SERVICES * N_ROLES, QUANTILES)
    low, high = quantiles[cell, below], quantiles[cell, below + 1]
    return np.asarray(np.rint(regional_pay(low + (high - low) * (rank - below), factor)).astype(np.int64))


def _leaning(uniform: NDArray[np.float64], tilt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn uniform ranks into ranks of density 1 + tilt (2u - 1), by the inverse of (1 - tilt) u + tilt u^2."""
    level = 1 - tilt
    return np.asarray(2 * uniform / (level + np.sqrt(level * level + 4 * tilt * uniform)))
