"""Shock: a condition of entry, like the vaccination mandate of 2021 in care homes (MODEL.md section 10)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.model.clock import MONTHS_PER_YEAR, hazard_of_turnover
from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Direction, Policy
from almoner.policies.choices import CARE_HOMES, Services


class EntryCondition(Policy):
    """Staff of some services must meet a condition to work there; those who do not leave the sector within some months.

    Exits rise so that the share named leaves on top of those who would have left; fewer entrants may meet the condition for as
    long as it holds. The mandate of 2021 lowered staffing of care homes for older people by 3 to 4%. Cost: nothing of its own;
    recruiting in their place is in the cost of staff.
    """

    shock: ClassVar[bool] = True
    evidence: ClassVar[tuple[str, ...]] = ("E33",)
    assumptions: ClassVar[tuple[str, ...]] = ("Those who go leave the sector; none moves to a service without the condition.",)
    moves: ClassVar[Mapping[str, Direction]] = {"leaving.exit_scale_by_service.care_home": "up"}

    share_leaving: Annotated[
        float, Field(strict=True, ge=0, le=0.5, description="share of the services' staff who go because of it")
    ]
    months: int = Field(default=5, ge=1, le=24, description="months within which they go")
    fewer_entrants: float = Field(default=0.0, ge=0, le=1, description="share of entrants kept out while it holds")
    services: Services = Field(default=CARE_HOMES, min_length=1, description="services that the condition is for")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale exits up for some months, and entrants down while the condition holds."""
        end = self.start + self.months if self.until is None else min(self.start + self.months, self.until)
        added = -math.log1p(-self.share_leaving) / self.months
        for service in self.services:
            yield Scale(
                f"leaving.exit_scale_by_service.{service}", 1.0 + added / _exits(tree, service), from_=self.start, until=end
            )
            yield Scale(f"filling.scale_by_service.{service}", 1.0 - self.fewer_entrants, from_=self.start, until=self.until)


def _exits(tree: ParameterTree, service: str) -> float:
    """Return the monthly hazard of leaving the sector from a service, as published turnover gives it."""
    ratio, own = f"leaving.ratio.service.{service}", f"leaving.turnover.{service}"
    turnover = tree.at(own) if own in tree.paths() else tree.at("leaving.turnover_base") * tree.at(ratio)
    return float(hazard_of_turnover(turnover)) / MONTHS_PER_YEAR * (1.0 - tree.at("leaving.mover_share"))
