"""The job in SimPy: one process a post and one event a spell, whose length is drawn from the bands that it will pass through."""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy  # type: ignore[import-not-found, unused-ignore]
from numpy.typing import NDArray

from almoner.bench.job import AGE_BAND, JOINER_AGE, TENURE_BAND, Workers, hazards
from almoner.bench.peers import Job

_AGE_BAND, _TENURE_BAND, _JOINER_AGE = AGE_BAND.tolist(), TENURE_BAND.tolist(), JOINER_AGE.tolist()


def _months_to_next(bands: list[int]) -> list[int]:
    """Return for each month of age or tenure how many months its band still lasts."""
    left = [1] * len(bands)
    for month in range(len(bands) - 2, -1, -1):
        if bands[month] == bands[month + 1]:
            left[month] = left[month + 1] + 1
    return left


_AGE_LEFT, _TENURE_LEFT = _months_to_next(_AGE_BAND), _months_to_next(_TENURE_BAND)


def ready(workers: Workers, months: int, seed: int) -> Job:
    """Return the job, set up."""
    environment, luck = simpy.Environment(), random.Random(seed)
    hazard: list[list[float]] = (-np.log1p(-hazards())).tolist()
    leavers = [0] * months

    def stay(age: int, tenure: int, longest: int) -> int:
        """Return in how many months from now the holder leaves, or `longest` if not before: one draw for the whole spell."""
        need, ahead = -math.log(1.0 - luck.random()), 0
        while ahead < longest:
            monthly = hazard[_AGE_BAND[age + ahead]][_TENURE_BAND[tenure + ahead]]
            piece = min(_AGE_LEFT[age + ahead], _TENURE_LEFT[tenure + ahead])
            if need < monthly * piece:
                return ahead + int(need / monthly)
            need -= monthly * piece
            ahead += piece
        return longest

    def post(age: int, tenure: int) -> Generator[Any, Any, Any]:
        month = 0
        while True:
            wait = stay(age, tenure, months - month)
            month += wait
            if month >= months:
                return
            yield environment.timeout(month - environment.now)
            leavers[month] += 1
            month += 1
            age, tenure = _JOINER_AGE[int(luck.random() * 4096)], 0

    for birth, start in zip(workers.birth.tolist(), workers.start.tolist(), strict=True):
        environment.process(post(-birth, -start))

    def run() -> NDArray[np.int64]:
        environment.run()
        return np.array(leavers, dtype=np.int64)

    return run
