"""Signing in and out, by password or by OpenID Connect, one's own password, and the workspace that is shown.

Templates: `account.html.jinja` (belongings, open_id), `sign_in.html.jinja` (next, problem, open_id).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from almoner.errors import AlmonerError
from almoner.web import accounts, audit, limits, sessions, workspaces
from almoner.web.csrf import SESSION_COOKIE
from almoner.web.open_id import provider
from almoner.web.permissions import member, require
from almoner.web.problems import Refused, problems
from almoner.web.render import page, page_route
from almoner.web.routes.forms import filled, form_route, goes_on, inside, see_other
from almoner.web.tables import User

router = APIRouter(responses=problems())


class SignInForm(BaseModel):
    """The form to sign in."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(max_length=254)]
    password: Annotated[str, Field(max_length=1000)]
    next: Annotated[str, Field(max_length=2000)] = "/"


class PasswordForm(BaseModel):
    """The form to change one's password."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[str, Field(max_length=1000)]
    new: Annotated[str, Field(max_length=1000)]


class WorkspaceForm(BaseModel):
    """The form to look at another of one's workspaces."""

    model_config = ConfigDict(extra="forbid")

    workspace: Annotated[str, Field(max_length=24)]


@page_route(router, "/account", access="member")
def account(request: Request) -> Response:
    """Show who is signed in and their workspaces."""
    who = member(request)
    with request.app.state.database.reading() as db:
        held = workspaces.belongings(db, who.user_id)
    return page(request, "account.html.jinja", {"member": who, "belongings": held}, title="Your account")


@page_route(router, "/account/sign-in", access="public")
def sign_in_page(request: Request) -> Response:
    """Show the form to sign in."""
    there = inside(request.query_params.get("next"))
    open_id = request.app.state.settings.open_id is not None
    return page(request, "sign_in.html.jinja", {"next": there, "problem": "", "open_id": open_id}, title="Sign in")


@form_route(router, "/account/sign-in", access="public", form=SignInForm)
async def sign_in(request: Request) -> Response:
    """Sign in with a password."""
    form = await filled(request, SignInForm)
    return await run_in_threadpool(_sign_in, request, form)


@form_route(router, "/account/sign-out", access="public")
def sign_out(request: Request) -> Response:
    """Sign out of this browser."""
    response = see_other("/")
    if token := request.cookies.get(SESSION_COOKIE):
        with request.app.state.database.session() as db:
            if who := sessions.member_of(db, token):
                audit.record(db, who, "sign out")
            sessions.end(db, token)
        response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@form_route(router, "/account/password", access="member", form=PasswordForm)
async def change_password(request: Request) -> Response:
    """Change one's own password; all sessions end but a new one of this browser."""
    form = await filled(request, PasswordForm)
    return await run_in_threadpool(_change_password, request, form)


@form_route(router, "/account/workspace", access="member", form=WorkspaceForm)
async def choose_workspace(request: Request) -> Response:
    """Look at another of one's workspaces."""
    form = await filled(request, WorkspaceForm)
    return await run_in_threadpool(_choose_workspace, request, form.workspace)


@router.get("/account/open-id", dependencies=[require("public")], response_model=None, status_code=303, responses=goes_on())
async def open_id_start(request: Request, next: Annotated[str, Field(max_length=2000)] = "/") -> Response:
    """Send the browser to the provider to sign in."""
    return await provider(request).start(request, inside(next))


@router.get("/account/open-id/back", dependencies=[require("public")], response_model=None, status_code=303, responses=goes_on())
async def open_id_back(request: Request) -> Response:
    """Take the provider's answer and sign in."""
    claims, there = await provider(request).finish(request)
    return await run_in_threadpool(_sign_in_by, request, claims, there)


def _sign_in(request: Request, form: SignInForm) -> Response:
    settings = request.app.state.settings
    if settings.single_user:
        return see_other("/")
    with request.app.state.database.session() as db:
        limits.check_sign_in(db, settings, limits.address_of(request), form.email)
    with request.app.state.database.session() as db:
        user = accounts.with_password(db, form.email, form.password)
        if user is None:
            audit.record(db, None, "sign in refused")
            problem = "The address or the password is not right."
            context = {"next": inside(form.next), "problem": problem, "open_id": settings.open_id is not None}
            return page(request, "sign_in.html.jinja", context, title="Sign in", status=422)
        return _open(request, db, user, inside(form.next), "password")


def _sign_in_by(request: Request, claims: dict[str, object], there: str) -> Response:
    with request.app.state.database.session() as db:
        texts = {name: str(claims[name]) if claims.get(name) else None for name in ("email", "name")}
        issuer, subject = str(claims["iss"]), str(claims["sub"])
        user = accounts.by_subject(db, issuer, subject, texts["email"], claims.get("email_verified") is True, texts["name"])
        return _open(request, db, user, there, "open id")


def _open(request: Request, db: Session, user: User, there: str, how: str) -> Response:
    settings = request.app.state.settings
    held = workspaces.belongings(db, user.id)
    if not held:
        raise Refused(403, "Your account belongs to no workspace: ask an administrator to add you to one.")
    if before := request.cookies.get(SESSION_COOKIE):
        sessions.end(db, before)
    token = sessions.begin(db, user.id, held[0].workspace_id, settings)
    audit.record(db, None, "sign in", workspace_id=held[0].workspace_id, user_id=user.id, how=how)
    response = see_other(there)
    sessions.set_cookie(response, SESSION_COOKIE, token, settings, settings.session_hours * 3600)
    return response


def _change_password(request: Request, form: PasswordForm) -> Response:
    who, settings = member(request), request.app.state.settings
    if who.local:
        raise Refused(409, "On your own computer there is no password to change.")
    with request.app.state.database.session() as db:
        limits.check_sign_in(db, settings, limits.address_of(request), who.email)
    with request.app.state.database.session() as db:
        user = accounts.with_password(db, who.email, form.old)
        if user is None:
            raise AlmonerError("The old password is not right.")
        accounts.set_password(db, user, form.new)
        audit.record(db, who, "change password")
        token = sessions.begin(db, user.id, who.workspace_id, settings)
    response = see_other("/account")
    sessions.set_cookie(response, SESSION_COOKIE, token, settings, settings.session_hours * 3600)
    return response


def _choose_workspace(request: Request, workspace_id: str) -> Response:
    who, settings = member(request), request.app.state.settings
    if who.local:
        return see_other("/account")
    with request.app.state.database.session() as db:
        if workspace_id not in {each.workspace_id for each in workspaces.belongings(db, who.user_id)}:
            raise Refused(404, "There is no such workspace among yours.")
        sessions.end(db, request.cookies[SESSION_COOKIE])
        token = sessions.begin(db, who.user_id, workspace_id, settings)
    response = see_other("/account")
    sessions.set_cookie(response, SESSION_COOKIE, token, settings, settings.session_hours * 3600)
    return response
