"""Reablement: short, intensive help at home to recover skills after illness (MODEL.md section 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from almoner.parameters import Edit, ParameterTree, Scale
from almoner.policies.base import Cost, CostBasis, Direction, Policy, ramp, spans
from almoner.policies.national import hourly_cost

YEARS_TO_FULL = 2.0


class Reablement(Policy):
    """More people get an episode of reablement; home care falls in the year after, and councils need staff to give it.

    The later saving keeps a quarter of the effect seen in a matched comparison, with no effect inside the range; nearly all of
    it was offset by the cost of reablement itself, so the staff who give it are added to need. Cost: the published unit cost of
    the episodes, brought to the stated prices, less the hours of their staff, which are in the pay bill; paid by councils.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E50", "E51", "E52")
    assumed: ClassVar[bool] = True
    assumptions: ClassVar[tuple[str, ...]] = (
        "Councils' own staff give the episodes; people are as able to gain from them as in the study.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"need.scale.home_care": "down", "need.scale.council": "up"}

    more_episodes_per_1000: Annotated[
        float, Field(strict=True, ge=0, le=100, description="more episodes a year for 1,000 residents aged 65 and over")
    ]

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Scale home care need down and council need up, in quarterly steps over two years."""
        episodes = self.more_episodes_per_1000 / 1000.0
        year_of_care = tree.at("money.home_care_hours") * tree.at("money.weeks_per_year")
        avoided = episodes * tree.at("policy.reablement.later_home_care_reduction") * year_of_care
        given = episodes * tree.at("policy.reablement.staff_hours_per_episode")
        changes = {
            "home_care": -avoided / tree.at("policy.reablement.home_care_hours_per_person_65_plus"),
            "council": given / tree.at("policy.reablement.council_hours_per_person_65_plus"),
        }
        for service, share in changes.items():
            for month, end, size in spans(ramp(self, share, YEARS_TO_FULL), self.until):
                yield Scale(f"need.scale.{service}", 1.0 + size, from_=month, until=end)

    def cost(self, tree: ParameterTree, basis: CostBasis) -> Cost:
        """Return what the episodes cost beyond the staff who give them."""
        staff = tree.at("policy.reablement.staff_hours_per_episode") * hourly_cost(tree, basis.years)
        return Cost({"council": self._episodes(basis) * np.maximum(_unit_cost(tree) - staff, 0.0)})

    def outlay(self, tree: ParameterTree, basis: CostBasis) -> dict[str, NDArray[np.float64]]:
        """Return the whole cost of the episodes."""
        return {"council": self._episodes(basis) * _unit_cost(tree)}

    def _episodes(self, basis: CostBasis) -> NDArray[np.float64]:
        return self.more_episodes_per_1000 / 1000.0 * basis.people_65_plus * self.active(basis.years)


def _unit_cost(tree: ParameterTree) -> float:
    return tree.at("money.reablement_episode_cost") * tree.at("money.reablement_uprating")
