"""A pay floor above the National Living Wage (MODEL.md sections 3 and 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.errors import NotFoundError
from almoner.parameters import Edit, Floor, ParameterTree
from almoner.policies.base import Policy
from almoner.reference.vocabulary import SERVICE_IDS


class PayFloor(Policy):
    """Nobody in adult social care is paid less than the National Living Wage plus a premium.

    Fewer people leave the sector and more enter it, by the elasticities of pay; moves between care employers do not change,
    because all employers pay more. Cost: the whole pay bill difference with employer on-costs, by payer.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01", "E04", "E05", "E12", "E14")

    premium: Annotated[float, Field(ge=0, le=10, description="GBP an hour above the National Living Wage")]
    services: tuple[str, ...] = Field(default=SERVICE_IDS, description="services whose staff it covers")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Raise the floor premium of the covered services."""
        for service in self.services:
            if service not in SERVICE_IDS:
                raise NotFoundError("service", service, SERVICE_IDS)
            yield Floor(f"pay.floor_premium.{service}", self.premium, from_=self.start, until=self.until)
