"""What a visitor is told when something cannot be done: one sentence, as a page or as JSON `{"status", "error"}`.

In: `AlmonerError`s, refusals, and slips in a request. Out: an answer with the right status. An error of the program itself is
logged with the request's id and told to nobody else.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from almoner.errors import AlmonerError, InputFileError, NotFoundError, in_words

_DATA_ENDINGS: Final = (".json", ".csv", ".yaml")


class Problem(BaseModel):
    """What went wrong, in one sentence."""

    status: int
    error: str


class Refused(AlmonerError):
    """A request that is refused, with its status."""

    def __init__(self, status: int, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the part of OpenAPI that says which refusals a route may give; the usual ones are always among them."""
    # With a model FastAPI would name its content after the route's own kind, a page for a page.
    content = {"application/json": {"schema": Problem.model_json_schema()}, "text/html": {"schema": {"type": "string"}}}
    return {
        status: {"content": content, "description": _TITLES.get(status, "Refused")}
        for status in sorted({400, 401, 403, 404, 405, 413, 422, 429, *statuses})
    }


_TITLES: Final = {
    400: "Not a request that can be read",
    401: "Sign in first",
    403: "You may not do this",
    404: "Not found",
    405: "Not this way",
    409: "Not now",
    413: "Too large",
    415: "Not this kind of file",
    422: "Something to mend",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Not ready",
}


def install(app: FastAPI) -> None:
    """Make an application answer errors in this way."""
    app.add_exception_handler(AlmonerError, _almoner_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _slip)


def answer(request: Request, status: int, sentence: str, retry_after: int | None = None) -> Response:
    """Return the answer to a request that failed: JSON for programs, a page for people."""
    headers = {"Cache-Control": "no-store"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
    if status == 401 and _wants_page(request) and request.method == "GET":
        from urllib.parse import urlencode

        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/account/sign-in?{urlencode({'next': there})}", 303, headers)
    if _wants_page(request):
        from almoner.web.render import error_page

        return error_page(request, status, _TITLES.get(status, "This did not work"), sentence, headers)
    return JSONResponse({"status": status, "error": sentence}, status, headers)


def _wants_page(request: Request) -> bool:
    return not request.url.path.endswith(_DATA_ENDINGS) and "text/html" in request.headers.get("accept", "")


def _almoner_error(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        return answer(request, error.status, str(error), error.retry_after)
    if isinstance(error, NotFoundError):
        return answer(request, 404, str(error))
    return answer(request, 422 if isinstance(error, InputFileError) else 400, str(error))


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = {
        404: "There is no page at this address.",
        405: "This address cannot be used in this way.",
        413: "That is too large to be sent.",
    }
    response = answer(request, status, said.get(status, "The request cannot be read."))
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return response


def _slip(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "type": "", "msg": "cannot be read"}
    where = ".".join(str(part) for part in first["loc"][1:]) or "The request"
    return answer(request, 422, f"{where}: {in_words(first)}."[:500])
