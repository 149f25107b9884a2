"""An area's own evidence stands in its plan: adverts, a consultation and pledges, each with its hash, and is made again from it."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

import almoner.cli.adverts
import almoner.cli.plan
import almoner.cli.pledges
import almoner.cli.reproduce  # noqa: F401
from almoner.cli.app import app
from almoner.errors import InputFileError, NotFoundError
from almoner.reference.areas import resolve
from almoner.report.evidence_sections import read_evidence
from almoner.report.figure import NARROW, WIDE, drawn

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--to", "2029", "--draws", "1", "--scenario", "fair-pay", "--without", "delays", "--without", "children")
HEADER = ["title", "employer", "salary", "hours", "contract", "location", "posted", "closes", "first seen", "last seen"]
START = date(2025, 1, 6)


def history(place: str, days_open: int, count: int) -> list[list[str]]:
    """Return adverts of care vacancies of a place, one posted every third day, looked at weekly for 400 days."""
    rows = []
    for number in range(count):
        posted = START + timedelta(days=3 * number)
        lasted = timedelta(days=days_open * (60 + 7 * (number % 13)) // 100)
        looks = [START + timedelta(days=day) for day in range(0, 400, 7)]
        seen = [look.isoformat() for look in looks if posted <= look < posted + lasted]
        if seen:
            pay = "Grade 4" if number % 10 == 0 else f"£{12.6 + number % 7 / 10:.2f} per hour"
            job = (f"Care Assistant {number}", f"{place} Care", pay, "30 hours per week", "Permanent", place)
            rows.append([*job, posted.isoformat(), "", seen[0], seen[-1]])
    return rows


def write_adverts(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *history("Rutland", 80, 100), *history("Leeds", 40, 100)])
    return path


def run(*words: str) -> dict[str, object]:
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with adverts and their report, and a file of pledges."""
    top = tmp_path_factory.mktemp("evidence")
    adverts = write_adverts(top / "jobs.csv")
    run("adverts", "report", str(adverts), "--area", "rutland", "--out", str(top / "jobs"))
    shutil.copy(ROOT / "examples" / "own-pledges.csv", top / "promises.csv")
    return top


@pytest.fixture(scope="module")
def consultation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small consultation whose answers were audited."""
    for name in ("sklearn", "datasketch", "openpyxl", "xlsxwriter"):
        if importlib.util.find_spec(name) is None:
            pytest.skip("the extra [evidence] is not installed")
    from almoner.voices.consultation import analysing, preparing
    from almoner.voices.consultation.example import fill_sheets, write_example
    from almoner.voices.consultation.project import Project

    top = tmp_path_factory.mktemp("consultation")
    (export,) = write_example(top)
    project = Project.create(top / "care", "Care workforce 2026")
    preparing.import_file(project, export)
    preparing.confirm_redactions(project, "A Reader", "all")
    preparing.choose_themes(project, "care-workforce")
    analysing.make_queue(project, "audit", 60, ["ann", "ben"], top / "sheets")
    for sheet in fill_sheets(top / "sheets"):
        analysing.take_codes(project, sheet)
    analysing.assign_themes(project)
    return project.folder


@pytest.fixture(scope="module")
def plan(evidence: Path, consultation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan with all three, its evidence lying beside it."""
    top = tmp_path_factory.mktemp("plans")
    shutil.copytree(evidence / "jobs", top / "jobs")
    shutil.copytree(consultation, top / "care")
    shutil.copy(evidence / "promises.csv", top / "promises.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        run("plan", "rutland", *QUICK, "--adverts", "jobs", "--consultation", "care", "--pledges", "promises.csv", "--out", "plan")
    return top / "plan"


@pytest.mark.parametrize("name", ["job-adverts", "consultation", "pledges"])
def test_evidence_stands_on_the_page_in_its_contents_and_as_figures(plan: Path, name: str) -> None:
    page = (plan / "plan.html").read_text(encoding="utf-8")
    assert page.count(f'<section id="{name}"') == 1
    assert page.count(f'href="#{name}"') == 1
    part = page[page.index(f'<section id="{name}"') :].split("</section>")[0]
    assert part.count("<figure") >= 1
    assert part.count("<table") >= 2
    assert json.loads((plan / f"{name}.json").read_text(encoding="utf-8"))["sources"]
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_each_file_of_evidence_is_in_the_manifest_with_its_hash_and_in_the_command(plan: Path) -> None:
    manifest = json.loads((plan / "manifest.json").read_text(encoding="utf-8"))
    for kind, name in (("adverts", "jobs"), ("consultation", "care"), ("pledges", "promises.csv")):
        ((written, digest),) = json.loads(manifest["inputs"][kind]).items()
        assert written == name
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
        assert f" --{kind} {name}" in manifest["inputs"]["command"]
    assert {"job-adverts.json", "consultation.json", "pledges.json", "tables/pledges.csv"} <= set(manifest["files"])
    assert {"tables/job_adverts_pay_by_role.csv", "tables/consultation_shares.csv"} <= set(manifest["files"])


def test_the_tables_for_spreadsheets_hold_the_numbers_of_the_page_with_their_source(plan: Path) -> None:
    for name in ("job_adverts_pay_by_role", "job_adverts_against_outside_pay", "consultation_shares", "pledges"):
        rows = list(csv.DictReader(io.StringIO((plan / "tables" / f"{name}.csv").read_text(encoding="utf-8"))))
        assert rows
        assert all(row["source"] for row in rows)
    shares = list(csv.DictReader(io.StringIO((plan / "tables" / "consultation_shares.csv").read_text(encoding="utf-8"))))
    known = [row for row in shares if row["share"]]
    assert all(float(row["low"]) <= float(row["share"]) <= float(row["high"]) for row in known)
    assert known


def test_shares_carry_their_caution_and_no_answer_stands_in_a_plan(plan: Path, consultation: Path) -> None:
    from almoner.voices.consultation.analysing import answers_of
    from almoner.voices.consultation.counting import NOT_THE_PUBLIC
    from almoner.voices.consultation.project import Project

    page = (plan / "plan.html").read_text(encoding="utf-8")
    assert NOT_THE_PUBLIC in page
    texts = answers_of(Project.open(consultation))["text"].to_list()
    long = [text for text in texts if len(text) > 40]
    everything = page + (plan / "consultation.json").read_text(encoding="utf-8")
    assert len(long) > 50
    assert [text for text in long if text in everything] == []
    assert "(in this plan)" in page


def test_a_plan_with_evidence_is_made_again_without_a_difference_wherever_it_lies(plan: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(plan.parent, moved)
    found = run("reproduce", str(moved / "plan"))
    assert (found["differences"], found["changed_inputs"], found["changed_files"]) == ([], [], [])


def test_evidence_that_was_changed_or_taken_away_is_named(plan: Path, tmp_path: Path) -> None:
    top = tmp_path / "moved"
    shutil.copytree(plan.parent, top)
    promises = (top / "promises.csv").read_text(encoding="utf-8")
    (top / "promises.csv").write_text(promises.replace("W02,adult,Level 2 places,1.2", "W02,adult,Level 2 places,1.1"), "utf-8")
    changed = CliRunner().invoke(app, ["reproduce", str(top / "plan"), "--json"])
    assert changed.exit_code == 1
    found = json.loads(changed.stdout)
    assert [row["input"] for row in found["changed_inputs"]] == ["pledges"]
    assert {row["file"] for row in found["differences"]} >= {"pledges.json", "tables/pledges.csv"}
    (top / "promises.csv").rename(top / "elsewhere.csv")
    gone = CliRunner().invoke(app, ["reproduce", str(top / "plan"), "--json"])
    assert isinstance(gone.exception, InputFileError)
    assert "promises.csv, which is not here: give the file or folder with --pledges" in str(gone.exception)
    (top / "elsewhere.csv").write_text(promises, encoding="utf-8")
    assert run("reproduce", str(top / "plan"), "--pledges", str(top / "elsewhere.csv"))["differences"] == []


def test_the_edits_that_adverts_carry_become_overrides_that_the_plan_lists(evidence: Path, tmp_path: Path) -> None:
    edits = evidence / "jobs" / "overrides.yaml"
    out = tmp_path / "plan"
    words = ("--scenario", str(edits), "--adverts", str(evidence / "jobs"), "--out", str(out))
    run("plan", "rutland", "--to", "2029", "--draws", "8", "--without", "delays", "--without", "children", *words)
    record = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    (line,) = [line for line in record["overrides"] if line["what"] == "filling.scale"]
    saved = json.loads((evidence / "jobs" / "findings.json").read_text(encoding="utf-8"))
    (edit,) = saved["overrides"]["edits"]
    assert (line["value"], edit["area"]) == (edit["value"], "E06000017")
    assert line["value"] < 1
    assert "adverts: care vacancies open a median of" in line["source"]
    assert "in Rutland" in line["where"]
    page = (out / "plan.html").read_text(encoding="utf-8")
    assert "a scenario of this plan uses it" in page
    filled = [row for row in record["differences"] if row["measure"] == "filled_posts"]
    # Fewer entrants can only leave fewer posts filled, and the luck is shared.
    assert [row["band"]["median"] < 0 for row in filled] == [True]


def test_adverts_are_also_read_from_their_files_and_a_report_of_another_place_is_refused(evidence: Path, tmp_path: Path) -> None:
    from_files = read_evidence(resolve("rutland"), adverts=[evidence / "jobs.csv"])
    from_report = read_evidence(resolve("rutland"), adverts=[evidence / "jobs"])
    assert from_files.parts[0].sentences == from_report.parts[0].sentences
    with pytest.raises(InputFileError, match="is of Rutland, not of York: make it with almoner adverts report"):
        read_evidence(resolve("york"), adverts=[evidence / "jobs"])
    with pytest.raises(InputFileError, match="not both"):
        read_evidence(resolve("rutland"), adverts=[evidence / "jobs", evidence / "jobs.csv"])
    (tmp_path / "findings.json").write_text('{"kind": "almoner adverts", "format": 1}', encoding="utf-8")
    with pytest.raises(InputFileError, match="make it again"):
        read_evidence(resolve("rutland"), adverts=[tmp_path])
    (tmp_path / "jobs.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"are called 'jobs\.csv'"):
        read_evidence(resolve("rutland"), adverts=[evidence / "jobs.csv", tmp_path / "jobs.csv"])


def test_evidence_that_is_not_there_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    for option, words in (("--adverts", "There is no file"), ("--consultation", "is no consultation"), ("--pledges", "no file")):
        made = CliRunner().invoke(app, ["plan", "rutland", option, str(tmp_path / "none"), "--out", str(tmp_path / "plan")])
        assert isinstance(made.exception, InputFileError | NotFoundError)
        assert words in str(made.exception)
        assert not (tmp_path / "plan").exists()


def test_the_charts_of_evidence_are_valid_and_state_their_numbers(evidence: Path, consultation: Path) -> None:
    import altair as alt

    read = read_evidence(resolve("rutland"), (), [evidence / "jobs"], consultation, [evidence / "promises.csv"])
    charts = [chart for part in read.parts for chart in part.charts]
    assert {part.id for part in read.parts if part.charts} == {"job-adverts", "consultation", "pledges"}
    assert len(drawn(charts)) == len(charts)
    for chart in charts:
        assert re.search(r"\d", chart.title)
        assert re.search(r"\d", chart.alt)
        assert chart.twin.rows
        assert all(len(row) == len(chart.twin.columns) for row in chart.twin.rows)
        for frame in (WIDE, NARROW):
            assert alt.Chart.from_dict(chart.spec(frame)).to_dict()


def test_a_pledge_as_promised_and_as_delivered_is_run_side_by_side(tmp_path: Path) -> None:
    for reading in ("promised", "delivered"):
        run("pledges", "package", "A22", "--as", reading, "--out", str(tmp_path / f"{reading}.yaml"))
    scenarios = [word for reading in ("promised", "delivered") for word in ("--scenario", str(tmp_path / f"{reading}.yaml"))]
    out = tmp_path / "plan"
    run("plan", "rutland", "--to", "2030", "--draws", "1", *QUICK[6:], *scenarios, "--out", str(out))
    record = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    cards = {card["id"]: card for card in record["scenarios"]}
    assert {"promised", "delivered"} < set(cards)
    assert cards["promised"]["cost_gbp_m"]["median"] > cards["delivered"]["cost_gbp_m"]["median"] > 0
