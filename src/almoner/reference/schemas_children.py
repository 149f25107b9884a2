"""Schemas of the tables about children's social care."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from almoner.reference import columns as c

CHILDREN_MARKERS = r"^[a-z_]+:(c|low|u|x|z)(;[a-z_]+:(c|low|u|x|z))*$"


class ChildrenWorkforce(dy.Schema):
    """Child and family social workers at 30 September; starters, leavers and absence in the year to it.

    Two pairs of areas return jointly and stand under joined codes; Cumbria, Northamptonshire, Bournemouth, Poole and old Dorset
    stay under their old codes. Kensington and Chelsea and Westminster have no 2025 figures, so areas fall short of England.
    `status` lists each empty measure as `measure:marker`.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    year = c.year()
    in_post_fte = c.amount(nullable=True)
    agency_fte = c.amount(nullable=True)
    agency_rate = c.percent(nullable=True)
    agency_covering_vacancy_fte = c.amount(nullable=True)
    vacancies_fte = c.amount(nullable=True)
    vacancy_rate = c.percent(nullable=True)
    starters_fte = c.amount(nullable=True)
    leavers_fte = c.amount(nullable=True)
    turnover_rate = c.percent(nullable=True)
    cases = c.count(nullable=True)
    case_holders_fte = c.amount(nullable=True)
    caseload = c.amount(nullable=True)
    absence_rate = c.percent(nullable=True)
    working_days_lost_fte = c.amount(nullable=True)
    in_post_headcount = c.count(nullable=True)
    status = dy.String(nullable=True, regex=CHILDREN_MARKERS)
    source = c.sources()

    @dy.rule()
    def every_empty_measure_has_a_marker(cls) -> pl.Expr:
        """As many measures are empty as markers are given."""
        measures = [name for name in cls.column_names() if name not in {"area_code", "area_level", "year", "status", "source"}]
        empty = pl.sum_horizontal(pl.col(measures).is_null())
        return empty == pl.col("status").str.count_matches(":").fill_null(0)


class ChildrenNeed(dy.Schema):
    """Children in need, referrals, protection plans and looked-after children by area and year.

    Looked-after figures are as first released for each year; older counts are rounded to 5 or 10. There are no local placement
    types after 2017. Former councils stay under their old codes for their own years.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    year = c.year()
    measure = c.text(primary_key=True)
    value = c.count(nullable=True)
    status = c.marker()
    source = c.sources()

    @dy.rule()
    def empty_only_with_a_marker(cls) -> pl.Expr:
        """A count is empty exactly where a marker says why."""
        return c.value_or_marker("value")


class ChildrenHomes(dy.Schema):
    """Children's homes and places by area, sector and type at 31 March 2023; Cumbria under its old code."""

    area_code = c.place(primary_key=True)
    date = dy.Date(primary_key=True)
    sector = c.one_of("health", "local_authority", "private", "voluntary", primary_key=True)
    home_type = c.text(primary_key=True)
    homes = c.count()
    places = c.count()
    short_break_homes = c.count()
    short_break_places = c.count()
    source = c.sources()


class ChildrenHomesNational(dy.Schema):
    """Children's homes (providers) and their places in England at 31 March, 2013 to 2023."""

    date = dy.Date(primary_key=True)
    measure = c.one_of("places", "providers", primary_key=True)
    home_type = c.text(primary_key=True)
    value = c.count(nullable=True)
    status = c.marker()
    source = c.sources()

    @dy.rule()
    def empty_only_with_a_marker(cls) -> pl.Expr:
        """A count is empty exactly where a marker says why."""
        return c.value_or_marker("value")


class ChildrenNeighbours(dy.Schema):
    """The ten statistical neighbours of each children's services authority in the model of 2025, nearest first."""

    area_code = c.area(primary_key=True)
    rank = dy.Int64(primary_key=True, min=1, max=10)
    neighbour_area_code = c.area()
    closeness = c.one_of("extremely close", "very close", "close", "somewhat close", "not close")
    source = c.sources()
