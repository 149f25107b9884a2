"""Schemas of the tables about people who wait in hospital for care."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from almoner.reference import columns as c
from almoner.reference.discharge_words import BODIES, CONSTRAINTS


class DischargeByArea(dy.Schema):
    """Days after the discharge ready date by area of residence, April 2024 to March 2025.

    Only trusts with acceptable data (89% to 96% by month), so a low early count can mean missing trusts. Areas add to 96% of
    England. Lengths of delay are in the rows of the year only.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    period = dy.String(regex=c.PERIOD, primary_key=True)
    period_type = c.one_of("month", "year")
    discharges = c.count()
    delayed = c.count()
    delayed_rate = c.percent()
    days_lost = c.count()
    mean_days_if_delayed = c.amount(nullable=True)
    delayed_1_day = c.count(nullable=True)
    days_lost_1_day = c.count(nullable=True)
    delayed_2_3_days = c.count(nullable=True)
    days_lost_2_3_days = c.count(nullable=True)
    delayed_4_6_days = c.count(nullable=True)
    days_lost_4_6_days = c.count(nullable=True)
    delayed_7_13_days = c.count(nullable=True)
    days_lost_7_13_days = c.count(nullable=True)
    delayed_14_20_days = c.count(nullable=True)
    days_lost_14_20_days = c.count(nullable=True)
    delayed_21_plus_days = c.count(nullable=True)
    days_lost_21_plus_days = c.count(nullable=True)
    source = c.sources()


class DischargeByIcb(dy.Schema):
    """Patients with no criteria to reside by integrated care board of July 2022, and England to March 2026.

    Daily averages are patients a day; extra days are weekly snapshots of a stock and are never summed; pathway shares cover June
    2024 to March 2025 (2025-26 for England); `drd_*` is as discharge_by_area but by the trust's board. Months of boards in
    2025-26 are not available. Code E92000001 is England.
    """

    icb_code = c.icb(primary_key=True)
    icb_name = c.text()
    nhs_region = c.text(nullable=True)
    period = dy.String(regex=c.PERIOD, primary_key=True)
    period_type = c.one_of("month", "year")
    ready_daily_average = c.amount()
    discharged_daily_average = c.amount()
    discharged_total = c.count()
    remaining_daily_average = c.amount()
    remaining_rate = c.percent()
    extra_days_7_plus = c.amount(nullable=True)
    extra_days_14_plus = c.amount(nullable=True)
    extra_days_21_plus = c.amount(nullable=True)
    pathway_0_share = c.percent(nullable=True)
    pathway_1_share = c.percent(nullable=True)
    pathway_2_share = c.percent(nullable=True)
    pathway_3_share = c.percent(nullable=True)
    pathway_discharges = c.count(nullable=True)
    drd_discharges = c.count(nullable=True)
    drd_delayed = c.count(nullable=True)
    drd_days_lost = c.count(nullable=True)
    source = c.sources()


class DischargeReasons(dy.Schema):
    """Why patients remained in hospital: five official categories and 37 reasons; reason `ALL` is a category's total.

    `stay_group` is `7_plus_days` for 2025-26 and `not_stated` for 2024-25 (probably over 14 days), so compare shares and not
    levels. Detail by board covers June 2024 to March 2025 only.
    """

    icb_code = c.icb(primary_key=True)
    period = c.text(primary_key=True)
    stay_group = c.one_of("7_plus_days", "not_stated", primary_key=True)
    category = c.text(primary_key=True)
    reason = c.text(primary_key=True)
    patients_daily_average = c.amount()
    share = c.percent()
    source = c.sources()


class DischargeDestinations(dy.Schema):
    """Discharges by destination within pathway 0 to 3; England only for 2025-26."""

    icb_code = c.icb(primary_key=True)
    period = c.text(primary_key=True)
    pathway = dy.Int64(primary_key=True, min=0, max=3)
    destination = c.text(primary_key=True)
    discharges = c.count()
    source = c.sources()


class DischargeResponsibility(dy.Schema):
    """Whose each of the 37 published delay reasons is, which constraint it belongs to, and why we say so.

    Our own reading of each reason's wording. A reason that names two bodies stays `shared_interface`, and `may_be` names the bodies
    that it could belong to. `pathways` are those whose people can be held by it.
    """

    reason = c.text(primary_key=True)
    category = c.text()
    body = c.one_of(*BODIES)
    may_be = dy.String(nullable=True, regex=r"^[a-z_]+(;[a-z_]+)+$")
    constraint = c.one_of(*CONSTRAINTS)
    pathways = dy.String(regex=r"^[0-3](;[0-3])*$")
    rationale = c.text()
    source = c.sources()

    @dy.rule()
    def shared_reasons_name_their_bodies(cls) -> pl.Expr:
        """A reason is shared exactly where it names the bodies that it could belong to."""
        return (pl.col("body") == "shared_interface") == pl.col("may_be").is_not_null()


class DischargeConstraints(dy.Schema):
    """How the days that a constraint causes are split between bodies, in percent; what is shared stays shared.

    Follows from the table of responsibility and the reasons of England in 2025-26, so it does not differ between places.
    """

    constraint = c.one_of(*CONSTRAINTS, primary_key=True)
    body = c.one_of(*BODIES, primary_key=True)
    share = c.percent()
    rationale = c.text()
    source = c.sources()
