"""Promised money: the ledger, one pledge with what lies in it and what became of it, and the own pledges of a workspace."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from almoner.analysis.pledges import Ledger
from almoner.report.figure import Chart
from almoner.web import uploads
from almoner.web.permissions import may, member
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import chart_routes
from almoner.web.sessions import current
from almoner.web.tables import Upload
from almoner.web.views import pledges

router = APIRouter(responses=problems())

Domain = Annotated[str, Query(max_length=60, description="adult, children, discharge or both; all if left out")]
Own = Annotated[str, Path(max_length=24, description="the id of a file of own pledges")]
Pledge = Annotated[str, Path(max_length=60, description="the id of a pledge, as A20")]


@page_route(router, "/pledges", access="public", shipped=True)
def ledger(request: Request, domain: Domain = "") -> Response:
    """Show what was promised, and what became of it."""
    found = pledges.ledger_page(domain)
    return page(request, "pledges.html.jinja", found, title="Pledges", json=pledges.ledger_data(found))


@csv_route(router, "/pledges", access="public")
def ledger_table(domain: Domain = "") -> Response:
    """Return the ledger of pledges."""
    return csv_of(pledges.ledger_rows(domain), "pledges")


@page_route(router, "/pledges/{pledge}", access="public", shipped=True)
def pledge(request: Request, pledge: Pledge) -> Response:
    """Show one pledge."""
    found: dict[str, Any] = pledges.pledge_page(pledge)
    who = current(request)
    context = found | {"may_edit": who.signed_in and may(who, "analyst")}
    return page(request, "pledge.html.jinja", context, title=found["pledge"].title, json=found["tree"])


@page_route(router, "/pledges/own/{upload}", access="member")
def own(request: Request, upload: Own) -> Response:
    """Show the pledges of a file of the workspace."""
    who = member(request)
    row, all_pledges, ids = _own(request, upload)
    context = pledges.own_page(all_pledges, ids, row.name, f"/pledges/own/{upload}") | {
        "may_edit": may(who, "analyst"),
        "id": upload,
    }
    data = pledges.own_data(all_pledges, ids, row.name)
    return page(request, "own_pledges.html.jinja", context, title=f"Own pledges: {row.name}", json=data)


def _own(request: Request, upload: str) -> tuple[Upload, Ledger, tuple[str, ...]]:
    with request.app.state.database.reading() as db:
        return uploads.pledges(db, member(request), upload)


def _own_charts(request: Request, upload: Own) -> tuple[Chart | None, ...]:
    row, all_pledges, ids = _own(request, upload)
    return pledges.own_part(all_pledges, ids, row.name).charts


def _ledger_charts(domain: Domain = "") -> tuple[Chart | None, ...]:
    return pledges.ledger_charts(domain)


def _pledge_charts(pledge: Pledge) -> tuple[Chart | None, ...]:
    return pledges.pledge_charts(pledge)


chart_routes(router, "/pledges", _ledger_charts)
chart_routes(router, "/pledges/{pledge}", _pledge_charts)
chart_routes(router, "/pledges/own/{upload}", _own_charts, access="member")
