"""The measures that a run's store holds: each with its label, unit and the rule by which it is added up.

A sum is added over areas, services and roles. A ratio is kept as its numerator and denominator, each of which is added up before
one is divided by the other. Rates keep to the published base: council and independent posts, without direct payment posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from almoner.errors import NotFoundError
from almoner.reference.vocabulary import OUTSIDE_RATES
from almoner.study.tasks import KEYS
from almoner.study.totals import CELL_VALUES

Aggregation = Literal["sum", "ratio of sums"]

EXITS: Final = ("exits_nhs", "exits_other_sector", "exits_retirement", "exits_abroad")
LEAVERS: Final = (*EXITS, "moves_out")


@dataclass(frozen=True, slots=True)
class StoredMeasure:
    """A measure by scenario, draw, replicate, area, year, service and role.

    `numerator` and `denominator` are columns of a task's table that are added; a denominator "mean filled" is the mean of the
    filled posts at the two ends of the year. `scale` multiplies the ratio: 100 for percent.
    """

    id: str
    label: str
    unit: str
    aggregation: Aggregation
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] | Literal["mean filled"] | None = None
    scale: float = 1.0
    published_base: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the measure's table that hold numbers."""
        return ("value",) if self.denominator is None else ("numerator", "denominator")

    def read(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Return the measure of tasks' tables; a flow is empty at the opening, and a ratio of nothing is left to the reader."""
        values = [_added(self.numerator).alias(self.columns[0])]
        if self.denominator == "mean filled":
            values.append(pl.col("mean_filled").alias("denominator"))
        elif self.denominator is not None:
            values.append(_added(self.denominator).alias("denominator"))
        selected = frame.select(*KEYS, *values)
        return selected.filter(~pl.col("service").is_in(OUTSIDE_RATES)) if self.published_base else selected

    def combined(self) -> pl.Expr:
        """Return the measure's value from its added-up columns."""
        if self.denominator is None:
            return pl.col("value").cast(pl.Float64)
        some = pl.col("denominator") > 0
        return pl.when(some).then(self.scale * pl.col("numerator") / pl.col("denominator"))


def measure(id: str) -> StoredMeasure:
    """Return the measure of that name."""
    try:
        return MEASURES[id]
    except KeyError:
        raise NotFoundError("measure", id, MEASURES) from None


def _sum(id: str, label: str, unit: str, *columns: str, published_base: bool = False) -> StoredMeasure:
    return StoredMeasure(id, label, unit, "sum", columns, published_base=published_base)


def _rate(id: str, label: str, numerator: tuple[str, ...], denominator: tuple[str, ...] | Literal["mean filled"]) -> StoredMeasure:
    return StoredMeasure(id, label, "percent", "ratio of sums", numerator, denominator, 100.0, published_base=True)


MEASURES: Final[dict[str, StoredMeasure]] = {
    each.id: each
    for each in (
        _sum("filled_posts", "Filled posts", "posts", "filled"),
        _sum("vacant_posts", "Vacant posts (council and independent)", "posts", "vacant", published_base=True),
        _sum("hours_per_week", "Hours a week of the people in post", "hours_per_week", "hours"),
        _sum("posts_needed", "Posts needed", "posts", "needed_posts"),
        _sum("needed_hours_per_week", "Hours of care a week that are needed", "hours_per_week", "needed_hours"),
        _sum("unmet_hours_per_week", "Unmet hours of care a week, area by area", "hours_per_week", "unmet_hours"),
        _sum("staff_cost", "Cost of staff in post with on-costs, in base-year prices", "gbp", "staff_cost"),
        _sum("leavers", "People who leave their post in the year", "people", *LEAVERS),
        _sum("sector_exits", "People who leave the sector in the year", "people", *EXITS),
        _sum("resident_entrants", "Residents who enter the sector in the year", "people", "entrants"),
        _sum("arrivals", "People who arrive from abroad in the year", "people", "arrivals"),
        _sum("promotions", "People promoted into the role in the year", "people", "promotions_in"),
        _rate("vacancy_rate", "Vacancy rate", ("vacant",), ("filled", "vacant")),
        _rate("turnover_rate", "Turnover rate", LEAVERS, "mean filled"),
        StoredMeasure("mean_pay", "Mean hourly pay, cash", "gbp_per_hour", "ratio of sums", ("pay_a_week",), ("hours",)),
        _rate("sector_exit_rate", "Sector exit rate", EXITS, "mean filled"),
    )
}


def _added(columns: tuple[str, ...]) -> pl.Expr:
    # Plain addition keeps an empty cell empty; a horizontal sum would make it nought.
    total = _wide(columns[0])
    for name in columns[1:]:
        total = total + _wide(name)
    return total


def _wide(column: str) -> pl.Expr:
    """Return a column in numbers wide enough to be added up."""
    return pl.col(column) if column in CELL_VALUES else pl.col(column).cast(pl.Int64)
