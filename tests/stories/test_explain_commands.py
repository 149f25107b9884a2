"""What a user does: asks why, asks for the best mix, asks which unknowns matter; and what each command says when it cannot."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import almoner.cli.explain
import almoner.cli.optimise
import almoner.cli.sensitivity  # noqa: F401
from almoner.cli.app import app
from almoner.errors import AlmonerError
from almoner.study.scenario import load_scenario

MIX = ["rutland", "--budget", "1000000", "--policies", "pay_floor,reablement", "--to", "2028", "--draws", "8", "--points", "8"]


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_says_which_policy_does_what() -> None:
    found = json.loads(said("explain", "rutland", "prevention-and-recovery", "--to", "2029", "--draws", "2", "--json"))
    assert {"waterfall", "shapley", "interaction", "assumed_share", "total"} <= set(found)
    assert sum(row["value"]["effect"] for row in found["shapley"]) == pytest.approx(found["total"]["effect"])
    text = said("explain", "rutland", "prevention-and-recovery", "--to", "2029", "--draws", "2")
    assert "prevention" in text
    assert "assumed" in text


def test_explain_says_which_flows_moved_a_year() -> None:
    found = json.loads(said("explain", "rutland", "fair-pay", "--year", "2029", "--draws", "2", "--json"))
    assert found["residual"] == 0
    text = said("explain", "rutland", "fair-pay", "--year", "2029", "--draws", "2")
    assert "Change in filled posts" in text


def test_an_answer_can_be_had_as_a_page_of_charts(tmp_path) -> None:
    file = tmp_path / "pages" / "flows.html"
    said("explain", "rutland", "fair-pay", "--year", "2029", "--draws", "2", "--chart", str(file))
    page = file.read_text(encoding="utf-8")
    assert "<figure" in page
    assert "http:" not in page
    assert "https:" not in page
    with pytest.raises(AlmonerError, match="cannot be written"):
        said("explain", "rutland", "fair-pay", "--year", "2029", "--draws", "2", "--chart", str(file / "below.html"))


def test_optimise_finds_a_mix_and_writes_it_as_a_scenario(tmp_path) -> None:
    pytest.importorskip("optuna")
    file = tmp_path / "best.yaml"
    found = json.loads(said("optimise", *MIX, "--outcome", "unmet_hours", "--out", str(file), "--json"))
    assert {"mix", "front", "marginal_value", "verified"} <= set(found)
    assert found["verified"]["budget_kept"]
    scenario = load_scenario(str(file), 36)
    assert [name for name, _ in scenario.policies] == [one["policy"] for one in found["mix"]]


def test_sensitivity_ranks_the_unknowns() -> None:
    pytest.importorskip("SALib")
    found = json.loads(said("sensitivity", "rutland", "--to", "2027", "--samples", "8", "--json"))
    totals = [one["index"]["total"] for one in found["unknowns"]]
    assert totals == sorted(totals, reverse=True)
    assert all({"at_low", "at_high"} <= set(one["swing"]) for one in found["unknowns"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["explain", "rutland", "do-nothing"], "nothing to explain"),
        (["explain", "rutland", "fair-pay", "--measure", "vacancy_rat_"], "vacancy_rate"),
        (["explain", "rutland", "fair-pay", "--draws", "0"], "too few"),
        (["optimise", "rutland", "--budget", "-5"], "not above nothing"),
        (["optimise", "rutland", "--budget", "5", "--policies", "winter"], "shock"),
        (["optimise", "rutland", "--budget", "5", "--outcome", "posts_needed"], "bettered"),
        (["optimise", "rutland", "--budget", "5", "--floor", "0.5"], "belong to --allocate"),
        (["optimise", "rutland", "--budget", "5", "--start", "2040-01"], "not a month of the run"),
        (["optimise", "rutland", "--budget", "5", "--allocate", "--by", "areas"], "area"),
        (["sensitivity", "rutland", "--samples", "100"], "power of two"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, AlmonerError)
    assert sentence in str(result.exception)
    assert "\n" not in str(result.exception)
