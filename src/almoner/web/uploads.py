"""Files that a workspace gives: an area's own figures, or its own pledges. Only what the reader lets through is kept, written anew.

Names of columns outside the reader's list never reach the database; a name of a file is cut to plain characters and is no path.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final, Literal, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from almoner.analysis.pledge_files import with_own
from almoner.analysis.pledges import Ledger, shipped_ledger
from almoner.errors import AlmonerError, InputFileError
from almoner.readers.own_figures import COLUMNS, OwnFigures, read_own_figures
from almoner.report.rows import csv_text
from almoner.web import audit
from almoner.web.permissions import own
from almoner.web.problems import Refused
from almoner.web.sessions import Member
from almoner.web.settings import Settings
from almoner.web.tables import Upload

Kind = Literal["own_figures", "pledges"]
Found = TypeVar("Found")

OWN_FIGURES: Final = "own_figures"
PLEDGES: Final = "pledges"
KIND_WORDS: Final = {OWN_FIGURES: "own figures", PLEDGES: "own pledges"}
MEDIA_TYPES: Final = frozenset(
    {"text/csv", "application/csv", "text/plain", "application/vnd.ms-excel", "application/octet-stream", ""}
)
"""What browsers call a CSV file; what it is, its content decides."""


def keep(
    db: Session, who: Member, settings: Settings, name: str, media_type: str, content: bytes, kind: Kind = "own_figures"
) -> Upload:
    """Read a file of own figures or pledges and keep what it says.

    Raises:
        Refused: it is too large, of another type, or the workspace is full.
        InputFileError: it has rows that cannot be used, each named with its line.
    """
    plain = plain_name(name)
    if len(content) > settings.largest_upload_bytes:
        raise Refused(413, f"{plain} is too large: at most {settings.largest_upload_bytes / (1 << 20):.0f} MB are taken.")
    if not plain.lower().endswith(".csv") or media_type.partition(";")[0].strip().lower() not in MEDIA_TYPES or b"\0" in content:
        raise Refused(415, f"{plain} is no CSV file: save the sheet as CSV (comma separated, UTF-8) and send that.")
    count = db.scalar(select(func.count()).where(Upload.workspace_id == who.workspace_id)) or 0
    if count >= settings.uploads_per_workspace:
        raise Refused(409, f"The workspace keeps {count} files, the most it may: remove one first.")
    text = (as_csv(_figures(plain, content)) if kind == OWN_FIGURES else _pledges_as_csv(plain, content)).encode()
    row = Upload(
        workspace_id=who.workspace_id,
        name=plain,
        kind=kind,
        size=len(text),
        sha256=hashlib.sha256(text).hexdigest(),
        content=text,
        created_by=who.user_id,
    )
    db.add(row)
    db.flush()
    audit.record(db, who, "upload", "upload", row.id, size=row.size)
    return row


def figures(db: Session, who: Member, id: str) -> OwnFigures:
    """Return the figures of a file of the workspace."""
    row = _of_kind(one(db, who, id), OWN_FIGURES)
    return _figures(row.name, row.content)


def pledges(db: Session, who: Member, id: str) -> tuple[Upload, Ledger, tuple[str, ...]]:
    """Return a file of pledges of the workspace, the ledger with its rows, and their ids."""
    row = _of_kind(one(db, who, id), PLEDGES)
    ledger = _in_file(row.name, row.content, lambda file: with_own([file]))
    return row, ledger, tuple(each for each in ledger.pledges if each not in shipped_ledger().pledges)


def one(db: Session, who: Member, id: str) -> Upload:
    """Return a file of the workspace."""
    return own(db.get(Upload, id), who, "file")


def kept(db: Session, who: Member, kind: Kind | None = None) -> list[Upload]:
    """Return the workspace's files, of one kind if that is given, the newest first."""
    asked = select(Upload).where(Upload.workspace_id == who.workspace_id).order_by(Upload.created_at.desc())
    if kind is not None:
        asked = asked.where(Upload.kind == kind)
    return list(db.scalars(asked))


def remove(db: Session, who: Member, id: str) -> None:
    """Remove a file; runs made with it keep the figures that they used."""
    db.delete(one(db, who, id))
    audit.record(db, who, "remove upload", "upload", id)


def as_csv(own_figures: OwnFigures) -> str:
    """Return figures in the columns that the reader knows; a figure that is not known stays a marker."""
    rows = [
        {
            "area": row.area_code,
            "service": row.service,
            "role": row.role or "",
            "filled_posts": "*" if row.filled_posts is None else row.filled_posts,
            "vacant_posts": "*" if row.vacant_posts is None else row.vacant_posts,
            "turnover_rate": "*" if row.turnover_rate is None else row.turnover_rate,
            "source": row.source,
            "date": row.date,
        }
        for row in own_figures.rows
    ]
    return csv_text([{column: row[column] for column in COLUMNS} for row in rows])


def plain_name(name: str) -> str:
    """Return the last part of a file's name with plain characters only."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    plain = "".join(each if each.isalnum() or each in "-_. " else "-" for each in last).strip(". ")
    return plain[-120:] or "file.csv"


def _of_kind(row: Upload, kind: str) -> Upload:
    if row.kind != kind:
        raise InputFileError(f"{row.name} is a file of {KIND_WORDS[row.kind]}: choose one of {KIND_WORDS[kind]}.")
    return row


def _in_file(name: str, content: bytes, read: Callable[[Path], Found]) -> Found:
    """Return what a reader of files makes of some content."""
    with tempfile.TemporaryDirectory(prefix="almoner-") as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            return read(file)
        except AlmonerError as error:
            raise InputFileError(str(error).replace(str(file), name)) from None


def _pledges_as_csv(name: str, content: bytes) -> str:
    """Return a file of pledges written anew; the reader has refused every column that it does not know."""
    _in_file(name, content, lambda file: with_own([file]))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if not rows:
        raise InputFileError(f"{name} holds no pledge: give a file with a row for each promised sum.")
    return csv_text([{column.strip(): value.strip() for column, value in row.items()} for row in rows])


def _figures(name: str, content: bytes) -> OwnFigures:
    found = _in_file(name, content, read_own_figures)
    if not found.rows:
        raise InputFileError(f"{name} has no figure that is known.")
    return found
