"""Scenarios: the list, one of them, and the builder, whose whole state lies in the address until it is saved."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from almoner.errors import AlmonerError
from almoner.reference.areas import resolve
from almoner.study.scenario import DO_NOTHING, Scenario, load_scenario, shipped
from almoner.web import scenarios_store, share, uploads
from almoner.web.permissions import may, member
from almoner.web.problems import problems
from almoner.web.render import page, page_route
from almoner.web.routes.forms import filled, form_route, see_other
from almoner.web.scenarios_store import LONGEST_TEXT
from almoner.web.sessions import Member
from almoner.web.views import builder, drafts
from almoner.web.views.answers import FIRST_END, LAST_END, TO_YEAR, months_to
from almoner.web.views.filters import moment
from almoner.web.views.places import groups
from almoner.web.views.previews import previews

router = APIRouter(responses=problems())

AreaCode = Annotated[str, Query(max_length=100, description="the place to try it out in")]
LastYear = Annotated[int, Query(ge=FIRST_END, le=LAST_END, alias="to")]
Reference = Annotated[str, Query(max_length=100, alias="from", description="a scenario to begin with")]
USUAL_AREA: Final = "E08000036"


class SaveForm(BaseModel):
    """The form that keeps a scenario: a new one, or the next version of one that is kept."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    id: Annotated[str, Field(max_length=24)] = ""
    version: Annotated[int | None, Field(ge=1)] = None


@page_route(router, "/scenarios", access="member")
def scenarios(request: Request) -> Response:
    """Show the scenarios that ship with Almoner and those of the workspace."""
    who = member(request)
    with request.app.state.database.reading() as db:
        kept = [
            {"id": row.id, "name": row.name, "version": row.version, "changed_at": row.changed_at}
            for row in scenarios_store.kept(db, who)
        ]
    ships = [_summary(load_scenario(name)) for name in shipped()]
    context = {"shipped": ships, "kept": kept, "may_edit": may(who, "analyst")}
    return page(request, "scenarios.html.jinja", context, title="Scenarios")


@page_route(router, "/scenarios/build", access="member")
def build(request: Request, area: AreaCode = USUAL_AREA, to: LastYear = TO_YEAR, begin: Reference = "") -> Response:
    """Show the builder with what the draft in the address would change."""
    who, place = member(request), resolve(area)
    kept: dict[str, Any] = {"id": "", "version": None}
    pairs = [(key, value) for key, value in request.query_params.multi_items() if key not in ("area", "to", "from")]
    draft = drafts.draft_of(pairs, place.code, to)
    lost: tuple[str, ...] = ()
    if begin:
        text = scenarios_store.shipped_text(begin) if begin in shipped() else ""
        if not text:
            with request.app.state.database.reading() as db:
                row = scenarios_store.one(db, who, begin)
            text, kept = row.text, {"id": row.id, "version": row.version}
        # The form always sends a name: an address without one has only begun.
        if "name" not in dict(pairs):
            draft = drafts.draft_from(text, place.code, to)
            lost = drafts.differences(scenarios_store.parse(text), scenarios_store.parse(draft.text))
    context = {
        "place": place,
        "to_year": to,
        "draft": draft,
        "begin": begin,
        "kept": kept,
        "lost": lost,
        "cards": builder.cards(draft),
        "edits": builder.edit_cards(draft),
        "over": _below(draft.over),
        "ships": [(name, load_scenario(name).name) for name in shipped()],
        "offered": builder.offered(draft),
        "editable": builder.editable(),
        "groups": groups(),
        "years": tuple(range(2027, LAST_END + 1)),
        "address": f"/scenarios/build?{urlencode(draft.query + ([('from', begin)] if begin else []))}",
        "may_edit": may(who, "analyst"),
        **_previews(draft, to),
    }
    left_out = ("groups", "years", "offered", "place", "editable", "ships")
    data = {key: value for key, value in context.items() if key not in left_out} | {"area": place.code, "text": draft.text}
    return page(request, "build.html.jinja", context, title="Build a scenario", json=data)


@form_route(router, "/scenarios/save", access="analyst", form=SaveForm)
async def save(request: Request) -> Response:
    """Keep a scenario, or the next version of one."""
    form = await filled(request, SaveForm)
    return see_other(f"/scenarios/{await run_in_threadpool(_save, request, form)}")


@page_route(router, "/scenarios/{id}", access="member")
def scenario(request: Request, id: str) -> Response:
    """Show a scenario: its policies, its file, and what can be done with it."""
    who = member(request)
    links: list[dict[str, Any]] = []
    version: int | None = None
    with request.app.state.database.reading() as db:
        if id in shipped():
            text = scenarios_store.shipped_text(id)
        else:
            row = scenarios_store.one(db, who, id)
            text, version = row.text, row.version
            links = [
                {
                    "id": link.id,
                    "address": f"/shared/{share.token_of(request.app.state.settings, link.id)}",
                    "until": link.expires_at,
                }
                for link in share.links_to(db, who, "scenario", id)
            ]
        found = scenarios_store.chosen(db, who, id, months_to(LAST_END))
        files = uploads.kept(db, who, "own_figures")
    context = {
        "scenario": _summary(found) | {"id": id},
        "saved_version": version,
        "text": text,
        "cards": builder.scenario_cards(found),
        "edits": builder.edit_lines(found),
        "links": links,
        "ships": id in shipped(),
        "may_edit": may(who, "analyst"),
        "groups": groups(),
        "usual_area": USUAL_AREA,
        "files": files,
    }
    data = {key: value for key, value in context.items() if key not in ("groups", "usual_area", "files")}
    return page(request, "scenario.html.jinja", context, title=found.name, json=data)


def kept_names(db: Session, who: Member) -> list[tuple[str, str]]:
    """Return the workspace's scenarios by id with their names; of two of one name each says when it was changed."""
    rows = scenarios_store.kept(db, who)
    names = [row.name for row in rows]
    return [(row.id, row.name if names.count(row.name) == 1 else f"{row.name} ({moment(row.changed_at)})") for row in rows]


def _summary(scenario: Scenario) -> dict[str, Any]:
    used = [builder.title(name) for name, _ in scenario.policies]
    return {"id": scenario.id, "name": scenario.name, "description": scenario.description, "policies": used}


def _below(name: str) -> dict[str, Any] | None:
    """Return the scenario that a draft stands over, None for doing nothing."""
    return None if name == DO_NOTHING else _summary(load_scenario(name))


def _previews(draft: drafts.Draft, to: int) -> dict[str, Any]:
    """Return the previews of a draft, or the sentence that says why there are none."""
    if not draft.uses and not draft.edits and draft.over == DO_NOTHING:
        return {"previews": (), "problem": ""}
    try:
        scenario = scenarios_store.parse(draft.text, "draft", months_to(to))
    except AlmonerError as error:
        return {"previews": (), "problem": str(error)}
    return {"previews": tuple(previews(resolve(draft.area), scenario, to)), "problem": ""}


def _save(request: Request, form: SaveForm) -> str:
    with request.app.state.database.session() as db:
        who = member(request)
        if form.id:
            return scenarios_store.change(db, who, form.id, form.text, form.version).id
        return scenarios_store.create(db, who, request.app.state.settings, form.text).id
