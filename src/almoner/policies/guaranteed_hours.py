"""Guaranteed hours for staff on zero-hours contracts (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.choices import Services
from almoner.policies.national import hourly_cost, posts, shared_out
from almoner.reference.vocabulary import SERVICE_IDS


class GuaranteedHours(Policy):
    """Staff without guaranteed hours are given them, a share of those left in each year.

    Staff with guaranteed hours leave less, but the two groups differ in other ways, so the engine's contrast between them is not
    all caused. Only the causal share of the conversions is counted as gaining the whole contrast, which on average comes to every
    conversion gaining that share of it; the model's own count of zero-hours contracts is therefore too high. Cost: guaranteed
    hours that are paid and not worked (assumed), by payer.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E02", "E03")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Weekly hours stay the same; only the contract changes.",
        "People hired later start on today's mix of contracts and are then given hours at the same rate.",
        "The cost is that of England's mix of services, whatever services are named.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"contracts.guaranteed.home_care": "up"}
    proportional: ClassVar[bool] = False

    share_per_year: Annotated[
        float, Field(strict=True, ge=0, le=0.95, description="share of staff without guaranteed hours who are given them in a year")
    ]
    services: Services = Field(default=SERVICE_IDS, min_length=1, description="services that it covers")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add the conversions whose effect is caused, as a rate."""
        caused = self.share_per_year * tree.at("policy.guaranteed_hours.causal_share")
        for service in self.services:
            yield Add(f"contracts.guaranteed.{service}", float(-np.log1p(-caused)), from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the unused part of the hours of those converted so far, who leave and are converted anew as staff turn over."""
        rate = float(-np.log1p(-self.share_per_year))
        turnover = tree.at("leaving.turnover_base")
        middle = np.maximum(np.cumsum(self.active(basis.years)) - 0.5 * self.active(basis.years), 0.0)
        converted = rate / (rate + turnover) * -np.expm1(-(rate + turnover) * middle)
        hours = tree.at("policy.guaranteed_hours.hours_per_post") * tree.at("money.weeks_per_year")
        unused = posts(tree, basis, "zero_hours_posts_per_adult") * hours * tree.at("policy.guaranteed_hours.unused_share")
        spent = converted * unused * hourly_cost(tree, basis.years) * self.active(basis.years)
        return Cost(shared_out(tree, np.asarray(spent)), assumed=True)
