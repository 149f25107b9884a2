"""England's published record from 2016-17 to the base year, as it stood at any time: what is fitted and what is scored.

In: `adult_workforce`, `context` and the parameters. Out: for each year (named by its end, 31 March) the vacancy rate, the turnover,
the growth of filled posts *within one series* and the drivers. The first published figure is the one used and scored; a later
restatement is kept beside it and measures the observation error. Levels of two series are never spliced: where no publication
gives a year's growth within its own series (2017-18, 2019-20) it is not known. Figures used as assumptions elsewhere are not
repeated here: which row each figure is, `ROWS` says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from almoner.model.baseline.figures import published
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.parameters import ParameterTree, load
from almoner.reference import tables
from almoner.study.history import first_month, history_edits

FIRST_YEAR: Final = 2017
"""2016-17, the first year with a vacancy rate, a turnover and a National Living Wage."""

BASE_YEAR: Final = 2025

VACANCY_ROWS: Final[dict[int, tuple[str, ...]]] = {
    2017: ("AW0456",),
    2018: ("AW0458", "AW0459"),
    2019: ("AW0460",),
    2020: ("AW0461",),
    2021: ("AW0462",),
    2022: ("AW0463", "AW0464", "AW0465"),
    2023: ("AW0466",),
    2024: ("AW0467", "AW0467"),
    2025: ("AW0468",),
}
"""Vacancy rates, council and independent sector: the first published, then its restatements (2023-24: restated as it was)."""

GROWTH_RESTATED_IN: Final = 2023
ARRIVALS_RESTATED_IN: Final = 2024
"""Years in which the change of 2021-22 and the arrivals of 2022-23 were restated: a cut before them knows the first figures."""

TURNOVER_ROWS: Final[dict[int, tuple[str, ...]]] = {
    2017: ("AW0343",),
    2018: ("AW0345",),
    2019: ("AW0346",),
    2020: ("AW0347",),
    2021: ("AW0348",),
    2022: ("AW0349", "AW0350"),
    2023: ("AW0351",),
    2024: ("AW0352",),
    2025: ("AW0354",),
}
"""Turnover of all sectors. That of the base of the vacancy rate is published from 2022-23 on and 1.025 to 1.028 times it."""

BASE_TURNOVER_ROWS: Final[dict[int, str]] = {2023: "AW0394", 2024: "AW0395"}

GROWTH_ROWS: Final[dict[int, tuple[tuple[str, str], ...]]] = {
    2017: (("AW0116", "AW0080"),),
    2019: (("AW0117", "AW0082"),),
    2021: (("AW0118", "AW0084"),),
    2022: (("AW0119", "AW0086"), ("AW0120", "AW0087")),
    2025: (("AW0121", "AW0094"),),
}
"""Change of filled posts and the level at the end of the year, both of one series; first published, then restated."""

LEVEL_ROWS: Final[dict[int, tuple[str, str]]] = {2023: ("AW0087", "AW0088"), 2024: ("AW0089", "AW0090")}
"""Years whose change is the difference of two levels of one series."""

ARRIVALS_FIRST_ROWS: Final[dict[int, str]] = {2022: "AW0153", 2023: "AW0154", 2024: "AW0157", 2025: "AW0158"}
"""Arrivals as first published; the tree has the restated 80,000 of 2022-23."""

SERVICE_VACANCY_ROWS: Final[dict[str, dict[int, str]]] = {
    "home_care": {2023: "AW0472", 2024: "AW0473", 2025: "AW0474"},
    "care_homes": {2024: "AW0471"},
}
"""Vacancy rates by service; care homes with and without nursing together, whose 2024-25 rate is that of the two published apart."""

STARTER_ROWS: Final[dict[int, str]] = {2018: "AW0306", 2019: "AW0307"}
LEAVERS_ROWS: Final[dict[int, str]] = {2018: "AW0176", 2019: "AW0177", 2020: "AW0178", 2022: "AW0179", 2023: "AW0180"}


@dataclass(frozen=True, slots=True)
class Year:
    """A published year, named by its end. Rates and growth are fractions; None is what nobody published."""

    year: int
    vacancy_rate: float
    vacancy_rate_latest: float
    turnover: float
    growth: float | None
    growth_latest: float | None
    arrivals: float
    arrivals_latest: float
    market: float
    rows: tuple[str, ...]

    @property
    def name(self) -> str:
        """The financial year `YYYY-YY`."""
        return year_name(self.year)

    def growth_known_in(self, cut: int) -> float | None:
        """Return the growth of filled posts as known at 31 March of `cut`, once that year's figures were out."""
        return self.growth_latest if cut >= GROWTH_RESTATED_IN else self.growth

    def arrivals_known_in(self, cut: int) -> float:
        """Return arrivals as known at 31 March of `cut`, once that year's figures were out."""
        return self.arrivals_latest if cut >= ARRIVALS_RESTATED_IN else self.arrivals


def year_name(year: int) -> str:
    """Return the financial year that ends in `year`."""
    return f"{year - 1}-{year % 100:02d}"


def year_of(name: str) -> int:
    """Return the year in which the financial year `YYYY-YY` ends."""
    return int(name[:4]) + 1


@lru_cache(maxsize=1)
def record() -> dict[int, Year]:
    """Return all published years by their end."""
    tree = history_tree()
    return {year: _year(year, tree) for year in range(FIRST_YEAR, BASE_YEAR + 1)}


@lru_cache(maxsize=1)
def history_tree() -> ParameterTree:
    """Return the shipped tree with the drivers of past years."""
    tree = load()
    return tree.edited(history_edits(tree))


@lru_cache(maxsize=1)
def observation_error() -> float:
    """Return the standard error of a published vacancy rate (a fraction): the root mean square of its restatements."""
    moves = [published(rows[0]) / 100 - published(rows[-1]) / 100 for rows in VACANCY_ROWS.values() if len(rows) > 1]
    return math.sqrt(sum(move * move for move in moves) / len(moves))


@lru_cache(maxsize=1)
def growth_error() -> float:
    """Return the standard error of a published yearly growth: the restatement of 2021-22 and rounding to 5,000 posts.

    One restatement of -0.6 points is known; a uniform rounding of change by 5,000 on 1.6 million is 0.09 points. Their root mean
    square over the years with a figure.
    """
    rounding = 5_000 / math.sqrt(12) / 1_600_000
    moves = [_change(rows[0]) - _change(rows[-1]) for rows in GROWTH_ROWS.values() if len(rows) > 1]
    years = len(GROWTH_ROWS) + len(LEVEL_ROWS)
    return math.sqrt(sum(move * move for move in moves) / years + rounding**2)


@lru_cache(maxsize=1)
def base_turnover_ratio() -> float:
    """Return turnover in the base of the vacancy rate over that of all sectors: mean of the three years with both."""
    england = tables.load("adult_turnover_by_area").filter(pl.col("area_code") == "E92000001", pl.col("period") == "2024-25")
    ratios = [published(row) / published(TURNOVER_ROWS[year][0]) for year, row in BASE_TURNOVER_ROWS.items()]
    ratios.append(float(england["turnover_rate"][0]) / published(TURNOVER_ROWS[BASE_YEAR][0]))
    return sum(ratios) / len(ratios)


def service_vacancy_rate(service: str, year: int) -> float | None:
    """Return a published vacancy rate by service, a fraction, or None."""
    row = SERVICE_VACANCY_ROWS[service].get(year)
    return None if row is None else published(row) / 100


def arrivals_of(year: int, tree: ParameterTree | None = None) -> float:
    """Return arrivals of the financial year that ends in `year`: the mean of its months, people a year."""
    return _mean_of_months("filling.arrivals", year, tree or history_tree())


def _mean_of_months(path: str, year: int, tree: ParameterTree) -> float:
    own, first = tree.parameter(path), first_month(year - 1)
    return sum(own.at(first + month) for month in range(MONTHS_PER_YEAR)) / MONTHS_PER_YEAR


def _year(year: int, tree: ParameterTree) -> Year:
    rates = [published(row) / 100 for row in VACANCY_ROWS[year]]
    changes = [_change(rows) for rows in GROWTH_ROWS.get(year, ())]
    if year in LEVEL_ROWS:
        before, after = (published(row) for row in LEVEL_ROWS[year])
        changes = [after / before - 1.0]
    latest = arrivals_of(year, tree)
    first = published(ARRIVALS_FIRST_ROWS[year]) if year in ARRIVALS_FIRST_ROWS else latest
    used = (
        *VACANCY_ROWS[year],
        *TURNOVER_ROWS[year],
        *(row for pair in GROWTH_ROWS.get(year, ()) for row in pair),
        *LEVEL_ROWS.get(year, ()),
        *((ARRIVALS_FIRST_ROWS[year],) if year in ARRIVALS_FIRST_ROWS else ()),
    )
    return Year(
        year=year,
        vacancy_rate=rates[0],
        vacancy_rate_latest=rates[-1],
        turnover=published(TURNOVER_ROWS[year][0]) / 100,
        growth=changes[0] if changes else None,
        growth_latest=changes[-1] if changes else None,
        arrivals=first,
        arrivals_latest=latest,
        market=_mean_of_months("market.job_vacancies", year, tree),
        rows=used,
    )


def _change(rows: tuple[str, str]) -> float:
    change, after = (published(row) for row in rows)
    return change / (after - change)
