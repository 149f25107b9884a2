"""Policies that act on discharge do what they say to the flow, and say what they rest on."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.model.clock import month_text
from almoner.model.discharge import flow
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.central import central
from almoner.model.discharge.system import lanes_of
from almoner.parameters import Set, load
from almoner.policies.base import CostBasis, Policy
from almoner.policies.discharge.care_home_places import CareHomePlaces
from almoner.policies.discharge.discharge_fund import DischargeFund
from almoner.policies.discharge.recovery_capacity import RecoveryCapacity
from almoner.policies.discharge.transfer_hubs import TransferHubs
from almoner.policies.discharge.trusted_assessment import TrustedAssessment
from almoner.reference import tables

YEARS = tuple(range(2025, 2030))
BASIS = CostBasis(YEARS, np.full(5, 300_000.0), np.full(5, 70_000.0))
POLICIES: tuple[tuple[type[Policy], str, float, str], ...] = (
    (RecoveryCapacity, "more", 0.2, "discharge.capacity_scale.p2_beds"),
    (DischargeFund, "gbp_per_person_65_plus", 60.0, "discharge.capacity_scale.p1_starts"),
    (CareHomePlaces, "more", 0.1, "discharge.capacity_scale.p3_places"),
    (TransferHubs, "cut", 0.5, "discharge.process_scale.hub"),
    (TrustedAssessment, "share_of_discharges", 0.5, "discharge.process_scale.interface"),
)


def made(kind: type[Policy], setting: str, size: float) -> Policy:
    return kind.model_validate({setting: size, "start": month_text(12)})


@pytest.mark.parametrize(("kind", "setting", "size", "path"), POLICIES)
def test_a_policy_starts_when_it_says_costs_from_then_and_names_registered_evidence(
    kind: type[Policy], setting: str, size: float, path: str
) -> None:
    tree = load()
    edited = tree.edited(made(kind, setting, size).edits(tree))
    before, after = tree.series(path, 60), edited.series(path, 60)
    assert after[:12].tolist() == before[:12].tolist()
    cost = sum(made(kind, setting, size).cost(tree, BASIS).by_payer.values())
    assert np.all(cost[:2] == 0)
    assert np.all(cost[2:] > 0)
    assert set(kind.evidence) <= set(tables.load("evidence")["id"])
    assert edited.changes(tree) == [] or set(edited.changes(tree)) <= {
        each for each in tree.paths() if each.startswith("discharge.")
    }


def test_policies_without_a_controlled_estimate_are_assumed_and_centred_on_no_effect() -> None:
    tree = load()
    for kind, path in ((TransferHubs, "hub_effect"), (TrustedAssessment, "trusted_effect")):
        assert kind.assumed
        prior = tree.parameter(f"discharge.policy.{path}").prior
        assert prior is not None
        assert prior.quantile(0.5) == 0.0
        assert prior.low < 0 < prior.high


@pytest.mark.parametrize(("kind", "setting", "size", "path"), POLICIES)
def test_a_policy_that_works_leaves_fewer_people_waiting(kind: type[Policy], setting: str, size: float, path: str) -> None:
    tree = load().edited([Set("discharge.policy.hub_effect", 0.5), Set("discharge.policy.trusted_effect", 0.3)])
    fitted, calendar = central().only(("QF7", "QWO", "QYG")), Calendar(0, 36, 6)
    now, then = (
        np.mean([flow.run(lanes_of(each, fitted, calendar), calendar, 0, r).remaining[:, 730:].sum() for r in range(3)])
        for each in (tree, tree.edited(made(kind, setting, size).edits(tree)))
    )
    assert then < now
