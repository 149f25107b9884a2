"""Days delayed as a measure beside the workforce's: what a scenario does to the days that people ready to leave stay in hospital.

In: a study and runs of it. Out: days by year (the twelve months to each 31 March), under the same scenario, draw and luck. Capacity
after hospital follows the staffed hours of the same run, area by area and month by month; policies that act on discharge move it
beside that. It costs another pass of the workforce's months and one of the boards' days, so it is done only where it is asked for.
A board's and England's days are of patients with no criteria to reside; a council's or region's are of its own days after the ready
date, which follow the boards where its people live as those boards would go if all their areas did as it does. The swings that all
boards share (`study.discharge_swings`) multiply every scenario alike and are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.measures import DelayedRun
from almoner.errors import AlmonerError
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.discharge import flow, record
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.system import Fitted
from almoner.parameters import ParameterTree, load
from almoner.reference.areas import Area, england
from almoner.reference.vocabulary import ENGLAND
from almoner.study import discharge
from almoner.study.design import Study
from almoner.study.discharge_hours import ratios_of_run
from almoner.study.discharge_scenario import lanes_under, parts_of
from almoner.study.discharge_store import adults, capacity_change
from almoner.study.discharge_swings import opening_levels
from almoner.study.run import Prepared, StudyResult, prepare
from almoner.study.scenario import Scenario
from almoner.study.totals import ScenarioRun

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

_WARM_UP: Final = 12
_DAYS_A_YEAR: Final = 365.0


@dataclass
class DaysDelayed:
    """Works out days delayed at the points of a study. `luck` is added to the number of every point, as in `Responses`."""

    study: Study
    luck: int = 0
    _prepared: Prepared = field(init=False, repr=False)
    _codes: tuple[str, ...] = field(init=False, repr=False)
    _weights: Array = field(init=False, repr=False)
    _opened: dict[int, Fitted] = field(default_factory=dict, init=False, repr=False)
    _locks: dict[int, Lock] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._codes = codes_of(self.study.place)
        self._weights = weights_of(self.study.place, self._codes)
        self._prepared = prepare(self.study)

    def beside(self, run: ScenarioRun, scenario: Scenario, drawn: ParameterTree, point: int) -> DelayedRun:
        """Return a run with its days delayed."""
        own = {each.name: getattr(run, each.name) for each in fields(ScenarioRun)}
        return DelayedRun(**own, days_delayed=self.days(scenario, drawn, point))

    def days(self, scenario: Scenario, drawn: ParameterTree, point: int) -> Array:
        """Return days delayed [year]; the opening has none. `drawn` are the workforce's parameters of the point's draw."""
        study, luck = self.study, self.luck + point
        draw = point // study.replicates
        hours = ratios_of_run(self._prepared, drawn, scenario, study.months, study.seed, luck)
        values = discharge.values_of(study.draws, study.seed)[draw]
        calendar = Calendar(0, study.months, _WARM_UP)
        total = np.zeros(study.months)
        for part in parts_of(scenario, self._codes, adults(), study.place.area_codes):
            trees = part.trees(scenario, drawn.drawn(values))
            codes = tuple(self._codes[k] for k in part.boards)
            change = capacity_change(trees[0][0], hours, codes, adults(), whole=False)
            lanes = lanes_under(trees, self._fitted(draw, luck).only(codes), calendar, change)
            remaining = flow.run(lanes, calendar, study.seed, luck, threads=1).remaining
            begins = np.searchsorted(calendar.counted_month, np.arange(study.months))
            total += self._weights[list(part.boards)] @ np.add.reduceat(remaining, begins, axis=1)
        return np.concatenate([[np.nan], total.reshape(-1, MONTHS_PER_YEAR).sum(axis=1)])

    def _fitted(self, draw: int, luck: int) -> Fitted:
        """Return the boards of a draw with the real queue of March 2025, which no scenario changes."""
        with self._locks.setdefault(luck, Lock()):
            if luck not in self._opened:
                study = self.study
                fitted = discharge.refitted(self._codes, study.draws, study.seed, draw)
                published = record.boards()
                level = opening_levels(published.remaining[[published.codes.index(code) for code in self._codes], -1])
                tree = discharge.trees_of(study.draws, study.seed)[draw]
                self._opened[luck] = discharge.opened(tree, fitted, level, study.seed, luck)
            return self._opened[luck]


def with_days_delayed(result: StudyResult, progress: Progress | None = None, threads: int | None = None) -> StudyResult:
    """Return a study's result whose runs have their days delayed."""
    study, tree = result.study, load()
    work = DaysDelayed(study)
    drawn = [tree.drawn(values) for values in result.drawn]
    scenarios = len(study.scenarios)

    def one(number: int) -> DelayedRun:
        point, scenario = divmod(number, scenarios)
        run = result.runs[scenario][point]
        return work.beside(run, study.scenarios[scenario], drawn[point // study.replicates], point)

    done = discharge.mapped(one, study.points * scenarios, progress, threads)
    return replace(result, runs=tuple(tuple(done[scenario::scenarios]) for scenario in range(scenarios)))


def codes_of(place: Area) -> tuple[str, ...]:
    """Return the boards that a place is made of, or where its people live; a sample of England has those of its areas."""
    return record.board_codes(place) if _whole(place) else tuple(sorted(record.board_weights(place)))


def weights_of(place: Area, codes: tuple[str, ...]) -> Array:
    """Return what a board's day counts for the place, [board].

    Raises:
        AlmonerError: no days after the ready date are published for a place that is counted by them.
    """
    if _whole(place):
        return np.ones(len(codes))
    people = record.board_weights(place)
    published = record.boards()
    base = _DAYS_A_YEAR * published.remaining.mean(axis=1)
    if place.level == "england":
        days = _DAYS_A_YEAR * record.remaining(ENGLAND, "year")[-1].patients_per_day
    else:
        years = record.ready_days(place, "year")
        if not years:
            raise AlmonerError(f"No days after the ready date are published for {place.name}: ask for the board that it is in.")
        days = float(years[-1].days_lost)
    return np.array([days * people.get(code, 0.0) / base[published.codes.index(code)] for code in codes])


def _whole(place: Area) -> bool:
    """Whether a place is a board, or England with all its areas: what hospitals' patients are counted for."""
    return place.level == "icb" or (place.level == "england" and len(place.members) == len(england().members))
