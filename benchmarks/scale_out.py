"""What a cluster costs: one study of about 200 tasks, serial and on a dask LocalCluster of two workers, in turn.

`python benchmarks/scale_out.py [--tasks 200] [--rounds 1] [--json]` prints two overheads. `overhead` is of processor time: all that
the workers, the scheduler and the client spend, over what a serial run spends, less one. `overhead_wall` is of time passed: the
cluster's seconds times its workers over the serial run's, less one; it means something on a quiet machine only. Serial runs go side
by side, one a core, each of the whole study, because a core is slower while its neighbours work, whatever it is that gives out the
tasks; their means count. Worlds are built and the cluster is started before anything is
timed, because a real cluster stands already. Polars keeps to one thread in every process. Runs are proved equal by their result
hash before any time is printed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # read when Polars is first imported, here and in the workers

import distributed

from almoner.reference.areas import resolve
from almoner.study.executors import Dask, Serial, local_cluster
from almoner.study.files import StudyPlan
from almoner.study.runs import run_plan
from almoner.study.scenario import load_scenario
from almoner.study.tasks import area_groups

WORKERS = 2
WARMING = 4
"""Draws for each worker: a group of areas goes to either, so that one in 250 worlds is still to be built when the clock starts."""


def plan_of(tasks: int, draws: int | None = None) -> StudyPlan:
    """Return a study of England with about `tasks` tasks."""
    scenario = load_scenario("do-nothing")
    plan = StudyPlan("scale out", (resolve("England"),), (scenario,), 1, 1, 2040)
    groups = len(area_groups(plan))
    return StudyPlan(plan.name, plan.places, plan.scenarios, draws or max(1, round(tasks / groups)), 1, plan.to_year)


@dataclass(frozen=True)
class Timed:
    """A run, the seconds that passed and the processor seconds that were spent on it."""

    result_hash: str
    tasks: int
    passed: float
    spent: float


def serial(tasks: int, folder: str) -> Timed:
    """Run the study task by task, after one draw that builds the worlds."""
    run_plan(plan_of(tasks, WORKERS), Path(folder) / "warm", Serial())
    before = _spent()
    run = run_plan(plan_of(tasks), Path(folder) / "run", Serial())
    return Timed(run.result_hash, run.tasks_done, run.seconds, _spent() - before)


def cluster(tasks: int, folder: str) -> Timed:
    """Run the study on a cluster, after draws enough that each worker has met and built the world of every group."""
    with local_cluster(WORKERS) as cluster, distributed.Client(cluster, set_as_default=False) as client:
        executor = Dask(cluster.scheduler_address, WORKERS)
        run_plan(plan_of(tasks, WARMING * WORKERS), Path(folder) / "warm", executor)
        before = _spent() + sum(client.run(_spent).values())
        run = run_plan(plan_of(tasks), Path(folder) / "run", executor)
        spent = _spent() + sum(client.run(_spent).values()) - before
        return Timed(run.result_hash, run.tasks_done, run.seconds, spent)


def _spent() -> float:
    """Return the processor seconds of this process so far."""
    times = os.times()
    return times.user + times.system


def main() -> None:
    """Time both and print the overhead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
            alone = pool.starmap(serial, [(options.tasks, f"{folder}/serial{number}") for number in range(WORKERS)], chunksize=1)
            pool.terminate()
            spread = cluster(options.tasks, f"{folder}/cluster")
        if {each.result_hash for each in alone} != {spread.result_hash}:
            raise SystemExit("The cluster gave another result: nothing is timed.")
        passed, spent = statistics.mean(each.passed for each in alone), statistics.mean(each.spent for each in alone)
        rows.append(
            {
                "tasks": spread.tasks,
                "serial_seconds": round(passed, 2),
                "cluster_seconds": round(spread.passed, 2),
                "serial_processor_seconds": round(spent, 2),
                "cluster_processor_seconds": round(spread.spent, 2),
                "overhead": round(spread.spent / spent - 1.0, 4),
                "overhead_wall": round(WORKERS * spread.passed / passed - 1.0, 4),
            }
        )
    middle = {name: statistics.median(row[name] for row in rows) for name in ("overhead", "overhead_wall")}
    if options.json:
        print(json.dumps({"rows": rows} | middle, indent=1))
        return
    for row in rows:
        print(row)
    print(f"overhead of the cluster over serial, per core: {100 * middle['overhead']:.1f}% of processor time, ", end="")
    print(f"{100 * middle['overhead_wall']:.1f}% of time passed")


if __name__ == "__main__":
    main()
