"""Laws of policies that are limited to places: who is reached, who is not, and pay against employers nearby."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.errors import AlmonerError
from almoner.model.inputs import reached_nearby
from almoner.parameters import load
from almoner.policies.registry import make
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study
from almoner.study.run import open_run, prepare, run_study, scenario_inputs
from almoner.study.scenario import ParameterEdit, Scenario, load_scenario
from almoner.study.totals import ScenarioRun

DO_NOTHING = load_scenario("do-nothing")
EARLY = {"start": "2025-06"}


def place_of(*names: str) -> Area:
    return Area("X00000000", "Some areas", "icb", None, None, tuple((resolve(name).code, 1.0) for name in names))


def scenario_of(**places: tuple[str, ...]) -> Scenario:
    """Return a scenario of a pay floor and of an edit of exits, each limited to places or not."""
    floor = make("pay_floor", {"premium": 1.5, **EARLY, "areas": list(places.get("floor", ()))})
    exits = ParameterEdit(path="leaving.exit_scale", scale=0.8, areas=places.get("exits", ()))
    return Scenario("limited", "Limited", "", (("pay_floor", floor),), (exits,))


def filled(run: ScenarioRun) -> np.ndarray:
    return np.concatenate([run.stocks["filled"].ravel(), run.flows["entrants"].ravel(), run.flows["moves_out"].ravel()])


def by_area(place: Area, *scenarios: Scenario) -> list[np.ndarray]:
    """Return for each scenario what is in each area, [area, number]."""
    result = run_study(Study(place, scenarios, 1, 2027), threads=1, each_area=filled)
    return [row[0] for row in result.by_area]


def test_a_policy_limited_to_an_area_changes_no_post_elsewhere() -> None:
    place = place_of("Rutland", "Torbay", "Plymouth")
    before, after = by_area(place, DO_NOTHING, scenario_of(floor=("Torbay",), exits=("Torbay",)))
    codes = sorted(place.area_codes)
    for k, code in enumerate(codes):
        assert np.array_equal(before[k], after[k]) == (code != resolve("Torbay").code)


def test_a_policy_limited_to_everywhere_it_is_run_is_as_good_as_unlimited_but_for_pay_nearby() -> None:
    """An edit that moves no pay gives the same bits whether it names its place or none."""
    exits = {"path": "leaving.exit_scale", "scale": 0.8}
    unlimited = Scenario("all", "All", "", parameter_edits=(ParameterEdit(**exits),))
    limited = Scenario("one", "One", "", parameter_edits=(ParameterEdit(**exits, areas=("Rutland",)),))
    one, other = by_area(place_of("Rutland"), unlimited, limited)
    assert np.array_equal(one, other)


def test_an_area_alone_has_the_bits_that_it_has_among_others_under_a_limited_policy() -> None:
    scenario = scenario_of(floor=("South West",), exits=("Torbay",))
    alone = by_area(place_of("Torbay"), scenario)[0][0]
    place = place_of("Torbay", "Rutland", "Plymouth")
    among = by_area(place, scenario)[0][sorted(place.area_codes).index(resolve("Torbay").code)]
    assert np.array_equal(alone, among)


def test_one_areas_pay_moves_its_movers_by_the_published_elasticity_and_the_whole_sectors_does_not() -> None:
    """Q is own pay over that of the other areas of the region; with all of them reached there is nobody to gain on."""
    prepared = prepare(Study(place_of("Torbay"), (), 1, 2027))
    tree = load()
    everywhere = scenario_inputs(prepared, tree, scenario_of(), 24)
    one = scenario_inputs(prepared, tree, scenario_of(floor=("Torbay",)), 24)
    region = scenario_inputs(prepared, tree, scenario_of(floor=("South West",)), 24)
    market = one.market[0]
    q = one.pay.mean[23, market] / scenario_inputs(prepared, tree, DO_NOTHING, 24).pay.mean[23, 0]
    assert (q > 1.0).any()
    np.testing.assert_allclose(one.move_factor[23, market], q ** -tree.at("leaving.move_pay_elasticity"), rtol=1e-12)
    assert np.all(everywhere.move_factor == 1.0)
    np.testing.assert_allclose(region.move_factor[23, region.market[0]], 1.0, rtol=1e-12)
    np.testing.assert_allclose(region.exit_factor[23, region.market[0]], everywhere.exit_factor[23, 0], rtol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 10**6)), min_size=1, max_size=40))
def test_the_share_reached_nearby_lies_between_none_and_all(rows: list[tuple[int, int, int]]) -> None:
    region, part, posts = (np.array(column) for column in zip(*rows, strict=True))
    shares = reached_nearby(region, part, posts.astype(float))
    assert np.all((shares >= 0.0) & (shares <= 1.0 + 1e-12))
    for place in range(int(region.max()) + 1):
        inside = region == place
        for own in range(1, int(part.max()) + 1):
            reached = inside & (part == own)
            if reached.sum() == 1 and inside.sum() > 1:
                assert shares[own, place] == 0.0
            if reached.sum() == inside.sum() > 1:
                assert shares[own, place] == pytest.approx(1.0)


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["Rutland", "Torbay", "South West", "Yorkshire and The Humber"]), max_size=3, unique=True))
def test_areas_are_grouped_by_exactly_the_policies_that_reach_them(places: list[str]) -> None:
    scenario = Scenario(
        "x", "X", "", parameter_edits=tuple(ParameterEdit(path="filling.scale", scale=1.1, areas=(p,)) for p in places)
    )
    codes = resolve("England").area_codes
    examples, of_area = scenario.variants(codes)
    tree = load()
    for code, variant in list(zip(codes, of_area, strict=True))[::17]:
        example = examples[variant]
        assert scenario.apply(tree, code).at("filling.scale") == scenario.apply(tree, example).at("filling.scale")
        expected = 1.1 ** sum(code in resolve(place).area_codes for place in places)
        assert scenario.apply(tree, code).at("filling.scale") == pytest.approx(expected)


def test_programmes_cost_only_where_they_run() -> None:
    policy = {"gbp_per_person_65_plus": 50.0, **EARLY}
    everywhere = Scenario("all", "All", "", (("prevention", make("prevention", policy)),))
    torbay = Scenario("one", "One", "", (("prevention", make("prevention", policy | {"areas": ["Torbay"]})),))
    place, alone = place_of("Torbay", "Rutland"), place_of("Torbay")
    costs = [
        run_study(Study(where, (which,), 1, 2027)).runs[0][0].programme_cost
        for where, which in ((place, torbay), (alone, everywhere))
    ]
    for payer, amount in costs[1].items():
        np.testing.assert_allclose(costs[0][payer], amount, rtol=1e-12)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("{path: leaving.exit_scale, scale: 0.9, areas: [torbey]}", "Torbay"),
        ("{path: money.recruitment_cost, scale: 2, areas: [torbay]}", "read for all areas at once"),
    ],
)
def test_a_place_or_a_parameter_that_cannot_be_limited_is_refused_in_a_sentence(tmp_path, edit: str, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"name: x\nparameters:\n  - {edit}\n", encoding="utf-8")
    with pytest.raises(AlmonerError, match=said):
        load_scenario(str(file))


def test_a_run_opened_twice_is_the_same_run() -> None:
    study = Study(place_of("Rutland"), (), 1, 2026)
    prepared = prepare(study)
    runs = [open_run(prepared, load(), scenario_of(exits=("Rutland",)), study.months, 0, 0)[0] for _ in range(2)]
    for run in runs:
        run.advance(12)
    assert np.array_equal(runs[0].result().flows, runs[1].result().flows)
