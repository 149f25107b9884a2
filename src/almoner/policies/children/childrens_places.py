"""New places for looked-after children (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

import numpy as np
from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.children.england import number

_MONTHS: Final[dict[str, int]] = {"homes": 24, "foster": 12}
_YEARS_TO_FULL: Final = 2


class ChildrensPlaces(Policy):
    """Councils open more places in children's homes or recruit more foster carers.

    Places open over two years, after two years of building and registering a home or one of recruiting a carer. A home's place
    needs staff like any other; of further foster places only part take a child who would otherwise need a home.
    Cost: the yearly cost of a place, for all places decided on, paid by councils.
    """

    domain = "children"
    evidence: ClassVar[tuple[str, ...]] = ("E45",)
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "The times to open are judgements; building costs are not counted.",
        "A place costs money from the decision on, which errs on the dear side in the first years.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"children.homes.more_places": "up"}

    places_per_1000_looked_after: Annotated[
        float, Field(strict=True, ge=0, le=100, description="more places for 1,000 looked-after children; 818 in England are 10")
    ]
    kind: Literal["homes", "foster"] = Field(default="homes", description="children's homes or foster carers")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add places in quarterly steps after the time that opening takes."""
        path = "children.homes.more_places" if self.kind == "homes" else "children.homes.more_foster_places"
        steps = 4 * _YEARS_TO_FULL
        for step in range(steps):
            month = self.start + _MONTHS[self.kind] + 3 * step
            if self.until is None or month < self.until:
                yield Add(path, self.places_per_1000_looked_after / steps, from_=month, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the yearly cost of the places."""
        unit = tree.at("children.homes.cost_per_place" if self.kind == "homes" else "children.homes.cost_per_foster_place")
        places = self.places_per_1000_looked_after / 1000.0 * number(tree, basis, "looked_after")
        return Cost({"council": np.asarray(places * unit * self.active(basis.years))}, assumed=False)
