"""What a visitor is told when something cannot be done: one sentence, as a page or as JSON `{"status", "error"}`.

In: `AlmonerError`s, refusals, and slips in a request. Out: an answer with the right status. An error of the program itself is
logged with the request's id and told to nobody else.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from almoner.errors import AlmonerError, InputFileError, NotFoundError, in_words
from almoner.web.problems import TITLES, Refused
from almoner.web.render import error_page

_DATA_ENDINGS: Final = (".json", ".csv", ".yaml")


def install(app: FastAPI) -> None:
    """Make an application answer errors in this way."""
    app.add_exception_handler(AlmonerError, _almoner_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _slip)


def answer(request: Request, status: int, sentence: str, retry_after: int | None = None) -> Response:
    """Return the answer to a request that failed: JSON for programs, a page for people."""
    headers = {"Cache-Control": "no-store"} | ({} if retry_after is None else {"Retry-After": str(retry_after)})
    if status == 401 and _wants_page(request) and request.method == "GET":
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/account/sign-in?{urlencode({'next': there})}", 303, headers)
    if _wants_page(request):
        return error_page(request, status, TITLES.get(status, "This did not work"), sentence, headers)
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
