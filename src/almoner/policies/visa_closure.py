"""Shock: visa routes close (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Direction, Policy


class VisaClosure(Policy):
    """Fewer people may come from abroad to work in care.

    Arrivals already fell by half in 2024-25 while rules were tightened, and the baseline holds a further fall. Cost: nothing of
    its own; fewer starters and more cover are in the cost of staff.
    """

    shock: ClassVar[bool] = True
    evidence: ClassVar[tuple[str, ...]] = ("E30", "E31")
    assumptions: ClassVar[tuple[str, ...]] = ("People who are here already stay as they would have.",)
    moves: ClassVar[Mapping[str, Direction]] = {"filling.arrivals_scale": "down"}

    share_closed: Annotated[float, Field(strict=True, ge=0, le=1, description="share of expected arrivals that do not come")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale arrivals down."""
        yield Scale("filling.arrivals_scale", 1.0 - self.share_closed, from_=self.start, until=self.until)
