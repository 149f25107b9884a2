"""A pay floor above the National Living Wage (MODEL.md sections 3 and 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.errors import NotFoundError
from almoner.parameters import Edit, Floor, ParameterTree
from almoner.policies.base import Policy
from almoner.reference.vocabulary import SERVICE_IDS

HORIZON: Final = 12 * 25
"""Months that an uprated premium is written out for; runs end before."""


class PayFloor(Policy):
    """Nobody in adult social care is paid less than the National Living Wage plus a premium.

    Fewer people leave the sector and more enter it, by the elasticities of pay; moves between care employers do not change,
    because all employers pay more. Cost: the whole pay bill difference with employer on-costs, by payer.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01", "E04", "E05", "E12", "E14")

    premium: Annotated[float, Field(strict=True, ge=0, le=10, description="pounds an hour above the National Living Wage")]
    uprated: bool = Field(default=True, description="growing each April with pay outside care")
    services: tuple[str, ...] = Field(default=SERVICE_IDS, min_length=1, description="services whose staff it covers")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Raise the floor premium of the covered services."""
        steps = list(self._premiums(tree))
        ends = [*(month for month, _ in steps[1:]), self.until]
        for service in self.services:
            if service not in SERVICE_IDS:
                raise NotFoundError("service", service, SERVICE_IDS)
            for (month, premium), end in zip(steps, ends, strict=True):
                yield Floor(f"pay.floor_premium.{service}", premium, from_=month, until=end)

    def _premiums(self, tree: ParameterTree) -> Iterator[tuple[int, float]]:
        """Yield the premium from its start and from each April after it."""
        premium = self.premium
        yield self.start, premium
        if self.uprated:
            last = HORIZON if self.until is None else self.until
            for april in range((self.start // 12 + 1) * 12, last, 12):
                premium *= 1.0 + tree.at("pay.outside_growth", april)
                yield april, premium
