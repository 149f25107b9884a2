"""The outer wall: headers on every answer, a limit on what is sent in, names of hosts that are answered to.

As plain ASGI, so that streams of events pass through untouched. The policy allows no code or style inside a page and nothing from
elsewhere; a page can be put in no other site's frame.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almoner.web.settings import Settings

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS: Final = 63_072_000


class Wall:
    """Middleware that sets the headers, refuses other hosts' names, and stops reading what is too large."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._hosts = frozenset(settings.hosts)
        self._most = settings.largest_upload_bytes + settings.largest_form_bytes
        self._headers = dict(HEADERS)
        if settings.secure_cookies:
            self._headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        headers = Headers(scope=scope)
        if "*" not in self._hosts and _host(headers.get("host", "")) not in self._hosts:
            await _refuse(400, "This server does not answer to that name.")(scope, receive, with_headers)
            return
        try:
            if int(headers.get("content-length") or 0) > self._most:
                await _refuse(413, self._said())(scope, receive, with_headers)
                return
        except ValueError:
            await _refuse(400, "The request cannot be read.")(scope, receive, with_headers)
            return
        await self.app(scope, _counted(receive, self._most), with_headers)

    def _said(self) -> str:
        return f"That is too large: at most {self._most / (1 << 20):.1f} MB can be sent."


def _counted(receive: Receive, most: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413)
        return message

    return counted


def _host(header: str) -> str:
    """Return a host's name without its port."""
    return header[1:].partition("]")[0] if header.startswith("[") else header.partition(":")[0]


def _refuse(status: int, sentence: str) -> ASGIApp:
    return JSONResponse({"status": status, "error": sentence}, status, {"Cache-Control": "no-store"})
