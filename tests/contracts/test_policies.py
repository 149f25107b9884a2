"""Every policy of the registry keeps the same promises: nothing at size zero or outside its dates, evidence, costs, errors."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.errors import AlmonerError, NotFoundError
from almoner.model.clock import month_text
from almoner.model.pay import pay_path
from almoner.parameters import ParameterTree, load
from almoner.policies.base import CostBasis, Policy, summary
from almoner.policies.registry import make, policies
from almoner.reference import tables
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS

NAMES = tuple(policies())
START, UNTIL, MONTHS = 24, 60, 180
YEARS = tuple(range(2025, 2041))
BASIS = CostBasis(YEARS, np.full(len(YEARS), 300_000.0), np.linspace(60_000.0, 80_000.0, len(YEARS)))
PAYERS = {"council", "nhs", "self_funder"}


def size_of(name: str) -> str:
    """Return the setting that says how large a policy is: the one number that must be given."""
    kind = policies()[name]
    (size,) = (key for key, field in kind.model_fields.items() if field.is_required() and field.annotation is float)
    return size


def most(name: str) -> float:
    """Return the largest size that a policy takes."""
    limits = [limit.le for limit in policies()[name].model_fields[size_of(name)].metadata if hasattr(limit, "le")]
    return float(limits[0])


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
    assert not text.endswith("..")
    assert not any(word in text for word in ("Value error", "tuple", "dict[", "pydantic", "'settings'")), text
    return text


trees = st.integers(0, 2**32 - 1).map(
    lambda seed: load().drawn(load().quantiles(np.random.default_rng(seed).uniform(0.001, 0.999, len(load().dimensions()))))
)


@pytest.mark.parametrize("name", NAMES)
@given(tree=trees)
@settings(max_examples=10, deadline=None)
def test_a_policy_of_size_zero_changes_nothing_whatever_was_drawn(name: str, tree: ParameterTree) -> None:
    edited = applied(policy_of(name, 0.0), tree)
    assert edited.changes(tree) == []
    assert edited.hash == tree.hash


@pytest.mark.parametrize("name", NAMES)
@given(tree=trees, share=st.floats(0, 1), first=st.integers(0, 150), length=st.none() | st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_a_policy_acts_in_its_months_and_nowhere_else(
    name: str, tree: ParameterTree, share: float, first: int, length: int | None
) -> None:
    dates = {"start": month_text(first)} | ({} if length is None else {"until": month_text(first + length)})
    edited = applied(make(name, {size_of(name): share * most(name), **dates}), tree)
    for path in edited.changes(tree):
        before, after = tree.series(path, MONTHS), edited.series(path, MONTHS)
        assert after[:first].tolist() == before[:first].tolist(), path
        if length is not None:
            assert after[first + length :].tolist() == before[first + length :].tolist(), path
        assert np.isfinite(after).all(), path
        assert (after >= 0).all(), path


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_edits_parameters_that_exist_and_does_something(name: str) -> None:
    tree = load()
    edits = list(policy_of(name, most(name)).edits(tree))
    assert {edit.path for edit in edits} <= set(tree.paths())
    assert applied(policy_of(name, most(name)), tree).changes(tree) != []


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_names_evidence_that_is_registered_or_says_that_it_is_assumed(name: str) -> None:
    kind = policies()[name]
    assert set(kind.evidence) <= set(tables.load("evidence")["id"])
    assert kind.evidence or kind.assumed
    assert len(set(kind.evidence)) == len(kind.evidence)


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_says_what_it_does_what_it_costs_and_what_each_setting_means(name: str) -> None:
    kind = policies()[name]
    assert summary(kind).endswith(".")
    assert "Cost" in (kind.__doc__ or "")
    assert [key for key, field in kind.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_with_a_slip_is_named_with_the_right_one(name: str) -> None:
    slip = size_of(name)[:-1] + "x"
    with pytest.raises(AlmonerError) as error:
        make(name, {slip: 1, "start": "2028-04"}, "mine.yaml")
    assert f"no setting called '{slip}'" in sentence(error)
    assert size_of(name) in str(error.value)
    assert "mine.yaml" in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_that_is_like_no_other_is_answered_with_all_of_them(name: str) -> None:
    with pytest.raises(AlmonerError) as error:
        policy_of(name, 1.0, qqqqq=1)
    assert "qqqqq" in sentence(error)
    assert all(key in str(error.value) for key in policies()[name].model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(AlmonerError) as error:
        make(name, {"start": "2028-04"})
    assert size_of(name) in sentence(error)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [-0.01, 1e9, math.nan, math.inf, "abc", None, [1], True])
def test_a_size_outside_its_limits_is_refused_in_one_sentence(name: str, size: object) -> None:
    with pytest.raises(AlmonerError) as error:
        make(name, {size_of(name): size, "start": "2028-04"}, "mine.yaml")
    assert size_of(name) in sentence(error)
    assert name in str(error.value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("until", ["2027-04", "2027-03"])
def test_a_policy_may_not_end_before_it_starts(name: str, until: str) -> None:
    with pytest.raises(AlmonerError) as error:
        policy_of(name, 1.0, until=until)
    assert f"'until' ({until}) must come after 'start' (2027-04)" in sentence(error)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start", ["2028", 2028, "2028-13", "April 2028", "2028-04banana", "", None, True, 2028.04])
def test_a_start_that_is_no_month_is_refused_and_shown_as_it_was_written(name: str, start: object) -> None:
    with pytest.raises(AlmonerError) as error:
        make(name, {size_of(name): 1.0, "start": start})
    assert "start" in sentence(error)
    assert "as in 2027-04" in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_year_without_its_month_is_no_end(name: str) -> None:
    # 2030 read as a month number would be the year 2194, and a policy meant to end would never end.
    with pytest.raises(AlmonerError) as error:
        policy_of(name, 1.0, until=2030)
    assert "until" in sentence(error)


def test_an_unknown_policy_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFoundError) as error:
        make("pay_flor", {}, "mine.yaml")
    assert "did you mean pay_floor?" in sentence(error)
    assert "mine.yaml" in str(error.value)


def test_an_unknown_service_is_answered_with_the_nearest() -> None:
    with pytest.raises(AlmonerError) as error:
        applied(policy_of("pay_floor", 1.0, services=["home_car"]), load())
    assert "home_care" in sentence(error)


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_costs_nothing_at_size_zero_and_never_less_than_nothing(name: str) -> None:
    for size in (0.0, most(name) / 2, most(name)):
        for payer, amount in policy_of(name, size).cost(load(), BASIS).by_payer.items():
            assert payer in PAYERS
            assert amount.shape == (len(YEARS),)
            assert (amount >= 0).all()
            assert size > 0 or not amount.any()


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_costs_in_proportion_to_its_size_and_only_while_it_is_in_force(name: str) -> None:
    small, large = (policy_of(name, size, until=month_text(UNTIL)) for size in (most(name) / 4, most(name) / 2))
    active = small.active(YEARS)
    for payer, amount in small.cost(load(), BASIS).by_payer.items():
        # Doubling is exact in binary floating point up to the rounding of the products: one part in 1e12 is far above it.
        assert large.cost(load(), BASIS).by_payer[payer] == pytest.approx(2 * amount, rel=1e-12)
        assert not amount[active == 0].any()
        assert (amount[active > 0] > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_years_that_a_policy_is_in_force_are_counted_by_their_months(name: str) -> None:
    # July 2027 to December 2028: nine months of each of the years to March 2028 and 2029.
    policy = make(name, {size_of(name): 1.0, "start": "2027-07", "until": "2029-01"})
    assert dict(zip(YEARS, policy.active(YEARS).tolist(), strict=True)) == dict.fromkeys(YEARS, 0.0) | {2028: 0.75, 2029: 0.75}
    forever = make(name, {size_of(name): 1.0, "start": "2026-04"})
    assert forever.active((2025, 2026, 2027, 2040)).tolist() == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_is_frozen_and_survives_being_written_and_read(name: str) -> None:
    policy = policy_of(name, 1.0, until=month_text(UNTIL))
    assert make(name, policy.model_dump(mode="json")) == policy
    with pytest.raises(Exception, match="frozen"):
        policy.start = 3


def pay_ratio(tree: ParameterTree) -> np.ndarray:
    # Eleven pay positions from 5% under to 60% over the wage floor of March 2025, the same in every service and role.
    positions = np.linspace(0.95, 1.6, 11) * tree.at("pay.national_living_wage") * 100
    quantiles = np.broadcast_to(positions.astype(np.int16), (len(SERVICE_IDS), len(ROLE_IDS), positions.size))
    return pay_path(tree, MONTHS, quantiles, np.ones(1)).ratio


def test_a_higher_pay_floor_raises_pay_and_nothing_else() -> None:
    tree = median_tree()
    sizes = [0.0, 0.25, 0.68, 2.0]
    edited = [applied(policy_of("pay_floor", size), tree) for size in sizes]
    ratios = [pay_ratio(each) for each in edited]
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
