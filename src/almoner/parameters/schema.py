"""The form of one leaf of a parameter file, checked when the files are read.

Published and estimated values must name their source.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from almoner.errors import AlmonerError
from almoner.parameters.months import month_number
from almoner.parameters.priors import Prior

Status = Literal["published", "estimated", "calibrated", "assumed"]


def _month(text: str) -> str:
    try:
        month_number(text)
    except AlmonerError as error:
        raise ValueError(str(error)) from error
    return text


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a value must be a finite number")
    return value


Month = Annotated[str, AfterValidator(_month)]
Value = Annotated[float, AfterValidator(_finite)]


class Leaf(BaseModel):
    """One parameter as written in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    value: Value | None = None
    values: dict[Month, Value] | None = Field(default=None, min_length=1)
    source: str | None = None
    sources: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    status: Status | dict[Month, Status]
    prior: Prior | None = None
    note: str = ""
    period: str = ""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.value is None) == (self.values is None):
            raise ValueError("give either `value` or `values`")
        if self.source and self.sources:
            raise ValueError("give either `source` or `sources`")
        if isinstance(self.status, dict) and not (self.values and min(self.status) <= min(self.values)):
            raise ValueError("a dated status needs dated values and must start with the first of them")
        kinds = set(self.status.values()) if isinstance(self.status, dict) else {self.status}
        if kinds & {"published", "estimated"} and not self.all_sources:
            raise ValueError("a published or estimated value needs a source")
        return self

    @property
    def all_sources(self) -> tuple[str, ...]:
        """The source ids in the order given."""
        return (self.source,) if self.source else self.sources
