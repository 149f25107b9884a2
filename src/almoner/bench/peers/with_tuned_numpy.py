"""The job in NumPy at its best: blocks that stay in the cache, narrow numbers, every temporary array used again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almoner.bench.job import AGE_BAND, JOINER_AGE, N_TENURE_BANDS, TENURE_BAND, Workers, hazards
from almoner.bench.peers import Job

BLOCK = 32_768


def ready(workers: Workers, months: int, seed: int) -> Job:
    """Return the job, set up."""
    birth, start = workers.birth.copy(), workers.start.copy()
    chances = hazards().astype(np.float32).ravel()
    age_row = (AGE_BAND * N_TENURE_BANDS).astype(np.uint8)
    generator = np.random.default_rng(seed)
    luck, chance = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    clock, row, column = np.empty(BLOCK, np.int16), np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8)
    leaves = np.empty(BLOCK, np.bool_)

    def run() -> NDArray[np.int64]:
        leavers = np.zeros(months, np.int64)
        for month in range(months):
            for first in range(0, birth.size, BLOCK):
                born, begun = birth[first : first + BLOCK], start[first : first + BLOCK]
                n = born.size
                np.subtract(np.int16(month), born, out=clock[:n])
                age_row.take(clock[:n], out=row[:n], mode="clip")
                np.subtract(np.int16(month), begun, out=clock[:n])
                TENURE_BAND.take(clock[:n], out=column[:n], mode="clip")
                row[:n] += column[:n]
                chances.take(row[:n], out=chance[:n], mode="clip")
                generator.random(out=luck[:n], dtype=np.float32)
                np.less(luck[:n], chance[:n], out=leaves[:n])
                gone = np.flatnonzero(leaves[:n])
                leavers[month] += gone.size
                begun[gone] = month + 1
                born[gone] = month + 1 - JOINER_AGE[generator.integers(0, JOINER_AGE.size, gone.size)]
        return leavers

    return run
