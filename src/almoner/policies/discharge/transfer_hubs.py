"""Integrated transfer hubs (MODEL.md sections 7 and 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Domain, Policy, ramp, spans

_YEARS_TO_FULL = 1.0


class TransferHubs(Policy):
    """Hospitals, community services and councils run one hub that settles needs and pathways, so that its process is shorter.

    No controlled estimate for England was found, so the middle of the prior is no effect; what a faster hub would be worth is told
    by the what-ifs. Cost: the staff of the hub for each resident aged 65 and over (assumed), paid by the NHS and councils.
    """

    domain: ClassVar[Domain] = "discharge"
    evidence: ClassVar[tuple[str, ...]] = ("E56",)
    assumed: ClassVar[bool] = True

    cut: Annotated[float, Field(strict=True, ge=0, le=1, description="wanted cut in the length of the hub's process, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale the length of the hub's process, in quarterly steps over a year."""
        full = self.cut * tree.at("discharge.policy.hub_effect")
        for month, end, size in spans(ramp(self, full, _YEARS_TO_FULL), self.until):
            yield Scale("discharge.process_scale.hub", max(1.0 - size, 0.0), from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the hub's staff."""
        unit = tree.at("discharge.policy.hub_cost_per_person_65_plus")
        whole = self.cut * unit * basis.people_65_plus * self.active(basis.years)
        return Cost({"council": 0.4 * whole, "nhs": 0.6 * whole}, assumed=True)
