"""Jobs: runs that members ask for, as rows in the database; what they compute lies in the run store.

A worker claims the oldest job whose run nobody is carrying out. A row that says `running` while its worker is gone - the server was
killed - is queued again; the run store finds the tasks that were done, so the result has the same bits.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from almoner.errors import InputFileError, OutOfRangeError
from almoner.reference.areas import resolve
from almoner.study.design import default_draws
from almoner.study.files import StudyPlan, canonical, plan_from_dict
from almoner.study.scenario import DO_NOTHING, load_scenario
from almoner.web import audit, scenarios_store, uploads
from almoner.web.permissions import own
from almoner.web.problems import Refused
from almoner.web.sessions import Member
from almoner.web.settings import Settings
from almoner.web.tables import JOB_STATES, LIVE_STATES, Job, now

LEASE: Final = timedelta(seconds=60)
"""A worker of another machine that has not been heard for so long is taken for dead."""

MOST_ATTEMPTS: Final = 5
"""A job that took so many workers down with it is not tried again."""


class RunRequest(BaseModel):
    """What a member asks to be run."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[str, Field(min_length=1, max_length=100, description="a name or code of an area, region, board or England")]
    scenarios: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(max_length=20, description="names of shipped scenarios or ids of the workspace's; do-nothing is always run first"),
    ] = []
    to_year: Annotated[int, Field(ge=2026, le=2046, description="last year, to 31 March")] = 2040
    draws: Annotated[int | None, Field(ge=1, le=65_536, description="draws of the uncertain parameters; the usual if left out")] = (
        None
    )
    replicates: Annotated[int, Field(ge=1, le=10_000)] = 1
    seed: Annotated[int, Field(ge=0, le=(1 << 63) - 1)] = 0
    upload: Annotated[str | None, Field(max_length=24, description="id of a file of own figures")] = None
    name: Annotated[str, Field(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A job as the queue page shows it: `ahead` jobs go first, None when it is not waiting; other workspaces' are only counted."""

    job: Job
    ahead: int | None


def plan_for(db: Session, who: Member, settings: Settings, asked: RunRequest) -> StudyPlan:
    """Return the study that a member asks for.

    Raises:
        AlmonerError: an area, scenario or file that is not there, or more than the server's limits.
    """
    place = resolve(asked.area)
    own_figures = None if asked.upload is None else uploads.figures(db, who, asked.upload)
    if own_figures and not set(own_figures.areas) & set(place.area_codes):
        raise InputFileError(f"{own_figures.name} has no row about {place.name}: choose a file with its figures, or none.")
    draws = default_draws(place) if asked.draws is None else asked.draws
    others = list(dict.fromkeys(reference for reference in asked.scenarios if reference != DO_NOTHING))
    for what, count, most in (
        ("draws", draws, settings.most_draws),
        ("replicates", asked.replicates, settings.most_replicates),
        ("scenarios", 1 + len(others), settings.most_scenarios),
    ):
        if count > most:
            raise OutOfRangeError(f"This server runs at most {most} {what}: ask for fewer than {count}.")
    plan = StudyPlan(
        name=" ".join(asked.name.split()) or place.name,
        places=(place,),
        scenarios=(load_scenario(DO_NOTHING),),
        draws=draws,
        replicates=asked.replicates,
        to_year=asked.to_year,
        seed=asked.seed,
        own=own_figures,
    )
    found = tuple(scenarios_store.chosen(db, who, reference, plan.months) for reference in others)
    return replace(plan, scenarios=plan.scenarios + found)


def ask(db: Session, who: Member, settings: Settings, asked: RunRequest) -> Job:
    """Queue a run, unless the member has as many waiting as they may."""
    waiting = db.scalar(select(func.count()).where(Job.created_by == who.user_id, Job.state.in_(LIVE_STATES))) or 0
    if waiting >= settings.runs_waiting_per_member:
        raise Refused(429, f"You have {waiting} runs waiting, the most you may: wait for one to end or cancel it.", 30)
    plan = plan_for(db, who, settings, asked)
    job = Job(
        workspace_id=who.workspace_id,
        name=plan.name[:200],
        place_code=plan.places[0].code,
        place_name=plan.places[0].name,
        plan=canonical(plan.as_dict()).decode(),
        run_id=plan.run_id,
        created_by=who.user_id,
    )
    db.add(job)
    db.flush()
    audit.record(db, who, "ask for run", "run", job.id, draws=plan.draws, scenarios=len(plan.scenarios))
    return job


def one(db: Session, who: Member, id: str) -> Job:
    """Return a job of the workspace."""
    return own(db.get(Job, id), who, "run")


def plan_of(job: Job) -> StudyPlan:
    """Return the study of a job."""
    return plan_from_dict(json.loads(job.plan))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job was asked to run, as lists say it: the scenarios beside doing nothing, the last year and the draws."""

    scenarios: tuple[str, ...]
    to_year: int
    draws: int


def asked_of(job: Job) -> Asked:
    """Return what a job was asked to run, without reading its scenarios in full."""
    plan = json.loads(job.plan)
    return Asked(tuple(each["name"] for each in plan["scenarios"][1:]), plan["to_year"], plan["draws"])


def listed(db: Session, who: Member, most: int = 200) -> list[QueueLine]:
    """Return the workspace's jobs, the newest first."""
    queue = list(db.scalars(select(Job.id).where(Job.state == "queued").order_by(Job.created_at, Job.id)))
    place = {waiting: number for number, waiting in enumerate(queue)}
    asked = select(Job).where(Job.workspace_id == who.workspace_id).order_by(Job.created_at.desc(), Job.id).limit(most)
    return [QueueLine(job, place.get(job.id)) for job in db.scalars(asked)]


def cancel(db: Session, who: Member, id: str) -> Job:
    """Stop a job: at once if it waits, after the task under way if it runs. What is computed is kept for a resumption."""
    job = one(db, who, id)
    if job.state not in LIVE_STATES:
        raise Refused(409, f"This run is {job.state} already.")
    if job.state == "queued":
        job.state, job.finished_at = "cancelled", now()
    else:
        job.cancel_asked = True
    audit.record(db, who, "cancel run", "run", id)
    return job


def resume(db: Session, who: Member, id: str) -> Job:
    """Queue a cancelled or failed job again; it goes on where it stood."""
    job = one(db, who, id)
    if job.state not in ("cancelled", "failed"):
        raise Refused(409, f"This run is {job.state}: only a cancelled or failed run can be resumed.")
    job.state, job.cancel_asked, job.problem, job.finished_at, job.attempts = "queued", False, None, None, 0
    audit.record(db, who, "resume run", "run", id)
    return job


def counts(db: Session) -> dict[str, int]:
    """Return the number of jobs in each state."""
    rows = db.execute(select(Job.state, func.count()).group_by(Job.state))
    found = {row[0]: int(row[1]) for row in rows}
    return {state: found.get(state, 0) for state in JOB_STATES}


def worker_name(nonce: str) -> str:
    """Return the name of this process as a worker."""
    return f"{socket.gethostname()}:{os.getpid()}:{nonce}"


def requeue_orphans(db: Session, worker: str) -> int:
    """Queue again what workers were carrying out that are gone; return how many jobs."""
    orphans = [job for job in db.scalars(select(Job).where(Job.state == "running")) if _is_orphan(job, worker)]
    for job in orphans:
        job.worker = None
        if job.cancel_asked:
            job.state, job.finished_at = "cancelled", now()
        elif job.attempts >= MOST_ATTEMPTS:
            job.state, job.finished_at = "failed", now()
            job.problem = (
                f"The program stopped {job.attempts} times while it carried out this run; it is not tried again by itself."
            )
        else:
            job.state = "queued"
    return len(orphans)


def claim(db: Session, worker: str) -> Job | None:
    """Take the oldest job that waits and whose run no other worker is carrying out, if there is one."""
    requeue_orphans(db, worker)
    running = select(Job.run_id).where(Job.state == "running")
    asked = select(Job).where(Job.state == "queued", Job.run_id.not_in(running)).order_by(Job.created_at, Job.id).limit(1)
    job = db.scalar(asked.with_for_update(skip_locked=True))
    if job is None:
        return None
    job.state, job.worker, job.heard_at = "running", worker, now()
    job.attempts += 1
    job.started_at = job.started_at or now()
    return job


def note(db: Session, id: str, worker: str, done: int | None = None, total: int | None = None) -> bool:
    """Write down a job's progress and that its worker lives; return False when the worker is to stop."""
    values: dict[str, Any] = {"heard_at": now()}
    if done is not None:
        values |= {"tasks_done": done, "tasks_total": total}
    mine = (Job.id == id, Job.worker == worker, Job.state == "running")
    db.execute(update(Job).where(*mine).values(values))
    return db.scalar(select(Job.id).where(*mine, or_(Job.cancel_asked.is_(False), Job.cancel_asked.is_(None)))) is not None


def finish(db: Session, id: str, worker: str, state: str, result_hash: str | None = None, problem: str | None = None) -> None:
    """Write down how a job ended, if it is still this worker's."""
    values = {"state": state, "finished_at": now(), "result_hash": result_hash, "problem": problem, "worker": None}
    db.execute(update(Job).where(Job.id == id, Job.worker == worker).values(values))


def as_dict(job: Job, ahead: int | None = None) -> dict[str, Any]:
    """Return a job as JSON says it."""
    times = {name: getattr(job, name) for name in ("created_at", "started_at", "finished_at")}
    return {
        "id": job.id,
        "name": job.name,
        "area_code": job.place_code,
        "area_name": job.place_name,
        "run_id": job.run_id,
        "state": job.state,
        "cancel_asked": job.cancel_asked,
        "tasks_done": job.tasks_done,
        "tasks_total": job.tasks_total,
        "result_hash": job.result_hash,
        "problem": job.problem,
        "ahead": ahead,
        **{name: None if moment is None else moment.isoformat() for name, moment in times.items()},
    }


def _is_orphan(job: Job, me: str) -> bool:
    if job.worker is None or job.heard_at is None or job.heard_at < now() - LEASE:
        return job.worker != me
    host, pid, _ = job.worker.rsplit(":", 2)
    mine, own_pid, _ = me.rsplit(":", 2)
    if host != mine or job.worker == me:
        return False
    # In a container the program often has the same number again.
    return pid == own_pid or not _lives(int(pid))


def _lives(pid: int) -> bool:
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
