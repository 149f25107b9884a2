"""What scenarios come to in one year at shared points, for analyses that try many scenarios and keep only a few numbers of each.

In: a place, a horizon and a number of draws. Out: readings [scenario, point, reading] of the last year. A point is a draw of the
parameters and a replicate of chance; every scenario is run at the same points (common random numbers), so that differences between
them are paired. Results are the same for any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.measures import MEASURES, Measure, band
from almoner.errors import AlmonerError, NotFoundError, OutOfRangeError
from almoner.parameters import ParameterTree, load
from almoner.study.design import Study, parameter_draws
from almoner.study.run import Prepared, Progress, prepare, run_task
from almoner.study.scenario import Scenario
from almoner.study.totals import ScenarioRun

Reader = Callable[[ScenarioRun], NDArray[np.float64]]

_FEWEST_FOR_A_SIGN = 6
_WORST = "worst_tenth_"


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean difference over draws: `low` to `high` is its spread over draws, `monte_carlo_error` the standard error of the mean.

    `distinguishable` is False where it cannot be told from no effect: fewer than six draws, or a spread that spans nothing.
    """

    effect: float
    low: float
    high: float
    monte_carlo_error: float
    distinguishable: bool

    @staticmethod
    def of(changes: NDArray[np.float64]) -> Effect:
        """Return the effect of paired changes, one a draw."""
        ends = band(changes)
        error = float(changes.std(ddof=1) / np.sqrt(changes.size)) if changes.size > 1 else float("nan")
        clear = changes.size >= _FEWEST_FOR_A_SIGN and (ends.low > 0 or ends.high < 0)
        return Effect(float(changes.mean()), ends.low, ends.high, error, clear)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an analysis seeks to better: a measure of the whole place, or its mean over the tenth of areas that are worst off."""

    id: str
    label: str
    measure: Measure
    worst_tenth: bool = False

    @property
    def sign(self) -> float:
        """Plus one where more is better, minus one where less is."""
        return 1.0 if self.measure.better == "up" else -1.0


def measure_named(name: str) -> Measure:
    """Return a measure by its name, or by the beginning of one that no other shares.

    Raises:
        NotFoundError: no measure, or more than one, is called so.
    """
    if name in MEASURES:
        return MEASURES[name]
    found = [known for known in MEASURES if known.startswith(name)]
    if len(found) != 1:
        raise NotFoundError("measure", name, MEASURES)
    return MEASURES[found[0]]


def outcome_named(name: str, areas: int) -> Outcome:
    """Return the outcome of that name: a measure with a better direction, or `worst_tenth_` before one that is a rate.

    Raises:
        NotFoundError: no such measure.
        AlmonerError: neither direction is better, or the worst tenth is asked for of a place with fewer than ten areas.
    """
    worst = name.startswith(_WORST)
    measure = measure_named(name.removeprefix(_WORST))
    if measure.better == "neither" or measure.id == "cost_gbp_m":
        good = ", ".join(one.id for one in MEASURES.values() if one.better != "neither" and one.id != "cost_gbp_m")
        raise AlmonerError(f"'{measure.id}' is not an outcome that can be bettered for a budget: choose one of {good}.")
    if not worst:
        return Outcome(measure.id, measure.label, measure)
    if measure.unit != "percent":
        raise AlmonerError(f"The worst-off tenth is of areas by a rate, which '{measure.id}' is not: ask for {_WORST}vacancy_rate.")
    if areas < 10:
        raise AlmonerError(f"{_WORST}{measure.id} needs a place of ten areas or more: this one has {areas}.")
    return Outcome(_WORST + measure.id, f"{measure.label} in the worst-off tenth of areas", measure, worst_tenth=True)


@dataclass
class Responses:
    """Runs scenarios at the points of a study and reads numbers of its last year; each scenario is run once.

    `luck` is added to the number of every replicate: responses with another one share no luck with these. `fixed_luck` gives all
    points the same luck, so that what differs between them is the parameters alone.
    """

    study: Study
    readers: tuple[Reader, ...]
    luck: int = 0
    fixed_luck: bool = False
    threads: int | None = None
    progress: Progress | None = None
    beside: Callable[[ScenarioRun, Scenario, ParameterTree, int], ScenarioRun] | None = None
    """What is put beside each run (scenario, parameters, point) before it is read: days delayed."""
    worst: Measure | None = None
    """A measure whose mean over the worst-off tenth of areas is read as well, last."""
    runs: int = field(default=0, init=False)
    _known: dict[str, NDArray[np.float64]] = field(default_factory=dict, init=False, repr=False)
    _prepared: Prepared | None = field(default=None, init=False, repr=False)
    _drawn: list[ParameterTree] = field(default_factory=list, init=False, repr=False)

    @property
    def scenarios(self) -> int:
        """How many different scenarios have been run."""
        return len(self._known)

    def read(self, scenarios: Sequence[Scenario]) -> NDArray[np.float64]:
        """Return readings of the last year, [scenario, point, reading]."""
        new = {one.hash: one for one in scenarios if one.hash not in self._known}
        tree = load()
        if new and not self._drawn:
            self._drawn = [
                tree.drawn(tree.quantiles(row))
                for row in parameter_draws(tree, self.study.draws, self.study.seed, self.study.draws_from)
            ]
        points = [(one, point) for one in new.values() for point in range(self.study.points)]
        values = self.read_trees([(scenario, self._drawn[p // self.study.replicates], p) for scenario, p in points])
        for k, name in enumerate(new):
            self._known[name] = values[k * self.study.points : (k + 1) * self.study.points]
        return np.array([self._known[one.hash] for one in scenarios])

    def read_trees(self, tasks: Sequence[tuple[Scenario, ParameterTree, int]]) -> NDArray[np.float64]:
        """Run (scenario, parameters, replicate) tasks and return their readings, [task, reading]."""
        if self._prepared is None:
            self._prepared = prepare(self.study)
        prepared, worst = self._prepared, self.worst
        finished = count(1)

        def carry_out(task: tuple[Scenario, ParameterTree, int]) -> list[float]:
            scenario, tree, replicate = task
            key = self.luck + (0 if self.fixed_luck else replicate)
            run, by_area = run_task(self.study, prepared, tree, scenario, key, None if worst is None else worst.read)
            if self.beside is not None:
                run = self.beside(run, scenario, tree, replicate)
            numbers = [float(reader(run)[-1]) for reader in self.readers]
            if worst is not None and by_area is not None:
                numbers.append(worst_tenth(by_area[:, -1], worst.better))
            if self.progress is not None:
                self.progress(next(finished), len(tasks))
            return numbers

        self.runs += len(tasks)
        workers = min(self.threads or os.cpu_count() or 1, max(len(tasks), 1))
        if workers == 1:
            return np.array([carry_out(task) for task in tasks])
        with ThreadPoolExecutor(workers) as pool:
            return np.array(list(pool.map(carry_out, tasks)))


def read_by_area(
    study: Study,
    readers: Sequence[Reader],
    luck: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Return readings of the last year in each area of a study's place, [scenario, point, area, reading], areas by code."""
    tree, prepared = load(), prepare(study)
    drawn = [tree.drawn(tree.quantiles(row)) for row in parameter_draws(tree, study.draws, study.seed, study.draws_from)]
    tasks = [(scenario, point) for scenario in study.scenarios for point in range(study.points)]
    finished = count(1)

    def last(run: ScenarioRun) -> NDArray[np.float64]:
        return np.array([reader(run)[-1] for reader in readers])

    def carry_out(task: tuple[Scenario, int]) -> NDArray[np.float64]:
        scenario, point = task
        own = run_task(study, prepared, drawn[point // study.replicates], scenario, luck + point, last)[1]
        if progress is not None:
            progress(next(finished), len(tasks))
        return np.zeros(0) if own is None else own

    with ThreadPoolExecutor(min(threads or os.cpu_count() or 1, len(tasks))) as pool:
        found = np.array(list(pool.map(carry_out, tasks)))
    return found.reshape(len(study.scenarios), study.points, *found.shape[1:])


def worst_tenth(by_area: NDArray[np.float64], better: str) -> float:
    """Return the mean over the tenth of areas (rounded up) that are worst off; areas without a number are left out."""
    known = np.sort(by_area[~np.isnan(by_area)])
    if not known.size:
        return float("nan")
    some = -(-known.size // 10)
    return float(known[:some].mean() if better == "up" else known[-some:].mean())


def by_draw(values: NDArray[np.float64], draws: int) -> NDArray[np.float64]:
    """Return the mean over the replicates of each draw: [..., point] becomes [..., draw]."""
    return np.asarray(values.reshape(*values.shape[:-1], draws, -1).mean(axis=-1))


def checked_draws(asked: int | None, usual: int) -> int:
    """Return the draws to make: what was asked for, else the usual number.

    Raises:
        OutOfRangeError: fewer than one.
    """
    if asked is not None and asked < 1:
        raise OutOfRangeError(f"{asked} draws are too few: ask for at least 1.")
    return usual if asked is None else asked
