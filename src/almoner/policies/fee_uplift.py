"""Higher fees from councils to providers of care (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from almoner.model.pay import living_wage_path
from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import HORIZON, Cost, CostBasis, Direction, Policy, next_april
from almoner.policies.choices import REGULATED


class FeeUplift(Policy):
    """Councils pay providers more for the care that they buy, and providers pass a part of it on in pay.

    Pay rises in the first April by the part passed on, over pay's share of cost, times the share of care that councils pay for;
    fewer people leave and more enter by the elasticities of pay. Pay once raised above the floor is not cut when the uplift ends.
    Cost: the part that is not passed on (assumed), paid by councils; the part passed on is in the pay bill difference.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01", "E05", "E08")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "All staff of providers gain alike, whoever pays for the people they care for.",
        "Nothing is credited for providers that would otherwise close or for care homes' quality.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"pay.market_growth_gap": "up", "pay.floor_premium.home_care": "up"}

    uplift: Annotated[float, Field(strict=True, ge=0, le=0.5, description="rise of councils' fees, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Raise pay above the floor in one April, and the floor by as much for as long as the uplift holds."""
        april = next_april(self.start)
        if april >= HORIZON or (self.until is not None and april >= self.until):
            return
        passed = self.uplift * tree.at("policy.fee_uplift.pass_through") / tree.at("pay.share_of_cost")
        rise = passed * tree.at("money.payer.council")
        end = april + 12 if self.until is None else min(april + 12, self.until)
        yield Add("pay.market_growth_gap", rise, from_=april, until=end)
        pence = rise * float(living_wage_path(tree, april + 1)[april])
        for service in REGULATED:
            yield Add(f"pay.floor_premium.{service}", pence, from_=april, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the part that providers keep."""
        kept = 1.0 - tree.at("policy.fee_uplift.pass_through")
        return Cost({payer: kept * amount for payer, amount in self.outlay(tree, basis).items()}, assumed=True)

    def outlay(self, tree: ParameterTree, basis: CostBasis) -> dict[str, NDArray[np.float64]]:
        """Return all that councils pay more for the care that they buy."""
        bought = tree.at("policy.fee_uplift.bought_care_per_adult") * basis.adults
        return {"council": np.asarray(self.uplift * bought * self.active(basis.years))}
