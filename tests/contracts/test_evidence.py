"""The evidence register is shown as it is kept, and every prior that names a row says how the row became a distribution."""

from __future__ import annotations

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from almoner.analysis.evidence import QUALITY, evidence_row, evidence_rows, uses
from almoner.cli.app import app
from almoner.cli.evidence import evidence_app
from almoner.errors import NotFoundError
from almoner.parameters import load
from almoner.policies.registry import policies
from almoner.reference import tables

REGISTER = tables.load("evidence")


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["evidence", *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def test_every_row_of_the_register_is_shown_with_what_was_asked() -> None:
    rows = evidence_rows()
    assert [row["id"] for row in rows] == REGISTER["id"].sort().to_list()
    asked = {"id", "lever", "outcome", "effect", "interval", "design", "quality", "population", "citation"}
    for row in rows:
        assert asked <= set(row)
        assert row["quality"] in QUALITY


def test_an_effect_or_interval_that_was_not_seen_is_none_and_not_nought() -> None:
    unseen = set(REGISTER.filter(pl.col("effect_value").is_null())["id"])
    without = set(REGISTER.filter(pl.col("interval_low").is_null())["id"])
    rows = evidence_rows()
    assert {row["id"] for row in rows if row["effect"] is None} == unseen != set()
    assert {row["id"] for row in rows if row["interval"] is None} == without != set()
    assert next(row for row in rows if row["id"] == "E68")["effect"] == 0


def test_a_lever_is_found_by_a_part_of_its_name_or_by_a_policy() -> None:
    assert {"E70", "E71"} == {row["id"] for row in evidence_rows("Telecare")}
    assert [row["id"] for row in evidence_rows("training_places")] == list(policies()["training_places"].evidence)
    with pytest.raises(NotFoundError, match="did you mean reablement"):
        evidence_rows("reablment")


def test_a_row_names_the_priors_that_rest_on_it_with_their_rule() -> None:
    row = evidence_row("e01")
    paths = {each["path"] for each in row["priors"]}
    assert {"leaving.exit_pay_elasticity", "leaving.move_pay_elasticity"} <= paths
    assert all(each["rule"] for each in row["priors"])
    assert "pay_floor" in row["policies"]
    assert row["sources"][0]["address"].startswith("http")


@pytest.mark.parametrize("id", ["E99", "X", "", "01"])
def test_an_unknown_row_is_answered_in_one_sentence(id: str) -> None:
    with pytest.raises(NotFoundError) as error:
        evidence_row(id)
    assert "\n" not in str(error.value)


def test_every_prior_that_names_evidence_has_a_note_with_its_rule() -> None:
    silent = [leaf.path for leaf in load().leaves.values() if leaf.evidence and leaf.prior and len(leaf.note.split()) < 5]
    assert silent == []


def test_what_trials_found_to_do_nothing_has_a_prior_with_nothing_in_its_middle() -> None:
    # Reablement's saving is nearly offset by its cost, telecare trials and the carers' trial found no clear effect on use of care.
    for path in (
        "policy.technology.hours_reduction",
        "policy.carer_support.need_reduction",
        "policy.reablement.net_saving_per_pound",
    ):
        prior = load().parameter(path).prior
        assert prior is not None
        assert prior.quantile(0.5) == 0
        assert prior.low < 0 < prior.high


def test_a_policy_without_usable_evidence_has_effects_centred_on_nothing() -> None:
    centred = {
        "wellbeing.exit_reduction",
        "recruitment_campaign.entrants_per_10_million",
        "return_to_care.additional_share",
        "digital_records.hours_reduction",
        "housing_with_care.care_home_places_replaced",
        "registration.exit_reduction",
        "registration.entrant_reduction",
    }
    for path in centred:
        prior = load().parameter(f"policy.{path}").prior
        assert prior is not None
        assert prior.quantile(0.5) == 0
        assert prior.low < 0 < prior.high


def test_the_return_of_prevention_is_far_below_what_selected_schemes_claim_and_may_be_nothing() -> None:
    claimed = next(row for row in evidence_rows() if row["id"] == "E82")["interval"][0]
    prior = load().parameter("policy.prevention.saving_per_pound").prior
    assert prior is not None
    assert prior.low < 0
    assert prior.high < claimed


def test_uses_cover_every_row_and_agree_with_the_rows() -> None:
    found = uses()
    assert set(found) == set(REGISTER["id"])
    assert "leaving.exit_pay_elasticity" in found["E01"]


def test_the_commands_print_the_register_and_one_row() -> None:
    assert evidence_app.registered_callback is not None
    assert len(json.loads(printed("--json"))) == REGISTER.height
    assert "Vadean" in printed("show", "E01")
    assert "not seen" in printed("--lever", "discharge to assess")
    assert json.loads(printed("show", "E70", "--json"))["interval"] == [0.75, 1.07]
