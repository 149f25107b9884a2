"""The values of the model: every parameter with its unit, status, prior, sources and evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.views import origins

router = APIRouter(responses=problems())

Words = Annotated[str, Query(max_length=100, alias="q", description="words of the name, the label or the note")]


@page_route(router, "/parameters", access="public", shipped=True)
def parameters(request: Request, words: Words = "") -> Response:
    """Show the values of the model."""
    found = origins.parameters_page(words)
    return page(request, "parameters.html.jinja", found, title="Values of the model", json=found["rows"])


@csv_route(router, "/parameters", access="public")
def parameter_table() -> Response:
    """Return the values of the model."""
    return csv_of(origins.parameters_page("")["rows"], "parameters")


@page_route(router, "/parameters/{path}", access="public", shipped=True)
def parameter(request: Request, path: str) -> Response:
    """Show one value of the model, and where it comes from."""
    found = origins.parameter_detail(path)
    return page(request, "parameter.html.jinja", found, title=found["row"]["label"], json=found["row"])
