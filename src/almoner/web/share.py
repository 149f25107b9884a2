"""Share links: whoever has one reads one run or one scenario until it expires or is withdrawn, and nothing else.

A link's token is signed (itsdangerous), so that none can be made up, and names a row, so that it can be withdrawn. The database
alone opens none: the key that signs lies outside it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from almoner.errors import OutOfRangeError
from almoner.web import audit
from almoner.web.permissions import own
from almoner.web.problems import Refused
from almoner.web.sessions import Member
from almoner.web.settings import Settings
from almoner.web.tables import Job, ScenarioRow, ShareLink, now

KINDS: Final = ("run", "scenario")


def create(db: Session, who: Member, settings: Settings, kind: str, id: str, days: int) -> tuple[ShareLink, str]:
    """Make a link to a run or scenario of the member's workspace for some days; return it and its token."""
    if kind not in KINDS:
        raise Refused(404, "Only runs and scenarios can be shared.")
    if not 1 <= days <= settings.share_days_at_most:
        raise OutOfRangeError(f"A link can last 1 to {settings.share_days_at_most} days, not {days}.")
    own(_target(db, kind, id), who, kind)
    link = ShareLink(
        workspace_id=who.workspace_id,
        target_kind=kind,
        target_id=id,
        created_by=who.user_id,
        expires_at=now() + timedelta(days=days),
    )
    db.add(link)
    db.flush()
    audit.record(db, who, "share", kind, id, link=link.id, days=days)
    return link, token_of(settings, link.id)


def opened(db: Session, settings: Settings, token: str) -> tuple[ShareLink, Job | ScenarioRow]:
    """Return the link of a token and what it shows; one answer for made up, expired, withdrawn and gone."""
    try:
        named = _signer(settings).loads(token)
    except BadSignature:
        named = None
    link = db.get(ShareLink, named) if isinstance(named, str) else None
    if link is None or link.withdrawn_at is not None or link.expires_at <= now():
        raise Refused(404, "This link shows nothing: it was withdrawn, has expired or is not whole. Ask for a new one.")
    target = _target(db, link.target_kind, link.target_id)
    if target is None or target.workspace_id != link.workspace_id:
        raise Refused(404, "This link shows nothing: what it showed has been removed.")
    return link, target


def withdraw(db: Session, who: Member, id: str) -> ShareLink:
    """End a link at once."""
    link = own(db.get(ShareLink, id), who, "link")
    if link.withdrawn_at is None:
        link.withdrawn_at = now()
        audit.record(db, who, "withdraw share", link.target_kind, link.target_id, link=link.id)
    return link


def links_to(db: Session, who: Member, kind: str, id: str) -> list[ShareLink]:
    """Return the links to a thing that are still open, the newest first."""
    asked = select(ShareLink).where(
        ShareLink.workspace_id == who.workspace_id,
        ShareLink.target_kind == kind,
        ShareLink.target_id == id,
        ShareLink.withdrawn_at.is_(None),
        ShareLink.expires_at > now(),
    )
    return list(db.scalars(asked.order_by(ShareLink.created_at.desc())))


def token_of(settings: Settings, id: str) -> str:
    """Return the signed token of a link."""
    return str(_signer(settings).dumps(id))


def _target(db: Session, kind: str, id: str) -> Job | ScenarioRow | None:
    return db.get(Job, id) if kind == "run" else db.get(ScenarioRow, id)


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret, salt="share link")
