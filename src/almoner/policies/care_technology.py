"""Care technology in people's homes (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy, ramp, spans

_YEARS_TO_FULL: Final = 2.0


class CareTechnology(Policy):
    """More people who use home care have sensors, alarms and monitoring at home.

    Two randomised trials in England found no clear effect on hours of care, hospital admission or entry to care homes, so the
    middle of the prior is no effect. Cost: equipment and monitoring for each person (assumed), paid by councils.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E70", "E71")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("Only hours of home care can change; today's equipment is like that of the trials.",)

    share_of_people: Annotated[float, Field(strict=True, ge=0, le=1, description="more of those who use home care, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale hours of home care a person, in quarterly steps over two years."""
        fewer = self.share_of_people * tree.at("policy.technology.hours_reduction")
        for month, end, size in spans(ramp(self, fewer, _YEARS_TO_FULL), self.until):
            yield Scale("need.hours_per_person.home_care", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return equipment and monitoring for the people reached."""
        people = self.share_of_people * tree.at("policy.technology.people_per_person_65_plus") * basis.people_65_plus
        return Cost({"council": people * tree.at("policy.technology.cost_per_person") * self.active(basis.years)}, assumed=True)
