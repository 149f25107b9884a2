"""Schemas of the tables about places and the people who live in them."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from almoner.reference import columns as c


class Areas(dy.Schema):
    """The 153 upper-tier local authorities as coded in November 2026.

    `area_code_2023` is the code of April 2023 that most published files still use (only Barnsley and Sheffield differ);
    `old_la_code` is the Department for Education's three digits; `icb_*` is the integrated care board of July 2022 that holds
    most of the area's people and their share in it; `icb_2026_name` the board after the mergers of April 2026 (our own
    assignment by name); `csww_area_code` the code under which the area's social workers are returned.
    """

    area_code = c.area(primary_key=True)
    area_name = dy.String(unique=True, min_length=1)
    area_code_2023 = dy.String(regex=c.AREA_CODE, unique=True)
    old_la_code = dy.String(regex=r"^\d{3}$", unique=True)
    area_type = c.one_of("county", "london", "metropolitan", "unitary")
    region_code = c.region()
    region_name = c.text()
    icb_code = c.icb()
    icb_gss_code = dy.String(regex=r"^E54\d{6}$")
    icb_name = c.text()
    icb_population_share = dy.Float64(min_exclusive=0, max=1)
    icb_2026_name = c.text()
    csww_area_code = dy.String(regex=c.JOINT_CODE)
    source = c.sources()


class AreaToIcb(dy.Schema):
    """Share of each area's people in each integrated care board of July 2022.

    Shares under 0.005 are left out. An approximation for areas that several boards share: district overlap with generalised
    boundaries, weighted by mid-2023 population.
    """

    area_code = c.area(primary_key=True)
    icb_code = c.icb(primary_key=True)
    icb_gss_code = dy.String(regex=r"^E54\d{6}$")
    icb_name = c.text()
    population_share = dy.Float64(min_exclusive=0, max=1)
    source = c.sources()


class AreaCodeChanges(dy.Schema):
    """Former and joint codes and the current areas that they became; effective dates are from general knowledge."""

    old_code = dy.String(regex=c.JOINT_CODE, primary_key=True)
    old_name = c.text()
    new_code = c.area(primary_key=True)
    new_name = c.text()
    change_type = c.one_of("recode", "split", "merge", "boundary", "joint_return")
    effective_date = dy.Date(nullable=True)
    note = c.text(nullable=True)
    source = c.sources()


class LadToArea(dy.Schema):
    """Districts, current and former since about 2009, and the upper-tier area that covers each today."""

    lad_code = dy.String(regex=r"^E(06|07|08|09)\d{6}$", primary_key=True)
    lad_name = c.text()
    lad_status = c.one_of("current", "former")
    current_lad_code = dy.String(regex=r"^E(06|07|08|09)\d{6}$")
    area_code = c.area()
    area_name = c.text()
    region_code = c.region()
    source = c.sources()


class Population(dy.Schema):
    """Resident people at mid-year by area and age band: estimates 2011 to 2024, projections 2022 to 2047.

    `projection` is official (46 areas); `projection_hp` is our Hamilton-Perry split of official group totals (107 areas), to be
    treated as uncertain by 5% to 10% at 2040 and later and in London. Estimates for 2022 and 2023 are the July 2024 vintage and
    2024 is the July 2025 release. Use a projection only as a growth factor on the mid-2024 estimate.
    """

    area_code = c.area(primary_key=True)
    year = c.year()
    age_band = c.band(primary_key=True)
    persons = c.count()
    kind = c.one_of("estimate", "projection", "projection_hp", primary_key=True)
    source = c.sources()

    @dy.rule()
    def estimates_end_in_2024(cls) -> pl.Expr:
        """No estimate lies in the future of its release and no projection before its base."""
        return pl.when(pl.col("kind") == "estimate").then(pl.col("year") <= 2024).otherwise(pl.col("year") >= 2022)


class TileMap(dy.Schema):
    """An equal-area tile for each area: column from the west, row from the south; our own layout."""

    area_code = c.area(primary_key=True)
    area_name = c.text()
    column = c.count()
    row = c.count()
    source = c.sources()

    @dy.rule()
    def one_area_a_tile(cls) -> pl.Expr:
        """No two areas share a tile."""
        return ~pl.struct("column", "row").is_duplicated()
