"""Housing with care: homes with care on site (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

import numpy as np
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import HORIZON, Cost, CostBasis, Policy, spans
from almoner.policies.national import share_by_older_people

_MONTHS_TO_BUILD: Final = 24


class HousingWithCare(Policy):
    """More homes with care on site are built each year for older people, some of whom may then not move to a care home.

    No estimate of how many was found in the register, so the middle of the prior is none; whoever does not move is given home
    care instead. Homes stay when the building ends. Cost: a capital grant for each home (assumed) in the years of building, paid
    by the government.
    """

    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "A home opens two years after its grant and is lived in by people aged 65 and over.",
        "Rents, charges and the fees of care on site are as for other homes and other home care.",
    )
    outlasts: ClassVar[bool] = True

    homes_per_year: Annotated[
        float, Field(strict=True, ge=0, le=20_000, description="more homes begun a year in England; an area has its share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale need for care homes, and the home care that takes its place, each quarter as homes open."""
        each = tree.at("policy.housing_with_care.care_home_places_replaced")
        care_homes = each / tree.at("policy.housing_with_care.care_home_residents")
        year_of_care = tree.at("money.home_care_hours") * tree.at("money.weeks_per_year")
        home_care = each * year_of_care / tree.at("policy.housing_with_care.home_care_hours")
        for service, share in {"care_home": -care_homes, "home_care": home_care}.items():
            for month, end, homes in spans(self._open(), None):
                yield Scale(f"need.scale.{service}", max(1.0 + share * homes, 0.0), from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the grants for the homes begun."""
        homes = self.homes_per_year * share_by_older_people(basis) * self.active(basis.years)
        return Cost({"government": np.asarray(homes * tree.at("policy.housing_with_care.grant_per_home"))}, assumed=True)

    def _open(self) -> Iterator[tuple[int, float]]:
        """Yield (month, homes open so far), a step a quarter."""
        begun_for = (HORIZON if self.until is None else self.until) - self.start
        for months in range(3, begun_for + 1, 3):
            yield self.start + _MONTHS_TO_BUILD + months, self.homes_per_year * months / 12.0
        if begun_for % 3 and self.until is not None:
            yield self.until + _MONTHS_TO_BUILD, self.homes_per_year * begun_for / 12.0
