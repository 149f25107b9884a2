"""Pay in children's homes (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.model.money import on_costs
from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.children.england import number


class ChildrensHomesPay(Policy):
    """Pay of staff in children's homes rises against pay elsewhere, and fewer of them leave.

    Leaving falls by the elasticity of pay; staff who stay open places that were shut for want of staff. Cost: the rise in pay with
    on-costs of all staff of homes (assumed), paid by councils, which buy nearly all places.
    """

    domain = "children"
    evidence: ClassVar[tuple[str, ...]] = ("E45", "E01")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("Homes take on as many new staff as before.",)
    moves: ClassVar[Mapping[str, Direction]] = {"children.homes.pay_scale": "up"}

    rise: Annotated[float, Field(strict=True, ge=0, le=0.5, description="rise of pay above pay elsewhere, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale pay up."""
        yield Scale("children.homes.pay_scale", 1.0 + self.rise, from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the rise for all staff."""
        share = number(tree, basis, "looked_after") / tree.at("children.base.looked_after")
        hours = tree.at("children.homes.weeks_pay_hours") * tree.at("money.weeks_per_year")
        pay = tree.at("children.homes.staff") * share * hours * tree.at("children.homes.pay") * on_costs(tree, basis.years)
        return Cost({"council": np.asarray(self.rise * pay * self.active(basis.years))}, assumed=True)
