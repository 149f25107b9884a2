"""A pay floor above the National Living Wage (MODEL.md sections 3 and 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, Floor, ParameterTree
from almoner.policies.base import HORIZON, Direction, Policy, next_april, spans
from almoner.policies.choices import Services
from almoner.reference.vocabulary import SERVICE_IDS


class PayFloor(Policy):
    """Nobody in adult social care is paid less than the National Living Wage plus a premium.

    Fewer people leave the sector and more enter it, by the elasticities of pay; moves between care employers do not change,
    because all employers pay more. Cost: the whole pay bill difference with employer on-costs, by payer.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01", "E04", "E05", "E12", "E14")
    moves: ClassVar[Mapping[str, Direction]] = {"pay.floor_premium.*": "up"}

    premium: Annotated[float, Field(strict=True, ge=0, le=10, description="pounds an hour above the National Living Wage")]
    uprated: bool = Field(default=True, description="growing each April with pay outside care")
    services: Services = Field(default=SERVICE_IDS, min_length=1, description="services whose staff it covers")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Raise the floor premium of the covered services."""
        steps = list(self._premiums(tree))
        for service in self.services:
            for month, end, premium in spans(steps, self.until):
                yield Floor(f"pay.floor_premium.{service}", premium, from_=month, until=end)

    def _premiums(self, tree: ParameterTree) -> Iterator[tuple[int, float]]:
        """Yield the premium from its start and from each April after it."""
        premium = self.premium
        yield self.start, premium
        if self.uprated:
            last = HORIZON if self.until is None else self.until
            for april in range(next_april(self.start + 1), last, 12):
                premium *= 1.0 + tree.at("pay.outside_growth", april)
                yield april, premium
