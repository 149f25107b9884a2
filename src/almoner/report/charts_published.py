"""Charts of published series, such as turnover by year: a line for the place and one for each comparator.

In: a `PlanRecord`. Out: one `Chart` for each published measure; a break in method starts a new stretch of the same line.
"""

from __future__ import annotations

from itertools import groupby

from almoner.analysis import words
from almoner.analysis.plan_record import PlanRecord, PublishedSeries
from almoner.report import marks, view
from almoner.report.figure import Chart, Column, Frame, Spec, Table


def published(record: PlanRecord) -> list[Chart]:
    """Draw each measure that has published series, a line for the place and one for each comparator."""
    ordered = sorted(record.published_series, key=lambda series: series.measure)
    return [_published(record, measure, list(series)) for measure, series in groupby(ordered, key=lambda series: series.measure)]


def _published(record: PlanRecord, measure: str, series: list[PublishedSeries]) -> Chart:
    level = record.place.level
    title_measure = measure.replace("_", " ").removesuffix(" rate").capitalize()
    own = [line for line in series if line.label == record.place.name and line.points] or [line for line in series if line.points]
    last = max((point for line in own for point in line.points), key=lambda point: point.year)
    unit = series[0].unit
    now = words.number(last.value, unit, level)
    finding = f"{title_measure} in {own[0].label} was {now} in {last.year}"
    if own[0].label not in (record.place.name, "England"):
        none = f"No {words.lower_first(title_measure)} is published for {record.place.name}"
        finding = f"{none}; in {own[0].label} it was {now} in {last.year}"
    nation = next((p.value for line in series if line.label == "England" for p in line.points if p.year == last.year), None)
    if nation is not None and own[0].label != "England":
        said = words.number(nation, unit, "england")
        side = "the same as" if said == now else "above" if last.value > nation else "below"
        finding += f", {side} England ({said})"
    years = sorted({point.year for line in series for point in line.points})
    span = words.listed(
        [f"{line.label} {words.number(line.points[-1].value, unit, level)} in {line.points[-1].year}" for line in series]
    )
    sources = sorted({line.source for line in series})
    breaks = " A line stops and starts again where the method of the publication changes." if _breaks(series) else ""
    values = [point.value for line in series for point in line.points]
    axis = " The axis does not start at zero." if marks.room(values, values, zero=False)[0] > 0 else ""
    columns = (Column("Year"), *(Column(f"{line.label} ({line.source})", "number") for line in series))
    found = [{point.year: point.value for point in line.points} for line in series]
    rows = tuple((year, *(words.number(line.get(year), unit, level) for line in found)) for year in years)
    return Chart(
        id=f"published-{measure.replace('_', '-')}",
        title=finding,
        subtitle=f"{words.unit_words(unit).capitalize()} a year, {years[0]} to {years[-1]}. "
        f"Source: {view.source_words(record, sources)}.{breaks}{axis}",
        alt=f"Line chart of {words.lower_first(title_measure)} from {years[0]} to {years[-1]}. Last values: {span}.",
        status="published",
        twin=Table(f"{title_measure} as published", columns, rows),
        spec=lambda frame: _published_spec(record, series, years, unit, frame),
    )


def _breaks(series: list[PublishedSeries]) -> list[str]:
    seen: set[str] = set()
    starts = []
    for line in series:
        if line.label in seen:
            starts.append(line.points[0].year)
        seen.add(line.label)
    return starts


def _published_spec(record: PlanRecord, series: list[PublishedSeries], years: list[str], unit: str, frame: Frame) -> Spec:
    labels = list(dict.fromkeys(line.label for line in series))
    labels.sort(key=lambda label: label != record.place.name)
    values = [point.value for line in series for point in line.points]
    domain = marks.room(values, values, zero=False)
    last = len(years) - 1
    height = 250 if frame.narrow else 300
    right = 110 if frame.narrow else 230
    every = 3 if frame.narrow else 1
    axis_labels = [i for i in range(last + 1) if (last - i) % every == 0]
    expression = " : ".join(f"datum.value == {i} ? '{years[i]}'" for i in axis_labels) + " : ''"
    x = marks.years((-0.3, last + 0.3), axis_labels, "at")
    x["axis"] |= {"labelExpr": expression}
    y = marks.amounts("value", unit, domain)
    layers: list[Spec] = []
    ends: dict[str, tuple[str, float]] = {}
    for line in series:
        style = marks.SERIES[min(labels.index(line.label), len(marks.SERIES) - 1)]
        main = line.label == labels[0]
        data = [{"at": years.index(point.year), "value": point.value} for point in line.points]
        mark = {"type": "line", "color": style["color"], "strokeDash": style["dash"], "strokeWidth": 3 if main else 2}
        point = {"filled": True, "size": 70 if main else 55, "shape": style["shape"], "color": style["color"], "opacity": 1}
        layers += [marks.layer(data, mark, x=x, y=y), marks.layer(data, {"type": "point", **point}, x=x, y=y)]
        end = line.points[-1]
        ends[line.label] = max(ends.get(line.label, ("", 0.0)), (end.year, end.value))
    said = [f"{label} {words.number(ends[label][1], unit, 'area')}" for label in labels]
    said = [marks.wrapped(text, 13) for text in said] if frame.narrow else said
    layers.append(marks.end_labels(said, [ends[label][1] for label in labels], domain, height, frame, last, x, y))
    return marks.sheet(frame, height, layers, left=52, right=right)
