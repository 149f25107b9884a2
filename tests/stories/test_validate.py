"""The model report: made from runs, laid out to the Aqua Book's questions, complete, and loading nothing from outside."""

from __future__ import annotations

import csv
import html
import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

import almoner.cli.backtest
import almoner.cli.calibrate
import almoner.cli.validate  # noqa: F401
from almoner.analysis import backtest_adult
from almoner.analysis.assurance import register, results_log, sample_runs, verification
from almoner.analysis.validate import ModelRecord, data_of, drifts, model_record
from almoner.cli.app import app
from almoner.errors import InputFileError
from almoner.parameters import load
from almoner.report.model_report import render, write_report
from almoner.report.terminal_calibrate import print_calibration
from almoner.study.scenario import shipped

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.laws.test_engine" name="test_twelve_months_are_five_and_seven[3]" time="1"/>
<testcase classname="tests.truth.test_ipf" name="test_the_fit_meets_its_margins" time="1"><failure message="no"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> ModelRecord:
    """Return a record of small runs."""
    file = tmp_path_factory.mktemp("tests") / "tests.xml"
    file.write_text(JUNIT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_runs, "DRAWS", 2)
        patch.setattr(sample_runs, "REPLICATES", 2)
        patch.setattr(sample_runs, "EFFECT_DRAWS", 8)
        patch.setattr(backtest_adult, "PARTICLES", 512)
        return model_record(4096, histories=2, tests=file)


def test_the_report_answers_every_question_of_the_aqua_book(record: ModelRecord) -> None:
    page = render(record)
    for heading in (
        "Purpose and scope",
        "Method",
        "Data, sources and gaps",
        "Assumptions register",
        "Verification",
        "Calibration",
        "Validation: back-tests",
        "Uncertainty",
        "Known limits",
        "Change log of results",
    ):
        assert f">{heading}" in page, heading
    assert "http" not in page
    assert "<script" not in page
    assert page.count("<figure") == 5
    assert "1 of 2 truth and law tests passed, 1 failed" in page
    assert "The fit meets its margins" in page
    assert "For 2025-26, whose figures are not in the shipped tables" in page


def test_the_report_says_where_a_plain_rule_does_better_and_why(record: ModelRecord) -> None:
    lost = [line for line in record.backtest.lines if not line["beats_best_rule"]]
    assert len(record.backtest.losses) == len(lost) > 0
    page = html.unescape(render(record))
    assert f"{len(lost)} of the {len(record.backtest.lines)} lines of the table of errors" in page
    for row in record.backtest.losses:
        assert row["reason"] in page


def test_the_packages_stand_before_and_after_calibration(record: ModelRecord) -> None:
    assert {row["scenario"] for row in record.packages} == set(shipped())
    for row in record.packages:
        assert {"prior_mean", "posterior_mean"} <= set(row)
    named = {name for name in record.figures if name.startswith("sample of England")}
    assert {f"{name}, before calibration" for name in named if "before calibration" not in name} <= named
    assert "which are not England’s" in render(record)


def test_recorded_results_stand_side_by_side_with_this_run(record: ModelRecord) -> None:
    page = render(record)
    assert len(record.log) >= 2
    for number, entry in enumerate(record.log, 1):
        assert f">Record {number}<" in page
        assert html.escape(entry["why"]) in page
    assert ">This run<" in page


def test_the_drift_of_turnover_stands_among_the_limits(record: ModelRecord) -> None:
    page = html.unescape(render(record))
    assert drifts(record.drift) in page
    assert "Why turnover drifts to 2035 when nothing changes" in page


def test_every_table_of_the_report_lies_beside_it(record: ModelRecord, tmp_path: Path) -> None:
    paths = {path.relative_to(tmp_path).as_posix() for path in write_report(record, tmp_path)}
    assert paths >= {"model-report.html", "model-report.json", "tables/backtest.csv", "tables/assumptions.csv"}
    with (tmp_path / "tables" / "backtest.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(record.backtest.rows)
    data = json.loads((tmp_path / "model-report.json").read_text(encoding="utf-8"))
    assert data == json.loads(json.dumps(data_of(record)))
    assert data["tests"] == {"passed": 1, "failed": 1, "skipped": 0}


def test_the_register_has_every_assumption_with_owner_status_date_and_effect(record: ModelRecord) -> None:
    tree = load()
    rows = {row["path"]: row for row in record.register}
    for path, leaf in tree.leaves.items():
        if leaf.prior is not None:
            assert path in rows, path
        if path in rows:
            row = rows[path]
            assert row["owner"]
            assert row["status"]
            assert row["date"]
            assert row["owner"] != "Model owner", path
    assert set(register.OWNERS) >= {path.split(".")[0] for path in tree.paths()}
    assert all(row["effect"] is not None for path, row in rows.items() if path in tree.dimensions())


def test_the_change_log_shows_before_and_after_and_writes_nothing_over(tmp_path: Path) -> None:
    results_log.add({"error": 1.234567891, "posts": 10.0}, "first", tmp_path)
    results_log.add({"error": 1.0, "posts": 12.0}, "second", tmp_path)
    assert [entry["why"] for entry in results_log.entries(tmp_path)] == ["first", "second"]
    changed = {row["figure"]: row for row in results_log.changes({"error": 0.5, "new": 3.0}, tmp_path)}
    assert changed["error"] == {"figure": "error", "before": 1.0, "after": 0.5, "difference": -0.5}
    assert changed["new"]["before"] is None


def test_outcomes_are_read_as_sentences_and_a_wrong_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tests.xml"
    file.write_text(JUNIT, encoding="utf-8")
    first, second = verification.read_outcomes(file)
    assert (first.kind, first.sentence, first.outcome) == ("law", "Twelve months are five and seven (3)", "passed")
    assert (second.kind, second.outcome) == ("truth", "failed")
    file.write_text("no", encoding="utf-8")
    with pytest.raises(InputFileError, match="JUnit"):
        verification.read_outcomes(file)


def test_calibrate_answers_json_with_what_the_issue_asks_for() -> None:
    result = CliRunner().invoke(app, ["calibrate", "--draws", "4096", "--json"])
    data = json.loads(result.stdout)
    assert data["effective_sample_size"] >= 200
    assert data["seconds"] > 0
    assert {"parameter", "prior_median", "posterior_median"} <= set(data["parameters"][0])
    assert len(data["structural_variants"]) == 12


def test_calibrate_prints_prior_against_posterior(record: ModelRecord) -> None:
    screen = Console(record=True, width=80, file=io.StringIO())
    print_calibration(record.calibration, record.self_test, [], screen)
    said = screen.export_text()
    assert "filling.market_exponent" in said
    assert "are worth" in said


def test_one_cut_is_drawn_on_a_page_of_its_own(tmp_path: Path) -> None:
    page = tmp_path / "backtest.html"
    done = CliRunner().invoke(app, ["backtest", "--cut", "2021-22", "--draws", "512", "--chart", str(page), "--json"])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert text.count("<figure") == 4
    assert all(said in html.unescape(text) for said in json.loads(done.stdout)["findings"])
