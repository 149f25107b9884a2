"""Paid travel time in home care."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.national import hourly_cost, shared_out


class PaidTravelTime(Policy):
    """Home care staff are paid for time between visits that they now travel unpaid.

    An hour of work is worth more to them by the minutes paid, so fewer leave the sector and more enter it, by the elasticities of
    pay. Cost: the minutes for all hours of home care with employer on-costs, by payer.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E06", "E15")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("Unpaid travel is spread evenly over all staff of home care.",)
    moves: ClassVar[Mapping[str, Direction]] = {"leaving.exit_scale_by_service.home_care": "down"}

    minutes: Annotated[float, Field(strict=True, ge=0, le=15, description="minutes in each hour that become paid")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale exits down and entrants up as a rise of pay of the same size would."""
        worth = (1.0 + self.minutes / 60.0) ** tree.at("leaving.exit_pay_elasticity")
        yield Scale("leaving.exit_scale_by_service.home_care", 1.0 / worth, from_=self.start, until=self.until)
        yield Scale("filling.scale_by_service.home_care", worth, from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the minutes paid for all hours of home care."""
        hours = tree.at("policy.reablement.home_care_hours_per_person_65_plus") * basis.people_65_plus
        paid = self.minutes / 60.0 * hours * hourly_cost(tree, basis.years) * self.active(basis.years)
        return Cost(shared_out(tree, paid))
