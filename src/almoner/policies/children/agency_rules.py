"""Rules on agency social workers (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree, Scale
from almoner.policies.base import Direction, Policy

_CONVERSION_MONTHS: Final = 12


class AgencyRules(Policy):
    """Councils keep to agreed limits on agency social workers: fewer of them, at a capped price.

    Use falls by the size at once, and some of those kept out take employed posts in the first year; the price cap takes away part
    of the premium. Posts that agency staff leave open stay open until somebody is hired, so caseloads may rise first.
    Cost: Nothing of its own; what councils save on agency staff is in the projection's agency spending.
    """

    domain = "children"
    evidence: ClassVar[tuple[str, ...]] = ("E40", "E43")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Use fell by 17% in the year to September 2025, in part under the rules of October 2024; the base year holds that fall.",
        "No shortage of agency staff for other councils follows from the rules.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"children.agency.scale": "down", "children.agency.premium_scale": "down"}

    less_use: Annotated[float, Field(strict=True, ge=0, le=0.8, description="agency use that the rules take away, as a share")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale use and premium down; those who convert come as experienced entrants over a year."""
        premium = 1.0 - tree.at("children.effect.agency_rule_premium") * min(1.0, self.less_use / 0.2)
        yield Scale("children.agency.scale", 1.0 - self.less_use, from_=self.start, until=self.until)
        yield Scale("children.agency.premium_scale", premium, from_=self.start, until=self.until)
        end = self.start + _CONVERSION_MONTHS if self.until is None else min(self.start + _CONVERSION_MONTHS, self.until)
        per_1000 = 1000.0 * tree.at("children.base.agency") / tree.at("children.base.posts")
        hired = per_1000 * self.less_use * tree.at("children.effect.agency_rule_conversion")
        yield Add("children.entrants.experienced", hired * 12.0 / _CONVERSION_MONTHS, from_=self.start, until=end)
