"""Running a study into the store: what is done is found, what is missing is carried out, and the whole is hashed.

In: a `StudyPlan`, a place for runs and an executor. Out: the run's folder `<place>/<run id>/` and a `RunSummary`. Workers get the
plan as text, a task as a tuple and the place; they build the world themselves, once a process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, TypeAlias

from almoner.errors import AlmonerError
from almoner.study import store
from almoner.study.collect import collect
from almoner.study.executors import Serial, StudyExecutor
from almoner.study.files import StudyPlan, canonical, plan_from_dict
from almoner.study.location import open_location
from almoner.study.measures import MEASURES
from almoner.study.tasks import Task, area_groups, carry_out, tasks_of

Progress: TypeAlias = Callable[[int, int], None]
TaskTuple: TypeAlias = tuple[int, tuple[str, ...], int, int, int]

_TASKS_TO_SPREAD: Final = 100
"""Fewer tasks than this are collected sooner here than workers start."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a call of `run_plan` did: tasks carried out by it and tasks found done."""

    run_id: str
    result_hash: str
    tasks_done: int
    tasks_found: int
    seconds: float
    location: str


class OtherRelease(AlmonerError):
    """A worker whose Almoner, parameters or data are not those of the run."""

    def __init__(self, wanted: str, here: str) -> None:
        super().__init__(
            f"A worker would make run {here} where {wanted} is asked for: install the same release of Almoner on every machine."
        )


def run_plan(
    plan: StudyPlan,
    out: str | Path,
    executor: StudyExecutor | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Run what a study lacks in `out` and return its hash. `progress(done, total)` counts tasks, those found included.

    A run stopped by Ctrl-C, a dead machine or an error goes on where it stood when it is asked for again.
    """
    started = time.perf_counter()
    executor = executor or Serial()
    run = open_location(out).at(plan.run_id)
    run.clear_stale(store.TASKS)
    begun = store.MANIFEST in run.names()
    tasks = tasks_of(plan, store.read_groups(run) if begun else area_groups(plan))
    ids = [task.id for task in tasks]
    if not begun:
        store.write_manifest(run, plan, tasks)
    found = store.tasks_found(run, tasks)
    if len(found) == len(tasks) and (known := store.finished_hash(run, ids)):
        if progress is not None:
            progress(len(tasks), len(tasks))
        return RunSummary(plan.run_id, known, 0, len(tasks), time.perf_counter() - started, run.text)
    todo = [task.as_tuple() for task in tasks if task.id not in found]
    store.log(run, "started", executor=executor.name, tasks=len(tasks), found=len(found))
    done = 0

    def note(task: TaskTuple, id: str) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(len(found) + done, len(tasks))

    try:
        if todo:
            text = canonical(plan.as_dict()).decode()
            executor.map(todo, partial(work, text, plan.run_id, run.text), note)
        measures = _collect(run.text, ids, executor)
    except BaseException as error:
        store.log(run, "stopped", done=len(found) + done, tasks=len(tasks), why=type(error).__name__)
        raise
    result = store.result_hash(run, ids)
    store.write_result(run, plan, result, measures)
    seconds = time.perf_counter() - started
    store.log(run, "finished", done=done, found=len(found), seconds=round(seconds, 2), result_hash=result)
    return RunSummary(plan.run_id, result, done, len(found), seconds, run.text)


def _collect(place: str, ids: list[str], executor: StudyExecutor) -> dict[str, store.FileRecord]:
    """Collect every measure from the tasks, by the executor where there are enough of them to be worth starting it again."""
    records: dict[str, store.FileRecord] = {}
    spread = executor if len(ids) >= _TASKS_TO_SPREAD else Serial()
    spread.map(tuple(MEASURES), partial(collect, place, ids), lambda _, found: records.update([found]))
    return {name: records[name] for name in MEASURES}


def work(plan_text: str, run_id: str, place: str, task: TaskTuple) -> str:
    """Carry out one task of a plan and put its table in the run; return the task's id. This is all that a worker is asked."""
    plan = _plan(plan_text, run_id)
    one = Task(*task)
    store.write_table(open_location(place), store.TASKS, one.id, carry_out(plan, one))
    return one.id


@lru_cache(maxsize=4)
def _plan(text: str, run_id: str) -> StudyPlan:
    plan = plan_from_dict(json.loads(text))
    if plan.run_id != run_id:
        raise OtherRelease(run_id, plan.run_id)
    return plan
