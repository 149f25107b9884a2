"""Whether the server works, its counters, and the description of its addresses."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from almoner.version import VERSION
from almoner.web import jobs
from almoner.web.permissions import require
from almoner.web.problems import Refused, problems

router = APIRouter(responses=problems())


class Health(BaseModel):
    """The state of the server."""

    status: str
    version: str


@router.get("/healthz", dependencies=[require("public")], responses=problems(503))
def health(request: Request) -> Health:
    """Answer `ok` when the database answers."""
    try:
        with request.app.state.database.reading() as db:
            db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        raise Refused(503, "The database does not answer.") from None
    return Health(status="ok", version=VERSION)


@router.get(
    "/metrics",
    dependencies=[require("public")],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Counters"}},
)
def metrics(request: Request) -> Response:
    """Return the counters in Prometheus' text format."""
    with request.app.state.database.reading() as db:
        counts = jobs.counts(db)
    return Response(request.app.state.metrics.text(counts), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/openapi.json", dependencies=[require("public")], response_class=JSONResponse)
def openapi(request: Request) -> Any:
    """Return the description of every address, as OpenAPI 3.1."""
    return JSONResponse(request.app.openapi())
