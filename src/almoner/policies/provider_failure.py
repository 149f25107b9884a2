"""Shock: providers fail (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Direction, Policy
from almoner.policies.choices import CARE_HOMES, Services


class ProviderFailure(Policy):
    """Providers that hold a share of the posts close, and others take their place only when the shock ends.

    Their staff look for other work in care. Give `until` for the month in which the places are open again. Cost: nothing of its
    own; cover and the hours that are missing are in the results.
    """

    shock: ClassVar[bool] = True
    evidence: ClassVar[tuple[str, ...]] = ("E09", "E10")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("People who lose their care need it as before.",)
    moves: ClassVar[Mapping[str, Direction]] = {"need.provision.care_home": "down"}

    share_of_posts: Annotated[float, Field(strict=True, ge=0, le=1, description="share of the services' posts that close")]
    services: Services = Field(default=CARE_HOMES, min_length=1, description="services in which providers fail")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale the posts that providers can open."""
        for service in self.services:
            yield Scale(f"need.provision.{service}", 1.0 - self.share_of_posts, from_=self.start, until=self.until)
