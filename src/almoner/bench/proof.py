"""The proof that comes before any timing: the same bits as the reference, and the exact expected path within chance.

A replicate's leavers vary more than a Poisson count would (turnover feeds on itself), so scores are taken with the standard
deviation over replicates, never with the root of the expectation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.bench import kernel
from almoner.bench.job import Path, Workers, counted, expected, opening
from almoner.errors import AlmonerError

EQUAL_POSTS: Final = 200_000
"""Fewer are too few: a bound that is too low for one crossing of two bands passed at 6,400 posts and failed at this many."""
REPLICATES: Final = 64
REPLICATE_POSTS: Final = 20_000
WORST_SCORE: Final = 4.0
"""Standard errors. Chance passes it once in 16,000 scores."""


class WrongAnswer(AlmonerError):
    """A job whose answer is wrong, so that its speed is of no interest."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was shown. `spread` is the standard deviation of a run's leavers over the root of their expectation."""

    posts: int
    months: int
    seeds: int
    z_total: float
    z_worst_month: float
    z_worst_stock: float
    spread: float


def prove(months: int, seeds: tuple[int, ...] = (0, 1)) -> Proof:
    """Show that the kernel equals its reference and keeps to the exact path, or raise `WrongAnswer`."""
    workers = opening(EQUAL_POSTS)
    for seed in seeds:
        differing = differences(workers, months, seed)
        if differing:
            raise WrongAnswer(f"The kernel and its reference differ in {differing:,} posts under seed {seed}: nothing is timed.")
    total, month, stock, spread = scores(months)
    worst = max(abs(total), month, stock)
    if worst > WORST_SCORE:
        raise WrongAnswer(f"The kernel is {worst:.1f} standard errors off the exact expected path: nothing is timed.")
    return Proof(EQUAL_POSTS, months, len(seeds), round(total, 2), round(month, 2), round(stock, 2), round(spread, 3))


def differences(workers: Workers, months: int, seed: int) -> int:
    """Return in how many posts (or, if in none, months) the kernel and its reference differ."""
    leavers, holders = kernel.run(workers, months, seed)
    reference_leavers, reference_holders = kernel.run_reference(workers, months, seed)
    posts = (holders.birth != reference_holders.birth) | (holders.start != reference_holders.start)
    return int(posts.sum()) or int((leavers != reference_leavers).sum())


def scores(months: int, replicates: int = REPLICATES, posts: int = REPLICATE_POSTS) -> tuple[float, float, float, float]:
    """Return z of the total, the worst z of a month and of a band's final stock, and the spread of the total."""
    workers = opening(posts)
    exact = expected(workers, months)
    runs: list[Path] = []
    for replicate in range(replicates):
        leavers, holders = kernel.run(workers, months, seed=11, replicate=replicate)
        runs.append(counted(leavers, holders))
    totals = np.array([[run.leavers.sum()] for run in runs])
    total = _z(totals, np.array([exact.leavers.sum()]))
    stocks = np.concatenate(
        [
            _z(np.array([run.tenure_stock for run in runs]), exact.tenure_stock),
            _z(np.array([run.age_stock for run in runs]), exact.age_stock),
        ]
    )
    month = _z(np.array([run.leavers for run in runs]), exact.leavers)
    spread = float(totals.std(ddof=1) / np.sqrt(exact.leavers.sum()))
    return float(total[0]), float(np.abs(month).max()), float(np.abs(stocks).max()), spread


def check_peer(name: str, leavers: NDArray[np.int64], exact: Path, spread: float) -> float:
    """Return the z of a peer's total leavers against the exact path; a peer that does another job is not compared."""
    expectation = float(exact.leavers.sum())
    z = float((leavers.sum() - expectation) / (spread * np.sqrt(expectation)))
    if abs(z) > WORST_SCORE:
        raise WrongAnswer(f"The job in {name} is {abs(z):.1f} standard errors off the exact expected path: nothing is timed.")
    return round(z, 2)


def _z(values: NDArray[np.float64], expectation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (mean - expectation) / standard error by column; a band that nobody is ever in is right."""
    error = values.std(axis=0, ddof=1) / np.sqrt(values.shape[0])
    difference = values.mean(axis=0) - expectation
    fixed = error == 0
    return np.where(fixed, np.where(np.abs(difference) < 0.5, 0.0, np.inf), difference / np.where(fixed, 1.0, error))
