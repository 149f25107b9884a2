"""What a share link shows, and its withdrawal.

Template: `shared.html.jinja` (kind, name, until, files, text, area_name, to_year, draws, scenarios, headline,
cards); what does not apply is None.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.web import jobs, results, scenarios_store, share
from almoner.web.permissions import member, require
from almoner.web.problems import Refused, problems
from almoner.web.render import page, page_route
from almoner.web.routes.forms import form_route, see_other
from almoner.web.routes.runs import PlanFile, plan_answer
from almoner.web.tables import Job, ScenarioRow
from almoner.web.views import builder

router = APIRouter(responses=problems())


@page_route(router, "/shared/{token}", access="public")
def shared(request: Request, token: str) -> Response:
    """Show the run or scenario of a link."""
    with request.app.state.database.reading() as db:
        link, target = share.opened(db, request.app.state.settings, token)
    settings = request.app.state.settings
    said = results.headline(settings, target) if isinstance(target, Job) else ()
    data = {"kind": link.target_kind, "name": target.name, "until": link.expires_at, **_shown(target, token), "headline": said}
    cards = builder.scenario_cards(scenarios_store.parse(target.text)) if isinstance(target, ScenarioRow) else ()
    return page(request, "shared.html.jinja", data | {"cards": cards}, title=target.name, json=data)


@router.get(
    "/shared/{token}/{file}",
    dependencies=[require("public")],
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"application/zip": {}, "text/html": {}, "application/json": {}}, "description": "The file"}},
)
def shared_file(request: Request, token: str, file: PlanFile) -> Response:
    """Return the plan of a shared run."""
    with request.app.state.database.reading() as db:
        _, target = share.opened(db, request.app.state.settings, token)
    if not isinstance(target, Job):
        raise Refused(404, "This link shows a scenario, which has no plan.")
    return plan_answer(request, target, file)


@form_route(router, "/links/{id}/withdraw", access="analyst")
def withdraw(request: Request, id: str) -> Response:
    """End a link."""
    with request.app.state.database.session() as db:
        link = share.withdraw(db, member(request), id)
    return see_other(f"/{link.target_kind}s/{link.target_id}")


def _shown(target: Job | ScenarioRow, token: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("text", "area_name", "to_year", "draws", "scenarios"))
    if isinstance(target, ScenarioRow):
        return {**nothing, "text": target.text, "files": []}
    plan = jobs.plan_of(target)
    files = [f"/shared/{token}/{name}" for name in ("plan.html", "plan.json", "plan.zip")] if target.state == "done" else []
    return {
        **nothing,
        "area_name": target.place_name,
        "to_year": plan.to_year,
        "draws": plan.draws,
        "scenarios": [{"name": each.name, "description": each.description} for each in plan.scenarios],
        "files": files,
    }
