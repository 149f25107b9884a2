"""What a person waits for: whole processes, from start to end, with their peak memory by the operating system's count.

Prints `almoner --help`, a plan of one area and, with the word `england`, the national plan; times depend on the machine, so the
ratio to importing numpy is printed beside them. With the word `steps` it prints instead where the time of England's months goes,
step by step. Run: `.venv/bin/python benchmarks/whole.py [england | steps]`.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from almoner.bench.national import check_people, england
from almoner.model import kernel
from almoner.model.bounds import begin_stretch, bind_area
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.engine import MONTH

REPEATS = 5
REPLICATES = 3
PARTS = ("bounds, once a year", *(step.py_func.__name__ for step in MONTH), "layout and hours")


def seconds(command: list[str]) -> float:
    """Return the wall time of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def plan(*arguments: str) -> dict[str, float]:
    """Run `almoner plan` and return what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "almoner", "plan", *arguments, "--out", f"{folder}/plan", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@intrinsic
def _ticks(_: Any) -> Any:
    """Return the processor's own count of time, which compiled code can read between two steps."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        count = builder.module.declare_intrinsic("llvm.readcyclecounter", (), ir.FunctionType(ir.IntType(64), []))
        return builder.call(count, [])

    return types.int64(), generate


@njit(nogil=True, _nrt=False)
def _year(count, stock, waiting, rates, months, stretch, room, flows, monthly_hours, spent):  # type: ignore[no-untyped-def]
    """Do what `kernel.run_months` does, and add the ticks of each part up in `spent`."""
    begin_stretch(count, rates, stretch)
    for area in range(waiting.size.size):
        t0 = _ticks()
        bind_area(area, count, stock, rates, months, stretch)
        t1 = _ticks()
        spent[0] += t1 - t0
        for m in range(stretch.first, stretch.first + count):
            t0 = _ticks()
            kernel.begin_month(area, stock, room)
            t1 = _ticks()
            kernel.open_and_close_posts(area, m, stock, waiting, rates, months, stretch, room, flows)
            t2 = _ticks()
            kernel.leave(area, m, stock, waiting, rates, months, stretch, room, flows)
            t3 = _ticks()
            kernel.develop(area, m, stock, waiting, rates, months, stretch, room, flows)
            t4 = _ticks()
            kernel.promote(area, m, stock, waiting, rates, months, stretch, room, flows)
            t5 = _ticks()
            kernel.recruit(area, m, stock, waiting, rates, months, stretch, room, flows)
            t6 = _ticks()
            kernel.note_hours(area, m, stock, monthly_hours)
            t7 = _ticks()
            spent[1] += t2 - t1
            spent[2] += t3 - t2
            spent[3] += t4 - t3
            spent[4] += t5 - t4
            spent[5] += t6 - t5
            spent[6] += t7 - t6 + t1 - t0


def steps() -> None:
    """Print the nanoseconds that each step takes a post and month; ticks only say in what proportion the processor time divides."""
    if platform.machine() not in {"x86_64", "AMD64"}:
        sys.exit("Only on x86 may a program read the processor's count of time.")
    place = england()
    by_part = []
    for replicate in range(-1, REPLICATES):
        run, spent, posts = place.run(max(replicate, 0)), np.zeros(len(PARTS), np.int64), 0
        took = 0.0
        while run.number < place.study.months:
            start = time.thread_time()
            _year(MONTHS_PER_YEAR, *run.columns(), run.year_flows, run.monthly_hours, spent)
            took += time.thread_time() - start
            run.number += MONTHS_PER_YEAR
            posts += MONTHS_PER_YEAR * int(run.world.filled.sum() + run.world.vacant.sum())
            run._note_year()
        check_people(run)
        # The run before the first is for the compiler.
        if replicate >= 0:
            by_part.append(1e9 * took * spent / spent.sum() / posts)
    print("England's months to March 2040, nanoseconds a post and month of processor time:")
    for part, each in zip(PARTS, np.median(by_part, axis=0), strict=True):
        print(f"{each:8.2f}  {part}")
    print(f"{np.median(np.sum(by_part, axis=1)):8.2f}  all")


def main() -> None:
    """Time the commands in turn."""
    helps, imports = [], []
    for _ in range(REPEATS):
        helps.append(seconds([sys.executable, "-m", "almoner", "--help"]))
        imports.append(seconds([sys.executable, "-c", "import numpy"]))
    middle = statistics.median(imports)
    print(f"almoner --help: {statistics.median(helps):.2f} s, {statistics.median(helps) / middle:.1f} times importing numpy")
    plan("wakefield", "--draws", "1", "--to", "2026")
    for name, arguments in (("wakefield", ("wakefield",)), *((("england", ("england",)),) if "england" in sys.argv else ())):
        said = plan(*arguments)
        wall, ratio = said["seconds"], said["seconds"] / middle
        print(f"almoner plan {name}: {wall:.1f} s, {ratio:.0f} times; {said['draws']} draws, {said['peak_mb']:.0f} MB")


if __name__ == "__main__":
    if "steps" in sys.argv:
        steps()
    else:
        main()
