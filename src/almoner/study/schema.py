"""The JSON Schemas of the files that people write, so that editors can complete and check them.

In: the layouts of scenario and study files and every registered policy. Out: schemas of draft 2020-12, each under the version
that its files name. What a schema cannot say - a parameter that exists, a policy that starts within a run - loading says.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from almoner.errors import NotFoundError
from almoner.parameters import load
from almoner.policies.base import summary
from almoner.policies.registry import policies
from almoner.study.files import StudyFile
from almoner.study.scenario import KINDS_OF_EDIT, ParameterEdit, ScenarioFile

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str) -> dict[str, Any]:
    """Return the schema of scenario or study files.

    Raises:
        NotFoundError: another kind, with the nearest.
    """
    made = {"scenario": scenario_schema, "study": study_schema}
    if kind not in made:
        raise NotFoundError("schema", kind, made)
    return made[kind]()


def scenario_schema() -> dict[str, Any]:
    """Return the schema of scenario files: every policy with its settings and limits, every parameter that can be edited."""
    made, definitions = _parts(ScenarioFile)
    named: list[dict[str, Any]] = [{"type": "string", "enum": list(policies())}]
    for name, policy in policies().items():
        own, shared = _parts(policy)
        definitions |= shared
        definitions[f"policy_{name}"] = own | {"title": name, "description": summary(policy)}
        named.append(
            {
                "type": "object",
                "properties": {name: {"anyOf": [{"$ref": f"#/$defs/policy_{name}"}, {"type": "null"}]}},
                "required": [name],
                "additionalProperties": False,
            }
        )
    edit, shared = _parts(ParameterEdit)
    edit["properties"]["path"] |= {"examples": list(load().paths())[:3]}
    edit["oneOf"] = [{"required": [kind]} for kind in KINDS_OF_EDIT]
    definitions |= shared | {"ParameterEdit": edit}
    made["properties"]["over"] = {"type": ["string", "null"], "description": "the scenario that this one stands over"}
    made["properties"]["policies"] = {"type": ["array", "null"], "items": {"anyOf": named}}
    made["properties"]["parameters"] = {"type": ["array", "null"], "items": {"$ref": "#/$defs/ParameterEdit"}}
    return _whole("scenario", "Almoner scenario", made, definitions)


def study_schema() -> dict[str, Any]:
    """Return the schema of study files."""
    return _whole("study", "Almoner study", *_parts(StudyFile))


def _parts(layout: type[BaseModel]) -> tuple[dict[str, Any], dict[str, Any]]:
    made = layout.model_json_schema(mode="validation")
    return made, made.pop("$defs", {})


def _whole(kind: str, title: str, made: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    version = made["properties"]["version"]["const"]
    head = {"$schema": _DRAFT, "$id": f"urn:almoner:{kind}:{version}"}
    return head | made | {"title": title, "$defs": definitions}
