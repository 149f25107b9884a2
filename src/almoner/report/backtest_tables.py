"""Tables of the back-test for the model report: all cuts, mean errors beside the rules, losses with their reasons, coverage.

In: a back-test. Out: `Table`s of text. Errors are in points, of filled posts in per cent of the cut. A table is written as its
columns, each a heading with what a row says under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from almoner.analysis.assurance.summary import AdultBacktest
from almoner.analysis.assurance.words import DRIVER_WORDS, MEASURES, RULES
from almoner.reference.areas import resolve
from almoner.reference.vocabulary import ENGLAND
from almoner.report.figure import Column, Table

Told = tuple[Column, Callable[[Any], str]]


def cuts(found: AdultBacktest) -> Table:
    """Return every forecast of England, regions and services beside what was published and the four rules."""
    shown = (row for row in found.rows if not row.level.startswith("E") or row.level == ENGLAND or row.level.startswith("E12"))
    return _table(
        "All cuts: England, regions and services; errors in points, filled posts in per cent of the cut",
        shown,
        _text("Measure", lambda row: MEASURES[row.measure]),
        _text("Mode", lambda row: _spaced(row.mode)),
        _text("Cut", lambda row: row.cut),
        _text("Year", lambda row: row.year),
        _number("Published", lambda row: f"{row.published:.1f}"),
        _number("Forecast", lambda row: f"{row.forecast:.1f}"),
        _number("80% interval", lambda row: f"{row.low80:.1f} to {row.high80:.1f}"),
        _number("Error", lambda row: f"{row.error:+.1f}"),
        *(_number(name.capitalize(), _error_of(rule)) for rule, name in RULES.items()),
    )


def summary(found: AdultBacktest) -> Table:
    """Return mean errors, bias, coverage and scores by measure, level, mode and horizon."""
    return _table(
        "Mean absolute errors, bias, coverage and continuous ranked probability scores",
        found.lines,
        _text("Measure", lambda line: MEASURES[line["measure"]]),
        _text("Where", lambda line: line["level"]),
        _text("Mode", lambda line: _spaced(line["mode"])),
        _number("Years ahead", lambda line: str(line["horizon"])),
        _number("Number", lambda line: str(line["n"])),
        _number("Almoner", lambda line: f"{line['error']:.2f}"),
        _number("Bias", lambda line: f"{line['bias']:+.2f}"),
        *(_number(name.capitalize(), _mean_of(f"error_{rule}")) for rule, name in RULES.items()),
        _number("Standard error of the difference to no change", _mean_of("standard_error_beside_no_change")),
        _number("Inside 80%", lambda line: f"{100 * line['coverage80']:.0f}%"),
        _number("Score", lambda line: f"{line['crps']:.2f}"),
        _number("Score of no change with its spread", _mean_of("crps_no_change_spread")),
    )


def coverage(found: AdultBacktest) -> Table:
    """Return the share of outcomes inside the intervals, with what chance alone would give."""
    return _table(
        "England: share of outcomes inside the intervals, with its 95% binomial interval",
        found.coverage,
        _text("Measure", lambda row: _spaced(row["measure"])),
        _text("Mode", lambda row: _spaced(row["mode"])),
        _text("Interval", lambda row: f"{100 * row['level']:.0f}%"),
        _text("Inside", lambda row: f"{100 * row['covered']:.0f}%"),
        _number("Number", lambda row: str(row["n"])),
        _text("By chance", lambda row: f"{100 * row['low95']:.0f} to {100 * row['high95']:.0f}%"),
    )


def prototype(found: AdultBacktest) -> Table:
    """Return errors of the vacancy rate on the prototype's cuts beside the prototype's."""
    return _table(
        "National vacancy rate on the prototype's five cuts, points",
        found.prototype,
        _text("Mode", lambda row: _spaced(row["mode"])),
        _number("Years ahead", lambda row: str(row["horizon"])),
        _number("Number", lambda row: str(row["n"])),
        _number("Almoner", lambda row: f"{row['error']:.2f}"),
        _number("Prototype", lambda row: f"{row['prototype']:.2f}"),
        _number("No change", lambda row: f"{row['no_change']:.2f}"),
    )


def why(found: AdultBacktest) -> Table:
    """Return the errors one year ahead with one driver known at a time."""
    names = {"blind": "Blind", **{name: f"{said} known" for name, said in DRIVER_WORDS.items()}, "all": "All known"}
    return _table(
        "Error of the vacancy rate one year ahead with one driver known at a time, points",
        (row for row in found.why if (row["measure"], row["horizon"]) == ("vacancy_rate", 1)),
        _text("Cut", lambda row: row["cut"]),
        _text("Year", lambda row: row["year"]),
        *(_number(f"{said[:1].upper()}{said[1:]}", _signed_of(name)) for name, said in names.items()),
    )


def engine(rows: Iterable[dict[str, Any]]) -> Table:
    """Return the engine beside the twin at the same parameters."""
    return _table(
        "The engine itself beside the twin at the same parameters, no surprises: vacancy rate, per cent",
        rows,
        _text("Cut", lambda row: row["cut"]),
        _text("Year", lambda row: row["year"]),
        _number("Engine", lambda row: f"{row['engine']:.1f}"),
        _number("Twin", lambda row: f"{row['twin']:.1f}"),
        _number("Difference", lambda row: f"{row['difference']:+.2f}"),
        _number("Published", lambda row: f"{row['published']:.1f}"),
    )


def losses(found: AdultBacktest) -> Table:
    """Return every line of the summary in which a rule has the lower mean error, with the reason."""
    return _table(
        "Every line in which a plain rule has the lower mean error",
        found.losses,
        _text("Forecast", _forecast),
        _number("Number", lambda row: str(row["n"])),
        _number("Almoner", lambda row: f"{row['error']:.2f}"),
        _number("No change", lambda row: f"{row['error_no_change']:.2f}"),
        _number("Best rule", lambda row: f"{row['error_best_rule']:.2f}"),
        _text("Which rule", lambda row: RULES[row["best_rule"]]),
        _text("Costs most", _costs_most),
        _text("Why", lambda row: row["reason"]),
    )


def _table(title: str, rows: Iterable[Any], *told: Told) -> Table:
    columns = tuple(column for column, _ in told)
    return Table(title, columns, tuple(tuple(say(row) for _, say in told) for row in rows))


def _text(heading: str, say: Callable[[Any], str]) -> Told:
    return Column(heading), say


def _number(heading: str, say: Callable[[Any], str]) -> Told:
    return Column(heading, "number"), say


def _error_of(rule: str) -> Callable[[Any], str]:
    """Return how a forecast's error by a rule is said; a rule that says nothing leaves the cell empty."""

    def say(row: Any) -> str:
        error = getattr(row, f"error_{rule}")
        return "" if error is None else f"{error:+.1f}"

    return say


def _mean_of(name: str) -> Callable[[Any], str]:
    return lambda line: "" if line[name] is None else f"{line[name]:.2f}"


def _signed_of(name: str) -> Callable[[Any], str]:
    return lambda row: f"{row[name]:+.1f}"


def _forecast(row: dict[str, Any]) -> str:
    ahead = "1 year" if row["horizon"] == 1 else f"{row['horizon']} years"
    return f"{MEASURES[row['measure']].capitalize()}, {row['level']}, {_spaced(row['mode'])}, {ahead}"


def _costs_most(row: dict[str, Any]) -> str:
    level = row["worst_level"]
    place = "" if level == ENGLAND else f"{resolve(level).name}, " if level.startswith("E") else f"{_spaced(level)}, "
    return f"{place}{row['worst_cut']} for {row['worst_year']}: {row['worst_error']:+.1f}, rule {row['worst_error_rule']:+.1f}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")
