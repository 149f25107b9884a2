"""Files that a workspace gives: an area's own figures as CSV. Only what the reader lets through is kept, written out anew.

Names of columns outside the reader's list never reach the database; a name of a file is cut to plain characters and is no path.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from almoner.errors import AlmonerError, InputFileError
from almoner.readers.own_figures import COLUMNS, OwnFigures, read_own_figures
from almoner.report.rows import csv_text
from almoner.web import audit
from almoner.web.errors import Refused
from almoner.web.permissions import own
from almoner.web.sessions import Member
from almoner.web.settings import Settings
from almoner.web.tables import Upload

OWN_FIGURES: Final = "own_figures"
MEDIA_TYPES: Final = frozenset(
    {"text/csv", "application/csv", "text/plain", "application/vnd.ms-excel", "application/octet-stream", ""}
)
"""What browsers call a CSV file; what it is, its content decides."""


def keep(db: Session, who: Member, settings: Settings, name: str, media_type: str, content: bytes) -> Upload:
    """Read a file of own figures and keep what it says.

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
    text = as_csv(_read(plain, content)).encode()
    row = Upload(
        workspace_id=who.workspace_id,
        name=plain,
        kind=OWN_FIGURES,
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
    row = one(db, who, id)
    return _read(row.name, row.content)


def one(db: Session, who: Member, id: str) -> Upload:
    """Return a file of the workspace."""
    return own(db.get(Upload, id), who, "file")


def kept(db: Session, who: Member) -> list[Upload]:
    """Return the workspace's files, the newest first."""
    asked = select(Upload).where(Upload.workspace_id == who.workspace_id).order_by(Upload.created_at.desc())
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


def _read(name: str, content: bytes) -> OwnFigures:
    with tempfile.TemporaryDirectory(prefix="almoner-") as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            found = read_own_figures(file)
        except AlmonerError as error:
            raise InputFileError(str(error).replace(str(file), name)) from None
    if not found.rows:
        raise InputFileError(f"{name} has no figure that is known.")
    return found
