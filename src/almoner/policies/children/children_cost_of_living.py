"""Shock: prices rise fast and families struggle (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Direction, Policy


class ChildrenCostOfLiving(Policy):
    """Prices rise faster than usual: more children may come to be in need, and services may run below capacity for a time.

    The rise of need for a point of prices has a prior centred on none, because England's record does not show one; set
    `children.need.per_price_point` to test a belief. Homes that shut places in the shock open them again in equal monthly steps.
    Cost: Nothing of its own.
    """

    domain = "children"
    shock: ClassVar[bool] = True
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Need returns to its course when the shock ends; who came to be in need by then goes on through plans and care.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"children.homes.running_scale": "down"}
    outlasts: ClassVar[bool] = True

    price_rise: Annotated[float, Field(strict=True, ge=0, le=20, description="percentage points a year above the usual rise")]
    places_shut: Annotated[float, Field(strict=True, ge=0, le=0.05)] = Field(
        default=0.005, description="places in homes shut for each point of the price rise, as a share"
    )
    months_of_recovery: Annotated[int, Field(strict=True, ge=1, le=120)] = Field(
        default=24, description="months after the end in which the places open again"
    )
    months: Annotated[int, Field(strict=True, ge=1, le=120)] = Field(
        default=24, description="months that the shock lasts when no end is given"
    )

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale need up while prices rise, and running places down, back up month by month after the end."""
        end = self.start + self.months if self.until is None else self.until
        rise = self.price_rise * tree.at("children.need.per_price_point") / 100.0
        yield Scale("children.need.scale", max(1.0 + rise, 0.0), from_=self.start, until=end)
        shut = min(self.price_rise * self.places_shut, 1.0)
        yield Scale("children.homes.running_scale", 1.0 - shut, from_=self.start, until=end)
        for step in range(1, self.months_of_recovery):
            left = shut * (1.0 - step / self.months_of_recovery)
            yield Scale("children.homes.running_scale", 1.0 - left, from_=end + step - 1, until=end + step)
