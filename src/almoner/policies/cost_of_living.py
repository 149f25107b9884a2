"""Shock: pay outside care runs ahead while prices rise (MODEL.md section 10, the adult side)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Direction, Policy, next_april


class CostOfLiving(Policy):
    """Prices rise fast, other employers answer with pay, and care pay is left behind.

    In the first April pay outside care rises by more than expected while the National Living Wage and care pay above it keep
    their own paths, as in 2022; more people leave care and fewer enter by the elasticities of pay. Cost: nothing of its own.
    """

    shock: ClassVar[bool] = True
    evidence: ClassVar[tuple[str, ...]] = ("E01", "E05")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "The lead stays until another scenario line closes it; an end only matters within the first year.",
        "Fuel for home care visits and people's means to pay for care are left out.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"pay.outside_growth": "up"}

    outside_pay_ahead: Annotated[
        float, Field(strict=True, ge=0, le=0.2, description="by which pay outside care runs ahead, as a share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add to the growth of outside pay in one April, and take it off care pay above the floor, which would follow."""
        april = next_april(self.start)
        if self.until is not None and april >= self.until:
            return
        end = april + 12 if self.until is None else min(april + 12, self.until)
        growth = tree.at("pay.outside_growth", april)
        gap = 1.0 + tree.at("pay.market_growth_gap", april)
        behind = gap * ((1.0 + growth) / (1.0 + growth + self.outside_pay_ahead) - 1.0)
        yield Add("pay.outside_growth", self.outside_pay_ahead, from_=april, until=end)
        yield Add("pay.market_growth_gap", behind, from_=april, until=end)
