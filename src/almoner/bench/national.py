"""`bench_national`: the whole month of the real engine, with every behaviour, by posts and by replicates.

In: how far to run and how long a row may take. Out: a row for each number of posts and replicates, and the figures of England. Only
the months are timed; opening a world and making a draw's inputs have figures of their own. Before that the compiled months must
give the bits of the same steps called one by one, and every run's people must add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from almoner.bench.copies import MOST_COPIES, copies_of_inputs, copies_of_rates, copies_of_world
from almoner.bench.job import opening
from almoner.bench.measure import alone, interleaved, machine, medians, peak_megabytes, seconds_of
from almoner.bench.peers import NUMPY
from almoner.bench.proof import WrongAnswer
from almoner.errors import OutOfRangeError
from almoner.model.baseline import Baseline, build
from almoner.model.clock import months_to_march
from almoner.model.columns import FLOWS, Rates
from almoner.model.engine import STOCKS, Run, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import Inputs, build_inputs
from almoner.model.world import FILLED, Posts, World
from almoner.parameters import ParameterTree, load
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study
from almoner.study.run import Prepared, open_run, open_world, prepare
from almoner.study.scenario import load_scenario

POSTS: Final = (10_000, 100_000, 1_700_000, 17_000_000)
"""The last is ten Englands side by side (see `copies`)."""
REPLICATES: Final = (1, 10, 100)
SMALL: Final = 20_000
"""A hundred replicates are run of places with fewer posts than this."""
LONGEST_ROW_SECONDS: Final = 120.0
PROOF_MONTHS: Final = 18
NUMPY_POSTS: Final = 1_600_000
NUMPY_MONTHS: Final = 12

_COMES_IN: Final = ("entrants", "arrivals", "moves_in", "promotions_in")
_STAYS: Final = ("qualified", "guaranteed")
_FILLED: Final = STOCKS.index("filled")


@dataclass(frozen=True, slots=True)
class Ready:
    """A place that is ready to run, and what making it so took."""

    study: Study
    world: World
    rates: Rates
    inputs: Inputs
    setup_seconds: float

    @property
    def posts(self) -> int:
        """Return posts at the opening, filled and vacant."""
        return int(self.world.filled.sum() + self.world.vacant.sum())

    def run(self, replicate: int) -> Run:
        """Return a run of one replicate, at its opening."""
        return Run(self.world.copy(), self.rates, self.inputs, self.study.seed, replicate)


def bench_national(
    posts: Sequence[int] = POSTS,
    replicates: Sequence[int] = REPLICATES,
    to_year: int = 2040,
    repeats: int = 3,
    longest_row_seconds: float = LONGEST_ROW_SECONDS,
) -> dict[str, Any]:
    """Prove the month, then time it by posts and replicates. A row that would take too long is left out and named.

    The figures at the top are those of the largest place that is not several Englands, England itself unless `posts` leaves it out;
    `peak_mb` is that of a process that opens it and runs one replicate, by the operating system's count.
    """
    if repeats < 1 or not posts or min(posts) < 1 or not replicates or min(replicates) < 1:
        raise OutOfRangeError("The national benchmark needs at least one size, one replicate and one repeat.")
    scenario = load_scenario("do-nothing")
    sizes = _area_sizes(build())
    prove_month(_ready(Study(_place(sizes, min(posts)), (scenario,), 1, to_year), load()))
    growth: list[dict[str, Any]] = []
    skipped: list[dict[str, Any]] = []
    headline: dict[str, Any] = {}
    slowest = 0.0
    for wanted in sorted(posts):
        times = max(1, round(wanted / sum(sizes.values())))
        guess = slowest * wanted * months_to_march(to_year)
        if times > MOST_COPIES or guess > longest_row_seconds:
            skipped.append({"posts": wanted, "replicates": 1, "reason": f"would take about {guess:,.0f} seconds"})
            continue
        place = _ready(Study(_place(sizes, wanted), (scenario,), 1, to_year), load())
        if times > 1:
            place = _times_over(place, times)
        # Replicates of their own, because a processor that has seen a run before foresees its branches.
        singles = [_months_seconds(place, 0)]
        if times == 1:
            headline = {"peak_mb": alone(_peak_of_a_replicate, wanted, to_year)} | _headline(place, repeats)
        while len(singles) < repeats and sum(singles) < longest_row_seconds:
            singles.append(_months_seconds(place, len(singles)))
        one = float(np.median(singles))
        slowest = one / (place.posts * place.study.months)
        for count in sorted(replicates):
            reason = _reason_to_skip(place.posts, count, count * one, longest_row_seconds)
            if reason:
                skipped.append({"posts": place.posts, "replicates": count, "reason": reason})
            else:
                seconds = one if count == 1 else sum(_months_seconds(place, replicate) for replicate in range(count))
                growth.append(_row(place, count, seconds, one))
    if not headline:
        raise OutOfRangeError(f"None of the sizes asked for can be run within {longest_row_seconds:g} seconds a row.")
    return {
        **headline,
        "to_year": to_year,
        "months": months_to_march(to_year),
        "growth": growth,
        "skipped": skipped,
        "proof": {"months": PROOF_MONTHS, "equal_to_steps": True, "people_add_up": True},
        "machine": machine(),
    }


def england(to_year: int = 2040) -> Ready:
    """Return England under no policy, ready to run."""
    return _ready(Study(resolve("England"), (load_scenario("do-nothing"),), 1, to_year), load())


def prove_month(place: Ready) -> None:
    """Show that compiled months have the bits of the steps called one by one, or raise `WrongAnswer`."""
    months = min(PROOF_MONTHS, place.study.months)
    compiled, stepwise = place.run(0), place.run(0)
    compiled.advance(months)
    stepwise.advance(months, after=lambda _: None)
    one, other = compiled.result(), stepwise.result()
    same = np.array_equal(one.stocks, other.stocks) and np.array_equal(one.flows, other.flows)
    first, second = compiled.world.posts, stepwise.world.posts
    filled = first.status == FILLED
    # What was written of someone who has left a post says nothing.
    same = same and np.array_equal(first.status, second.status)
    if not same or not all(np.array_equal(getattr(first, name)[filled], getattr(second, name)[filled]) for name in Posts.__slots__):
        raise WrongAnswer("The compiled months and the same steps one by one differ: nothing is timed.")


def check_people(run: Run) -> None:
    """Show that in every cell and year filled posts change by what came in less what went out, or raise `WrongAnswer`."""
    result = run.result()
    signs = np.array([1 if name in _COMES_IN else 0 if name in _STAYS else -1 for name in FLOWS])
    change = np.diff(result.stocks[..., _FILLED].astype(np.int64), axis=0)
    if not np.array_equal(change, (result.flows[1:] * signs).sum(axis=-1)):
        raise WrongAnswer("The people of a run do not add up: filled posts change by more than came in less went out.")


def _peak_of_a_replicate(posts: int, to_year: int) -> float | None:
    """Open a place of about so many posts, run it once, and return this process's peak memory in megabytes."""
    scenario = load_scenario("do-nothing")
    study = Study(_place(_area_sizes(build()), posts), (scenario,), 1, to_year)
    run, _ = open_run(prepare(study), load(), scenario, study.months, study.seed, 0)
    run.advance(study.months)
    return peak_megabytes()


def _headline(place: Ready, repeats: int) -> dict[str, Any]:
    """Return the figures of the largest place, beside the NumPy loop that does leaving and replacing alone."""
    workers = opening(NUMPY_POSTS)

    def months() -> Any:
        run = place.run(0)
        return lambda: run.advance(place.study.months)

    seconds = interleaved({"month": months, "numpy": lambda: NUMPY.ready(workers, NUMPY_MONTHS, seed=1)}, repeats)
    middle = medians(seconds)
    post_months = place.posts * place.study.months
    nanoseconds = 1e9 * middle["month"] / post_months
    numpy_nanoseconds = 1e9 * middle["numpy"] / (NUMPY_POSTS * NUMPY_MONTHS)
    return {
        "posts": place.posts,
        "post_months_per_second_per_core": round(1e9 / nanoseconds),
        "ns_per_post_month": round(nanoseconds, 2),
        "seconds_per_replicate": round(middle["month"], 3),
        "setup_seconds": round(place.setup_seconds, 3),
        "ratio_numpy_leave_and_replace": round(numpy_nanoseconds / nanoseconds, 2),
    }


def _reason_to_skip(posts: int, replicates: int, seconds: float, longest: float) -> str:
    if replicates > 10 and posts >= SMALL:
        return f"run of places under {SMALL:,} posts only"
    return f"would take about {seconds:,.0f} seconds" if replicates > 1 and seconds > longest else ""


def _times_over(place: Ready, times: int) -> Ready:
    """Return a place with every area `times` times over."""
    areas, cells = len(place.world.area_codes), place.world.filled.size
    return replace(
        place,
        world=copies_of_world(place.world, times),
        rates=copies_of_rates(place.rates, areas, cells, times),
        inputs=copies_of_inputs(place.inputs, times),
    )


def _row(place: Ready, replicates: int, seconds: float, one: float) -> dict[str, Any]:
    post_months = place.posts * place.study.months * replicates
    return {
        "posts": place.posts,
        "areas": len(place.world.area_codes),
        "replicates": replicates,
        "seconds": round(seconds, 4),
        "ns_per_post_month": round(1e9 * seconds / post_months, 2),
        "times_one_replicate": round(seconds / one, 2),
    }


def _months_seconds(place: Ready, replicate: int) -> float:
    """Return the processor time of all months of one replicate, having checked that its people add up."""
    run = place.run(replicate)
    seconds = seconds_of(lambda: run.advance(place.study.months))
    check_people(run)
    return seconds


def _ready(study: Study, tree: ParameterTree) -> Ready:
    """Open a place; what a study does once for each draw and scenario is timed, what it does once for a place is not."""
    prepared = prepare(study)
    made: list[tuple[World, Rates, Inputs]] = []
    seconds = seconds_of(lambda: made.append(_open(study, prepared, tree)))
    return Ready(study, *made[0], setup_seconds=seconds)


def _open(study: Study, prepared: Prepared, tree: ParameterTree) -> tuple[World, Rates, Inputs]:
    baseline = prepared.opening.baseline
    inputs = build_inputs(tree, baseline, prepared.tables, study.months)
    filling, _ = calibrate(prepared.national, tree)
    rates = build_rates(baseline, slice_areas(filling, prepared.index), prepared.contrasts, prepared.tables, tree)
    return open_world(prepared.opening, inputs, tree), rates, inputs


def _area_sizes(baseline: Baseline) -> dict[str, int]:
    """Return the opening posts of each area."""
    by_area = (np.asarray(baseline.filled) + np.asarray(baseline.vacant)).reshape(len(baseline.area_codes), -1).sum(axis=1)
    return {code: int(posts) for code, posts in zip(baseline.area_codes, by_area, strict=True)}


def _place(sizes: dict[str, int], posts: int) -> Area:
    """Return the areas that together come nearest to `posts`, the largest that still fit first; all of England if it has fewer."""
    whole = resolve("England")
    if posts >= 0.9 * sum(sizes.values()):
        return whole
    left, codes = posts, []
    for code, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        if size <= left:
            codes.append(code)
            left -= size
    smallest = min(sizes, key=lambda code: (sizes[code], code))
    members = tuple(member for member in whole.members if member[0] in (codes or [smallest]))
    return replace(whole, code="X00000000", name=f"About {posts:,} posts", level="icb", members=members)
