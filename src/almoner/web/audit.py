"""The audit log: who did what to what, written in the transaction that did it, so that neither is there without the other."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from almoner.web.sessions import Member
from almoner.web.tables import AuditEntry, User

MOST_SHOWN = 500
COMMAND_LINE = "command line"
"""What entries of commands at the keyboard say in `by`: nobody is signed in there."""


def record(
    db: Session,
    who: Member | None,
    action: str,
    target_kind: str | None = None,
    target_id: str | None = None,
    workspace_id: str | None = None,
    user_id: str | None = None,
    **detail: str | int | float | bool | None,
) -> None:
    """Add an entry. `who` is the member who acts; for signing in, where there is none yet, give `user_id`."""
    db.add(
        AuditEntry(
            user_id=who.user_id if who else user_id,
            workspace_id=workspace_id or (who.workspace_id if who else None),
            action=action,
            target_kind=target_kind,
            target_id=target_id,
            detail=detail,
        )
    )


def entries(db: Session, workspace_id: str, most: int = MOST_SHOWN) -> list[dict[str, object]]:
    """Return a workspace's newest entries, with the name of who acted where the account is still there."""
    found = db.execute(
        select(AuditEntry, User.name, User.email)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.workspace_id == workspace_id)
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    return [
        {
            "at": entry.at,
            "who": name or ("the command line" if entry.detail.get("by") == COMMAND_LINE else "an account that is gone"),
            "email": email or "",
            "action": entry.action,
            "target_kind": entry.target_kind,
            "target_id": entry.target_id,
            "detail": "; ".join(f"{key}: {value}" for key, value in entry.detail.items()),
        }
        for entry, name, email in found
    ]
