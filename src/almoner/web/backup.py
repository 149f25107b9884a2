"""Backup and restore: every row of every table in one archive that SQLite and PostgreSQL both read, and the plans with it.

In: a database. Out: a zip archive with `manifest.json` (layout, version, rows and SHA-256 of each table) and `tables/*.jsonl`, read
in one transaction, so that it is one moment while the server goes on. A restore needs an empty database, and so moves a
laptop's SQLite to a team's PostgreSQL as well. Runs in a folder go along; those at an address have their own backups.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, Table, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from almoner.errors import InputFileError, OutputError
from almoner.version import VERSION
from almoner.web.database import engine_for, layout_of, open_database, upgrade
from almoner.web.settings import Settings
from almoner.web.tables import Base, Moment, now

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_ROWS_AT_ONCE: Final = 500
_PASSING: Final = frozenset({"sessions", "rate_counts"})
"""Tables that are worth nothing later: everybody signs in again after a restore."""


def back_up(settings: Settings, file: Path) -> dict[str, int]:
    """Write the archive and return the rows of each table; the file appears whole or not at all."""
    database = open_database(settings.database_url)
    part = file.with_name(f".{file.name}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            tables = _write_tables(archive, database.engine)
            for name, path in _run_files(settings):
                archive.write(path, f"runs/{name}")
            manifest = {
                "format": FORMAT,
                "almoner_version": VERSION,
                "layout": layout_of(database.engine),
                "made_at": now().isoformat(),
            }
            archive.writestr(_MANIFEST, json.dumps({**manifest, "tables": tables}, indent=1))
        part.replace(file)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    finally:
        part.unlink(missing_ok=True)
        database.close()
    return {name: table["rows"] for name, table in tables.items()}


def restore(settings: Settings, file: Path) -> dict[str, int]:
    """Fill an empty database from an archive and return the rows of each table; on an error nothing is changed in it.

    Raises:
        InputFileError: the file is no archive of ours, was changed, is of a newer release, or the database is not empty.
    """
    engine = engine_for(settings.database_url)
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            upgrade(engine)
            with engine.begin() as connection:
                _check_empty(connection)
                for table in Base.metadata.sorted_tables:
                    if table.name in manifest["tables"]:
                        _read_table(connection, archive, table, manifest["tables"][table.name], file)
                _set_sequences(connection)
            _restore_runs(settings, archive)
    except FileNotFoundError:
        raise InputFileError(f"There is no archive {file}.") from None
    except zipfile.BadZipFile:
        raise InputFileError(f"{file} is no archive that almoner backup made.") from None
    except SQLAlchemyError as error:
        raise InputFileError(f"{file} does not fit this release's tables: {str(error).splitlines()[0][:200]}.") from None
    finally:
        engine.dispose()
    return {name: table["rows"] for name, table in manifest["tables"].items()}


def _write_tables(archive: zipfile.ZipFile, engine: Any) -> dict[str, dict[str, Any]]:
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {"sqlite_begin": "BEGIN"}
    written: dict[str, dict[str, Any]] = {}
    with engine.connect().execution_options(**level) as connection, connection.begin():
        for table in Base.metadata.sorted_tables:
            if table.name in _PASSING:
                continue
            digest, rows = hashlib.sha256(), 0
            with archive.open(f"tables/{table.name}.jsonl", "w") as out:
                for row in connection.execute(select(table)).mappings():
                    line = (json.dumps({name: _as_text(value) for name, value in row.items()}, ensure_ascii=False) + "\n").encode()
                    out.write(line)
                    digest.update(line)
                    rows += 1
            written[table.name] = {"rows": rows, "sha256": digest.hexdigest()}
    return written


def _read_table(connection: Connection, archive: zipfile.ZipFile, table: Table, wanted: dict[str, Any], file: Path) -> None:
    digest, batch = hashlib.sha256(), []
    with archive.open(f"tables/{table.name}.jsonl") as lines:
        for line in lines:
            digest.update(line)
            batch.append(_row(table, json.loads(line)))
            if len(batch) == _ROWS_AT_ONCE:
                connection.execute(insert(table), batch)
                batch = []
    if batch:
        connection.execute(insert(table), batch)
    if digest.hexdigest() != wanted["sha256"]:
        raise InputFileError(f"{file}: the table {table.name} has been changed since it was written.")


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        known = manifest["format"] <= FORMAT and isinstance(manifest["tables"], dict)
    except (KeyError, ValueError, TypeError):
        raise InputFileError(f"{file} is no archive that almoner backup made.") from None
    if not known:
        raise InputFileError(f"{file} was made by a newer Almoner ({manifest.get('almoner_version')}): install that release first.")
    return manifest


def _check_empty(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if table.name not in _PASSING and connection.scalar(select(func.count()).select_from(table)):
            raise InputFileError("The database is not empty: restore into a new --data folder or a new database.")


def _set_sequences(connection: Connection) -> None:
    """Let numbered rows go on after the highest, where the database counts apart from the table."""
    if connection.dialect.name == "postgresql":
        counter = "pg_get_serial_sequence('audit_log', 'id')"
        connection.execute(text(f"SELECT setval({counter}, (SELECT COALESCE(MAX(id), 0) + 1 FROM audit_log), false)"))


def _as_text(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def _row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    for column in table.columns:
        value = row.get(column.name)
        if value is not None and isinstance(column.type, LargeBinary):
            row[column.name] = base64.b64decode(value)
        elif value is not None and isinstance(column.type, Moment):
            row[column.name] = datetime.fromisoformat(value)
    return row


def _run_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    folder = Path(settings.runs)
    if "://" not in settings.runs and folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".tmp":
                yield path.relative_to(folder).as_posix(), path


def _restore_runs(settings: Settings, archive: zipfile.ZipFile) -> None:
    if "://" in settings.runs:
        return
    for name in archive.namelist():
        inside = PurePosixPath(name)
        if inside.parts[:1] == ("runs",) and ".." not in inside.parts and not name.endswith("/"):
            target = Path(settings.runs).joinpath(*inside.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
