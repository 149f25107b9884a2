"""More pay for staff who stay: a premium for five years in the sector, and a step for senior care workers (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

import numpy as np
from pydantic import Field

from almoner.model.pay import living_wage_path, outside_path
from almoner.parameters import Edit, Floor, ParameterTree, Scale
from almoner.policies.base import HORIZON, Cost, CostBasis, Direction, Policy, next_april, ramp, spans
from almoner.policies.choices import DIRECT_CARE
from almoner.policies.national import hourly_cost, posts, shared_out

_YEARS_TO_FULL: Final = 1.0


class ExperiencePremium(Policy):
    """Staff in direct care earn more once they have five years in the sector, and senior care workers may have a higher floor.

    Experienced staff leave the sector less, by the elasticity of exits on the premium over a care worker's pay; nothing is
    credited for people who stay in order to earn it later. Cost: the premium for the hours of experienced staff with employer
    on-costs, by payer, beside the pay bill difference of the senior floor.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01", "E23")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "The premium keeps its worth against pay outside care.",
        "Half of the hours in direct care are worked by people with five years or more, as modelled at the opening.",
        "The career pathway itself (titles, roles, training for them) has no effect of its own beyond pay.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {f"leaving.exit_scale_by_role.{role}": "down" for role in DIRECT_CARE}

    premium: Annotated[float, Field(strict=True, ge=0, le=5, description="pounds an hour with five years in the sector")]
    senior_premium: Annotated[
        float, Field(strict=True, ge=0, le=10, description="pounds an hour of senior care workers above the National Living Wage")
    ] = 0.0

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale exits from direct care down, and raise the floor of senior care workers."""
        stay = (1.0 + self.premium / tree.at("policy.staff.hourly_pay")) ** -tree.at("leaving.exit_pay_elasticity")
        fewer = tree.at("policy.experience_premium.share_of_exits") * (1.0 - stay)
        for role in DIRECT_CARE:
            for month, end, size in spans(ramp(self, fewer, _YEARS_TO_FULL), self.until):
                yield Scale(f"leaving.exit_scale_by_role.{role}", 1.0 - size, from_=month, until=end)
        if self.senior_premium > 0:
            yield from self._senior_floor(tree)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the premium for the hours of experienced staff."""
        experienced = posts(tree, basis, "direct_care_posts_per_adult") * tree.at("policy.staff.experienced_share")
        hours = experienced * tree.at("policy.staff.hours_per_post") * tree.at("money.weeks_per_year")
        relative = self.premium / tree.at("policy.staff.hourly_pay")
        return Cost(shared_out(tree, hours * relative * hourly_cost(tree, basis.years) * self.active(basis.years)))

    def _senior_floor(self, tree: ParameterTree) -> Iterator[Edit]:
        last = HORIZON if self.until is None else self.until
        wage, outside = living_wage_path(tree, HORIZON), outside_path(tree, HORIZON)
        months = np.array([self.start, *range(next_april(self.start + 1), last, 12)])
        floors = wage[months] + self.senior_premium * outside[months] / outside[self.start]
        for month, end, floor in spans(zip(months.tolist(), floors.tolist(), strict=True), self.until):
            yield Floor("pay.role_floor.senior_care_worker", floor, from_=month, until=end)
