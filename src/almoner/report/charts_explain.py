"""Charts of why: the policies of a scenario one after the other, their shares in any order, and the flows of a year.

In: an `Explanation` or a `YearChange`. Out: `Chart` values. An effect that cannot be told from none is drawn hollow and said so.
"""

from __future__ import annotations

from collections.abc import Sequence

from almoner.analysis import words
from almoner.analysis.explain import Explanation, Share, Step, YearChange
from almoner.analysis.plan_record import Band
from almoner.analysis.responses import Effect
from almoner.report import marks
from almoner.report.figure import Chart, Column, Frame, Spec, Table
from almoner.report.terminal_explain import whole

NO_EFFECT = "cannot be told from no effect"
_WORSE, _BETTER = marks.VERMILION, marks.BLUE


def waterfall(found: Explanation) -> Chart:
    """Draw the measure without the scenario, each policy's step in the order of the file, and the measure with it."""
    unit, level = found.unit, found.level
    end = found.reference + found.total.effect
    said = "; ".join(f"{_name(step.policy)} {words.change(step.effect.effect, unit, level)}" for step in found.waterfall)
    label = words.lower_first(found.label)
    return Chart(
        id=f"waterfall-{found.measure.replace('_', '-')}",
        title=f"{inside(found.scenario_name)} would {_move(found)} the {label} of {found.year} "
        f"from {words.number(found.reference, unit, level)} to {words.number(end, unit, level)}{_doubt(found.total)}",
        subtitle=f"{_sentence(unit)}, {found.place_name}, 31 March {found.year}; policies one after the other in the scenario’s "
        f"order, means over {found.draws} draws. Hollow: {NO_EFFECT}. Run {found.run_id}.",
        alt=f"Waterfall chart, modelled. From {words.number(found.reference, unit, level)} if nothing changes: {said}; "
        f"{words.number(end, unit, level)} with all.",
        status="modelled",
        twin=_waterfall_table(found),
        spec=lambda frame: _waterfall_spec(found, frame),
    )


def shapley(found: Explanation) -> Chart | None:
    """Draw each policy's share of the effect, averaged over all orders, the largest first."""
    rows = sorted(found.shapley, key=lambda row: -abs(row.value.effect))
    if not rows:
        return None
    unit, level = found.unit, found.level
    assumed = (
        f"; {found.assumed_share:.0%} of the shares’ sizes rests on assumed effects" if found.assumed_share is not None else ""
    )
    clear = [row for row in rows if row.value.distinguishable]
    top = f"{_sentence(_name(clear[0].policy))} does most" if clear else "No policy’s share can be told from none"
    return Chart(
        id=f"shapley-{found.measure.replace('_', '-')}",
        title=f"{top} for the {words.lower_first(found.label)} of {found.year} in {inside(found.scenario_name)}{assumed}",
        subtitle=f"Shapley values ({found.method}), {_spoken(unit)}; they add up to "
        f"{words.signed(found.total.effect, unit, level)}. Bar: mean; line: {found.band_kind}. Run {found.run_id}.",
        alt="Bar chart with intervals, modelled. "
        + "; ".join(f"{_name(row.policy)}: {_told(row.value, unit, level)}" for row in rows)
        + ".",
        status="modelled",
        twin=_shapley_table(found, rows),
        spec=lambda frame: _shapley_spec(found, rows, frame),
    )


def year_flows(found: YearChange) -> Chart:
    """Draw the flows that moved filled posts in a year: those who came to the right, those who went to the left."""
    level = found.level
    verb = "rise" if found.change.effect >= 0 else "fall"
    came = max(found.flows, key=lambda flow: flow.people.effect)
    went = min(found.flows, key=lambda flow: flow.people.effect)
    rows = tuple((label, said, _ends(people), _ones(beside.effect)) for label, said, people, beside in _flow_rows(found))
    return Chart(
        id=f"flows-{found.year}",
        title=f"Filled posts {verb} by {words.number(abs(found.change.effect), 'posts', level)} in the year to March {found.year}: "
        f"most come as {words.lower_first(came.label)}, most go as {words.lower_first(went.label)}",
        subtitle=f"People, twelve months to 31 March {found.year}, {found.place_name} under {inside(found.scenario_name)}; means "
        f"over {found.draws} draws, lines: {found.band_kind}. The flows add up to the change. Run {found.run_id}.",
        alt="Bar chart, modelled. " + "; ".join(f"{row[0]} {row[1]}" for row in rows) + ".",
        status="modelled",
        twin=Table(
            f"What moved filled posts in the year to March {found.year} (modelled)",
            (Column("Flow"), Column("People", "number"), Column("Range", "words"), Column("Beside doing nothing", "number")),
            rows,
        ),
        spec=lambda frame: _flows_spec(found, frame),
    )


def _flow_rows(found: YearChange) -> list[tuple[str, str, Effect, Effect]]:
    """Return flows and then the change: label, whole number that adds up, people, and people beside doing nothing."""
    change, *flows = whole([found.change.effect, *(-flow.people.effect for flow in found.flows)])
    rows = [(flow.label, _ones(-n), flow.people, flow.beside_doing_nothing) for flow, n in zip(found.flows, flows, strict=True)]
    return [*rows, ("Change in filled posts", _ones(change), found.change, found.beside_doing_nothing)]


def _ones(number: float) -> str:
    size = round(abs(number))
    return "0" if size == 0 else f"{'+' if number > 0 else words.MINUS}{size:,}"


def _ends(effect: Effect) -> str:
    low, high = _ones(effect.low), _ones(effect.high)
    return low if low == high else f"{low} to {high}"


def bars(
    frame: Frame,
    labels: Sequence[str],
    said: Sequence[str],
    rows: Sequence[marks.Row],
    unit: str,
    domain: tuple[float, float],
    nothing: str,
    at: float = 0.0,
) -> Spec:
    """Draw rows of bars from `start` to `end` with intervals `low` to `high` where given, and a rule at nothing."""
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 250)
    x, y = marks.across("end", unit, domain), marks.row_channel(len(rows), frame)
    bar = {"type": "rule", "stroke": {"expr": "datum.color"}, "strokeWidth": 16}
    hollow = {"type": "rule", "stroke": "#ffffff", "strokeWidth": 11}
    layers = [marks.layer(rows, bar, x={**x, "field": "start"}, x2={"field": "end"}, y=y)]
    unclear = [_inset(row, domain) for row in rows if not row["clear"]]
    levels = [row | {"shape": "circle", "size": 150, "fill": row["color"]} for row in map(dict, rows) if row["start"] == row["end"]]
    if unclear:
        layers.append(marks.layer(unclear, hollow, x={**x, "field": "start"}, x2={"field": "end"}, y=y))
    if levels:
        layers.append(marks.points(levels, x, y))
    spans = [row for row in rows if row.get("low") is not None]
    if spans:
        line = {"type": "rule", "color": marks.INK, "strokeWidth": 2}
        layers.append(marks.layer(spans, line, x={**x, "field": "low"}, x2={"field": "high"}, y=y))
    layers += [
        marks.layer([{"end": at}], {"type": "rule", "color": marks.INK, "strokeWidth": 2}, x=x),
        *marks.row_text(frame, labels, said, frame.width - left - right),
        marks.note(at, nothing, x),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, said) * len(rows), layers, left=left, right=right, top=30)


def _inset(row: marks.Row, domain: tuple[float, float]) -> marks.Row:
    edge = min(0.006 * (domain[1] - domain[0]), 0.4 * abs(row["end"] - row["start"]))
    sign = 1.0 if row["end"] >= row["start"] else -1.0
    return {**row, "start": row["start"] + sign * edge, "end": row["end"] - sign * edge}


def _waterfall_spec(found: Explanation, frame: Frame) -> Spec:
    unit, level, end = found.unit, found.level, found.reference + found.total.effect
    labels = ["If nothing changes", *(_sentence(_name(step.policy)) for step in found.waterfall), f"With {found.scenario_name}"]
    said = [words.number(found.reference, unit, level), *(_step_said(step, unit, level) for step in found.waterfall)]
    said.append(words.number(end, unit, level))
    lowest = min(found.reference, end, *(min(step.start, step.end) for step in found.waterfall))
    highest = max(found.reference, end, *(max(step.start, step.end) for step in found.waterfall))
    span = (highest - lowest) or abs(highest) or 1.0
    # The axis does not begin at nothing, on which the steps would not be seen: so the two levels are points and not bars.
    domain = (lowest - 0.1 * span, highest + 0.1 * span)
    rows = [{"row": 0, "start": found.reference, "end": found.reference, "color": marks.INK, "clear": True}]
    rows += [
        {
            "row": k,
            "start": step.start,
            "end": step.end,
            "color": _color(step.effect.effect, found),
            "clear": step.effect.distinguishable,
        }
        for k, step in enumerate(found.waterfall, start=1)
    ]
    rows.append({"row": len(rows), "start": end, "end": end, "color": marks.INK, "clear": True})
    return bars(frame, labels, said, rows, unit, domain, "if nothing changes", found.reference)


def _shapley_spec(found: Explanation, shares: Sequence[Share], frame: Frame) -> Spec:
    labels = [f"{_sentence(_name(row.policy))}{' (assumed)' if row.assumed else ''}" for row in shares]
    said = [_briefly(row.value, found.unit, found.level) for row in shares]
    rows = [
        {
            "row": k,
            "start": 0.0,
            "end": row.value.effect,
            "low": row.value.low,
            "high": row.value.high,
            "color": _color(row.value.effect, found),
            "clear": row.value.distinguishable,
        }
        for k, row in enumerate(shares)
    ]
    ends = [0.0, *(value for row in shares for value in (row.value.low, row.value.high, row.value.effect))]
    unit = "percentage_points" if found.unit == "percent" else found.unit
    return bars(frame, labels, said, rows, unit, marks.room(ends, ends, zero=False), "no effect")


def _flows_spec(found: YearChange, frame: Frame) -> Spec:
    flows = _flow_rows(found)
    rows = [
        {
            "row": k,
            "start": 0.0,
            "end": people.effect,
            "low": people.low,
            "high": people.high,
            "color": marks.INK if k == len(found.flows) else marks.BLUE if people.effect >= 0 else marks.VERMILION,
            "clear": True,
        }
        for k, (_, _, people, _) in enumerate(flows)
    ]
    said = [f"{number}\n({_ends(people)})" for _, number, people, _ in flows]
    ends = [0.0, *(value for _, _, people, _ in flows for value in (people.low, people.high))]
    return bars(frame, [label for label, *_ in flows], said, rows, "people", marks.room(ends, ends, zero=False), "nobody")


def _waterfall_table(found: Explanation) -> Table:
    unit, level = found.unit, found.level
    heads = {"Policy": "text", "Before": "number", "Step": "number", "Range": "words", "After": "number", "Effect": "status"}
    columns = tuple(Column(label, kind) for label, kind in heads.items())
    rows = tuple(
        (
            _name(step.policy),
            words.number(step.start, unit, level),
            words.signed(step.effect.effect, unit, level),
            _band(step.effect, unit, level),
            words.number(step.end, unit, level),
            "assumed" if step.assumed else "estimated",
        )
        for step in found.waterfall
    )
    return Table(f"{found.label} in {found.year}, policy by policy (modelled)", columns, rows)


def _shapley_table(found: Explanation, shares: Sequence[Share]) -> Table:
    unit, level = found.unit, found.level
    heads = {"Policy": "text", "Share": "number", "Range": "words", "Alone": "number", "Effect": "status", "Evidence": "code"}
    columns = tuple(Column(label, kind) for label, kind in heads.items())
    rows = tuple(
        (
            _name(row.policy),
            words.signed(row.value.effect, unit, level),
            _band(row.value, unit, level),
            words.signed(row.alone.effect, unit, level),
            "assumed" if row.assumed else "estimated",
            ", ".join(row.evidence) or "none",
        )
        for row in shares
    )
    return Table(f"Shares of the effect on {words.lower_first(found.label)} in {found.year} (modelled)", columns, rows)


def _color(effect: float, found: Explanation) -> str:
    if found.better == "neither":
        return marks.BLUE
    return _BETTER if (effect > 0) == (found.better == "up") else _WORSE


def _told(effect: Effect, unit: str, level: str) -> str:
    finding = words.change(effect.effect, unit, level) if effect.distinguishable else NO_EFFECT
    return f"{finding} ({_band(effect, unit, level)})"


def _briefly(effect: Effect, unit: str, level: str) -> str:
    return f"{words.signed(effect.effect, unit, level) if effect.distinguishable else NO_EFFECT}\n({_band(effect, unit, level)})"


def _step_said(step: Step, unit: str, level: str) -> str:
    return words.signed(step.effect.effect, unit, level)


def _band(effect: Effect, unit: str, level: str) -> str:
    return (
        words.change_between(Band(effect.effect, effect.low, effect.high), unit, level)
        .removeprefix("between ")
        .replace(" and ", " to ")
    )


def _move(found: Explanation) -> str:
    return "move" if found.total.effect == 0 else "raise" if found.total.effect > 0 else "lower"


def _doubt(effect: Effect) -> str:
    return "" if effect.distinguishable else f" ({NO_EFFECT})"


def _spoken(unit: str) -> str:
    return words.unit_words("percentage_points" if unit == "percent" else unit)


def _sentence(text: str) -> str:
    said = words.unit_words(text)
    return said[:1].upper() + said[1:]


def _name(policy: str) -> str:
    return policy.replace("_", " ")


def inside(name: str) -> str:
    """Return a name in quotation marks."""
    return f"\N{LEFT SINGLE QUOTATION MARK}{name}\N{RIGHT SINGLE QUOTATION MARK}"
