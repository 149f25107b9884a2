"""More ways into child and family social work (MODEL.md section 10, children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

import numpy as np
from pydantic import Field

from almoner.parameters import Add, Edit, ParameterTree
from almoner.policies.base import Cost, CostBasis, Direction, Policy
from almoner.policies.children.england import number

Route = Literal["fast_track", "apprentices", "returners", "overseas"]

_MONTHS: Final[dict[str, int]] = {"fast_track": 14, "apprentices": 36, "returners": 6, "overseas": 9}
"""Months from a place to a post: fast-track programme, degree apprenticeship, refreshing practice, recruitment and registration."""
_ENTRANTS: Final[dict[str, str]] = {
    "fast_track": "newly_qualified",
    "apprentices": "newly_qualified",
    "returners": "experienced",
    "overseas": "from_overseas",
}


class SocialWorkerEntry(Policy):
    """More places a year on a way into social work: fast-track training, apprenticeships, returners or people from overseas.

    Those who complete take vacant posts after the time that the way takes, never more than there are vacancies; who comes by it
    leaves like others of the same service. Cost: a sum for each place (assumed), paid by the government.
    """

    domain = "children"
    evidence: ClassVar[tuple[str, ...]] = ()
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Places are additional: nobody on them would otherwise have become a social worker.",
        "The months to a post are those of the usual programmes: 14 fast-track, 36 apprenticeship, 6 return, 9 from overseas.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"children.entrants.newly_qualified": "up"}
    outlasts: ClassVar[bool] = True

    places_per_1000_posts: Annotated[
        float,
        Field(strict=True, ge=0, le=100, description="more places a year for 1,000 funded posts; 1,000 in England are 24"),
    ]
    route: Route = Field(default="fast_track", description="the way in")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Add those who complete, from the months that the way takes after the start until as long after the end."""
        wait = _MONTHS[self.route]
        end = None if self.until is None else self.until + wait
        completing = self.places_per_1000_posts * tree.at("children.effect.entry_completion")
        yield Add(f"children.entrants.{_ENTRANTS[self.route]}", completing, from_=self.start + wait, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return the cost of the places."""
        places = self.places_per_1000_posts / 1000.0 * number(tree, basis, "posts")
        spent = places * tree.at("children.effect.entry_cost") * self.active(basis.years)
        return Cost({"government": np.asarray(spent)}, assumed=True)
