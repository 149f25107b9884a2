"""A scenario on boards: policies that are limited to areas act on the part of a board's people who live there.

In: a scenario, boards and the areas that are looked at. Out: boards that have the same policies, each set with its share of their
people; and the lanes of such boards, the mean of what each set would make of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.lanes import Lanes
from almoner.model.discharge.system import Change, Fitted, lanes_of
from almoner.parameters import ParameterTree
from almoner.reference.areas import resolve
from almoner.study.scenario import Scenario


@dataclass(frozen=True)
class Part:
    """Boards, by their place among those asked for, and an area that has each set of policies, with its share of their people."""

    boards: tuple[int, ...]
    shares: tuple[tuple[str | None, float], ...]

    def trees(self, scenario: Scenario, drawn: ParameterTree) -> list[tuple[ParameterTree, float]]:
        """Return the parameters of a draw under each set, with its share."""
        return [(scenario.apply(drawn, area), share) for area, share in self.shares]


def parts_of(scenario: Scenario, codes: Sequence[str], people: Mapping[str, float], areas: Sequence[str] = ()) -> list[Part]:
    """Return boards together where the scenario is the same everywhere, otherwise one by one.

    `people` are adults by area; with `areas` only they count in a board.
    """
    members = [[member for member in resolve(code).members if not areas or member[0] in areas] for code in codes]
    every = sorted({area for of_board in members for area, _ in of_board})
    examples, of_area = scenario.variants(every)
    variant = dict(zip(every, of_area, strict=True))
    if set(of_area) == {0}:
        return [Part(tuple(range(len(codes))), ((None, 1.0),))]
    parts = []
    for k, of_board in enumerate(members):
        weight = np.zeros(len(examples))
        for area, share in of_board:
            weight[variant[area]] += share * people[area]
        shares = weight / weight.sum()
        parts.append(Part((k,), tuple((examples[v], float(shares[v])) for v in np.flatnonzero(shares))))
    return parts


def lanes_under(
    trees: Sequence[tuple[ParameterTree, float]], fitted: Fitted, calendar: Calendar, change: Change | None = None
) -> Lanes:
    """Return the lanes of boards whose people have several sets of policies: places and lengths are means by people."""
    made = [(lanes_of(tree, fitted, calendar, change), share) for tree, share in trees]
    if len(made) == 1:
        return made[0][0]
    means = {
        name: np.sum([share * getattr(lanes, name) for lanes, share in made], axis=0)
        for name in ("slots", "packages", "length_scale")
    }
    return made[0][0]._replace(**means)
