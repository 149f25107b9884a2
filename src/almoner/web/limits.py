"""Limits on how often: counters in the database, in fixed windows, under keyed hashes so that no address or name is kept."""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.requests import Request

from almoner.web.problems import Refused
from almoner.web.settings import Settings
from almoner.web.tables import RateCount, now

_QUARTER_HOUR = 15 * 60
_MINUTE = 60


def hit(db: Session, settings: Settings, kind: str, who: str, most: int, seconds: int) -> None:
    """Count one try of `kind` by `who`, and refuse it when there were more than `most` in the window of `seconds`.

    Raises:
        Refused: status 429, with the seconds until the next window.
    """
    moment = time.time()
    window = int(moment // seconds)
    ends = (window + 1) * seconds
    key = hmac.new(settings.secret.encode(), f"{kind}:{seconds}:{who}".encode(), hashlib.sha256).hexdigest()
    values = {"key": key, "window": window, "count": 1, "expires_at": datetime.fromtimestamp(ends, UTC)}
    insert = _insert(db)(RateCount).values(values)
    counted = insert.on_conflict_do_update(index_elements=["key", "window"], set_={"count": RateCount.count + 1})
    count = db.execute(counted.returning(RateCount.count)).scalar_one()
    if count == 1:
        db.execute(delete(RateCount).where(RateCount.expires_at < now()))
    if count > most:
        db.commit()
        wait = max(1, int(ends - moment))
        raise Refused(429, f"That was tried too often: wait {_said(wait)} and try again.", wait)


def check_sign_in(db: Session, settings: Settings, address: str, email: str) -> None:
    """Count a try to sign in, by where it comes from and by whom it names."""
    most = settings.sign_ins_per_quarter_hour
    hit(db, settings, "sign-in-account", email.strip().lower(), most, _QUARTER_HOUR)
    hit(db, settings, "sign-in-address", address, 3 * most, _QUARTER_HOUR)


def check_requests(request: Request) -> None:
    """Count a request that changes something, by where it comes from; nobody is counted on their own laptop."""
    settings: Settings = request.app.state.settings
    if not settings.single_user:
        with request.app.state.database.session() as db:
            hit(db, settings, "change", address_of(request), settings.requests_per_minute, _MINUTE)


def address_of(request: Request) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


def _insert(db: Session) -> Any:
    if db.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as for_postgresql

        return for_postgresql
    from sqlalchemy.dialects.sqlite import insert as for_sqlite

    return for_sqlite


def _said(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 2 * _MINUTE else f"{-(-seconds // _MINUTE)} minutes"
