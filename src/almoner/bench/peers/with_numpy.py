"""The job in NumPy as one writes it by hand: whole columns every month, one generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almoner.bench.job import AGE_BAND, JOINER_AGE, TENURE_BAND, Workers, hazards
from almoner.bench.peers import Job


def ready(workers: Workers, months: int, seed: int) -> Job:
    """Return the job, set up."""
    birth, start, chances = workers.birth.copy(), workers.start.copy(), hazards()
    generator = np.random.default_rng(seed)

    def run() -> NDArray[np.int64]:
        leavers = np.zeros(months, np.int64)
        for month in range(months):
            chance = chances[AGE_BAND[month - birth], TENURE_BAND[month - start]]
            gone = np.flatnonzero(generator.random(birth.size) < chance)
            leavers[month] = gone.size
            start[gone] = month + 1
            birth[gone] = month + 1 - JOINER_AGE[generator.integers(0, JOINER_AGE.size, gone.size)]
        return leavers

    return run
