"""Workspaces and who belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from almoner.errors import AlmonerError, NotFoundError
from almoner.web.sessions import LOCAL_ID
from almoner.web.tables import ROLES, Membership, User, Workspace


@dataclass(frozen=True, slots=True)
class Belonging:
    """A workspace that a user belongs to."""

    workspace_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a workspace as its administrator sees them."""

    user_id: str
    name: str
    email: str
    role: str
    disabled: bool


def ensure_local(db: Session) -> None:
    """Make the user and the workspace of a laptop, if they are not there."""
    if db.get(Workspace, LOCAL_ID) is None:
        db.add(Workspace(id=LOCAL_ID, name="This computer"))
    if db.get(User, LOCAL_ID) is None:
        db.add(User(id=LOCAL_ID, email="local", name="This computer"))
        db.flush()
        db.add(Membership(user_id=LOCAL_ID, workspace_id=LOCAL_ID, role="administrator"))


def named(db: Session, name: str) -> Workspace:
    """Return the workspace of that name, made if there is none."""
    plain = " ".join(name.split())
    if not plain or len(plain) > 200:
        raise AlmonerError("A workspace needs a name of at most 200 characters.")
    found = db.scalar(select(Workspace).where(Workspace.name == plain))
    if found is None:
        found = Workspace(name=plain)
        db.add(found)
        db.flush()
    return found


def belongings(db: Session, user_id: str) -> list[Belonging]:
    """Return the workspaces of a user, those joined first first."""
    rows = db.execute(
        select(Workspace.id, Workspace.name, Membership.role)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.created_at, Workspace.name)
    )
    return [Belonging(*row) for row in rows]


def people(db: Session, workspace_id: str) -> list[Person]:
    """Return the members of a workspace by name."""
    rows = db.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id)
        .order_by(User.name, User.email)
    )
    return [Person(user.id, user.name, user.email, role, user.disabled_at is not None) for user, role in rows]


def join(db: Session, user_id: str, workspace_id: str, role: str) -> None:
    """Give a user a role in a workspace, in the place of the one they had; the last administrator stays one."""
    if role not in ROLES:
        raise NotFoundError("role", role, ROLES)
    held = db.get(Membership, (user_id, workspace_id))
    if held is None:
        db.add(Membership(user_id=user_id, workspace_id=workspace_id, role=role))
        return
    if held.role == "administrator" and role != "administrator":
        _check_not_last(db, workspace_id)
    held.role = role


def leave(db: Session, user_id: str, workspace_id: str) -> None:
    """Take a user out of a workspace; their sessions stop showing it at once."""
    held = db.get(Membership, (user_id, workspace_id))
    if held is None:
        raise AlmonerError("This person is not a member of the workspace.")
    if held.role == "administrator":
        _check_not_last(db, workspace_id)
    db.delete(held)


def _check_not_last(db: Session, workspace_id: str) -> None:
    count = select(func.count()).where(Membership.workspace_id == workspace_id, Membership.role == "administrator")
    if db.scalar(count) == 1:
        raise AlmonerError("A workspace keeps at least one administrator: make somebody else one first.")
