"""What does nothing is said, not silent; what does something is not accused."""

from __future__ import annotations

from almoner.analysis.compare import compare
from almoner.analysis.idle import idle_policies
from almoner.policies.registry import make
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.scenario import ParameterEdit, Scenario, load_scenario, shipped

DO_NOTHING = load_scenario("do-nothing")


def scenario_of(name: str, settings: dict[str, object]) -> Scenario:
    return Scenario("mine", "Mine", "", ((name, make(name, {"start": "2026-04", **settings})),))


def test_a_policy_of_no_size_is_said_to_move_nothing() -> None:
    (note,) = idle_policies([scenario_of("pay_floor", {"premium": 0})], resolve("Rutland"))
    assert "moves no parameter" in note


def test_a_policy_for_another_place_is_said_to_reach_nobody() -> None:
    (note,) = idle_policies([scenario_of("pay_floor", {"premium": 1, "areas": ["Torbay"]})], resolve("Rutland"))
    assert "reaches no area of Rutland" in note


def test_an_edit_that_leaves_its_parameter_as_it_is_is_said() -> None:
    edits = (ParameterEdit(path="filling.scale", scale=1.0), ParameterEdit(path="filling.scale", scale=2.0, areas=("Torbay",)))
    notes = idle_policies([Scenario("x", "X", "", parameter_edits=edits)], resolve("Rutland"))
    assert "leaves it as it is" in notes[0]
    assert "reaches no area" in notes[1]


def test_a_scenario_that_changes_no_post_is_said() -> None:
    late = Scenario("late", "Late", "", (("pay_floor", make("pay_floor", {"premium": 1, "start": "2029-04"})),))
    notes = compare(Study(resolve("Rutland"), (DO_NOTHING, late), 1, 2026)).notes
    assert any("changes no post" in note for note in notes)


def test_shipped_scenarios_are_not_idle_though_some_effects_are_centred_on_none() -> None:
    assert idle_policies([load_scenario(name) for name in shipped()], resolve("England")) == ()
