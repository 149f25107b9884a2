"""Drafts of scenarios: the address, the form and the file say the same, and nothing is lost on the way."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from almoner.policies.registry import policies
from almoner.reference.areas import resolve
from almoner.study.scenario import load_scenario, shipped
from almoner.web.scenarios_store import parse, shipped_text
from almoner.web.views import builder, drafts, previews

from .conftest import Server

AREA = "E08000036"
WHOLE = """
name: "Everything: in one"
description: >
  What a file can say; and a semicolon.
over: fair-pay
policies:
  - pay_floor: {premium: 0.123456789012, start: 2028-04, areas: [wakefield, "Bristol, City of"], services: [home_care]}
  - pay_floor: {premium: 2, start: 2029-04, until: 2031-04, areas: [Leeds]}
  - nhs_parity: {share_of_gap: 0.5, start: 2028-04, roles: [care_worker, registered_nurse]}
  - caseload_cap: {cases: 14, start: 2027-04}
parameters:
  - {path: filling.arrivals, set: 0, from: 2026-04, until: 2030-04, source: "our own, E01"}
  - {path: filling.scale, scale: 1.1, areas: [wakefield]}
"""


def again(draft: drafts.Draft) -> drafts.Draft:
    """Return the draft that the address of a draft holds."""
    return drafts.draft_of(parse_qsl(urlencode(draft.query)), draft.area, draft.to_year)


@pytest.mark.parametrize("name", sorted(policies()))
def test_every_policy_can_be_added_to_a_draft_whose_file_is_a_scenario(name: str) -> None:
    draft = drafts.draft_of([("add", name), ("name", "A: draft")], AREA, 2040)
    scenario = parse(draft.text, "draft")
    assert scenario.name == "A: draft"
    assert [policy for policy, _ in scenario.policies] == [name]
    (card,) = builder.cards(draft)
    assert card.cost or card.evidence or card.status == "assumed"


def test_the_address_of_a_draft_is_the_draft() -> None:
    draft = drafts.draft_of([("policy", "pay_floor"), ("pay_floor.premium", "0.68"), ("add", "wellbeing")], AREA, 2035)
    assert again(draft) == draft
    left = drafts.draft_of([*draft.query, ("remove", "pay_floor")], AREA, 2035)
    assert [use.policy for use in left.uses] == ["wellbeing"]


@pytest.mark.parametrize("name", shipped())
def test_a_draft_that_begins_with_a_shipped_scenario_says_the_same(name: str) -> None:
    draft = again(drafts.draft_from(shipped_text(name), AREA, 2040))
    assert drafts.differences(load_scenario(name), parse(draft.text, "draft")) == ()


def test_a_file_goes_through_the_form_with_places_services_edits_and_what_it_stands_over() -> None:
    draft = again(drafts.draft_from(WHOLE, AREA, 2040))
    assert drafts.differences(parse(WHOLE, "one"), parse(draft.text, "two")) == ()
    assert [use.key for use in draft.uses] == ["pay_floor", "pay_floor-2", "nhs_parity", "caseload_cap"]
    assert "over: fair-pay" in draft.text
    assert "City of" in draft.text


def test_a_change_of_one_size_changes_that_and_nothing_else() -> None:
    pairs = [(key, "3" if key == "pay_floor-2.premium" else value) for key, value in drafts.draft_from(WHOLE, AREA, 2040).query]
    changed = drafts.draft_of(pairs, AREA, 2040)
    expected = parse(WHOLE.replace("premium: 2,", "premium: 3,"), "one")
    assert parse(changed.text, "two").hash == expected.hash


def test_a_file_that_is_brought_changed_in_the_form_and_taken_out_keeps_everything(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    answer = ann.post("/scenarios/import", files={"file": ("all.yaml", WHOLE.encode(), "application/yaml")})
    assert answer.status_code == 303
    scenario = answer.headers["location"].rpartition("/")[2]
    built = ann.get(f"/scenarios/build.json?from={scenario}").json()
    assert built["lost"] == []
    pairs = parse_qsl(built["address"].partition("?")[2])
    moved = urlencode([(key, "0.5" if key == "pay_floor.premium" else value) for key, value in pairs])
    built = ann.get(f"/scenarios/build.json?{moved}").json()
    form = {"text": built["text"], "id": scenario, "version": str(built["kept"]["version"])}
    assert ann.post("/scenarios/save", data=form).status_code == 303
    taken = parse(ann.get(f"/scenarios/{scenario}.yaml").text, "taken")
    expected = parse(WHOLE.replace("0.123456789012", "0.5"), "expected")
    assert drafts.differences(expected, taken) == ()
    assert ann.post(f"/scenarios/{scenario}/undo").status_code == 303
    assert ann.get(f"/scenarios/{scenario}.yaml").text == WHOLE


def test_what_a_form_would_change_is_named() -> None:
    one = parse(WHOLE, "one")
    assert drafts.differences(one, parse(WHOLE.replace("scale: 1.1", "scale: 1.2"), "two")) == ("what it does",)
    assert drafts.differences(one, parse(WHOLE.replace("our own", "theirs"), "two")) == ("the sources of its edits",)


def test_everything_can_be_taken_out_of_a_draft_that_began_with_a_scenario(team: Server) -> None:
    ann = team.signed_in("ann@example.org")
    begun = ann.get("/scenarios/build.json?from=fair-pay").json()
    address = begun["address"] + "".join(f"&remove={use['key']}" for use in begun["draft"]["uses"])
    assert ann.get(address.replace("/scenarios/build?", "/scenarios/build.json?")).json()["cards"] == []


def test_a_preview_shows_each_part_of_the_model_that_a_scenario_reaches() -> None:
    text = "name: A\npolicies:\n- caseload_cap: {cases: 12, start: 2027-04}\n- transfer_hubs: {cut: 0.5, start: 2026-04}\n"
    found = list(previews.previews(resolve("wakefield"), parse(text, "draft"), 2029))
    assert [look.id for look in found] == ["children", "discharge"]
    assert all(look.rows for look in found)
    caseload = next(row for row in found[0].rows if row[0] == "Caseload")
    assert caseload[1] != caseload[2]
