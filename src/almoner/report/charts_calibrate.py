"""Charts of the model report: forecasts from each cut against what came, errors beside the rules, coverage, and posteriors.

In: a back-test, a calibration. Out: `Chart`s in the house style. The first chart is for a sceptic: every forecast starts in the
year it was made in, with its 80% interval, over the published line, misses and all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from almoner.analysis.assurance.published import record as published_record
from almoner.analysis.assurance.published import year_of
from almoner.analysis.assurance.summary import AdultBacktest
from almoner.analysis.assurance.words import RULES
from almoner.analysis.backtest_adult import Scored
from almoner.analysis.calibration import Calibration
from almoner.reference.vocabulary import ENGLAND
from almoner.report import marks
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_SOURCE: Final = "Published: Skills for Care, by rows named in the table of the record; forecasts modelled"


def backtest_charts(found: AdultBacktest) -> list[Chart]:
    """Return the charts of a back-test."""
    return [_forecasts(found, "conditional"), _forecasts(found, "blind"), _errors(found), _reliability(found)]


def calibration_charts(found: Calibration) -> list[Chart]:
    """Return the chart of priors and posteriors."""
    return [_posteriors(found)]


def _forecasts(found: AdultBacktest, mode: str) -> Chart:
    rows = [row for row in found.rows if (row.mode, row.measure, row.level) == (mode, "vacancy_rate", ENGLAND)]
    inside = sum(row.coverage80 for row in rows)
    one = [row for row in rows if row.horizon == 1]
    own, still = (sum(abs(getattr(row, name)) for row in one) / len(one) for name in ("error", "error_no_change"))
    side = "less" if own < still else "more"
    known = "with the drivers as they turned out" if mode == "conditional" else "knowing nothing after the cut"
    title = f"One year ahead, {known}, the vacancy rate is missed by {own:.1f} points: {side} than the {still:.1f} of no change"
    twin = Table(
        f"Vacancy rate, {mode} forecasts, per cent",
        (
            Column("Cut"),
            Column("Year"),
            Column("Published", "number"),
            Column("Forecast", "number"),
            Column("80% interval", "number"),
            Column("Error", "number"),
            Column("Error of no change", "number"),
        ),
        tuple(
            (
                row.cut,
                row.year,
                f"{row.published:.1f}",
                f"{row.forecast:.1f}",
                f"{row.low80:.1f} to {row.high80:.1f}",
                f"{row.error:+.1f}",
                f"{row.error_no_change:+.1f}",
            )
            for row in rows
        ),
    )
    return Chart(
        id=f"forecasts-{mode}",
        title=title,
        subtitle="National vacancy rate, per cent. Each line starts at the figure of the year it was made in; bars: 80% intervals, "
        f"{inside} of {len(rows)} hold what came. {_SOURCE}.",
        alt=f"Line chart of the published vacancy rate from 2016-17 with forecasts from {len({row.cut for row in rows})} years "
        f"over it; {inside} of {len(rows)} intervals hold what came.",
        status="modelled",
        twin=twin,
        spec=lambda frame: _forecast_spec(rows, frame),
    )


def _forecast_spec(rows: Sequence[Scored], frame: Frame) -> Spec:
    years = published_record()
    line = [{"year": year, "value": 100 * facts.vacancy_rate} for year, facts in years.items()]
    cuts = list(dict.fromkeys(row.cut for row in rows))
    top = max(*(row.high80 for row in rows), *(point["value"] for point in line)) * 1.08
    x = marks.years((2016.6, 2025.6), list(range(2017, 2026, 2 if frame.narrow else 1)))
    y = marks.amounts("value", "percent", (0.0, top))
    layers: list[Spec] = []
    for number, cut in enumerate(cuts):
        own = [row for row in rows if row.cut == cut]
        start = year_of(cut)
        shift = 0.1 * (number - (len(cuts) - 1) / 2)
        path = [{"year": start, "value": 100 * years[start].vacancy_rate}]
        path += [{"year": year_of(row.year) + shift, "value": row.forecast} for row in own]
        bars = [{"year": year_of(row.year) + shift, "value": row.low80, "high": row.high80} for row in own]
        style = marks.SERIES[1 + number % (len(marks.SERIES) - 1)]
        stroke = {"color": style["color"], "strokeDash": style["dash"]}
        layers += [
            marks.layer(
                bars, {"type": "rule", "color": style["color"], "strokeWidth": 3, "opacity": 0.3}, x=x, y=y, y2={"field": "high"}
            ),
            marks.layer(path, {"type": "line", "strokeWidth": 2, **stroke}, x=x, y=y),
            marks.points(
                [
                    {**point, "shape": style["shape"], "color": style["color"], "fill": style["color"], "size": 50}
                    for point in path[1:]
                ],
                x,
                y,
            ),
        ]
    layers.append(marks.layer(line, {"type": "line", "color": marks.INK, "strokeWidth": 3}, x=x, y=y))
    dots = [{**point, "shape": "circle", "color": marks.INK, "fill": marks.INK, "size": 60} for point in line]
    layers.append(marks.points(dots, x, y))
    last = line[-1]
    label = [{"year": last["year"], "value": last["value"], "t": "published"}]
    text = {"type": "text", "align": "right", "dy": 18, "fontWeight": "bold"}
    layers.append(marks.layer(label, text, x=x, y=y, text=marks.WORDS))
    return marks.sheet(frame, 360, layers, left=52, right=24)


def _errors(found: AdultBacktest) -> Chart:
    lines = [
        line
        for line in found.lines
        if line["level"] == "England" and line["measure"] == "vacancy_rate" and line["mode"] in {"conditional", "blind"}
    ]
    beaten = sum(line["beats_no_change"] for line in lines)
    columns = (
        Column("Forecast"),
        Column("Number", "number"),
        Column("Almoner", "number"),
        *(Column(name.capitalize(), "number") for name in RULES.values()),
    )
    rows = tuple(
        (
            _said(line),
            str(line["n"]),
            f"{line['error']:.2f}",
            *(_two(line[f"error_{rule}"]) for rule in RULES),
        )
        for line in lines
    )
    return Chart(
        id="errors",
        title=f"Mean errors of the national vacancy rate: below no change in {beaten} of {len(lines)} comparisons",
        subtitle="Mean absolute error over the cuts, percentage points; filled: Almoner, open: the best of the four rules. "
        + _SOURCE
        + ".",
        alt="Dot chart of mean absolute errors of Almoner and of the best naive rule: "
        + "; ".join(f"{_said(line)} {line['error']:.2f} and {line['error_' + line['best_rule']]:.2f}" for line in lines),
        status="modelled",
        twin=Table("Mean absolute error of the national vacancy rate, points", columns, rows),
        spec=lambda frame: _error_spec(lines, frame),
    )


def _error_spec(lines: Sequence[dict[str, Any]], frame: Frame) -> Spec:
    labels = [_said(line) for line in lines]
    words = [
        f"{line['error']:.2f}; best rule {line['error_' + line['best_rule']]:.2f}, {RULES[line['best_rule']]}" for line in lines
    ]
    left, right = (8, 8) if frame.narrow else (marks.LABEL_COLUMN, 300)
    width = frame.width - left - right
    step = marks.row_height(frame, labels, words)
    data = [{"row": i, "start": line[f"error_{line['best_rule']}"], "end": line["error"]} for i, line in enumerate(lines)]
    top = max(max(row["start"], row["end"]) for row in data) * 1.1
    layers = [
        *marks.then_and_now(data, (0.0, top), "percentage_points", frame),
        *marks.row_text(frame, labels, words, width),
    ]
    return marks.sheet(frame, step * len(lines), layers, left=left, right=right)


def _reliability(found: AdultBacktest) -> Chart:
    levels = {0.5: "50%", 0.8: "80%", 0.9: "90%"}
    rows = [row for row in found.coverage if row["mode"] == "conditional and blind"]
    at = next(row for row in rows if row["level"] == 0.8)
    labels = [f"{levels[row['level']]} intervals" for row in rows]
    words = [
        f"{100 * row['covered']:.0f}% of {row['n']} (by chance {100 * row['low95']:.0f} to {100 * row['high95']:.0f}%)"
        for row in rows
    ]
    places = [
        (f"{100 * row['from']:.0f} to {100 * row['to']:.0f}%", str(row["outcomes"]), f"{row['expected']:.1f}")
        for row in found.reliability
    ]
    return Chart(
        id="reliability",
        title=f"{100 * at['covered']:.0f}% of outcomes fell inside the 80% intervals",
        subtitle="England, vacancy rate, filled posts and turnover, conditional and blind, all cuts and horizons. Filled: share "
        "inside; open: what the interval promises. Outcomes of one year are not independent, so chance is wider than printed.",
        alt="Dot chart of the share of outcomes inside 50, 80 and 90% intervals: " + "; ".join(words),
        status="modelled",
        twin=Table(
            "Where outcomes fell in the forecasts' draws",
            (Column("Part of the draws"), Column("Outcomes", "number"), Column("Expected", "number")),
            tuple(places),
        ),
        spec=lambda frame: _reliability_spec(rows, labels, words, frame),
    )


def _reliability_spec(rows: Sequence[dict[str, Any]], labels: list[str], words: list[str], frame: Frame) -> Spec:
    left, right = (8, 8) if frame.narrow else (marks.LABEL_COLUMN, 300)
    data = [{"row": i, "start": 100 * row["level"], "end": 100 * row["covered"]} for i, row in enumerate(rows)]
    layers = [
        *marks.then_and_now(data, (0.0, 100.0), "percent", frame),
        *marks.row_text(frame, labels, words, frame.width - left - right),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, words) * len(rows), layers, left=left, right=right)


def _posteriors(found: Calibration) -> Chart:
    rows = list(found.parameters)
    most = min(rows, key=lambda row: row["spread_left"])
    labels = [row["parameter"] for row in rows]
    words = [
        f"{row['prior_median']:.2g} ({row['prior_low80']:.2g} to {row['prior_high80']:.2g}), then {row['posterior_median']:.2g} "
        f"({row['posterior_low80']:.2g} to {row['posterior_high80']:.2g})"
        for row in rows
    ]
    return Chart(
        id="posteriors",
        title=f"Nine years of figures say little: the most is learned of {most['parameter']}, which keeps "
        f"{100 * most['spread_left']:.0f}% of its spread",
        subtitle="Median of the prior (open) and of the posterior (filled) with its 80% interval, in units of the prior's 80% "
        "interval; 0 and 1 are its ends. Modelled from the published record of 2016-17 to 2024-25.",
        alt="Dot chart of prior and posterior medians: " + "; ".join(f"{a} {b}" for a, b in zip(labels, words, strict=True)),
        status="modelled",
        twin=Table(
            "Prior and posterior",
            (
                Column("Parameter", "code"),
                Column("Prior", "number"),
                Column("Posterior", "number"),
                Column("Spread left", "number"),
            ),
            tuple(
                (
                    row["parameter"],
                    f"{row['prior_median']:.3g} ({row['prior_low80']:.3g} to {row['prior_high80']:.3g})",
                    f"{row['posterior_median']:.3g} ({row['posterior_low80']:.3g} to {row['posterior_high80']:.3g})",
                    f"{100 * row['spread_left']:.0f}%",
                )
                for row in rows
            ),
        ),
        spec=lambda frame: _posterior_spec(rows, labels, words, frame),
    )


def _posterior_spec(rows: Sequence[dict[str, Any]], labels: list[str], words: list[str], frame: Frame) -> Spec:
    left, right = (8, 8) if frame.narrow else (marks.LABEL_COLUMN, 300)

    def scaled(row: dict[str, Any], which: str) -> float:
        return float((row[which] - row["prior_low80"]) / (row["prior_high80"] - row["prior_low80"]))

    data = [
        {
            "row": i,
            "start": scaled(row, "prior_median"),
            "end": scaled(row, "posterior_median"),
            "low": scaled(row, "posterior_low80"),
            "high": scaled(row, "posterior_high80"),
        }
        for i, row in enumerate(rows)
    ]
    domain = marks.room([row["low"] for row in data] + [0.0], [row["high"] for row in data] + [1.0], zero=False)
    x, y = marks.across("low", "ratio", domain), marks.row_channel(len(rows), frame)
    interval = {"type": "rule", "color": marks.BLUE, "strokeWidth": 6, "opacity": 0.25}
    layers = [
        marks.layer(data, interval, x=x, x2={"field": "high"}, y=y),
        *marks.then_and_now(data, domain, "ratio", frame),
        *marks.row_text(frame, labels, words, frame.width - left - right),
    ]
    return marks.sheet(frame, marks.row_height(frame, labels, words) * len(rows), layers, left=left, right=right)


def _said(line: dict[str, Any]) -> str:
    ahead = "1 year" if line["horizon"] == 1 else f"{line['horizon']} years"
    return f"{line['mode'].capitalize()}, {ahead} ahead"


def _two(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
