"""More people recruited from abroad, as when a visa route is opened (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.national import share_by_adults, shared_out


class InternationalRecruitment(Policy):
    """More people arrive from abroad each year to start a care job.

    The setting is the result of a visa rule, not the rule: the Home Office expected its closure of the route to cost about 7,000
    a year. Fills never exceed vacancies. Cost: sponsoring and bringing each person (assumed), as fees rise for those who pay for
    care.
    """

    law: ClassVar[str] = "a change of the immigration rules, which closed to new care workers from abroad in July 2025"
    evidence: ClassVar[tuple[str, ...]] = ("E30", "E31")
    assumptions: ClassVar[tuple[str, ...]] = (
        "They start in the services that people from abroad start in now, and leave as those do.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"filling.arrivals": "up"}

    people_per_year: Annotated[
        float, Field(strict=True, ge=0, le=150_000, description="more arrivals a year in England; an area has its share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add arrivals."""
        yield Add("filling.arrivals", self.people_per_year, from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return what sponsoring them costs."""
        people = self.people_per_year * share_by_adults(basis) * self.active(basis.years)
        each = tree.at("policy.international_recruitment.cost_per_person")
        return Cost(shared_out(tree, people * each), assumed=True)
