"""A domestic recruitment campaign (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Policy
from almoner.policies.national import share_by_adults


class RecruitmentCampaign(Policy):
    """A national campaign invites people who live here to work in care.

    No estimate of what such campaigns bring was found, so the middle of the prior is no effect. Cost: the money spent on it, by
    the government.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E32",)
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("Entrants rise in proportion to the money, which only holds for small campaigns.",)

    gbp_m_per_year: Annotated[
        float, Field(strict=True, ge=0, le=100, description="million pounds a year in England, in the stated prices")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale resident entrants."""
        more = self.gbp_m_per_year / 10.0 * tree.at("policy.recruitment_campaign.entrants_per_10_million")
        yield Scale("filling.scale", max(1.0 + more, 0.0), from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the places' share of the money."""
        spent = 1e6 * self.gbp_m_per_year * share_by_adults(basis) * self.active(basis.years)
        return Cost({"government": np.asarray(spent)})
