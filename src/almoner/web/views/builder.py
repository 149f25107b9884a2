"""The cards of the builder: policies with limits, evidence and cost rule beside their settings, edits with their parameters.

In: a `Draft` or a scenario. Out: cards whose settings are fields of a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from almoner.errors import AlmonerError
from almoner.parameters import load
from almoner.policies.base import DOMAINS, Policy, summary
from almoner.policies.listing import about, cost_rule, size_setting, status
from almoner.policies.listing import settings as settings_of
from almoner.policies.registry import policies
from almoner.reference.areas import resolve
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.study.editable import FIXED, limits
from almoner.study.scenario import DO_NOTHING, KINDS_OF_EDIT, Scenario
from almoner.web.views.drafts import Draft, EditLine, Use, items, uses_of, word
from almoner.web.views.filters import limits as limit_words
from almoner.web.views.filters import value as value_words

_STEPS: Final = 100
_KIND_WORDS: Final = {
    "set": "is set to",
    "add": "has this added",
    "scale": "is multiplied by",
    "cap": "is at most",
    "floor": "is at least",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as a field of the form: `kind` is number, month, choice, flag, list, places or words, `value` its text."""

    id: str
    name: str
    meaning: str
    kind: str
    value: str
    usual: str
    low: str
    high: str
    step: str
    choices: tuple[tuple[str, str], ...]
    required: bool
    main: bool

    @property
    def chosen(self) -> list[str]:
        """The items of a list."""
        return items(self.value)


@dataclass(frozen=True, slots=True)
class PolicyCard:
    """A policy of the draft with everything that stands beside its settings."""

    key: str
    name: str
    title: str
    summary: str
    about: str
    status: str
    domain: str
    cost: str
    evidence: tuple[str, ...]
    assumptions: tuple[str, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class EditCard:
    """An edit of a parameter with what the parameter is."""

    key: str
    path: str
    label: str
    about: str
    status: str
    sources: tuple[str, ...]
    evidence: tuple[str, ...]
    settings: tuple[Setting, ...]


def cards(draft: Draft) -> tuple[PolicyCard, ...]:
    """Return the policies of a draft with their settings as fields."""
    return tuple(_card(use, policies()[use.policy]) for use in draft.uses)


def edit_cards(draft: Draft) -> tuple[EditCard, ...]:
    """Return the edits of a draft with their settings as fields."""
    return tuple(_edit_card(edit) for edit in draft.edits)


def scenario_cards(scenario: Scenario) -> tuple[PolicyCard, ...]:
    """Return the policies of a scenario that is shown and not edited; places by their names."""
    if scenario.id == DO_NOTHING:
        return ()
    return tuple(_card(_with_names(use), policies()[use.policy]) for use in uses_of(scenario))


def edit_lines(scenario: Scenario) -> tuple[dict[str, str], ...]:
    """Return the edits of parameters of a scenario in words: path, label, what is done, from when, where, and the source."""
    found = []
    for edit in scenario.parameter_edits:
        kind, amount = next((each, getattr(edit, each)) for each in KINDS_OF_EDIT if getattr(edit, each) is not None)
        plain = edit.model_dump(mode="json", by_alias=True)
        when = [f"{name} {plain[name]}" for name in ("from", "until") if plain[name]]
        where = ", ".join(resolve(code).name for code in edit.areas)
        said = " ".join([f"{_KIND_WORDS[kind]} {word(amount)}", *when, *([f"in {where}"] if where else [])])
        leaf = load().leaves.get(edit.path)
        found.append({"path": edit.path, "label": leaf.label if leaf else "", "said": said, "source": edit.source or "assumed"})
    return tuple(found)


def editable() -> tuple[str, ...]:
    """Return the parameters that an edit may name."""
    fixed = tuple(each.rstrip("*") for each in FIXED)
    return tuple(path for path in load().paths() if not path.startswith(fixed))


def offered(draft: Draft) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the policies that can be added, under the headings of their domains: (name, what it does)."""
    taken = {use.policy for use in draft.uses}
    heads = [(domain, shock) for domain in DOMAINS for shock in (False, True)]
    found = []
    for domain, shock in heads:
        inside = tuple(
            (name, f"{title(name)}{' (once more)' if name in taken else ''}: {summary(kind)}")
            for name, kind in policies().items()
            if kind.domain == domain and kind.shock is shock
        )
        if inside:
            found.append((f"{domain.capitalize()} {'shocks' if shock else 'policies'}", inside))
    return tuple(found)


def title(name: str) -> str:
    """Return a policy's name in words."""
    text = name.replace("_", " ").replace("childrens ", "children’s ")
    return {"nhs parity": "NHS parity", "nhs recruitment pull": "NHS recruitment pull"}.get(text, text.capitalize())


def _with_names(use: Use) -> Use:
    if "areas" not in use.given:
        return use
    names = "; ".join(resolve(code).name for code in items(use.given["areas"]))
    return Use(use.key, use.policy, use.given | {"areas": names})


def _card(use: Use, kind: type[Policy]) -> PolicyCard:
    main = size_setting(kind)
    fields = tuple(_setting(use.key, row, use.given, main) for row in settings_of(kind))
    number = use.key.removeprefix(use.policy).removeprefix("-")
    return PolicyCard(
        key=use.key,
        name=use.policy,
        title=f"{title(use.policy)} ({number})" if number else title(use.policy),
        summary=summary(kind),
        about=about(kind),
        status=status(kind),
        domain=kind.domain,
        cost=cost_rule(kind),
        evidence=kind.evidence,
        assumptions=kind.assumptions,
        settings=tuple(sorted(fields, key=lambda field: (not field.main, not field.required))),
    )


def _setting(key: str, row: Mapping[str, Any], given: Mapping[str, str], main: str | None) -> Setting:
    name, usual = row["name"], row["default"]
    names = {"services": SERVICES, "roles": ROLES}.get(name, {})
    choices: tuple[tuple[str, str], ...] = ()
    if name in ("start", "until"):
        kind = "month"
    elif name == "areas":
        kind = "places"
    elif isinstance(usual, list):
        kind, choices = "list", tuple(names.items())
    elif row["one_of"]:
        kind, choices = "choice", tuple((word(each), _said(word(each))) for each in row["one_of"])
    elif isinstance(usual, bool):
        kind, choices = "flag", (("true", "yes"), ("false", "no"))
    else:
        kind = "number"
    low, high = row["lowest"], row["highest"]
    whole = kind == "number" and isinstance(usual, int) and not isinstance(usual, bool)
    said = "" if usual is None or usual == [] else word(usual)
    return Setting(
        id=f"{key}.{name}",
        name=name,
        meaning=row["meaning"],
        kind=kind,
        value=given.get(name, said),
        usual=said,
        low="" if low is None else word(low),
        high="" if high is None else word(high),
        step="" if kind != "number" else "1" if whole else _step(low, high),
        choices=choices,
        required=row["required"],
        main=name == main,
    )


def _said(name: str) -> str:
    return (SERVICES | ROLES).get(name, name.replace("_", " "))


def _edit_card(edit: EditLine) -> EditCard:
    path = edit.given.get("path", "")
    leaf = load().leaves.get(path)
    low, high = ("", "") if leaf is None else (f"{end:g}" if abs(end) < 1e9 else "" for end in limits(path, leaf.unit))
    ends = "" if leaf is None or not (low or high) else f" {limit_words(low, high)}."
    told = (
        ("path", "the parameter; * stands for any part of its name", "words", ()),
        ("kind", "what is done with it", "choice", tuple(_KIND_WORDS.items())),
        ("amount", "by how much, or to what", "number", ()),
        ("from", "first month, written YYYY-MM; always when left out", "month", ()),
        ("until", "first month without it, written YYYY-MM; for ever when left out", "month", ()),
        ("areas", "places that it is limited to, by name or code, parted by a semicolon; everywhere when left out", "places", ()),
        ("source", "where the value comes from; without one it is listed as assumed", "words", ()),
    )
    return EditCard(
        key=edit.key,
        path=path,
        label=leaf.label if leaf else "There is no parameter of that name" if "*" not in path else "Every parameter that fits",
        about="" if leaf is None else f"{_now(path)} today.{ends} {leaf.note or ''}".strip(),
        status=leaf.status_at(0) if leaf else "",
        sources=tuple(leaf.sources) if leaf else (),
        evidence=tuple(leaf.evidence) if leaf else (),
        settings=tuple(
            Setting(
                f"{edit.key}.{name}",
                name,
                meaning,
                kind,
                edit.given.get(name, ""),
                "",
                "",
                "",
                "any",
                choices,
                name == "path",
                False,
            )
            for name, meaning, kind, choices in told
        ),
    )


def _now(path: str) -> str:
    try:
        return value_words(load().at(path), load().parameter(path).unit)
    except AlmonerError:
        return "Not one number"


def _step(low: float | None, high: float | None) -> str:
    """Return a step that parts the range into about a hundred, rounded down to a power of ten."""
    if low is None or high is None:
        return "any"
    raw = (high - low) / _STEPS
    power = 10.0 ** (len(str(int(raw))) - 1) if raw >= 1 else 10.0 ** -next(k for k in range(1, 12) if raw * 10**k >= 1)
    return f"{power:.10f}".rstrip("0").rstrip(".")
