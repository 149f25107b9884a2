"""Shock: winters that ask more of care (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import HORIZON, Direction, Policy
from almoner.policies.choices import REGULATED, Services

_DECEMBER: Final = 8
_MONTHS: Final = 4
"""December to March, so that the count at 31 March shows it."""


class Winter(Policy):
    """Each winter from December to March more care is needed than the year's level, and no posts are opened for it.

    The staff there are must cover it, so unmet hours and cover rise, and people wait longer to leave hospital. Cost: nothing of
    its own; agency staff and overtime are in the cost of staff.
    """

    shock: ClassVar[bool] = True
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Staff are off sick as in other months; a hard winter for staff needs a larger size.",
        "The winters of the base year are in its levels; this is what comes on top.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"need.scale.home_care": "up", "need.provision.home_care": "down"}

    extra_need: Annotated[float, Field(strict=True, ge=0, le=0.5, description="more need in the months of winter, as a share")]
    services: Services = Field(default=REGULATED, min_length=1, description="services whose need rises")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale need up and the posts opened for it down by as much, winter by winter."""
        last = HORIZON if self.until is None else self.until
        for december in range(self.start // 12 * 12 + _DECEMBER - 12, last, 12):
            first, end = max(december, self.start), min(december + _MONTHS, last)
            if first >= end:
                continue
            for service in self.services:
                yield Scale(f"need.scale.{service}", 1.0 + self.extra_need, from_=first, until=end)
                yield Scale(f"need.provision.{service}", 1.0 / (1.0 + self.extra_need), from_=first, until=end)
