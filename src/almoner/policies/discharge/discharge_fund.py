"""A fund for discharge: money for capacity after hospital (MODEL.md sections 7 and 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Domain, Policy, ramp, spans
from almoner.policies.discharge.unit_costs import beds, home, places
from almoner.reference.discharge_words import CAPACITIES

_YEARS_TO_FULL = 0.5


class DischargeFund(Policy):
    """The government gives councils and boards money for people to leave hospital; it buys care at home, beds and places alike.

    Part of the money pays for what would have been bought anyway. Cost: the fund, paid by the government.
    """

    domain: ClassVar[Domain] = "discharge"
    evidence: ClassVar[tuple[str, ...]] = ("E57",)
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("The fund is spent on the three capacities in proportion to what they cost now.",)
    moves: ClassVar[Mapping[str, Direction]] = {f"discharge.capacity_scale.{each}": "up" for each in CAPACITIES}

    gbp_per_person_65_plus: Annotated[
        float, Field(strict=True, ge=0, le=200, description="pounds a year for each resident aged 65 and over")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale the three capacities up by what the money adds to what they cost, in quarterly steps over half a year."""
        now = home(tree) + beds(tree) + places(tree)
        full = self.gbp_per_person_65_plus * tree.at("discharge.policy.fund_additional") / now
        for capacity in CAPACITIES:
            for month, end, size in spans(ramp(self, full, _YEARS_TO_FULL), self.until):
                yield Scale(f"discharge.capacity_scale.{capacity}", max(1.0 + size, 0.0), from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the fund."""
        return Cost({"government": self.gbp_per_person_65_plus * basis.people_65_plus * self.active(basis.years)})
