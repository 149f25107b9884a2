"""Trusted assessment: one assessment that the next body accepts (MODEL.md sections 7 and 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Domain, Policy, ramp, spans

_YEARS_TO_FULL = 1.0


class TrustedAssessment(Policy):
    """Care providers accept an assessor's word instead of coming to assess again, so that arrangements take less time.

    No controlled estimate was found, so the middle of the prior is no effect. Cost: the assessors (assumed), paid by the NHS and
    councils.
    """

    domain: ClassVar[Domain] = "discharge"
    evidence: ClassVar[tuple[str, ...]] = ("E56",)
    assumed: ClassVar[bool] = True

    share_of_discharges: Annotated[
        float, Field(strict=True, ge=0, le=1, description="share of discharges with support that it reaches")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale the length of assessment and arrangements, in quarterly steps over a year."""
        full = self.share_of_discharges * tree.at("discharge.policy.trusted_effect")
        for month, end, size in spans(ramp(self, full, _YEARS_TO_FULL), self.until):
            yield Scale("discharge.process_scale.interface", max(1.0 - size, 0.0), from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the assessors."""
        unit = tree.at("discharge.policy.assessor_cost_per_person_65_plus")
        whole = self.share_of_discharges * unit * basis.people_65_plus * self.active(basis.years)
        return Cost({"council": 0.5 * whole, "nhs": 0.5 * whole}, assumed=True)
