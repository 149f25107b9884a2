"""England's posts shared out to the 153 areas by service, filled and vacant.

In: the England structure, regional totals (derived, weak), councils with published posts, and area drivers: people by age,
clients of the council by kind of support, direct payments, the council's spending on its own staff. Out: posts by [area,
service], still with fractions, and the error of the method. A driver that is missing or suppressed for an area is put at its
population's share, never at zero. Method: the drivers' shares are the seed of a proportional fit to regions, services and
published councils.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.model.baseline.councils import CouncilPosts, council_posts, latest_council_posts
from almoner.model.baseline.figures import assumed
from almoner.model.baseline.fit import FREE, Constraint, Fit, fit
from almoner.model.baseline.structure import BASE_SERVICES, england
from almoner.model.posts import N_SERVICES
from almoner.reference.tables import load
from almoner.reference.vocabulary import ADULT_BANDS, SERVICE_IDS

POPULATION_YEAR: Final = 2024
_BAND_KEYS: Final = ("aged_18_64", "aged_65_74", "aged_75_84", "aged_85_plus")
_JOINED: Final = {"E10000006": ("E06000063", "E06000064")}
"""Returns made for a former area, shared between its successors by their people: Cumbria (2021-22)."""


@dataclass(frozen=True)
class Apportionment:
    """Posts by [area, service] in the order of `area_codes`, and which areas stand on a published total."""

    area_codes: tuple[str, ...]
    filled: NDArray[np.float64]
    vacant: NDArray[np.float64]
    published_posts: tuple[bool, ...]
    posts_error: NDArray[np.float64]
    fits: dict[str, Fit]


@lru_cache(maxsize=1)
def apportion() -> Apportionment:
    """Return the posts of all areas by service."""
    codes = _codes()
    anchors = _anchors()
    filled = _fit_filled(anchors)
    vacant = _fit_vacant(filled.values)
    known = {posts.area_code for posts in anchors}
    anchored = tuple(code in known for code in codes)
    error = np.where(anchored, anchor_error(), error_summary())
    return Apportionment(codes, filled.values, vacant.values, anchored, error, {"filled posts": filled, "vacancies": vacant})


def apportionment_error() -> pl.DataFrame:
    """Predict each council whose posts were published without its own figure; `ratio` is published (rescaled) over predicted."""
    codes = _codes()
    names = dict(load("areas").select("area_code", "area_name").iter_rows())
    rows = []
    for posts in latest_council_posts():
        anchors = tuple(other for other in _anchors() if other.area_code != posts.area_code)
        area = _fit_filled(anchors).values[codes.index(posts.area_code)]
        predicted = float(area[_services_of(posts)].sum())
        rows.append(
            (
                posts.area_code,
                names[posts.area_code],
                posts.period,
                posts.scope,
                posts.published,
                posts.rescaled,
                predicted,
                posts.rescaled / predicted,
                posts.anchors,
            )
        )
    columns = ["area_code", "area_name", "period", "scope", "published", "rescaled", "predicted", "ratio", "used_as_total"]
    return pl.DataFrame(rows, schema=columns, orient="row")


@lru_cache(maxsize=1)
def error_summary() -> float:
    """Return the root mean square of the log ratios of `apportionment_error`: the error shown for every other area."""
    return _root_mean_square([math.log(ratio) for ratio in apportionment_error()["ratio"]])


@lru_cache(maxsize=1)
def anchor_error() -> float:
    """Return the error of a published total carried to the base year: change between two publications of the same council."""
    by_area: dict[str, list[CouncilPosts]] = {}
    for posts in council_posts():
        by_area.setdefault(posts.area_code, []).append(posts)
    changes = [
        math.log(later.rescaled / earlier.rescaled)
        for rows in by_area.values()
        for earlier, later in pairwise(rows)
        if earlier.scope == later.scope and earlier.period < later.period
    ]
    return _root_mean_square(changes)


def _root_mean_square(values: list[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    return tuple(sorted(load("areas")["area_code"].to_list()))


@lru_cache(maxsize=1)
def area_regions() -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the region codes in order, and the region index of every area in order of code."""
    region_of = dict(load("areas").select("area_code", "region_code").iter_rows())
    regions = tuple(sorted(set(region_of.values())))
    return regions, np.array([regions.index(region_of[code]) for code in _codes()])


def _anchors() -> tuple[CouncilPosts, ...]:
    return tuple(posts for posts in latest_council_posts() if posts.anchors)


def _services_of(posts: CouncilPosts) -> list[int]:
    return list(BASE_SERVICES) if posts.scope == "base" else list(range(N_SERVICES))


def _region_row(measure: str) -> NDArray[np.float64]:
    rows = load("adult_posts_structure").filter(
        pl.col("measure") == measure,
        pl.col("breakdown") == "all",
        pl.col("period") == "2024-25",
        pl.col("series") == "own_estimate",
    )
    values = dict(rows.select("area_code", "value").iter_rows())
    return np.array([values[region] for region in area_regions()[0]])


def _fit_filled(anchors: tuple[CouncilPosts, ...]) -> Fit:
    codes, (_, region) = _codes(), area_regions()
    services = england().filled.sum(axis=1)
    seed = _drivers() * services
    regions = _region_row("filled_posts")
    labels = np.full(seed.shape, FREE)
    for number, posts in enumerate(anchors):
        labels[codes.index(posts.area_code), _services_of(posts)] = number
    return fit(
        seed,
        [
            Constraint("published council", labels, np.array([posts.rescaled for posts in anchors])),
            Constraint("region", np.broadcast_to(region[:, None], seed.shape), regions * services.sum() / regions.sum()),
            Constraint("service", np.broadcast_to(np.arange(N_SERVICES), seed.shape), services),
        ],
    )


def _fit_vacant(filled: NDArray[np.float64]) -> Fit:
    """Vacant posts: England's rate of the service, fitted to the derived regional rates; personal assistants by England's rate."""
    _, region = area_regions()
    structure = england()
    services = structure.vacant.sum(axis=1)
    rate = _region_row("vacancy_rate") / 100
    base = list(BASE_SERVICES)
    regions = np.bincount(region, weights=filled[:, base].sum(axis=1)) * rate / (1 - rate)
    regions *= services[base].sum() / regions.sum()
    labels = np.broadcast_to(region[:, None], filled.shape).copy()
    labels[:, [index for index in range(N_SERVICES) if index not in BASE_SERVICES]] = FREE
    return fit(
        filled * services / structure.filled.sum(axis=1),
        [
            Constraint("region", labels, regions),
            Constraint("service", np.broadcast_to(np.arange(N_SERVICES), filled.shape), services),
        ],
    )


@lru_cache(maxsize=1)
def _drivers() -> NDArray[np.float64]:
    """Return each area's share of England by [area, service]."""
    people = _people()
    homes, home_care, other, adults = (
        people @ _use(name) for name in ("care_home_use", "home_care_use", "other_community_use", "adult_use")
    )
    clients = assumed("apportion.client_weight")
    spend = assumed("apportion.spend_weight")
    drivers = {
        "care_home_nursing": (
            clients,
            _clients("2021-22", "long_term_clients_year_end", (("18-64", "nursing"), ("65+", "nursing")), homes),
            homes,
        ),
        "care_home": (
            clients,
            _clients("2021-22", "long_term_clients_year_end", (("18-64", "residential"), ("65+", "residential")), homes),
            homes,
        ),
        "home_care": (
            clients,
            _clients(
                "2024-25", "long_term_clients_in_year", (("18-64", "own_home_or_family"), ("65+", "own_home_or_family")), home_care
            ),
            home_care,
        ),
        "other_community": (
            clients,
            _clients("2024-25", "long_term_clients_in_year", (("18-64", "learning_disability"),), other),
            other,
        ),
        "council": (spend, _staff_spending(adults), adults),
        "personal_assistant": (
            1.0,
            _clients("2024-25", "community_clients_year_end", (("18+", "direct_payment"),), adults),
            adults,
        ),
    }
    shares = [
        weight * _share(first) + (1 - weight) * _share(second) for weight, first, second in (drivers[name] for name in SERVICE_IDS)
    ]
    return np.stack(shares, axis=1)


def _use(name: str) -> NDArray[np.float64]:
    return np.array([assumed(f"apportion.{name}.{key}") for key in _BAND_KEYS])


def _share(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values / values.sum())


def _people() -> NDArray[np.float64]:
    """Return adults by [area, age band] in mid-2024."""
    rows = load("population").filter(pl.col("year") == POPULATION_YEAR, pl.col("kind") == "estimate")
    found = {(code, band): persons for code, band, persons in rows.select("area_code", "age_band", "persons").iter_rows()}
    return np.array([[float(found[code, band]) for band in ADULT_BANDS] for code in _codes()])


def _clients(period: str, measure: str, kinds: tuple[tuple[str, str], ...], fallback: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return people by area summed over (age band, kind); a gap is filled at the other areas' ratio to the fallback driver."""
    rows = load("adult_activity_by_area").filter(
        pl.col("period") == period, pl.col("measure") == measure, pl.col("value").is_not_null()
    )
    total = np.zeros(len(_codes()))
    for band, kind in kinds:
        cell = rows.filter(pl.col("age_band") == band, pl.col("breakdown") == kind)
        total += _filled_in(dict(cell.select("area_code", "value").iter_rows()), fallback)
    return total


def _staff_spending(fallback: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = load("spend_by_area").filter(
        pl.col("domain") == "adult", pl.col("line_type") == "total", pl.col("employees_gbp_k").is_not_null()
    )
    return _filled_in(dict(rows.select("area_code", "employees_gbp_k").iter_rows()), fallback)


def _filled_in(values: dict[str, float], fallback: NDArray[np.float64]) -> NDArray[np.float64]:
    codes = _codes()
    known = dict(values)
    for old, successors in _JOINED.items():
        if old in values and not any(code in values for code in successors):
            parts = np.array([fallback[codes.index(code)] for code in successors])
            known.update(zip(successors, (values[old] * parts / parts.sum()).tolist(), strict=True))
    column = np.array([known.get(code, np.nan) for code in codes])
    seen = ~np.isnan(column)
    return np.asarray(np.where(seen, column, fallback * column[seen].sum() / fallback[seen].sum()))
