"""A team's server in a process of its own, and Chromium: two workspaces, an analyst in one, a viewer in the other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from almoner.web import accounts
from almoner.web.database import open_database
from almoner.web.settings import settings_for

playwright = pytest.importorskip("playwright.sync_api")

PASSWORD = "three words are easy"
ANALYST, VIEWER = "ana@example.org", "vic@example.com"
PATIENCE_MS = 180_000
"""How long a page may take where other work shares the machine; a page that takes longer is broken, not slow."""


@dataclass(frozen=True)
class Server:
    """A running server, and the requests that left for elsewhere."""

    address: str
    data: Path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("served")
    settings = settings_for(data, single_user=False)
    database = open_database(settings.database_url)
    with database.session() as db:
        accounts.add(db, "ada@example.org", "Ada", PASSWORD, "Wakefield Council", "administrator")
        accounts.add(db, ANALYST, "Ana", PASSWORD, "Wakefield Council", "analyst")
        accounts.add(db, VIEWER, "Vic", PASSWORD, "Another council", "viewer")
    database.close()
    # The command's own module is named, so that this also works where it is not among the commands that are registered.
    program = "import almoner.cli.serve; from almoner.cli.app import app; app()"
    command = [
        sys.executable,
        "-c",
        program,
        "serve",
        "--port",
        "0",
        "--no-browser",
        "--no-warm",
        "--accounts",
        "--data",
        str(data),
    ]
    log = (data / "server.log").open("w")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        found = re.search(r"http://[0-9.]+:[0-9]+", process.stdout.readline())
        assert found, (data / "server.log").read_text()
        yield Server(found[0], data)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


@dataclass
class Screen:
    """A page of the browser with what went wrong on it: errors of scripts, and requests that left the machine."""

    page: playwright.Page
    address: str
    wrong: list[str]

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def token(self) -> str:
        """Return the token of this browser's forms."""
        self.go("/account")
        return str(self.page.locator("input[name='csrf_token']").first.get_attribute("value"))

    def sign_in(self, email: str) -> None:
        self.go("/account/sign-in")
        self.page.get_by_label("Email address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()


def screen_of(browser: playwright.Browser, server: Server, **options: object) -> Screen:
    """Open a page that notes what goes wrong."""
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "404" not in said.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: _note(wrong, request.url, server.address))
    return Screen(page, server.address, wrong)


def _note(wrong: list[str], url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        wrong.append(f"left the machine: {url}")


@pytest.fixture
def screen(browser: playwright.Browser, server: Server) -> Iterator[Screen]:
    found = screen_of(browser, server)
    yield found
    found.page.context.close()
    assert found.wrong == []


@pytest.fixture(scope="module")
def analyst(browser: playwright.Browser, server: Server) -> Iterator[Screen]:
    """A page signed in as the analyst."""
    found = screen_of(browser, server)
    found.sign_in(ANALYST)
    yield found
    found.page.context.close()
    assert found.wrong == []


@pytest.fixture(scope="module")
def administrator(browser: playwright.Browser, server: Server) -> Iterator[Screen]:
    """A page signed in as the administrator."""
    found = screen_of(browser, server)
    found.sign_in("ada@example.org")
    yield found
    found.page.context.close()
    assert found.wrong == []


@pytest.fixture(scope="module")
def finished(analyst: Screen) -> str:
    """The address of a run that is done and shared."""
    form = {"csrf_token": analyst.token(), "area": "Rutland", "to_year": "2029", "draws": "2", "scenarios": "fair-pay"}
    assert analyst.page.request.post(f"{analyst.address}/runs", form=form).ok
    analyst.go("/runs")
    analyst.page.get_by_role("link", name="Rutland").first.click()
    analyst.page.get_by_role("link", name="Download the plan (HTML)").wait_for()
    analyst.page.get_by_role("button", name="Make a link").click()
    analyst.page.get_by_role("link", name="Read-only link 1").wait_for()
    return analyst.page.url.removeprefix(analyst.address)
