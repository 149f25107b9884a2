"""Laws of optimising and sharing out, on the model itself: the budget is kept, the answer is a scenario, and nothing is beaten."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.levers import levers, mix
from almoner.analysis.optimise import FrontPoint, Optimum, not_dominated, optimise, sampled_place
from almoner.analysis.responses import Effect, Responses, measure_named, outcome_named, worst_tenth
from almoner.analysis.sharing import Sharing, share_out
from almoner.errors import AlmonerError
from almoner.model.baseline import build
from almoner.policies.registry import policies
from almoner.reference.areas import Area, england, resolve
from almoner.report.terminal_optimise import scenario_text
from almoner.study.design import Study
from almoner.study.scenario import load_scenario

pytest.importorskip("optuna")
pytest.importorskip("highspy")

RUTLAND = resolve("Rutland")
NAMES = ("pay_floor", "reablement", "international_recruitment")
FOUR = Area(
    "X00000000", "Four", "icb", None, None, tuple((resolve(n).code, 1.0) for n in ("Rutland", "Torbay", "Plymouth", "Halton"))
)


@pytest.fixture(scope="module")
def found() -> Optimum:
    return optimise(RUTLAND, outcome_named("unmet_hours", 1), 2e6, NAMES, 2028, 2, draws=6, points=4)


def test_the_budget_is_kept_on_the_world_on_which_it_is_verified(found: Optimum) -> None:
    assert found.verified.budget_kept
    assert found.verified.cost_gbp_m.effect <= 2.0 * 1.002
    assert 0.0 <= found.verified.share_of_draws_within_budget <= 1.0


def test_the_mix_is_beside_each_policy_alone_and_the_share_of_draws_is_said(found: Optimum) -> None:
    assert {rival.name for rival in found.verified.rivals} <= {*NAMES, "runner-up"}
    assert all(0.0 <= rival.beaten_in <= 1.0 for rival in found.verified.rivals)


def test_every_policy_is_in_the_mix_or_could_be_or_is_left_out_with_its_reason(found: Optimum) -> None:
    rivals = {rival.name for rival in found.verified.rivals}
    used = {one.policy for one in found.mix}
    assert set(NAMES) <= used | rivals | set(found.left_out)
    assert not used & set(found.left_out)


def test_the_front_rises_with_cost(found: Optimum) -> None:
    """Unmet hours: less is better."""
    costs = [point.cost_gbp_m.effect for point in found.front]
    outcomes = [point.outcome.effect for point in found.front]
    assert costs == sorted(costs)
    assert outcomes == sorted(outcomes, reverse=True)


def test_the_mix_written_as_a_scenario_is_the_mix(found: Optimum, tmp_path) -> None:
    file = tmp_path / "best.yaml"
    file.write_text(scenario_text(found), encoding="utf-8")
    scenario = load_scenario(str(file), 36)
    written = {name: getattr(policy, one.setting) for (name, policy), one in zip(scenario.policies, found.mix, strict=True)}
    assert written == {one.policy: pytest.approx(one.size) for one in found.mix}


def test_the_same_seed_gives_the_same_mix(found: Optimum) -> None:
    again = optimise(RUTLAND, outcome_named("unmet_hours", 1), 2e6, NAMES, 2028, 2, draws=6, points=4, threads=1)
    assert again.mix == found.mix
    assert again.verified == found.verified


@pytest.fixture(scope="module")
def sharing() -> Sharing:
    return share_out(FOUR, outcome_named("unmet_hours", 4), 4e6, "area", NAMES[:2], 2028, 2, 0.5, 2.0, draws=4)


def test_what_is_shared_out_keeps_the_floor_the_limit_and_the_sum(sharing: Sharing) -> None:
    """The solver's feasibility tolerance is 1e-7 a row, in GBP million."""
    assert sum(share.spend_gbp_m for share in sharing.shares) <= 4.0 + 1e-6
    ends = {curve.unit: curve.cost[-1] for curve in sharing.curves}
    for share in sharing.shares:
        assert share.times_equal <= 2.0 + 1e-6
        assert share.times_equal >= 0.5 - 1e-6 or share.spend_gbp_m == pytest.approx(ends[share.code])
    assert sharing.gap < 1e-6
    assert sharing.better_by_curves >= sharing.equal_by_curves - 1e-6
    assert sharing.verified is not None


def test_sharing_out_a_rate_or_a_single_area_is_refused_in_a_sentence() -> None:
    with pytest.raises(AlmonerError, match="cannot be added up"):
        share_out(FOUR, outcome_named("vacancy_rate", 4), 1e6)
    with pytest.raises(AlmonerError, match="nothing to share out"):
        share_out(RUTLAND, outcome_named("unmet_hours", 1), 1e6, "area")


def test_a_sample_of_areas_has_the_posts_of_the_whole() -> None:
    sample = sampled_place(england(), 12, 0)
    assert len(sample.members) == 12
    posts = build(None, 0)
    by_code = dict(zip(posts.area_codes, (posts.filled + posts.vacant).sum(axis=(1, 2)), strict=True))
    assert sum(by_code[code] * share for code, share in sample.members) == pytest.approx(sum(by_code.values()))
    assert sampled_place(FOUR, 12, 0) == FOUR


def test_a_scenario_is_run_once_however_often_it_is_asked_for() -> None:
    responses = Responses(Study(RUTLAND, (), 2, 2026), (measure_named("filled_posts").read,))
    nothing = load_scenario("do-nothing")
    first = responses.read([nothing, nothing])
    assert responses.runs == 2
    np.testing.assert_array_equal(first[0], responses.read([nothing])[0])
    assert responses.runs == 2


def test_the_worst_tenth_is_rounded_up_and_missing_areas_are_left_out() -> None:
    rates = np.array([*range(11), np.nan], dtype=float)
    assert worst_tenth(rates, "down") == pytest.approx((10 + 9) / 2)
    assert worst_tenth(rates, "up") == pytest.approx((0 + 1) / 2)


def test_the_worst_tenth_of_areas_can_be_bettered() -> None:
    outcome = outcome_named("worst_tenth_vacancy_rate", 10)
    assert outcome.worst_tenth
    assert outcome.sign == -1.0
    with pytest.raises(AlmonerError, match="ten areas"):
        outcome_named("worst_tenth_vacancy_rate", 9)


@pytest.mark.parametrize(
    ("name", "said"), [("posts_needed", "bettered"), ("unmet_hour_s", "unmet_hours"), ("worst_tenth_filled_posts", "by a rate")]
)
def test_an_outcome_that_cannot_be_bettered_is_refused_in_a_sentence(name: str, said: str) -> None:
    with pytest.raises(AlmonerError, match=said):
        outcome_named(name, 153)


def test_every_adult_policy_that_is_chosen_can_be_sized_or_says_why_not() -> None:
    of, left = levers((), 24)
    wanted = {name for name, kind in policies().items() if kind.domain == "adult" and not kind.shock}
    assert {lever.policy for lever in of} | set(left) == wanted
    for lever in of:
        assert lever.at(lever.highest) is not None
        assert mix([lever], [0.0]).policies == ()


@pytest.mark.parametrize(
    ("names", "said"), [(("winter",), "shock"), (("pay_flor",), "pay_floor"), (("pay_floor", "pay_floor"), "named twice")]
)
def test_a_policy_that_cannot_be_chosen_is_refused_in_a_sentence(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(AlmonerError, match=said):
        levers(names, 24)


def test_what_costs_more_and_does_less_is_not_on_the_front() -> None:
    def point(cost: float, outcome: float) -> FrontPoint:
        return FrontPoint(cost, Effect(cost, cost, cost, 0.0, True), Effect(outcome, outcome, outcome, 0.0, True), ())

    points = [point(1, -5), point(2, -4), point(3, -9), point(3, -8)]
    assert [one.cost_gbp_m.effect for one in not_dominated(points, -1.0)] == [1, 3]
    assert [one.outcome.effect for one in not_dominated(points, -1.0)] == [-5, -9]
