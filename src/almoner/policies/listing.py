"""What there is to know about a policy without running it: settings, limits, evidence, cost rule, and the parameters it reads.

In: a policy class. Out: plain dictionaries for tables and JSON. Nothing here is typed in that the class or its docstring holds.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from almoner.model.clock import MONTHS_PER_YEAR, month_text
from almoner.parameters import Parameter, ParameterTree, load
from almoner.policies.base import Policy, summary
from almoner.policies.national import england_basis
from almoner.policies.registry import origin, policies
from almoner.reference.vocabulary import ROLES, SERVICES

_EXAMPLE_START: Final = 24
"""April 2027, the start that examples have."""

_OF_ALL: Final = ("start", "until", "areas")
_SHARE_OF: Final = "share of "
_AS_A_SHARE: Final = ", as a share"
_ENDS: Final = ("ge", "gt", "le", "lt")


def size_setting(kind: type[Policy]) -> str | None:
    """Return the setting that says how large a policy is: the one number that must be given; None when there is no such one."""
    needed = [name for name, field in kind.model_fields.items() if field.is_required() and name != "start"]
    found = [name for name in needed if kind.model_fields[name].annotation in (float, int)]
    return found[0] if len(found) == 1 else None


def limits(kind: type[Policy], setting: str) -> tuple[float | None, float | None]:
    """Return the lowest and the highest value of a setting; None where it has no limit."""
    ends = {
        end: getattr(part, end)
        for part in kind.model_fields[setting].metadata
        for end in _ENDS
        if getattr(part, end, None) is not None
    }
    return ends.get("ge", ends.get("gt")), ends.get("le", ends.get("lt"))


def at_size(kind: type[Policy], share: float) -> float:
    """Return the size a share of the way from the one that does nothing to the largest, the limit that is farthest from it."""
    name = size_setting(kind)
    ends = [end for end in limits(kind, name) if end is not None] if name is not None else []
    far = max(ends, key=lambda end: abs(end - kind.neutral), default=kind.neutral + 1.0)
    return kind.neutral + share * (far - kind.neutral)


def status(kind: type[Policy]) -> Literal["assumed", "estimated"]:
    """Return `assumed` where the size of the effect is a judgement, else `estimated`."""
    return "assumed" if kind.assumed or not kind.evidence else "estimated"


def cost_rule(kind: type[Policy]) -> str:
    """Return the sentences of the docstring from `Cost:` on: what a policy costs and who pays."""
    found = re.search(r"\bCost: (.*?)(?:\n\s*\n|\Z)", inspect.cleandoc(kind.__doc__ or ""), flags=re.DOTALL)
    text = " ".join(found[1].split()) if found else ""
    return text[:1].upper() + text[1:]


def about(kind: type[Policy]) -> str:
    """Return what a policy does, in the words of its docstring without the cost rule."""
    return " ".join(re.split(r"\bCost: ", inspect.cleandoc(kind.__doc__ or ""))[0].split())


def settings(kind: type[Policy]) -> list[dict[str, Any]]:
    """Return a row for each setting: name, meaning, whether it must be given, default, lowest, highest and allowed words."""
    return [_setting(kind, name, field) for name, field in kind.model_fields.items()]


def example(kind: type[Policy]) -> Policy:
    """Return the policy a tenth of the way to its largest size from April 2027, as examples show it."""
    name = size_setting(kind)
    given: dict[str, object] = {"start": month_text(_EXAMPLE_START)}
    if name is not None:
        given[name] = float(f"{at_size(kind, 0.1):.2g}")
    return kind.model_validate(given)


def example_yaml(name: str, kind: type[Policy]) -> str:
    """Return lines for a scenario file that use the policy."""
    policy = example(kind)
    chosen = policy.model_dump(mode="json", include=policy.model_fields_set)
    inside = ", ".join(f"{key}: {_plain(chosen[key])}" for key in sorted(chosen, key=lambda key: key in ("start", "until")))
    return f"policies:\n  - {name}: {{{inside}}}"


def reads(policy: Policy, tree: ParameterTree | None = None) -> list[Parameter]:
    """Return the parameters that a policy reads for its edits and its cost, other than the ones it edits, in order of path."""
    tree = load() if tree is None else tree
    noted = _Noted(tree.leaves)
    watched = ParameterTree(noted)
    edited = {edit.path for edit in policy.edits(watched)}
    policy.cost(watched, england_basis((2028, 2029)))
    return [tree.leaves[path] for path in tree.leaves if path in noted.seen and path not in edited]


def moved(policy: Policy, tree: ParameterTree | None = None) -> tuple[str, ...]:
    """Return the parameters that a policy changes; none says that it does nothing with this tree, which should not go unsaid.

    With the shipped tree that is so of policies whose effect is centred on none, and of dates that miss the month of acting.
    """
    tree = load() if tree is None else tree
    return tuple(tree.edited(policy.edits(tree)).changes(tree))


def said(policy: Policy) -> list[str]:
    """Return a policy's settings in words, shares as percentages; dates, places and what is as usual are left out."""
    parts = []
    for name, field in type(policy).model_fields.items():
        value, meaning = getattr(policy, name), field.description or name
        if name in _OF_ALL or (not field.is_required() and value == field.get_default(call_default_factory=True)):
            continue
        if isinstance(value, tuple):
            parts.append(f"{meaning}: {', '.join(_label(str(each)) for each in value)}")
        elif isinstance(value, bool):
            parts.append(meaning if value else f"not {meaning}")
        elif isinstance(value, float | int) and get_origin(field.annotation) is not Literal:
            parts.append(_amount(value, meaning))
        else:
            parts.append(f"{meaning}: {_label(str(value))}")
    return parts


def rows(kind_of: Mapping[str, type[Policy]] | None = None) -> list[dict[str, Any]]:
    """Return a row for each policy, as `almoner policies --json` prints them."""
    return [row(name, kind) for name, kind in (kind_of or policies()).items()]


def row(name: str, kind: type[Policy]) -> dict[str, Any]:
    """Return what there is to know about one policy."""
    return {
        "name": name,
        "domain": kind.domain,
        "kind": "shock" if kind.shock else "policy",
        "summary": summary(kind),
        "status": status(kind),
        "law": kind.law or None,
        "evidence": list(kind.evidence),
        "parameters": settings(kind),
        "cost_rule": cost_rule(kind),
        "assumptions": list(kind.assumptions),
        "moves": dict(kind.moves),
        "outlasts": kind.outlasts,
        "package": origin(name),
    }


def shown(name: str, kind: type[Policy]) -> dict[str, Any]:
    """Return one policy with what it does in full, the parameters that it reads and edits, and an example."""
    policy, tree = example(kind), load()
    uncertain = [leaf for leaf in reads(policy, tree) if leaf.path.startswith("policy.") or leaf.prior is not None]
    return {
        **row(name, kind),
        "about": about(kind),
        "edits": sorted({edit.path for edit in policy.edits(tree)}),
        "reads": [
            {
                "path": leaf.path,
                "label": leaf.label,
                "value": leaf.at(_EXAMPLE_START),
                "unit": leaf.unit,
                "status": leaf.status_at(_EXAMPLE_START),
                "prior": leaf.prior.text() if leaf.prior else None,
                "evidence": list(leaf.evidence),
                "note": leaf.note,
            }
            for leaf in uncertain
        ],
        "example": example_yaml(name, kind),
        "example_cost_gbp_m": _example_cost(policy, tree),
    }


def _example_cost(policy: Policy, tree: ParameterTree) -> dict[str, Any]:
    """Return what the example's own programme costs in England in its second full year, GBP million in the stated prices."""
    year = 2025 + _EXAMPLE_START // MONTHS_PER_YEAR + 2
    cost = policy.cost(tree, england_basis((year - 1, year)))
    by_payer = {payer: round(float(amount[-1]) / 1e6, 1) for payer, amount in cost.by_payer.items()}
    return {"year_to_march": year, "by_payer": by_payer, "assumed": cost.assumed}


def _setting(kind: type[Policy], name: str, field: FieldInfo) -> dict[str, Any]:
    low, high = limits(kind, name)
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return {
        "name": name,
        "meaning": field.description or "",
        "required": field.is_required(),
        "default": list(default) if isinstance(default, tuple) else default,
        "lowest": low,
        "highest": high,
        "one_of": list(get_args(field.annotation)) if get_origin(field.annotation) is Literal else None,
    }


def _amount(value: float, meaning: str) -> str:
    if meaning.startswith(_SHARE_OF) or _AS_A_SHARE in meaning:
        return f"{100 * value:.10g}% {meaning.removeprefix('share ').replace(_AS_A_SHARE, '')}"
    return f"{value:,.10g} {meaning}"


def _label(word: str) -> str:
    return (SERVICES | ROLES).get(word, word)


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Noted(Mapping[str, Parameter]):
    """Parameters by path that remember which of them were looked up."""

    def __init__(self, leaves: Mapping[str, Parameter]) -> None:
        self.leaves = leaves
        self.seen: set[str] = set()

    def __getitem__(self, path: str) -> Parameter:
        self.seen.add(path)
        return self.leaves[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.leaves)

    def items(self) -> ItemsView[str, Parameter]:
        """Return all without noting them: whoever goes through all has asked for none."""
        return self.leaves.items()

    def __len__(self) -> int:
        return len(self.leaves)
