"""The leave-and-replace job: the one job that Almoner, a plain NumPy loop, Starsim, Mesa and SimPy all do when they are compared.

Each of N posts is held by one worker, who has an age and a tenure in months. In month m the worker leaves with the chance of
their age band and tenure band (a logistic of the two); a joiner takes the post at once, with tenure 0 and one of 4,096 equally
likely ages at the start of month m + 1. Out: leavers by month, and who holds the posts at the end. The chances are shapes made
for timing, not estimates of anything. Posts are independent Markov chains, so the expected path is exact (`expected`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.errors import OutOfRangeError
from almoner.model import draws
from almoner.model.draws import Decision

N_AGE_BANDS: Final = 12
N_TENURE_BANDS: Final = 8
AGE_MONTHS: Final = 1400
"""Ages that the tables hold: the oldest worker at the start is 64, and nobody is made to leave."""
TENURE_MONTHS: Final = 1000
FEWEST_MONTHS_OF_AGE: Final = 16 * 12
MOST_MONTHS: Final = 360
"""The longest run whose ages and tenures stay inside the tables, with a window of bounds to spare."""
MOST_POSTS: Final = 200_000_000

_AGE_BAND_WIDTH: Final = 60
_TENURE_BAND_STARTS: Final = (3, 6, 12, 24, 60, 120, 180)
_LOG_ODDS: Final = -4.0
_AGE_LOG_ODDS: Final = (0.6, 0.5, 0.25, 0.05, 0.0, -0.1, -0.15, -0.15, 0.0, 0.5, 1.2, 1.6)
_TENURE_LOG_ODDS: Final = (0.9, 0.7, 0.5, 0.2, -0.2, -0.5, -0.7, -0.8)

AGE_BAND: Final[NDArray[np.uint8]] = np.clip(
    (np.arange(AGE_MONTHS) - FEWEST_MONTHS_OF_AGE) // _AGE_BAND_WIDTH, 0, N_AGE_BANDS - 1
).astype(np.uint8)
"""[age in months] -> band of five years, from 16."""
TENURE_BAND: Final[NDArray[np.uint8]] = np.digitize(np.arange(TENURE_MONTHS), _TENURE_BAND_STARTS).astype(np.uint8)
"""[tenure in months] -> band."""

_MIDPOINTS: Final = (np.arange(4096) + 0.5) / 4096
JOINER_AGE: Final[NDArray[np.int16]] = (
    FEWEST_MONTHS_OF_AGE + np.floor(np.clip(12.0 * (2.0 + 38.0 * _MIDPOINTS**1.35), 0.0, 560.0))
).astype(np.int16)
"""4,096 equally likely ages in months, so that one look-up is one exact draw."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who holds the posts: months of birth and of start, so that a month without an event writes nothing."""

    birth: NDArray[np.int16]
    start: NDArray[np.int16]

    def copy(self) -> Workers:
        """Return workers that share nothing with these."""
        return Workers(self.birth.copy(), self.start.copy())

    def first(self, posts: int) -> Workers:
        """Return a copy of the holders of the first `posts` posts."""
        return Workers(self.birth[:posts].copy(), self.start[:posts].copy())


@dataclass(frozen=True, slots=True)
class Path:
    """Leavers by month, and the holders at the end by tenure band and age band (counted or expected)."""

    leavers: NDArray[np.float64]
    tenure_stock: NDArray[np.float64]
    age_stock: NDArray[np.float64]


@lru_cache(maxsize=1)
def hazards() -> NDArray[np.float64]:
    """Return the monthly chance of leaving, [age band, tenure band]: about 2% on average, 18% at most.

    Rounded to 2**-24, so that the last bits of the platform's exponential decide nothing.
    """
    log_odds = _LOG_ODDS + np.array(_AGE_LOG_ODDS)[:, None] + np.array(_TENURE_LOG_ODDS)[None, :]
    chances: NDArray[np.float64] = np.rint(2.0**24 / (1.0 + np.exp(-log_odds))) * 2.0**-24
    chances.flags.writeable = False
    return chances


def check_size(posts: int, months: int) -> None:
    """Refuse a job that the tables cannot hold."""
    if not 1 <= posts <= MOST_POSTS:
        raise OutOfRangeError(f"--posts {posts:,} cannot be timed: ask for 1 to {MOST_POSTS:,}.")
    if not 1 <= months <= MOST_MONTHS:
        raise OutOfRangeError(f"--months {months} cannot be timed: ask for 1 to {MOST_MONTHS}.")


def opening(posts: int, seed: int = 7) -> Workers:
    """Return the holders at the start of month 0: ages of 18 to 64, tenures of four years on average."""
    numbers = np.arange(posts, dtype=np.uint64)
    ages, tenures = (
        draws.uniforms(draws.draw_key(seed, decision), numbers) for decision in (Decision.HOLDER_AGE, Decision.HOLDER_TENURE)
    )
    age = FEWEST_MONTHS_OF_AGE + 24 + (ages * 556).astype(np.int64)
    geometric = np.floor(np.log1p(-tenures) / np.log1p(-1 / 50)).astype(np.int64)
    tenure = np.minimum(geometric, age - FEWEST_MONTHS_OF_AGE)
    return Workers((-age).astype(np.int16), (-tenure).astype(np.int16))


def counted(leavers: NDArray[np.int64], workers: Workers) -> Path:
    """Return what a run of the job did, from its leavers by month and the holders at its end."""
    months = leavers.size
    return Path(
        leavers.astype(np.float64),
        np.bincount(TENURE_BAND[months - workers.start.astype(np.int64)], minlength=N_TENURE_BANDS).astype(np.float64),
        np.bincount(AGE_BAND[months - workers.birth.astype(np.int64)], minlength=N_AGE_BANDS).astype(np.float64),
    )


def expected(workers: Workers, months: int) -> Path:
    """Return the exact expectation of `counted` by the recursion of the Markov chain over (age, tenure) in months."""
    people = np.zeros((AGE_MONTHS, TENURE_MONTHS))
    np.add.at(people, (-workers.birth.astype(np.int64), -workers.start.astype(np.int64)), 1.0)
    chance = hazards()[AGE_BAND][:, TENURE_BAND]
    joiners = np.bincount(JOINER_AGE, minlength=AGE_MONTHS) / JOINER_AGE.size
    leavers = np.zeros(months)
    for month in range(months):
        leaving = people * chance
        leavers[month] = leaving.sum()
        people -= leaving
        people[1:, 1:] = people[:-1, :-1].copy()
        people[0, :] = 0.0
        people[:, 0] = leavers[month] * joiners
    return Path(
        leavers,
        np.bincount(TENURE_BAND, weights=people.sum(axis=0), minlength=N_TENURE_BANDS).astype(np.float64),
        np.bincount(AGE_BAND, weights=people.sum(axis=1), minlength=N_AGE_BANDS).astype(np.float64),
    )
