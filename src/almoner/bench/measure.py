"""Measuring: jobs that take turns in one process, timed by the processor time of their thread; medians, never the best.

Other work on the machine slows all jobs of a round alike, so ratios of medians mean something where seconds do not.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Ready = Callable[[], Callable[[], object]]
"""Sets a job up and returns what is timed."""


def seconds_of(job: Callable[[], object]) -> float:
    """Return the processor time that a job takes on this thread."""
    start = time.thread_time()
    job()
    return time.thread_time() - start


def interleaved(jobs: Mapping[str, Ready], repeats: int) -> dict[str, list[float]]:
    """Time every job `repeats` times, taking turns; one round before that is not counted (compilers and caches warm up)."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(repeats + 1):
        for name, ready in jobs.items():
            took = seconds_of(ready())
            if turn:
                seconds[name].append(took)
    return seconds


def medians(seconds: Mapping[str, list[float]]) -> dict[str, float]:
    """Return the middle time of each job."""
    return {name: statistics.median(each) for name, each in seconds.items()}


def copying(source: NDArray[np.uint8], times: int) -> Callable[[], object]:
    """Return a job that copies the bytes `times` times over: what memory alone allows."""
    target = np.zeros_like(source)

    def copy() -> NDArray[np.uint8]:
        for _ in range(times):
            np.copyto(target, source)
        return target

    return copy


def peak_megabytes() -> float | None:
    """Return the peak memory of this process by the operating system's count, where it keeps one.

    Linux counts it in /proc since the program was started; what `getrusage` says there is at least the peak of the parent.
    """
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return round(int(found[1]) / (1 << 10), 1)
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def alone(work: Callable[..., T], *arguments: object) -> T:
    """Return what `work` gives in a process of its own, started afresh, so that its peak memory is that of the work alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def machine() -> dict[str, Any]:
    """Return what the figures were measured on, without which they mean nothing."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped]

    return {
        "processor": _processor_name(),
        "compiled_for": llvm.get_host_cpu_name(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def _processor_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
