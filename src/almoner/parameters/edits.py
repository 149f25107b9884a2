"""Edits of the value tree: set, add, scale, cap and floor a parameter from one month until another.

An edit names a path, or many with `*` for one or more of its names (`pay.floor_premium.*`). `from_` and `until` are month
numbers, `until` not included; without them the edit holds for all time. Edits are done in the order given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from almoner.errors import AlmonerError, NotFoundError
from almoner.parameters.months import month_text


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one parameter, or of all that match a pattern, over some months."""

    path: str
    amount: float
    from_: int | None = None
    until: int | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount):
            raise AlmonerError(f"The edit of '{self.path}' has the amount {self.amount}: give a finite number.")
        if self.from_ is not None and self.until is not None and self.until <= self.from_:
            first, last = month_text(self.from_), month_text(self.until)
            raise AlmonerError(f"The edit of '{self.path}' ends in {last}, not after its start in {first}: give a later end.")

    def applied(self, value: float) -> float:
        """Return the edited value."""
        raise NotImplementedError


class Set(Edit):
    """Put `amount` in the place of the value."""

    __slots__ = ()

    def applied(self, value: float) -> float:
        """Return the amount."""
        return self.amount


class Add(Edit):
    """Add `amount` to the value."""

    __slots__ = ()

    def applied(self, value: float) -> float:
        """Return the sum."""
        return value + self.amount


class Scale(Edit):
    """Multiply the value by `amount`."""

    __slots__ = ()

    def applied(self, value: float) -> float:
        """Return the product."""
        return value * self.amount


class Cap(Edit):
    """Let the value not exceed `amount`."""

    __slots__ = ()

    def applied(self, value: float) -> float:
        """Return the lesser."""
        return min(value, self.amount)


class Floor(Edit):
    """Let the value not fall below `amount`."""

    __slots__ = ()

    def applied(self, value: float) -> float:
        """Return the greater."""
        return max(value, self.amount)


@lru_cache(maxsize=256)
def matching(pattern: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths that `pattern` names, in order; each `*` stands for one name between dots."""
    parts = pattern.split(".")
    if "*" not in pattern:
        found = tuple(path for path in paths if path == pattern)
    else:
        found = tuple(path for path in paths if _fits(path.split("."), parts))
    if not found:
        raise NotFoundError("parameter", pattern, paths)
    return found


def _fits(names: list[str], parts: list[str]) -> bool:
    return len(names) == len(parts) and all(fnmatchcase(name, part) for name, part in zip(names, parts, strict=True))
