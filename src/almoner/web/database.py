"""The database: opened by a URL, brought to the newest layout by Alembic, used in short sessions.

SQLite runs in write-ahead mode, so that readers never wait for a writer, and with foreign keys on; PostgreSQL goes through psycopg.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from almoner.errors import AlmonerError
from almoner.web.settings import driver_named

_BUSY_MILLISECONDS: Final = 15_000
_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Database:
    """An open database. `with database.session() as db:` commits at the end, or takes everything back on an error."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._make = sessionmaker(engine, expire_on_commit=False)

        self._read = sessionmaker(engine.execution_options(sqlite_begin="BEGIN"), expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that may write: one transaction."""
        with self._make.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads; in SQLite it waits for nobody."""
        with self._read() as session:
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at a URL and bring it to the newest layout.

    Raises:
        AlmonerError: the URL is of no kind that is known, its driver is not installed, or nothing answers there.
    """
    engine = engine_for(url)
    try:
        upgrade(engine)
    except OperationalError as error:
        engine.dispose()
        reason = str(error.orig).strip().splitlines()[0].rstrip(".")
        raise AlmonerError(f"The database {engine.url.render_as_string()} cannot be used: {reason}.") from None
    return Database(engine)


def engine_for(url: str) -> Engine:
    """Return an engine for a URL, with SQLite set up as this application needs it."""
    unknown = AlmonerError("ALMONER_DATABASE_URL must begin with sqlite:/// or postgresql://, then say where.")
    if not driver_named(url).startswith(("sqlite:///", "postgresql+psycopg://")):
        raise unknown
    try:
        engine = create_engine(driver_named(url), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise unknown from None
    except ModuleNotFoundError as error:
        raise AlmonerError(f"The database needs the package {error.name}: install almoner[postgres].") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a layout, the newest unless told; one that has it is left as it is."""
    from alembic import command

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two servers that start together must not both make the tables.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4127)")
        command.upgrade(_alembic(connection), revision)


def layout_of(engine: Engine) -> str | None:
    """Return the revision of a database's layout, None where it has none."""
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _alembic(connection: Any) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _set_up_sqlite(connection: Any, record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite says how.
    connection.isolation_level = None
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MILLISECONDS}"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))
