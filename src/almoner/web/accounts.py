"""Accounts: made, opened with a password (argon2id) or by OpenID Connect, changed and closed.

A password is never kept, only its argon2id hash at the library's recommended cost (RFC 9106). A wrong name takes as long as a
wrong password, so that neither tells which it was.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from almoner.errors import AlmonerError
from almoner.web import sessions, workspaces
from almoner.web.tables import User, now

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
_EMAIL: Final = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+")


def add(db: Session, email: str, name: str, password: str | None, workspace: str, role: str) -> User:
    """Make an account and give it a role in a workspace, which is made if there is none of that name.

    Raises:
        AlmonerError: the address is none, is taken, or the password is too short or too common in form.
    """
    address = _address(email)
    if db.scalar(select(User).where(User.email == address)) is not None:
        raise AlmonerError(f"There is an account for {address} already.")
    user = User(email=address, name=_name(name, address), password_hash=None if password is None else hashed(password))
    db.add(user)
    db.flush()
    workspaces.join(db, user.id, workspaces.named(db, workspace).id, role)
    return user


def with_password(db: Session, email: str, password: str) -> User | None:
    """Return the user whose address and password these are, or None; the same time passes either way."""
    from argon2.exceptions import InvalidHashError, VerificationError

    user = db.scalar(select(User).where(User.email == email.strip().lower()))
    kept = user.password_hash if user and user.password_hash else _of_nobody()
    try:
        _hasher().verify(kept, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return None
    if user is None or user.disabled_at is not None or user.password_hash is None:
        return None
    if _hasher().check_needs_rehash(user.password_hash):
        user.password_hash = _hasher().hash(password)
    return user


def by_subject(db: Session, issuer: str, subject: str, email: str | None, verified: bool, name: str | None) -> User:
    """Return whom a provider vouches for: known by subject, else by verified address, else made with a workspace of their own.

    An address that the provider has not verified opens no account that exists.
    """
    user = db.scalar(select(User).where(User.issuer == issuer, User.subject == subject))
    if user is None:
        address = _address(email or "")
        user = db.scalar(select(User).where(User.email == address))
        if user is not None and not verified:
            raise AlmonerError("Your provider has not verified your address: sign in with your password instead.")
        if user is None:
            user = add(db, address, name or "", None, f"{_name(name or '', address)} ({address})", "administrator")
        user.issuer, user.subject = issuer, subject
    if user.disabled_at is not None:
        raise AlmonerError("This account is closed: ask the administrator of your workspace.")
    return user


def set_password(db: Session, user: User, password: str) -> None:
    """Give a user a new password and close all their sessions."""
    user.password_hash = hashed(password)
    sessions.end_all(db, user.id)


def disable(db: Session, user: User, closed: bool = True) -> None:
    """Close an account, or open it again."""
    user.disabled_at = now() if closed else None
    sessions.end_all(db, user.id)


def find(db: Session, email: str) -> User:
    """Return the account of an address; one that is not there is an error with a remedy."""
    user = db.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise AlmonerError(f"There is no account for {email.strip()}: list them with almoner users list.")
    return user


def hashed(password: str) -> str:
    """Return the hash of a password that is long enough and not one character over and over."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AlmonerError(f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters: three words are easy to keep.")
    if len(set(password)) < 5:
        raise AlmonerError("A password needs at least five different characters.")
    return _hasher().hash(password)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _hasher().hash("a password that opens nothing")


def _address(email: str) -> str:
    address = email.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise AlmonerError(f"'{email.strip()[:60]}' is no email address: write it as name@example.org.")
    return address


def _name(name: str, address: str) -> str:
    return " ".join(name.split())[:150] or address.partition("@")[0]
