"""Laws of explaining: the parts add up to the whole, on the model itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from almoner.analysis import explain as explaining
from almoner.analysis.explain import EDITS, Explanation, explain, explain_year, names, subset
from almoner.analysis.measures import MEASURES
from almoner.errors import AlmonerError
from almoner.policies.registry import make
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study
from almoner.study.scenario import ParameterEdit, Scenario, load_scenario

RUTLAND = resolve("Rutland")
EARLY = {"start": "2025-06"}
PAY = ("pay_floor", make("pay_floor", {"premium": 2.0, **EARLY}))
PREVENTION = ("prevention", make("prevention", {"gbp_per_person_65_plus": 200.0, **EARLY}))
REABLEMENT = ("reablement", make("reablement", {"more_episodes_per_1000": 30.0, **EARLY}))
ELSEWHERE = ("pay_floor", make("pay_floor", {"premium": 2.0, **EARLY, "areas": ["Torbay"]}))
THREE = Scenario("three", "Three", "", (PAY, PREVENTION, REABLEMENT))
EDIT = ParameterEdit(path="leaving.exit_scale", scale=0.8)


def study_of(scenario: Scenario, draws: int = 6, place: Area = RUTLAND, to_year: int = 2028) -> Study:
    return Study(place, (scenario,), draws, to_year)


@pytest.fixture(scope="module")
def found() -> Explanation:
    return explain(study_of(THREE), MEASURES["filled_posts"])


def test_the_waterfall_and_the_shares_add_up_to_the_total(found: Explanation) -> None:
    assert sum(step.effect.effect for step in found.waterfall) == pytest.approx(found.total.effect, abs=1e-9)
    assert sum(row.value.effect for row in found.shapley) == pytest.approx(found.total.effect, abs=1e-9)
    assert found.waterfall[0].start == pytest.approx(found.reference)
    assert found.waterfall[-1].end == pytest.approx(found.reference + found.total.effect)
    for before, after in zip(found.waterfall[:-1], found.waterfall[1:], strict=True):
        assert before.end == after.start


def test_what_is_together_and_not_apart_is_the_interaction(found: Explanation) -> None:
    alone = sum(row.alone.effect for row in found.shapley)
    assert found.interaction.together.effect == pytest.approx(found.total.effect - alone)
    assert {(pair.first, pair.second) for pair in found.interaction.pairs} == {
        ("pay_floor", "prevention"),
        ("pay_floor", "reablement"),
        ("prevention", "reablement"),
    }


def test_the_share_that_rests_on_assumed_policies_is_that_of_their_sizes(found: Explanation) -> None:
    sizes = {row.policy: abs(row.value.effect) for row in found.shapley}
    assumed = {row.policy for row in found.shapley if row.assumed}
    assert "pay_floor" not in assumed
    assert {"prevention", "reablement"} <= assumed
    assert found.assumed_share == pytest.approx(sum(sizes[name] for name in assumed) / sum(sizes.values()))
    assert found.assumed_effect.effect == pytest.approx(sum(row.value.effect for row in found.shapley if row.assumed))


def test_the_total_is_what_a_comparison_says(found: Explanation) -> None:
    from almoner.analysis.compare import compare

    study = study_of(THREE)
    both = study.with_scenarios((load_scenario("do-nothing"), THREE))
    row = next(row for row in compare(both, [MEASURES["filled_posts"]]).rows if row.year == 2028)
    assert (row.effect, row.low, row.high) == pytest.approx((found.total.effect, found.total.low, found.total.high))


def test_edits_of_parameters_belong_to_all_subsets_and_are_a_part_of_their_own() -> None:
    scenario = replace(THREE, policies=(PAY,), parameter_edits=(EDIT,))
    both = explain(study_of(scenario), MEASURES["filled_posts"])
    assert [row.policy for row in both.shapley] == [EDITS, "pay_floor"]
    assert both.shapley[0].assumed
    assert sum(row.value.effect for row in both.shapley) == pytest.approx(both.total.effect, abs=1e-9)
    assert sum(step.effect.effect for step in both.waterfall) == pytest.approx(both.total.effect, abs=1e-9)
    sourced = replace(scenario, parameter_edits=(EDIT.model_copy(update={"source": "E01"}),))
    assert not explain(study_of(sourced, 1), MEASURES["filled_posts"]).shapley[0].assumed


def test_a_policy_that_reaches_nobody_is_reported() -> None:
    scenario = Scenario("elsewhere", "Elsewhere", "", (PAY, ELSEWHERE))
    both = explain(study_of(scenario, 1), MEASURES["filled_posts"])
    assert [(row.policy, row.moves_nothing) for row in both.shapley] == [("pay_floor 1", False), ("pay_floor 2", True)]


def test_sampled_orders_add_up_as_well_and_say_their_error(monkeypatch: pytest.MonkeyPatch, found: Explanation) -> None:
    """With three policies, many orders are all of them: sampled shares come within their error of the exact ones."""
    monkeypatch.setattr(explaining, "MOST_EXACT", 2)
    sampled = explain(study_of(THREE), MEASURES["filled_posts"])
    assert sum(row.value.effect for row in sampled.shapley) == pytest.approx(sampled.total.effect, abs=1e-9)
    assert sampled.total == found.total
    assert sampled.interaction.pairs == ()
    for row, exact in zip(sampled.shapley, found.shapley, strict=True):
        assert abs(row.value.effect - exact.value.effect) <= 4 * row.sampling_error + 1e-9


def test_subsets_keep_the_order_and_what_is_numbered_is_told_apart() -> None:
    assert [name for name, _ in subset(THREE, 0b101).policies] == ["pay_floor", "reablement"]
    assert names(Scenario("x", "X", "", (PAY, PREVENTION, PAY))) == ("pay_floor 1", "prevention", "pay_floor 2")


@pytest.mark.parametrize("place", [RUTLAND, Area("X00000000", "Two", "icb", None, None, ((RUTLAND.code, 1.0), ("E06000027", 1.0)))])
def test_the_flows_of_a_year_add_up_to_the_unit(place: Area) -> None:
    change = explain_year(study_of(THREE, 3, place), 2027)
    assert change.residual == 0.0
    assert sum(flow.people.effect for flow in change.flows) == pytest.approx(change.change.effect, abs=1e-9)
    assert change.filled_after - change.filled_before == pytest.approx(change.change.effect)
    beside = sum(flow.beside_doing_nothing.effect for flow in change.flows)
    assert beside == pytest.approx(change.beside_doing_nothing.effect, abs=1e-9)


def test_what_cannot_be_explained_is_refused_in_a_sentence() -> None:
    with pytest.raises(AlmonerError, match="nothing to explain"):
        explain(study_of(load_scenario("do-nothing")), MEASURES["filled_posts"])
    with pytest.raises(AlmonerError, match="from 2026 to 2028"):
        explain_year(study_of(THREE), 2030)
