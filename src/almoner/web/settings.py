"""What a server is told when it starts: where its data lies, who may use it, and its limits.

In: the options of `almoner serve` and the environment (`ALMONER_DATABASE_URL`, `ALMONER_SECRET_KEY`, `ALMONER_OIDC_ISSUER`,
`ALMONER_OIDC_CLIENT_ID`, `ALMONER_OIDC_CLIENT_SECRET`). Out: a frozen `Settings` that every part reads and none changes.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from almoner.errors import AlmonerError, OutputError

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_SHORTEST_SECRET: Final = 32
_MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """An OpenID Connect provider and this server's registration with it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a server is told.

    `data` is a folder of the server's own; `database_url` is SQLAlchemy's; `runs` is a folder or an address that fsspec knows.
    `secret` signs tokens and must be kept when the server is moved. `single_user` asks nobody to sign in. `warm` makes first
    answers ready while nobody asks.
    """

    data: Path
    database_url: str
    runs: str
    secret: str = field(repr=False)
    single_user: bool = True
    hosts: tuple[str, ...] = LOOPBACK
    secure_cookies: bool = False
    workers: int = 1
    warm: bool = True
    threads_per_worker: int | None = None
    session_hours: int = 12
    sign_ins_per_quarter_hour: int = 10
    requests_per_minute: int = 600
    largest_upload_bytes: int = 2 * _MEBIBYTE
    largest_form_bytes: int = 256 * 1024
    uploads_per_workspace: int = 200
    scenarios_per_workspace: int = 500
    runs_waiting_per_member: int = 20
    most_draws: int = 256
    most_replicates: int = 32
    most_scenarios: int = 6
    share_days_at_most: int = 90
    open_id: OpenIdSettings | None = None


def default_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder in which this person's system keeps the data of programs, with Almoner's name."""
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "almoner"


def settings_for(
    data: Path | None = None,
    *,
    single_user: bool = True,
    hosts: tuple[str, ...] = LOOPBACK,
    secure_cookies: bool = False,
    workers: int = 1,
    warm: bool = True,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Return the settings of a server whose data lies in `data`, made if it is not there.

    Raises:
        OutputError: the folder cannot be made.
        AlmonerError: the secret is too short, or the provider of sign-ins is named only in part.
    """
    folder = (data or default_data_folder(environment)).expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be used for data: {(error.strerror or str(error)).lower()}.") from None
    return Settings(
        data=folder,
        database_url=driver_named(environment.get("ALMONER_DATABASE_URL") or f"sqlite:///{folder / 'almoner.sqlite'}"),
        runs=environment.get("ALMONER_RUNS") or str(folder / "runs"),
        secret=_secret(folder, environment),
        single_user=single_user,
        hosts=hosts,
        secure_cookies=secure_cookies,
        workers=workers,
        warm=warm,
        open_id=_open_id(environment),
    )


def driver_named(url: str) -> str:
    """Return a database's URL with the driver that Almoner uses, where only `postgresql://` is written."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _secret(folder: Path, environment: Mapping[str, str]) -> str:
    """Return the key that signs tokens: the environment's, or one kept in the data folder, readable by its owner only."""
    given = environment.get("ALMONER_SECRET_KEY")
    if given is not None:
        if len(given) < _SHORTEST_SECRET:
            raise AlmonerError(f"ALMONER_SECRET_KEY is too short: give at least {_SHORTEST_SECRET} characters by chance.")
        return given
    file = folder / "secret.key"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    return file.read_text(encoding="ascii").strip()


def _open_id(environment: Mapping[str, str]) -> OpenIdSettings | None:
    names = ("ALMONER_OIDC_ISSUER", "ALMONER_OIDC_CLIENT_ID", "ALMONER_OIDC_CLIENT_SECRET")
    given = [environment.get(name) for name in names]
    if not any(given):
        return None
    if missing := [name for name, value in zip(names, given, strict=True) if not value]:
        raise AlmonerError(f"To sign in by OpenID Connect also give {' and '.join(missing)}.")
    issuer, client, secret = (str(value) for value in given)
    return OpenIdSettings(issuer.rstrip("/"), client, secret)
