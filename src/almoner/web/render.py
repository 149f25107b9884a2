"""Answering with a page, its JSON twin or a table as CSV; and the memory of pages that depend on shipped data alone.

A view is written once: `@page_route(router, "/areas/{code}", access="public")` registers it at that path and with `.json` after it,
and `page(...)` renders the template or the twin as the path asks (the twin of `/` is `/index.json`). A view takes `request:
Request` first. Templates get the context's fields by name, and `title`, `path`, `query`, `visitor`, `json_address`, `version`,
`csrf_token()`, `single_user`.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Final

from fastapi import APIRouter
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, TemplateNotFound
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from almoner.report.rows import csv_text
from almoner.report.tables import Cell
from almoner.version import VERSION
from almoner.web import csrf
from almoner.web.permissions import Level, require
from almoner.web.problems import problems
from almoner.web.sessions import current, set_cookie

View = Callable[..., Response]
JSON_ENDING: Final = ".json"
_CACHE_BYTES: Final = 64 << 20
_SHORTEST_TO_PACK: Final = 1024
_LONGEST_QUERY: Final = 2000


def page_route(router: APIRouter, path: str, *, access: Level, shipped: bool = False) -> Callable[[View], View]:
    """Register a view at `path` and at its JSON twin, open to those who have the level `access`.

    `shipped` says that the answer depends on the address and on the data that ship with Almoner only: it is then kept in memory and
    may be kept by browsers. A page that holds a form's token is never kept, whatever is said.
    """

    def register(view: View) -> View:
        @functools.wraps(view)
        def respond(*args: Any, **kwargs: Any) -> Response:
            request: Request = kwargs["request"]
            return _remembered(request, lambda: view(*args, **kwargs)) if shipped else view(*args, **kwargs)

        twin = ("/index" if path == "/" else path) + JSON_ENDING
        for at, kind in ((path, HTMLResponse), (twin, JSONResponse)):
            name = view.__name__ + ("_json" if at == twin else "")
            router.add_api_route(
                at,
                respond,
                methods=["GET"],
                response_class=kind,
                response_model=None,
                responses=problems(),
                dependencies=[require(access)],
                name=name,
                operation_id=f"{view.__module__.rpartition('.')[2]}_{name}",
            )
        return view

    return register


def csv_route(router: APIRouter, path: str, *, access: Level, operation_id: str = "") -> Callable[[View], View]:
    """Register a view that returns `csv_of(rows, name)` at `path` with `.csv` after it."""

    def register(view: View) -> View:
        content: dict[int | str, dict[str, Any]] = {
            200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The table"}
        }
        router.add_api_route(
            f"{path}.csv",
            view,
            methods=["GET"],
            response_class=Response,
            response_model=None,
            responses=problems() | content,
            dependencies=[require(access)],
            name=view.__name__,
            operation_id=operation_id or f"{view.__module__.rpartition('.')[2]}_{view.__name__}",
        )
        return view

    return register


def page(
    request: Request, template: str, context: object, *, title: str, json: object = None, status: int = 200, **headers: str
) -> Response:
    """Return the page of a context (a dataclass or a dictionary), or its twin: `json` if given, else the context itself."""
    if request.url.path.endswith(JSON_ENDING):
        return JSONResponse(as_json(context if json is None else json), status)
    values = dict(context) if isinstance(context, Mapping) else {field.name: getattr(context, field.name) for field in _of(context)}
    text = _templates().get_template(template).render(**values, **_shared(request, title))
    response = HTMLResponse(text, status)
    if getattr(request.state, "holds_form", False):
        response.headers["Cache-Control"] = "no-store"
    if browser := getattr(request.state, "new_browser", None):
        set_cookie(response, csrf.BROWSER_COOKIE, browser, request.app.state.settings)
    return response


def csv_of(rows: Sequence[Mapping[str, Cell]], name: str) -> Response:
    """Return rows as a CSV file to keep; no text in it is taken for a formula, and its name has letters, digits, - and _ only."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in name).strip("-") or "table"
    headers = {"Content-Disposition": f'attachment; filename="{plain}.csv"'}
    return Response(csv_text(rows), media_type="text/csv", headers=headers)


def error_page(request: Request, status: int, title: str, sentence: str, headers: dict[str, str]) -> Response:
    """Return the page that says what went wrong."""
    try:
        response = page(request, "error.html.jinja", {"status": status, "sentence": sentence}, title=title, status=status)
    except TemplateNotFound:
        return JSONResponse({"status": status, "error": sentence}, status, headers)
    response.headers.update(headers)
    return response


def as_json(value: object) -> Any:
    """Return a value as JSON has it: dataclasses as objects, moments as text, what is not a number as null."""
    if isinstance(value, Enum):
        return as_json(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):
        return as_json(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer in memory: its body, the same packed, its type and its mark (ETag)."""

    body: bytes
    packed: bytes
    media_type: str
    mark: str


class PageMemory:
    """Pages that depend on shipped data, the least used forgotten first; each is made by one reader while the others wait."""

    def __init__(self, most_bytes: int = _CACHE_BYTES) -> None:
        self._most, self._held = most_bytes, 0
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def get(self, key: str) -> KeptPage | None:
        """Return a page, if it is held."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    @contextmanager
    def making(self, key: str) -> Iterator[None]:
        """Let one make a page while the others who want it wait."""
        with self._lock:
            turn = self._making.setdefault(key, threading.Lock())
        try:
            with turn:
                yield
        finally:
            with self._lock:
                self._making.pop(key, None)

    def put(self, key: str, kept: KeptPage) -> None:
        """Hold a page."""
        with self._lock:
            self._pages[key] = kept
            self._held += len(kept.body) + len(kept.packed)
            while self._held > self._most and len(self._pages) > 1:
                _, old = self._pages.popitem(last=False)
                self._held -= len(old.body) + len(old.packed)


def _remembered(request: Request, make: Callable[[], Response]) -> Response:
    if len(request.url.query) > _LONGEST_QUERY:
        return make()
    memory: PageMemory = request.app.state.pages
    # A page names who is signed in, so that each has their own copy.
    key = f"{current(request)} {request.url.path}?{request.url.query}"
    kept = memory.get(key)
    if kept is None:
        with memory.making(key):
            kept = memory.get(key)
            if kept is None:
                response = make()
                if response.status_code != 200 or getattr(request.state, "holds_form", False):
                    return response
                kept = _keep(bytes(response.body), response.headers["content-type"])
                memory.put(key, kept)
    return _from_memory(request, kept)


def _keep(body: bytes, media_type: str) -> KeptPage:
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= _SHORTEST_TO_PACK else b""
    return KeptPage(body, packed, media_type, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _from_memory(request: Request, kept: KeptPage) -> Response:
    headers = {"ETag": kept.mark, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    if kept.mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = kept.media_type
    if kept.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(kept.packed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(kept.body, headers=headers)


def _of(context: object) -> tuple[Any, ...]:
    if not is_dataclass(context):
        raise TypeError("the context of a page is a dataclass or a dictionary")
    return fields(context)


def _shared(request: Request, title: str) -> dict[str, Any]:
    path = request.url.path
    twin = ("/index" if path == "/" else path) + JSON_ENDING
    query = f"?{request.url.query}" if request.url.query else ""
    return {
        "title": title,
        "path": path,
        "query": request.query_params,
        "visitor": current(request),
        "json_address": twin + query,
        "version": VERSION,
        "csrf_token": lambda: csrf.token_for(request),
        "single_user": request.app.state.settings.single_user,
    }


@lru_cache(maxsize=1)
def _templates() -> Environment:
    """Return the templates, with the GOV.UK components under `govuk_frontend_jinja/` and the filters of `web.views`."""
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("almoner.web"), components]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        from almoner.web.views.filters import FILTERS
    except ModuleNotFoundError:
        return environment
    environment.filters.update(FILTERS)
    return environment
