"""How good the draws are: uniform bits, and no correlation between neighbours of any kind, over some two hundred million values.

Both kinds of draw are tested, the 32-bit draw of every decision and the byte-sliced one of leaving, on the numbers of real posts.
Every figure is a standard normal deviate if the draws are perfect: four would be found by chance once in 16,000. Prints a page in
Markdown and ends with status 1 if any is beyond four: `.venv/bin/python benchmarks/draws_quality.py > docs/draws-quality.md`.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.draws import Decision
from almoner.model.posts import post_numbers
from almoner.model.specification import LEAVE_BITS, leave_draw

AREAS: Final = ("E06000001", "E06000002", "E08000035", "E08000036")
CELLS: Final = ((2, 0), (2, 1), (2, 2), (2, 3))
PLACES: Final = 1 << 16
NUMBERS: Final = np.array([[post_numbers(area, *cell, PLACES) for cell in CELLS] for area in AREAS])
"""[area, cell, place]: neighbours along each axis are what a model's posts have for neighbours."""

SEEDS: Final = (0, 1, 2, 3)
REPLICATES: Final = (0, 1)
MONTHS: Final = 13
LAGS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 64, 1024)
RARE: Final = 1 / 40
"""The chance of a rare event, about that of leaving in a month: hashes that are fine in the middle may fail in a corner."""
LIMIT: Final = 4.0

Key = Callable[[Decision], np.uint64]
Source = Callable[[Key, NDArray[np.uint64]], NDArray[np.uint64]]


def plain_draw(key: Key, posts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the 32-bit draws of a decision."""
    return draws.draws(key(Decision.FILL), posts).astype(np.uint64)


SOURCES: Final[dict[str, tuple[Source, int]]] = {"plain": (plain_draw, 32), "leave": (leave_draw, LEAVE_BITS)}


class Correlation:
    """A running sum of products of pairs: the deviate of their correlation, for the values and for rare events."""

    def __init__(self) -> None:
        self.pairs = 0
        self.values = 0.0
        self.events = 0.0

    def add(self, one: NDArray[np.float64], other: NDArray[np.float64]) -> None:
        """Add pairs of uniform numbers. Products of different pairs are uncorrelated even where the pairs overlap."""
        self.pairs += one.size
        self.values += float(((one - 0.5) * (other - 0.5)).sum())
        both, either = int(((one < RARE) & (other < RARE)).sum()), int((one < RARE).sum()) + int((other < RARE).sum())
        self.events += both - RARE * either + RARE * RARE * one.size

    @property
    def deviates(self) -> tuple[float, float]:
        """The two sums over their standard deviations, known exactly: 1/12 a pair, and RARE (1 - RARE)."""
        root = float(np.sqrt(self.pairs))
        return 12.0 * self.values / root, self.events / (RARE * (1.0 - RARE) * root)


def uniformity(counts: NDArray[np.int64]) -> float:
    """Return the deviate of a chi-square statistic against equal counts (Wilson and Hilferty 1931)."""
    expected, freedom = counts.sum() / counts.size, counts.size - 1
    return deviate_of_chi_square(float(((counts - expected) ** 2 / expected).sum()), freedom)


def deviate_of_chi_square(statistic: float, freedom: int) -> float:
    """Turn a chi-square statistic into a standard normal deviate by the cube root."""
    spread = 2.0 / (9.0 * freedom)
    return float(((statistic / freedom) ** (1 / 3) - (1.0 - spread)) / np.sqrt(spread))


def key_of(seed: int, replicate: int, month: int) -> Key:
    """Return the keys of all decisions of one month."""
    return lambda decision: draws.draw_key(seed, decision, month, replicate)


def rows(name: str) -> Iterator[tuple[str, str, int, float, float | None]]:
    """Test one kind of draw: yield draw, test, values or pairs, deviate, deviate of rare events."""
    source, bits = SOURCES[name]
    counts = {f"top {width} bits": np.zeros(1 << width, np.int64) for width in (8, 12, 16)}
    counts["lowest 12 bits"] = np.zeros(1 << 12, np.int64)
    found: defaultdict[str, Correlation] = defaultdict(Correlation)
    earlier: dict[tuple[int, int], list[NDArray[np.float64]]] = {}
    for seed in SEEDS:
        for replicate in REPLICATES:
            months = []
            for month in range(MONTHS):
                words = source(key_of(seed, replicate, month), NUMBERS)
                top = (words >> np.uint64(bits - 16)).astype(np.int64).ravel()
                by_16 = np.bincount(top, minlength=1 << 16)
                for width in (8, 12, 16):
                    counts[f"top {width} bits"] += by_16.reshape(1 << width, -1).sum(axis=1)
                counts["lowest 12 bits"] += np.bincount((words & np.uint64(4095)).astype(np.int64).ravel(), minlength=4096)
                u = np.asarray(words * 2.0**-bits, dtype=np.float64)
                months.append(u)
                for lag in LAGS:
                    found[f"posts {lag} apart"].add(u[..., lag:], u[..., :-lag])
                found["same place in the next cell"].add(u[:, 1:], u[:, :-1])
                found["same place in the next area"].add(u[1:], u[:-1])
                if month:
                    found["same post in the next month"].add(months[month - 1], u)
                    found["next post in the next month"].add(months[month - 1][..., :-1], u[..., 1:])
            for other, what in (((seed, replicate - 1), "replicate"), ((seed - 1, replicate), "seed")):
                for before, now in zip(earlier.get(other, []), months, strict=False):
                    found[f"same post under the next {what}"].add(before, now)
            earlier[seed, replicate] = months
            earlier.pop((seed - 1, replicate), None)
    for test, number in counts.items():
        yield name, f"chi-square, {test}", int(number.sum()), uniformity(number), None
    for test, pairs in found.items():
        yield name, test, pairs.pairs, *pairs.deviates


def between_decisions() -> Iterator[tuple[str, str, int, float, float | None]]:
    """Test the draws of the same posts on all pairs of decisions of a month, leaving by its own kind of draw."""
    key = key_of(0, 0, 7)
    posts = NUMBERS.ravel()
    decisions = [decision for decision in Decision if not decision.name.startswith("LEAVE")]
    columns = [leave_draw(key, posts) * 2.0**-LEAVE_BITS, *(draws.draws(key(each), posts) * 2.0**-32 for each in decisions)]
    root = np.sqrt(posts.size)
    values = np.array(columns) - 0.5
    events = (np.array(columns) < RARE).astype(np.float64) - RARE
    square = [12.0 * values @ values.T / root, events @ events.T / (RARE * (1.0 - RARE) * root)]
    upper = np.triu_indices(len(columns), 1)
    for what, pairs in (("leaving and every other decision", np.s_[0, 1:]), ("all pairs of decisions", upper)):
        size = square[0][pairs].size
        both = [deviate_of_chi_square(float((each[pairs] ** 2).sum()), size) for each in square]
        yield "both", f"chi-square, {what} ({size:,} pairs)", posts.size * size, both[0], both[1]


def main() -> None:
    """Print the page."""
    table = [row for name in SOURCES for row in rows(name)] + list(between_decisions())
    tested = len(SOURCES) * len(SEEDS) * len(REPLICATES) * MONTHS * NUMBERS.size
    deviates = [each for row in table for each in row[3:] if each is not None]
    largest = max(map(abs, deviates))
    print("# Statistical quality of the draws\n")
    print(f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, `.venv/bin/python benchmarks/draws_quality.py > docs/draws-quality.md`\n")
    print(
        f"{tested:,} values: posts of {len(AREAS)} areas and {len(CELLS)} roles, {PLACES:,} places each; seeds {SEEDS[0]} to "
        f"{SEEDS[-1]}, {len(REPLICATES)} replicates, {MONTHS} months. *Plain* is the 32-bit draw of every decision, *leave* the "
        f"{LEAVE_BITS}-bit draw of leaving, of which eight posts share a hash. Figures are standard normal deviates if the draws "
        f"are perfect; *rare events* correlates the events of chance 1/{round(1 / RARE)} in place of the values. They are the same "
        "on every machine.\n"
    )
    verdict = "none is" if largest < LIMIT else f"{sum(abs(each) >= LIMIT for each in deviates)} are"
    print(f"Of {len(deviates)} figures {verdict} beyond {LIMIT:g}; the largest is {largest:.2f}.\n")
    print("| draw | test | values or pairs, million | deviate | rare events |")
    print("| --- | --- | ---: | ---: | ---: |")
    for draw, test, size, value, event in table:
        print(f"| {draw} | {test} | {size / 1e6:,.1f} | {value:+.2f} | {'' if event is None else f'{event:+.2f}'} |")
    if largest >= LIMIT:
        sys.exit(1)


if __name__ == "__main__":
    main()
