"""Writing rows as a CSV file, whole or not at all; a text that a spreadsheet would take for a formula is kept a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from almoner.report.files import write_text
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
