"""The published JSON Schemas: every shipped and example file fits, what loading refuses for its layout does not."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from almoner.errors import AlmonerError
from almoner.policies.base import Policy
from almoner.policies.registry import make, policies
from almoner.study.scenario import ParameterEdit, Scenario, load_scenario, shipped
from almoner.study.scenario_diff import difference
from almoner.study.schema import schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(file for file in (ROOT / "examples").rglob("*.yaml") if "own-policy" not in file.parts)
"""All but the one that uses a policy of another package, which is in the schema only where that is installed."""
SCENARIO = Draft202012Validator(schema("scenario"))
STUDY = Draft202012Validator(schema("study"))


@pytest.mark.parametrize("kind", ["scenario", "study"])
def test_a_schema_is_one_and_names_its_version(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["$id"] == f"urn:almoner:{kind}:1"


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_fit_the_schema(name: str) -> None:
    text = (resources.files("almoner.study") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    SCENARIO.validate(yaml.safe_load(text))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_examples_fit_a_schema(file: Path) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "areas" in content or "policies" in content or "over" in content or "parameters" in content:
        (STUDY if "areas" in content else SCENARIO).validate(content)


def test_every_policy_stands_in_the_schema_with_its_settings() -> None:
    definitions = schema("scenario")["$defs"]
    for name, policy in policies().items():
        assert set(definitions[f"policy_{name}"]["properties"]) == set(policy.model_fields)


@pytest.mark.parametrize(
    "text",
    [
        "policies: []",
        "name: x\npolicy: []",
        "name: x\npolicies:\n  - pay_flor: {premium: 1, start: 2028-04}",
        "name: x\npolicies:\n  - pay_floor: {premium: 11, start: 2028-04}",
        "name: x\npolicies:\n  - pay_floor: {premium: 1, start: 2028-13}",
        "name: x\nparameters:\n  - {path: filling.arrivals, set: 1, add: 2}",
        "name: x\nparameters:\n  - {path: filling.arrivals}",
    ],
)
def test_what_the_schema_refuses_loading_refuses_too(tmp_path: Path, text: str) -> None:
    assert not SCENARIO.is_valid(yaml.safe_load(text))
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AlmonerError):
        load_scenario(str(file))


def test_a_kind_that_has_no_schema_is_offered_the_nearest() -> None:
    with pytest.raises(AlmonerError, match="scenario"):
        schema("scenarios")


def floor(premium: float) -> tuple[str, Policy]:
    return "pay_floor", make("pay_floor", {"premium": premium, "start": "2028-04"})


FLOORS = st.builds(floor, st.sampled_from([0.5, 1.0]))
EDITS = st.builds(lambda to: ParameterEdit(path="filling.arrivals", set=to), st.sampled_from([1.0, 2.0]))
SCENARIOS = st.builds(
    lambda policies, edits: Scenario("x", "X", "", tuple(policies), tuple(edits)),
    st.lists(FLOORS, max_size=3),
    st.lists(EDITS, max_size=3),
)


@given(SCENARIOS, SCENARIOS)
def test_scenarios_of_one_hash_have_no_differences_and_differences_mean_another_hash(one: Scenario, other: Scenario) -> None:
    lines = difference(one, other)
    assert difference(one, one) == ()
    if lines:
        assert one.hash != other.hash
    back = difference(other, one)
    assert {(line.kind, line.what, line.second, line.first) for line in lines} == {
        (line.kind, line.what, line.first, line.second) for line in back
    }


def test_a_changed_setting_is_one_line() -> None:
    one, other = (Scenario("x", "X", "", (floor(premium),)) for premium in (0.5, 0.75))
    (line,) = difference(one, other)
    assert (line.what, line.first, line.second) == ("pay_floor.premium", "0.5", "0.75")
