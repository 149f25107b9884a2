"""Support for unpaid carers (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy, ramp, spans

_YEARS_TO_FULL: Final = 2.0


class CarerSupport(Policy):
    """More unpaid carers who give fifty hours or more a week get help to cope.

    A trial found that carers fared better and that use of care did not change significantly, so the middle of the prior is no
    effect on need; what carers gain is not counted. Cost: a sum for each carer helped (assumed), paid by councils.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E85",)
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Only need for home care can change, by as much for all who use it.",
        "A carer who is helped is helped once a year.",
    )

    share_of_carers: Annotated[
        float, Field(strict=True, ge=0, le=1, description="more of these carers helped each year, as a share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale need for home care, in quarterly steps over two years."""
        fewer = self.share_of_carers * tree.at("policy.carer_support.need_reduction")
        for month, end, size in spans(ramp(self, fewer, _YEARS_TO_FULL), self.until):
            yield Scale("need.scale.home_care", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the sum for the carers helped."""
        carers = self.share_of_carers * tree.at("policy.carer_support.carers_per_adult") * basis.adults
        return Cost({"council": carers * tree.at("policy.carer_support.cost_per_carer") * self.active(basis.years)}, assumed=True)
