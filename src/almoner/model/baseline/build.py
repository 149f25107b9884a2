"""The baseline: whole posts by area, service and role on 31 March 2025, and the turnover of each cell.

In: the apportioned areas and England's structure. Out: a `Baseline`. England is always built whole and then cut, so that an area
alone is its part of the national world. Rounding is systematic from one drawn start, in the order area, service, role, so that
England's totals are exact and every area's total is within one post of its fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import NotFoundError
from almoner.model import draws
from almoner.model.baseline.apportion import apportion, area_regions
from almoner.model.baseline.fit import FREE, Constraint, fit
from almoner.model.baseline.structure import BASE_SERVICES, PERSONAL_ASSISTANT, base_turnover, england
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.reference.tables import load

TURNOVER_PERIODS = ("2024-25", "2023-24")
_FORMER = {"E06000059": "E10000009", "E06000052": "E06000052+E06000053", "E06000053": "E06000052+E06000053"}
"""Areas whose turnover stands under a former or a joint code: Dorset, and Cornwall with the Isles of Scilly."""


@dataclass(frozen=True)
class Baseline:
    """Posts and turnover by [area, service, role]; areas in order of their GSS code.

    `turnover` is leavers in 12 months over filled posts, a fraction. `posts_error` is the standard deviation of the log error of an
    area's total; `published_posts` says which totals stand on a published figure of the area.
    """

    area_codes: tuple[str, ...]
    filled: NDArray[np.int32]
    vacant: NDArray[np.int32]
    turnover: NDArray[np.float64]
    posts_error: NDArray[np.float64]
    published_posts: tuple[bool, ...]
    seed: int


def build(area_codes: Sequence[str] | None = None, seed: int = 0) -> Baseline:
    """Return the baseline of the areas asked for, all 153 by default."""
    whole = _national(seed)
    return whole if area_codes is None else cut(whole, area_codes)


def cut(whole: Baseline, area_codes: Sequence[str]) -> Baseline:
    """Return the part of a baseline that some areas are."""
    for code in area_codes:
        if code not in whole.area_codes:
            raise NotFoundError("area code", code, whole.area_codes)
    rows = [index for index, code in enumerate(whole.area_codes) if code in set(area_codes)]
    return Baseline(
        tuple(whole.area_codes[row] for row in rows),
        whole.filled[rows],
        whole.vacant[rows],
        whole.turnover[rows],
        whole.posts_error[rows],
        tuple(whole.published_posts[row] for row in rows),
        whole.seed,
    )


@lru_cache(maxsize=4)
def _national(seed: int) -> Baseline:
    areas = apportion()
    structure = england()
    filled = areas.filled[:, :, None] * _mix(structure.filled)
    vacant = areas.vacant[:, :, None] * _mix(structure.vacant)
    baseline = Baseline(
        areas.area_codes,
        _whole(filled, seed, draws.Decision.ROUND_POSTS),
        _whole(vacant, seed, draws.Decision.ROUND_VACANCIES),
        _turnover(filled),
        areas.posts_error,
        areas.published_posts,
        seed,
    )
    for column in (baseline.filled, baseline.vacant, baseline.turnover, baseline.posts_error):
        column.flags.writeable = False
    return baseline


def _mix(posts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each role in its service, England's for every area: no role mix of areas is published."""
    return np.asarray(posts / posts.sum(axis=1, keepdims=True))


def _whole(posts: NDArray[np.float64], seed: int, decision: draws.Decision) -> NDArray[np.int32]:
    """Round the published base and the posts outside it apart, so that both totals of England are exact."""
    whole = np.zeros(posts.shape, dtype=np.int32)
    starts = draws.uniforms(draws.draw_key(seed, decision), np.arange(2, dtype=np.uint64))
    outside = [index for index in range(N_SERVICES) if index not in BASE_SERVICES]
    for services, start in zip((list(BASE_SERVICES), outside), starts.tolist(), strict=True):
        part = posts[:, services]
        whole[:, services] = draws.round_unbiased(part.ravel(), start).reshape(part.shape)
    return whole


def _turnover(filled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit England's turnover by service and role to each area's published rate, keeping every rate of England.

    Area rates enter relative to each other: they are scaled by one factor so that they add up to England's published rate.
    """
    structure = england()
    base = filled.copy()
    base[:, PERSONAL_ASSISTANT[0]] = 0.0
    seed = base * structure.turnover
    areas = np.broadcast_to(np.arange(filled.shape[0])[:, None, None], filled.shape)
    cells = np.broadcast_to(np.arange(N_SERVICES * N_ROLES).reshape(N_SERVICES, N_ROLES), filled.shape).copy()
    cells[:, PERSONAL_ASSISTANT[0]] = FREE
    wanted = area_turnover() * base.sum(axis=(1, 2))
    leavers = fit(
        seed,
        [
            Constraint("area", areas, wanted * seed.sum() / wanted.sum()),
            Constraint("service and role", cells, np.where(cells[0].ravel() >= 0, seed.sum(axis=0).ravel(), 0.0)),
        ],
    ).values
    rate = np.divide(leavers, base, out=np.zeros_like(base), where=base > 0)
    rate[(slice(None), *PERSONAL_ASSISTANT)] = structure.turnover[PERSONAL_ASSISTANT]
    return rate


@lru_cache(maxsize=1)
def area_turnover() -> NDArray[np.float64]:
    """Return each area's published turnover as a fraction: 2024-25, else 2023-24, else its region's 2024-25."""
    table = load("adult_turnover_by_area").filter(pl.col("series") == "ascof_2025", pl.col("turnover_rate").is_not_null())
    rates = {(code, period): rate / 100 for code, period, rate in table.select("area_code", "period", "turnover_rate").iter_rows()}
    codes = apportion().area_codes
    regions, region = area_regions()
    found = []
    for code, index in zip(codes, region, strict=True):
        known = [
            (name, period) for period in TURNOVER_PERIODS for name in (code, _FORMER.get(code, code)) if (name, period) in rates
        ]
        found.append(rates[known[0]] if known else rates.get((regions[index], TURNOVER_PERIODS[0]), base_turnover()))
    return np.array(found)
