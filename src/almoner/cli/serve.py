"""Commands for the web application: serve it, look after its accounts, back it up and restore it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, print_json
from almoner.errors import AlmonerError

if TYPE_CHECKING:
    from almoner.web.settings import Settings

DataFolder = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Folder of the server's data; one of your own if not given.")
]
ROLES = "viewer, analyst or administrator"

users_app = typer.Typer(help="The accounts of the web application.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(users_app, name="users")


@app.command(epilog="Examples: almoner serve · almoner serve --port 0 --no-browser · almoner serve --host 0.0.0.0 --https")
def serve(
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 for any that is free.", min=0, max=65_535)] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; 127.0.0.1 is this computer alone.")] = "127.0.0.1",
    data: DataFolder = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the first page in a browser.")] = True,
    single_user: Annotated[
        bool | None,
        typer.Option("--single-user/--accounts", help="Nobody signs in, or everybody does; by the address if not given."),
    ] = None,
    name: Annotated[list[str] | None, typer.Option("--name", help="A host name that the server answers to; repeatable.")] = None,
    https: Annotated[
        bool, typer.Option("--https", help="Browsers reach the server by HTTPS only: cookies are kept to it.")
    ] = False,
    proxy: Annotated[
        str | None,
        typer.Option("--proxy", metavar="ADDRESS", help="Address of a proxy before the server, whose headers are trusted."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes that carry out runs.", min=0, max=64)] = 1,
    warm: Annotated[bool, typer.Option("--warm/--no-warm", help="Make the first answers ready while nobody asks.")] = True,
) -> None:
    """Open the web application: on this computer without signing in, or for a team with accounts."""
    _check_installed()
    from almoner.web.settings import LOOPBACK, settings_for

    local = host in LOOPBACK
    alone = local if single_user is None else single_user
    names = tuple(name) if name else LOOPBACK if local else ("*",)
    settings = settings_for(data, single_user=alone, hosts=names, secure_cookies=https, workers=workers, warm=warm)
    if not alone:
        _check_accounts(settings)
    from almoner.web.serving import run

    run(settings, host, port, browser, proxy, _say)


@users_app.command(
    "add", epilog="Example: almoner users add ann@example.org --workspace Wakefield --role administrator --make-password"
)
def users_add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address that the person signs in with.")],
    workspace: Annotated[str, typer.Option("--workspace", help="The workspace to join; made if there is none of that name.")],
    role: Annotated[str, typer.Option("--role", help=f"The role in it: {ROLES}.")] = "viewer",
    name: Annotated[str, typer.Option("--name", help="The person's name.")] = "",
    make_password: Annotated[
        bool, typer.Option("--make-password", help="Make a password and print it; otherwise it is asked for, or read from a pipe.")
    ] = False,
    data: DataFolder = None,
) -> None:
    """Make an account, or give one that is there a role in another workspace."""
    from sqlalchemy import select

    settings = _settings(data)
    from almoner.web import accounts, audit, workspaces
    from almoner.web.database import open_database
    from almoner.web.tables import User

    database = open_database(settings.database_url)
    made = None
    with database.session() as db:
        user = db.scalar(select(User).where(User.email == email.strip().lower()))
        if user is None:
            password = made = _new_password() if make_password else None
            user = accounts.add(db, email, name, password or _asked_password(), workspace, role)
        else:
            workspaces.join(db, user.id, workspaces.named(db, workspace).id, role)
        joined = workspaces.named(db, workspace).id
        audit.record(db, None, "add member", "user", user.id, workspace_id=joined, role=role, by=audit.COMMAND_LINE)
        email = user.email
    database.close()
    typer.echo(f"{email} is {role} of {workspace}." + (f" Password: {made}" if made else ""))


@users_app.command("list", epilog="Example: almoner users list --json")
def users_list(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List the accounts with their workspaces and roles."""
    from sqlalchemy import select

    settings = _settings(data)
    from almoner.web import workspaces
    from almoner.web.database import open_database
    from almoner.web.tables import User

    database = open_database(settings.database_url)
    with database.reading() as db:
        rows: list[dict[str, Any]] = [
            {
                "email": user.email,
                "name": user.name,
                "closed": user.disabled_at is not None,
                "workspaces": {each.name: each.role for each in workspaces.belongings(db, user.id)},
            }
            for user in db.scalars(select(User).order_by(User.email))
        ]
    database.close()
    if as_json:
        print_json(rows)
        return
    for row in rows:
        held = ", ".join(f"{role} of {space}" for space, role in row["workspaces"].items()) or "no workspace"
        typer.echo(f"{row['email']} ({row['name']}): {held}{'; closed' if row['closed'] else ''}")
    if not rows:
        typer.echo("There are no accounts yet: almoner users add EMAIL --workspace NAME --role administrator")


@users_app.command("close", epilog="Example: almoner users close ann@example.org")
def users_close(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")],
    again: Annotated[bool, typer.Option("--open", help="Instead, open a closed account again.")] = False,
    data: DataFolder = None,
) -> None:
    """Close an account: its sessions end at once and it opens no more."""
    settings = _settings(data)
    from almoner.web import accounts
    from almoner.web.database import open_database

    database = open_database(settings.database_url)
    with database.session() as db:
        accounts.disable(db, accounts.find(db, email), closed=not again)
    database.close()
    typer.echo(f"The account of {email} is {'open' if again else 'closed'}.")


@users_app.command("password", epilog="Example: almoner users password ann@example.org --make-password")
def users_password(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The account's address.")],
    make_password: Annotated[bool, typer.Option("--make-password", help="Make a password and print it.")] = False,
    data: DataFolder = None,
) -> None:
    """Give an account a new password; its sessions end."""
    settings = _settings(data)
    from almoner.web import accounts
    from almoner.web.database import open_database

    password = _new_password() if make_password else _asked_password()
    database = open_database(settings.database_url)
    with database.session() as db:
        accounts.set_password(db, accounts.find(db, email), password)
    database.close()
    typer.echo(f"The password of {email} is changed." + (f" Password: {password}" if make_password else ""))


@app.command(epilog="Example: almoner backup almoner-backup.zip")
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write.")], data: DataFolder = None) -> None:
    """Write accounts, scenarios, files, runs and the audit log to one archive; the server may go on meanwhile."""
    settings = _settings(data)
    from almoner.web.backup import back_up

    rows = back_up(settings, file)
    typer.echo(
        f"{sum(rows.values()):,} rows of {len(rows)} tables are in {file}. It opens no session, but keep it as you keep the data."
    )


@app.command(epilog="Example: almoner restore almoner-backup.zip --data restored")
def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to read.")], data: DataFolder = None) -> None:
    """Fill an empty database, of either kind, from an archive."""
    settings = _settings(data)
    from almoner.web.backup import restore as fill

    rows = fill(settings, file)
    typer.echo(f"{sum(rows.values()):,} rows of {len(rows)} tables are restored. Everybody signs in again.")


_NEEDED = (
    *("fastapi", "uvicorn", "sqlalchemy", "alembic", "argon2", "authlib", "httpx2", "itsdangerous", "multipart"),
    *("sse_starlette", "prometheus_client", "structlog", "govuk_frontend_jinja"),
)


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise AlmonerError(f"The web application needs more packages ({', '.join(missing)}): install almoner[web].")


def _settings(data: Path | None) -> Settings:
    _check_installed()
    from almoner.web.settings import settings_for

    return settings_for(data, single_user=False)


def _check_accounts(settings: Settings) -> None:
    from sqlalchemy import select

    from almoner.web.database import open_database
    from almoner.web.sessions import LOCAL_ID
    from almoner.web.tables import Membership

    database = open_database(settings.database_url)
    with database.reading() as db:
        asked = select(Membership).where(Membership.role == "administrator", Membership.user_id != LOCAL_ID).limit(1)
        found = db.scalar(asked)
    database.close()
    if found is None:
        raise AlmonerError(
            "A server for a team needs an administrator first: almoner users add EMAIL --workspace NAME --role administrator "
            "(or --single-user to let in everybody who can reach it)."
        )


def _new_password() -> str:
    import secrets

    return secrets.token_urlsafe(15)


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _say(line: str) -> None:
    typer.echo(line)
    sys.stdout.flush()
