"""Reading a CSV or Excel file as rows of text, cell by cell, without losing, shifting or running anything in it.

In: a path. Out: a `Sheet`: every row that is not blank with its number as a spreadsheet shows it, every cell as text, and notes
on what was met (formulas, cells at Excel's limit, merged headers). What could lose or shift an answer stops the reading with one
sentence: rows of the wrong width, broken quotes, an unknown encoding, merged answers, a file that unpacks to far more than it
holds.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from almoner.errors import InputFileError
from almoner.voices.consultation.sheet import EXCEL_CELL_LIMIT, MOST_BYTES, Note, Sheet, letters, limit_note
from almoner.voices.consultation.workbook_reading import read_workbook

_MOST_CELL_CHARACTERS: Final = 10_000_000
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"


def read_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """Return the rows of a CSV or Excel file.

    Args:
        path: the file; what it is is told by its first bytes, not by its name.
        sheet: the name of the sheet of a workbook; needed only where several might hold the answers.

    Raises:
        InputFileError: the file is missing, is of another kind, or cannot be read without losing or shifting a cell.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
        size = path.stat().st_size
    except FileNotFoundError:
        raise InputFileError(f"There is no file {path}.") from None
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if size > MOST_BYTES:
        raise InputFileError(f"{path} is larger than {MOST_BYTES >> 20:,} MB: divide it and import the parts one after another.")
    if start.startswith(_OLD_EXCEL):
        raise InputFileError(
            f"{path} is an old Excel file (.xls) or has a password: save it as .xlsx without a password and try again."
        )
    if start.startswith(_ZIP):
        return read_workbook(path, sheet)
    if sheet is not None:
        raise InputFileError(f"{path} is text, which has no sheets: leave out --sheet.")
    return _read_csv(path)


def _read_csv(path: Path) -> Sheet:
    text, encoding = _decode(path)
    delimiter = _delimiter(text)
    rows: list[tuple[int, tuple[str, ...]]] = []
    blank = 0
    width = 0
    for number, record in enumerate(_records(path, text, delimiter), 1):
        if not any(cell.strip() for cell in record):
            blank += 1
            continue
        if not rows:
            width = len(record)
        elif len(record) != width:
            raise InputFileError(
                f"{path}, row {number} has {len(record)} cells and the heading has {width}: an answer with a comma, line break or "
                "quote in it is not in quotes; export the file again or mend that row."
            )
        rows.append((number, tuple(record)))
    if not rows:
        raise InputFileError(f"{path} is empty.")
    notes = list(_cell_notes(rows))
    if _looks_decoded_twice(text):
        notes.append(Note("file", "has signs of a wrong encoding before it came here (such as â€™ for an apostrophe)"))
    return Sheet(path.name, None, encoding, tuple(rows), width, blank, (), tuple(notes))


def _decode(path: Path) -> tuple[str, str]:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in raw:
        raise InputFileError(f"{path} is not text that can be read (it holds zero bytes): save it as CSV UTF-8 and try again.")
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            place = raw.count(b"\n", 0, error.start) + 1
    raise InputFileError(f"{path}, line {place} is neither UTF-8 nor Windows text: save it as CSV UTF-8 and try again.")


def _delimiter(text: str) -> str:
    """Return the one of comma, semicolon and tab that divides the first record into most cells."""
    counts = {}
    for delimiter in (",", ";", "\t"):
        reader = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter)
        try:
            counts[delimiter] = max((len(record) for record, _ in zip(reader, range(2), strict=False)), default=1)
        except csv.Error:
            counts[delimiter] = 1
    return max(counts, key=lambda delimiter: counts[delimiter])


def _records(path: Path, text: str, delimiter: str) -> Iterator[list[str]]:
    former = csv.field_size_limit(_MOST_CELL_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        reason = "a quotation mark is never closed" if "unexpected end" in str(error) else str(error)
        raise InputFileError(f"{path}, line {reader.line_num}: {reason}; export the file again or mend that line.") from None
    finally:
        csv.field_size_limit(former)


def _cell_notes(rows: list[tuple[int, tuple[str, ...]]]) -> Iterator[Note]:
    for number, cells in rows:
        for column, cell in enumerate(cells, 1):
            if len(cell) >= EXCEL_CELL_LIMIT:
                yield Note(f"{letters(column)}{number}", limit_note(len(cell)))


def _looks_decoded_twice(text: str) -> bool:
    return bool(re.search("â€[™œ\x9d\u201c“”˜]|Ã[©¨¢]|Â£", text))
