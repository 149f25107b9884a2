"""The model report: a quality-assurance record as one self-contained page, laid out to the questions of the Aqua Book.

In: a `ModelRecord`, made from runs. Out: the text of `model-report.html` and the tables beside it. Words and tables are made here,
layout lies in `templates/model_report.html.jinja`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from almoner.analysis.validate import ModelRecord, data_of
from almoner.report import backtest_tables
from almoner.report.charts_calibrate import backtest_charts, calibration_charts
from almoner.report.document import STATUS_WORDS, without_addresses
from almoner.report.figure import Column, Table, drawn
from almoner.report.files import write_files
from almoner.report.templating import rendered

PAGE: Final = "model-report.html"
DATA: Final = "model-report.json"
_RECORDS_SHOWN: Final = 3

SERIES_WORDS: Final = {"vacancy_rate": "vacancy rate", "turnover": "turnover", "posts": "growth of posts"}


def write_report(record: ModelRecord, out: Path) -> list[Path]:
    """Write the page, its data and its tables to a folder, which is made if it is not there."""
    files = {PAGE: render(record), DATA: json.dumps(data_of(record), ensure_ascii=False, indent=1) + "\n"}
    files |= {f"tables/{name}.csv": _csv(rows) for name, rows in _tables(record).items()}
    return write_files(files, out)


def render(record: ModelRecord) -> str:
    """Return the report as an HTML page."""
    validation, calibration = backtest_charts(record.backtest), calibration_charts(record.calibration)
    pictures = drawn([*validation, *calibration])
    html = rendered(
        "model_report.html.jinja",
        record=record,
        validation=[pictures[chart.id] for chart in validation],
        calibration=[pictures[chart.id] for chart in calibration],
        status_words=STATUS_WORDS,
        steps=Table("The month, in order", (Column("Step"), Column("What it does")), record.steps),
        data=_data(record),
        gaps=_plain("Gaps and restatements in the record that is fitted", record.gaps),
        fitted=_fitted(record),
        register=_register(record),
        tests=_tests(record),
        failed=[outcome for outcome in record.tests if outcome.outcome == "failed"],
        predictive=_predictive(record),
        moved=_moved(record),
        variants=_variants(record),
        self_test=_self_test(record),
        cuts=backtest_tables.cuts(record.backtest),
        summary=backtest_tables.summary(record.backtest),
        coverage=backtest_tables.coverage(record.backtest),
        prototype=backtest_tables.prototype(record.backtest),
        losses=backtest_tables.losses(record.backtest),
        why=backtest_tables.why(record.backtest),
        engine=backtest_tables.engine(record.engine),
        packages=_packages(record),
        spread=_spread(record),
        drift=_drift(record),
        holders=_plain("Who holds the posts, published base", _holders(record)),
        changes=_changes(record),
        log=_log(record),
    )
    return without_addresses(html)


def _data(record: ModelRecord) -> Table:
    columns = (
        Column("Table", "code"),
        Column("What it holds"),
        Column("Rows", "number"),
        Column("Sources", "number"),
        Column("Caution"),
    )
    rows = tuple((t["name"], t["title"], f"{t['rows']:,}", str(t["sources"]), t["caution"]) for t in record.tables)
    return Table("The shipped tables", columns, rows)


def _fitted(record: ModelRecord) -> Table:
    columns = (
        Column("Year"),
        Column("Vacancy rate, %", "number"),
        Column("Turnover, %", "number"),
        Column("Growth of filled posts, %", "number"),
        Column("Arrivals", "number"),
        Column("UK job vacancies, thousand", "number"),
        Column("Rows of adult_workforce", "code"),
    )
    rows = tuple(
        (
            row["year"],
            f"{row['vacancy_rate']:.1f}",
            f"{row['turnover']:.1f}",
            "not published" if row["growth"] is None else f"{row['growth']:.1f}",
            f"{row['arrivals']:,.0f}",
            f"{row['job_vacancies_thousand']:,.0f}",
            row["rows"].replace(";", " "),
        )
        for row in record.calibration.fitted
    )
    return Table("What was fitted, and its rows", columns, rows)


def _register(record: ModelRecord) -> Table:
    columns = (
        Column("Assumption"),
        Column("Value"),
        Column("Status", "status"),
        Column("Owner (role)"),
        Column("Date"),
        Column("Effect", "number"),
        Column("Prior"),
        Column("Source or evidence", "code"),
        Column("Parameter", "code"),
    )
    rows = tuple(
        (
            row["label"],
            f"{row['value']:.6g} {row['unit']}",
            row["status"].split(" from ")[0].split(",")[0],
            row["owner"],
            row["date"],
            "" if row["effect"] is None else f"{row['effect']:+.2f}",
            row["prior"],
            " ".join(part for part in (row["source"].replace(";", " "), row["evidence"].replace(";", " ")) if part),
            row["path"],
        )
        for row in record.register
    )
    return Table("Assumptions register", columns, rows)


def _tests(record: ModelRecord) -> Table:
    columns = (Column("Test"), Column("Kind"), Column("Outcome"))
    return Table("Truth and law tests", columns, tuple((t.sentence, t.kind, t.outcome) for t in record.tests))


def _predictive(record: ModelRecord) -> Table:
    columns = (
        Column("Year"),
        Column("Series"),
        Column("Published", "number"),
        Column("Predicted", "number"),
        Column("Deviation", "number"),
        Column("Place", "number"),
    )
    rows = tuple(
        (
            row["year"],
            SERIES_WORDS[row["series"]],
            f"{row['published']:.1f}",
            f"{row['predicted']:.1f}",
            f"{row['spread']:.1f}",
            f"{row['place']:.2f}",
        )
        for row in record.calibration.predictive
    )
    return Table("The record in the predictions one year ahead, per cent", columns, rows)


def _moved(record: ModelRecord) -> Table:
    columns = (Column("Parameter", "code"), *(Column(name.capitalize(), "number") for name in SERIES_WORDS.values()))
    rows = tuple((row["parameter"], *(f"{row[name]:+.2f}" for name in SERIES_WORDS)) for row in record.calibration.moved_by)
    return Table("Which series moved which parameter: shift of the median, in deviations of the prior", columns, rows)


def _variants(record: ModelRecord) -> Table:
    rows = record.calibration.variants
    year = rows[0]["year"] if rows else ""
    columns = (
        Column("Structure"),
        Column("Log evidence beside the shipped one", "number"),
        Column(f"Vacancy rate in {year}, doing nothing", "number"),
    )
    said = tuple((row["variant"], f"{row['log_evidence_beside_shipped']:+.1f}", f"{row['vacancy_rate']:.1f}%") for row in rows)
    return Table("Structural variants", columns, said)


def _self_test(record: ModelRecord) -> Table | None:
    if record.self_test is None:
        return None
    columns = (Column("Parameter", "code"), Column("Mean place", "number"), Column("Inside 80%", "number"), Column("p", "number"))
    rows = tuple(
        (row["parameter"], f"{row['mean_place']:.2f}", f"{100 * row['within_80']:.0f}%", f"{row['p_value']:.3f}")
        for row in record.self_test.rows()
    )
    return Table(f"Place of the true value in the posteriors of {record.self_test.histories} synthetic histories", columns, rows)


def _packages(record: ModelRecord) -> Table:
    columns = (
        Column("Scenario"),
        Column("Measure"),
        Column("Before: priors", "number"),
        Column("Range", "number"),
        Column("After: posterior", "number"),
        Column("Range", "number"),
    )
    rows = tuple(
        (
            row["scenario"],
            f"{row['measure'].replace('_', ' ')}, {row['year']}" + ("" if row["scenario"] == "do-nothing" else ", difference"),
            *(
                text
                for which in ("prior", "posterior")
                for text in (
                    _amount(row[f"{which}_mean"], row["measure"]),
                    f"{_amount(row[f'{which}_low'], row['measure'])} to {_amount(row[f'{which}_high'], row['measure'])}",
                )
            ),
        )
        for row in record.packages
    )
    return Table(
        f"Shipped scenarios in one area a region, {record.packages[0]['draws']} draws (range: least and most)", columns, rows
    )


def _spread(record: ModelRecord) -> Table:
    columns = (Column("Measure"), Column("Deviation between draws", "number"), Column("Deviation by chance alone", "number"))
    rows = tuple(
        (
            f"{row['measure'].replace('_', ' ')}, {row['year']}",
            _amount(row["draws_deviation"], row["measure"]),
            _amount(row["chance_deviation"], row["measure"]),
        )
        for row in record.spread
    )
    return Table("Where the spread of doing nothing comes from, one area a region", columns, rows)


def _drift(record: ModelRecord) -> Table:
    columns = (Column("Part"), Column("Change of leaving", "number"))
    rows = tuple((row["part"], f"{row['change']:+.1f}%") for row in record.drift.parts)
    return Table(f"Why turnover drifts to {record.drift.years[-1]} when nothing changes, England", columns, rows)


def _holders(record: ModelRecord) -> list[dict[str, str]]:
    last = f"March {record.drift.years[-1]}"
    return [
        {"what": name[:1].upper() + name[1:], "opening": f"{before:.1f}", last: f"{after:.1f}"}
        for name, (before, after) in record.drift.holders.items()
    ]


def _changes(record: ModelRecord) -> Table:
    """Every headline figure as recorded (the last few entries, by their number in the log) and as this run has it."""
    numbers = range(max(len(record.log) - _RECORDS_SHOWN, 0), len(record.log))
    columns = (
        Column("Figure"),
        *(Column(f"Record {number + 1}", "number") for number in numbers),
        Column("This run", "number"),
        Column("Since the last record", "number"),
    )
    rows = tuple(
        (
            row["figure"].replace(" 1 years", " 1 year"),
            *(_recorded(record.log[number]["figures"].get(row["figure"])) for number in numbers),
            f"{row['after']:,.2f}",
            "" if row["difference"] is None else _difference(row["difference"]),
        )
        for row in record.changes
    )
    return Table("Headline results as recorded and as this run has them", columns, rows)


def _recorded(value: float | None) -> str:
    return "not recorded" if value is None else f"{value:,.2f}"


def _difference(value: float) -> str:
    said = f"{value:+,.2f}"
    return "none" if said in {"+0.00", "-0.00"} else said


def _log(record: ModelRecord) -> Table:
    columns = (
        Column("Record"),
        Column("Date"),
        Column("Version"),
        Column("Code", "code"),
        Column("Why"),
        Column("Figures", "number"),
    )
    rows = tuple(
        (str(number), row["date"], row["version"], row["code"], row["why"], str(len(row["figures"])))
        for number, row in enumerate(record.log, 1)
    )
    return Table("Recorded results", columns, rows)


def _plain(caption: str, rows: Sequence[dict[str, str]]) -> Table:
    names = list(rows[0]) if rows else ["series", "year", "what"]
    return Table(caption, tuple(Column(name.capitalize()) for name in names), tuple(tuple(row.values()) for row in rows))


def _amount(value: float, measure: str) -> str:
    return f"{value:,.0f}" if measure == "filled_posts" else f"{value:.2f}"


def _tables(record: ModelRecord) -> dict[str, list[dict[str, Any]]]:
    return {
        "backtest": [asdict(row) for row in record.backtest.rows],
        "backtest_summary": [dict(row) for row in record.backtest.lines],
        "coverage": [dict(row) for row in record.backtest.coverage],
        "losses": [dict(row) for row in record.backtest.losses],
        "why": [dict(row) for row in record.backtest.why],
        "assumptions": [dict(row) for row in record.register],
        "calibration": [dict(row) for row in record.calibration.parameters],
        "fitted": [dict(row) for row in record.calibration.fitted],
        "tests": [asdict(row) for row in record.tests],
        "packages": [dict(row) for row in record.packages],
        "results": [dict(row) for row in record.changes],
    }


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
