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

from jinja2 import Environment, PackageLoader, StrictUndefined

from almoner.analysis.assurance.summary import MEASURES, RULES
from almoner.analysis.validate import ModelRecord, data_of
from almoner.errors import OutputError
from almoner.report.charts_calibrate import calibration_charts, validation_charts
from almoner.report.document import STATUS_WORDS, without_addresses
from almoner.report.figure import Column, Table, drawn

PAGE: Final = "model-report.html"
DATA: Final = "model-report.json"

SERIES_WORDS: Final = {"vacancy_rate": "vacancy rate", "turnover": "turnover", "posts": "growth of posts"}


def write_report(record: ModelRecord, out: Path) -> list[Path]:
    """Write the page, its data and its tables to a folder, which is made if it is not there."""
    files = {PAGE: render(record), DATA: json.dumps(data_of(record), ensure_ascii=False, indent=1) + "\n"}
    files |= {f"tables/{name}.csv": _csv(rows) for name, rows in _tables(record).items()}
    paths = []
    try:
        for name, text in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            paths.append(path)
    except OSError as error:
        raise OutputError(f"The model report cannot be written to '{out}': {(error.strerror or str(error)).lower()}.") from error
    return paths


def render(record: ModelRecord) -> str:
    """Return the report as an HTML page."""
    validation, calibration = validation_charts(record), calibration_charts(record)
    pictures = drawn([*validation, *calibration])
    environment = Environment(
        loader=PackageLoader("almoner.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.get_template("model_report.html.jinja").render(
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
        cuts=_cuts(record),
        summary=_summary(record),
        coverage=_coverage(record),
        prototype=_prototype(record),
        why=_why(record),
        engine=_engine(record),
        packages=_packages(record),
        spread=_spread(record),
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


def _cuts(record: ModelRecord) -> Table:
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


def _summary(record: ModelRecord) -> Table:
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


def _coverage(record: ModelRecord) -> Table:
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


def _prototype(record: ModelRecord) -> Table:
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


def _why(record: ModelRecord) -> Table:
    names = {
        "blind": "Blind",
        "market": "UK vacancies known",
        "wage": "Wage floor known",
        "mandate": "Mandate known",
        "arrivals": "Arrivals known",
        "posts": "Posts known",
        "all": "All known",
    }
    columns = (Column("Cut"), Column("Year"), *(Column(name, "number") for name in names.values()))
    rows = tuple((row["cut"], row["year"], *(f"{row[name]:+.1f}" for name in names)) for row in record.why)
    return Table("Error of the vacancy rate one year ahead with one driver known at a time, points", columns, rows)


def _engine(record: ModelRecord) -> Table:
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


def _changes(record: ModelRecord) -> Table:
    columns = (Column("Figure"), Column("Before", "number"), Column("After", "number"), Column("Difference", "number"))
    rows = tuple(
        (
            row["figure"],
            "not recorded" if row["before"] is None else f"{row['before']:,.2f}",
            f"{row['after']:,.2f}",
            "" if row["difference"] is None else f"{row['difference']:+,.2f}",
        )
        for row in record.changes
    )
    return Table("Headline results beside the last recorded ones", columns, rows)


def _log(record: ModelRecord) -> Table:
    columns = (Column("Date"), Column("Version"), Column("Code", "code"), Column("Why"), Column("Figures", "number"))
    return Table(
        "Recorded results",
        columns,
        tuple((row["date"], row["version"], row["code"], row["why"], str(len(row["figures"]))) for row in record.log),
    )


def _plain(caption: str, rows: Sequence[dict[str, str]]) -> Table:
    names = list(rows[0]) if rows else ["series", "year", "what"]
    return Table(caption, tuple(Column(name.capitalize()) for name in names), tuple(tuple(row.values()) for row in rows))


def _amount(value: float, measure: str) -> str:
    return f"{value:,.0f}" if measure == "filled_posts" else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.1f}"


def _tables(record: ModelRecord) -> dict[str, list[dict[str, Any]]]:
    return {
        "backtest": [asdict(row) for row in record.scored],
        "backtest_summary": [dict(row) for row in record.lines],
        "coverage": [dict(row) for row in record.coverage],
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
