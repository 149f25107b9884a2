"""Charts of choices: the front of cost against outcome, what each area gets, and the tornado of the unknowns.

In: an `Optimum`, a `Sharing` or a `Sensitivity`. Out: `Chart` values.
"""

from __future__ import annotations

from almoner.analysis import words
from almoner.analysis.optimise import FrontPoint, Optimum, Sized
from almoner.analysis.sensitivity import Sensitivity, Unknown
from almoner.analysis.sharing import Share, Sharing
from almoner.report import marks
from almoner.report.charts_explain import NO_EFFECT, bars, inside
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_SHOWN = 12


def front(found: Optimum) -> Chart | None:
    """Draw the best that each sum would do: cost across, the outcome's change upwards, with its range."""
    points = found.front
    if len(points) < 2:
        return None
    unit, level = found.unit, found.level
    chosen = found.verified
    finding = words.change(chosen.outcome.effect, unit, level) if chosen.outcome.distinguishable else NO_EFFECT
    rows = tuple(
        (
            words.number(point.cost_gbp_m.effect, "gbp_m", "area"),
            words.signed(point.outcome.effect, unit, level),
            f"{words.signed(point.outcome.low, unit, level)} to {words.signed(point.outcome.high, unit, level)}",
            _mix(point.mix),
        )
        for point in points
    )
    return Chart(
        id=f"front-{found.outcome.replace('_', '-')}",
        title=f"{words.number(chosen.cost_gbp_m.effect, 'gbp_m', 'area')} a year on the best mix: {words.lower_first(found.label)} "
        f"in {found.year} {finding}",
        subtitle=f"Change beside doing nothing, {_spoken(unit)}, {found.place_name}; each point is the best mix found for its "
        f"cost. Line at each point: {found.band_kind}; filled: the mix for the budget of "
        f"{words.number(found.budget_gbp_m, 'gbp_m', 'area')} ({found.price_basis}).",
        alt=f"Line of points, modelled. Cost and change in {words.lower_first(found.label)}: "
        + "; ".join(f"{row[0]}: {row[1]} ({row[2]})" for row in rows)
        + ".",
        status="modelled",
        twin=Table(
            f"The best that each sum would do for {words.lower_first(found.label)} in {found.year} (modelled)",
            (Column("Net cost a year", "number"), Column("Change", "number"), Column("Range", "words"), Column("Mix")),
            rows,
        ),
        spec=lambda frame: _front_spec(found, points, frame),
    )


def shared(found: Sharing) -> Chart:
    """Draw what each area or region gets for each adult, the most first, beside an equal sum."""
    rows = sorted(found.shares, key=lambda share: -share.gbp_per_adult)
    shown = rows if len(rows) <= 2 * _SHOWN else [*rows[:_SHOWN], *rows[-_SHOWN:]]
    some = "" if len(shown) == len(rows) else f"the {_SHOWN} with the most and the {_SHOWN} with the least of {len(rows)}; "
    return Chart(
        id="sharing",
        title=f"{rows[0].name} would get £{rows[0].gbp_per_adult:,.2f} an adult and {rows[-1].name} £{rows[-1].gbp_per_adult:,.2f} "
        f"if {words.number(found.budget_gbp_m, 'gbp_m', found.level)} went where it does most",
        subtitle=f"Pounds a year for each adult, {some}to better {words.lower_first(found.label)} in {found.year}; line: an equal "
        f"sum ({found.price_basis}). Modelled.",
        alt="Bar chart, modelled. " + "; ".join(f"{share.name} £{share.gbp_per_adult:,.2f}" for share in shown) + ".",
        status="modelled",
        twin=_sharing_table(found, rows),
        spec=lambda frame: _sharing_spec(found, shown, frame),
    )


def tornado(found: Sensitivity) -> Chart | None:
    """Draw the measure with each unknown at the 10th and at the 90th percentile of its prior, the widest first."""
    rows = sorted(found.unknowns, key=lambda one: -abs(one.swing.at_high - one.swing.at_low))[:_SHOWN]
    if not rows:
        return None
    unit, level = found.unit, found.level
    top = max(found.unknowns, key=lambda one: one.index.total)
    cells = tuple(
        (
            one.label,
            one.status,
            f"{_figure(one.swing.low_value)} to {_figure(one.swing.high_value)}",
            words.number(one.swing.at_low, unit, level),
            words.number(one.swing.at_high, unit, level),
            f"{100 * one.index.first:.0f} ±{100 * one.index.first_confidence:.0f}",
            f"{100 * one.index.total:.0f} ±{100 * one.index.total_confidence:.0f}",
            one.path,
        )
        for one in rows
    )
    heads = {
        "What is uncertain": "text",
        "Status": "status",
        "10th to 90th percentile": "words",
        "Measure at low": "number",
        "Measure at high": "number",
        "Share alone, %": "number",
        "Share in all, %": "number",
        "Parameter": "code",
    }
    swings = [f"{one.label}: {_ends(one, unit, level)}" for one in rows]
    return Chart(
        id=f"tornado-{found.measure.replace('_', '-')}",
        title=f"Better knowledge of {words.lower_first(top.label.partition(', ')[0])} would tell most about the "
        f"{words.lower_first(found.label)} of {found.year}: {100 * top.index.total:.0f}% of the variance",
        subtitle=f"{found.label}, {found.place_name} under {inside(found.scenario_name)}, with each unknown at the 10th and the "
        f"90th percentile of its prior and the others at their medians. Beside it: the share of the variance that it has a part in "
        "(total Sobol index).",
        alt=f"Tornado chart, modelled. {'; '.join(swings)}.",
        status="modelled",
        twin=Table(
            f"What moves the {words.lower_first(found.label)} of {found.year} (modelled)",
            tuple(Column(label, kind) for label, kind in heads.items()),
            cells,
        ),
        spec=lambda frame: _tornado_spec(found, rows, frame),
    )


def _front_spec(found: Optimum, points: tuple[FrontPoint, ...], frame: Frame) -> Spec:
    costs = [point.cost_gbp_m.effect for point in points]
    values = [value for point in points for value in (point.outcome.low, point.outcome.high, 0.0)]
    unit = "percentage_points" if found.unit == "percent" else found.unit
    domain = marks.room(values, values, zero=False)
    height = 280 if frame.narrow else 340
    x = marks.across("cost", "gbp_m", (0.0, 1.1 * max(costs)), 5)
    x["axis"] = {**x["axis"], "grid": False, "labelExpr": "'£' + datum.label + 'm'"}
    y = marks.amounts("effect", unit, domain)
    data = [
        {
            "cost": point.cost_gbp_m.effect,
            "effect": point.outcome.effect,
            "low": point.outcome.low,
            "high": point.outcome.high,
            "shape": "circle",
            "size": 150,
            "color": marks.BLUE,
            "fill": marks.BLUE if point.mix == found.mix else "#ffffff",
        }
        for point in points
    ]
    path: list[marks.Row] = [{"cost": 0.0, "effect": 0.0}, *data]
    layers = [
        marks.layer([{"effect": 0.0}], {"type": "rule", "color": marks.INK, "strokeWidth": 2}, y=y),
        marks.layer(path, {"type": "line", "color": marks.BLUE, "strokeWidth": 2, "strokeDash": [6, 4]}, x=x, y=y),
        marks.layer(
            data, {"type": "rule", "color": marks.QUIET, "strokeWidth": 2}, x=x, y={**y, "field": "low"}, y2={"field": "high"}
        ),
        marks.points(data, x, y),
    ]
    return marks.sheet(frame, height, layers, left=70, right=24)


def _sharing_spec(found: Sharing, shown: list[Share], frame: Frame) -> Spec:
    equal = 1e6 * found.budget_gbp_m / sum(share.adults for share in found.shares)
    rows = [
        {
            "row": k,
            "start": 0.0,
            "end": share.gbp_per_adult,
            "color": marks.BLUE if share.gbp_per_adult >= equal else marks.QUIET,
            "clear": True,
        }
        for k, share in enumerate(shown)
    ]
    said = [f"£{share.gbp_per_adult:,.2f}" + (f"\n{share.held_by}" if share.held_by else "") for share in shown]
    highest = max(equal, *(share.gbp_per_adult for share in shown))
    return bars(frame, [share.name for share in shown], said, rows, "gbp_per_adult", (0.0, 1.08 * highest), "an equal sum", equal)


def _tornado_spec(found: Sensitivity, unknowns: list[Unknown], frame: Frame) -> Spec:
    unit, level = found.unit, found.level
    labels = [one.label for one in unknowns]
    said = [f"{_ends(one, unit, level)}\n{100 * one.index.total:.0f}% of variance" for one in unknowns]
    rows = []
    for k, one in enumerate(unknowns):
        for end, color in ((one.swing.at_low, marks.VERMILION), (one.swing.at_high, marks.BLUE)):
            rows.append({"row": k, "start": found.middle, "end": end, "color": color, "clear": True})
    ends = [found.middle, *(value for one in unknowns for value in (one.swing.at_low, one.swing.at_high))]
    domain = marks.room(ends, ends, zero=False)
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 230)
    x, y = marks.across("end", unit, domain), marks.row_channel(len(unknowns), frame)
    bar = {"type": "rule", "stroke": {"expr": "datum.color"}, "strokeWidth": 16}
    top = 30 + (56 if frame.narrow else 32)
    key = [
        ("unknown at its 90th percentile", "square", marks.BLUE, True),
        ("unknown at its 10th percentile", "square", marks.VERMILION, True),
    ]
    layers = [
        marks.layer(rows, bar, x={**x, "field": "start"}, x2={"field": "end"}, y=y),
        marks.layer([{"end": found.middle}], {"type": "rule", "color": marks.INK, "strokeWidth": 2}, x=x),
        *marks.row_text(frame, labels, said, frame.width - left - right),
        *marks.key(key, frame, left),
        marks.note(found.middle, "all at their medians", x),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, said) * len(unknowns), layers, left=left, right=right, top=top)


def _sharing_table(found: Sharing, rows: list[Share]) -> Table:
    heads = {
        found.by.capitalize(): "text",
        "Gets": "number",
        "An adult": "number",
        "Times an equal sum": "number",
        "Betters the outcome by": "number",
        "Held by": "text",
    }
    cells = tuple(
        (
            share.name,
            words.number(share.spend_gbp_m, "gbp_m", "area"),
            f"£{share.gbp_per_adult:,.2f}",
            f"{share.times_equal:.2f}",
            words.number(share.better, found.unit, "area"),
            share.held_by or "nothing",
        )
        for share in rows
    )
    caption = f"{words.number(found.budget_gbp_m, 'gbp_m', found.level)} shared out by {found.by} (modelled)"
    return Table(caption, tuple(Column(label, kind) for label, kind in heads.items()), cells)


def _ends(one: Unknown, unit: str, level: str) -> str:
    return f"{words.number(one.swing.at_low, unit, level)} to {words.number(one.swing.at_high, unit, level)}"


def _mix(mix: tuple[Sized, ...]) -> str:
    return ", ".join(f"{one.policy.replace('_', ' ')} {one.size:,.4g}" for one in mix) or "nothing"


def _spoken(unit: str) -> str:
    return words.unit_words("percentage_points" if unit == "percent" else unit)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
