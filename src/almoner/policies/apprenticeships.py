"""Apprenticeships for social workers, occupational therapists and nurses (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.national import share_by_adults


class Apprenticeships(Policy):
    """More people begin a degree apprenticeship each year, and those who finish start in the profession years later.

    Those who have begun before the policy ends still finish. Cost: the training of each person who begins, in the year of the
    beginning (assumed), from the apprenticeship levy and so the government.
    """

    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "All who finish start in adult social care where there is a vacancy; posts that apprentices leave behind are not emptied.",
        "Wages of apprentices and the time of those who supervise them are not in the cost.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"training.qualifiers.social_worker": "up"}
    outlasts: ClassVar[bool] = True

    places_per_year: Annotated[
        float, Field(strict=True, ge=0, le=20_000, description="more people who begin a year in England; an area has its share")
    ]
    profession: Literal["social_worker", "occupational_therapist", "registered_nurse"] = Field(
        default="social_worker", description="profession that they qualify for"
    )

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add those who finish, from the length of the training after the start."""
        later = round(12 * tree.at("policy.apprenticeships.years"))
        finish = self.places_per_year * tree.at("policy.apprenticeships.completion_share")
        until = None if self.until is None else self.until + later
        yield Add(f"training.qualifiers.{self.profession}", finish, from_=self.start + later, until=until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the training of those who begin."""
        begin = self.places_per_year * share_by_adults(basis) * self.active(basis.years)
        return Cost({"government": begin * tree.at("policy.apprenticeships.cost_per_place")}, assumed=True)
