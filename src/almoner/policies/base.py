"""What a policy is: settings with limits, edits to dated parameters, evidence, and a programme cost.

A policy reads the tree it is given (the sizes of uncertain effects are parameters with priors) and yields edits. It may also
cost money of its own, beyond the pay bill, which the study compares between scenarios.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from almoner.errors import AlmonerError
from almoner.model.clock import month_number, month_text
from almoner.parameters import Edit, ParameterTree

_LAST_MONTH: Final = 1000
"""A larger whole number is a year without its month, never a month number."""


def _month(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LAST_MONTH:
        return value
    text = "" if value is None else value.isoformat()[:7] if isinstance(value, date) else str(value)
    try:
        return month_number(text)
    except AlmonerError as error:
        raise ValueError(str(error)) from None


Month = Annotated[int, BeforeValidator(_month), PlainSerializer(month_text, return_type=str)]
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

    evidence: ClassVar[tuple[str, ...]] = ()
    assumed: ClassVar[bool] = False

    start: Month = Field(description="first month, written YYYY-MM")
    until: Month | None = Field(default=None, description="first month without it, written YYYY-MM; never when left out")

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
