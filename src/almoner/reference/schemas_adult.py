"""Schemas of the tables about adult social care: workforce, pay, activity, outcomes and spending."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from almoner.reference import columns as c

SERIES = r"^(as_published_\d{4}|restated_\d{4}|not_stated|other_source|ascof_2025|oflog_2024|own_estimate)$"
OBSERVATION = ("measure", "breakdown_type", "breakdown", "cross_type", "cross", "area_code", "period", "series", "source", "value")


class AdultWorkforce(dy.Schema):
    """National, regional, service, role, sector, demographic and pay figures of the adult workforce.

    Conflicting values for a cell are all kept and flagged. Posts are never spliced across the 2025 re-basing (2023-24: 1.705
    million published, about 1.548 million restated). Vacancy and turnover rates apply to council plus independent jobs, not to
    all posts. An empty area code is a geography that cannot be coded: see the note. Care worker pay is repeated in pay.
    """

    row_id = dy.String(regex=r"^AW\d{4}$", primary_key=True)
    measure = c.text()
    breakdown_type = c.one_of("age", "all", "employment_factor", "nationality", "other", "role", "sector", "service")
    breakdown = c.text()
    area_code = c.place(nullable=True)
    period = c.text()
    value = c.number()
    unit = c.text()
    series = dy.String(regex=SERIES)
    conflict = dy.Bool()
    source = c.sources()
    confidence = c.confidence()
    note = c.text(nullable=True)


class AdultPostsStructure(dy.Schema):
    """Posts, vacancy and turnover by region, council, service, role and sector, some of them crossed.

    `series` `own_estimate` is ours: a best-estimate service by role table for 2024-25 that adds to 1,599,800 with margins that
    rest partly on memory. All nine regional posts of 2024-25 are derived. Press figures for councils leave out direct payment
    and NHS posts, area summaries include them. Vintages do not join.
    """

    measure = c.one_of(
        "filled_posts", "total_posts", "vacant_posts", "filled_posts_share", "filled_posts_change", "vacancy_rate", "turnover_rate"
    )
    breakdown_type = c.one_of("all", "role", "sector", "service")
    breakdown = c.text()
    cross_type = c.one_of("area_group", "role", "sector", "service", nullable=True)
    cross = c.text(nullable=True)
    area_code = c.place(nullable=True)
    period = c.text()
    value = c.number()
    unit = c.one_of("people", "percent", "posts")
    series = dy.String(regex=SERIES)
    source = c.sources()
    confidence = c.confidence()
    note = c.text(nullable=True)

    @dy.rule()
    def an_observation_is_held_once(cls) -> pl.Expr:
        """One source gives one value of a cell once."""
        return ~pl.struct(OBSERVATION).is_duplicated()

    @dy.rule()
    def a_cross_has_a_type(cls) -> pl.Expr:
        """A second breakdown says what it is."""
        return pl.col("cross").is_null() == pl.col("cross_type").is_null()


class AdultTurnoverByArea(dy.Schema):
    """Staff turnover of adult social care by council area, percent of staff leaving in the year.

    Two vintages that must not be spliced without care: `oflog_2024` (2016-17 to 2022-23, about 110 areas before 2022-23) and
    `ascof_2025` (2023-24 and 2024-25, also England and regions). Cornwall and Isles of Scilly are joint in `ascof_2025`.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    period = dy.String(regex=c.PERIOD, primary_key=True)
    turnover_rate = c.percent(nullable=True)
    status = c.marker()
    series = c.one_of("ascof_2025", "oflog_2024", primary_key=True)
    source = c.sources()

    @dy.rule()
    def empty_only_with_a_marker(cls) -> pl.Expr:
        """A rate is empty exactly where a marker says why."""
        return c.value_or_marker("turnover_rate")


class AdultActivityByArea(dy.Schema):
    """Adult social care activity, unit costs and long-term spending by area.

    2021-22 is from the old returns (Cumbria under its old code, Hackney missing) and 2024-25 from client-level data: different
    definitions, so levels are not compared. Zero unit costs in the source are empty with marker `zero_in_source`.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    period = dy.String(regex=c.PERIOD, primary_key=True)
    measure = c.text(primary_key=True)
    age_band = c.one_of(*c.CARE_AGE_BANDS, primary_key=True)
    breakdown = c.text(primary_key=True)
    value = c.number(nullable=True)
    unit = c.one_of("episodes", "gbp_per_hour", "gbp_per_week", "gbp_thousand", "people", "requests")
    status = c.marker()
    source = c.sources()

    @dy.rule()
    def empty_only_with_a_marker(cls) -> pl.Expr:
        """A value is empty exactly where a marker says why."""
        return c.value_or_marker("value")


class AscofByArea(dy.Schema):
    """Adult social care outcomes framework by area, 2022-23 to 2024-25, each outcome in its measure's own unit.

    Carer survey measures only in 2023-24; 2024-25 measures 2a to 2e and 3d are official statistics in development; Derby made
    no survey return in 2024-25.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    period = dy.String(regex=c.PERIOD, primary_key=True)
    measure_code = c.text(primary_key=True)
    outcome = c.amount(nullable=True)
    numerator = c.count(nullable=True)
    denominator = c.count(nullable=True)
    respondents = c.count(nullable=True)
    margin_of_error = c.amount(nullable=True)
    status = c.marker()
    source = c.sources()

    @dy.rule()
    def empty_only_with_a_marker(cls) -> pl.Expr:
        """An outcome is empty exactly where a marker says why."""
        return c.value_or_marker("outcome")


class AscofMeasures(dy.Schema):
    """Titles of the outcome measure codes."""

    measure_code = c.text(primary_key=True)
    title = c.text()
    source = c.sources()


class Pay(dy.Schema):
    """Statutory minimums, pay of care workers and of comparators, and fees; the value is in the row's unit.

    Not found: the National Living Wage of April 2027. The 3.3% NHS award for 2026-27 in context replaces the 2.5% proposal here
    (PY0061). Fees are national only.
    """

    row_id = dy.String(regex=r"^PY\d{4}$", primary_key=True)
    group = c.one_of("care_worker", "comparator", "fee", "pay_distribution", "statutory_minimum")
    measure = c.text()
    breakdown_type = c.one_of("age", "all", "other", "role", "sector")
    breakdown = c.text()
    area_code = c.place()
    period = c.text()
    value = c.amount()
    unit = c.one_of("gbp_per_hour", "gbp_per_week", "gbp_per_year", "percent")
    series = dy.String(regex=SERIES)
    conflict = dy.Bool()
    source = c.sources()
    confidence = c.confidence()
    note = c.text(nullable=True)


class Context(dy.Schema):
    """The economy around care: UK job vacancies, unemployment, prices, employer on-costs, agency and recruitment costs.

    Vacancies are quarters with gaps from several vintages; GDP deflator forecasts are out of date; rows of source `ctx_recalled`
    are from memory. Periods are calendar years, financial years, months or `YYYY-MM..YYYY-MM`.
    """

    measure = c.text(primary_key=True)
    breakdown = c.text(primary_key=True)
    area_code = c.place(primary_key=True)
    period = c.text(primary_key=True)
    value = c.number()
    unit = c.one_of("gbp", "gbp_per_hour", "gbp_per_year", "index", "people", "percent", "ratio", "thousand")
    source = c.sources()
    confidence = c.confidence()
    note = c.text(nullable=True)


class SpendByArea(dy.Schema):
    """Council spending on adult and children's social care in 2024-25, thousand pounds.

    Net current expenditure is total expenditure less total income; `line` rows add to `total`, `of_which` rows do not. Birmingham,
    Cumberland and Slough were not received (marker x) and England holds estimates for them. Fees and charges of adult care are
    mainly what clients pay.
    """

    area_code = c.place(primary_key=True)
    area_level = c.level()
    financial_year = dy.String(regex=c.PERIOD, primary_key=True)
    domain = c.one_of("adult", "children", primary_key=True)
    line = c.text(primary_key=True)
    line_type = c.one_of("line", "of_which", "total")
    age_band = c.one_of(*c.CARE_AGE_BANDS, primary_key=True)
    net_current_expenditure_gbp_k = c.number(nullable=True)
    total_expenditure_gbp_k = c.number(nullable=True)
    employees_gbp_k = c.number(nullable=True)
    fees_and_charges_gbp_k = c.number(nullable=True)
    total_income_gbp_k = c.number(nullable=True)
    status = c.marker()
    source = c.sources()

    @dy.rule()
    def empty_only_with_a_marker(cls) -> pl.Expr:
        """Spending is empty exactly where a marker says why."""
        return c.value_or_marker("net_current_expenditure_gbp_k")
