"""Shock: the NHS recruits from social care (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Direction, Policy


class NhsRecruitmentPull(Policy):
    """The NHS fills its workforce plan partly with people who now work in social care.

    Exits from the sector rise by as many people a year as are named, over those of the base year. Cost: nothing of its own;
    recruiting in their place is in the cost of staff.
    """

    shock: ClassVar[bool] = True
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "All services and roles lose staff alike, and those lost are not people who would have left anyway.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"leaving.exit_scale": "up"}

    people_per_year: Annotated[
        float, Field(strict=True, ge=0, le=60_000, description="more people drawn away a year in England; an area loses its share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale exits up."""
        more = self.people_per_year / tree.at("filling.base_exits")
        yield Scale("leaving.exit_scale", 1.0 + more, from_=self.start, until=self.until)
