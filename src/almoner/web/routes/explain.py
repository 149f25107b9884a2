"""Why a scenario does what it does: which policy adds what, and which flows moved one year."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from almoner.analysis.explain import Explanation, YearChange
from almoner.analysis.measures import MEASURES
from almoner.errors import AlmonerError
from almoner.reference.areas import resolve
from almoner.report.figure import Chart
from almoner.study.scenario import DO_NOTHING, USUAL, load_scenario, shipped
from almoner.web import scenarios_store
from almoner.web.permissions import member
from almoner.web.problems import problems
from almoner.web.render import page, page_route
from almoner.web.routes.places import chart_routes
from almoner.web.routes.scenarios import USUAL_AREA, AreaCode, LastYear, kept_names
from almoner.web.views import why
from almoner.web.views.answers import LAST_END, TO_YEAR, months_to
from almoner.web.views.pictures import figures
from almoner.web.views.places import groups

router = APIRouter(responses=problems())

FIRST: Final = why.OFFERED[0]
One = Annotated[str, Query(max_length=100, description="the scenario to take apart")]
MeasureName = Annotated[str, Query(max_length=60, description="what the effect is of")]


@page_route(router, "/explain", access="member")
def explain(
    request: Request,
    area: AreaCode = USUAL_AREA,
    to: LastYear = TO_YEAR,
    scenario: One = USUAL[0],
    measure: MeasureName = FIRST,
) -> Response:
    """Show why a scenario does what it does."""
    place = resolve(area)
    found, change, said = _asked(request, area, to, scenario, measure)
    with request.app.state.database.reading() as db:
        kept = kept_names(db, member(request))
    context: dict[str, Any] = {
        "place": place,
        "to_year": to,
        "chosen": scenario,
        "ships": scenario in shipped(),
        "measure": measure,
        "measures": [(name, MEASURES[name].label) for name in why.OFFERED],
        "offered": [(name, load_scenario(name).name) for name in shipped() if name != DO_NOTHING] + kept,
        "groups": groups(),
        "years": tuple(range(2027, LAST_END + 1)),
        "problems": said,
        "most_policies": why.most_policies(len(place.members)),
        "most_seconds": why.MOST_SECONDS,
        "figures": figures(why.charts(found, change), "/explain", f"?{request.url.query}"),
        "found": found,
        "change": change,
    }
    data = {"problems": said, "explanation": found, "year": change}
    return page(request, "explain.html.jinja", context, title="Why a scenario does what it does", json=data)


def _charts(
    request: Request,
    area: AreaCode = USUAL_AREA,
    to: LastYear = TO_YEAR,
    scenario: One = USUAL[0],
    measure: MeasureName = FIRST,
) -> tuple[Chart | None, ...]:
    found, change, _ = _asked(request, area, to, scenario, measure)
    return tuple(why.charts(found, change))


def _asked(
    request: Request, area: str, to: int, scenario: str, measure: str
) -> tuple[Explanation | None, YearChange | None, list[str]]:
    """Return what can be found, and a sentence for what cannot."""
    place = resolve(area)
    with request.app.state.database.reading() as db:
        wanted = scenarios_store.chosen(db, member(request), scenario, months_to(to))
    said: list[str] = []
    found = change = None
    try:
        found = why.parts(place, wanted, to, measure)
    except AlmonerError as error:
        said.append(str(error))
    try:
        change = why.year_change(place, wanted, to)
    except AlmonerError as error:
        said += [str(error)] if str(error) not in said else []
    return found, change, said


chart_routes(router, "/explain", _charts, access="member")
