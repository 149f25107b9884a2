"""Tables of the back-test for the model report: all cuts, mean errors beside the rules, losses with their reasons, coverage.

In: a `ModelRecord`. Out: `Table`s of text. Errors are in points, of filled posts in per cent of the cut.
"""

from __future__ import annotations

from almoner.analysis.assurance.words import DRIVER_WORDS, MEASURES, RULES
from almoner.analysis.validate import ModelRecord
from almoner.reference.areas import resolve
from almoner.reference.vocabulary import ENGLAND
from almoner.report.figure import Column, Table


def cuts(record: ModelRecord) -> Table:
    """Return every forecast of England, regions and services beside what was published and the four rules."""
    columns = (
        Column("Measure"),
        Column("Mode"),
        Column("Cut"),
        Column("Year"),
        Column("Published", "number"),
        Column("Forecast", "number"),
        Column("80% interval", "number"),
        Column("Error", "number"),
        *(Column(name.capitalize(), "number") for name in RULES.values()),
    )
    rows = tuple(
        (
            MEASURES[row.measure],
            row.mode.replace("_", " "),
            row.cut,
            row.year,
            f"{row.published:.1f}",
            f"{row.forecast:.1f}",
            f"{row.low80:.1f} to {row.high80:.1f}",
            f"{row.error:+.1f}",
            *(_signed(getattr(row, f"error_{rule}")) for rule in RULES),
        )
        for row in record.scored
        if not row.level.startswith("E") or row.level in {"E92000001"} or row.level.startswith("E12")
    )
    return Table("All cuts: England, regions and services; errors in points, filled posts in per cent of the cut", columns, rows)


def summary(record: ModelRecord) -> Table:
    """Return mean errors, bias, coverage and scores by measure, level, mode and horizon."""
    columns = (
        Column("Measure"),
        Column("Where"),
        Column("Mode"),
        Column("Years ahead", "number"),
        Column("Number", "number"),
        Column("Almoner", "number"),
        Column("Bias", "number"),
        *(Column(name.capitalize(), "number") for name in RULES.values()),
        Column("Inside 80%", "number"),
        Column("Score", "number"),
        Column("Score of no change with its spread", "number"),
    )
    rows = tuple(
        (
            MEASURES[line["measure"]],
            line["level"],
            line["mode"].replace("_", " "),
            str(line["horizon"]),
            str(line["n"]),
            f"{line['error']:.2f}",
            f"{line['bias']:+.2f}",
            *("" if line[f"error_{rule}"] is None else f"{line[f'error_{rule}']:.2f}" for rule in RULES),
            f"{100 * line['coverage80']:.0f}%",
            f"{line['crps']:.2f}",
            "" if line["crps_no_change_spread"] is None else f"{line['crps_no_change_spread']:.2f}",
        )
        for line in record.lines
    )
    return Table("Mean absolute errors, bias, coverage and continuous ranked probability scores", columns, rows)


def coverage(record: ModelRecord) -> Table:
    """Return the share of outcomes inside the intervals, with what chance alone would give."""
    columns = (
        Column("Measure"),
        Column("Mode"),
        Column("Interval"),
        Column("Inside"),
        Column("Number", "number"),
        Column("By chance"),
    )
    rows = tuple(
        (
            row["measure"].replace("_", " "),
            row["mode"].replace("_", " "),
            f"{100 * row['level']:.0f}%",
            f"{100 * row['covered']:.0f}%",
            str(row["n"]),
            f"{100 * row['low95']:.0f} to {100 * row['high95']:.0f}%",
        )
        for row in record.coverage
    )
    return Table("England: share of outcomes inside the intervals, with its 95% binomial interval", columns, rows)


def prototype(record: ModelRecord) -> Table:
    """Return errors of the vacancy rate on the prototype's cuts beside the prototype's."""
    columns = (
        Column("Mode"),
        Column("Years ahead", "number"),
        Column("Number", "number"),
        Column("Almoner", "number"),
        Column("Prototype", "number"),
        Column("No change", "number"),
    )
    rows = tuple(
        (
            row["mode"].replace("_", " "),
            str(row["horizon"]),
            str(row["n"]),
            f"{row['error']:.2f}",
            f"{row['prototype']:.2f}",
            f"{row['no_change']:.2f}",
        )
        for row in record.prototype
    )
    return Table("National vacancy rate on the prototype's five cuts, points", columns, rows)


def why(record: ModelRecord) -> Table:
    """Return the errors one year ahead with one driver known at a time."""
    names = {"blind": "blind", **{name: f"{said} known" for name, said in DRIVER_WORDS.items()}, "all": "all known"}
    columns = (Column("Cut"), Column("Year"), *(Column(f"{name[:1].upper()}{name[1:]}", "number") for name in names.values()))
    rows = tuple(
        (row["cut"], row["year"], *(f"{row[name]:+.1f}" for name in names))
        for row in record.why
        if (row["measure"], row["horizon"]) == ("vacancy_rate", 1)
    )
    return Table("Error of the vacancy rate one year ahead with one driver known at a time, points", columns, rows)


def engine(record: ModelRecord) -> Table:
    """Return the engine beside the twin at the same parameters."""
    columns = (
        Column("Cut"),
        Column("Year"),
        Column("Engine", "number"),
        Column("Twin", "number"),
        Column("Difference", "number"),
        Column("Published", "number"),
    )
    rows = tuple(
        (
            row["cut"],
            row["year"],
            f"{row['engine']:.1f}",
            f"{row['twin']:.1f}",
            f"{row['difference']:+.2f}",
            f"{row['published']:.1f}",
        )
        for row in record.engine
    )
    return Table("The engine itself beside the twin at the same parameters, no surprises: vacancy rate, per cent", columns, rows)


def losses(record: ModelRecord) -> Table:
    """Return every line of the summary in which a rule has the lower mean error, with the reason."""
    columns = (
        Column("Forecast"),
        Column("Number", "number"),
        Column("Almoner", "number"),
        Column("No change", "number"),
        Column("Best rule", "number"),
        Column("Which rule"),
        Column("Costs most"),
        Column("Why"),
    )
    rows = tuple(
        (
            f"{MEASURES[row['measure']].capitalize()}, {row['level']}, {row['mode'].replace('_', ' ')}, {_ahead(row['horizon'])}",
            str(row["n"]),
            f"{row['error']:.2f}",
            f"{row['error_no_change']:.2f}",
            f"{row['error_best_rule']:.2f}",
            RULES[row["best_rule"]],
            f"{_place(row['worst_level'])}{row['worst_cut']} for {row['worst_year']}: {row['worst_error']:+.1f}, "
            f"rule {row['worst_error_rule']:+.1f}",
            row["reason"],
        )
        for row in record.losses
    )
    return Table("Every line in which a plain rule has the lower mean error", columns, rows)


def _ahead(horizon: int) -> str:
    return "1 year" if horizon == 1 else f"{horizon} years"


def _place(level: str) -> str:
    return "" if level == ENGLAND else f"{resolve(level).name}, " if level.startswith("E") else f"{level.replace('_', ' ')}, "


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.1f}"
