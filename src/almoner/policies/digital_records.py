"""Digital care records (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy, ramp, spans
from almoner.policies.choices import REGULATED
from almoner.policies.national import posts

_YEARS_TO_FULL: Final = 2.0


class DigitalRecords(Policy):
    """More care staff write records on a device instead of on paper, which may save some of their time.

    No study of the time saved was found in the register, so the middle of the prior is none. Cost: licences, devices and training
    for each post (assumed), paid by the government.
    """

    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("Time saved becomes fewer hours of work for each person served.",)

    share_of_staff: Annotated[float, Field(strict=True, ge=0, le=1, description="more of the staff who use them, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale hours a person in care homes and home care, in quarterly steps over two years."""
        fewer = self.share_of_staff * tree.at("policy.digital_records.hours_reduction")
        for service in REGULATED:
            for month, end, size in spans(ramp(self, fewer, _YEARS_TO_FULL), self.until):
                yield Scale(f"need.hours_per_person.{service}", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return licences, devices and training for the posts reached."""
        reached = self.share_of_staff * posts(tree, basis, "posts_per_adult") * self.active(basis.years)
        return Cost({"government": reached * tree.at("policy.digital_records.cost_per_post")}, assumed=True)
