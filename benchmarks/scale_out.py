"""What a cluster costs: one study of about 200 tasks, serial and on a dask LocalCluster of two workers, in turn.

`python benchmarks/scale_out.py [--tasks 200] [--rounds 1] [--json]` prints the seconds of both, and the overhead: the cluster's
seconds times its workers over the serial run's, less one. Serial runs go side by side, one a core, each of the whole study, because
a core is slower while its neighbours work, whatever it is that gives out the tasks; the mean of their seconds counts. Worlds are
built and the cluster is started before anything is timed, because a real cluster stands already. Polars keeps to one thread in
every process. Runs are proved equal by their result hash before any time is printed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # read when Polars is first imported, here and in the workers

from almoner.reference.areas import resolve
from almoner.study.executors import Dask, Serial, local_cluster
from almoner.study.files import StudyPlan
from almoner.study.runs import RunSummary, run_plan
from almoner.study.scenario import load_scenario
from almoner.study.tasks import area_groups

WORKERS = 2


def plan_of(tasks: int, draws: int | None = None) -> StudyPlan:
    """Return a study of England with about `tasks` tasks."""
    scenario = load_scenario("do-nothing")
    plan = StudyPlan("scale out", (resolve("England"),), (scenario,), 1, 1, 2040)
    groups = len(area_groups(plan))
    return StudyPlan(plan.name, plan.places, plan.scenarios, draws or max(1, round(tasks / groups)), 1, plan.to_year)


def serial(tasks: int, folder: str) -> RunSummary:
    """Run the study task by task, after one draw that builds the worlds."""
    run_plan(plan_of(tasks, 1), Path(folder) / "warm", Serial())
    return run_plan(plan_of(tasks), Path(folder) / "run", Serial())


def cluster(tasks: int, folder: str) -> tuple[RunSummary, float]:
    """Run the study on a cluster, after a draw for each worker that builds the worlds; also the seconds it took to start."""
    started = time.perf_counter()
    with local_cluster(WORKERS) as cluster:
        opened = time.perf_counter() - started
        executor = Dask(cluster.scheduler_address, WORKERS)
        run_plan(plan_of(tasks, WORKERS), Path(folder) / "warm", executor)
        return run_plan(plan_of(tasks), Path(folder) / "run", executor), opened


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
            spread, opened = cluster(options.tasks, f"{folder}/cluster")
        if {each.result_hash for each in alone} != {spread.result_hash}:
            raise SystemExit("The cluster gave another result: nothing is timed.")
        seconds = statistics.mean(each.seconds for each in alone)
        rows.append(
            {
                "tasks": spread.tasks_done,
                "serial_seconds": round(seconds, 2),
                "cluster_seconds": round(spread.seconds, 2),
                "opening_seconds": round(opened, 2),
                "overhead": round(WORKERS * spread.seconds / seconds - 1.0, 4),
            }
        )
    middle = statistics.median(row["overhead"] for row in rows)
    if options.json:
        print(json.dumps({"rows": rows, "overhead": middle}, indent=1))
        return
    for row in rows:
        print(row)
    print(f"overhead of the cluster over serial, per core: {100 * middle:.1f}%")


if __name__ == "__main__":
    main()
