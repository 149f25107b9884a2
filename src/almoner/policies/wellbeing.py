"""Wellbeing support and occupational health for care staff (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy, ramp, spans
from almoner.policies.national import posts

_YEARS_TO_FULL: Final = 1.0


class Wellbeing(Policy):
    """Care staff have wellbeing support and occupational health, which may keep some of them in the sector.

    No study with a comparison was found, so the middle of the prior is no effect. Cost: a sum for each post covered (assumed),
    paid by the government.
    """

    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("It acts on leaving the sector only, alike in all services and roles.",)

    share_of_staff: Annotated[float, Field(strict=True, ge=0, le=1, description="share of staff who have it")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale exits from the sector, in quarterly steps over a year."""
        fewer = self.share_of_staff * tree.at("policy.wellbeing.exit_reduction")
        for month, end, size in spans(ramp(self, fewer, _YEARS_TO_FULL), self.until):
            yield Scale("leaving.exit_scale", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the sum for the posts covered."""
        covered = self.share_of_staff * posts(tree, basis, "posts_per_adult") * self.active(basis.years)
        return Cost({"government": covered * tree.at("policy.wellbeing.cost_per_post")}, assumed=True)
