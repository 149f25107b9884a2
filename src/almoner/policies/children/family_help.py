"""Family help (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Policy, ramp, spans
from almoner.policies.children.england import number


class FamilyHelp(Policy):
    """Families of children in need get help from one team early, so that fewer children go on a plan or come into care.

    The effect grows in quarterly steps over the years after which the evaluation looked. Children who do not move on stay in need
    a while longer, so caseloads fall later than care does. Cost: a sum for each child in need whose family is offered help
    (assumed), paid by the government.
    """

    domain = "children"
    evidence: ClassVar[tuple[str, ...]] = ("E83", "E84")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("A fifth of the effect seen in families reached is kept for all children in need.",)
    moves: ClassVar[Mapping[str, Direction]] = {"children.need.to_care_scale": "down", "children.need.to_plan_scale": "down"}

    families: Annotated[float, Field(strict=True, ge=0, le=1, description="families of children in need offered help, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale moves into care and onto plans."""
        years = tree.at("children.effect.family_help_years")
        for path, effect in (("to_care", "care"), ("to_plan", "plans")):
            full = self.families * tree.at(f"children.effect.family_help_{effect}")
            for month, end, size in spans(ramp(self, full, years), self.until):
                yield Scale(f"children.need.{path}_scale", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the help."""
        children = self.families * number(tree, basis, "in_need")
        spent = children * tree.at("children.effect.family_help_cost") * self.active(basis.years)
        return Cost({"government": np.asarray(spent)}, assumed=True)
