"""Writing rows as a CSV file, whole or not at all; a text that a spreadsheet would take for a formula is kept a text."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from almoner.errors import OutputError
from almoner.report.tables import Cell, safe


def csv_text(rows: Sequence[Mapping[str, Cell]]) -> str:
    """Return rows as CSV text under the keys of the first; None is an empty cell."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
        writer.writerows([[safe(value) for value in row.values()] for row in rows])
    return buffer.getvalue()


def write_csv(file: Path, rows: Sequence[Mapping[str, Cell]]) -> None:
    """Write rows to a CSV file by way of a temporary one beside it."""
    write_text(file, csv_text(rows))


def write_text(file: Path, text: str) -> None:
    """Write a text file by way of a temporary one beside it, so that it is never half there."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise OutputError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.") from error
