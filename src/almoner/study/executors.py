"""Executors: one seam, `map(tasks, work, on_done)`, by which the tasks of a study are carried out here or on many machines.

`work` and the tasks must pickle for `processes` and `dask`. `on_done` is called in the calling thread, once for each task, in the
order in which tasks end. A task whose worker dies runs again; Ctrl-C starts no further task, and what is done stays done.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from almoner.errors import AlmonerError, InputFileError, NotFoundError

T = TypeVar("T")
R = TypeVar("R")

NAMES: Final = ("serial", "threads", "processes", "dask")
LOCAL: Final = "local"

_DEATHS_IN_A_ROW: Final = 3
"""Deaths of workers without a task ending in between, after which the task, not the machine, is at fault."""

_WAITING_A_WORKER: Final = 2
"""Tasks handed over for each worker: one in hand and one to follow at once."""


_QUIET_DASK: Final = {
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.worker.profile.enabled": False,
}
"""Nothing samples the stacks of our workers a hundred times a second; what remains keeps a worker's memory within its limit."""


class WorkersDied(AlmonerError):
    """Workers died again and again, so that the run cannot go on."""

    def __init__(self) -> None:
        super().__init__(
            f"Workers died {_DEATHS_IN_A_ROW} times before any task was done: they may have too little memory. "
            "Give fewer --workers; the tasks already done are kept."
        )


class StudyExecutor(Protocol):
    """What carries out tasks."""

    @property
    def name(self) -> str:
        """The name by which it is chosen."""

    def map(self, tasks: Sequence[T], work: Callable[[T], R], on_done: Callable[[T, R], None]) -> None:
        """Carry out every task; the first error that is not a worker's death ends the run and is raised."""


@dataclass(frozen=True, slots=True)
class Serial:
    """One task after the other, in the calling thread."""

    name: str = "serial"

    def map(self, tasks: Sequence[T], work: Callable[[T], R], on_done: Callable[[T, R], None]) -> None:
        """Carry out every task."""
        for task in tasks:
            on_done(task, work(task))


@dataclass(frozen=True, slots=True)
class Threads:
    """Threads of this process; the compiled months let go of Python's lock."""

    workers: int | None = None
    name: str = "threads"

    def map(self, tasks: Sequence[T], work: Callable[[T], R], on_done: Callable[[T, R], None]) -> None:
        """Carry out every task."""
        workers = _workers(self.workers, tasks)
        with ThreadPoolExecutor(workers) as pool:
            _drain(pool, deque(tasks), work, on_done, workers)


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes of this machine, started afresh (spawn); when one dies, a new pool takes up what was not done."""

    workers: int | None = None
    name: str = "processes"

    def map(self, tasks: Sequence[T], work: Callable[[T], R], on_done: Callable[[T, R], None]) -> None:
        """Carry out every task."""
        left = deque(tasks)
        workers = _workers(self.workers, tasks)
        deaths = 0
        while left:
            before = len(left)
            context = multiprocessing.get_context("spawn")
            try:
                with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker) as pool:
                    _drain(pool, left, work, on_done, workers)
            except BrokenProcessPool:
                deaths = 1 if len(left) < before else deaths + 1
                if deaths >= _DEATHS_IN_A_ROW:
                    raise WorkersDied from None


@dataclass(frozen=True, slots=True)
class Dask:
    """Workers of a dask.distributed scheduler at an address, or of a cluster on this machine for `local`.

    Every worker must be able to write where the runs are kept: a shared folder, or an address that fsspec knows.
    """

    scheduler: str = LOCAL
    workers: int | None = None
    name: str = "dask"

    def map(self, tasks: Sequence[T], work: Callable[[T], R], on_done: Callable[[T, R], None]) -> None:
        """Carry out every task."""
        with _client(self.scheduler, _workers(self.workers, tasks)) as client:
            _drain_dask(client, tasks, work, on_done)


def make_executor(name: str, workers: int | None = None, scheduler: str | None = None) -> StudyExecutor:
    """Return the executor of a name; `scheduler` is an address, or `local`, for dask."""
    if scheduler is not None and name != "dask":
        raise InputFileError(f"--scheduler is for --executor dask, not for {name}.")
    if workers is not None and workers < 1:
        raise InputFileError(f"--workers {workers} is too few: ask for at least 1.")
    if name == "serial":
        return Serial()
    if name == "threads":
        return Threads(workers)
    if name == "processes":
        return Processes(workers)
    if name == "dask":
        return Dask(scheduler or LOCAL, workers)
    raise NotFoundError("executor", name, NAMES)


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """Start dask on this machine, one process a worker, without the watching that takes a tenth of two cores at dask's defaults."""
    dask: Any = importlib.import_module("dask")
    distributed: Any = importlib.import_module("distributed")
    with (
        dask.config.set(_QUIET_DASK),
        distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
    ):
        yield cluster


def _workers(asked: int | None, tasks: Sequence[object]) -> int:
    return max(1, min(asked or os.cpu_count() or 1, len(tasks)))


def _drain(pool: Executor, left: deque[T], work: Callable[[T], R], on_done: Callable[[T, R], None], workers: int) -> None:
    """Carry out the tasks in `left`, which keeps those that are not done if this ends early."""
    running: dict[Future[R], T] = {}
    try:
        while left or running:
            while left and len(running) < workers * _WAITING_A_WORKER:
                task = left.popleft()
                try:
                    running[pool.submit(work, task)] = task
                except BaseException:
                    left.appendleft(task)
                    raise
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=list(running).index):
                result = future.result()
                on_done(running.pop(future), result)
    except BaseException:
        left.extendleft(reversed(running.values()))
        pool.shutdown(wait=True, cancel_futures=True)
        raise


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, keep to one core, and end when the parent is gone, however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _client(scheduler: str, workers: int) -> Iterator[Any]:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise InputFileError("--executor dask needs dask.distributed: install almoner[scale].") from None
    if scheduler == LOCAL:
        with local_cluster(workers) as cluster, distributed.Client(cluster, set_as_default=False) as client:
            yield client
        return
    try:
        client = distributed.Client(scheduler, timeout="20s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputFileError(f"No dask scheduler answers at {scheduler}: {str(error).rstrip('.')}.") from None
    with client:
        yield client


def _drain_dask(client: Any, tasks: Sequence[T], work: Callable[[T], R], on_done: Callable[[T, R], None]) -> None:
    """Carry out tasks on a cluster. Dask moves a dead worker's task to another; one that it gives up is asked for again."""
    distributed: Any = importlib.import_module("distributed")
    died = (distributed.KilledWorker, distributed.CancelledError)
    asked = dict(zip(client.map(work, tasks, pure=False), tasks, strict=True))
    deaths = 0
    try:
        waiting = distributed.as_completed(asked, loop=client.loop)
        for future in waiting:
            task = asked.pop(future)
            error = future.exception() if future.status == "error" else None
            if future.status == "cancelled" or isinstance(error, died):
                deaths += 1
                if deaths >= _DEATHS_IN_A_ROW:
                    raise WorkersDied
                again = client.submit(work, task, pure=False)
                asked[again] = task
                waiting.add(again)
                continue
            deaths = 0
            on_done(task, future.result())
    except BaseException:
        client.cancel(list(asked))
        raise
