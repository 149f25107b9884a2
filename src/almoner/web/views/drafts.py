"""A scenario while it is built: a draft held in the address, and its YAML as the command line reads it.

In: a query, `policy=pay_floor&pay_floor.premium=0.68&pay_floor.areas=Wakefield; Leeds`, or the text of a scenario. Out: the same
draft, its query and its text. A policy used twice has the keys `pay_floor` and `pay_floor-2`; an edit of a parameter has `edit-1`.
Nothing that a file says is lost on the way but its comments and settings that are as usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from almoner.policies.base import Policy
from almoner.policies.listing import example
from almoner.policies.listing import settings as settings_of
from almoner.policies.registry import make, policies
from almoner.study.scenario import DO_NOTHING, KINDS_OF_EDIT, ParameterEdit, Scenario, shipped
from almoner.study.yaml_text import mapping_in

MOST_POLICIES: Final = 40
MOST_EDITS: Final = 40
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 4000
EDIT_FIELDS: Final = ("path", "kind", "amount", "from", "until", "areas", "source")
MONTHS: Final = ("start", "until", "from")
_BETWEEN: Final = "; "


@dataclass(frozen=True, slots=True)
class Use:
    """A policy of a draft under its key, with the settings that were given, as text; the items of a list stand between `; `."""

    key: str
    policy: str
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class EditLine:
    """An edit of a parameter under its key: the fields of `EDIT_FIELDS` that were given, as text."""

    key: str
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being built: where and to when it is tried out, and what its file says."""

    area: str
    to_year: int
    name: str
    uses: tuple[Use, ...] = ()
    edits: tuple[EditLine, ...] = ()
    description: str = ""
    over: str = DO_NOTHING

    @property
    def query(self) -> list[tuple[str, str]]:
        """The draft as the pairs of an address."""
        pairs = [("area", self.area), ("to", str(self.to_year)), ("name", self.name)]
        pairs += [("description", self.description)] if self.description else []
        pairs += [("over", self.over)] if self.over != DO_NOTHING else []
        for use in self.uses:
            pairs += [("policy", use.key), *((f"{use.key}.{name}", value) for name, value in use.given.items())]
        for edit in self.edits:
            pairs += [("edit", edit.key), *((f"{edit.key}.{name}", value) for name, value in edit.given.items())]
        return pairs

    @property
    def text(self) -> str:
        """The draft as a scenario file."""
        kinds = policies()
        content: dict[str, Any] = {"name": self.name}
        if self.description:
            content["description"] = self.description
        if self.over != DO_NOTHING:
            content["over"] = self.over
        content["policies"] = [
            {use.policy: {name: _typed(kinds[use.policy], name, value) for name, value in use.given.items()}} for use in self.uses
        ]
        if self.edits:
            content["parameters"] = [_edit_content(edit.given) for edit in self.edits]
        return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def draft_of(pairs: Sequence[tuple[str, str]], area: str, to_year: int) -> Draft:
    """Return the draft that an address holds; a policy without settings gets those of its example, unknown names are left out."""
    known = policies()
    uses: dict[str, dict[str, str]] = {}
    edits: dict[str, dict[str, str]] = {}
    words = {"name": "", "description": "", "over": "", "add": "", "add_edit": "", "remove": ""}
    for key, value in pairs:
        owner, _, setting = key.partition(".")
        if key == "policy" and policy_of(value) in known:
            uses.setdefault(value, {})
        elif key == "edit" and value.startswith("edit-"):
            edits.setdefault(value, {})
        elif key in words:
            words[key] = value.strip()[:LONGEST_TEXT]
        elif owner in uses and setting in known[policy_of(owner)].model_fields and value.strip():
            before = uses[owner].get(setting)
            text = value.strip()[:LONGEST_TEXT]
            uses[owner][setting] = f"{before}{_BETWEEN}{text}" if before and is_list(known[policy_of(owner)], setting) else text
        elif owner in edits and setting in EDIT_FIELDS and value.strip():
            edits[owner][setting] = value.strip()[:LONGEST_TEXT]
    if words["add"] in known:
        uses[_free(words["add"], uses)] = {}
    if words["add_edit"]:
        edits[_free("edit-1", edits)] = {"path": words["add_edit"], "kind": "scale", "amount": "1"}
    uses.pop(words["remove"], None)
    edits.pop(words["remove"], None)
    return Draft(
        area=area,
        to_year=to_year,
        name=" ".join(words["name"].split())[:LONGEST_NAME] or "My scenario",
        uses=tuple(_use(key, given) for key, given in list(uses.items())[:MOST_POLICIES]),
        edits=tuple(EditLine(key, given) for key, given in list(edits.items())[:MOST_EDITS]),
        description=words["description"],
        over=words["over"] if words["over"] in shipped() else DO_NOTHING,
    )


def draft_from(text: str, area: str, to_year: int) -> Draft:
    """Return a draft that begins with a scenario's file, which has been found to be one."""
    content = mapping_in(text, "The scenario", "a scenario")
    uses: dict[str, dict[str, str]] = {}
    for entry in content.get("policies") or ():
        for policy, settings in ({entry: {}} if isinstance(entry, str) else entry).items():
            uses[_free(policy, uses)] = _given(policy, settings or {})
    edits = [_edit_given(each) for each in content.get("parameters") or ()]
    return Draft(
        area=area,
        to_year=to_year,
        name=" ".join(str(content.get("name", "")).split()),
        uses=tuple(Use(key, policy_of(key), given) for key, given in uses.items()),
        edits=tuple(EditLine(f"edit-{number}", given) for number, given in enumerate(edits, start=1)),
        description=str(content.get("description") or "").strip(),
        over=str(content.get("over") or DO_NOTHING),
    )


def uses_of(scenario: Scenario) -> tuple[Use, ...]:
    """Return the policies of a scenario with their settings, those of scenarios below it first."""
    uses: dict[str, dict[str, str]] = {}
    for name, policy in scenario.policies:
        plain = policy.model_dump(mode="json", include=policy.model_fields_set)
        uses[_free(name, uses)] = {key: word(value) for key, value in plain.items() if value not in (None, [], ())}
    return tuple(Use(key, policy_of(key), given) for key, given in uses.items())


def differences(before: Scenario, after: Scenario) -> tuple[str, ...]:
    """Return what the second of two scenarios says otherwise than the first, in words; nothing where they are the same."""
    sources = [tuple(edit.source for edit in one.parameter_edits) for one in (before, after)]
    found = (
        ("what it does", before.hash == after.hash),
        ("its name", before.name == after.name),
        ("its description", " ".join(before.description.split()) == " ".join(after.description.split())),
        ("the sources of its edits", sources[0] == sources[1]),
    )
    return tuple(what for what, same in found if not same)


def policy_of(key: str) -> str:
    """Return the name of the policy that a key means: `pay_floor-2` is another `pay_floor`."""
    name, _, number = key.rpartition("-")
    return name if number.isdecimal() and name else key


def is_list(kind: type[Policy], setting: str) -> bool:
    """Whether a setting holds several names: places, services, roles."""
    field = kind.model_fields[setting]
    return not field.is_required() and isinstance(field.get_default(call_default_factory=True), tuple)


def items(value: str) -> list[str]:
    """Return the items of a list that is written as text."""
    return [item.strip() for item in value.split(_BETWEEN.strip()) if item.strip()]


def word(value: object) -> str:
    """Return a setting's value as the text of a field."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return _BETWEEN.join(word(item) for item in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def number_or_text(value: str) -> object:
    """Return text as the number or yes-or-no that a file holds; what is neither stays text and is refused later."""
    if value in ("true", "false"):
        return value == "true"
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _use(key: str, given: Mapping[str, str]) -> Use:
    kind = policies()[policy_of(key)]
    return Use(key, policy_of(key), _kept(kind, given or _example(kind)))


def _free(key: str, taken: Mapping[str, object]) -> str:
    """Return a key that is not taken: the one asked for, or it with a number."""
    name = "edit" if key.startswith("edit-") else key
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(each for each in numbered if each not in taken)


def _given(policy: str, settings: Mapping[str, object]) -> dict[str, str]:
    """Return a file's settings of a policy as text: months as months, lists in the file's own words."""
    made = make(policy, dict(settings), "The scenario")
    plain = made.model_dump(mode="json", include=made.model_fields_set)
    written = {key: settings[key] if isinstance(value, list) else value for key, value in plain.items() if value is not None}
    return {key: word(value) for key, value in written.items() if value != []}


def _edit_given(entry: Mapping[str, object]) -> dict[str, str]:
    plain = ParameterEdit.model_validate(entry).model_dump(mode="json", by_alias=True)
    kind = next((each for each in KINDS_OF_EDIT if plain[each] is not None), "scale")
    found = {"path": plain["path"], "kind": kind, "amount": plain[kind], "areas": entry.get("areas") or None}
    found |= {name: plain[name] for name in ("from", "until", "source")}
    return {name: word(found[name]) for name in EDIT_FIELDS if found.get(name) is not None}


def _edit_content(given: Mapping[str, str]) -> dict[str, object]:
    content: dict[str, object] = {"path": given.get("path", "")}
    kind = given.get("kind", "scale")
    if kind in KINDS_OF_EDIT:
        content[kind] = number_or_text(given.get("amount", ""))
    content |= {name: given[name] for name in ("from", "until") if name in given}
    if "areas" in given:
        content["areas"] = items(given["areas"])
    return content | ({"source": given["source"]} if "source" in given else {})


def _example(kind: type[Policy]) -> dict[str, str]:
    policy = example(kind)
    return {key: word(value) for key, value in policy.model_dump(mode="json", include=policy.model_fields_set).items()}


def _kept(kind: type[Policy], given: Mapping[str, str]) -> dict[str, str]:
    """Return settings without those that are as usual, the ones that must be given always kept."""
    usual = {row["name"]: row for row in settings_of(kind)}

    def is_usual(name: str, value: str) -> bool:
        default = usual[name]["default"]
        if isinstance(default, list):
            return set(items(value)) == {word(item) for item in default}
        return default is not None and value == word(default)

    return {name: value for name, value in given.items() if usual[name]["required"] or not is_usual(name, value)}


def _typed(kind: type[Policy], name: str, value: str) -> object:
    if is_list(kind, name):
        return items(value)
    return value if name in MONTHS else number_or_text(value)
