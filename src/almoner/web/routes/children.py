"""Children's social care of a place: where it stands, and what happens if nothing changes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.analysis.children_json import as_data
from almoner.report.children_section import children_section
from almoner.report.figure import Chart, Table
from almoner.report.tables import Cell
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import Code, chart_routes, place_of, table_routes
from almoner.web.views.answers import children_of
from almoner.web.views.area import children

router = APIRouter(responses=problems())


@page_route(router, "/areas/{code}/children", access="public", shipped=True)
def children_page(request: Request, code: Code) -> Response:
    """Show children's social care of a place."""
    place = place_of(code)
    record = children_of(place.code)
    return page(request, "children.html.jinja", children(place, record), title=f"Children: {place.name}", json=as_data(record))


@csv_route(router, "/areas/{code}/children/course", access="public")
def course(code: Code) -> Response:
    """Return every measure by year if nothing changes."""
    record = children_of(place_of(code).code)
    rows: list[dict[str, Cell]] = [
        {
            "area_code": record.place.code,
            "measure": row.measure,
            "label": row.label,
            "unit": row.unit,
            "date": row.date,
            "median": row.median,
            "low": row.low,
            "high": row.high,
            "band": record.band_kind,
            "status": "modelled",
        }
        for row in record.projection
    ]
    return csv_of(rows, f"children-{record.place.code}")


def _charts(code: Code) -> tuple[Chart, ...]:
    return children_section(children_of(place_of(code).code)).charts


def _tables(code: Code) -> tuple[Table, ...]:
    return children_section(children_of(place_of(code).code)).tables


chart_routes(router, "/areas/{code}/children", _charts)
table_routes(router, "/areas/{code}/children", _tables)
