"""What can be wrong with a request: a refusal with its status, and how the published description of a route says so."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from almoner.errors import AlmonerError


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
        status: {"content": content, "description": TITLES.get(status, "Refused")}
        for status in sorted({400, 401, 403, 404, 405, 413, 422, 429, *statuses})
    }


TITLES: Final = {
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
