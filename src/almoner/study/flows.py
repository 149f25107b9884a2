"""The months of a place one by one: what came, what went, and that the books close to the unit (MODEL.md section 5).

In: a place, a scenario and a number of months. Out: one `MonthFlows` a month, at the middle of every prior and one replicate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from almoner.model.columns import FLOWS
from almoner.model.engine import Run
from almoner.parameters import load
from almoner.reference.areas import Area
from almoner.study.design import Study, parameter_draws
from almoner.study.run import open_run, prepare
from almoner.study.scenario import Scenario

EXITS: Final = ("exits_nhs", "exits_other_sector", "exits_retirement", "exits_abroad")


@dataclass(frozen=True, slots=True)
class MonthFlows:
    """Posts and people of one month in a place, whole numbers. F1 = F0 + E + A - X + moves in - out + promotions in - out."""

    month: int
    filled_before: int
    entrants: int
    arrivals: int
    exits: int
    moves_in: int
    moves_out: int
    promotions_in: int
    promotions_out: int
    filled: int
    posts: int
    vacant: int

    @property
    def residual(self) -> int:
        """What the identity leaves over: nothing, unless something is wrong."""
        came = self.entrants + self.arrivals + self.moves_in + self.promotions_in
        went = self.exits + self.moves_out + self.promotions_out
        return self.filled_before + came - went - self.filled

    @property
    def vacancy_residual(self) -> int:
        """Posts less filled less vacant: nothing."""
        return self.posts - self.filled - self.vacant


def monthly_flows(place: Area, scenario: Scenario, to_year: int, seed: int = 0) -> tuple[MonthFlows, ...]:
    """Run a scenario at the middle of every prior and return its months to 31 March of a year."""
    study = Study(place, (scenario,), 1, to_year, seed)
    tree = load()
    drawn = tree.drawn(tree.quantiles(parameter_draws(tree, 1, seed)[0]))
    run, _ = open_run(prepare(study), drawn, scenario, study.months, seed, 0)
    return tuple(_months(run, study.months))


def _months(run: Run, months: int) -> Iterator[MonthFlows]:
    found: list[MonthFlows] = []
    before = int(run.world.filled.sum())
    counted = np.zeros(len(FLOWS), np.int64)

    def note(after: Run) -> None:
        nonlocal before, counted
        year_closed = after.number % 12 == 0
        flows = (after.flows[-1] if year_closed else after.year_flows).sum(axis=0, dtype=np.int64)
        month = dict(zip(FLOWS, (flows - counted).tolist(), strict=True))
        counted = np.zeros_like(flows) if year_closed else flows
        filled, vacant = int(after.world.filled.sum()), int(after.world.vacant.sum())
        found.append(
            MonthFlows(
                month=after.number - 1,
                filled_before=before,
                entrants=month["entrants"],
                arrivals=month["arrivals"],
                exits=sum(month[name] for name in EXITS),
                moves_in=month["moves_in"],
                moves_out=month["moves_out"],
                promotions_in=month["promotions_in"],
                promotions_out=month["promotions_out"],
                filled=filled,
                posts=int((after.world.posts.status > 0).sum()),
                vacant=vacant,
            )
        )
        before = filled

    run.advance(months, note)
    yield from found
