"""Every route says who may use it, refuses everybody else, and shows nothing of another workspace: from the router's own list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse

from almoner.web import jobs, scenarios_store, share, uploads
from almoner.web.jobs import RunRequest
from almoner.web.permissions import LEVELS, level_of
from almoner.web.sessions import Member
from almoner.web.tables import AuditEntry, Job, Membership, ScenarioRow, ShareLink, Upload, User

from .conftest import Server

MINE = b"area,service,role,filled_posts,vacant_posts,turnover_rate,source,date\nWakefield,home_care,,900,80,,Our return,2025-03\n"
PLEDGES = (Path(__file__).parents[2] / "examples" / "own-pledges.csv").read_bytes()
SCENARIO = "name: Pay more\npolicies:\n  - pay_floor: {premium: 1, start: 2026-04}\n"
PEOPLE = {"public": None, "member": "vic", "analyst": "ann", "admin": "ada"}


def routes(server: Server) -> Iterator[tuple[str, APIRoute]]:
    """Yield every method and route of the application."""
    for route in server.app.routes:
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route


def member_of(server: Server, name: str) -> Member:
    with server.app.state.database.reading() as db:
        user = db.query(User).filter_by(email=f"{name}@example.org").one()
        held = db.query(Membership).filter_by(user_id=user.id).one()
        return Member(user.id, user.name, user.email, held.workspace_id, "", held.role)


def fill(server: Server, who: Member) -> dict[str, str]:
    """Make one of everything in a member's workspace and return their ids by the kind in the address."""
    with server.app.state.database.session() as db:
        scenario = scenarios_store.create(db, who, server.settings, SCENARIO)
        scenarios_store.change(db, who, scenario.id, SCENARIO.replace("1,", "2,"))
        upload = uploads.keep(db, who, server.settings, "ours.csv", "text/csv", MINE)
        pledges = uploads.keep(db, who, server.settings, "pledges.csv", "text/csv", PLEDGES, "pledges")
        run = jobs.ask(db, who, server.settings, RunRequest(area="Rutland", to_year=2027, draws=1))
        link, _ = share.create(db, who, server.settings, "run", run.id, 5)
        ids = {"scenarios": scenario.id, "uploads": upload.id, "runs": run.id, "links": link.id, "members": who.user_id}
        return ids | {"own": pledges.id}


def address(route: APIRoute, ids: dict[str, str]) -> str:
    """Return a route's address with the ids of `ids` in it; the part before an id says what it is an id of."""
    others = {"id": "pledge-w01", "file": "plan.json", "measure": "filled_posts", "code": "E08000036", "token": "made.up"}
    parts = route.path.split("/")
    for place, part in enumerate(parts):
        if name := re.search(r"\{(\w+)\}", part):
            parts[place] = part.replace(name[0], ids.get(parts[place - 1]) or others.get(name[1], "unknown"))
    return "/".join(parts)


def form_for(route: APIRoute) -> dict[str, str]:
    """Return a form that is filled in as the route asks."""
    known = {"role": "viewer", "days": "3", "text": SCENARIO}
    body = (route.openapi_extra or {}).get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    return {name: known[name] for name in body.get("schema", {}).get("properties", {}) if name in known}


def is_of_a_workspace(route: APIRoute) -> bool:
    return bool(re.search(r"(scenarios|uploads|runs|links|members|own)/\{\w+\}", route.path))


def test_every_route_declares_who_may_use_it(team: Server) -> None:
    found = [(method, route) for method, route in routes(team)]
    assert len(found) > 40
    assert [route.path for _, route in found if level_of(route) is None] == []


def test_every_page_has_its_twin_as_json_and_every_chart_its_figures_as_csv(team: Server) -> None:
    paths = {route.path for _, route in routes(team)}
    pages = [route.path for _, route in routes(team) if route.response_class is HTMLResponse]
    assert len(pages) > 20
    assert [path for path in pages if ("/index" if path == "/" else path) + ".json" not in paths] == []
    charts = [path for path in paths if path.endswith("/charts/{id}.json")]
    assert len(charts) >= 7
    assert [path for path in charts if path.replace(".json", ".csv") not in paths] == []


def test_nothing_that_changes_something_is_public_but_signing_in_and_out(team: Server) -> None:
    public = {route.path for method, route in routes(team) if method != "GET" and level_of(route) == "public"}
    assert public <= {"/account/sign-in", "/account/sign-out"}


def test_every_route_refuses_those_below_its_level(team: Server) -> None:
    ids = fill(team, member_of(team, "ann"))
    nobody = team.browser()
    below = {"member": nobody, "analyst": team.signed_in("vic@example.org"), "admin": team.signed_in("ann@example.org")}
    for method, route in routes(team):
        level = level_of(route)
        if level in below:
            answer = below[level].send(method, address(route, ids), headers={"Accept": "application/json"})
            assert answer.status_code == (401 if level == "member" else 403), (method, route.path, answer.text)


def test_every_route_refuses_the_wrong_workspace(team: Server) -> None:
    ids = fill(team, member_of(team, "ann"))
    team.work()
    eve = team.signed_in("eve@example.org")
    before = census(team)
    tried = 0
    for method, route in routes(team):
        if not is_of_a_workspace(route):
            continue
        content = {"text": SCENARIO} if method == "PUT" else None
        form = {"data": form_for(route)} if method == "POST" else {}
        answer = eve.send(method, address(route, ids), json=content, headers={"Accept": "application/json"}, **form)
        assert answer.status_code == 404, (method, route.path, answer.status_code, answer.text)
        tried += 1
    assert tried >= 18
    assert census(team) == before


def test_the_same_requests_are_answered_in_the_right_workspace(team: Server) -> None:
    ids = fill(team, member_of(team, "ann"))
    team.work()
    vic = team.signed_in("vic@example.org")
    for method, route in routes(team):
        if is_of_a_workspace(route) and method == "GET" and level_of(route) == "member":
            assert vic.get(address(route, ids)).status_code == 200, (route.path, ids)


def test_lists_hold_what_is_in_the_workspace_only(team: Server) -> None:
    fill(team, member_of(team, "ann"))
    ann, eve = team.signed_in("ann@example.org"), team.signed_in("eve@example.org")
    for path in ("/runs.json", "/api/scenarios"):
        assert len(ann.get(path).json()) == 1
        assert eve.get(path).json() == []
    assert {file["kind"] for file in ann.get("/uploads.json").json()["files"]} == {"pledges", "own_figures"}
    assert eve.get("/uploads.json").json()["files"] == []


def test_a_run_cannot_use_the_scenario_or_file_of_another_workspace(team: Server) -> None:
    ids = fill(team, member_of(team, "ann"))
    eve = team.signed_in("eve@example.org")
    for stolen in ({"scenarios": [ids["scenarios"]]}, {"upload": ids["uploads"]}):
        assert eve.post("/api/runs", json={"area": "Wakefield", "to_year": 2027, "draws": 1, **stolen}).status_code == 404


def test_a_page_that_is_asked_for_the_scenario_of_another_workspace_refuses(team: Server) -> None:
    ids = fill(team, member_of(team, "ann"))
    eve = team.signed_in("eve@example.org")
    scenario = ids["scenarios"]
    for path in ("/compare", "/compare/differences.csv", "/compare/charts/x.json", "/explain", "/explain/charts/x.csv"):
        assert eve.get(f"{path}?scenario={scenario}").status_code == 404, path
    for ending in ("", ".json"):
        assert eve.get(f"/scenarios/build{ending}?from={scenario}").status_code == 404


@pytest.mark.parametrize("level", LEVELS)
def test_each_role_reaches_its_own_level(team: Server, level: str) -> None:
    name = PEOPLE[level]
    browser = team.browser() if name is None else team.signed_in(f"{name}@example.org")
    path = {"public": "/healthz", "member": "/runs.json", "analyst": "/runs.json", "admin": "/admin.json"}[level]
    assert browser.get(path).status_code == 200


def census(server: Server) -> dict[str, list[str]]:
    """Return what every workspace holds, apart from sessions and counters."""
    with server.app.state.database.reading() as db:
        tables = (ScenarioRow, Upload, Job, ShareLink, Membership, AuditEntry)
        return {
            table.__tablename__: sorted(
                str({column.name: getattr(row, column.name) for column in table.__table__.columns}) for row in db.query(table)
            )
            for table in tables
        }
