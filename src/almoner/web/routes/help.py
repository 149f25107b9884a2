"""Help: what the words mean, how to read a range, and how to use the pages with a keyboard or without scripts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from almoner.report.document import STATUS_WORDS
from almoner.web.problems import problems
from almoner.web.render import page, page_route

router = APIRouter(responses=problems())


@page_route(router, "/help", access="public", shipped=True)
def help_page(request: Request) -> Response:
    """Show the help."""
    return page(request, "help.html.jinja", {"status_words": STATUS_WORDS}, title="Help")
