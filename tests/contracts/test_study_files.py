"""Study files: what they may hold, what is refused and how, and which changes make another run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from almoner.errors import AlmonerError
from almoner.study.files import StudyPlan, load_study, plan_from_dict

EXAMPLE = Path(__file__).parents[2] / "examples" / "study.yaml"
GOOD = "name: A study\nareas: [Rutland]\nto: 2030\n"


def study(folder: Path, text: str) -> StudyPlan:
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def test_doing_nothing_comes_first_even_when_it_is_named_last(tmp_path: Path) -> None:
    plan = study(tmp_path, GOOD + "scenarios: [fair-pay, do-nothing]\n")
    assert [scenario.id for scenario in plan.scenarios] == ["do-nothing", "fair-pay"]


def test_the_least_that_a_study_may_say_is_one_draw_of_doing_nothing(tmp_path: Path) -> None:
    plan = study(tmp_path, GOOD)
    assert (len(plan.scenarios), plan.draws, plan.replicates, plan.seed) == (1, 1, 1, 0)
    assert plan.draws_from == "posterior"


def test_an_area_named_twice_or_held_by_two_places_is_run_once(tmp_path: Path) -> None:
    plan = study(tmp_path, "name: A study\nareas: [rutland, E06000017, East Midlands]\nto: 2027\n")
    assert len(plan.places) == 2
    assert sorted(set(plan.members)) == list(plan.members)
    assert "E06000017" in plan.members


def test_a_scenario_file_lies_beside_the_study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours.yaml").write_text("name: Ours\npolicies:\n  - pay_floor: {premium: 0.5, start: 2026-04}\n", encoding="utf-8")
    monkeypatch.chdir(EXAMPLE.parent)
    assert study(tmp_path, GOOD + "scenarios: [ours.yaml]\n").scenarios[1].name == "Ours"


def test_the_example_is_a_study_that_can_be_run() -> None:
    plan = load_study(EXAMPLE)
    assert [scenario.id for scenario in plan.scenarios] == ["do-nothing", "fair-pay", "my-scenario"]


def test_a_plan_turned_into_json_and_back_is_the_same_run() -> None:
    plan = load_study(EXAMPLE)
    again = plan_from_dict(json.loads(json.dumps(plan.as_dict())))
    assert again == plan
    assert (again.hash, again.run_id) == (plan.hash, plan.run_id)


def test_wording_does_not_make_another_run_and_what_determines_the_result_does(tmp_path: Path) -> None:
    plan = study(tmp_path, GOOD + "scenarios: [fair-pay]\n")
    renamed = replace(plan, name="Another name")
    assert renamed.run_id == plan.run_id
    assert renamed.hash != plan.hash
    others = [
        replace(plan, draws=2),
        replace(plan, replicates=2),
        replace(plan, to_year=2031),
        replace(plan, seed=1),
        replace(plan, draws_from="prior"),
        replace(plan, scenarios=plan.scenarios[:1]),
        study(tmp_path, GOOD.replace("Rutland", "City of London") + "scenarios: [fair-pay]\n"),
    ]
    assert len({plan.run_id, *(other.run_id for other in others)}) == 1 + len(others)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("Rutland", "Wakefeild"), "Wakefield"),
        (GOOD + "scenarios: [fair-pya]\n", "fair-pay"),
        (GOOD + "scenarios: [ours.yaml]\n", "ours.yaml"),
        (GOOD + "draw: 4\n", "did you mean draws?"),
        (GOOD + "draws: 0\n", "'draws': must be at least 1"),
        (GOOD + "draws: many\n", "'draws': must be a whole number (given: 'many')"),
        (GOOD + "replicates: 1.5\n", "'replicates': must be a whole number"),
        (GOOD + "seed: -1\n", "'seed': must be at least 0"),
        (GOOD + "draws_from: priors\n", "'draws_from': must be 'posterior' or 'prior' (given: 'priors')"),
        (GOOD.replace("2030", "2099"), "population is projected"),
        (GOOD.replace("[Rutland]", "Rutland"), "'areas': must be a list"),
        (GOOD.replace("[Rutland]", "[]"), "'areas': must not be empty"),
        (GOOD.replace("to: 2030\n", ""), "'to': is missing"),
        (GOOD + "to: 2028\n", "'to' stands here twice"),
        ("- a list\n", "is not a study"),
        ("name: [\n", "is not YAML that can be used"),
    ],
)
def test_a_slip_in_a_study_file_is_one_sentence_that_names_the_place_and_the_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AlmonerError, match=r"\.$|\?$") as caught:
        study(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_study_file_that_is_not_there_offers_the_one_that_is(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(AlmonerError, match=r"Did you mean study\.yaml\?"):
        load_study(tmp_path / "studdy.yaml")
