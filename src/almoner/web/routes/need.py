"""What the people of a place need: posts by service, population by age, hours of care that nobody would give."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.report.figure import Chart
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import Code, ToYear, chart_routes, place_of
from almoner.web.views.answers import TO_YEAR, plan_of
from almoner.web.views.area import need, need_charts, need_rows
from almoner.web.views.pictures import figure_data

router = APIRouter(responses=problems())


@page_route(router, "/areas/{code}/need", access="public", shipped=True)
def need_page(request: Request, code: Code, to: ToYear = TO_YEAR) -> Response:
    """Show what the people of a place need."""
    record = plan_of(place_of(code).code, to)
    found = need(record)
    data = {"place": record.place, "need": record.need, "population": record.population, "charts": figure_data(found.figures)}
    return page(request, "need.html.jinja", found, title=f"Need: {record.place.name}", json=data)


@csv_route(router, "/areas/{code}/need/posts", access="public")
def posts(code: Code, to: ToYear = TO_YEAR) -> Response:
    """Return posts needed by year and service."""
    record = plan_of(place_of(code).code, to)
    return csv_of(need_rows(record), f"need-{record.place.code}")


def _charts(code: Code, to: ToYear = TO_YEAR) -> tuple[Chart | None, ...]:
    return need_charts(plan_of(place_of(code).code, to))


chart_routes(router, "/areas/{code}/need", _charts)
