"""More care home places (MODEL.md sections 7 and 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Domain, Policy, ramp, spans
from almoner.policies.discharge.unit_costs import places

_YEARS_TO_FULL = 3.0


class CareHomePlaces(Policy):
    """More care home places are opened and staffed; part of them is for people who leave hospital.

    The part is set so that 10% more places lower delays of social care by 6 to 9%, as an English panel of councils found. Cost: the
    places that people from hospital take (assumed), paid by councils; building them is not in it.
    """

    domain: ClassVar[Domain] = "discharge"
    evidence: ClassVar[tuple[str, ...]] = ("E60", "E61")
    assumptions: ClassVar[tuple[str, ...]] = ("Staff for the places are found; the workforce plan says whether they are.",)
    moves: ClassVar[Mapping[str, Direction]] = {"discharge.capacity_scale.p3_places": "up"}

    more: Annotated[float, Field(strict=True, ge=0, le=0.5, description="more care home places, as a share of all there are")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale places for people from hospital up, in quarterly steps over three years."""
        full = self.more * tree.at("discharge.pass_through.p3_places")
        for month, end, size in spans(ramp(self, full, _YEARS_TO_FULL), self.until):
            yield Scale("discharge.capacity_scale.p3_places", 1.0 + size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the places that people from hospital take."""
        whole = self.more * tree.at("discharge.pass_through.p3_places") * places(tree) * basis.people_65_plus
        return Cost({"council": whole * self.active(basis.years)}, assumed=True)
