"""Charts of the present: the place against England, and who works here.

In: a `PlanRecord`. Out: `Chart` values whose titles state what the published and modelled figures of the base year say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from almoner.analysis import words
from almoner.analysis.plan_record import Indicator, MixRow, PlanRecord
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.report import marks, view
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_COUNTS = ("posts", "people")
_NOT_COMPARED = "\N{EN DASH}"
_MARGIN_WORDS = {
    "service": "Service",
    "role": "Role",
    "age": "Age",
    "nationality": "Nationality",
    "sex": "Sex",
    "contract": "Contract",
}


def comparison(record: PlanRecord) -> Chart | None:
    """Draw the place's rates as a percentage of England's, with its comparators, one row an indicator."""
    rows = [row for row in record.indicators if row.unit not in _COUNTS and row.place is not None and row.england]
    if record.place.level == "england" or not rows:
        return None
    rows.sort(key=lambda row: -abs(_ratio(row.place, row) - 100.0))
    name, level = record.place.name, record.place.level
    first = rows[0]
    here, england = (words.number(value, first.unit, level) for value in (first.place, first.england))
    said = [
        f"{row.label}: {words.number(row.place, row.unit, level)} against {words.number(row.england, row.unit, level)}"
        for row in rows
    ]
    return Chart(
        id="comparison",
        title=f"{name} stands furthest from England on {words.lower_first(first.label)}: {here} against {england}",
        subtitle="Each figure as a percentage of England's. Periods are in the table. "
        f"Source: {view.source_words(record, _used(rows))}.",
        alt=f"Dot plot of {name} beside its comparators, England being 100. {'; '.join(said)}.",
        status="estimated" if any(row.status != "published" for row in rows) else "published",
        twin=indicator_table(record, rows, "Figures of the chart"),
        spec=lambda frame: _comparison_spec(record, rows, frame),
    )


def indicator_table(record: PlanRecord, rows: Sequence[Indicator], caption: str) -> Table:
    """Return indicators as a table: the place, its comparators, status, period and sources."""
    place = record.place
    comparators = [("England", [row.england for row in rows])]
    if place.level != "england":
        comparators.insert(0, (place.region_name or "Region", [row.region for row in rows]))
        comparators.insert(0, ("Most similar areas", [row.similar for row in rows]))
    shown = [(label, values) for label, values in comparators if label == "England" or any(value is not None for value in values)]
    if place.level == "england":
        shown = []
    columns = (
        Column("Measure"),
        Column(place.name, "number"),
        *(Column(label, "number") for label, _ in shown),
        Column("Status", "status"),
        Column("Period", "short"),
        Column("Source"),
    )
    cells = []
    for i, row in enumerate(rows):
        values = [words.number(row.place, row.unit, place.level)]
        for label, column in shown:
            level = "england" if label == "England" else "region" if label == place.region_name else place.level
            values.append(_NOT_COMPARED if column[i] is None and row.unit in _COUNTS else words.number(column[i], row.unit, level))
        cells.append((row.label, *values, row.status, row.period, ", ".join(row.sources)))
    return Table(caption, columns, tuple(cells))


def _used(rows: Sequence[Indicator]) -> list[str]:
    return sorted({source for row in rows for source in row.sources})


def _ratio(value: float | None, row: Indicator) -> float:
    return 100.0 * (value or 0.0) / (row.england or 1.0)


def _comparison_spec(record: PlanRecord, rows: list[Indicator], frame: Frame) -> Spec:
    place = record.place
    comparators = (
        (place.name, "diamond", marks.BLUE, True, [row.place for row in rows]),
        ("Most similar areas", "circle", marks.VERMILION, False, [row.similar for row in rows]),
        (place.region_name or "Region", "square", marks.GREEN, False, [row.region for row in rows]),
    )
    shown = [item for item in comparators if any(value is not None for value in item[4])]
    ratios = [_ratio(value, row) for item in shown for value, row in zip(item[4], rows, strict=True) if value is not None]
    low, high = min([*ratios, 97.0]), max([*ratios, 103.0])
    domain = (low - 0.06 * (high - low), high + 0.06 * (high - low))
    labels = [row.label for row in rows]
    said = [
        f"{words.number(row.place, row.unit, place.level)} (England {words.number(row.england, row.unit, 'england')})"
        for row in rows
    ]
    left, right = (10, 10) if frame.narrow else (marks.LABEL_COLUMN, 210)
    width = frame.width - left - right
    height = marks.row_height(frame, labels, said) * len(rows)
    channel = marks.row_channel(len(rows), frame)
    layers = _england_rule(domain, height)
    dots = [
        {
            "row": i,
            "value": _ratio(value, rows[i]),
            "shape": shape,
            "color": color,
            "fill": color if filled else "#ffffff",
            "size": 130,
        }
        for _, shape, color, filled, values in reversed(shown)
        for i, value in enumerate(values)
        if value is not None
    ]
    layers.append(marks.points(dots, marks.across("value", "percent", domain), channel))
    layers += marks.row_text(frame, labels, said, width)
    layers += marks.key([(name, shape, color, filled) for name, shape, color, filled, _ in shown], frame, left)
    top = 46 + 24 * (len(shown) - 1 if frame.narrow else 0)
    return marks.sheet(frame, height, layers, left=left, right=right, top=top)


def _england_rule(domain: tuple[float, float], height: float) -> list[Spec]:
    x = marks.across("value", "percent", domain)
    mark = {"type": "rule", "color": marks.INK, "strokeWidth": 2}
    rule = marks.layer([{"value": 100}], mark, x=x, y={"value": 0}, y2={"value": height})
    return [rule, marks.note(100, "England = 100%", x)]


def mix(record: PlanRecord) -> Chart | None:
    """Draw each category's share of the workforce here and in England."""
    rows = list(record.mix)
    if not rows:
        return None
    name = record.place.name
    places = name if record.place.level == "england" else f"{name} and England"
    widest = max(rows, key=lambda row: abs(row.place_percent - row.england_percent))
    here, england = (words.number(value, "percent", "area") for value in (widest.place_percent, widest.england_percent))
    if record.place.level == "england":
        largest = max((row for row in rows if row.margin == rows[0].margin), key=lambda row: row.place_percent)
        share = words.number(largest.place_percent, "percent", "area")
        title = f"‘{largest.category}’ is the largest {_margin(largest).lower()}, with {share} of filled posts"
    else:
        title = f"{name} differs most from England in the share of ‘{_category(widest)}’: {here} of filled posts against {england}"
    said = "; ".join(f"{row.category} {words.number(row.place_percent, 'percent', 'area')}" for row in rows[:12])
    return Chart(
        id="mix",
        title=title,
        subtitle=f"Share of filled posts in {places}, fitted to published margins; periods are in the table.",
        alt=f"Dot plot of shares of the workforce in {places}. {title}. {said}.",
        status="modelled" if any(row.status == "modelled" for row in rows) else rows[0].status,
        twin=_mix_table(record),
        spec=lambda frame: _mix_spec(record, rows, frame),
    )


def _category(row: MixRow) -> str:
    return row.category if row.margin in ("service", "role") else f"{_margin(row)}: {row.category}"


def _margin(row: MixRow) -> str:
    return _MARGIN_WORDS.get(row.margin, row.margin.replace("_", " ").capitalize())


def _mix_table(record: PlanRecord) -> Table:
    level = record.place.level
    nation = () if level == "england" else (Column("England", "number"),)
    columns = (
        Column("Margin"),
        Column("Category"),
        Column("Posts", "number"),
        Column(record.place.name, "number"),
        *nation,
        Column("Status", "status"),
        Column("Period", "short"),
    )

    def cells(row: MixRow) -> tuple[str, ...]:
        nation = () if level == "england" else (words.number(row.england_percent, "percent", "england"),)
        posts = words.number(row.place_posts, "posts", level)
        return (
            _margin(row),
            row.category,
            posts,
            words.number(row.place_percent, "percent", level),
            *nation,
            row.status,
            row.period,
        )

    return Table("Who works here", columns, tuple(cells(row) for row in record.mix))


def _drawn(rows: list[MixRow], most: int, *, alone: bool) -> list[MixRow]:
    """Return the rows to draw, in the record's order: the furthest from England, or for England its services and largest groups.

    A role that is a whole service (personal assistants) is drawn once.
    """
    services = {SERVICES["personal_assistant"]} & {row.category for row in rows}
    rows = [row for row in rows if not (services and row.margin == "role" and row.category == ROLES["personal_assistant"])]

    def rank(row: MixRow) -> tuple[bool, float]:
        if alone:
            return row.margin != rows[0].margin, -row.place_percent
        return False, -abs(row.place_percent - row.england_percent)

    return sorted(sorted(rows, key=rank)[:most], key=rows.index)


def _mix_spec(record: PlanRecord, rows: list[MixRow], frame: Frame) -> Spec:
    alone = record.place.level == "england"
    drawn = _drawn(rows, 8 if frame.narrow else 10, alone=alone)
    labels = [_category(row) for row in drawn]
    said = [
        words.number(row.place_percent, "percent", "area")
        + ("" if alone else f" (England {words.number(row.england_percent, 'percent', 'area')})")
        for row in drawn
    ]
    left, right = (10, 10) if frame.narrow else (marks.LABEL_COLUMN, 210)
    width = frame.width - left - right
    height = marks.row_height(frame, labels, said) * len(drawn)
    domain = (0.0, max(max(row.place_percent, row.england_percent) for row in drawn) * 1.06)
    x, y = marks.across("here", "percent", domain), marks.row_channel(len(drawn), frame)
    data = [{"row": i, "here": row.place_percent, "england": row.england_percent} for i, row in enumerate(drawn)]
    dots: dict[str, dict[str, Any]] = {
        "england": {"shape": "circle", "color": marks.INK, "fill": "#ffffff", "size": 105},
        "here": {"shape": "diamond", "color": marks.BLUE, "fill": marks.BLUE, "size": 130},
    }
    items = [(record.place.name, "diamond", marks.BLUE, True), ("England", "circle", marks.INK, False)]
    if alone:
        del dots["england"], items[1:]
    layers = [
        marks.layer([] if alone else data, {"type": "rule", "color": marks.QUIET}, x=x, x2={"field": "england"}, y=y),
        marks.points([dot | {"row": row["row"], "here": row[key]} for row in data for key, dot in dots.items()], x, y),
        *marks.row_text(frame, labels, said, width),
        *marks.key(items, frame, left),
    ]
    return marks.sheet(frame, height, layers, left=left, right=right, top=46 + 24 * (len(items) - 1 if frame.narrow else 0))
