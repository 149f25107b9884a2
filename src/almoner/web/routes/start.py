"""The start: choose a place by name, or on a map of all areas shaded by a measure."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from almoner.web.permissions import require
from almoner.web.problems import problems
from almoner.web.render import as_json, csv_of, csv_route, page, page_route
from almoner.web.routes.forms import goes_on, see_other
from almoner.web.views import maps, places

router = APIRouter(responses=problems())

MeasureId = Annotated[str, Query(max_length=60, description="what the map shows")]
Year = Annotated[int | None, Query(ge=1990, le=2100, description="the year; the measure's last one if left out")]
Words = Annotated[str, Query(max_length=100, description="the name or code of a place")]


@page_route(router, "/", access="public", shipped=True)
def start(
    request: Request,
    area: Words = "",
    measure: MeasureId = "turnover",
    year: Year = None,
    show: Literal["tiles", "map"] = "tiles",
) -> Response:
    """Show the start, with what is near a name that is not known."""
    problem = ""
    near: tuple[places.PlaceLine, ...] = ()
    if area.strip():
        _, problem = places.meant(area)
        near = places.suggestions(area)
    shown = maps.map_view(measure, year, show)
    context = {
        "asked": area,
        "problem": problem,
        "near": near,
        "groups": places.groups(),
        "map": shown,
        "measures": tuple(maps.measures().values()),
        "show": show,
    }
    data = {
        "problem": problem,
        "suggestions": near,
        "places": places.groups(),
        "map": {
            "measure": shown.measure.id,
            "label": shown.measure.label,
            "unit": shown.measure.unit,
            "status": shown.measure.status,
            "sources": shown.measure.sources,
            "year": shown.year,
            "finding": shown.finding,
            "key": shown.key,
            "areas": [{"code": s.code, "name": s.name, "said": s.said, "class": s.level} for s in shown.shapes],
        },
        "measures": [
            {"id": m.id, "label": m.label, "unit": m.unit, "status": m.status, "years": m.years} for m in maps.measures().values()
        ],
    }
    return page(request, "start.html.jinja", context, title="Choose a place", json=data)


@router.get(
    "/go", dependencies=[require("public")], status_code=303, response_class=Response, response_model=None, responses=goes_on()
)
def go(area: Words = "") -> Response:
    """Go to the place that is named, or back to the start, which says what is near."""
    found, _ = places.meant(area)
    return see_other(f"/?{urlencode({'area': area})}" if found is None else f"/areas/{found.code}")


@csv_route(router, "/map", access="public")
def map_table(measure: MeasureId = "turnover", year: Year = None) -> Response:
    """Return the figures of a map."""
    return csv_of(maps.map_rows(measure, year), f"map-{measure}")


@router.get("/places.json", dependencies=[require("public")], response_model=None)
def suggest(q: Words = "") -> Response:
    """Return places whose names fit what is being typed."""
    return JSONResponse(as_json(places.suggestions(q)), headers={"Cache-Control": "private, max-age=3600"})
