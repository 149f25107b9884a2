"""Reading one sheet of an Excel workbook (.xlsx) row by row, with checks against files made to harm or to mislead.

Formulas are never run: a cell keeps the result that was saved with it; where there is none, or it is an error (an answer that began
with '=' or '-' and that Excel took for a formula), the words of the formula are the answer. Merged answers stop the reading.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from almoner.errors import InputFileError, NotFoundError
from almoner.voices.consultation.libraries import library
from almoner.voices.consultation.sheet import (
    EXCEL_CELL_LIMIT,
    MOST_BYTES,
    Merge,
    Note,
    Sheet,
    column_number,
    letters,
    limit_note,
)

_MOST_RATIO: Final = 200
_RATIO_FROM_BYTES: Final = 64 << 20
_MOST_MEMBERS: Final = 10_000
_ANSWER_SHEETS: Final = ("responses", "response data", "data", "raw data", "answers", "export", "sheet1")
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_PLACE: Final = re.compile(rb'<(?:\w+:)?(?:row|c)\s(?:[^>]*?\s)?r="(?P<column>[A-Z]*)(?P<row>[0-9]+)"')
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CHUNK: Final = 1 << 20


def read_workbook(path: Path, wanted: str | None) -> Sheet:
    """Return the rows of one sheet; see `spreadsheet.read_sheet`."""
    openpyxl = library("openpyxl", "to read Excel files")
    _check_archive(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl lets many kinds through for a broken file
        raise InputFileError(f"{path} is no Excel workbook that can be read ({error}): save it again as .xlsx.") from None
    try:
        name = _choose(path, book, wanted)
        worksheet = book[name]
        merges = _merges(path, worksheet)
        rows, blank, formulas, notes = _rows(path, worksheet)
    except (zipfile.BadZipFile, EOFError, SyntaxError, ValueError, KeyError) as error:
        raise InputFileError(f"{path} is damaged ({error}): save it again as .xlsx.") from None
    finally:
        book.close()
    if not rows:
        raise InputFileError(f"{path}, sheet '{name}' is empty.")
    if formulas:
        rows, found = _with_results(path, openpyxl, name, rows, formulas)
        notes += found
    width = max(len(cells) for _, cells in rows)
    padded = tuple((number, tuple(cells) + ("",) * (width - len(cells))) for number, cells in rows)
    return Sheet(path.name, name, None, padded, width, blank, merges, tuple(notes))


def _check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to far more than it holds, or that defines its own XML entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            worst = max((member.file_size / max(1, member.compress_size) for member in members), default=0.0)
            if total > MOST_BYTES or len(members) > _MOST_MEMBERS or (total > _RATIO_FROM_BYTES and worst > _MOST_RATIO):
                raise InputFileError(
                    f"{path} unpacks to {total >> 20:,} MB, {worst:,.0f} times its size in one part: it was not read, because "
                    f"it looks "
                    "made to fill the memory; save the answers as CSV."
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as file:
                        if re.search(rb"<!(DOCTYPE|ENTITY)", file.read(4096)):
                            raise InputFileError(f"{path} defines XML entities, which no workbook needs: it was not read.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise InputFileError(f"{path} is damaged or has a password ({error}): save it again as .xlsx.") from None


def _choose(path: Path, book: Any, wanted: str | None) -> str:
    names = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
        if wanted not in names:
            raise NotFoundError("sheet", wanted, names, str(path))
        return wanted
    shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(shown) == 1:
        return str(shown[0])
    likely = [name for name in shown if name.strip().casefold() in _ANSWER_SHEETS]
    if len(likely) == 1:
        return str(likely[0])
    raise InputFileError(f"{path} has several sheets ({', '.join(names)}): name the one with the answers with --sheet.")


def _merges(path: Path, worksheet: Any) -> tuple[Merge, ...]:
    """Return the merged ranges, which stand after the rows in the sheet's XML; refuse rows or cells that are out of order.

    A reader that goes row by row would drop a cell that comes after its place.
    """
    found: list[Merge] = []
    row = column = 0
    with zipfile.ZipFile(path) as archive, archive.open(worksheet._worksheet_path) as file:  # openpyxl has no public name for it
        kept = b""
        while chunk := file.read(_CHUNK):
            text = kept + chunk
            end = max(text.rfind(b"<"), 0)
            for match in _PLACE.finditer(text, 0, end):
                letters_, number = match["column"], int(match["row"])
                now = column_number(letters_.decode()) if letters_ else 0
                if (letters_ and (number != row or now <= column)) or (not letters_ and number <= row):
                    place = f"{letters_.decode()}{number}" if letters_ else f"row {number}"
                    raise InputFileError(
                        f"{path}: {place} is out of order in the file, so a cell could be lost: save it again as .xlsx."
                    )
                row, column = number, now
            for match in _MERGE.finditer(text, 0, end):
                first, top, last, bottom = (part.decode() for part in match.groups())
                found.append(Merge(int(top), int(bottom), column_number(first), column_number(last)))
            kept = text[end:]
    return tuple(found)


def _rows(path: Path, worksheet: Any) -> tuple[list[tuple[int, list[str]]], int, list[tuple[int, int]], list[Note]]:
    worksheet.reset_dimensions()
    rows: list[tuple[int, list[str]]] = []
    formulas: list[tuple[int, int]] = []
    notes: list[Note] = []
    blank = 0
    for number, cells in enumerate(worksheet.iter_rows(), 1):
        texts = []
        for column, cell in enumerate(cells, 1):
            value = cell.value
            if value is None:
                texts.append("")
                continue
            if cell.data_type == "f":
                formulas.append((number, column))
            elif cell.data_type == "e":
                notes.append(Note(f"{letters(column)}{number}", f"holds the error {value}"))
            text = cell_text(value)
            if len(text) >= EXCEL_CELL_LIMIT:
                notes.append(Note(f"{letters(column)}{number}", limit_note(len(text))))
            texts.append(text)
        while texts and not texts[-1]:
            texts.pop()
        if any(text.strip() for text in texts):
            rows.append((number, texts))
        else:
            blank += 1
    return rows, blank, formulas, notes


def _with_results(
    path: Path, openpyxl: Any, name: str, rows: list[tuple[int, list[str]]], formulas: list[tuple[int, int]]
) -> tuple[list[tuple[int, list[str]]], list[Note]]:
    """Put the saved results in place of formulas; where there is none or an error, keep the formula's words."""
    wanted = set(formulas)
    results: dict[tuple[int, int], Any] = {}
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        worksheet = book[name]
        worksheet.reset_dimensions()
        for number, cells in enumerate(worksheet.iter_rows(), 1):
            for column, cell in enumerate(cells, 1):
                if (number, column) in wanted and cell.value is not None and cell.data_type != "e":
                    results[number, column] = cell.value
    finally:
        book.close()
    notes = []
    at = dict(rows)
    for number, column in formulas:
        place = f"{letters(column)}{number}"
        if (number, column) in results:
            at[number][column - 1] = cell_text(results[number, column])
            notes.append(Note(place, "is a formula: the result that was saved with it is used"))
        else:
            notes.append(Note(place, "is a formula without a result: its words are kept as the answer"))
    return rows, notes


def cell_text(value: object) -> str:
    """Return a cell's value as text: whole numbers without a point, dates as YYYY-MM-DD, Excel's escapes undone."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(getattr(value, "text", value))
