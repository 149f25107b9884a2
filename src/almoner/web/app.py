"""The application, put together: settings, database, routes, workers, and what stands around every request.

Route modules are listed once, in `ROUTES`. The more literal of two addresses wins, whatever the order of modules: `/areas/new`
before `/areas/{code}`, and `/areas/{code}.json` before both.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from almoner.version import VERSION
from almoner.web import errors, logs, metrics
from almoner.web.database import open_database
from almoner.web.render import PageMemory
from almoner.web.security import Wall
from almoner.web.settings import Settings
from almoner.web.warm import Warmer, Watch
from almoner.web.worker import start_workers
from almoner.web.workspaces import ensure_local

ROUTES: Final = (
    "start",
    "area",
    "workforce",
    "need",
    "delays",
    "children",
    "scenarios",
    "compare",
    "explain",
    "parameters",
    "pledges",
    "evidence",
    "help",
    "health",
    "account",
    "admin",
    "runs",
    "share",
    "uploads",
    "scenarios_api",
)
_STATIC: Final = Path(__file__).parent / "static"


def create_app(settings: Settings) -> FastAPI:
    """Return the application for these settings; the database is opened and brought to the newest layout at once.

    `app.state` has `settings`, `database` (`Database`), `pages` (`PageMemory`), `metrics` and `warmer`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        workers = start_workers(settings)
        if settings.warm:
            app.state.warmer.start()
        yield
        app.state.warmer.stop()
        workers.stop()
        app.state.database.close()

    app = FastAPI(
        title="Almoner",
        version=VERSION,
        summary="A tested workforce plan for social care in England",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.database = open_database(settings.database_url)
    app.state.pages = PageMemory()
    app.state.metrics = metrics.Metrics()
    app.state.warmer = Warmer()
    if settings.single_user:
        with app.state.database.session() as db:
            ensure_local(db)
    errors.install(app)
    app.router.routes.extend(sorted(_routes(), key=_literal_first))
    if _STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(logs.RequestLog, metrics=app.state.metrics)
    app.add_middleware(Wall, settings=settings)
    app.add_middleware(Watch, warmer=app.state.warmer)
    return app


def _routes() -> list[Any]:
    names = [f"almoner.web.routes.{name}" for name in ROUTES]
    return [route for name in names if find_spec(name) for route in import_module(name).router.routes]


def _literal_first(route: Any) -> tuple[float, ...]:
    """Return the place of a route: part by part, a name before a name with an ending, before any text."""
    if not isinstance(route, APIRoute):
        return (9.0,)
    return tuple(_freedom(part) for part in route.path.split("/"))


def _freedom(part: str) -> float:
    if "{" not in part:
        return 0.0
    return 1.0 if re.fullmatch(r"\{[^}]*\}", part) else 0.5
