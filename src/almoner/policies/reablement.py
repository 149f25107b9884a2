"""Reablement: short, intensive help at home to recover skills after illness (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy, ramp

YEARS_TO_FULL = 2.0


class Reablement(Policy):
    """More people get an episode of reablement; home care falls in the year after, and councils need staff to give it.

    The later saving keeps a quarter of the effect seen in a matched comparison, with no effect inside the range; nearly all of
    it was offset by the cost of reablement itself, so the staff who give it are added to need. Cost: the episodes, paid by
    councils, at the published unit cost brought to the stated prices.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E50", "E51", "E52")
    assumed: ClassVar[bool] = True

    more_episodes_per_1000: Annotated[
        float, Field(strict=True, ge=0, le=100, description="more episodes a year for 1,000 residents aged 65 and over")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale home care need down and council need up, in quarterly steps over two years."""
        episodes = self.more_episodes_per_1000 / 1000.0
        year_of_care = tree.at("money.home_care_hours") * tree.at("money.weeks_per_year")
        avoided = episodes * tree.at("policy.reablement.later_home_care_reduction") * year_of_care
        given = episodes * tree.at("policy.reablement.staff_hours_per_episode")
        changes = {
            "home_care": -avoided / tree.at("policy.reablement.home_care_hours_per_person_65_plus"),
            "council": given / tree.at("policy.reablement.council_hours_per_person_65_plus"),
        }
        for service, share in changes.items():
            steps = list(ramp(self, share, YEARS_TO_FULL))
            for (month, size), end in zip(steps, [*(month for month, _ in steps[1:]), self.until], strict=True):
                yield Scale(f"need.scale.{service}", 1.0 + size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the episodes, paid by councils."""
        unit = tree.at("money.reablement_episode_cost") * tree.at("money.reablement_uprating")
        episodes = self.more_episodes_per_1000 / 1000.0 * basis.people_65_plus * self.active(basis.years)
        return Cost({"council": episodes * unit}, assumed=False)
