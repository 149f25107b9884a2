"""Who is asking: the member whose session a request carries, or nobody.

A browser holds a random token in a cookie; the database holds its hash, so that a copy of the database opens no session. On a
laptop (single-user mode) everybody who can reach the server is the same local administrator of the one local workspace.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from almoner.web.csrf import SESSION_COOKIE
from almoner.web.settings import Settings
from almoner.web.tables import Membership, SignIn, User, Workspace, now

LOCAL_ID: Final = "0" * 24
"""The id of the one user and the one workspace of a laptop."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one of the workspaces that they belong to. `local` is the person at their own laptop."""

    user_id: str
    name: str
    email: str
    workspace_id: str
    workspace_name: str
    role: str
    local: bool = False
    signed_in: bool = True


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Somebody who has not signed in."""

    name: str = ""
    role: str = ""
    local: bool = False
    signed_in: bool = False


Visitor: TypeAlias = Member | Anonymous
LOCAL_MEMBER: Final = Member(LOCAL_ID, "This computer", "", LOCAL_ID, "This computer", "administrator", local=True)


def current(request: Request) -> Visitor:
    """Return who is asking; the database is asked once a request, and only when there is a session's cookie."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    if found is None:
        found = _find(request)
        request.state.visitor = found
    return found


def _find(request: Request) -> Visitor:
    if request.app.state.settings.single_user:
        return LOCAL_MEMBER
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return Anonymous()
    with request.app.state.database.reading() as db:
        return member_of(db, token) or Anonymous()


def member_of(db: Session, token: str) -> Member | None:
    """Return the member whose session a token opens: not expired, not disabled, and still in the workspace."""
    row = db.execute(
        select(User, Workspace, Membership.role)
        .join(SignIn, SignIn.user_id == User.id)
        .join(Workspace, Workspace.id == SignIn.workspace_id)
        .join(Membership, (Membership.user_id == User.id) & (Membership.workspace_id == Workspace.id))
        .where(SignIn.token_hash == token_hash(token), SignIn.expires_at > now(), User.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    user, workspace, role = row
    return Member(user.id, user.name, user.email, workspace.id, workspace.name, role)


def begin(db: Session, user_id: str, workspace_id: str, settings: Settings) -> str:
    """Open a session and return the token for the cookie; sessions that are over are cleared away."""
    token = secrets.token_urlsafe(32)
    db.execute(delete(SignIn).where(SignIn.expires_at <= now()))
    until = now() + timedelta(hours=settings.session_hours)
    db.add(SignIn(token_hash=token_hash(token), user_id=user_id, workspace_id=workspace_id, expires_at=until))
    return token


def end(db: Session, token: str) -> None:
    """Close one session."""
    db.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def end_all(db: Session, user_id: str) -> None:
    """Close every session of a user: after a change of password, or when the account is disabled."""
    db.execute(delete(SignIn).where(SignIn.user_id == user_id))


def set_cookie(response: Response, name: str, value: str, settings: Settings, seconds: int | None = None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(name, value, max_age=seconds, httponly=True, secure=settings.secure_cookies, samesite="lax", path="/")


def token_hash(token: str) -> str:
    """Return what is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()
