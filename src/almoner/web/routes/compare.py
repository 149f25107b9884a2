"""Comparing scenarios: up to five side by side, each beside doing nothing with the same draws and the same luck."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from almoner.errors import OutOfRangeError
from almoner.reference.areas import Area, resolve
from almoner.report.figure import Chart
from almoner.study.scenario import DO_NOTHING, USUAL, Scenario, load_scenario, shipped
from almoner.web import scenarios_store, uploads
from almoner.web.permissions import may, member
from almoner.web.problems import problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.places import chart_routes
from almoner.web.routes.scenarios import USUAL_AREA, AreaCode, LastYear, kept_names
from almoner.web.views import comparing, trial
from almoner.web.views.answers import LAST_END, TO_YEAR, months_to
from almoner.web.views.pictures import figure_data, figures
from almoner.web.views.places import groups

router = APIRouter(responses=problems())

Chosen = Annotated[
    list[Annotated[str, Query(max_length=100)]] | None, Query(alias="scenario", max_length=20, description="scenarios to compare")
]


@page_route(router, "/compare", access="member")
def compare(request: Request, area: AreaCode = USUAL_AREA, to: LastYear = TO_YEAR, scenario: Chosen = None) -> Response:
    """Show scenarios side by side."""
    who, place, asked = member(request), resolve(area), list(scenario or USUAL)
    problem, found = "", None
    try:
        found = _trial(request, place, to, asked)
    except OutOfRangeError as error:
        problem = str(error)
    with request.app.state.database.reading() as db:
        kept = kept_names(db, who)
        files = uploads.kept(db, who, "own_figures")
    offered = [(name, load_scenario(name).name) for name in shipped() if name != DO_NOTHING]
    drawn = () if found is None else figures(comparing.charts(found), "/compare", f"?{request.url.query}")
    context: dict[str, Any] = {
        "place": place,
        "to_year": to,
        "chosen": asked,
        "offered": offered + kept,
        "groups": groups(),
        "years": tuple(range(2027, LAST_END + 1)),
        "problem": problem,
        "differences": None if found is None else trial.table(found.comparison, to),
        "figures": drawn,
        "notes": () if found is None else found.comparison.notes,
        "costs": () if found is None else comparing.costs(found.comparison, to),
        "payers": None if found is None else comparing.payers(found.comparison, to),
        "draws": 0 if found is None else found.comparison.draws,
        "run_id": "" if found is None else found.comparison.run_id,
        "band_kind": "" if found is None else found.comparison.band_kind,
        "manifest": {} if found is None else found.plan.manifest,
        "price_basis": "" if found is None else found.comparison.price_basis,
        "csv": f"/compare/differences.csv?{request.url.query}",
        "may_edit": may(who, "analyst"),
        "files": files,
        "most": trial.MOST_COMPARED,
    }
    data = {"problem": problem} if found is None else {"comparison": found.comparison, "charts": figure_data(drawn)}
    return page(request, "compare.html.jinja", context, title="Compare scenarios", json=data)


@csv_route(router, "/compare/differences", access="member")
def differences(request: Request, area: AreaCode = USUAL_AREA, to: LastYear = TO_YEAR, scenario: Chosen = None) -> Response:
    """Return every paired difference by year."""
    place = resolve(area)
    found = _trial(request, place, to, list(scenario or USUAL))
    return csv_of(trial.rows(found.comparison), f"differences-{place.code}")


def _charts(
    request: Request, area: AreaCode = USUAL_AREA, to: LastYear = TO_YEAR, scenario: Chosen = None
) -> tuple[Chart | None, ...]:
    return tuple(comparing.charts(_trial(request, resolve(area), to, list(scenario or USUAL))))


chart_routes(router, "/compare", _charts, access="member")


def _trial(request: Request, place: Area, to: int, asked: list[str]) -> trial.Trial:
    """Run what is asked for, if it is not held.

    Raises:
        OutOfRangeError: too many scenarios, or a place of too many areas.
    """
    names = [name for name in dict.fromkeys(asked) if name != DO_NOTHING]
    if len(names) > trial.MOST_COMPARED:
        raise OutOfRangeError(
            f"At most {trial.MOST_COMPARED} scenarios stand side by side: leave out {len(names) - trial.MOST_COMPARED}."
        )
    if len(place.members) > trial.MOST_AREAS:
        raise OutOfRangeError(f"{place.name} has too many areas to wait for: ask for a run of these scenarios instead.")
    return trial.compared(place, _scenarios(request, names, to), to)


def _scenarios(request: Request, names: list[str], to: int) -> tuple[Scenario, ...]:
    with request.app.state.database.reading() as db:
        return tuple(scenarios_store.chosen(db, member(request), name, months_to(to)) for name in names)
