"""Hospital delays of a place: whose they are, as recorded and as caused, and what plain changes would save."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.analysis.delays import as_json
from almoner.report.charts_delays import delay_charts
from almoner.report.figure import Chart, Table
from almoner.report.tables import Cell
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import Code, chart_routes, place_of, table_routes
from almoner.web.views.answers import delays_of
from almoner.web.views.area import delay_tables, delays

router = APIRouter(responses=problems())


@page_route(router, "/areas/{code}/delays", access="public", shipped=True)
def delays_page(request: Request, code: Code) -> Response:
    """Show the delays out of hospital of a place."""
    place = place_of(code)
    record = delays_of(place.code)
    found = delays(place, record)
    return page(request, "delays.html.jinja", found, title=f"Hospital delays: {place.name}", json=as_json(record))


@csv_route(router, "/areas/{code}/delays/changes", access="public")
def changes(code: Code) -> Response:
    """Return what plain changes would save."""
    record = delays_of(place_of(code).code)
    rows: list[dict[str, Cell]] = [
        {
            "area_code": record.area_code,
            "change": row.label,
            "days_saved_a_year": row.days_saved,
            "low": row.low,
            "high": row.high,
            "saved_gbp_m": row.saved_gbp_m,
            "told_apart": row.told_apart,
            "status": "modelled",
        }
        for row in record.what_if
    ]
    return csv_of(rows, f"delays-{record.area_code}")


def _charts(code: Code) -> list[Chart]:
    return delay_charts(delays_of(place_of(code).code))


def _tables(code: Code) -> tuple[Table, ...]:
    return delay_tables(delays_of(place_of(code).code))


chart_routes(router, "/areas/{code}/delays", _charts)
table_routes(router, "/areas/{code}/delays", _tables)
