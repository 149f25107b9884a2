"""What a user does with adverts: reads some, asks about pay, reports an area, and takes the scenario file on."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import almoner.cli.adverts  # noqa: F401 - puts the commands in place
from almoner.cli.app import app
from almoner.errors import AlmonerError
from almoner.reference.areas import resolve
from almoner.report import adverts_section
from almoner.study.scenario import load_scenario
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.findings import find, share
from almoner.voices.adverts.outside import load_outside
from almoner.voices.adverts.overrides import overrides, scenario_text

pytest.importorskip("xlsxwriter", reason="the evidence extra is not installed")

TABLE = """title,employer,salary,hours,contract,location,posted,closes
Care Assistant,Meadow Care,£12.60 - £13.00 per hour,30 hours per week,Permanent,Wakefield,2026-03-02,2026-03-30
Senior Care Assistant,Meadow Care,£13.40 ph,36 hours per week,Permanent,Wakefield,2026-03-03,2026-04-03
Support Worker,Brook Support,Grade 4,,Temporary,Wakefield,2026-03-05,2026-03-19
Care Assistant,Hill Homes,£12.71 per hour,,Bank,Leeds,2026-03-09,2026-03-23
"=cmd|' /C calc'!A0",Hill Homes,£30,,,Leeds,2026-03-09,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "adverts-2026-03-10.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["adverts", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_reading_gives_one_object_an_advert_with_spans_and_confidence(table: Path) -> None:
    adverts = json.loads(run("read", str(table), "--json"))
    assert len(adverts) == 5
    first = adverts[0]
    named = "title employer place area_code salary_min salary_max period bound pro_rata grade hours_per_week contract"
    assert {*named.split(), "second_rate", "spans", "confidence"} <= set(first)
    assert (first["salary_min"], first["salary_max"], first["area_code"]) == (12.6, 13.0, "E08000036")
    assert [first["spans"][name][0]["text"] for name in ("salary_min", "salary_max", "bound")] == [
        "£12.60",
        "£13.00",
        "£12.60 - £13.00",
    ]
    assert 0 < first["confidence"]["salary_min"] <= 1
    assert (adverts[2]["grade"], adverts[2]["salary_min"]) == ("Grade 4", None)


def test_reading_prints_a_table_for_people(table: Path) -> None:
    shown = run("read", str(table))
    assert "5 adverts" in shown
    assert "not stated" in shown


def test_pay_is_read_from_a_text_or_line_by_line_with_no_line_lost(tmp_path: Path) -> None:
    one = json.loads(run("pay", "Up to £31,000 pro rata", "--json"))
    assert (one["salary_min"], one["salary_max"], one["bound"], one["pro_rata"]) == (None, 31000, "up_to", True)
    lines = tmp_path / "lines.txt"
    lines.write_text("£12.60 per hour\n\nBand 6\r\n", encoding="utf-8", newline="")
    many = json.loads(run("pay", "--file", str(lines), "--json"))
    assert [each["salary_min"] for each in many] == [12.6, None, None]
    assert [each["text"] for each in many] == ["£12.60 per hour", "", "Band 6"]


def test_asking_for_pay_without_a_text_says_what_to_give() -> None:
    with pytest.raises(AlmonerError, match="--file"):
        CliRunner().invoke(app, ["adverts", "pay"], catch_exceptions=False)


def test_a_report_counts_hidden_pay_and_holds_care_pay_against_the_floor(table: Path) -> None:
    said = " ".join(run("report", str(table), "--area", "wakefield", "--on", "2026-03-10").split())
    assert "3 vacancies of Wakefield in 5 adverts." in said
    assert "1 of 3 (33%, between 6% and 79%) do not say what they pay; 1 of these name only a grade." in said
    assert "start at a median of £13.00 an hour" in said
    assert "offers £0.79 an hour more than National Living Wage of its day (£12.21 now); 0 of 2 offer less." in said


def test_the_files_of_a_report_are_the_same_bytes_each_time_and_no_cell_is_a_formula(table: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("report", str(table), "--area", "wakefield", "--out", str(tmp_path / name))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert {str(file) for file in files} >= {"adverts.html", "adverts.xlsx", "adverts.json", "overrides.yaml", "tables/adverts.csv"}
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    with zipfile.ZipFile(tmp_path / "one" / "adverts.xlsx") as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist())
    cells = list(csv.reader(io.StringIO((tmp_path / "one" / "tables" / "adverts.csv").read_text(encoding="utf-8"))))
    assert any(cell.startswith("'=cmd") for row in cells for cell in row)
    page = (tmp_path / "one" / "adverts.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page


@pytest.mark.parametrize(
    ("name", "begins"), [("a.html", b"<!doctype html>"), ("a.xlsx", b"PK"), ("a.csv", b"title,"), ("a.yaml", b"#")]
)
def test_one_file_can_be_asked_for_by_its_ending(table: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    run("report", str(table), "--out", str(tmp_path / name))
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((name, table.name))


def test_a_folder_that_cannot_be_made_is_one_sentence(table: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AlmonerError, match="--out"):
        CliRunner().invoke(app, ["adverts", "report", str(table), "--out", str(tmp_path / "file" / "x")], catch_exceptions=False)


def test_a_day_that_is_none_is_one_sentence(table: Path) -> None:
    with pytest.raises(AlmonerError, match="2026-04-01"):
        CliRunner().invoke(app, ["adverts", "report", str(table), "--on", "soon"], catch_exceptions=False)


START = date(2025, 1, 6)


def history(area: str, days_open: int, count: int) -> list[Advert]:
    """Care vacancies of an area, one posted every third day, looked at weekly for 400 days."""
    made = []
    for number in range(count):
        posted = START + timedelta(days=3 * number)
        lasted = days_open * (60 + 7 * (number % 13)) // 100
        looks = [
            START + timedelta(days=day)
            for day in range(0, 400, 7)
            if posted <= START + timedelta(days=day) < posted + timedelta(days=lasted)
        ]
        if looks:
            key = f"{area}{number}"
            made.append(
                Advert(
                    "Care assistant",
                    area_code=area,
                    family="care_worker",
                    posted=posted,
                    first_seen=looks[0],
                    last_seen=looks[-1],
                    key=key,
                )
            )
    return made


def test_vacancies_that_stay_open_longer_here_become_a_recorded_override_that_a_scenario_can_use(tmp_path: Path) -> None:
    adverts = history("E08000036", 80, 100) + history("E08000035", 40, 100)
    found = find(adverts, resolve("wakefield"))
    result = overrides(found)
    (edit,) = result.edits
    here, there = found.durations[1].median.value, found.durations[3].median.value
    assert here is not None
    assert there is not None
    assert edit.path == "filling.scale"
    assert edit.value == pytest.approx(there / here, abs=0.001)
    assert edit.low < edit.value < edit.high < 1
    file = tmp_path / "overrides.yaml"
    file.write_text(scenario_text(result, found), encoding="utf-8")
    scenario = load_scenario(str(file), 180)
    assert [(each.path, each.set) for each in scenario.parameter_edits] == [("filling.scale", edit.value)]
    assert "Kaplan-Meier" in (scenario.parameter_edits[0].source or "")


def test_outside_pay_of_one_name_at_two_days_becomes_a_growth_and_one_day_does_not(tmp_path: Path) -> None:
    file = tmp_path / "outside.csv"
    file.write_text(
        "name,hourly,from\nGrange Stores,12.00,2025-04-01\nGrange Stores,12.60,2026-04-01\nMill Foods,12.50,2026-04-01\n"
    )
    own = load_outside(file)
    found = find(history("E08000036", 40, 5), resolve("wakefield"), date(2026, 4, 2), own)
    (edit,) = overrides(found, own).edits
    assert (edit.path, edit.value, edit.from_) == ("pay.outside_growth", pytest.approx(0.05, abs=0.0005), "2026-04")
    assert overrides(found, own[1:]).edits == ()
    text = tmp_path / "edits.yaml"
    text.write_text(scenario_text(overrides(found, own), found), encoding="utf-8")
    assert len(load_scenario(str(text), 180).parameter_edits) == 1
    assert {each.comparator.name for each in found.against} >= {"Grange Stores", "Mill Foods"}


def test_without_evidence_the_scenario_file_says_why_and_changes_nothing(tmp_path: Path) -> None:
    found = find([])
    result = overrides(found)
    assert len(result.refused) == 2
    file = tmp_path / "overrides.yaml"
    file.write_text(scenario_text(result, found), encoding="utf-8")
    assert load_scenario(str(file), 180).parameter_edits == ()
    assert adverts_section.headline(found)


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe (1998), table I: 81 of 263 and 0 of 20.
    found = share(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none = share(0, 20)
    assert (round(none.low, 4), round(none.high, 4)) == (0.0, 0.1611)


def test_the_commands_are_a_group_of_the_program() -> None:
    assert isinstance(typer.main.get_command(app), object)
    assert any(group.name == "adverts" for group in app.registered_groups)
