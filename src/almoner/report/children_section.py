"""The section of a report about children's social care: sentences, charts and tables of a place, ready to be put on a page.

In: a `ChildrenRecord` and, if there is one, a `Backtest`. Out: `ChildrenSection`, a function of them and of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from almoner.analysis.children_backtest import Backtest
from almoner.analysis.children_record import ChildrenRecord
from almoner.report import charts_children
from almoner.report.children_words import between, number, sentences
from almoner.report.figure import Chart, Column, Table


@dataclass(frozen=True)
class ChildrenSection:
    """What the section says and shows, in the order of the page."""

    title: str
    sentences: tuple[str, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def children_section(found: ChildrenRecord, backtest: Backtest | None = None) -> ChildrenSection:
    """Return the section of a place."""
    drawn = (
        charts_children.course(found, "caseload"),
        charts_children.rates(found),
        charts_children.course(found, "in_post_fte", beside=False),
        charts_children.course(found, "agency_rate"),
        charts_children.course(found, "looked_after", beside=False),
        charts_children.backtest_chart(backtest) if backtest else None,
    )
    tables = [now_table(found), norm_table(found), spend_table(found), placement_table(found), effect_table(found)]
    if found.unregistered.rows:
        tables.insert(4, unregistered_table(found))
    return ChildrenSection(
        f"Children's social care in {found.place.name}",
        sentences(found),
        tuple(chart for chart in drawn if chart is not None),
        tuple(table for table in tables if table.rows),
        tuple(note for note in (found.return_note, *found.notes) if note),
    )


def now_table(found: ChildrenRecord) -> Table:
    """Return where the place stands beside its statistical neighbours and England."""
    columns = (
        Column("Measure"),
        Column(found.place.name, "number"),
        Column("Statistical neighbours (median)", "number"),
        Column("England", "number"),
        Column("Unit"),
        Column("Date"),
        Column("Status", "status"),
    )
    rows = tuple(
        (
            line.label,
            number(line.place, line.unit),
            number(line.neighbours, line.unit) if found.neighbours else "",
            number(line.england, line.unit),
            line.unit,
            line.date,
            f"{line.status}: {line.marker}" if line.marker else line.status,
        )
        for line in found.now
    )
    return Table(f"Children's social care in {found.place.name}, as published", columns, rows)


def norm_table(found: ChildrenRecord) -> Table:
    """Return when caseloads reach the norm under each scenario."""
    titles = dict(found.scenarios)
    columns = (
        Column("Scenario"),
        Column("Norm", "number"),
        Column("Median stays at or below it from"),
        Column("Draws there at the end", "number"),
    )
    rows = tuple(
        (
            titles[row.scenario],
            number(row.norm, "cases per fte"),
            str(row.year) if row.year else f"not by {row.last_year}",
            f"{row.share:.0f}%",
        )
        for row in found.norm
    )
    return Table("When caseloads reach the norm (modelled)", columns, rows)


def spend_table(found: ChildrenRecord) -> Table:
    """Return agency spending and the cost of policies by year and scenario, £ million."""
    titles = dict(found.scenarios)
    columns = (
        Column("Scenario"),
        Column("Year"),
        Column("Agency", "number"),
        Column("of it premium", "number"),
        Column("Posts added by a cap", "number"),
        Column("Policies", "number"),
    )
    rows = tuple(
        (
            titles[row.scenario],
            str(row.year),
            *(
                f"{each.median:,.1f} ({each.low:,.1f} to {each.high:,.1f})"
                for each in (row.agency_gbp_m, row.premium_gbp_m, row.extra_posts_gbp_m, row.policies_gbp_m)
            ),
        )
        for row in found.spend
    )
    return Table(f"Spending in £ million, {found.price_basis} prices (modelled; unit costs partly assumed)", columns, rows)


def placement_table(found: ChildrenRecord) -> Table:
    """Return what is known of placements and support."""
    columns = (Column("Kind"), Column("Children", "number"), Column("Places", "number"), Column("Status", "status"), Column("Note"))
    rows = tuple(
        (
            line.label,
            "unknown" if line.children is None else number(line.children, "children"),
            "unknown" if line.places is None else number(line.places, "places"),
            line.status,
            f"{line.note} ({line.date})" if line.date else line.note,
        )
        for line in found.placements
    )
    return Table(f"Placements and support, {found.place.name}", columns, rows)


def unregistered_table(found: ChildrenRecord) -> Table:
    """Return children without a registered place by year."""
    titles = dict(found.scenarios)
    columns = (Column("Scenario"), Column("Date"), Column("Children", "number"), Column("Range"), Column("Open places", "number"))
    rows = tuple(
        (
            titles.get(row.scenario, row.scenario),
            row.date,
            number(row.children.median, "children"),
            between(row.children, "children"),
            number(row.open_places.median, "places"),
        )
        for row in found.unregistered.rows
    )
    return Table(f"Children without a registered place ({found.unregistered.status})", columns, rows)


def effect_table(found: ChildrenRecord) -> Table:
    """Return our own estimates beside the published ones."""
    columns = (
        Column("Estimate"),
        Column("Here", "number"),
        Column("95% interval"),
        Column("Published"),
        Column("Rows", "number"),
        Column("Note"),
    )
    rows = tuple(
        (
            line.what,
            f"{line.estimate:+.2f}",
            f"{line.low:+.2f} to {line.high:+.2f}",
            f"{line.published[0]:+.2f} ({line.published[1]:+.2f} to {line.published[2]:+.2f})" if line.published else "",
            f"{line.rows:,}",
            line.note,
        )
        for line in found.effects
    )
    return Table("What leaving and need respond to, estimated from the shipped tables", columns, rows)
