"""Short breaks for disabled children (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.children.england import number


class ShortBreaks(Policy):
    """More places in homes that give disabled children and their families short breaks.

    Families who get a break can go on caring: a few fewer children come into care, if any; no estimate was found.
    Cost: the yearly cost of a place (assumed), paid by councils.
    """

    domain = "children"
    assumed: ClassVar[bool] = True
    moves: ClassVar[Mapping[str, Direction]] = {"children.need.to_care_scale": "down"}

    places_per_1000_in_need: Annotated[
        float, Field(strict=True, ge=0, le=20, description="more places for 1,000 children in need; England had 2.6 in 2023")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale moves into care."""
        less = self.places_per_1000_in_need * tree.at("children.effect.short_break_care")
        yield Scale("children.need.to_care_scale", max(1.0 - less, 0.0), from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the yearly cost of the places."""
        places = self.places_per_1000_in_need / 1000.0 * number(tree, basis, "in_need")
        return Cost(
            {"council": np.asarray(places * tree.at("children.effect.short_break_cost") * self.active(basis.years))}, assumed=True
        )
