"""Policies as levers: one size each, from nothing to a highest, everything else at its default; and a mix of them as a scenario.

In: names of policies and the month from which they act. Out: `Lever` values and scenarios. The size is the one number that a policy
must be given, or the setting that it names itself in a class attribute `size`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.errors import AlmonerError, NotFoundError
from almoner.model.clock import month_text
from almoner.policies.base import Policy, summary
from almoner.policies.listing import limits, size_setting, status
from almoner.policies.registry import make, policies
from almoner.study.scenario import Scenario

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Lever:
    """A policy with the setting that says how large it is, the unit of that setting in words, and its limits."""

    policy: str
    label: str
    setting: str
    unit: str
    lowest: float
    highest: float
    whole: bool
    assumed: bool
    start: int

    def at(self, size: float, areas: Sequence[str] = ()) -> Policy:
        """Return the policy at a size."""
        given: dict[str, object] = {self.setting: round(size) if self.whole else float(size), "start": month_text(self.start)}
        return make(self.policy, given | ({"areas": list(areas)} if areas else {}))

    def rounded(self, size: float) -> float:
        """Return a size as it is said and used: three digits, within its limits, nothing when too small to say."""
        if size <= 0.002 * self.highest * 10.0**-_DIGITS:
            return 0.0
        said = float(round(size)) if self.whole else float(f"{size:.{_DIGITS}g}")
        return min(max(said, self.lowest), self.highest) if said else 0.0


def levers(
    names: Sequence[str], start: int, domains: Sequence[str] = ("adult",), within_law: bool = False
) -> tuple[tuple[Lever, ...], dict[str, str]]:
    """Return the levers of the policies named, or of all that the domains have, and why others are not among them.

    Where none is named, `within_law` leaves out those that no council or board can have unless national law changes.

    Raises:
        NotFoundError: an unknown policy.
        AlmonerError: one that is named is a shock, is named twice, or has no size of its own.
    """
    known = policies()
    for name in names:
        if name not in known:
            raise NotFoundError("policy", name, known)
        if list(names).count(name) > 1:
            raise AlmonerError(f"The policy '{name}' is named twice: name each once.")
        if reason := _unfit(known[name]):
            raise AlmonerError(f"The policy '{name}' cannot be sized: {reason}.")
    asked = names or [name for name, kind in known.items() if kind.domain in domains and not kind.shock]
    left = {name: reason for name in asked if (reason := _unfit(known[name]))}
    if within_law and not names:
        closed = {name: f"it needs {known[name].law}; it is tried where it is named" for name in asked if known[name].law}
        left = closed | left
    return tuple(_lever(name, known[name], start) for name in asked if name not in left), left


def mix(of: Sequence[Lever], sizes: Sequence[float] | NDArray[np.float64], areas: Sequence[str] = ()) -> Scenario:
    """Return the scenario of levers at sizes; those of no size are not in it."""
    chosen = tuple((lever.policy, lever.at(float(size), areas)) for lever, size in zip(of, sizes, strict=True) if size > 0)
    return Scenario("mix", "Mix of policies", "", chosen)


def _unfit(kind: type[Policy]) -> str | None:
    if kind.shock:
        return "it is a shock, which nobody chooses"
    name = _size_of(kind)
    if name is None:
        return "it has no single setting that says how large it is"
    return None if limits(kind, name)[1] is not None else f"its setting '{name}' has no highest value"


def _size_of(kind: type[Policy]) -> str | None:
    named = getattr(kind, "size", None)
    return named if isinstance(named, str) and named in kind.model_fields else size_setting(kind)


def _lever(name: str, kind: type[Policy], start: int) -> Lever:
    setting = _size_of(kind)
    if setting is None:
        raise AlmonerError(f"The policy '{name}' has no single setting that says how large it is.")
    low, high = limits(kind, setting)
    field = kind.model_fields[setting]
    return Lever(
        policy=name,
        label=summary(kind).rstrip("."),
        setting=setting,
        unit=field.description or setting,
        lowest=low or 0.0,
        highest=float(high or 0.0),
        whole=field.annotation is int,
        assumed=status(kind) == "assumed",
        start=start,
    )
