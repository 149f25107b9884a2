"""Building a scenario: a draft held in the address (policies with their settings), its YAML, and the cards that the page shows.

In: a query, `policy=pay_floor&pay_floor.premium=0.68&pay_floor.start=2028-04`. Out: the same draft, its text as the command line
reads it, and each policy with limits, evidence and cost rule beside its settings. Settings that are as usual are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from almoner.policies.base import DOMAINS, Policy, summary
from almoner.policies.listing import about, cost_rule, example, size_setting, status
from almoner.policies.listing import settings as settings_of
from almoner.policies.registry import policies
from almoner.study.scenario import DO_NOTHING, Scenario

MOST_POLICIES: Final = 12
LONGEST_NAME: Final = 100
_LEFT_OUT: Final = ("areas", "services", "roles")
_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a policy as a field of the form; `kind` is number, month, choice or flag, `value` what is chosen, as text."""

    id: str
    name: str
    meaning: str
    kind: str
    value: str
    usual: str
    low: str
    high: str
    step: str
    choices: tuple[str, ...]
    required: bool
    main: bool


@dataclass(frozen=True, slots=True)
class PolicyCard:
    """A policy of the draft with everything that stands beside its settings."""

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
class Draft:
    """What is being built: a place, a last year, a name, and policies with the settings that were given, as text."""

    area: str
    to_year: int
    name: str
    policies: tuple[tuple[str, dict[str, str]], ...]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The draft as the pairs of an address."""
        pairs = [("area", self.area), ("to", str(self.to_year)), ("name", self.name)]
        for policy, given in self.policies:
            pairs += [("policy", policy), *((f"{policy}.{name}", value) for name, value in given.items())]
        return pairs

    @property
    def text(self) -> str:
        """The draft as a scenario file."""
        kinds = policies()
        used = [{name: {key: _typed(kinds[name], key, value) for key, value in given.items()}} for name, given in self.policies]
        content = {"name": self.name, "policies": used}
        return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def draft_of(pairs: Sequence[tuple[str, str]], area: str, to_year: int) -> Draft:
    """Return the draft that an address holds; a policy without settings gets those of its example, unknown names are left out."""
    known = policies()
    given: dict[str, dict[str, str]] = {}
    name, added, removed = "", "", ""
    for key, value in pairs:
        policy, _, setting = key.partition(".")
        if key == "policy" and value in known:
            given.setdefault(value, {})
        elif key == "add" and value in known:
            added = value
        elif key == "remove":
            removed = value
        elif key == "name":
            name = " ".join(value.split())[:LONGEST_NAME]
        elif policy in given and setting in known[policy].model_fields and value.strip() and setting not in _LEFT_OUT:
            given[policy][setting] = value.strip()[:60]
    if added:
        given.setdefault(added, {})
    given.pop(removed, None)
    chosen = [(policy, settings or _usual(known[policy])) for policy, settings in given.items()][:MOST_POLICIES]
    return Draft(
        area, to_year, name or "My scenario", tuple((policy, _kept(known[policy], settings)) for policy, settings in chosen)
    )


def draft_from(scenario: Scenario, area: str, to_year: int) -> Draft:
    """Return a draft that begins with the policies of a scenario."""
    used = []
    for name, policy in scenario.policies:
        plain = policy.model_dump(mode="json", include=policy.model_fields_set)
        used.append((name, {key: _word(value) for key, value in plain.items() if key not in _LEFT_OUT and value is not None}))
    return Draft(area, to_year, scenario.name[:LONGEST_NAME], tuple(dict(used).items()))


def left_out(scenario: Scenario) -> tuple[str, ...]:
    """Return what a scenario has and a draft cannot hold: limits to places, services or roles, policies twice, parameter edits."""
    said: list[str] = []
    seen: set[str] = set()
    for name, policy in scenario.policies:
        said += [f"{each} of {title(name).lower()}" for each in _LEFT_OUT if each in policy.model_fields_set]
        if name in seen:
            said.append(f"a second {title(name).lower()}")
        seen.add(name)
    return (*said, *(f"the edit of {edit.path}" for edit in scenario.parameter_edits))


def cards(draft: Draft) -> tuple[PolicyCard, ...]:
    """Return the policies of a draft with their settings as fields."""
    return tuple(_card(name, policies()[name], given) for name, given in draft.policies)


def offered(draft: Draft) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the policies that can be added, under the headings of their domains: (name, what it does)."""
    taken = {name for name, _ in draft.policies}
    left = [(name, kind) for name, kind in policies().items() if name not in taken]
    heads = [(domain, shock) for domain in DOMAINS for shock in (False, True)]
    found = []
    for domain, shock in heads:
        inside = tuple(
            (name, f"{title(name)}: {summary(kind)}") for name, kind in left if kind.domain == domain and kind.shock is shock
        )
        if inside:
            found.append((f"{domain.capitalize()} {'shocks' if shock else 'policies'}", inside))
    return tuple(found)


def title(name: str) -> str:
    """Return a policy's name in words."""
    text = name.replace("_", " ")
    return {"nhs parity": "NHS parity", "nhs recruitment pull": "NHS recruitment pull"}.get(text, text.capitalize())


def scenario_cards(scenario: Scenario) -> tuple[PolicyCard, ...]:
    """Return the policies of a scenario that is shown and not edited."""
    return cards(draft_from(scenario, "", 0)) if scenario.id != DO_NOTHING else ()


def _card(name: str, kind: type[Policy], given: Mapping[str, str]) -> PolicyCard:
    main = size_setting(kind)
    fields = tuple(_setting(name, row, given, main) for row in settings_of(kind) if row["name"] not in _LEFT_OUT)
    ordered = tuple(sorted(fields, key=lambda field: (not field.main, not field.required)))
    return PolicyCard(
        name=name,
        title=title(name),
        summary=summary(kind),
        about=about(kind),
        status=status(kind),
        domain=kind.domain,
        cost=cost_rule(kind),
        evidence=kind.evidence,
        assumptions=kind.assumptions,
        settings=ordered,
    )


def _setting(policy: str, row: Mapping[str, Any], given: Mapping[str, str], main: str | None) -> Setting:
    name, usual = row["name"], row["default"]
    if name in ("start", "until"):
        kind = "month"
    elif row["one_of"]:
        kind = "choice"
    elif isinstance(usual, bool):
        kind = "flag"
    else:
        kind = "number"
    low, high = row["lowest"], row["highest"]
    whole = kind == "number" and isinstance(usual, int) and not isinstance(usual, bool)
    step = "" if kind != "number" else "1" if whole else _step(low, high)
    return Setting(
        id=f"{policy}.{name}",
        name=name,
        meaning=row["meaning"],
        kind=kind,
        value=given.get(name, "" if usual is None else _word(usual)),
        usual="" if usual is None else _word(usual),
        low="" if low is None else _word(low),
        high="" if high is None else _word(high),
        step=step,
        choices=tuple(_word(each) for each in row["one_of"] or (("true", "false") if kind == "flag" else ())),
        required=row["required"],
        main=name == main,
    )


def _step(low: float | None, high: float | None) -> str:
    """Return a step that parts the range into about a hundred, rounded down to 1, 2 or 5 of a power of ten."""
    if low is None or high is None:
        return "any"
    raw = (high - low) / _STEPS
    power = 10.0 ** (len(str(int(raw))) - 1) if raw >= 1 else 10.0 ** -next(k for k in range(1, 12) if raw * 10**k >= 1)
    return f"{power:.10f}".rstrip("0").rstrip(".")


def _usual(kind: type[Policy]) -> dict[str, str]:
    policy = example(kind)
    return {key: _word(value) for key, value in policy.model_dump(mode="json", include=policy.model_fields_set).items()}


def _kept(kind: type[Policy], given: Mapping[str, str]) -> dict[str, str]:
    """Return settings without those that are as usual, the ones that must be given always kept."""
    usual = {row["name"]: row for row in settings_of(kind)}
    return {
        k: v for k, v in given.items() if usual[k]["required"] or usual[k]["default"] is None or v != _word(usual[k]["default"])
    }


def _typed(kind: type[Policy], name: str, value: str) -> object:
    """Return a setting's text as the number or yes-or-no that a file holds; what is neither stays text and is refused later."""
    if name in ("start", "until"):
        return value
    if value in ("true", "false"):
        return value == "true"
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
