"""The run store: `<run id>/` with `manifest.json`, `tasks/`, `measures/`, `result.json` and `log.jsonl`.

A task's table is `tasks/<id>.parquet`, and `tasks/<id>.json` records its size, the hash of the file and the hash of what it holds;
a task is done when both are there and agree. The result hash goes over the contents in task order, so it is the same for any
executor, order, count of resumptions and release of the Parquet writer.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from almoner.errors import InputFileError
from almoner.study.files import StudyPlan, canonical, plan_from_dict, run_id_of
from almoner.study.location import Location
from almoner.study.tasks import Task

MANIFEST: Final = "manifest.json"
RESULT: Final = "result.json"
LOG: Final = "log.jsonl"
TASKS: Final = "tasks"
MEASURES: Final = "measures"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a file must be: its size in bytes, the SHA-256 of its bytes, and the SHA-256 of the table in it."""

    size: int
    file: str
    content: str

    def as_dict(self) -> dict[str, object]:
        """Return the record as it stands in JSON."""
        return {"size": self.size, "file": self.file, "content": self.content}


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of a run that is not what was recorded, and how."""

    file: str
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What re-hashing a run found."""

    run_id: str
    location: str
    files: int
    problems: tuple[Problem, ...]
    finished: bool

    @property
    def ok(self) -> bool:
        """Whether every file is what was recorded."""
        return not self.problems


def write_manifest(run: Location, plan: StudyPlan, tasks: Sequence[Task]) -> None:
    """Write what the run is."""
    body = {
        "run_id": plan.run_id,
        "determines": plan.determines,
        "plan": plan.as_dict(),
        "plan_hash": plan.hash,
        "tasks": [task.id for task in tasks],
        "groups": [list(areas) for areas in dict.fromkeys(task.areas for task in tasks)],
    }
    text = json.dumps({**body, "checksum": _hash(canonical(body))}, indent=1, ensure_ascii=False)
    run.write(MANIFEST, text.encode())


def read_manifest(run: Location) -> dict[str, Any]:
    """Return a run's manifest; one that does not hold together is an `InputFileError`."""
    try:
        content = json.loads(run.read(MANIFEST))
        body = {key: value for key, value in content.items() if key != "checksum"}
        if content["checksum"] == _hash(canonical(body)) and content["run_id"] == run_id_of(content["determines"]):
            return dict(content)
    except FileNotFoundError:
        raise InputFileError(f"{run.text} holds no run: there is no {MANIFEST} in it.") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        pass
    raise InputFileError(f"{run.text}/{MANIFEST} has been changed since it was written: remove the folder and run the study again.")


def read_groups(run: Location) -> tuple[tuple[str, ...], ...]:
    """Return the area groups of a run that has begun."""
    return tuple(tuple(areas) for areas in read_manifest(run)["groups"])


def read_plan(run: Location) -> StudyPlan:
    """Return the plan of a run."""
    return plan_from_dict(read_manifest(run)["plan"])


def write_table(run: Location, folder: str, name: str, frame: pl.DataFrame) -> FileRecord:
    """Write a table and, after it, its record."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True)
    content = buffer.getvalue()
    record = FileRecord(len(content), _hash(content), table_hash(frame))
    run.write(f"{folder}/{name}.parquet", content)
    run.write(f"{folder}/{name}.json", canonical(record.as_dict()))
    return record


def record_table(run: Location, folder: str, name: str, path: Path) -> FileRecord:
    """Put a table that lies in a file of this machine into the run, its record after it.

    The hash of its content is that of its bytes: nothing that must be the same everywhere rests on it.
    """
    content = path.read_bytes()
    digest = _hash(content)
    record = FileRecord(len(content), digest, digest)
    run.write(f"{folder}/{name}.parquet", content)
    run.write(f"{folder}/{name}.json", canonical(record.as_dict()))
    return record


def read_table(run: Location, folder: str, name: str) -> pl.DataFrame:
    """Return a table of the run."""
    return pl.read_parquet(io.BytesIO(run.read(f"{folder}/{name}.parquet")))


def record_of(run: Location, folder: str, name: str) -> FileRecord:
    """Return the record of a table; `FileNotFoundError` if there is none, `ValueError` if it cannot be read."""
    try:
        return FileRecord(**json.loads(run.read(f"{folder}/{name}.json")))
    except TypeError as error:
        raise ValueError(str(error)) from None


def problem_with(run: Location, folder: str, name: str) -> Problem | None:
    """Re-hash a table and say what is wrong with it, if anything."""
    file = f"{folder}/{name}.parquet"
    try:
        record = record_of(run, folder, name)
    except FileNotFoundError:
        return Problem(f"{folder}/{name}.json", "is missing")
    except ValueError:
        return Problem(f"{folder}/{name}.json", "cannot be read")
    try:
        content = run.read(file)
    except FileNotFoundError:
        return Problem(file, "is missing")
    if len(content) != record.size:
        return Problem(file, f"has {len(content):,} bytes where {record.size:,} were written")
    return None if _hash(content) == record.file else Problem(file, "differs from what was written")


def tasks_found(run: Location, tasks: Iterable[Task]) -> set[str]:
    """Return the ids of the tasks whose tables are there and are what was recorded."""
    there = set(run.names(TASKS))
    candidates = [task.id for task in tasks if {f"{task.id}.parquet", f"{task.id}.json"} <= there]
    return {name for name in candidates if problem_with(run, TASKS, name) is None}


def result_hash(run: Location, ids: Iterable[str]) -> str:
    """Return the hash of a run's result: over task ids and the hashes of their contents, in task order."""
    digest = hashlib.sha256()
    for name in ids:
        digest.update(f"{name} {record_of(run, TASKS, name).content}\n".encode())
    return digest.hexdigest()


def verify(run: Location) -> Verification:
    """Re-hash the manifest and every table of a run, and say which differ or are missing; an unfinished run misses tasks."""
    try:
        manifest = read_manifest(run)
    except InputFileError as error:
        name = run.text.rstrip("/").rpartition("/")[2]
        what = "is missing" if MANIFEST not in run.names() else "differs from what was written"
        if what == "is missing" and TASKS not in run.names():
            raise error from None
        return Verification(name, run.text, 1, (Problem(MANIFEST, what),), RESULT in run.names())
    ids = list(manifest["tasks"])
    finished = RESULT in run.names()
    problems = [problem for task in ids if (problem := problem_with(run, TASKS, task))]
    strays = {name.rpartition(".")[0] for name in run.names(TASKS)} - set(ids)
    problems += [Problem(f"{TASKS}/{name}", "is no task of this run") for name in sorted(strays)]
    measures = 0
    if finished:
        result = _read_result(run)
        if result is None or result.get("run_id") != manifest["run_id"]:
            problems.append(Problem(RESULT, "differs from what was written"))
        else:
            measures = len(result["measures"])
            problems += _measure_problems(run, result["measures"])
            if not problems and result["result_hash"] != result_hash(run, ids):
                problems.append(Problem(RESULT, "has a hash that its tasks do not give"))
    return Verification(manifest["run_id"], run.text, 1 + len(ids) + measures + finished, tuple(problems), finished)


def verify_all(place: Location) -> list[Verification]:
    """Verify the run at a place, or every run kept in it."""
    if MANIFEST in place.names() or TASKS in place.names():
        return [verify(place)]
    runs = [run for name in place.names() if {MANIFEST, TASKS} & set((run := place.at(name)).names())]
    if not runs:
        raise InputFileError(f"{place.text} holds no run: give the folder named after --out, or one run's folder in it.")
    return [verify(run) for run in runs]


def write_result(run: Location, plan: StudyPlan, result: str, measures: dict[str, FileRecord]) -> None:
    """Write the result's hash and the hashes of the measures: the last file of a run."""
    body = {
        "run_id": plan.run_id,
        "result_hash": result,
        "measures": {name: record.as_dict() for name, record in measures.items()},
    }
    text = json.dumps({**body, "checksum": _hash(canonical(body))}, indent=1)
    run.write(RESULT, text.encode())


def finished_hash(run: Location, ids: Sequence[str]) -> str | None:
    """Return the result hash of a run that is finished and whole, or None; `ids` are its tasks."""
    result = _read_result(run)
    if result is None or _measure_problems(run, result["measures"]):
        return None
    recorded = str(result["result_hash"])
    return recorded if recorded == result_hash(run, ids) else None


def log(run: Location, event: str, **details: object) -> None:
    """Add an event to the run's log."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    run.append(LOG, json.dumps({"time": when, "event": event, **details}, ensure_ascii=False))


def table_hash(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of a table's names, types and values, which does not hang on how a file packs them."""
    digest = hashlib.sha256()
    for column in frame:
        digest.update(f"{column.name} {column.dtype} {len(column)}\n".encode())
        if column.dtype == pl.String:
            digest.update("\n".join(column.to_list()).encode())
        else:
            digest.update(column.is_null().to_numpy().tobytes())
            digest.update(column.fill_null(0).to_numpy().tobytes())
    return digest.hexdigest()


def _measure_problems(run: Location, measures: dict[str, dict[str, object]]) -> list[Problem]:
    problems = [problem for name in measures if (problem := problem_with(run, MEASURES, name))]
    named = {problem.file for problem in problems}
    for name, record in measures.items():
        file = f"{MEASURES}/{name}.json"
        if not {file, f"{MEASURES}/{name}.parquet"} & named and record_of(run, MEASURES, name).as_dict() != record:
            problems.append(Problem(file, "differs from what was written"))
    return problems


def _read_result(run: Location) -> dict[str, Any] | None:
    try:
        content = json.loads(run.read(RESULT))
        body = {key: value for key, value in content.items() if key != "checksum"}
        return dict(body) if content["checksum"] == _hash(canonical(body)) else None
    except (FileNotFoundError, ValueError, KeyError, AttributeError):
        return None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
