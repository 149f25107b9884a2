"""Charts of choices: scenarios side by side, their paired differences to doing nothing, and what moves the result.

In: a `PlanRecord`. Out: `Chart` values. A difference is paired (the same draws, the same luck); when its spread does not lie on
one side of nothing the chart says that it cannot be told from no effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from almoner.analysis import words
from almoner.analysis.plan_record import Band, Difference, Driver, Path, PlanRecord
from almoner.report import marks, view
from almoner.report.figure import Chart, Column, Frame, Spec, Table

Middle = Literal["median", "mean"]

NO_EFFECT = "cannot be told from no effect"
_SAME = "no change"


def scenarios(record: PlanRecord, measure: str, middle: Middle = "median") -> Chart | None:
    """Draw one measure under every scenario: medians as lines, the bands of the last year at the right.

    `middle` says what the middle of the record's bands is, where it is not the median.
    """
    ids = [view.baseline_id(record), *(card.id for card in view.alternatives(record))]
    found = [(scenario, view.path_of(record, measure, scenario)) for scenario in ids]
    paths = [(view.scenario_name(record, scenario), path) for scenario, path in found if path is not None]
    if len(paths) < 2:
        return None
    level, year, first = record.place.level, record.to_year, paths[0][1]
    ends = {name: _end(path, year) for name, path in paths}
    said = "; ".join(
        f"{name} {words.number(band.median, first.unit, level)} ({words.between(band, first.unit, level)})"
        for name, band in ends.items()
    )
    medians = words.listed([f"{words.number(band.median, first.unit, level)} under {_inside(name)}" for name, band in ends.items()])
    columns = [Column("Year")]
    for name, _ in paths:
        columns += [Column(name, "number"), Column("Band", "number")]
    rows = []
    for i, when in enumerate(first.years):
        cells = [str(when)]
        for _, path in paths:
            cells += [words.number(path.bands[i].median, path.unit, level), words.to(path.bands[i], path.unit, level)]
        rows.append(tuple(cells))
    return Chart(
        id=f"scenarios-{measure.replace('_', '-')}",
        title=f"{view.short_label(first.label)} in {year} would be {medians}",
        subtitle=f"{words.unit_words(first.unit).capitalize()} at 31 March. Lines: {middle}s; "
        f"bars at the right: {view.band_words(record)}, {year}. Run {record.run_id}.",
        alt=f"Line chart, modelled. {first.label} in {year}: {said}.",
        status="modelled",
        twin=Table(f"{first.label} by scenario (modelled)", tuple(columns), tuple(rows)),
        spec=lambda frame: _scenarios_spec(record, paths, frame),
    )


def _inside(name: str) -> str:
    return f"\N{LEFT SINGLE QUOTATION MARK}{name}\N{RIGHT SINGLE QUOTATION MARK}"


def _end(path: Path, year: int) -> Band:
    band = view.band_at(path, year)
    return band if band is not None else path.bands[-1]


def _scenarios_spec(record: PlanRecord, paths: list[tuple[str, Path]], frame: Frame) -> Spec:
    level, unit = record.place.level, paths[0][1].unit
    paths = paths[: len(marks.SERIES)]
    values = [value for _, path in paths for band in path.bands for value in (band.median,)]
    lows, highs = ([getattr(path.bands[-1], end) for _, path in paths] for end in ("low", "high"))
    domain = marks.room([*values, *lows], [*values, *highs], zero=unit == "percent")
    first, last = paths[0][1].years[0], paths[0][1].years[-1]
    step = (last - first) * (0.045 if frame.narrow else 0.025)
    x = marks.years((first, last + step * (len(paths) + 0.5)), marks.year_ticks(first, last, frame))
    y = marks.amounts("median", unit, domain)
    height = 270 if frame.narrow else 320
    layers: list[Spec] = []
    ends = []
    for i, ((_, path), style) in enumerate(zip(paths, marks.SERIES, strict=False)):
        data = [{"year": year, "median": band.median} for year, band in zip(path.years, path.bands, strict=True)]
        line = {"type": "line", "color": style["color"], "strokeDash": style["dash"], "strokeWidth": 3}
        layers.append(marks.layer(data, line, x=x, y=y))
        end = path.bands[-1]
        ends.append(
            {"year": last + step * (i + 1), "low": end.low, "high": end.high, "median": end.median, "size": 120} | _look(style)
        )
    rule = {"type": "rule", "stroke": {"expr": "datum.color"}, "strokeWidth": 3}
    layers.append(marks.layer(ends, rule, x=x, y={**y, "field": "low"}, y2={"field": "high"}))
    layers.append(marks.points(ends, x, y))
    said = [
        marks.wrapped(f"{name} {words.number(path.bands[-1].median, unit, level)}", 13 if frame.narrow else 22)
        for name, path in paths
    ]
    at = last + step * (len(paths) + 0.2)
    layers.append(marks.end_labels(said, [path.bands[-1].median for _, path in paths], domain, height, frame, at, x, y))
    return marks.sheet(frame, height, layers, left=62, right=110 if frame.narrow else 190)


def _look(style: Mapping[str, object]) -> dict[str, object]:
    return {"color": style["color"], "fill": style["color"], "shape": style["shape"]}


def differences(record: PlanRecord, measure: str, middle: Middle = "median") -> Chart | None:
    """Draw the paired differences of one measure to the baseline as dots and intervals; `middle` says what the dots are."""
    rows = [row for row in record.differences if row.measure == measure]
    if not rows:
        return None
    level, year, label = record.place.level, record.to_year, view.short_label(rows[0].label)
    clear = [row for row in rows if row.clear]
    names = [
        f"{words.change(row.band.median, row.unit, level)} under {_inside(view.scenario_name(record, row.scenario))}"
        for row in clear
    ]
    if clear:
        unclear = [_inside(view.scenario_name(record, row.scenario)) for row in rows if not row.clear]
        title = f"{label} in {year} compared with doing nothing: {words.listed(names)}"
        title += f"; {words.listed(unclear)} {NO_EFFECT}" if unclear else ""
    else:
        title = f"{label} in {year}: no scenario’s effect can be told from none"
    said = "; ".join(f"{view.scenario_name(record, row.scenario)}: {told(row, level)}" for row in rows)
    return Chart(
        id=f"difference-{measure.replace('_', '-')}",
        title=title,
        subtitle=f"Paired difference to doing nothing, {_unit(rows[0])}, 31 March {year}. "
        f"Dot: {middle}; line: {view.band_words(record)}. Run {record.run_id}.",
        alt=f"Dot and interval chart of modelled differences in {words.lower_first(label)} in {year}. {said}.",
        status="modelled",
        twin=difference_table(record, rows, f"{rows[0].label}: difference to doing nothing in {year} (modelled)", middle),
        spec=lambda frame: _differences_spec(record, rows, frame),
    )


def _unit(row: Difference) -> str:
    note = view.label_note(row.label)
    return words.unit_words(_spoken(row.unit)) + (f" ({note})" if note else "")


def _spoken(unit: str) -> str:
    return "percentage_points" if unit == "percent" else unit


def told(row: Difference, level: str) -> str:
    """Say a difference with its band, and that it cannot be told from no effect when it cannot."""
    band = words.change_between(row.band, row.unit, level)
    if band == _SAME:
        return _SAME
    return f"{words.change(row.band.median, row.unit, level) if row.clear else NO_EFFECT} ({band})"


def told_briefly(row: Difference, level: str) -> str:
    """Say a difference as `told` does, over two lines: the finding, and its band as '600 fewer to 100 more'."""
    band = words.change_between(row.band, row.unit, level)
    if band == _SAME:
        return _SAME
    ends = band.removeprefix("between ").replace(" and ", " to ")
    if ends.count(" points") > 1:
        ends = ends.replace(" points", "", 1)
    return f"{words.change(row.band.median, row.unit, level) if row.clear else NO_EFFECT}\n({ends})"


def better(row: Difference, level: str) -> str:
    """Say whether a clear difference is for the better."""
    if words.change_between(row.band, row.unit, level) == _SAME:
        return _SAME
    if not row.clear:
        return NO_EFFECT
    if row.better == "neither" or row.band.median == 0:
        return "neither better nor worse"
    return "better" if (row.band.median > 0) == (row.better == "up") else "worse"


def difference_table(
    record: PlanRecord, rows: list[Difference] | tuple[Difference, ...], caption: str, middle: Middle = "median"
) -> Table:
    """Return differences as a table: the median, or what `middle` says, the band, the Monte Carlo error and what can be said."""
    level = record.place.level
    columns = (
        Column("Scenario"),
        Column("Measure"),
        Column(f"{middle.capitalize()} difference", "number"),
        Column(f"Band: {view.band_words(record)}", "words"),
        Column("Error from chance", "number"),
        Column("What can be said", "finding"),
    )
    cells = tuple(
        (
            view.scenario_name(record, row.scenario),
            row.label,
            words.change(row.band.median, row.unit, level),
            words.change_between(row.band, row.unit, level),
            _error(row),
            better(row, level),
        )
        for row in rows
    )
    return Table(caption, columns, cells)


def _error(row: Difference) -> str:
    size = float(f"{abs(row.monte_carlo_error):.2g}")
    return f"\N{PLUS-MINUS SIGN}{size:,.0f}" if size >= 10 else f"\N{PLUS-MINUS SIGN}{size:.2g}"


def _differences_spec(record: PlanRecord, rows: list[Difference], frame: Frame) -> Spec:
    level = record.place.level
    labels = [view.scenario_name(record, row.scenario) for row in rows]
    said = [told_briefly(row, level) for row in rows]
    data = [
        {
            "row": i,
            "low": row.band.low,
            "high": row.band.high,
            "median": row.band.median,
            "shape": "circle",
            "size": 150,
            "color": marks.BLUE if row.clear else marks.QUIET,
            "fill": marks.BLUE if row.clear else "#ffffff",
            "dash": [1, 0] if row.clear else [4, 3],
        }
        for i, row in enumerate(rows)
    ]
    domain = marks.room([0.0, *(row.band.low for row in rows)], [0.0, *(row.band.high for row in rows)], zero=False)
    left, right = (14, 14) if frame.narrow else (marks.LABEL_COLUMN, 250)
    height = marks.row_height(frame, labels, said) * len(rows)
    x, y = marks.across("median", _spoken(rows[0].unit), domain), marks.row_channel(len(rows), frame)
    nothing = marks.layer([{"median": 0}], {"type": "rule", "color": marks.INK, "strokeWidth": 2}, x=x)
    rule = {"type": "rule", "stroke": {"expr": "datum.color"}, "strokeWidth": 3, "strokeDash": {"expr": "datum.dash"}}
    layers = [
        nothing,
        marks.layer(data, rule, x={**x, "field": "low"}, x2={"field": "high"}, y=y),
        marks.points(data, x, y),
        *marks.row_text(frame, labels, said, frame.width - left - right),
        marks.note(0, "no difference", x),
    ]
    return marks.sheet(frame, height, layers, left=left, right=right, top=30)


def drivers(record: PlanRecord) -> Chart | None:
    """Draw how strongly each uncertain parameter moves the result, the strongest first."""
    rows = sorted((row for row in record.drivers if row.correlation is not None), key=lambda row: -abs(row.correlation or 0.0))[:10]
    if not rows:
        return None
    top = rows[0]
    said = "; ".join(f"{row.label} {_signed(row)}" for row in rows)
    noise = 2.0 / max(record.draws - 1, 1) ** 0.5
    return Chart(
        id="drivers",
        title=f"{_result(record)} hangs most on {words.lower_first(top.label.partition(', ')[0])}",
        subtitle=f"How far each uncertain value goes with {record.driver_measure}: rank correlation over {record.draws} draws, "
        f"from \N{MINUS SIGN}1 to +1; beside it the range that holds 8 in 10 of the values drawn. With this many draws "
        f"a correlation nearer nothing than {min(noise, 1.0):.1f} can be chance. Run {record.run_id}.",
        alt=f"Bar chart of rank correlations with {record.driver_measure}: {said}.",
        status="modelled",
        twin=driver_table(record),
        spec=lambda frame: _drivers_spec(rows, frame),
    )


def _result(record: PlanRecord) -> str:
    measure = record.driver_measure.removesuffix(" if nothing changes")
    return measure[:1].upper() + measure[1:]


def driver_table(record: PlanRecord) -> Table:
    """Return every uncertain parameter with its range, status and correlation."""
    columns = (
        Column("What is uncertain"),
        Column("Status", "status"),
        Column("Low", "number"),
        Column("High", "number"),
        Column("Rank correlation", "number"),
        Column("Parameter", "code"),
    )
    rows = tuple((row.label, row.status, row.low, row.high, _signed(row), row.path) for row in record.drivers)
    ranked = any(row.correlation is not None for row in record.drivers)
    caption = f"What moves {record.driver_measure}" if ranked else "Some of the uncertain values"
    return Table(f"{caption} (low to high holds 8 in 10 of the values drawn)", columns, rows)


def _signed(row: Driver) -> str:
    if row.correlation is None:
        return "not ranked"
    sign = words.MINUS if row.correlation < 0 else "+"
    return f"{sign}{abs(row.correlation):.2f}"


def _drivers_spec(rows: list[Driver], frame: Frame) -> Spec:
    labels = [row.label for row in rows]
    said = [f"{_signed(row)}\n{row.status}, {row.low} to {row.high}" for row in rows]
    data = [
        {"row": i, "at": row.correlation, "nothing": 0, "color": marks.BLUE if (row.correlation or 0.0) >= 0 else marks.VERMILION}
        for i, row in enumerate(rows)
    ]
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 230)
    x, y = marks.across("at", "correlation", (-1.0, 1.0), 5), marks.row_channel(len(rows), frame)
    bar = {"type": "rule", "stroke": {"expr": "datum.color"}, "strokeWidth": 16}
    layers = [
        marks.layer(data, bar, x={**x, "field": "nothing"}, x2={"field": "at"}, y=y),
        marks.layer([{"at": 0}], {"type": "rule", "color": marks.INK, "strokeWidth": 2}, x=x),
        *marks.row_text(frame, labels, said, frame.width - left - right),
        marks.note(-0.5, "lowers the result", x),
        marks.note(0.5, "raises the result", x),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, said) * len(rows), layers, left=left, right=right, top=30)
