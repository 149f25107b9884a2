"""What two scenarios do differently: policies and edits that one has and the other has not, and settings that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from almoner.study.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Line:
    """One difference. `first` and `second` are what stands in each scenario, None where it has nothing."""

    kind: Literal["policy", "setting", "parameter"]
    what: str
    first: str | None
    second: str | None


def difference(first: Scenario, second: Scenario) -> tuple[Line, ...]:
    """Return the differences between two scenarios, in the order of the first's entries and then the second's; none if alike.

    Policies of one name are held against each other in the order in which they stand.
    """
    return (*_policies(first, second), *_parameters(first, second))


def _policies(first: Scenario, second: Scenario) -> Iterator[Line]:
    ones, others = _settings(first), _settings(second)
    for key in dict.fromkeys((*ones, *others)):
        name = key[0] if key[1] == 0 else f"{key[0]} ({key[1] + 1})"
        one, other = ones.get(key), others.get(key)
        if one is None or other is None:
            yield Line("policy", name, None if one is None else _listed(one), None if other is None else _listed(other))
            continue
        for setting in dict.fromkeys((*one, *other)):
            if one.get(setting) != other.get(setting):
                yield Line("setting", f"{name}.{setting}", _text(one.get(setting)), _text(other.get(setting)))


def _settings(scenario: Scenario) -> dict[tuple[str, int], dict[str, object]]:
    """Return each policy's settings under its name and how many of that name stand before it."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], dict[str, object]] = {}
    for name, policy in scenario.policies:
        found[name, seen[name]] = policy.model_dump(mode="json")
        seen[name] += 1
    return found


def _parameters(first: Scenario, second: Scenario) -> Iterator[Line]:
    ones, others = _edits(first), _edits(second)
    left = Counter(others)
    for path, text in ones:
        if left[path, text]:
            left[path, text] -= 1
        else:
            yield Line("parameter", path, text, None)
    missing = Counter(others) - Counter(ones)
    for path, text in others:
        if missing[path, text]:
            missing[path, text] -= 1
            yield Line("parameter", path, None, text)


def _edits(scenario: Scenario) -> list[tuple[str, str]]:
    """Return each edit's path and what it does there."""
    found = []
    for edit in scenario.parameter_edits:
        content = edit.model_dump(mode="json", by_alias=True, exclude={"path", "source"})
        found.append((edit.path, _listed(content)))
    return found


def _listed(settings: dict[str, object]) -> str:
    return ", ".join(f"{name}: {_text(value)}" for name, value in settings.items() if value not in (None, [], ()))


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)
