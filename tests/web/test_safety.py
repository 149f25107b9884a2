"""What comes in and goes out: shared links, files, scenario texts, exports, the log, and requests that leave the machine."""

from __future__ import annotations

import json
import socket
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import update

from almoner.web import logs, scenarios_store, share, uploads
from almoner.web.render import csv_of
from almoner.web.tables import ShareLink, now

from .conftest import Server
from .test_access import MINE, SCENARIO, fill, member_of


def shared(server: Server, kind: str = "run") -> tuple[str, str]:
    """Return the id and the address of a new link."""
    ann = member_of(server, "ann")
    ids = fill(server, ann)
    with server.app.state.database.session() as db:
        link, token = share.create(db, ann, server.settings, kind, ids[f"{kind}s"], 1)
        return link.id, f"/shared/{token}"


def test_whoever_has_a_link_reads_what_it_shows_and_nothing_else(any_team: Server) -> None:
    _, address = shared(any_team)
    any_team.work()
    stranger = any_team.browser()
    found = stranger.get(f"{address}.json").json()
    assert found["area_name"] == "Rutland"
    assert stranger.get(f"{address}/plan.html").status_code == 200
    assert stranger.get("/runs.json").status_code == 401
    assert stranger.get(address, headers={"Accept": "text/html"}).status_code == 200


def test_a_scenario_is_shared_as_its_text(team: Server) -> None:
    _, address = shared(team, "scenario")
    assert team.browser().get(f"{address}.json").json()["text"] == SCENARIO.replace("1,", "2,")
    assert team.browser().get(f"{address}/plan.zip").status_code == 404


def test_a_link_ends_when_it_expires(team: Server) -> None:
    id_of_link, address = shared(team)
    with team.app.state.database.session() as db:
        db.execute(update(ShareLink).where(ShareLink.id == id_of_link).values(expires_at=now() - timedelta(seconds=1)))
    assert team.browser().get(f"{address}.json").status_code == 404


def test_a_link_ends_when_it_is_withdrawn(team: Server) -> None:
    id_of_link, address = shared(team)
    assert team.signed_in("ann@example.org").post(f"/links/{id_of_link}/withdraw").status_code == 303
    assert team.browser().get(f"{address}.json").status_code == 404


def test_a_link_cannot_be_made_up_or_changed(team: Server) -> None:
    id_of_link, address = shared(team)
    for token in (id_of_link, address[8:-1], address[8:] + "x", f'"{id_of_link}".{address.rpartition(".")[2]}', "..%2F..%2Fx"):
        assert team.browser().get(f"/shared/{token}.json").status_code == 404, token


def test_a_link_lasts_no_longer_than_the_server_allows(team: Server) -> None:
    ids = fill(team, member_of(team, "ann"))
    answer = team.signed_in("ann@example.org").post(f"/runs/{ids['runs']}/share", data={"days": "91"})
    assert (answer.status_code, answer.json()["error"]) == (400, "A link can last 1 to 90 days, not 91.")


@pytest.mark.parametrize(
    ("name", "content", "kind", "status"),
    [
        ("ours.xlsx", MINE, "text/csv", 415),
        ("ours.csv", MINE, "image/png", 415),
        ("ours.csv", b"\0" + MINE, "text/csv", 415),
        ("ours.csv", b"a,b\n1,2\n", "text/csv", 422),
        ("ours.csv", b"x" * 2_200_000, "text/csv", 413),
    ],
    ids=["other ending", "other type", "not text", "other columns", "too large"],
)
def test_a_file_of_another_kind_or_size_is_refused(team: Server, name: str, content: bytes, kind: str, status: int) -> None:
    answer = team.signed_in("ann@example.org").post("/uploads", files={"file": (name, content, kind)})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\x\\y.csv", "y.csv"),
        ("=cmd|'.csv", "-cmd--.csv"),
        ("..", "file.csv"),
        ("", "file.csv"),
    ],
)
def test_the_name_of_a_file_is_no_path_and_no_formula(given: str, kept: str) -> None:
    assert uploads.plain_name(given) == kept


def test_columns_that_are_not_asked_for_are_not_kept(team: Server) -> None:
    lines = MINE.decode().splitlines()
    ann = team.signed_in("ann@example.org")
    for extra in ("national_insurance", "name"):
        ann.post("/uploads", files={"file": ("x.csv", f"{lines[0]},{extra}\n{lines[1]},QQ123456C\n".encode(), "text/csv")})
    content = (team.settings.data / "almoner.sqlite").read_bytes() + (team.settings.data / "almoner.sqlite-wal").read_bytes()
    assert b"QQ123456C" not in content


def test_a_table_holds_no_formula_and_its_name_no_path() -> None:
    answer = csv_of([{"name": "=1+1", "text": "@SUM(A1)", "n": -1}], '../a"b\r\nX: y')
    assert bytes(answer.body).decode().splitlines()[1] == "'=1+1,'@SUM(A1),-1"
    assert answer.headers["content-disposition"] == 'attachment; filename="a-b--X--y.csv"'


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nover: ../../secret.yaml\npolicies: []\n",
        "name: x\nover: /etc/passwd\npolicies: []\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\n",
        "name: x\npolicies: !!python/object/apply:os.system ['true']\n",
        "[" * 60_000,
        "- " * 30_000,
        "{a: " * 15_000,
        "name: x\x00\npolicies: []\n",
        "name: " + "x" * 70_000,
        "name: \ud800\npolicies: []\n",
    ],
    ids=[
        "a path",
        "a file",
        "aliases",
        "an object",
        "deep",
        "deep in a line",
        "deep by names",
        "a null",
        "long",
        "half a character",
    ],
)
def test_a_scenario_that_reaches_for_more_is_refused(text: str) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011
        scenarios_store.parse(text)
    assert type(refused.value).__name__ == "InputFileError"
    assert "/tmp" not in str(refused.value)


def test_the_log_names_nobody_and_no_link(team: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    _, address = shared(team)
    with structlog.testing.capture_logs() as lines:
        team.browser().get(f"{address}.json")
        team.browser().sign_in("ann@example.org", "wrong password")
        team.browser().get("/areas/wakefield?x=ann@example.org")
    text = json.dumps(lines)
    assert [line["route"] for line in lines][:2] == ["/shared/{token}.json", "/account/sign-in"]
    assert not [part for part in ("ann@", "wrong", address[8:], "testclient", "127.0.0.1") if part in text]
    assert set(lines[0]) == {"event", "request", "method", "route", "status", "milliseconds", "log_level"}
    assert logs.route_of({"path": "/nothing/here"}) == "none"


def test_the_counters_say_what_is_used_without_names(team: Server) -> None:
    fill(team, member_of(team, "ann"))
    browser = team.signed_in("ann@example.org")
    browser.get("/runs.json")
    text = browser.get("/metrics").text
    assert 'almoner_requests_total{method="GET",route="/runs.json",status="200"} 1.0' in text
    assert 'almoner_jobs{state="queued"} 1.0' in text
    assert "ann" not in text


def test_no_request_leaves_the_machine(team: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[object] = []

    def note(self: socket.socket, address: object) -> None:
        reached.append(address)
        raise OSError("no network in this test")

    ids = fill(team, member_of(team, "ann"))
    monkeypatch.setattr(socket.socket, "connect", note)
    team.work()
    ann = team.signed_in("ann@example.org")
    for path in ("/", "/index.json", "/areas/E08000036.json", f"/runs/{ids['runs']}.json", f"/runs/{ids['runs']}/plan.html"):
        ann.get(path)
    assert reached == []
