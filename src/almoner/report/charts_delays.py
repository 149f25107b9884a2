"""Charts of delays out of hospital: the way from ready to home, whose delay by body, and people who wait in the coming months.

In: a `DelaysRecord`. Out: `Chart` values. In the flow diagram a pathway is as thick as the people on it in a day and as long as
they wait on average, so that its area is the days lost; its parts are the stages that hold them, in the order that they are met.
"""

from __future__ import annotations

from typing import Final

from almoner.analysis.delays_record import DelaysRecord, Wait
from almoner.analysis.delays_words import is_year, month_words, months_after, people, period_words
from almoner.reference.discharge_words import STAGES
from almoner.report import marks
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_STAGE_WORDS: Final = {
    "hospital_process": "Hospital process",
    "hub": "Transfer hub",
    "interface": "Interface",
    "choice": "Wellbeing and choice",
    "capacity": "Capacity: care at home, bed or place",
}
_STAGE_COLORS: Final = (marks.INK, marks.BLUE, "#7fa8c4", marks.PURPLE, marks.VERMILION)
_PALE: Final = "#b9cdd8"
_EDGE: Final = 12
_AIR: Final = 0.14
"""Height between two pathways of the flow diagram, as a share of all of them."""


def delay_charts(answer: DelaysRecord) -> list[Chart]:
    """Return the charts of an answer: a council has no flow of its own, because people are counted where their hospital is."""
    charts = [bodies(answer)]
    if answer.waits:
        charts.insert(0, flow(answer))
    if answer.fans:
        charts.append(waiting(answer))
    return charts


def flow(answer: DelaysRecord) -> Chart:
    """Draw the way from being ready to home: thick as people a day, long as the mean wait, coloured by what holds them."""
    supported = [wait for wait in answer.waits if wait.pathway != "pathway_0"]
    worst = max(supported, key=lambda wait: wait.mean_days)
    most = max(supported, key=lambda wait: wait.days_per_year)
    rows = tuple(
        (wait.label, f"{wait.held_per_day:,.0f}", f"{_mean(wait):.1f}", *(f"{each:.0f}%" for each in wait.by_stage))
        for wait in answer.waits
    )
    columns = (
        Column("Pathway"),
        Column("People held or in need of support, a day", "number"),
        Column("Mean days from ready to leaving", "number"),
        *(Column(_STAGE_WORDS[stage], "number") for stage in STAGES),
    )
    told = "; ".join(f"{wait.label}: {wait.held_per_day:,.0f} people a day, {_mean(wait):.1f} days" for wait in answer.waits)
    return Chart(
        id="discharge-flow",
        title=f"People who go to a {_goal(worst)} wait longest, {_mean(worst):.0f} days; most days are lost on the way "
        f"{_way(most)}",
        subtitle="A band is as thick as its people a day and as long as they wait on average; its area is the days lost. Modelled "
        "at the rates of 2024-25; on pathway 0 only those who do not leave at once.",
        alt=f"Flow diagram, modelled. {told}.",
        status="modelled",
        twin=Table("From ready to leaving hospital, by pathway and by what holds people (modelled)", columns, rows),
        spec=lambda frame: _flow_spec(answer, frame),
    )


def bodies(answer: DelaysRecord) -> Chart:
    """Draw each body's share as recorded, with its range, and as caused."""
    recorded, caused = answer.recorded, answer.caused
    care = next(row for row in recorded.by_body if row.body == "council_social_care")
    split = "modelled from its boards" if recorded.status == "modelled" else recorded.status
    rows = tuple(
        (
            here.label,
            f"{here.share:.0f}%",
            f"{here.low:.0f} to {here.high:.0f}%",
            f"{100 * cause.days / caused.total_days:.0f}%",
            f"{cause.days:,.0f}",
        )
        for here, cause in zip(recorded.by_body, caused.by_body, strict=True)
    )
    columns = (
        Column("Body"),
        *(Column(name, "number") for name in ("Recorded", "Range", "Caused (modelled)", "Caused, days a year")),
    )
    return Chart(
        id="discharge-bodies",
        title=f"Council social care is recorded for {care.share:.0f}% of delays, and could be up to {care.high:.0f}% if all shared "
        "reasons were its own",
        subtitle=f"Share of delays. Bar: recorded ({split}, {period_words(recorded.reasons_period)}); line: how far the "
        "shared reasons could move it; diamond: caused (modelled).",
        alt="Bars by body. " + "; ".join(f"{row[0]}: recorded {row[1]}, {row[2]}, caused {row[3]}" for row in rows) + ".",
        status="modelled" if recorded.status == "modelled" else "published",
        twin=Table("Whose delay, as recorded and as caused", columns, rows),
        spec=lambda frame: _body_spec(answer, frame),
    )


def waiting(answer: DelaysRecord) -> Chart:
    """Draw people who wait by month, a band for each scenario."""
    first = answer.fans[0]
    end = first.months[-1]
    said = f"between {people(first.low[-1])} and {people(first.high[-1])}"
    columns = [Column("Month"), Column("Published", "number")]
    for fan in answer.fans:
        columns += [Column(fan.name, "number"), Column("Band", "number")]
    known = {point.period: f"{point.patients_per_day:,.0f}" for point in answer.recorded.over_time if not is_year(point.period)}
    place = {month: m for m, month in enumerate(first.months)}
    rows = tuple(
        (
            month,
            known.get(month, ""),
            *(
                cell
                for fan in answer.fans
                for cell in (
                    (people(fan.median[place[month]]), f"{people(fan.low[place[month]])} to {people(fan.high[place[month]])}")
                    if month in place
                    else ("", "")
                )
            ),
        )
        for month in sorted({*known, *place})
    )
    told = "; ".join(
        f"{fan.name}: {people(fan.median[0])} in {month_words(fan.months[0])}, {people(fan.median[-1])} in {month_words(end)}"
        for fan in answer.fans
    )
    return Chart(
        id="discharge-fan",
        title=f"If nothing changes, {said} people would wait on an average day of {month_words(end)}",
        subtitle="People ready to leave who are still in hospital, by month. Dots: published; line: median of the model from what "
        "was known in March 2025; band: 80% interval, with swings that all of England shares.",
        alt=f"Fan chart, modelled. {told}.",
        status="modelled",
        twin=Table("People who wait on an average day", tuple(columns), rows),
        spec=lambda frame: _fan_spec(answer, frame),
    )


def _mean(wait: Wait) -> float:
    """Return the mean days of those whom something can hold."""
    return wait.days_per_year / 365.0 / max(wait.held_per_day, 1e-9)


def _goal(wait: Wait) -> str:
    return {"pathway_1": "home with support", "pathway_2": "rehabilitation bed", "pathway_3": "care home"}[wait.pathway]


def _way(wait: Wait) -> str:
    return {"pathway_1": "home with support", "pathway_2": "to a rehabilitation bed", "pathway_3": "to a care home"}[wait.pathway]


def _flow_spec(answer: DelaysRecord, frame: Frame) -> Spec:
    waits = answer.waits
    whole = sum(wait.held_per_day for wait in waits)
    air = _AIR * whole * (1.6 if frame.narrow else 1.0)
    longest = max(_mean(wait) for wait in waits)
    height = 330 if frame.narrow else 360
    boxes, labels, notes = [], [], []
    top = air * 0.7
    for wait in waits:
        x = 0.0
        for share, color in zip(wait.by_stage, _STAGE_COLORS, strict=True):
            wide = _mean(wait) * share / 100
            boxes.append({"x": x, "x2": x + wide, "y": top, "y2": top + wait.held_per_day, "color": color})
            x += wide
        middle = top if frame.narrow else top + wait.held_per_day / 2
        labels.append({"x": 0, "y": middle, "t": wait.label.partition(" (")[0]})
        notes.append({"x": x, "y": middle, "t": f"{_mean(wait):.1f} days, {wait.held_per_day:,.0f} a day"})
        top += wait.held_per_day + air
    across: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, longest * 1.02], "nice": False},
        "axis": {"grid": True, "labelExpr": "datum.label + ' days'", "tickCount": 5, "ticks": False},
    }
    down: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False, "reverse": True},
        "axis": None,
    }
    filled: Spec = {"field": "color", "type": "nominal", "scale": None}
    rectangle = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 1}
    box = marks.layer(boxes, rectangle, x=across, x2={"field": "x2"}, y=down, y2={"field": "y2"}, color=filled)
    name: Spec = {"type": "text", "baseline": "middle", "align": "right", "dx": -10}
    note: Spec = {"type": "text", "baseline": "middle", "align": "left", "dx": 8, "fill": marks.QUIET}
    end: Spec = across
    if frame.narrow:
        # A narrow sheet has no room at the sides: words stand above each band, its name at the left and its numbers at the right.
        name |= {"baseline": "bottom", "align": "left", "dx": 2, "dy": -2}
        note |= {"baseline": "bottom", "align": "right", "dx": -2, "dy": -2}
        end = {"value": frame.width - 2 * _EDGE}
    layers = [
        box,
        marks.layer(labels, name, x=across, y=down, text=marks.WORDS),
        marks.layer(notes, note, x=end, y=down, text=marks.WORDS),
    ]
    if frame.narrow:
        items = [(_STAGE_WORDS[stage], "square", color, True) for stage, color in zip(STAGES, _STAGE_COLORS, strict=True)]
        return marks.sheet(frame, height, [*layers, *marks.key(items, frame, _EDGE)], left=_EDGE, right=_EDGE, top=152)
    return marks.sheet(frame, height, [*layers, *_two_lines(frame)], left=200, right=170, top=66)


def _two_lines(frame: Frame) -> list[Spec]:
    """Return the key of the stages over two lines of a wide sheet."""
    points, texts = [], []
    x, y = -188.0, -46.0
    for k, (stage, color) in enumerate(zip(STAGES, _STAGE_COLORS, strict=True)):
        if k == 3:
            x, y = -188.0, -22.0
        points.append({"x": x, "y": y, "shape": "square", "color": color, "fill": color, "size": 120})
        texts.append({"x": x + 14, "y": y + 1, "t": _STAGE_WORDS[stage]})
        x += 52 + len(_STAGE_WORDS[stage]) * frame.font * 0.55
    at: Spec = {"x": {"expr": "datum.x"}, "y": {"expr": "datum.y"}}
    point = {"type": "point", "opacity": 1, "filled": True, "shape": "square", "size": 120, "fill": {"expr": "datum.fill"}, **at}
    return [
        marks.layer(points, point),
        marks.layer(texts, {"type": "text", "align": "left", "baseline": "middle", **at}, text=marks.WORDS),
    ]


def _body_spec(answer: DelaysRecord, frame: Frame) -> Spec:
    recorded, caused = answer.recorded, answer.caused
    data = [
        {
            "row": k,
            "share": here.share,
            "low": here.low,
            "high": here.high,
            "nothing": 0,
            "caused": 100 * cause.days / caused.total_days,
        }
        for k, (here, cause) in enumerate(zip(recorded.by_body, caused.by_body, strict=True))
    ]
    labels = [row.label for row in recorded.by_body]
    words = [f"{row['share']:.0f}% ({row['low']:.0f} to {row['high']:.0f}%); caused {row['caused']:.0f}%" for row in data]
    domain = (0.0, max(max(row["high"], row["caused"]) for row in data) * 1.05)
    left, right = (20, 20) if frame.narrow else (marks.LABEL_COLUMN, 270)
    width = frame.width - left - right
    x = marks.across("share", "percent", domain)
    y = marks.row_channel(len(data), frame)
    layers = [
        marks.layer(data, {"type": "rule", "color": _PALE, "strokeWidth": 8}, x={**x, "field": "low"}, x2={"field": "high"}, y=y),
        marks.layer(data, {"type": "bar", "color": marks.BLUE, "height": 16}, x=x, x2={"field": "nothing"}, y=y),
        marks.layer(
            data,
            {
                "type": "point",
                "shape": "diamond",
                "filled": True,
                "fill": marks.VERMILION,
                "stroke": "#ffffff",
                "size": 150,
                "opacity": 1,
            },
            x={**x, "field": "caused"},
            y=y,
        ),
        *marks.row_text(frame, labels, words, width),
        *marks.key(
            [
                ("recorded", "square", marks.BLUE, True),
                ("range", "square", _PALE, True),
                ("caused", "diamond", marks.VERMILION, True),
            ],
            frame,
            left,
        ),
    ]
    height = len(data) * marks.row_height(frame, labels, words)
    return marks.sheet(frame, height, layers, left=left, right=right, top=100 if frame.narrow else 52)


def _fan_spec(answer: DelaysRecord, frame: Frame) -> Spec:
    fans = answer.fans
    begin = fans[0].months[0]
    known = [
        {"month": months_after(begin, point.period), "median": point.patients_per_day}
        for point in answer.recorded.over_time
        if not is_year(point.period)
    ]
    lows = [low for fan in fans for low in fan.low] + [point["median"] for point in known]
    highs = [high for fan in fans for high in fan.high] + [point["median"] for point in known]
    domain = marks.room(lows, highs, zero=True)
    months = len(fans[0].months)
    first = int(min((point["month"] for point in known), default=0))
    height = 250 if frame.narrow else 300
    years = {m: 2025 + m // 12 for m in range(first, months) if m % 12 == 0 and not (frame.narrow and m // 12 % 2)}
    x: Spec = {
        "field": "month",
        "type": "quantitative",
        "scale": {"domain": [first, months - 1], "nice": False, "zero": False},
        "axis": {
            "values": list(years),
            "labelExpr": " : ".join(f"datum.value == {m} ? 'April {year}'" for m, year in years.items()) + " : ''",
            "grid": False,
            "ticks": True,
            "labelFlush": 24,
        },
    }
    layers: list[Spec] = []
    y = marks.amounts("median", "people", domain)
    for fan, style in zip(fans, marks.SERIES, strict=False):
        data = [{"month": m, "median": fan.median[m], "low": fan.low[m], "high": fan.high[m]} for m in range(months)]
        layers.append(
            marks.layer(
                data,
                {"type": "area", "color": style["color"], "opacity": 0.18},
                x=x,
                y={**y, "field": "low"},
                y2={"field": "high"},
            )
        )
        line = {"type": "line", "color": style["color"], "strokeDash": style["dash"], "strokeWidth": 3}
        layers.append(marks.layer(data, line, x=x, y=y))
    if known:
        point = {"type": "point", "filled": True, "fill": marks.INK, "stroke": marks.INK, "size": 22, "opacity": 1}
        layers.append(marks.layer(known, point, x=x, y=y))
    said = [
        "\n".join(marks.wrapped(f"{fan.name}: {people(fan.median[-1])}", 14 if frame.narrow else 20) for _ in (0,)) for fan in fans
    ]
    layers.append(marks.end_labels(said, [fan.median[-1] for fan in fans], domain, height, frame, months - 1, x, y))
    return marks.sheet(frame, height, layers, left=62, right=112 if frame.narrow else 170)
