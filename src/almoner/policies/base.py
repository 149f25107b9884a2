"""What a policy is: settings with limits, edits to dated parameters, evidence, and a programme cost.

A policy reads the tree it is given (the sizes of uncertain effects are parameters with priors) and yields edits. It may also
cost money of its own, beyond the pay bill, which the study compares between scenarios.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from almoner.errors import AlmonerError
from almoner.model.clock import month_number, month_text
from almoner.parameters import Edit, ParameterTree
from almoner.reference.areas import resolve

Domain = Literal["adult", "children", "discharge"]
DOMAINS: Final[tuple[Domain, ...]] = get_args(Domain)
Direction = Literal["up", "down"]

PAYERS: Final = ("council", "nhs", "self_funder", "government")
"""Who may pay for a programme; the government is the Treasury and its departments, not councils' grants."""

HORIZON: Final = 12 * 25
"""Months that a yearly uprating is written out for; runs end before."""

_LAST_MONTH: Final = 1000
"""A larger whole number is a year without its month, never a month number."""
_MOST_OF_AN_AREA: Final = 0.5


def _month(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LAST_MONTH:
        return value
    text = "" if value is None else value.isoformat()[:7] if isinstance(value, date) else str(value)
    try:
        return month_number(text)
    except AlmonerError as error:
        raise ValueError(str(error)) from None


def _place(value: object) -> str:
    try:
        return resolve(str(value)).code
    except AlmonerError as error:
        raise ValueError(str(error)) from None


Place = Annotated[str, BeforeValidator(_place)]
"""A council area, board or region, written as a name or a code in files and held as its code."""


def reach(places: tuple[str, ...]) -> frozenset[str] | None:
    """Return the codes of the areas in `places`, or None for everywhere; a board reaches areas with half their people in it."""
    if not places:
        return None
    return frozenset(code for place in places for code, share in resolve(place).members if share >= _MOST_OF_AN_AREA)


Month = Annotated[
    int,
    BeforeValidator(_month),
    PlainSerializer(month_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "examples": ["2028-04"]}),
]
"""A month, written YYYY-MM in files and held as a month number."""


@dataclass(frozen=True, slots=True)
class CostBasis:
    """What a programme's cost may depend on, one entry a year to 31 March, for the places in the run."""

    years: tuple[int, ...]
    adults: NDArray[np.float64]
    people_65_plus: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cost:
    """Yearly cost in GBP by payer, each [year], in the prices of the base year; `assumed` when no source gives the unit cost."""

    by_payer: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    assumed: bool = False


class Policy(BaseModel, ABC):
    """A dated, costed edit to parameters. Subclasses are named in `registry` and documented by their own docstring."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: ClassVar[Domain] = "adult"
    shock: ClassVar[bool] = False
    """True for what happens to the sector and is not chosen by anyone who plans for it."""
    law: ClassVar[str] = ""
    """The national law or rule that must change before anyone can do it, in words that follow *needs*; empty where none must."""
    evidence: ClassVar[tuple[str, ...]] = ()
    assumed: ClassVar[bool] = False
    """True where the size of the effect is a judgement, whatever its evidence rows say about its direction."""
    assumptions: ClassVar[tuple[str, ...]] = ()
    """What the policy takes for granted, a sentence each, beyond the notes of the parameters that it reads."""
    moves: ClassVar[Mapping[str, Direction]] = {}
    """Paths (`*` for one name) that rise or fall with the policy's size at the middle of every prior."""
    neutral: ClassVar[float] = 0.0
    """The size at which the policy does nothing and costs nothing."""
    outlasts: ClassVar[bool] = False
    """True where edits go on after `until`, because what was made or begun by then stays."""
    proportional: ClassVar[bool] = True
    """True where twice the size costs twice as much."""

    start: Month = Field(description="first month, written YYYY-MM")
    until: Month | None = Field(default=None, description="first month without it, written YYYY-MM; never when left out")
    areas: tuple[Place, ...] = Field(default=(), description="places that it is limited to, by name or code; all when left out")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Policy:
        if self.until is not None and self.until <= self.start:
            raise ValueError(f"'until' ({month_text(self.until)}) must come after 'start' ({month_text(self.start)})")
        return self

    @abstractmethod
    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Yield the edits that this policy makes to `tree`."""

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the programme's own cost, beyond the pay bill: none unless a policy says otherwise."""
        return Cost()

    def outlay(self, tree: ParameterTree, basis: CostBasis) -> dict[str, NDArray[np.float64]]:
        """Return what payers set aside for it, [year] by payer: its own cost and what of the money reaches staff through pay."""
        return self.cost(tree, basis).by_payer

    def active(self, years: tuple[int, ...]) -> NDArray[np.float64]:
        """Return the share of each year to 31 March in which the policy is in force."""
        first = np.array([(year - 2026) * 12 for year in years], dtype=np.float64)
        end = np.inf if self.until is None else float(self.until)
        return np.asarray(np.clip(np.minimum(first + 12, end) - np.maximum(first, float(self.start)), 0, 12) / 12)


def summary(kind: type[Policy]) -> str:
    """Return the first line of a policy's docstring."""
    return (kind.__doc__ or "").strip().splitlines()[0]


def ramp(policy: Policy, full: float, years_to_full: float, steps_per_year: int = 4) -> Iterator[tuple[int, float]]:
    """Yield (month, size) as an effect grows in equal steps to `full` over `years_to_full` years from the policy's start."""
    steps = max(1, round(years_to_full * steps_per_year))
    for step in range(1, steps + 1):
        month = policy.start + round((step - 1) * years_to_full * 12 / steps)
        if policy.until is None or month < policy.until:
            yield month, full * step / steps


def spans(steps: Iterable[tuple[int, float]], until: int | None) -> Iterator[tuple[int, int | None, float]]:
    """Yield (first month, first month without it, size) of steps that each hold until the next, the last one until `until`."""
    found = list(steps)
    ends = [*(month for month, _ in found[1:]), until]
    for (month, size), end in zip(found, ends, strict=True):
        yield month, end, size


def next_april(month: int) -> int:
    """Return the first April in or after `month`."""
    return -(-month // 12) * 12
