"""Everything that is estimated from the record up to a year, in one frozen value: pooled autocovariances, correlations, courses.

In: a `Record` cut at the last year that may be known. Out: `Fit`, from which `paths` draws the coming years. Nothing after the cut
is looked at, so that the same code is what the back-test tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from almoner.model.children import panel
from almoner.model.children.nation import Course, level_course, rate_course
from almoner.model.children.panel import Ahead, Pooled
from almoner.model.children.record import Array, Record
from almoner.model.children.series import (
    AGENCY,
    CARE,
    CHILDREN_PROCESSES,
    LEAVING,
    PROCESSES,
    STAFF,
    VACANCY,
    WORKLOAD,
    Transformed,
    transform,
)

POOLED: Final = tuple(name for name in PROCESSES if name != STAFF)
"""Series whose areas come back towards a level; the number of staff does not, so it is a random walk with a pull."""

RATES: Final = (VACANCY, LEAVING, WORKLOAD, AGENCY)
_STAYS: Final = 0.75
"""The share of a national rate's distance from its mean at which shocks are measured: the median of the prior."""
_MOST_OF_LUCK: Final = 0.75
"""Luck of counting explains at most so much of an area's surprises; the rest is kept as surprise in its rates."""


@dataclass(frozen=True)
class Fit:
    """What the record up to `year` says.

    `mean[name]` is the mean of areas in the last year and `deviation[name]` [return, year] the distance from the mean of each year,
    `scale[name]` [return] how much wider than usual an area's surprises are, `pull` the yearly growth of staff per unit of vacancy
    rate above the mean, `staff_surprise` [return] the spread of the rest, `correlation` [process, process] that of yearly
    changes, `exits` [return] yearly endings of being looked after over the stock. Sizes are means over the years known.
    """

    year: int
    record: Record
    series: Transformed
    pooled: Mapping[str, Pooled]
    mean: Mapping[str, float]
    deviation: Mapping[str, Array]
    scale: Mapping[str, Array]
    pull: float
    staff_surprise: Array
    correlation: Array
    courses: Mapping[str, Course]
    posts_course: Course
    cover_course: Course
    exits: Array

    def ahead(self, name: str, horizons: int) -> Ahead:
        """Return the distribution of a pooled series' deviations in coming years, with each area's own width."""
        found = panel.ahead(self.pooled[name], self.deviation[name], horizons)
        return Ahead(found.mean, found.factor * self.scale[name][:, None, None])


def fit(record: Record) -> Fit:
    """Fit everything to a record."""
    series = transform(record)
    even = np.ones(len(record.codes))
    means, deviation, pooled, scale, misses = {}, {}, {}, {}, {}
    sizes = _sizes(record)
    for name in PROCESSES:
        mean, deviation[name] = panel.deviations(series.areas[name], even)
        means[name] = float(mean[np.isfinite(mean)][-1])
    for name in POOLED:
        pooled[name] = panel.pool(deviation[name])
        misses[name] = panel.one_year_misses(pooled[name], deviation[name])
        scale[name] = _scale(misses[name], sizes[name], _luck(name, record))
    pull, misses[STAFF] = _pull(deviation[STAFF], deviation[VACANCY])
    a, b = panel.by_size(misses[STAFF], sizes[STAFF])
    surprise = np.sqrt(_less_luck(a + b / sizes[STAFF], _luck(STAFF, record) / sizes[STAFF]))
    courses = {name: rate_course(series.england[name], _STAYS) for name in RATES if name != AGENCY}
    courses |= {name: level_course(series.england[name]) for name in CHILDREN_PROCESSES}
    return Fit(
        record.years[-1],
        record,
        series,
        pooled,
        means,
        deviation,
        scale,
        pull,
        surprise,
        _correlation(deviation),
        courses,
        level_course(np.log(series.england_posts)),
        rate_course(series.cover, _STAYS),
        _exits(record),
    )


def _sizes(record: Record) -> dict[str, Array]:
    """Return the size of each return that its surprises depend on: FTE in post, or children in the state."""
    measures = {
        STAFF: "in_post_fte",
        "need": "children_in_need_31_march",
        "plans": "protection_plans_31_march",
        "care": "looked_after_31_march",
    }
    found = {}
    for name in PROCESSES:
        values = record.figures[measures.get(name, "in_post_fte")]
        known = np.isfinite(values)
        total = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        found[name] = np.where(total > 0, total, np.median(total[total > 0]))
    return found


def _luck(name: str, record: Record) -> float:
    """Return the yearly variance, times the size, that counting exits one by one adds by itself: the months add it later."""
    england = record.england
    with np.errstate(invalid="ignore"):
        leaving = float(np.nanmean(england["leavers_fte"] / england["in_post_fte"]))
        ending = {
            "need": float(np.nanmean(england["children_in_need_started"] / england["children_in_need_31_march"])),
            "plans": float(np.nanmean(england["protection_plans_started"] / england["protection_plans_31_march"])),
            CARE: float(np.nanmean(england["looked_after_ceased"] / england["looked_after_31_march"])),
        }
    return leaving if name == STAFF else ending.get(name, 0.0)


def _less_luck(total: Array, luck: Array) -> Array:
    return np.asarray(np.maximum(total - luck, (1 - _MOST_OF_LUCK) * total))


def _scale(misses: Array, size: Array, luck: float) -> Array:
    """Return how wide each area's surprises are against the pooled width, less what the luck of counting will add."""
    a, b = panel.by_size(misses, size)
    own = _less_luck(a + b / size, luck / size)
    whole = float(np.nanmean(np.square(misses)))
    return np.asarray(np.sqrt(own / whole))


def _pull(staff: Array, vacancy: Array) -> tuple[float, Array]:
    """Fit the yearly change of log staff to the vacancy rate before it; return the slope and what it leaves, [return, year]."""
    change = np.diff(staff, axis=1)
    before = vacancy[:, :-1]
    known = np.isfinite(change) & np.isfinite(before)
    slope = float((change[known] * before[known]).sum() / np.square(before[known]).sum())
    return slope, np.concatenate([np.full((len(staff), 1), np.nan), change - slope * before], axis=1)


def _correlation(deviation: Mapping[str, Array]) -> Array:
    """Return the correlations of yearly changes over pairs of years known for both series, made positive definite.

    Changes, not misses of forecasts: a count that is off in one year is off in every series made from it, in that year and back.
    """
    flat = np.stack([np.diff(deviation[name], axis=1).ravel() for name in PROCESSES])
    count = len(PROCESSES)
    found = np.eye(count)
    for i in range(count):
        for j in range(i):
            both = np.isfinite(flat[i]) & np.isfinite(flat[j])
            found[i, j] = found[j, i] = float(np.corrcoef(flat[i, both], flat[j, both])[0, 1])
    values, vectors = np.linalg.eigh(found)
    positive = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    width = np.sqrt(np.diag(positive))
    return np.asarray(positive / np.outer(width, width))


def _exits(record: Record) -> Array:
    """Return each return's yearly endings of being looked after over its mean stock, pooled where its years are few."""
    ceased, stock = record.figures["looked_after_ceased"], record.figures["looked_after_31_march"]
    mean_stock = np.concatenate([np.full((len(stock), 1), np.nan), (stock[:, 1:] + stock[:, :-1]) / 2], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.log(np.where((ceased > 0) & (mean_stock > 0), ceased / mean_stock, np.nan))
    mean, deviation = panel.deviations(rate, np.ones(len(rate)))
    after = panel.ahead(panel.pool(deviation), deviation, 1).mean[:, 0]
    return np.asarray(np.exp(float(mean[np.isfinite(mean)][-1]) + after))
