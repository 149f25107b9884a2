"""A plan that also says why its scenarios do what they do, and what else a sum of money could do."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import almoner.cli.reproduce  # noqa: F401
from almoner.analysis.levers import levers
from almoner.cli.app import app
from almoner.report.why_sections import Asked, asked_in

SHORT = ("plan", "rutland", "--to", "2028", "--draws", "2", "--without", "delays", "--without", "children")


def test_a_plan_that_says_why_is_made_again_to_the_figure(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    said = CliRunner().invoke(app, [*SHORT, "--why", "--scenario", "prevention-and-recovery", "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "What each policy adds" in said.output
    assert '<section id="why"' in (out / "plan.html").read_text(encoding="utf-8")
    assert " --why" in json.loads((out / "manifest.json").read_text(encoding="utf-8"))["inputs"]["command"]
    again = CliRunner().invoke(app, ["reproduce", str(out), "--json"])
    assert json.loads(again.output)["differences"] == []


def test_what_a_written_plan_was_asked_is_read_from_its_files() -> None:
    asked = Asked(True, 2_500_000.0, "vacancy_rate")
    files = {"why.json": "{}", "best-mix.json": json.dumps({"budget_gbp_m": 2.5, "outcome": "vacancy_rate"})}
    assert asked_in(files) == asked
    assert asked.options == " --why --budget 2500000 --outcome vacancy_rate"
    assert asked_in({"plan.html": ""}) == Asked()
    assert Asked().options == ""


def test_a_council_is_not_told_to_change_the_law() -> None:
    of, left = levers((), 24, within_law=True)
    assert "immigration rules" in left["international_recruitment"]
    assert "international_recruitment" not in {lever.policy for lever in of}
    named, _ = levers(("international_recruitment",), 24, within_law=True)
    assert [lever.policy for lever in named] == ["international_recruitment"]
