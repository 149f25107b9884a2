"""Helping people who used to work in care to come back (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy
from almoner.policies.national import share_by_adults


class ReturnToCare(Policy):
    """People who used to work in care are found, refreshed and helped back into it.

    How many of them would not have come back by themselves nobody has measured, so the middle of the prior is none. Cost: a sum
    for each person helped (assumed), paid by the government.
    """

    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("Returners enter where other entrants do, and stay as long as they do.",)

    people_per_year: Annotated[
        float, Field(strict=True, ge=0, le=50_000, description="people helped a year in England; an area has its share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale resident entrants by those who come in addition."""
        weight = tree.at("filling.entrants_weight")
        entrants = weight * tree.at("filling.entrants_base_year") + (1 - weight) * tree.at("filling.entrants_three_year_mean")
        more = self.people_per_year * tree.at("policy.return_to_care.additional_share") / entrants
        yield Scale("filling.scale", max(1.0 + more, 0.0), from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the sum for the people helped."""
        people = self.people_per_year * share_by_adults(basis) * self.active(basis.years)
        return Cost({"government": people * tree.at("policy.return_to_care.cost_per_person")}, assumed=True)
