"""The workforce of a place: posts, vacancies and turnover if nothing changes, and who works there today."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.report.figure import Chart, Table
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import Code, ToYear, chart_routes, place_of, table_routes
from almoner.web.views.answers import TO_YEAR, plan_of
from almoner.web.views.area import path_rows, workforce, workforce_charts, workforce_tables
from almoner.web.views.pictures import figure_data

router = APIRouter(responses=problems())


@page_route(router, "/areas/{code}/workforce", access="public", shipped=True)
def workforce_page(request: Request, code: Code, to: ToYear = TO_YEAR) -> Response:
    """Show the workforce of a place."""
    record = plan_of(place_of(code).code, to)
    found = workforce(record)
    data = {"place": record.place, "run_id": record.run_id, "paths": record.paths, "gap": record.gap, "mix": record.mix}
    data["charts"] = figure_data(found.figures)
    return page(request, "workforce.html.jinja", found, title=f"Workforce: {record.place.name}", json=data)


@csv_route(router, "/areas/{code}/workforce/paths", access="public")
def paths(code: Code, to: ToYear = TO_YEAR) -> Response:
    """Return every measure by year if nothing changes."""
    record = plan_of(place_of(code).code, to)
    return csv_of(path_rows(record), f"workforce-{record.place.code}")


def _charts(code: Code, to: ToYear = TO_YEAR) -> tuple[Chart | None, ...]:
    return workforce_charts(plan_of(place_of(code).code, to))


def _tables(code: Code, to: ToYear = TO_YEAR) -> tuple[Table, ...]:
    return workforce_tables(plan_of(place_of(code).code, to))


chart_routes(router, "/areas/{code}/workforce", _charts)
table_routes(router, "/areas/{code}/workforce", _tables)
