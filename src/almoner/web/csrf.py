"""Tokens that show that a form came from a page of ours: a keyed hash of the browser's own cookie.

The cookie is the session's where somebody is signed in, and otherwise one by chance that is set with the first form. A token is
sent back as the field `csrf_token` or, by scripts, as the header `X-CSRF-Token`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from starlette.requests import Request

SESSION_COOKIE: Final = "almoner_session"
BROWSER_COOKIE: Final = "almoner_browser"
FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def token_for(request: Request) -> str:
    """Return the token for a form on the page that answers this request, which sets the browser's cookie if it has none."""
    browser = _browser(request)
    if browser is None:
        browser = getattr(request.state, "new_browser", None) or secrets.token_urlsafe(24)
        request.state.new_browser = browser
    request.state.holds_form = True
    return _hash(request, browser)


async def is_ours(request: Request) -> bool:
    """Whether a request that changes something carries the token of its own browser and does not come from another site."""
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return False
    browser = _browser(request)
    if browser is None:
        return False
    given = request.headers.get(HEADER)
    if given is None and request.headers.get("content-type", "").startswith(_FORM_TYPES):
        field = (await request.form()).get(FIELD)
        given = field if isinstance(field, str) else None
    return given is not None and hmac.compare_digest(given.encode(), _hash(request, browser).encode())


def _browser(request: Request) -> str | None:
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(BROWSER_COOKIE)


def _hash(request: Request, browser: str) -> str:
    secret = request.app.state.settings.secret
    return hmac.new(secret.encode(), b"form:" + browser.encode(), hashlib.sha256).hexdigest()
