"""The overview of a place: where it stands, what it will need, and what happens if nothing changes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.report.figure import Chart
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import Code, ToYear, chart_routes, place_of
from almoner.web.views.answers import TO_YEAR, plan_of
from almoner.web.views.area import indicator_rows, overview, overview_charts

router = APIRouter(responses=problems())


@page_route(router, "/areas/{code}", access="public", shipped=True)
def area(request: Request, code: Code, to: ToYear = TO_YEAR) -> Response:
    """Show the overview of a place."""
    record = plan_of(place_of(code).code, to)
    return page(request, "area.html.jinja", overview(record), title=record.place.name, json=record)


@csv_route(router, "/areas/{code}/indicators", access="public")
def indicators(code: Code, to: ToYear = TO_YEAR) -> Response:
    """Return the place beside its comparators."""
    record = plan_of(place_of(code).code, to)
    return csv_of(indicator_rows(record), f"indicators-{record.place.code}")


def _charts(code: Code, to: ToYear = TO_YEAR) -> tuple[Chart | None, ...]:
    return overview_charts(plan_of(place_of(code).code, to))


chart_routes(router, "/areas/{code}", _charts)
