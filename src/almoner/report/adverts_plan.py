"""What job adverts show of a plan's place: the section of the plan, with a chart of direct care pay against what else there is.

In: findings and overrides of `almoner.voices.adverts`. Out: an `Part`. The plan does not take the edits up by itself: a
scenario file does, and then the plan lists them among the figures put in the place of others.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Final

from almoner.analysis.words import MINUS
from almoner.errors import NotFoundError
from almoner.reference.sources import cited
from almoner.report import marks
from almoner.report.adverts_section import NOTES, cell_words, headline
from almoner.report.adverts_tables import AdvertTable, summary_tables
from almoner.report.figure import Chart, Column, Frame, Spec, Table
from almoner.report.part import Part
from almoner.report.tables import Cell
from almoner.report.view import day
from almoner.voices.adverts.findings import Against, Findings
from almoner.voices.adverts.saved import Saved

ID: Final = "job-adverts"
FEWEST_FOR_QUARTERS: Final = 5
"""With fewer vacancies their lowest and highest stand in the place of quarters."""

_CARE: Final = "Direct care adverts, lowest pay"


def adverts_part(saved: Saved, used: Collection[str] = ()) -> Part:
    """Return the section; `used` are the sources of the edits that the plan's scenarios make."""
    found = saved.findings
    tables = [each for each in summary_tables(found, saved.overrides) if each.rows and _tells(each, found)]
    shown = [_against_shown(found) if each.name == "against_outside_pay" else _shown(each) for each in tables]
    return Part(
        ID,
        "What job adverts show",
        tuple(headline(found)),
        (pay_chart(found),) if found.care_entry else (),
        tuple(shown),
        (*(_edit_notes(saved, used)), *NOTES),
        {
            "findings": asdict(found),
            "overrides": asdict(saved.overrides),
            "sources": [f"{name} sha256 {sha256}" for name, sha256 in found.files],
        },
        {f"job_adverts_{each.name}": (_header(each), _rows(each)) for each in tables},
    )


def pay_chart(found: Findings) -> Chart:
    """Draw what direct care adverts offer beside the wage floor, NHS bands, shops and own figures, pounds an hour."""
    shown = _chosen(found.against)
    low, middle, high, spread = care_spread(found.care_entry)
    count = len(found.care_entry)
    floor = next((each for each in found.against if each.comparator.kind == "wage_floor" and each.gap is not None), None)
    gap = ""
    if floor is not None and floor.gap is not None:
        gap = f"; the middle one is {_beside(floor.gap)} the {floor.comparator.name} of its day"
    vacancies = f"{count:,} {'vacancy' if count == 1 else 'vacancies'}"
    others = [(each.comparator.name, each.comparator.hourly) for each in shown]
    rows = sorted([(_CARE, middle), *others], key=lambda row: (-row[1], row[0]))
    said = [f"£{hourly:.2f}{f' ({spread} £{low:.2f} to £{high:.2f})' if name == _CARE else ''}" for name, hourly in rows]
    return Chart(
        id="job-adverts-pay",
        title=f"Direct care adverts start at a median of £{middle:.2f} an hour{gap}",
        subtitle=f"Pounds an hour of full-time work; {vacancies} with stated pay, {found.care_hidden.count:,} more hide it. The "
        f"others as they stand on {day(found.day.isoformat())}; sources in the table.",
        alt=f"Dots in rows, pounds an hour. {'; '.join(f'{name} {words}' for (name, _), words in zip(rows, said, strict=True))}.",
        status="estimated",
        twin=Table(
            "Direct care pay in adverts, and what else there is",
            (Column("What"), Column("Pounds an hour", "number"), Column("From", "short"), Column("Source")),
            (
                (_CARE, f"{middle:.2f} ({spread} {low:.2f} to {high:.2f})", found.day.isoformat(), f"{vacancies} in these adverts"),
                *(
                    (
                        each.comparator.name,
                        f"{each.comparator.hourly:.2f}",
                        each.comparator.period,
                        said_source(each.comparator.source),
                    )
                    for each in shown
                ),
            ),
        ),
        spec=lambda frame: _spec([(name, hourly) for name, hourly in rows], said, (low, high), frame),
    )


def care_spread(entries: Sequence[float]) -> tuple[float, float, float, str]:
    """Return low, median and high of lowest pay, and what low and high are."""
    middle = statistics.median(entries)
    if len(entries) < FEWEST_FOR_QUARTERS:
        return min(entries), middle, max(entries), "all"
    quarters = statistics.quantiles(entries, n=4, method="inclusive")
    return quarters[0], middle, quarters[2], "middle half"


def _chosen(against: Sequence[Against]) -> list[Against]:
    """Return the comparators that the chart has room for: all but shops, and of these the lowest and the highest."""
    shops = sorted((each for each in against if each.comparator.kind == "shop"), key=lambda each: each.comparator.hourly)
    ends = [shops[0], shops[-1]] if len(shops) > 2 else shops
    return [each for each in against if each.comparator.kind != "shop" or each in ends]


def _spec(rows: Sequence[tuple[str, float]], said: Sequence[str], spread: tuple[float, float], frame: Frame) -> Spec:
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 270)
    labels = [name for name, _ in rows]
    values = [value for _, value in rows]
    domain = marks.room([*values, spread[0]], [*values, spread[1]], zero=False)
    x, y = marks.across("value", "gbp", domain), marks.row_channel(len(rows), frame)
    dots = [
        {
            "row": place,
            "value": value,
            "shape": "circle" if name == _CARE else "square",
            "color": marks.BLUE if name == _CARE else marks.QUIET,
            "fill": marks.BLUE if name == _CARE else "#ffffff",
            "size": 170 if name == _CARE else 90,
        }
        for place, (name, value) in enumerate(rows)
    ]
    line = [{"row": labels.index(_CARE), "low": spread[0], "high": spread[1]}]
    rule = {"type": "rule", "color": marks.BLUE, "strokeWidth": 4}
    layers = [
        marks.layer(line, rule, x={**x, "field": "low"}, x2={"field": "high"}, y=y),
        marks.points(dots, x, y),
        *marks.row_text(frame, labels, said, frame.width - left - right),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, said) * len(rows), layers, left=left, right=right)


def _beside(gap: float) -> str:
    return f"£{abs(gap):.2f} {'above' if gap >= 0 else 'below'}" if abs(gap) >= 0.005 else "at"


def _edit_notes(saved: Saved, used: Collection[str]) -> list[str]:
    """Say which parameters the adverts can replace, whether this plan's scenarios do so, and what is left alone."""
    notes = [
        f"{edit.path} could be {edit.value:g} (95% interval {edit.low:g} to {edit.high:g}) by these adverts; "
        + (
            "a scenario of this plan uses it: see the figures put in the place of others."
            if edit.source in used
            else "no scenario of this plan uses it: the report's overrides.yaml is a scenario that does."
        )
        for edit in saved.overrides.edits
    ]
    return [*notes, *saved.overrides.refused]


def _against_shown(found: Findings) -> Table:
    columns = (
        Column("Held against"),
        Column("Pounds an hour", "number"),
        Column("From", "short"),
        Column("Middle gap", "number"),
        Column("Offer less", "number"),
        Column("Source"),
    )
    rows = tuple(
        (
            each.comparator.name,
            f"{each.comparator.hourly:.2f}",
            each.comparator.period,
            "–" if each.gap is None else f"{each.gap:+.2f}".replace("-", MINUS),
            f"{each.below.count:,} of {each.below.total:,}",
            said_source(each.comparator.source),
        )
        for each in found.against
    )
    title = (
        f"Direct care jobs against what else a person could earn on the day of the advert (figures of {day(found.day.isoformat())})"
    )
    return Table(title, columns, rows)


def said_source(text: str) -> str:
    """Return the publishers of a figure with the ids of its sources; other words as they are."""
    try:
        found = cited(text)
    except NotFoundError:
        return text
    return ", ".join(f"{publisher} ({text})" for publisher in dict.fromkeys(each.publisher for each in found))


def _tells(table: AdvertTable, found: Findings) -> bool:
    return bool(found.care_entry) or table.name != "against_outside_pay"


def _shown(table: AdvertTable) -> Table:
    first = [next((row[k] for row in table.rows if row[k] is not None), None) for k in range(len(table.header))]
    numbers = [isinstance(cell, int | float) for cell in first]
    columns = tuple(
        Column(name[:1].upper() + name[1:], "number" if number and k else "text")
        for k, (name, number) in enumerate(zip(table.header, numbers, strict=True))
    )
    return Table(table.title, columns, tuple(tuple(cell_words(cell, "–", table.decimals) for cell in row) for row in table.rows))


def _header(table: AdvertTable) -> tuple[str, ...]:
    return table.header if "source" in table.header else (*table.header, "source")


def _rows(table: AdvertTable) -> list[tuple[Cell, ...]]:
    own: tuple[Cell, ...] = () if "source" in table.header else ("job adverts",)
    return [(*row, *own) for row in table.rows]
