"""How fast the step `leave` is: compiled against the same step in NumPy, with the same numbers, in one process.

Before anything is timed both must name the same leavers. Prints nanoseconds per post and month and their ratio; read the ratio.
Run it with `python3 dev.py bench` or `.venv/bin/python benchmarks/leave.py [REPEATS]`.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

from almoner.model import draws, kernel
from almoner.model.bounds import begin_stretch, bind_area
from almoner.model.columns import BANDED_MONTHS, FILLED, VACANT, VISA_MARK
from almoner.model.draws import Decision
from almoner.model.engine import Run, build_rates, stock_of, waiting_of
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import build_inputs
from almoner.model.posts import CELLS_PER_AREA
from almoner.model.room import room_for, stretch_for
from almoner.parameters import load
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.run import open_world, prepare
from almoner.study.scenario import load_scenario

PLACE = "south east"
WARM_UP_MONTHS = 6


def opened() -> Run:
    """Return a run of a region of about a quarter of a million posts, some months in."""
    study = Study(resolve(PLACE), (load_scenario("do-nothing"),), 1, 2030)
    prepared, tree = prepare(study), load()
    baseline = prepared.opening.baseline
    inputs = build_inputs(tree, baseline, prepared.tables, study.months)
    filling, _ = calibrate(prepared.national, tree)
    rates = build_rates(baseline, slice_areas(filling, prepared.index), prepared.contrasts, prepared.tables, tree)
    run = Run(open_world(prepared.opening, inputs, tree), rates, inputs, study.seed)
    run.advance(WARM_UP_MONTHS)
    return run


def leavers_by_numpy(run: Run) -> np.ndarray:
    """Return which rows are left this month, the whole step written out for all posts at once."""
    world, rates, m = run.world, run.rates, run.number
    posts, size = world.posts, np.diff(world.offset)
    cell = np.repeat(np.arange(size.size), size)
    number = world.base_number[cell] + (np.arange(cell.size) - world.offset[cell]).astype(np.uint64)
    top, rest = (draws.draw_key(run.seed, decision, m, run.replicate) for decision in (Decision.LEAVE, Decision.LEAVE_REST))
    luck = draws.sliced_draws(top, rest, number)
    age = rates.age_band[np.clip(m - posts.birth.astype(np.int64), 0, BANDED_MONTHS - 1)]
    experience = rates.experience_band[np.clip(m - posts.sector.astype(np.int64), 0, BANDED_MONTHS - 1)]
    traits = np.where(experience >= rates.settled_band, posts.traits & (255 - VISA_MARK), posts.traits)
    weight = rates.trait_weight[traits]
    region = run.inputs.market[cell // CELLS_PER_AREA]
    exit_hazard = rates.exit_hazard[cell] * run.months.exit_factor[m, region, cell % CELLS_PER_AREA]
    move_hazard = rates.move_hazard[cell] * run.months.move_factor[m, region, cell % CELLS_PER_AREA]
    hazard = exit_hazard * weight * rates.exit_weight[age, experience] + move_hazard * weight * rates.move_weight[age, experience]
    chance = np.rint(-np.expm1(-hazard) * 2.0**24).astype(np.uint64) << np.uint64(16)
    return (posts.status == FILLED) & (luck < chance)


def leavers_by_kernel(run: Run) -> tuple[np.ndarray, float]:
    """Return the same from the compiled step on a copy of the world, and the seconds of processor time that it took."""
    world = run.world.copy()
    before = world.posts.status.copy()
    stock, waiting, flows = stock_of(world), waiting_of(world), np.zeros_like(run.year_flows)
    stretch, room = stretch_for(run.rates)._replace(first=run.number), room_for(stock, waiting)
    begin_stretch(1, run.rates, stretch)
    seconds = 0.0
    for area in range(len(world.area_codes)):
        bind_area(area, 1, stock, run.rates, run.months, stretch)
        kernel.begin_month(area, stock, room)
        start = time.thread_time()
        kernel.leave(area, run.number, stock, waiting, run.rates, run.months, stretch, room, flows)
        seconds += time.thread_time() - start
    return (before == FILLED) & (world.posts.status == VACANT), seconds


def main() -> None:
    """Prove the answer, then time both, taking turns."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    run = opened()
    compiled, _ = leavers_by_kernel(run)
    written_out = leavers_by_numpy(run)
    if not (compiled == written_out).all():
        sys.exit(f"{int((compiled != written_out).sum())} posts differ between the compiled step and NumPy: nothing is timed.")
    posts = int(run.world.filled.sum() + run.world.vacant.sum())
    print(f"leave, {PLACE}: {posts:,} posts, {int(compiled.sum()):,} leavers, the same ones from both")
    fast, slow = [], []
    for _ in range(repeats):
        fast.append(leavers_by_kernel(run)[1])
        start = time.thread_time()
        leavers_by_numpy(run)
        slow.append(time.thread_time() - start)
    for name, seconds in (("compiled", fast), ("NumPy", slow)):
        middle, best = (1e9 * each / posts for each in (statistics.median(seconds), min(seconds)))
        print(f"{name:>9}: {middle:6.1f} ns a post and month (fastest {best:.1f})")
    print(f"    ratio: {statistics.median(slow) / statistics.median(fast):.1f} times")


if __name__ == "__main__":
    main()
