"""Prevention: money for services that keep people well at home (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Policy, ramp, spans

SERVICES_EASED = ("care_home_nursing", "care_home", "home_care", "other_community", "personal_assistant")


class Prevention(Policy):
    """Councils and the NHS spend more on keeping older people well, and long-term need falls some years later.

    Need falls by what a pound saves times the pounds spent, as a share of what care costs. What a pound saves is a parameter
    with a wide prior that includes nothing, because the published return comes from schemes chosen for their success.
    Cost: the spending itself, half from councils and half from the NHS (assumed).
    """

    evidence: ClassVar[tuple[str, ...]] = ("E82",)
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "The money is spent as well as in the schemes whose returns were pooled, a tenth of which is kept.",
        "Need falls by the same share in every service that people use for long.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {f"need.scale.{service}": "down" for service in SERVICES_EASED}

    gbp_per_person_65_plus: Annotated[
        float, Field(strict=True, ge=0, le=500, description="pounds a year for each resident aged 65 and over")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale need down in quarterly steps over the years until prevention acts in full."""
        saved = tree.at("policy.prevention.saving_per_pound") * self.gbp_per_person_65_plus
        share = saved / tree.at("policy.prevention.care_cost_per_person_65_plus")
        steps = list(ramp(self, share, 2.0 * tree.at("policy.prevention.delay_years")))
        for service in SERVICES_EASED:
            for month, end, size in spans(steps, self.until):
                yield Scale(f"need.scale.{service}", 1.0 - size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the money spent, in the stated prices."""
        spent = self.gbp_per_person_65_plus * basis.people_65_plus * self.active(basis.years)
        return Cost({"council": np.asarray(spent / 2), "nhs": np.asarray(spent / 2)}, assumed=True)
