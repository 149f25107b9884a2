"""The job in Mesa: one agent a post, whose step asks whether the holder leaves and, if so, puts a joiner in their place."""

from __future__ import annotations

import mesa  # type: ignore[import-not-found, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from almoner.bench.job import AGE_BAND, JOINER_AGE, TENURE_BAND, Workers, hazards
from almoner.bench.peers import Job

# Lists, because looking up one number is faster in a list than in an array.
_AGE_BAND, _TENURE_BAND, _JOINER_AGE = AGE_BAND.tolist(), TENURE_BAND.tolist(), JOINER_AGE.tolist()


class Post(mesa.Agent):  # type: ignore[misc, unused-ignore]
    """A post and its holder."""

    def __init__(self, model: Employer, birth: int, start: int) -> None:
        super().__init__(model)
        self.birth = birth
        self.start = start

    def step(self) -> None:
        """Leave or stay."""
        model, month = self.model, self.model.month
        if model.random.random() < model.chances[_AGE_BAND[month - self.birth]][_TENURE_BAND[month - self.start]]:
            model.leavers[month] += 1
            self.start = month + 1
            self.birth = month + 1 - _JOINER_AGE[int(model.random.random() * 4096)]


class Employer(mesa.Model):  # type: ignore[misc, unused-ignore]
    """All posts."""

    def __init__(self, workers: Workers, months: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.month = 0
        self.leavers = [0] * months
        self.chances: list[list[float]] = hazards().tolist()
        for birth, start in zip(workers.birth.tolist(), workers.start.tolist(), strict=True):
            Post(self, birth, start)

    def step(self) -> None:
        """Do one month."""
        self.agents.do("step")
        self.month += 1


def ready(workers: Workers, months: int, seed: int) -> Job:
    """Return the job, set up."""
    model = Employer(workers, months, seed)

    def run() -> NDArray[np.int64]:
        for _ in range(months):
            model.step()
        return np.array(model.leavers, dtype=np.int64)

    return run
