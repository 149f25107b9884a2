"""The record of children's social care by return and year: social workers at 30 September, children at 31 March, the under-18s.

A return is an area, or one of the two pairs that report their social workers together; children of a pair are added. In: the
shipped tables. Out: arrays [return, year] in which what is suppressed or was never published is NaN, never zero, and England's
own rows, which are never added up from areas. Former councils count only where the territory is the same (Northamptonshire).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.reference import tables
from almoner.reference.population import persons
from almoner.reference.vocabulary import ENGLAND

FIRST_YEAR: Final = 2013
LAST_YEAR: Final = 2025
FIRST_WORKFORCE_YEAR: Final = 2017

WORKFORCE: Final = (
    "in_post_fte",
    "in_post_headcount",
    "agency_fte",
    "agency_rate",
    "agency_covering_vacancy_fte",
    "vacancies_fte",
    "vacancy_rate",
    "starters_fte",
    "leavers_fte",
    "turnover_rate",
    "cases",
    "case_holders_fte",
    "caseload",
    "absence_rate",
)
"""Figures at 30 September, or for the year to it: FTE, people, percentages, children, cases per FTE."""

NEED: Final = (
    "referrals",
    "re_referrals",
    "children_in_need_31_march",
    "children_in_need_started",
    "children_in_need_ended",
    "protection_plans_31_march",
    "protection_plans_started",
    "looked_after_31_march",
    "looked_after_started",
    "looked_after_ceased",
    "looked_after_placed_outside_area",
    "other_areas_children_placed_here",
    "looked_after_foster_placement",
)
"""Children at 31 March, or in the year to it."""

_SAME_TERRITORY: Final = {"E06000061+E06000062": "E10000021"}
"""Returns whose earlier years stand under one former code of the same territory; other reorganisations moved boundaries."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Record:
    """Figures by return and year. `figures[measure]` is [return, year], `england[measure]` is [year]; NaN where unknown.

    `children` are residents aged 0 to 17 in the middle of each year, [return, year].
    """

    codes: tuple[str, ...]
    years: tuple[int, ...]
    figures: Mapping[str, Array]
    england: Mapping[str, Array]
    children: Array
    england_children: Array

    @property
    def members(self) -> tuple[tuple[str, ...], ...]:
        """The area codes that each return is made of."""
        return tuple(tuple(code.split("+")) for code in self.codes)

    def upto(self, year: int) -> Record:
        """Return the record as if nothing after `year` had been published."""
        kept = len([each for each in self.years if each <= year])
        return replace(
            self,
            years=self.years[:kept],
            figures={name: values[:, :kept] for name, values in self.figures.items()},
            england={name: values[:kept] for name, values in self.england.items()},
            children=self.children[:, :kept],
            england_children=self.england_children[:kept],
        )

    def row(self, area_code: str) -> int:
        """Return the row of the return that an area belongs to."""
        return next(i for i, members in enumerate(self.members) if area_code in members)

    def at(self, measure: str, year: int) -> Array:
        """Return a measure of every return in a year."""
        return self.figures[measure][:, self.years.index(year)]


@lru_cache(maxsize=1)
def load_record() -> Record:
    """Return the whole record, 2013 to 2025."""
    codes = tuple(sorted(set(tables.load("areas")["csww_area_code"])))
    years = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
    members = [code.split("+") for code in codes]
    workforce = tables.load("children_workforce")
    need = tables.load("children_need").pivot(on="measure", index=["area_code", "year"], values="value")
    figures: dict[str, Array] = {}
    england: dict[str, Array] = {}
    for frame, measures in ((workforce, WORKFORCE), (need, NEED)):
        for measure in measures:
            known = _values(frame, measure)
            figures[measure] = np.array(
                [[_of_return(known, code, each, year) for year in years] for code, each in zip(codes, members, strict=True)]
            )
            england[measure] = np.array([known.get((ENGLAND, year), np.nan) for year in years])
    flat = [area for each in members for area in each]
    under_18 = dict(zip(flat, persons(flat, years)[:, :, 0], strict=True))
    children = np.array([np.sum([under_18[area] for area in each], axis=0) for each in members])
    return Record(codes, years, figures, england, children, np.asarray(children.sum(axis=0)))


def children_ahead(codes: tuple[str, ...], years: tuple[int, ...]) -> Array:
    """Return residents aged 0 to 17 in the middle of `years` by return, [return, year], projected after 2024."""
    return np.array([persons(code.split("+"), years)[:, :, 0].sum(axis=0) for code in codes])


@lru_cache(maxsize=1)
def markers() -> dict[tuple[str, int, str], str]:
    """Return why a figure is empty, by return, year and measure: the publisher's marker."""
    found = {}
    for code, year, status in tables.load("children_workforce").select("area_code", "year", "status").iter_rows():
        for each in (status or "").split(";"):
            measure, _, marker = each.partition(":")
            if marker:
                found[code, year, measure] = marker
    empty = tables.load("children_need").filter(pl.col("status").is_not_null())
    for code, year, measure, marker in empty.select("area_code", "year", "measure", "status").iter_rows():
        found[code, year, measure] = marker
    return found


def _values(frame: pl.DataFrame, measure: str) -> dict[tuple[str, int], float]:
    rows = frame.select("area_code", "year", measure).drop_nulls()
    return {(code, year): float(value) for code, year, value in rows.iter_rows()}


def _of_return(known: Mapping[tuple[str, int], float], code: str, members: list[str], year: int) -> float:
    """Return a return's figure: its own, its former code's, or the sum of its members if every one is known."""
    former = _SAME_TERRITORY.get(code, code)
    for each in (code, former):
        if (each, year) in known:
            return known[each, year]
    if len(members) > 1 and all((member, year) in known for member in members):
        return sum(known[member, year] for member in members)
    return np.nan
