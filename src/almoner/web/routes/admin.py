"""What the administrator of a workspace does: members, their roles, and the audit log.

Template: `admin.html.jinja` (people, entries, roles, invitation).
"""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from almoner.web import accounts, audit, workspaces
from almoner.web.permissions import member
from almoner.web.problems import Refused, problems
from almoner.web.render import csv_of, csv_route, page, page_route
from almoner.web.routes.forms import filled, form_route, see_other
from almoner.web.sessions import Member
from almoner.web.tables import ROLES, Membership, User

router = APIRouter(responses=problems())
_Role = Literal["viewer", "analyst", "administrator"]


class MemberForm(BaseModel):
    """The form that adds somebody; for an address without an account one is made, and its first password shown once."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, Field(max_length=254)]
    role: _Role = "viewer"
    name: Annotated[str, Field(max_length=150)] = ""


class RoleForm(BaseModel):
    """The form that changes a role."""

    model_config = ConfigDict(extra="forbid")

    role: _Role


@page_route(router, "/admin", access="admin")
def admin(request: Request) -> Response:
    """Show the members of the workspace and what was done in it."""
    return _page(request)


@csv_route(router, "/admin/audit", access="admin")
def audit_table(request: Request) -> Response:
    """Return the audit log as a table."""
    with request.app.state.database.reading() as db:
        found = audit.entries(db, member(request).workspace_id, 100_000)
    return csv_of([{key: str(value or "") for key, value in entry.items()} for entry in found], "audit-log")


@form_route(router, "/admin/members", access="admin", form=MemberForm)
async def add_member(request: Request) -> Response:
    """Add somebody to the workspace."""
    form = await filled(request, MemberForm)
    return await run_in_threadpool(_add_member, request, form)


@form_route(router, "/admin/members/{user_id}/role", access="admin", form=RoleForm)
async def set_role(request: Request, user_id: str) -> Response:
    """Change a member's role."""
    form = await filled(request, RoleForm)
    return await run_in_threadpool(_set_role, request, user_id, form.role)


@form_route(router, "/admin/members/{user_id}/remove", access="admin")
def remove_member(request: Request, user_id: str) -> Response:
    """Take somebody out of the workspace."""
    who = _not_local(request)
    with request.app.state.database.session() as db:
        _held(db, user_id, who.workspace_id)
        workspaces.leave(db, user_id, who.workspace_id)
        audit.record(db, who, "remove member", "user", user_id)
    return see_other("/admin")


def _page(request: Request, invitation: dict[str, str] | None = None) -> Response:
    who = member(request)
    with request.app.state.database.reading() as db:
        context = {
            "people": workspaces.people(db, who.workspace_id),
            "entries": audit.entries(db, who.workspace_id),
            "roles": ROLES,
            "invitation": invitation,
        }
    title = "Members and the audit log" if who.local else f"Members of {who.workspace_name}"
    return page(request, "admin.html.jinja", context, title=title)


def _add_member(request: Request, form: MemberForm) -> Response:
    who, password = _not_local(request), None
    with request.app.state.database.session() as db:
        user = db.scalar(select(User).where(User.email == form.email.strip().lower()))
        if user is None:
            password = secrets.token_urlsafe(15)
            user = accounts.add(db, form.email, form.name, password, who.workspace_name, form.role)
        else:
            workspaces.join(db, user.id, who.workspace_id, form.role)
        audit.record(db, who, "add member", "user", user.id, role=form.role)
        email = user.email
    return see_other("/admin") if password is None else _page(request, {"email": email, "password": password})


def _set_role(request: Request, user_id: str, role: str) -> Response:
    who = _not_local(request)
    with request.app.state.database.session() as db:
        _held(db, user_id, who.workspace_id)
        workspaces.join(db, user_id, who.workspace_id, role)
        audit.record(db, who, "change role", "user", user_id, role=role)
    return see_other("/admin")


def _held(db: Session, user_id: str, workspace_id: str) -> None:
    if db.get(Membership, (user_id, workspace_id)) is None:
        raise Refused(404, "There is no such member in your workspace.")


def _not_local(request: Request) -> Member:
    who = member(request)
    if who.local:
        raise Refused(409, "On your own computer there is one person only: start the server for a team to add others.")
    return who
