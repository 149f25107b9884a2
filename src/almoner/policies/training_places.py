"""Training and qualification places at level 2 (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.national import share_by_adults


class TrainingPlaces(Policy):
    """More care staff without a qualification gain one at level 2 each year.

    Qualified staff leave less, but people who mean to stay also get qualified, so the engine's contrast between the two is not
    all caused. Only the causal share of the places is counted as gaining the whole contrast, which on average comes to every
    place gaining that share of it; the model's own count of qualified staff is therefore too low. Cost: what the national fund
    repays for a certificate, paid by the government.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E20", "E21", "E22")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Every place is taken, completed within a year, and would not have been taken without the policy.",
        "Employers bear the paid time off for training, which is not in the cost.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"training.level_2_places": "up"}

    places_per_year: Annotated[
        float, Field(strict=True, ge=0, le=300_000, description="more places a year in England; an area has its share")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add the places whose effect is caused."""
        caused = self.places_per_year * tree.at("policy.qualification.causal_share")
        yield Add("training.level_2_places", caused, from_=self.start, until=self.until)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the places at the most that the fund repays for one, in the price base year."""
        places = self.places_per_year * share_by_adults(basis) * self.active(basis.years)
        return Cost({"government": places * tree.at("money.level_2_certificate")})
