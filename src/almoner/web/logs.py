"""The log: one line of JSON a request on standard error, with no name, address, query or token in it.

A line has the moment, a request id (also in the answer's header `X-Request-Id`), the method, the route as it is declared (so that
no id of a link or thing is written), the status and the milliseconds.
"""

from __future__ import annotations

import logging
import secrets
import sys
import time
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almoner.web.errors import answer
from almoner.web.metrics import Metrics


def configure(level: int = logging.INFO) -> None:
    """Write the log as JSON on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log() -> Any:
    """Return the logger."""
    return structlog.get_logger()


class RequestLog:
    """Middleware that logs and counts every request, and answers for an error of the program itself."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, name, status = time.perf_counter(), secrets.token_hex(8), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).append("X-Request-Id", name)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            log().exception("failed", request=name, method=scope["method"], route=route_of(scope))
            if not status:
                sentence = f"Something went wrong in Almoner itself. Tell whoever looks after this server: request {name}."
                await answer(Request(scope, receive), 500, sentence)(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.note(scope["method"], route_of(scope), status, seconds)
            log().info(
                "request",
                request=name,
                method=scope["method"],
                route=route_of(scope),
                status=status,
                milliseconds=round(1000 * seconds, 1),
            )


def route_of(scope: Scope) -> str:
    """Return the route of a request as it is declared."""
    route = scope.get("route")
    return str(getattr(route, "path", None) or ("/static" if scope["path"].startswith("/static/") else "none"))
