"""What a cluster costs: one study of about 200 tasks, serial and on a dask LocalCluster of two workers, in turn.

`python benchmarks/scale_out.py [--tasks 200] [--rounds 1] [--json]` prints the seconds of both, and the overhead: the cluster's
seconds times its workers over the serial run's, less one. The cluster's start is counted apart, because a real one stands already.
Runs are proved equal by their result hash before any time is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import distributed

from almoner.reference.areas import resolve
from almoner.study.executors import Dask, Serial
from almoner.study.files import StudyPlan
from almoner.study.runs import run_plan
from almoner.study.scenario import load_scenario
from almoner.study.tasks import area_groups

WORKERS = 2


def plan_of(tasks: int, draws: int | None = None) -> StudyPlan:
    """Return a study of England with about `tasks` tasks."""
    scenario = load_scenario("do-nothing")
    plan = StudyPlan("scale out", (resolve("England"),), (scenario,), 1, 1, 2040)
    groups = len(area_groups(plan))
    return StudyPlan(plan.name, plan.places, plan.scenarios, draws or max(1, round(tasks / groups)), 1, plan.to_year)


def main() -> None:
    """Time both and print the overhead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    plan = plan_of(options.tasks)
    rows = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            serial = run_plan(plan, Path(folder) / "serial", Serial())
            started = time.perf_counter()
            with distributed.LocalCluster(WORKERS, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
                opened = time.perf_counter() - started
                cold = run_plan(plan_of(options.tasks, 1), Path(folder) / "warm", Dask(cluster.scheduler_address, WORKERS))
                spread = run_plan(plan, Path(folder) / "dask", Dask(cluster.scheduler_address, WORKERS))
        if spread.result_hash != serial.result_hash:
            raise SystemExit("The cluster gave another result: nothing is timed.")
        rows.append(
            {
                "tasks": serial.tasks_done,
                "serial_seconds": round(serial.seconds, 2),
                "cluster_seconds": round(spread.seconds, 2),
                "opening_seconds": round(opened, 2),
                "first_tasks_seconds": round(cold.seconds, 2),
                "overhead": round(WORKERS * spread.seconds / serial.seconds - 1.0, 4),
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
