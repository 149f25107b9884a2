"""`almoner serve` and its commands: the address first, no team without accounts, accounts and archives from the keyboard."""

from __future__ import annotations

import io
import json
import signal
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import almoner.cli.serve
from almoner.__main__ import main
from almoner.web import warm

from .test_jobs import Program


def almoner(*arguments: str, said_in: str = "") -> tuple[object, str, str]:
    """Run the program in this process and return its status and what it printed."""
    said, complaint = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complaint):
        patch.setattr(sys, "argv", ["almoner", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(said_in))
        try:
            main()
        except SystemExit as left:
            return left.code or 0, said.getvalue(), complaint.getvalue()
    return 0, said.getvalue(), complaint.getvalue()


def test_the_first_line_is_the_address_and_pages_answer_at_it(tmp_path: Path) -> None:
    server = Program(tmp_path, "--workers", "0", "--no-warm")
    try:
        assert server.address.startswith("http://127.0.0.1:")
        assert server.client.get("/account.json").json()["member"]["local"] is True
        assert server.client.get("/openapi.json").json()["openapi"].startswith("3.")
        assert "server" not in server.client.get("/healthz").headers
    finally:
        server.end(signal.SIGTERM)
    assert server.process.returncode in (0, -signal.SIGTERM)


def test_the_address_is_said_only_when_it_answers(tmp_path: Path) -> None:
    server = Program(tmp_path, "--workers", "0", "--no-warm", wait=False)
    try:
        assert server.client.get("/healthz").status_code == 200
    finally:
        server.end(signal.SIGTERM)


def test_what_is_made_ready_waits_while_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = threading.Event()
    monkeypatch.setattr(warm, "FIRST", lambda: None)
    monkeypatch.setattr(warm, "STEPS", (made.set,))
    monkeypatch.setattr(warm, "_QUIET_SECONDS", 0.0)
    warmer = warm.Warmer()
    warmer.begin()
    warmer.start()
    assert not made.wait(0.3)
    warmer.end()
    assert made.wait(10)
    warmer.stop()


def test_a_step_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    made = threading.Event()

    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr(warm, "FIRST", fails)
    monkeypatch.setattr(warm, "STEPS", (fails, made.set))
    monkeypatch.setattr(warm, "_QUIET_SECONDS", 0.0)
    warmer = warm.Warmer()
    warmer.start()
    assert made.wait(10)
    warmer.stop()


def test_the_first_preview_is_ready_before_the_address_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(warm, "FIRST", lambda: done.append("first preview"))
    monkeypatch.setattr(warm, "STEPS", ())
    warmer = warm.Warmer()
    warmer.begin()
    warmer.start()
    assert done == ["first preview"]
    warmer.stop()


def test_places_that_visitors_look_at_are_made_ready_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    both = threading.Event()

    def look_at(place: str, to: str) -> None:
        seen.append((place, to))
        if len(seen) == 2:
            both.set()

    monkeypatch.setattr(warm, "FIRST", lambda: None)
    monkeypatch.setattr(warm, "STEPS", ())
    monkeypatch.setattr(warm, "look_at", look_at)
    monkeypatch.setattr(warm, "_QUIET_SECONDS", 0.0)
    warmer = warm.Warmer()
    for path, query in (
        ("/areas/E08000036/need", b""),
        ("/areas/E08000036", b""),
        ("/scenarios/build", b"area=Kent&to=2035&name=x"),
        ("/help", b"area=Leeds"),
        ("/scenarios/build", b"area=" + b"x" * 101),
    ):
        warmer.visit(path, query)
    warmer.start()
    assert both.wait(10)
    warmer.stop()
    assert seen == [("E08000036", ""), ("Kent", "2035")]


def test_a_server_for_a_team_needs_an_administrator_first(tmp_path: Path) -> None:
    status, said, complaint = almoner("serve", "--host", "0.0.0.0", "--port", "0", "--no-browser", "--data", str(tmp_path))
    assert status == 2
    assert said == ""
    assert "needs an administrator first: almoner users add" in complaint


def test_accounts_are_made_listed_and_closed_at_the_keyboard(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    status, said, _ = almoner(
        "users", "add", "ann@example.org", "--workspace", "W", "--role", "administrator", "--make-password", *data
    )
    assert status == 0
    assert said.startswith("ann@example.org is administrator of W. Password: ")
    assert almoner("users", "add", "vic@example.org", "--workspace", "W", *data, said_in="three plain words\n")[0] == 0
    assert almoner("users", "add", "vic@example.org", "--workspace", "X", "--role", "analyst", *data)[0] == 0
    found = json.loads(almoner("users", "list", "--json", *data)[1])
    assert [row["workspaces"] for row in found] == [{"W": "administrator"}, {"W": "viewer", "X": "analyst"}]
    assert almoner("users", "close", "vic@example.org", *data)[0] == 0
    assert json.loads(almoner("users", "list", "--json", *data)[1])[1]["closed"] is True
    assert almoner("users", "password", "ann@example.org", "--make-password", *data)[0] == 0
    for slip, said in (
        (("users", "add", "not an address", "--workspace", "W", "--make-password"), "is no email address"),
        (("users", "add", "new@example.org", "--workspace", "W", "--role", "vewer", "--make-password"), "did you mean viewer"),
        (("users", "close", "nobody@example.org"), "There is no account for nobody@example.org"),
    ):
        status, _, complaint = almoner(*slip, *data)
        assert (status, said in complaint) == (2, True), complaint


def test_an_archive_is_made_and_read_at_the_keyboard(tmp_path: Path) -> None:
    old, new, archive = str(tmp_path / "old"), str(tmp_path / "new"), str(tmp_path / "backup.zip")
    almoner("users", "add", "ann@example.org", "--workspace", "W", "--make-password", "--data", old)
    assert almoner("backup", archive, "--data", old)[0] == 0
    assert almoner("restore", archive, "--data", new)[0] == 0
    assert "ann@example.org" in almoner("users", "list", "--data", new)[1]
    status, _, complaint = almoner("restore", archive, "--data", new)
    assert (status, "not empty" in complaint) == (2, True)


def test_without_its_packages_serve_says_one_clear_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import importlib.util

    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "fastapi" else there(name, *more))
    status, _, complaint = almoner("serve", "--data", str(tmp_path))
    assert status == 2
    assert "needs more packages (fastapi): install almoner[web]" in complaint
