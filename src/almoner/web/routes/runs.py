"""Runs: asked for, watched while they go on, cancelled and resumed, and read when they are done.

Templates: `runs.html.jinja` (lines: `QueueLine`s, asked), `run.html.jinja` (job, ahead, scenarios, draws, to_year, own_figures,
links, has_plan, headline, may_edit). The stream `/runs/{id}/events` sends `progress` events whose data is the run as JSON, and ends
after the last.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from almoner.web import jobs, results, share
from almoner.web.jobs import RunRequest
from almoner.web.permissions import may, member, require
from almoner.web.problems import Refused, problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.forms import filled, form_route, see_other
from almoner.web.tables import LIVE_STATES, Job

router = APIRouter(responses=problems())
_POLL_SECONDS = 0.5
_LONGEST_STREAM_SECONDS = 600

PlanFile = Literal["plan.zip", "plan.html", "plan.json"]
_MEDIA_TYPES = {"plan.zip": "application/zip", "plan.html": "text/html; charset=utf-8", "plan.json": "application/json"}


class RunState(BaseModel):
    """A run: `state` is queued, running, done, failed or cancelled; `ahead` counts those that go first while it waits."""

    id: str
    name: str
    area_code: str
    area_name: str
    run_id: str
    state: str
    cancel_asked: bool
    tasks_done: int
    tasks_total: int
    result_hash: str | None
    problem: str | None
    ahead: int | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None


class ShareForm(BaseModel):
    """The form that shares something by a link."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=3650)] = 30


@page_route(router, "/runs", access="member")
def runs(request: Request) -> Response:
    """Show the workspace's runs and the queue."""
    who = member(request)
    with request.app.state.database.reading() as db:
        lines = jobs.listed(db, who)
    context = {"lines": lines, "asked": {line.job.id: jobs.asked_of(line.job) for line in lines}, "may_edit": may(who, "analyst")}
    return page(request, "runs.html.jinja", context, title="Runs", json=[jobs.as_dict(line.job, line.ahead) for line in lines])


@page_route(router, "/runs/{id}", access="member")
def run(request: Request, id: str) -> Response:
    """Show one run."""
    who = member(request)
    with request.app.state.database.reading() as db:
        job = jobs.one(db, who, id)
        ahead = next((line.ahead for line in jobs.listed(db, who) if line.job.id == id), None)
        links = [
            {"id": link.id, "address": f"/shared/{share.token_of(request.app.state.settings, link.id)}", "until": link.expires_at}
            for link in share.links_to(db, who, "run", id)
        ]
    plan = jobs.plan_of(job)
    context = {
        "job": job,
        "ahead": ahead,
        "scenarios": [{"id": each.id, "name": each.name, "description": each.description} for each in plan.scenarios],
        "draws": plan.draws,
        "to_year": plan.to_year,
        "own_figures": plan.own is not None,
        "links": links,
        "has_plan": job.state == "done",
        "headline": results.headline(request.app.state.settings, job),
        "may_edit": may(who, "analyst"),
    }
    return page(request, "run.html.jinja", context, title=job.name, json=context | {"job": jobs.as_dict(job, ahead)})


@form_route(router, "/runs", access="analyst", form=RunRequest)
async def ask(request: Request) -> Response:
    """Ask for a run by a form."""
    form = await filled(request, RunRequest, lists=("scenarios",))
    job = await run_in_threadpool(_ask, request, form)
    return see_other(f"/runs/{job.id}")


@router.post("/api/runs", dependencies=[require("analyst")], status_code=201, responses=problems(409, 415))
def ask_by_json(request: Request, wanted: RunRequest) -> RunState:
    """Ask for a run by JSON."""
    return RunState(**jobs.as_dict(_ask(request, wanted)))


@form_route(router, "/runs/{id}/cancel", access="analyst")
def cancel(request: Request, id: str) -> Response:
    """Stop a run."""
    with request.app.state.database.session() as db:
        jobs.cancel(db, member(request), id)
    return see_other(f"/runs/{id}")


@form_route(router, "/runs/{id}/resume", access="analyst")
def resume(request: Request, id: str) -> Response:
    """Queue a stopped run again."""
    with request.app.state.database.session() as db:
        jobs.resume(db, member(request), id)
    return see_other(f"/runs/{id}")


@form_route(router, "/runs/{id}/share", access="analyst", form=ShareForm)
async def share_run(request: Request, id: str) -> Response:
    """Make a link that shows a run to whoever has it."""
    form = await filled(request, ShareForm)
    await run_in_threadpool(_share, request, id, form.days)
    return see_other(f"/runs/{id}")


@router.get(
    "/runs/{id}/events",
    dependencies=[require("member")],
    response_class=EventSourceResponse,
    response_model=None,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Progress as it goes on"}},
)
async def events(request: Request, id: str) -> Response:
    """Send a run's progress while it goes on."""
    first = await run_in_threadpool(_state, request, id)
    return EventSourceResponse(_progress(request, id, first), headers={"Cache-Control": "no-store"})


@csv_route(router, "/runs/{id}/measures/{measure}", access="member")
def measure_table(request: Request, id: str, measure: str) -> Response:
    """Return a measure of a run by scenario and year: the mean and quantiles over draws."""
    with request.app.state.database.reading() as db:
        job = jobs.one(db, member(request), id)
    return csv_of(results.measure_rows(request.app.state.settings, job, measure), f"{measure}-{job.place_code}")


@router.get(
    "/runs/{id}/{file}",
    dependencies=[require("member")],
    response_class=Response,
    response_model=None,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind in _MEDIA_TYPES.values()}, "description": "The file"}},
)
def plan_file(request: Request, id: str, file: PlanFile) -> Response:
    """Return the plan of a run: the page, the record, or all files and tables in one archive."""
    with request.app.state.database.reading() as db:
        job = jobs.one(db, member(request), id)
    return plan_answer(request, job, file)


def plan_answer(request: Request, job: Job, file: PlanFile) -> Response:
    """Return a file of a job's plan, to be kept and not shown inside this site."""
    content = results.plan_file(request.app.state.settings, job, file)
    if content is None:
        raise Refused(404, "This run has no plan yet: it is made when the run is done.")
    name = f"almoner-{job.place_code.lower()}-{file}".replace("+", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=_MEDIA_TYPES[file], headers=headers)


def _ask(request: Request, wanted: RunRequest) -> Job:
    with request.app.state.database.session() as db:
        return jobs.ask(db, member(request), request.app.state.settings, wanted)


def _share(request: Request, id: str, days: int) -> None:
    with request.app.state.database.session() as db:
        share.create(db, member(request), request.app.state.settings, "run", id, days)


def _state(request: Request, id: str) -> dict[str, Any]:
    with request.app.state.database.reading() as db:
        return jobs.as_dict(jobs.one(db, member(request), id))


async def _progress(request: Request, id: str, state: dict[str, Any]) -> AsyncIterator[dict[str, str]]:
    loop = asyncio.get_running_loop()
    until, sent = loop.time() + _LONGEST_STREAM_SECONDS, None
    while loop.time() < until:
        text = json.dumps(state)
        if text != sent:
            yield {"event": "progress", "data": text}
            sent = text
        if state["state"] not in LIVE_STATES:
            return
        await asyncio.sleep(_POLL_SECONDS)
        state = await run_in_threadpool(_state, request, id)
