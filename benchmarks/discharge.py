"""The flow out of hospital as it is used: 42 boards, three years by day, 100 draws, with their parameters, refits and real queues.

Prints seconds of the clock and of the processor, how they divide, and the peak memory of the whole process by the operating
system's count. Compiling is done before the clock starts. Run: `.venv/bin/python benchmarks/discharge.py [draws] [threads]`.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from almoner.model.discharge.central import central
from almoner.model.discharge.record import boards
from almoner.study import discharge

MONTHS = 36
SEED = 1
"""One of which no refit is shipped, so that all of them are timed."""


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Return what the work gives, with seconds of the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": round(time.perf_counter() - clock, 1), "cpu_seconds": round(time.process_time() - processor, 1)}


def main() -> None:
    """Time the job and print what it took."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    codes = boards().codes
    central()
    discharge.forecast(codes[:1], 2, MONTHS, seed=2, threads=1)
    _, trees = timed(lambda: discharge.trees_of(draws, SEED))
    _, refits = timed(lambda: discharge.mapped(lambda draw: discharge.refitted(codes, draws, SEED, draw), draws, None, threads))
    path, runs = timed(lambda: discharge.forecast(codes, draws, MONTHS, SEED, threads=threads))
    parts = {"parameters": trees, "refits": refits, "real queue and three years": runs}
    print(
        json.dumps(
            {
                "boards": len(codes),
                "days": path.remaining.shape[-1],
                "draws": draws,
                "threads": threads,
                "seconds": round(sum(part["seconds"] for part in parts.values()), 1),
                "cpu_seconds": round(sum(part["cpu_seconds"] for part in parts.values()), 1),
                "parts": parts,
                "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                "people_who_remain": [
                    round(float(np.quantile(path.remaining.sum(axis=1).mean(axis=1), q))) for q in (0.1, 0.5, 0.9)
                ],
                "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
