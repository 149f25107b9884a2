"""More capacity to recover after hospital: support at home and rehabilitation beds (MODEL.md sections 7 and 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Domain, Policy, ramp, spans
from almoner.policies.discharge.unit_costs import beds, home

_YEARS_TO_FULL = 1.0
_CAPACITIES = ("p1_starts", "p2_beds")


class RecoveryCapacity(Policy):
    """Councils and the NHS buy more reablement at home and more rehabilitation beds for people leaving hospital.

    Only part of it is staffed and used by people from hospital; how much that moves delays is worked out by the queues. Cost: the
    episodes and beds (assumed), half from councils and half from the NHS (the Better Care Fund).
    """

    domain: ClassVar[Domain] = "discharge"
    evidence: ClassVar[tuple[str, ...]] = ("E50", "E52", "E55")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = ("New capacity is spread over boards as the present one is.",)
    moves: ClassVar[Mapping[str, Direction]] = {f"discharge.capacity_scale.{each}": "up" for each in _CAPACITIES}

    more: Annotated[float, Field(strict=True, ge=0, le=1, description="more capacity, as a share of the base year's")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale capacity up, in quarterly steps over a year."""
        full = self.more * tree.at("discharge.policy.recovery_realised")
        for capacity in _CAPACITIES:
            for month, end, size in spans(ramp(self, full, _YEARS_TO_FULL), self.until):
                yield Scale(f"discharge.capacity_scale.{capacity}", 1.0 + size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of all that is bought, used by people from hospital or not."""
        whole = self.more * (home(tree) + beds(tree)) * basis.people_65_plus * self.active(basis.years)
        return Cost({"council": np.asarray(whole / 2), "nhs": np.asarray(whole / 2)}, assumed=True)
