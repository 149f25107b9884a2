"""Children's policies keep what every policy promises, and reach what they say in the projection."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.model.children.columns import NO_CASELOAD_CAP
from almoner.parameters import load
from almoner.policies.base import Policy
from almoner.policies.children.agency_rules import AgencyRules
from almoner.policies.children.caseload_cap import CaseloadCap
from almoner.policies.children.children_cost_of_living import ChildrenCostOfLiving
from almoner.policies.children.childrens_homes_pay import ChildrensHomesPay
from almoner.policies.children.childrens_places import ChildrensPlaces
from almoner.policies.children.family_help import FamilyHelp
from almoner.policies.children.short_breaks import ShortBreaks
from almoner.policies.children.social_worker_entry import SocialWorkerEntry
from almoner.testing import CHECKS

KINDS: tuple[type[Policy], ...] = (
    AgencyRules,
    CaseloadCap,
    ChildrenCostOfLiving,
    ChildrensHomesPay,
    ChildrensPlaces,
    FamilyHelp,
    ShortBreaks,
    SocialWorkerEntry,
)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_childrens_policy_keeps_what_policies_promise(kind: type[Policy], check: str) -> None:
    CHECKS[check](kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_childrens_policy_edits_only_parameters_of_children(kind: type[Policy]) -> None:
    size = {name for name, field in kind.model_fields.items() if field.is_required()} - {"start"}
    policy = kind.model_validate({size.pop(): 10.0 if kind is CaseloadCap else 0.2, "start": "2027-04"})
    assert {edit.path.split(".")[0] for edit in policy.edits(load())} == {"children"}


def test_the_neutral_caseload_cap_of_the_parameters_binds_nowhere() -> None:
    assert load().at("children.caseload.cap") == NO_CASELOAD_CAP


def test_places_shut_by_a_shock_open_again_in_equal_monthly_steps() -> None:
    shock = ChildrenCostOfLiving(price_rise=10.0, places_shut=0.02, months_of_recovery=10, start="2027-04", until="2028-04")
    running = load().edited(shock.edits(load())).series("children.homes.running_scale", 60)
    assert running[23] == 1.0
    assert running[24:36] == pytest.approx(np.full(12, 0.8), abs=1e-12)
    assert running[36:46] == pytest.approx(0.8 + 0.02 * np.arange(1, 11), abs=1e-12)
    assert running[46:].tolist() == [1.0] * 14
