"""Adverts in a CSV file, a row each, with the name of the cell that states each field.

The delimiter and the columns are told from the header. A row with more or fewer cells than the header would shift every field after
the slip, so it stops the reading with its number; nothing is guessed. Formulas are text here and stay text when written.
"""

from __future__ import annotations

import csv
import io
from typing import Final

from almoner.errors import InputFileError
from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.html_text import plain_text
from almoner.voices.adverts.labels import field_of
from almoner.voices.adverts.passages import Passage

_LARGEST_CELL: Final = 2**24
_DELIMITERS: Final = ",;\t|"


def read_table(text: str, name: str) -> list[Draft]:
    """Return the adverts of a CSV file.

    Raises:
        InputFileError: no column is a title, two columns are one field, a row has another number of cells, or a quote never ends.
    """
    rows = _rows(text, name)
    if not rows:
        raise InputFileError(f"'{name}' is empty: give a CSV file with a header row and a row an advert.")
    (_, header), *body = rows
    columns = _columns(header, name)
    drafts = []
    for line, row in body:
        if len(row) != len(header):
            raise InputFileError(
                f"'{name}': the row that ends in line {line} has {len(row)} cells and the header {len(header)}: "
                "put cells that hold the delimiter or line breaks in double quotes."
            )
        draft = _draft(row, columns, line)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    previous = csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputFileError(f"'{name}' is not a whole CSV file in line {reader.line_num} ({error}): export it again.") from None
    finally:
        csv.field_size_limit(previous)


def _columns(header: list[str], name: str) -> dict[str, tuple[int, str]]:
    """Return the index and heading of each field's column."""
    found: dict[str, tuple[int, str]] = {}
    for index, heading in enumerate(header):
        wanted = field_of(heading)
        if wanted is None:
            continue
        if wanted in found:
            if field_of(found[wanted][1]) == wanted and heading.strip().casefold() == found[wanted][1].strip().casefold():
                raise InputFileError(f"'{name}' has two columns called '{heading}': keep one of them.")
            continue
        found[wanted] = (index, heading.strip())
    if "title" not in found:
        shown = ", ".join(f"'{heading.strip()[:40]}'" for heading in header[:6])
        raise InputFileError(f"'{name}' has no column of job titles among {shown}: call it 'title'.")
    return found


def _draft(row: list[str], columns: dict[str, tuple[int, str]], line: int) -> Draft | None:
    draft = Draft("table", (line, line))
    for name, (index, heading) in columns.items():
        cell = row[index]
        passage = plain_text(cell)
        passage = Passage(
            passage.text, passage.begins, passage.origins, passage.ends, passage.verbatim, f"line {line}, column {heading}"
        )
        draft.put(name, passage, f"column:{heading.lower()}")
    return draft if "title" in draft.fields else None
