"""An area's own figures and own pledges: given as CSV, listed, taken back.

Template: `uploads.html.jinja` (files, columns, needed, largest_mb, kinds).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from almoner.analysis.pledge_files import NEEDED
from almoner.readers.own_figures import COLUMNS
from almoner.web import uploads
from almoner.web.permissions import member, require
from almoner.web.problems import problems
from almoner.web.render import page, page_route
from almoner.web.routes.forms import form_route, see_other

router = APIRouter(responses=problems())


@page_route(router, "/uploads", access="member")
def listed(request: Request) -> Response:
    """Show the workspace's files."""
    with request.app.state.database.reading() as db:
        kept = uploads.kept(db, member(request))
    lines = [
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "size": row.size,
            "rows": row.content.count(b"\n") - 1,
            "created_at": row.created_at,
        }
        for row in kept
    ]
    largest = request.app.state.settings.largest_upload_bytes / (1 << 20)
    context = {"files": lines, "columns": COLUMNS, "needed": NEEDED, "largest_mb": largest, "kinds": uploads.KIND_WORDS}
    return page(request, "uploads.html.jinja", context, title="Your own files")


@form_route(router, "/uploads", access="analyst")
def give(
    request: Request,
    file: Annotated[UploadFile, File(description="a CSV file of own figures or own pledges")],
    kind: Annotated[uploads.Kind, Form(description="what the file holds")] = "own_figures",
) -> Response:
    """Take a file of own figures or own pledges."""
    settings = request.app.state.settings
    content = file.file.read(settings.largest_upload_bytes + 1)
    with request.app.state.database.session() as db:
        uploads.keep(db, member(request), settings, file.filename or "", file.content_type or "", content, kind)
    return see_other("/uploads")


@router.get(
    "/uploads/{id}/figures.csv",
    dependencies=[require("member")],
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The figures"}},
)
def figures(request: Request, id: str) -> Response:
    """Return what was kept of a file."""
    with request.app.state.database.reading() as db:
        row = uploads.one(db, member(request), id)
    name = row.kind.replace("_", "-")
    return Response(row.content, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


@form_route(router, "/uploads/{id}/remove", access="analyst")
def remove(request: Request, id: str) -> Response:
    """Remove a file."""
    with request.app.state.database.session() as db:
        uploads.remove(db, member(request), id)
    return see_other("/uploads")
