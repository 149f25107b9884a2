"""Scenarios for programs, and the forms that change them: kept, changed, undone, copied, removed, shared, given as YAML."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from almoner.errors import InputFileError
from almoner.study.scenario import shipped
from almoner.web import scenarios_store, share
from almoner.web.permissions import member, require
from almoner.web.problems import problems
from almoner.web.routes.forms import filled, form_route, see_other
from almoner.web.routes.runs import ShareForm
from almoner.web.scenarios_store import LONGEST_TEXT
from almoner.web.tables import ScenarioRow

router = APIRouter(responses=problems())


class ScenarioText(BaseModel):
    """A scenario as YAML. `version` is the one that was edited; a change made meanwhile by somebody else is then refused (409)."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    version: Annotated[int | None, Field(ge=1, le=1_000_000)] = None


class ScenarioState(BaseModel):
    """A scenario of the workspace."""

    id: str
    name: str
    version: int
    text: str
    created_at: str
    changed_at: str


@router.get("/api/scenarios", dependencies=[require("member")])
def listed(request: Request) -> list[ScenarioState]:
    """Return the workspace's scenarios."""
    with request.app.state.database.reading() as db:
        return [_state(row) for row in scenarios_store.kept(db, member(request))]


@router.post("/api/scenarios", dependencies=[require("analyst")], status_code=201, responses=problems(409))
def create(request: Request, given: ScenarioText) -> ScenarioState:
    """Keep a new scenario."""
    with request.app.state.database.session() as db:
        return _state(scenarios_store.create(db, member(request), request.app.state.settings, given.text))


@router.get("/api/scenarios/{id}", dependencies=[require("member")])
def one(request: Request, id: str) -> ScenarioState:
    """Return one scenario."""
    with request.app.state.database.reading() as db:
        return _state(scenarios_store.one(db, member(request), id))


@router.put("/api/scenarios/{id}", dependencies=[require("analyst")], responses=problems(409))
def change(request: Request, id: str, given: ScenarioText) -> ScenarioState:
    """Change a scenario."""
    with request.app.state.database.session() as db:
        return _state(scenarios_store.change(db, member(request), id, given.text, given.version))


@router.delete("/api/scenarios/{id}", dependencies=[require("analyst")], status_code=204)
def delete(request: Request, id: str) -> None:
    """Remove a scenario."""
    with request.app.state.database.session() as db:
        scenarios_store.remove(db, member(request), id)


@form_route(router, "/scenarios/import", access="analyst")
def take(request: Request, file: Annotated[UploadFile, File(description="a scenario file (YAML)")]) -> Response:
    """Keep a scenario from a file."""
    content = file.file.read(LONGEST_TEXT + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputFileError("The file is not text in UTF-8: save it as UTF-8 and try again.") from None
    with request.app.state.database.session() as db:
        row = scenarios_store.create(db, member(request), request.app.state.settings, text)
    return see_other(f"/scenarios/{row.id}")


@router.get(
    "/scenarios/{id}.yaml",
    dependencies=[require("member")],
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "string"}}}, "description": "The scenario file"}},
)
def export(request: Request, id: str) -> Response:
    """Return a scenario as the file that the command line uses."""
    if id in shipped():
        text = scenarios_store.shipped_text(id)
    else:
        with request.app.state.database.reading() as db:
            text = scenarios_store.one(db, member(request), id).text
    headers = {"Content-Disposition": f'attachment; filename="{id if id in shipped() else f"scenario-{id}"}.yaml"'}
    return Response(text.encode(), media_type="application/yaml", headers=headers)


@form_route(router, "/scenarios/{id}/undo", access="analyst")
def undo(request: Request, id: str) -> Response:
    """Take back the last change of a scenario."""
    with request.app.state.database.session() as db:
        scenarios_store.undo(db, member(request), id)
    return see_other(f"/scenarios/{id}")


@form_route(router, "/scenarios/{id}/copy", access="analyst")
def copy(request: Request, id: str) -> Response:
    """Keep a copy of a scenario of the workspace or of a shipped one."""
    with request.app.state.database.session() as db:
        row = scenarios_store.copy(db, member(request), request.app.state.settings, id)
    return see_other(f"/scenarios/{row.id}")


@form_route(router, "/scenarios/{id}/remove", access="analyst")
def remove(request: Request, id: str) -> Response:
    """Remove a scenario."""
    with request.app.state.database.session() as db:
        scenarios_store.remove(db, member(request), id)
    return see_other("/scenarios")


@form_route(router, "/scenarios/{id}/share", access="analyst", form=ShareForm)
async def share_scenario(request: Request, id: str) -> Response:
    """Make a link that shows a scenario to whoever has it."""
    form = await filled(request, ShareForm)
    await run_in_threadpool(_share, request, id, form.days)
    return see_other(f"/scenarios/{id}")


def _share(request: Request, id: str, days: int) -> None:
    with request.app.state.database.session() as db:
        share.create(db, member(request), request.app.state.settings, "scenario", id, days)


def _state(row: ScenarioRow) -> ScenarioState:
    return ScenarioState(
        id=row.id,
        name=row.name,
        version=row.version,
        text=row.text,
        created_at=row.created_at.isoformat(),
        changed_at=row.changed_at.isoformat(),
    )
