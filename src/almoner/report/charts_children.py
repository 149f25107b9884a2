"""Charts of children's social care: published years and the fan of years to come, rates beside others, homes, and the back-test.

In: a `ChildrenRecord` or a `Backtest`. Out: `Chart` values. Published figures are drawn with points, modelled ones as a line with
its range; what is unknown has no chart.
"""

from __future__ import annotations

from collections.abc import Sequence

from almoner.analysis.children_backtest import POOLED, Backtest
from almoner.analysis.children_measures import LABELS
from almoner.analysis.children_record import ChildrenRecord, NowLine, ProjectionRow
from almoner.report import marks
from almoner.report.children_words import band_text, number
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_AXIS_UNITS = {"percent": "percent", "fte": "posts", "children": "children", "cases per fte": "ratio"}
_SERIES_WORDS = {"place": "", "neighbours": "Statistical neighbours", "england": "England"}
_COMPARED = ("vacancy_rate", "agency_rate", "turnover_rate", "absence_rate")


def course(found: ChildrenRecord, measure: str, *, beside: bool = True) -> Chart | None:
    """Draw a measure's published years, those of neighbours and England if `beside`, and its fan if nothing changes."""
    scenario = found.scenarios[0][0]
    rows = [row for row in found.projection if row.measure == measure and row.scenario == scenario]
    past = {name: points for name, of, points in found.history if of == measure and (beside or name == "place")}
    if not rows or "place" not in past:
        return None
    unit, last = rows[0].unit, rows[-1]
    start = past["place"][-1]
    moved = "would rise" if last.low > start[1] else "would fall" if last.high < start[1] else "might be higher or lower"
    when = "30 September" if unit != "children" else "31 March"
    norm = found.norm[0].norm if measure == "caseload" and found.norm else None
    names = {"place": found.place.name, **{name: words for name, words in _SERIES_WORDS.items() if name != "place"}}
    return Chart(
        id=f"children-{measure.replace('_', '-')}",
        title=f"{LABELS[measure]} in {found.place.name} {moved} by {last.year}, if nothing changes",
        subtitle=f"{LABELS[measure]}, {when}. Points: published (DfE). Line with band from {rows[0].year}: modelled, "
        f"{found.band_kind}.{_axis_words(rows, past)}",
        alt=f"{LABELS[measure]} in {found.place.name}: {number(start[1], unit)} in {start[0]}, published; "
        f"{band_text(last)} in {last.year}, modelled.",
        status="modelled",
        twin=_course_table(found, measure, rows, past),
        spec=lambda frame: _course_spec(rows, past, names, norm, frame),
    )


def _course_table(
    found: ChildrenRecord, measure: str, rows: Sequence[ProjectionRow], past: dict[str, tuple[tuple[int, float], ...]]
) -> Table:
    unit = rows[0].unit
    columns = (
        Column("Year"),
        *(Column(name.capitalize(), "number") for name in past),
        Column("Modelled", "number"),
        Column("Range", "number"),
    )
    by_year = {name: dict(points) for name, points in past.items()}
    years = sorted({year for points in by_year.values() for year in points})
    cells = [
        (str(year), *(number(by_year[name][year], unit) if year in by_year[name] else "" for name in past), "", "")
        for year in years
    ]
    cells += [
        (str(row.year), *("" for _ in past), number(row.median, unit), f"{number(row.low, unit)} to {number(row.high, unit)}")
        for row in rows
    ]
    return Table(f"{LABELS[measure]}, {found.place.name}: published and modelled ({found.band_kind})", columns, tuple(cells))


def _domain(rows: Sequence[ProjectionRow], past: dict[str, tuple[tuple[int, float], ...]]) -> tuple[float, float]:
    values = [value for points in past.values() for _, value in points]
    return marks.room([*values, *(row.low for row in rows)], [*values, *(row.high for row in rows)], zero=False)


def _axis_words(rows: Sequence[ProjectionRow], past: dict[str, tuple[tuple[int, float], ...]]) -> str:
    return "" if _domain(rows, past)[0] <= 0 else " The axis does not start at zero."


def _course_spec(
    rows: Sequence[ProjectionRow],
    past: dict[str, tuple[tuple[int, float], ...]],
    names: dict[str, str],
    norm: float | None,
    frame: Frame,
) -> Spec:
    unit = _AXIS_UNITS[rows[0].unit]
    domain = _domain(rows, past)
    first = min(year for points in past.values() for year, _ in points)
    end = rows[-1].year
    height = 250 if frame.narrow else 300
    x = marks.years((first, end), _ticks(first, end, frame))
    y = marks.amounts("value", unit, domain)
    styles = {"place": marks.SERIES[0], "neighbours": marks.SERIES[4], "england": marks.SERIES[2]}
    fan = [{"year": row.year, "value": row.median, "low": row.low, "high": row.high} for row in rows]
    opening = past["place"][-1]
    joined = [{"year": opening[0], "value": opening[1], "low": opening[1], "high": opening[1]}, *fan]
    area = {"type": "area", "color": marks.BLUE, "opacity": 0.18}
    layers = [
        marks.layer(joined, area, x=x, y={**y, "field": "low"}, y2={"field": "high"}),
        marks.layer(joined, {"type": "line", "color": marks.BLUE, "strokeWidth": 3, "strokeDash": [8, 4]}, x=x, y=y),
    ]
    for name, points in past.items():
        style = styles[name]
        data = [{"year": year, "value": value} for year, value in points]
        line = {"type": "line", "color": style["color"], "strokeDash": style["dash"], "strokeWidth": 2}
        layers.append(marks.layer(data, line, x=x, y=y))
        if name == "place":
            dots = [{**row, "shape": "circle", "color": marks.INK, "fill": marks.INK, "size": 40} for row in data]
            layers.append(marks.points(dots, x, y))
    if norm is not None:
        rule = {"type": "rule", "color": marks.GREEN, "strokeDash": [10, 3, 2, 3], "strokeWidth": 2}
        layers.append(marks.layer([{"value": norm}], rule, y=y))
    last = rows[-1]
    words = f"{number(last.median, last.unit)}\n({number(last.low, last.unit)} to {number(last.high, last.unit)})"
    width = 13 if frame.narrow else 19
    layers.append(marks.end_labels([marks.wrapped(words, width)], [last.median], domain, height, frame, end, x, y))
    items = [(names[name], "circle" if name == "place" else "stroke", str(styles[name]["color"]), True) for name in past]
    items.append(("Modelled", "stroke", marks.BLUE, True))
    if norm is not None:
        items.append((f"Norm, {norm:g}", "stroke", marks.GREEN, True))
    layers += _key(items, frame, 62)
    top = 46 + (24 * (len(items) - 1) if frame.narrow else 0)
    return marks.sheet(frame, height, layers, left=62, right=104 if frame.narrow else 150, top=top)


def _ticks(first: int, last: int, frame: Frame) -> list[int]:
    """Return the years to name on an axis; on a narrow sheet every tenth between the ends."""
    ticks = marks.year_ticks(first, last, frame)
    return [year for year in ticks if year in (first, last) or (year % 10 == 0 and year - first > 5)] if frame.narrow else ticks


def _key(items: Sequence[tuple[str, str, str, bool]], frame: Frame, left: int) -> list[Spec]:
    """Return a key in which lines stand as squares: the shapes of points that Vega-Lite has."""
    return marks.key(
        [(name, "square" if shape == "stroke" else shape, color, filled) for name, shape, color, filled in items], frame, left
    )


def rates(found: ChildrenRecord) -> Chart | None:
    """Draw the place's published rates beside those of its statistical neighbours and England."""
    lines = [line for line in found.now if line.id in _COMPARED and line.place is not None and line.england is not None]
    if not lines or found.place.level == "england":
        return None
    worst = max(lines, key=_above_others)
    against = worst.neighbours if worst.neighbours is not None else worst.england
    named = "its statistical neighbours" if worst.neighbours is not None else "England"
    gap = (worst.place or 0.0) - (against or 0.0)
    title = (
        f"{worst.label} stands {gap:.1f} points above {named}, the widest gap of its rates"
        if gap > 0
        else f"No rate of {found.place.name} stands above {named}"
    )
    rows = tuple(
        (line.label, *(number(value, "percent") for value in (line.place, line.neighbours, line.england)), line.date)
        for line in lines
    )
    columns = (
        Column("Rate"),
        Column(found.place.name, "number"),
        Column("Neighbours", "number"),
        Column("England", "number"),
        Column("Date"),
    )
    told = "; ".join(f"{row[0]} {row[1]}, neighbours {row[2]}, England {row[3]}" for row in rows)
    return Chart(
        id="children-rates",
        title=title,
        subtitle=f"Published rates of child and family social workers, {lines[0].date} or the year to it; neighbours: median.",
        alt=f"Dot plot of published rates in {found.place.name}: {told}.",
        status="published",
        twin=Table(f"Social workers in {found.place.name} beside others (published)", columns, rows),
        spec=lambda frame: _rates_spec(found, lines, frame),
    )


def _above_others(line: NowLine) -> float:
    others = line.neighbours if line.neighbours is not None else line.england
    return (line.place or 0.0) - (others or 0.0)


def _rates_spec(found: ChildrenRecord, shown: Sequence[NowLine], frame: Frame) -> Spec:
    labels = [line.label for line in shown]
    words = [f"{number(line.place, 'percent')} (England {number(line.england, 'percent')})" for line in shown]
    values = [value for line in shown for value in (line.place, line.neighbours, line.england) if value is not None]
    domain = (0.0, 1.08 * max(values))
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN - 80, 190)
    x, y = marks.across("value", "percent", domain), marks.row_channel(len(shown), frame)
    kinds = (
        ("england", "England", "triangle-up", marks.VERMILION),
        ("neighbours", "Statistical neighbours", "square", marks.PURPLE),
        ("place", found.place.name, "circle", marks.INK),
    )
    dots = [
        {"row": i, "value": value, "shape": shape, "color": color, "fill": color, "size": 130}
        for name, _, shape, color in kinds
        for i, line in enumerate(shown)
        if (value := getattr(line, name)) is not None
    ]
    layers = [marks.points(dots, x, y), *marks.row_text(frame, labels, words, frame.width - left - right)]
    items = [
        (label, shape, color, True)
        for name, label, shape, color in reversed(kinds)
        if any(getattr(line, name) is not None for line in shown)
    ]
    layers += marks.key(items, frame, left)
    height = marks.row_height(frame, labels, words) * len(shown)
    return marks.sheet(frame, height, layers, left=left, right=right, top=46 + (24 * (len(items) - 1) if frame.narrow else 0))


def backtest_chart(found: Backtest) -> Chart:
    """Draw the pooled errors of in-post and caseload by level, the model beside the two naive rules."""
    areas = next(row for row in found.pooled if row.level == "area")
    best = min(areas.error_no_change, areas.error_trend)
    verdict = "lower than" if areas.error < best else "not lower than"
    columns = (
        Column("Measure"),
        Column("Where"),
        Column("Year"),
        Column("Model", "number"),
        Column("No change", "number"),
        Column("Straight line", "number"),
        Column("In 80% interval", "number"),
    )
    rows = tuple(
        (
            LABELS[row.measure],
            row.level,
            str(row.year),
            f"{row.error:.1f}",
            f"{row.error_no_change:.1f}",
            f"{row.error_trend:.1f}",
            f"{row.coverage80:.0f}%",
        )
        for row in found.rows
    )
    shown = [row for row in found.rows if row.level == "area" and row.measure in POOLED]
    told = "; ".join(
        f"{LABELS[row.measure]} {row.year}: {row.error:.1f}% against {min(row.error_no_change, row.error_trend):.1f}%"
        for row in shown
    )
    return Chart(
        id="children-backtest",
        title=f"Fitted to {found.cut}, the model's error is {verdict} that of the best naive rule",
        subtitle=f"Mean absolute error, percent, over {areas.n} figures of areas: in post and caseload {found.cut + 1} on. "
        f"{areas.coverage80:.0f}% of figures fell inside the 80% interval.",
        alt=f"Dot plot of forecast errors: {told}.",
        status="modelled",
        twin=Table(f"Back-test from {found.cut}: mean absolute errors (percent; percentage points for rates)", columns, rows),
        spec=lambda frame: _backtest_spec(found, frame),
    )


def _backtest_spec(found: Backtest, frame: Frame) -> Spec:
    shown = [row for row in found.rows if row.level == "area" and row.measure in POOLED]
    labels = [f"{LABELS[row.measure]}, {row.year}" for row in shown]
    words = [f"{row.error:.1f}% ({row.coverage80:.0f}% inside)" for row in shown]
    domain = (0.0, 1.08 * max(max(row.error, row.error_no_change, row.error_trend) for row in shown))
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 170)
    x, y = marks.across("value", "percent", domain), marks.row_channel(len(shown), frame)
    kinds = (
        ("error_no_change", "No change", "square", marks.PURPLE),
        ("error_trend", "Straight line", "triangle-up", marks.VERMILION),
        ("error", "Model", "circle", marks.BLUE),
    )
    dots = [
        {"row": i, "value": getattr(row, name), "shape": shape, "color": color, "fill": color, "size": 130}
        for name, _, shape, color in kinds
        for i, row in enumerate(shown)
    ]
    layers = [marks.points(dots, x, y), *marks.row_text(frame, labels, words, frame.width - left - right)]
    layers += marks.key([(label, shape, color, True) for _, label, shape, color in reversed(kinds)], frame, left)
    height = marks.row_height(frame, labels, words) * len(shown)
    return marks.sheet(frame, height, layers, left=left, right=right, top=46 + (48 if frame.narrow else 0))
