"""The job in Starsim: one module with two states, holders replaced in place, luck from its own distributions keyed by person."""

from __future__ import annotations

import numpy as np
import starsim as ss  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from almoner.bench.job import AGE_BAND, JOINER_AGE, TENURE_BAND, Workers, hazards
from almoner.bench.peers import Job


class LeaveAndReplace(ss.Module):  # type: ignore[misc, unused-ignore]
    """Each month every holder may leave; a joiner takes the post at once."""

    def __init__(self, workers: Workers, months: int) -> None:
        super().__init__()
        self.define_states(ss.IntArr("birth", default=0), ss.IntArr("start", default=0), reset=True)
        self.luck = ss.random()
        self.joiner = ss.random()
        self.workers = workers
        self.leavers = np.zeros(months, np.int64)
        self.chances = hazards()

    def init_post(self) -> None:
        """Put the opening holders into the states."""
        super().init_post()
        self.birth[:] = self.workers.birth.astype(np.int64)
        self.start[:] = self.workers.start.astype(np.int64)

    def step(self) -> None:
        """Do one month."""
        month = self.ti
        if month >= self.leavers.size:
            return
        people = self.sim.people.auids
        chance = self.chances[AGE_BAND[month - self.birth.values], TENURE_BAND[month - self.start.values]]
        gone = people[self.luck.rvs(people) < chance]
        self.leavers[month] = len(gone)
        self.start[gone] = month + 1
        self.birth[gone] = month + 1 - JOINER_AGE[(self.joiner.rvs(gone) * 4096).astype(np.int64)]


def ready(workers: Workers, months: int, seed: int) -> Job:
    """Return the job, set up."""
    module = LeaveAndReplace(workers, months)
    simulation = ss.Sim(
        n_agents=workers.birth.size,
        demographics=[module],
        start=0,
        dur=months - 1,
        dt=1,
        rand_seed=seed,
        verbose=0,
        copy_inputs=False,
    )
    simulation.init()

    def run() -> NDArray[np.int64]:
        simulation.run(verbose=0)
        return module.leavers

    return run
