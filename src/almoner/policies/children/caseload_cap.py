"""A cap on caseloads (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Cap, Edit, ParameterTree
from almoner.policies.base import Direction, Policy


class CaseloadCap(Policy):
    """Councils fund posts until no social worker need hold more cases than the cap.

    Posts grow by up to 2% of posts a month towards what the cap asks for, counting agency staff; they are filled as other
    vacancies are, and covered by agency staff meanwhile. Fewer cases keep a few more people (E41, weak).
    Cost: Nothing of its own here; the projection counts the pay of the posts that it adds.
    """

    domain = "children"
    evidence: ClassVar[tuple[str, ...]] = ("E41", "E44")
    assumptions: ClassVar[tuple[str, ...]] = (
        "Children in need do not change with the number of social workers.",
        "A count of cases is not workload: social workers said that it grew while cases fell (E44).",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"children.caseload.cap": "down"}
    neutral: ClassVar[float] = 40.0

    cases: Annotated[float, Field(strict=True, ge=8, le=40, description="most cases for each FTE social worker; 40 binds nowhere")]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Cap the caseload that posts are funded for."""
        if self.cases < self.neutral:
            yield Cap("children.caseload.cap", self.cases, from_=self.start, until=self.until)
