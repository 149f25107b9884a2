"""Somebody asks whose the delays are: for England, a board, a council and a system of their own, on the screen and as JSON."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import almoner.cli.delays  # noqa: F401 - the command registers itself
from almoner.__main__ import main
from almoner.analysis.delays import delays
from almoner.reference.areas import resolve
from almoner.reference.discharge_words import BODIES, CONSTRAINTS
from almoner.report.charts_delays import delay_charts
from almoner.report.delays_section import section_html
from almoner.report.figure import NARROW, WIDE

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "discharge-system.csv"


def asked(*arguments: str) -> tuple[object, str, str]:
    said, complaint = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complaint):
        patch.setattr(sys, "argv", ["almoner", "delays", *arguments])
        try:
            main()
        except SystemExit as left:
            return left.code or 0, said.getvalue(), complaint.getvalue()
    return 0, said.getvalue(), complaint.getvalue()


def answer(*arguments: str) -> dict[str, Any]:
    status, said, complaint = asked(*arguments, "--json")
    assert status == 0, complaint
    return dict(json.loads(said))


def check_sums(found: dict[str, Any]) -> None:
    recorded, caused = found["recorded"], found["caused"]
    assert sum(row["share"] for row in recorded["by_body"]) == pytest.approx(100)
    assert [row["body"] for row in caused["by_body"]] == list(BODIES)
    assert [row["constraint"] for row in caused["by_constraint"]] == list(CONSTRAINTS)
    for rows in (caused["by_body"], caused["by_constraint"]):
        assert sum(row["days"] for row in rows) == pytest.approx(caused["total_days"])
        assert all(row["low"] <= row["days"] <= row["high"] for row in rows)
    assert found["cost_gbp_m"] == pytest.approx(recorded["days_per_year"] * 562 / 1e6)
    assert len(found["what_if"]) == 5
    assert found["period"] == recorded["period"]
    assert found["sources"]


def test_a_board_is_answered_for_with_both_answers_and_what_ifs() -> None:
    found = answer("NHS South Yorkshire", "--draws", "4")
    check_sums(found)
    assert found["recorded"]["patients_per_day"] == pytest.approx(471.27)
    assert found["recorded"]["measure"] == "no_criteria_to_reside"
    assert found["caused"]["status"] == "modelled"
    assert found["waits"][0]["held_per_day"] < found["waits"][0]["people_per_day"]


def test_a_councils_days_are_its_own_and_its_split_is_modelled_from_its_board() -> None:
    found = answer("wakefield", "--draws", "2")
    check_sums(found)
    assert found["recorded"]["measure"] == "discharge_ready_date"
    assert found["recorded"]["level"] == found["caused"]["level"] == "icb"
    assert found["recorded"]["status"] == "modelled"
    assert found["caused"]["total_days"] == pytest.approx(22879)
    assert found["waits"] == []


def test_a_discharge_lead_gets_the_same_answers_for_a_system_of_their_own(tmp_path: Path) -> None:
    found = answer("--own", str(EXAMPLE), "--draws", "2", "--out", str(tmp_path / "page"))
    check_sums(found)
    assert found["recorded"]["patients_per_day"] == 470
    # Two draws of a small system: the fit leaves its luck, of about a tenth.
    assert found["caused"]["total_days"] / 365 == pytest.approx(470, rel=0.25)
    page = (tmp_path / "page" / "delays.html").read_text(encoding="utf-8")
    assert "An example system" in page
    assert "http" not in page
    assert "<script" not in page


def test_the_same_question_has_the_same_answer_on_one_thread_and_on_two() -> None:
    one, two = (answer("QF7", "--draws", "2", "--threads", n) for n in ("1", "2"))
    for key in ("recorded", "caused", "what_if", "waits", "fans"):
        assert one[key] == two[key]


def test_the_alternative_rule_of_priority_is_stated_and_moves_no_day_of_the_process() -> None:
    first = answer("QF7", "--draws", "2")
    longest = answer("QF7", "--draws", "2", "--priority", "longest-ready")
    assert first["priority"]["rule"] == "first_come"
    assert longest["priority"] == {"rule": "longest_ready", "means": "whoever has been ready longest goes first"}
    assert longest["recorded"] == first["recorded"]
    # Who goes first does not change how many are served: the days move by the luck of stays alone, the longest waits get shorter.
    assert longest["caused"]["total_days"] == pytest.approx(first["caused"]["total_days"], rel=0.1)
    assert longest["caused"]["total_days"] != first["caused"]["total_days"]
    status, said, _ = asked("QF7", "--draws", "1", "--priority", "longest-ready")
    assert status == 0
    assert "whoever has been ready longest goes first" in " ".join(said.split())
    status, _, complaint = asked("QF7", "--priority", "oldest")
    assert status == 2
    assert "longest-ready" in complaint


def test_the_screen_says_who_and_how_sure() -> None:
    status, said, _ = asked("NHS South Yorkshire", "--draws", "2")
    assert status == 0
    text = " ".join(said.split())
    for words in (
        "471 people were in hospital",
        "As recorded",
        "As caused (modelled)",
        "by how the shared reasons fall",
        "Weekend discharge",
    ):
        assert words in text


def test_a_slip_or_two_wishes_at_once_are_answered_with_one_sentence() -> None:
    for arguments in ((), ("wakefield", "--own", str(EXAMPLE))):
        status, _, complaint = asked(*arguments)
        assert status == 2
        assert "one place" in complaint.lower()
    status, _, complaint = asked("Wakefeild")
    assert status == 2
    assert "Wakefield" in complaint


def test_charts_state_their_finding_carry_their_numbers_and_are_valid_at_both_widths() -> None:
    altair = pytest.importorskip("altair")
    found = delays(resolve("NHS South Yorkshire"), 2)
    charts = delay_charts(found)
    assert [chart.id for chart in charts] == ["discharge-flow", "discharge-bodies", "discharge-fan"]
    for chart in charts:
        assert chart.alt.endswith(".")
        assert chart.twin.rows
        assert len(chart.title) > 30
        for frame in (WIDE, NARROW):
            altair.LayerChart.from_dict(chart.spec(frame), validate=True)
    html = section_html(found)
    assert html.count("<figure") == 3
    assert "modelled" in html
    assert [chart.id for chart in delay_charts(delays(resolve("wakefield"), 2))] == ["discharge-bodies", "discharge-fan"]
