"""Schemas of the registers: sources, evidence, pledges and national series that no area table holds."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from almoner.reference import columns as c


class Sources(dy.Schema):
    """Every source id used by the other tables; `retrieved_via` says where the figure was read."""

    id = dy.String(regex=r"^[A-Za-z0-9_]+$", primary_key=True)
    publisher = c.text()
    title = c.text()
    period = c.text(nullable=True)
    url = dy.String(nullable=True, regex=r"^https?://")
    licence = c.text()
    retrieved_via = c.text()
    note = c.text(nullable=True)


class Evidence(dy.Schema):
    """Effects of levers on retention, supply, delay and demand, each with its design, its interval and a caution.

    An empty effect was not seen at its source. The interval of E85 and parts of E71 and E83 are recalled.
    """

    id = dy.String(regex=r"^E\d{2}$", primary_key=True)
    lever = c.text()
    outcome = c.text()
    finding = c.text()
    effect_value = c.number(nullable=True)
    unit = c.text(nullable=True)
    interval_low = c.number(nullable=True)
    interval_high = c.number(nullable=True)
    interval_kind = c.one_of("ci95", "ci95_recalled", "range", "none")
    interval_note = c.text(nullable=True)
    direction = c.text(nullable=True)
    design = c.text()
    design_quality = c.one_of("RCT", "quasi", "observational", "review", "modelled", "descriptive", "expert")
    population = c.text()
    period = c.text(nullable=True)
    caution = c.text(nullable=True)
    citation = c.text()
    source = c.sources()
    confidence = c.confidence()

    @dy.rule()
    def an_interval_is_in_order(cls) -> pl.Expr:
        """The low end does not exceed the high end."""
        return (pl.col("interval_low") <= pl.col("interval_high")).fill_null(value=True)


class Pledges(dy.Schema):
    """Announced money, million pounds in cash as announced, and what became of it.

    Only `contained_in` nests: `restates` is the same money announced again and `replaces_within` takes the place of the rows in
    `replaces_id` inside the same parent. Add at one level only; a row with `is_sum_row` is not added to its children.
    """

    id = dy.String(regex=r"^[A-Z]\d{2}$", primary_key=True)
    domain = c.one_of("adult", "both", "children", "discharge")
    title = c.text()
    amount_gbp_m = c.amount(nullable=True)
    amount_note = c.text(nullable=True)
    price_basis = c.one_of("cash")
    period = c.text()
    period_start = dy.String(nullable=True, regex=c.PERIOD)
    period_end = dy.String(nullable=True, regex=c.PERIOD)
    parent_id = dy.String(nullable=True, regex=r"^[A-Z]\d{2}$")
    relation = c.one_of("contained_in", "restates", "replaces_within", nullable=True)
    replaces_id = dy.String(nullable=True, regex=r"^[A-Z]\d{2}(;[A-Z]\d{2})*$")
    is_sum_row = dy.Bool()
    announced_by = c.text()
    announced_date = dy.String(nullable=True, regex=c.PERIOD)
    purpose = c.text(nullable=True)
    what_happened = c.text()
    status = c.one_of("announced", "allocated", "spent", "part_spent", "cut", "diverted", "cancelled", "pending", "unknown")
    status_detail = c.text()
    revised_amount_gbp_m = c.amount(nullable=True)
    spent_gbp_m = c.amount(nullable=True)
    source = c.sources()
    confidence = c.confidence()
    note = c.text(nullable=True)

    @dy.rule()
    def a_child_says_how_it_relates(cls) -> pl.Expr:
        """A row with a parent says how it stands to it."""
        return pl.col("parent_id").is_null() == pl.col("relation").is_null()


class OtherNationalSeries(dy.Schema):
    """National children's and discharge figures that no area table holds: old delay series, waits, costs, surveys.

    Mostly second hand: see `confidence`. An empty area code is a geography that cannot be coded: see the note.
    """

    row_id = dy.String(regex=r"^ON\d{4}$", primary_key=True)
    measure = c.text()
    breakdown = c.text()
    area_code = c.place(nullable=True)
    period = c.text()
    value = c.number()
    unit = c.text()
    source = c.sources()
    confidence = c.confidence()
    note = c.text(nullable=True)
