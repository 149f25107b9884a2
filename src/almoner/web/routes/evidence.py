"""Evidence and sources: where every number comes from, one click away from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from almoner.analysis.evidence import evidence_rows
from almoner.reference.sources import all_sources
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.views import origins

router = APIRouter(responses=problems())

Lever = Annotated[str, Query(max_length=100, description="a lever, or the name of a policy")]
Words = Annotated[str, Query(max_length=100, alias="q", description="words of the publisher or the title")]


@page_route(router, "/evidence", access="public", shipped=True)
def evidence(request: Request, lever: Lever = "") -> Response:
    """Show the evidence register."""
    found = origins.evidence_page(lever)
    return page(request, "evidence.html.jinja", found, title="Evidence", json=found["rows"])


@csv_route(router, "/evidence", access="public")
def evidence_table() -> Response:
    """Return the evidence register."""
    rows = [
        {key: value if isinstance(value, str | int | float | bool) or value is None else str(value) for key, value in row.items()}
        for row in evidence_rows()
    ]
    return csv_of(rows, "evidence")


@page_route(router, "/evidence/{id}", access="public", shipped=True)
def evidence_one(request: Request, id: str) -> Response:
    """Show one row of evidence, and what rests on it."""
    found = origins.evidence_detail(id)
    return page(request, "evidence_row.html.jinja", found, title=f"Evidence {found['row']['id']}", json=found)


@page_route(router, "/sources", access="public", shipped=True)
def sources(request: Request, words: Words = "") -> Response:
    """Show the register of sources."""
    found = origins.sources_page(words)
    return page(request, "sources.html.jinja", found, title="Sources", json=found["sources"])


@csv_route(router, "/sources", access="public")
def source_table() -> Response:
    """Return the register of sources."""
    names = ("id", "publisher", "title", "period", "url", "licence", "retrieved_via", "note")
    return csv_of([{name: getattr(each, name) for name in names} for each in all_sources()], "sources")


@page_route(router, "/sources/{id}", access="public", shipped=True)
def source_one(request: Request, id: str) -> Response:
    """Show one source, and the tables that cite it."""
    found = origins.source_detail(id)
    return page(request, "source.html.jinja", found, title=f"Source {id}", json=found)
