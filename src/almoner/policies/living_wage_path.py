"""Shock: another path of the National Living Wage (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Direction, Policy


class LivingWagePath(Policy):
    """The National Living Wage grows faster or slower each April than it is assumed to.

    The floor under care pay moves against pay outside care, which keeps its path. Aprils whose wage is already published do not
    change. Cost: the whole pay bill difference with employer on-costs, by payer.
    """

    shock: ClassVar[bool] = True
    evidence: ClassVar[tuple[str, ...]] = ("E08", "E09", "E10")
    assumptions: ClassVar[tuple[str, ...]] = (
        "Other employers' pay is not moved by it, although part of the outside pay of low-paid work is the same wage.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"pay.national_living_wage_growth": "up"}

    extra_growth: Annotated[
        float, Field(strict=True, ge=-0.05, le=0.1, description="more growth a year than assumed, as a share; less when negative")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add to the growth of the wage."""
        yield Add("pay.national_living_wage_growth", self.extra_growth, from_=self.start, until=self.until)
