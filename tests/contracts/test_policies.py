"""Every policy keeps the promises of `almoner.testing`; slips in settings are answered in one sentence; sizes do what is said."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.errors import AlmonerError, NotFoundError
from almoner.model.clock import month_text
from almoner.model.pay import PayPath, living_wage_path, pay_path
from almoner.parameters import ParameterTree, load
from almoner.policies.base import PAYERS, Policy
from almoner.policies.listing import at_size, limits, size_setting
from almoner.policies.national import england_basis
from almoner.policies.registry import make, policies
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS
from almoner.testing import CHECKS, basis

NAMES = tuple(policies())
SIZED = tuple(name for name in NAMES if size_setting(policies()[name]))
START, UNTIL, MONTHS = 24, 60, 180


def size_of(name: str) -> str:
    return str(size_setting(policies()[name]))


def most(name: str) -> float:
    """Return the largest size that a policy takes."""
    return float(limits(policies()[name], size_of(name))[1] or 0.0)


def half(name: str) -> float:
    return at_size(policies()[name], 0.5)


def policy_of(name: str, size: float, **settings: object) -> Policy:
    return make(name, {size_of(name): size, "start": month_text(START), **settings})


def applied(policy: Policy, tree: ParameterTree) -> ParameterTree:
    return tree.edited(policy.edits(tree))


def median_tree() -> ParameterTree:
    tree = load()
    return tree.drawn(tree.quantiles(np.full(len(tree.dimensions()), 0.5)))


def sentence(error: pytest.ExceptionInfo[AlmonerError]) -> str:
    """Return the text of an error after checking that it is one sentence and not the jargon of a library."""
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith((".", "?"))
    assert not text.endswith(("..", "?."))
    assert not any(word in text for word in ("Value error", "tuple", "dict[", "pydantic", "'settings'")), text
    return text


trees = st.integers(0, 2**32 - 1).map(
    lambda seed: load().drawn(load().quantiles(np.random.default_rng(seed).uniform(0.001, 0.999, len(load().dimensions()))))
)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", NAMES)
def test_a_policy_keeps_what_policies_promise(name: str, check: str) -> None:
    CHECKS[check](policies()[name])


@pytest.mark.parametrize("name", SIZED)
@given(tree=trees, share=st.floats(0, 1), first=st.integers(0, 150), length=st.none() | st.integers(1, 40))
@settings(max_examples=8, deadline=None)
def test_a_policy_of_any_size_and_dates_does_nothing_before_it_starts(
    name: str, tree: ParameterTree, share: float, first: int, length: int | None
) -> None:
    dates = {"start": month_text(first)} | ({} if length is None else {"until": month_text(first + length)})
    edited = applied(make(name, {size_of(name): at_size(policies()[name], share), **dates}), tree)
    for path in edited.changes(tree):
        before, after = tree.series(path, MONTHS), edited.series(path, MONTHS)
        assert after[:first].tolist() == before[:first].tolist(), path
        assert np.isfinite(after).all(), path
        if length is not None and not policies()[name].outlasts:
            assert after[first + length :].tolist() == before[first + length :].tolist(), path


@pytest.mark.parametrize("name", SIZED)
def test_a_setting_with_a_slip_is_named_with_the_right_one(name: str) -> None:
    slip = size_of(name)[:-1] + "x"
    with pytest.raises(AlmonerError) as error:
        make(name, {slip: 1, "start": "2028-04"}, "mine.yaml")
    assert f"no setting called '{slip}'" in sentence(error)
    assert size_of(name) in str(error.value)
    assert "mine.yaml" in str(error.value)


@pytest.mark.parametrize("name", SIZED)
def test_a_setting_that_is_like_no_other_is_answered_with_all_of_them(name: str) -> None:
    with pytest.raises(AlmonerError) as error:
        policy_of(name, half(name), qqqqq=1)
    assert "qqqqq" in sentence(error)
    assert all(key in str(error.value) for key in policies()[name].model_fields)


@pytest.mark.parametrize("name", SIZED)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(AlmonerError) as error:
        make(name, {"start": "2028-04"})
    assert size_of(name) in sentence(error)


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize("size", [-1e9, 1e9, math.nan, math.inf, "abc", None, [1], True])
def test_a_size_outside_its_limits_is_refused_in_one_sentence(name: str, size: object) -> None:
    with pytest.raises(AlmonerError) as error:
        make(name, {size_of(name): size, "start": "2028-04"}, "mine.yaml")
    assert size_of(name) in sentence(error)
    assert name in str(error.value)


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize("until", ["2027-04", "2027-03"])
def test_a_policy_may_not_end_before_it_starts(name: str, until: str) -> None:
    with pytest.raises(AlmonerError) as error:
        policy_of(name, half(name), until=until)
    assert f"'until' ({until}) must come after 'start' (2027-04)" in sentence(error)


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize("start", ["2028", 2028, "2028-13", "April 2028", "2028-04banana", "", None, True, 2028.04])
def test_a_start_that_is_no_month_is_refused_and_shown_as_it_was_written(name: str, start: object) -> None:
    with pytest.raises(AlmonerError) as error:
        make(name, {size_of(name): half(name), "start": start})
    assert "start" in sentence(error)
    assert "as in 2027-04" in str(error.value)


@pytest.mark.parametrize("name", SIZED)
def test_a_year_without_its_month_is_no_end(name: str) -> None:
    # 2030 read as a month number would be the year 2194, and a policy meant to end would never end.
    with pytest.raises(AlmonerError) as error:
        policy_of(name, half(name), until=2030)
    assert "until" in sentence(error)


def test_an_unknown_policy_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFoundError) as error:
        make("pay_flor", {}, "mine.yaml")
    assert "did you mean pay_floor" in sentence(error)
    assert "mine.yaml" in str(error.value)


def test_an_unknown_service_is_answered_with_the_nearest() -> None:
    with pytest.raises(AlmonerError) as error:
        policy_of("pay_floor", 1.0, services=["home_car"])
    assert "home_care" in sentence(error)


def test_an_unknown_role_is_answered_with_the_nearest() -> None:
    with pytest.raises(AlmonerError) as error:
        policy_of("nhs_parity", 1.0, roles=["care_workr"])
    assert "did you mean care_worker" in sentence(error)


def test_the_years_that_a_policy_is_in_force_are_counted_by_their_months() -> None:
    # July 2027 to December 2028: nine months of each of the years to March 2028 and 2029.
    years = tuple(range(2025, 2041))
    policy = make("pay_floor", {"premium": 1.0, "start": "2027-07", "until": "2029-01"})
    assert dict(zip(years, policy.active(years).tolist(), strict=True)) == dict.fromkeys(years, 0.0) | {2028: 0.75, 2029: 0.75}
    forever = make("pay_floor", {"premium": 1.0, "start": "2026-04"})
    assert forever.active((2025, 2026, 2027, 2040)).tolist() == [0.0, 0.0, 1.0, 1.0]


def pay_of(tree: ParameterTree) -> PayPath:
    # Eleven pay positions from 5% under to 60% over the wage floor of March 2025, the same in every service and role.
    positions = np.linspace(0.95, 1.6, 11) * tree.at("pay.national_living_wage") * 100
    quantiles = np.broadcast_to(positions.astype(np.int16), (len(SERVICE_IDS), len(ROLE_IDS), positions.size))
    return pay_path(tree, MONTHS, quantiles, np.ones(1))


def test_a_higher_pay_floor_raises_pay_and_nothing_else() -> None:
    tree = median_tree()
    sizes = [0.0, 0.25, 0.68, 2.0]
    edited = [applied(policy_of("pay_floor", size), tree) for size in sizes]
    ratios = [pay_of(each).ratio for each in edited]
    for lower, higher in pairwise(ratios):
        assert (higher[:START] == lower[:START]).all()
        assert (higher[START:] > lower[START:]).all()
    assert {path.rpartition(".")[0] for path in edited[-1].changes(tree)} == {"pay.floor_premium"}


def test_a_pay_floor_covers_the_services_that_it_names_and_no_others() -> None:
    tree = load()
    edited = applied(policy_of("pay_floor", 1.0, services=["home_care"]), tree)
    assert edited.changes(tree) == ["pay.floor_premium.home_care"]


def test_a_premium_grows_each_april_with_pay_outside_care_unless_it_is_fixed() -> None:
    tree = load()
    fixed = applied(policy_of("pay_floor", 1.0, uprated=False), tree).series("pay.floor_premium.home_care", MONTHS)
    assert set(fixed[START:].tolist()) == {1.0}
    grown = applied(policy_of("pay_floor", 1.0), tree).series("pay.floor_premium.home_care", MONTHS)
    growth = tree.series("pay.outside_growth", MONTHS)
    for april in range(START + 12, MONTHS, 12):
        assert grown[april] == pytest.approx(grown[april - 1] * (1 + growth[april]), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "path"),
    [("prevention", f"need.scale.{each}") for each in SERVICE_IDS if each != "council"] + [("reablement", "need.scale.home_care")],
)
def test_more_of_a_policy_that_keeps_people_well_means_less_need(name: str, path: str) -> None:
    tree = median_tree()
    series = [applied(policy_of(name, share * most(name)), tree).series(path, MONTHS) for share in (0.0, 0.1, 0.5, 1.0)]
    for smaller, larger in pairwise(series):
        assert (larger[START:] < smaller[START:]).all()
    # The effect grows in steps and then stays: need never rises again.
    assert (np.diff(series[-1][START:]) <= 0).all()


def test_reablement_needs_council_staff_to_give_it() -> None:
    tree = median_tree()
    assert applied(policy_of("reablement", 10.0), tree).series("need.scale.council", MONTHS)[-1] > tree.at("need.scale.council")


def test_prevention_in_full_saves_what_a_pound_saves_times_the_pounds() -> None:
    tree = median_tree()
    full = applied(policy_of("prevention", 100.0), tree).at("need.scale.home_care", MONTHS)
    share = 100.0 * tree.at("policy.prevention.saving_per_pound") / tree.at("policy.prevention.care_cost_per_person_65_plus")
    assert 1.0 - full == pytest.approx(share, rel=1e-12)


def england_cost(name: str, size: float, **settings: object) -> dict[str, float]:
    """Return the yearly cost of a programme in England in the year to March 2029, GBP million, with the shipped parameters."""
    cost = policy_of(name, size, **settings).cost(load(), england_basis((2029,)))
    assert set(cost.by_payer) <= set(PAYERS)
    return {payer: float(amount[0]) / 1e6 for payer, amount in cost.by_payer.items()}


def test_training_costs_the_places_times_what_the_fund_repays() -> None:
    # 37,000 places at 1,500 pounds: 55.5 million.
    assert england_cost("training_places", 37_000.0) == pytest.approx({"government": 55.5}, rel=1e-9)


def test_a_national_campaign_costs_what_is_spent_on_it() -> None:
    assert england_cost("recruitment_campaign", 20.0) == pytest.approx({"government": 20.0}, rel=1e-9)


def test_apprenticeships_homes_and_returners_cost_their_unit_times_their_number() -> None:
    assert england_cost("apprenticeships", 1_000.0) == pytest.approx({"government": 23.0}, rel=1e-9)
    assert england_cost("housing_with_care", 1_000.0) == pytest.approx({"government": 60.0}, rel=1e-9)
    assert england_cost("return_to_care", 1_000.0) == pytest.approx({"government": 1.0}, rel=1e-9)
    assert sum(england_cost("international_recruitment", 1_000.0).values()) == pytest.approx(4.0, rel=1e-9)


ADULTS, OLDER = float(england_basis((2029,)).adults[0]), float(england_basis((2029,)).people_65_plus[0])


@pytest.mark.parametrize(
    ("name", "size", "gbp"),
    [
        ("carer_support", 0.1, 0.1 * 0.0302 * ADULTS * 500),
        ("wellbeing", 0.1, 0.1 * 0.03424 * ADULTS * 100),
        ("digital_records", 0.1, 0.1 * 0.03424 * ADULTS * 150),
        ("registration", 0.1, 0.1 * 0.02579 * ADULTS * 40),
        ("care_technology", 0.1, 0.1 * 0.097 * OLDER * 500),
        ("prevention", 100.0, 100 * OLDER),
        ("fee_uplift", 0.1, 0.1 * 472 * ADULTS * 0.5),
    ],
)
def test_a_programme_costs_its_unit_times_those_it_reaches(name: str, size: float, gbp: float) -> None:
    assert sum(england_cost(name, size).values()) == pytest.approx(gbp / 1e6, rel=1e-9)


def test_reablement_costs_its_episodes_less_the_staff_who_are_in_the_pay_bill() -> None:
    # 10 in 1,000 older people: 2,088 pounds of 2008-10 x 1.6 is an episode, 50 hours of it staff at 12 pounds of March 2025 moved
    # by pay outside care (5.3, 3.4, 2.4 and 2.1% to April 2028), with 12.6% on-costs, over the deflator of 2028-29.
    hour = 12 * 1.053 * 1.034 * 1.024 * 1.021 * 1.126 / 1.093
    policy = policy_of("reablement", 10.0)
    whole = float(policy.outlay(load(), england_basis((2029,)))["council"][0])
    assert whole == pytest.approx(0.01 * OLDER * 2088 * 1.6, rel=1e-9)
    assert sum(england_cost("reablement", 10.0).values()) == pytest.approx(0.01 * OLDER * (2088 * 1.6 - 50 * hour) / 1e6, rel=1e-9)


def test_what_is_set_aside_is_never_less_than_what_a_programme_costs() -> None:
    for name in NAMES:
        policy = policy_of(name, half(name)) if name in SIZED else None
        if policy is not None:
            cost, outlay = policy.cost(load(), basis()).by_payer, policy.outlay(load(), basis())
            assert all((outlay[payer] >= amount - 1e-9 * abs(amount)).all() for payer, amount in cost.items()), name


def test_an_area_pays_its_share_of_a_national_programme_by_its_adults() -> None:
    own = policy_of("recruitment_campaign", 20.0).cost(load(), basis()).by_payer["government"]
    adults = england_basis(basis().years).adults
    expected = np.where(np.array(basis().years) >= 2028, 20e6 * 300_000.0 / adults, 0.0)
    assert own == pytest.approx(expected, rel=1e-9)


def test_a_premium_for_experience_costs_the_hours_of_half_of_direct_care_staff() -> None:
    # Direct care: 1.205 million posts at the opening, half of them with five years, 26.0 hours x 52.14 weeks, 1 pound and 12.6%.
    expected = 1.205e6 * 0.5 * 26.0 * 52.14 * 1.126 / 1e6
    cost = policy_of("experience_premium", 1.0).cost(load(), england_basis((2028,)))
    adults = england_basis((2028,)).adults[0] / 46.73e6
    real = float(np.prod([1.034, 1.024]) / (107.27 / 100))  # pay outside care in April 2026 and 2027, over the deflator of 2027-28
    total = sum(float(amount[0]) for amount in cost.by_payer.values()) / 1e6
    # The first rise, of April 2025, is 5.3%; parameters are rounded to four figures, so one part in 500.
    assert total == pytest.approx(expected * adults * real * 1.053, rel=2e-3)


def test_only_the_caused_part_of_places_and_contracts_takes() -> None:
    tree = load()
    places = applied(policy_of("training_places", 10_000.0), tree).at("training.level_2_places", START)
    assert places == pytest.approx(10_000.0 * tree.at("policy.qualification.causal_share"), rel=1e-12)
    hazard = applied(policy_of("guaranteed_hours", 0.4), tree).at("contracts.guaranteed.home_care", START)
    # Within a year of the rate, as many are converted as the share says times its causal part.
    assert -np.expm1(-hazard) == pytest.approx(0.4 * tree.at("policy.guaranteed_hours.causal_share"), rel=1e-12)


def test_parity_with_a_band_pays_at_least_the_band_in_full_and_half_the_gap_at_half() -> None:
    tree = load()
    month = START
    wage = living_wage_path(tree, MONTHS)[month]
    full = applied(policy_of("nhs_parity", 1.0), tree)
    half = applied(policy_of("nhs_parity", 0.5), tree)
    # Band 3 in 2026-27, 13.17, moved by pay outside care in April 2027 (2.4%).
    assert full.at("pay.role_floor.care_worker", month) == pytest.approx(13.17 * 1.024, rel=1e-12)
    assert full.at("pay.role_floor.senior_care_worker", month) == pytest.approx(14.52 * 1.024, rel=1e-12)
    assert full.at("pay.role_floor.registered_nurse", month) == pytest.approx(16.40 * 1.024, rel=1e-12)
    middle = (wage + full.at("pay.role_floor.care_worker", month)) / 2
    assert half.at("pay.role_floor.care_worker", month) == pytest.approx(middle, rel=1e-12)


def test_parity_never_lowers_the_floor_below_the_living_wage() -> None:
    # With a wage floor that outgrows the band, the floor of the role is the wage itself.
    tree = applied(policy_of("living_wage_path", 0.1), load())
    floors = applied(policy_of("nhs_parity", 1.0, band=2), tree).series("pay.role_floor.care_worker", MONTHS)
    assert floors[-1] == pytest.approx(living_wage_path(tree, MONTHS)[-1], rel=1e-12)


def test_pay_that_runs_ahead_elsewhere_leaves_pay_in_care_where_it_was() -> None:
    tree = median_tree()
    before, after = pay_of(tree), pay_of(applied(policy_of("cost_of_living", 0.05), tree))
    assert after.mean == pytest.approx(before.mean, rel=1e-12)
    # Outside pay is ahead by 5 points on growth of a few per cent: the ratio falls by 1 / (1 + 0.05 / (1 + growth)).
    growth = tree.at("pay.outside_growth", START)
    assert after.ratio[START] / before.ratio[START] == pytest.approx((1 + growth) / (1.05 + growth), rel=1e-12)


def test_a_fee_uplift_raises_pay_by_the_part_passed_on_over_pays_share_of_cost() -> None:
    tree = median_tree()
    before, after = pay_of(tree), pay_of(applied(policy_of("fee_uplift", 0.1), tree))
    rise = 0.1 * tree.at("policy.fee_uplift.pass_through") / tree.at("pay.share_of_cost") * tree.at("money.payer.council")
    care_home = SERVICE_IDS.index("care_home")
    # Positions above both floors rise by exactly this; those held at the floor by the pence of it, hence within a tenth of it.
    assert after.mean[START, 0, care_home, 0] / before.mean[START, 0, care_home, 0] - 1 == pytest.approx(rise, rel=0.1)
    assert after.mean[START - 1] == pytest.approx(before.mean[START - 1], rel=1e-12)


def test_a_winter_asks_for_more_care_and_opens_no_posts_for_it() -> None:
    tree = applied(policy_of("winter", 0.1), load())
    need = tree.series("need.scale.home_care", MONTHS)
    posts = need * tree.series("need.provision.home_care", MONTHS)
    assert posts == pytest.approx(np.ones(MONTHS), rel=1e-12)
    winter = np.isin(np.arange(MONTHS) % 12, (8, 9, 10, 11)) & (np.arange(MONTHS) >= START)
    assert (need[winter] == 1.1).all()
    assert (need[~winter] == 1.0).all()


def test_a_condition_of_entry_makes_the_share_named_leave_on_top() -> None:
    tree = load()
    scale = applied(policy_of("entry_condition", 0.035), tree).at("leaving.exit_scale_by_service.care_home", START)
    # Published turnover 23.7% x 1.0927 for care homes, 35% of leavers exit; five months of the added hazard take 3.5%.
    monthly = -math.log1p(-0.237 * 1.0927 / 12) * 0.35
    assert -math.expm1(-5 * (scale - 1) * monthly) == pytest.approx(0.035, rel=1e-9)


def test_people_drawn_to_the_nhs_are_as_many_as_named_at_the_base_years_exits() -> None:
    tree = load()
    scale = applied(policy_of("nhs_recruitment_pull", 6_000.0), tree).at("leaving.exit_scale", START)
    assert (scale - 1) * tree.at("filling.base_exits") == pytest.approx(6_000.0, rel=1e-12)


def test_homes_with_care_stay_when_building_ends() -> None:
    tree = load().drawn({"policy.housing_with_care.care_home_places_replaced": 0.3})
    edited = applied(policy_of("housing_with_care", 2_000.0, until=month_text(START + 13)), tree)
    # 13 months at 2,000 a year, each home replacing 0.3 of a place among 372,000 residents.
    expected = 1 - 2_000 * 13 / 12 * 0.3 / 372_000
    assert edited.at("need.scale.care_home", MONTHS) == pytest.approx(expected, rel=1e-12)
    assert edited.at("need.scale.care_home", START + 24) == 1.0


def test_apprentices_finish_years_after_they_begin_also_after_the_policy_ends() -> None:
    tree = load()
    series = applied(policy_of("apprenticeships", 500.0, until=month_text(START + 12)), tree).series(
        "training.qualifiers.social_worker", MONTHS
    )
    finishing = np.flatnonzero(series)
    assert (finishing[0], finishing[-1]) == (START + 36, START + 47)
    assert series[finishing[0]] == pytest.approx(500 * tree.at("policy.apprenticeships.completion_share"), rel=1e-12)
