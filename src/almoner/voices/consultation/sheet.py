"""One sheet of a file as rows of text, with the places and limits of spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

EXCEL_CELL_LIMIT: Final = 32_767
"""Characters that a cell of Excel can hold (Microsoft, Excel specifications and limits)."""

MOST_BYTES: Final = 512 << 20
"""A file larger than this, packed or unpacked, is refused: 50,000 rows of 30 columns take about half of it."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a cell or row that a person should know; nothing was lost by it."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range of cells, rows and columns counted from 1, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def text(self) -> str:
        """The range as a spreadsheet writes it."""
        return f"{letters(self.first_column)}{self.first_row}:{letters(self.last_column)}{self.last_row}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet: (row number, cells), blank rows left out; `width` cells in each."""

    file_name: str
    sheet_name: str | None
    encoding: str | None
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    width: int
    blank_rows: int
    merges: tuple[Merge, ...]
    notes: tuple[Note, ...]


def letters(column: int) -> str:
    """Return the letters of a column counted from 1: 1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=20_000)
def column_number(text: str) -> int:
    """Return the number of a column from its letters, counted from 1."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def limit_note(length: int) -> str:
    """Return the note on a cell of at least the length that Excel can hold."""
    if length == EXCEL_CELL_LIMIT:
        return f"has {length:,} characters, the most that Excel keeps: the answer may have been cut before it came here"
    return f"has {length:,} characters, more than Excel can hold: do not save this file from Excel"
