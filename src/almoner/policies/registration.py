"""A register of care workers (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy, ramp, spans
from almoner.policies.choices import DIRECT_CARE
from almoner.policies.national import posts

_YEARS_TO_FULL: Final = 2.0


class Registration(Policy):
    """Care workers must be on a register, with a standard of training and of conduct.

    It may keep some staff by its standing and keep some entrants out by its demands; no estimate of either was found, so the
    middles of both priors are no effect. Cost: keeping the register, for each person on it (assumed), paid by the government.
    """

    law: ClassVar[str] = "a national law that sets the register up"
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "The training that it demands is not in the cost: add training places.",
        "Scotland, Wales and Northern Ireland register care workers, but no estimate of the effect on staffing was found.",
    )

    share_of_staff: Annotated[float, Field(strict=True, ge=0, le=1, description="share of staff in direct care who must register")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale exits and entrants of direct care, in quarterly steps over two years."""
        for path, reduction in (("leaving.exit_scale_by_role", "exit_reduction"), ("filling.scale_by_role", "entrant_reduction")):
            fewer = self.share_of_staff * tree.at(f"policy.registration.{reduction}")
            for role in DIRECT_CARE:
                for month, end, size in spans(ramp(self, fewer, _YEARS_TO_FULL), self.until):
                    yield Scale(f"{path}.{role}", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the register for those on it."""
        people = self.share_of_staff * posts(tree, basis, "direct_care_posts_per_adult") * self.active(basis.years)
        return Cost({"government": people * tree.at("policy.registration.cost_per_person")}, assumed=True)
