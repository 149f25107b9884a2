"""Workers: processes beside the server that carry out jobs one after another with the executors and the store of `study`.

A worker ends when its server is gone, however that ended; another takes up what it left. Its months run on threads, so one worker
uses all cores; more workers share them between jobs.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import secrets
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from almoner.errors import AlmonerError
from almoner.study.executors import Threads
from almoner.study.files import StudyPlan
from almoner.study.location import Location, open_location
from almoner.study.runs import run_plan
from almoner.web import jobs, logs
from almoner.web.database import Database, open_database
from almoner.web.settings import Settings
from almoner.web.tables import Job

if TYPE_CHECKING:
    from almoner.report.sections import PlanSection

DOCUMENT: Final = "plan.zip"
_POLL_SECONDS: Final = 0.5
_NOTE_SECONDS: Final = 0.4
_BEAT_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 5.0
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


class Cancelled(Exception):
    """The member asked to stop, or the job is no longer this worker's."""


class Workers:
    """The worker processes of a server."""

    def __init__(self, processes: list[Any]) -> None:
        self._processes = processes

    def stop(self) -> None:
        """End them; what they were doing is taken up at the next start."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(_STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()


def start_workers(settings: Settings) -> Workers:
    """Start the workers of a server."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=work, args=(settings,), name=f"worker-{n}", daemon=True) for n in range(settings.workers)]
    for process in processes:
        process.start()
    return Workers(processes)


def work(settings: Settings) -> None:
    """Carry out jobs until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    logs.configure()
    database = open_database(settings.database_url)
    worker = jobs.worker_name(secrets.token_hex(4))
    while True:
        try:
            busy = carry_out_next(database, settings, worker)
        except Exception:
            # The database may be away for a while; the job is found again by its lease.
            logs.log().exception("worker", worker=worker)
            busy = False
        if not busy:
            time.sleep(_POLL_SECONDS)


def carry_out_next(database: Database, settings: Settings, worker: str) -> bool:
    """Carry out the next job, if there is one; return whether there was."""
    with database.session() as db:
        job = jobs.claim(db, worker)
        if job is None:
            return False
        job_id, plan = job.id, jobs.plan_of(job)
        # Asked of another version of Almoner, the same study is another run.
        job.run_id = plan.run_id
    state, result, problem = "done", None, None
    try:
        with _Heart(database, job_id, worker):
            result = _carry_out(database, settings, worker, job_id, plan)
    except Cancelled:
        state = "cancelled"
    except AlmonerError as error:
        state, problem = "failed", str(error)
    except Exception as error:
        logs.log().exception("job", job=job_id)
        state, problem = "failed", f"The run stopped on an error of the program ({type(error).__name__}); it can be resumed."
    with database.session() as db:
        jobs.finish(db, job_id, worker, state, result, problem)
    return True


def document_of(settings: Settings, job: Job) -> bytes | None:
    """Return the plan of a job that is done, as a zip archive, or None where it has none."""
    try:
        return _documents(settings, job.id).read(DOCUMENT)
    except FileNotFoundError:
        return None


def file_of(document: bytes, name: str) -> bytes | None:
    """Return a file of a plan's archive."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return archive.read(name) if name in archive.namelist() else None


def _carry_out(database: Database, settings: Settings, worker: str, id: str, plan: StudyPlan) -> str:
    """Run a study into the store and write its plan; return the hash of the result."""
    progress = _Progress(database, id, worker, documents=1)
    summary = run_plan(plan, settings.runs, Threads(settings.threads_per_worker), progress)
    _documents(settings, id).write(DOCUMENT, _plan_archive(plan, settings, progress))
    progress.end()
    return summary.result_hash


def _plan_archive(plan: StudyPlan, settings: Settings, progress: _Progress) -> bytes:
    """Return the plan document of a finished run's one place as a zip archive whose bytes depend on its contents alone."""
    from almoner.analysis.plan_stored import stored_plan
    from almoner.report.writing import plan_files

    run = open_location(settings.runs).at(plan.run_id)
    record = stored_plan(plan, run, lambda done, total: progress.check(), settings.threads_per_worker)
    sections = tuple(_sections(plan, settings, progress))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in plan_files(record, sections).items():
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return buffer.getvalue()


def _sections(plan: StudyPlan, settings: Settings, progress: _Progress) -> Iterator[PlanSection]:
    """Yield delays out of hospital and children's services under every scenario of a study."""
    from almoner.analysis.children import LAST_YEAR, USUAL_DRAWS, children_answer
    from almoner.analysis.delays import default_draws, delays
    from almoner.report.sections import children_part, delays_part

    def check(done: int, total: int) -> None:
        progress.check()

    place, run = plan.places[0], open_location(settings.runs).at(plan.run_id)
    draws = min(plan.draws, default_draws(place))
    yield delays_part(delays(place, draws, plan.seed, check, settings.threads_per_worker, stored=run.text))
    progress.check()
    last = min(plan.to_year, LAST_YEAR)
    yield children_part(children_answer(place, plan.scenarios, last, min(plan.draws, USUAL_DRAWS), plan.seed))


def _documents(settings: Settings, job_id: str) -> Location:
    # By job, not by run: two workspaces that run the same may word it differently.
    return open_location(settings.runs).at("documents").at(job_id)


class _Progress:
    """Writes a run's progress to its row now and then, and stops the run when that was asked. The document counts as tasks too."""

    def __init__(self, database: Database, id: str, worker: str, documents: int) -> None:
        self._database, self._id, self._worker, self._documents = database, id, worker, documents
        self._noted, self._total = 0.0, 0
        self._lock = threading.Lock()

    def __call__(self, done: int, total: int) -> None:
        self._total = total
        self._note(done, last=done == total)

    def check(self) -> None:
        self._note(self._total)

    def end(self) -> None:
        self._note(self._total + self._documents, last=True)

    def _note(self, done: int, last: bool = False) -> None:
        with self._lock:
            if not last and time.monotonic() - self._noted < _NOTE_SECONDS:
                return
            with self._database.session() as db:
                go_on = jobs.note(db, self._id, self._worker, done, self._total + self._documents)
            self._noted = time.monotonic()
        if not go_on:
            raise Cancelled


class _Heart:
    """Says that the worker lives while a long task says nothing."""

    def __init__(self, database: Database, id: str, worker: str) -> None:
        self._database, self._id, self._worker = database, id, worker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(_BEAT_SECONDS):
            try:
                with self._database.session() as db:
                    jobs.note(db, self._id, self._worker)
            except Exception:
                logs.log().exception("heartbeat", job=self._id)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
