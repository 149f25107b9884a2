"""Grades, and an employer's own file of what each grade pays.

In: a text about pay, and a CSV with the columns employer, grade, minimum, maximum and, optionally, period. Out: the grade as
stated, and pounds for it where the file has that employer's grade. Without a file a grade alone stays unknown.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from almoner.errors import InputFileError
from almoner.reference.area_names import plain_name
from almoner.voices.adverts.advert import ScalePay
from almoner.voices.adverts.passages import plain
from almoner.voices.adverts.pay_tokens import tokens
from almoner.voices.adverts.pay_words import Kind
from almoner.voices.adverts.source import open_source

_CODE: Final = re.compile(r"(?:band|grade|gr|g|b|so|po|scp|scale|njc|afc|sc|ms)\s?\d", re.IGNORECASE)
# A quick look before the tokens are made: without one of these no grade is stated.
_STEM: Final = re.compile(r"band|grade|scale|scp|spin|level|tier|point|afc|njc|jnc|step|gr|bd|\b[a-z]{1,3}[0-9]", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"\d+[a-d]?", re.IGNORECASE)
_COLUMNS: Final = ("employer", "grade", "minimum", "maximum")
_PERIODS: Final = ("annual", "hourly", "daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Scales:
    """What grades pay: pounds by plain employer's name and grade number."""

    pay: dict[tuple[str, str], ScalePay]

    def of(self, employer: str | None, grade: str | None) -> ScalePay | None:
        """Return the pay from the lowest to the highest number of a stated grade, when the file has all of them."""
        if not employer or not grade:
            return None
        found = [self.pay.get((plain_name(employer), number.lower())) for number in _NUMBERS.findall(grade)]
        known = [each for each in found if each is not None]
        if not known or len(known) < len(found):
            return None
        return ScalePay(min(e.minimum for e in known), max(e.maximum for e in known), known[0].period, known[0].source)


def find_grade(text: str) -> tuple[str, int, int] | None:
    """Return the first grade, band or spine point that a text states, with its offsets."""
    if not _STEM.search(text):
        return None
    shown = plain(text)
    for token in tokens(shown.text):
        if token.kind is not Kind.GRADE or token.name == "letter":
            continue
        start, end = shown.back(token.start, token.end)
        words = text[start:end]
        if token.name == "scheme" or _CODE.fullmatch(words):
            return words, start, end
    return None


def load_scales(path: Path) -> Scales:
    """Return the scale file at `path`.

    Raises:
        InputFileError: a column is missing, a row has another number of cells, or an amount is no number.
    """
    source = open_source(path)
    rows = list(csv.reader(io.StringIO(source.text, newline="")))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    missing = [name for name in _COLUMNS if name not in header]
    if missing:
        raise InputFileError(f"The scale file '{source.name}' has no column '{missing[0]}': it needs {', '.join(_COLUMNS)}.")
    pay: dict[tuple[str, str], ScalePay] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise InputFileError(
                f"The scale file '{source.name}' has {len(row)} cells in row {number} and {len(header)} in its header."
            )
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        grade = _NUMBERS.search(cells["grade"])
        period = cells.get("period", "") or "annual"
        if grade is None or period not in _PERIODS:
            what = (
                f"the period '{period}': choose {', '.join(_PERIODS)}"
                if grade
                else f"the grade '{cells['grade']}': give its number"
            )
            raise InputFileError(f"The scale file '{source.name}' has in row {number} {what}.")
        low, high = (_pounds(cells[name], source.name, number) for name in ("minimum", "maximum"))
        key = (plain_name(cells["employer"]), grade.group().lower())
        pay[key] = ScalePay(low, high, period, f"{source.name}, row {number}")  # type: ignore[arg-type]
    return Scales(pay)


def _pounds(cell: str, name: str, row: int) -> float:
    try:
        return float(cell.replace("£", "").replace(",", ""))
    except ValueError:
        raise InputFileError(f"The scale file '{name}' has in row {row} the amount '{cell}': give pounds as a number.") from None
