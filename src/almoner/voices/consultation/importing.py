"""From an export and its mapping to answers, respondents and questions, with checks that nothing was lost or shifted.

In: a `Sheet` and a `Mapping`. Out: tables, and `checks`: counts, warnings and the hash of every cell that was taken in, computed
once from the sheet and once from the tables; the import stops if they differ.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from almoner.errors import InputFileError
from almoner.voices.consultation.cleaning import clean, status_of
from almoner.voices.consultation.mapping import Column, Mapping, check_headings
from almoner.voices.consultation.sheet import Sheet, column_number

NO_TYPE: Final = "Not stated"
_CHOICE_SEPARATOR: Final = "; "


@dataclass(frozen=True, slots=True)
class Imported:
    """What one export holds.

    answers: answer_id, respondent_id, question, row, column, raw, text, status, one row an answer that is not blank.
    respondents: respondent_id, source_id, row, type, and `about`, a JSON object of the demographic questions.
    closed: respondent_id, question, value. questions: question, kind, label, partner, column.
    """

    answers: pl.DataFrame
    respondents: pl.DataFrame
    closed: pl.DataFrame
    questions: pl.DataFrame
    checks: dict[str, Any]


def take_in(sheet: Sheet, mapping: Mapping, file_id: str) -> Imported:
    """Return what an export holds.

    Args:
        sheet: the rows of the file.
        mapping: what its columns are; the headings must agree.
        file_id: a short name of the file within the project, which begins the ids of its respondents and answers.

    Raises:
        InputFileError: headings differ, answers are merged, or the tables do not hold exactly the cells of the sheet.
    """
    check_headings(mapping, sheet, sheet.file_name)
    _refuse_merged_answers(sheet, mapping)
    if not mapping.of("open"):
        raise InputFileError(
            f"{sheet.file_name}: no column is known to hold answers in people's own words: write a mapping with --draft, set "
            f"the role of "
            "that column to open, and give it with --mapping."
        )
    rows = sheet.rows[mapping.header_rows :]
    if not rows:
        raise InputFileError(f"{sheet.file_name} has headings and no respondents below them.")
    identity = next(iter(mapping.of("respondent_id")), None)
    kind = next(iter(mapping.of("respondent_type")), None)
    demographics, open_columns = mapping.of("demographic"), mapping.of("open")
    answers: list[tuple[str, str, str, int, str, str, str, str]] = []
    respondents: list[tuple[str, str, int, str, str]] = []
    closed: list[tuple[str, str, str]] = []
    for number, cells in rows:
        respondent = f"{file_id}-{number:06d}"
        source = _cell(cells, identity).strip() if identity else ""
        about = {column.question: _cell(cells, column).strip() for column in demographics}
        about_text = json.dumps(about, ensure_ascii=False, sort_keys=True)
        type_text = _cell(cells, kind).strip() if kind else ""
        respondents.append((respondent, source, number, type_text or NO_TYPE, about_text))
        closed += [(respondent, question, value) for question, value in _closed(cells, mapping)]
        for column in open_columns:
            raw = _cell(cells, column)
            if not raw.strip():
                continue
            text = clean(raw)
            question = str(column.question)
            status = status_of(text)
            answers.append((f"{respondent}-{question}", respondent, question, number, column.column, raw, text, status))
    frame = pl.DataFrame(answers, schema=_ANSWERS, orient="row")
    digest = _same_cells(sheet, frame, rows, open_columns)
    people = pl.DataFrame(respondents, schema=_RESPONDENTS, orient="row")
    return Imported(
        answers=frame,
        respondents=people,
        closed=pl.DataFrame(closed, schema=_CLOSED, orient="row"),
        questions=_questions(mapping),
        checks=_checks(sheet, mapping, frame, people, digest),
    )


_ANSWERS: Final = {
    "answer_id": pl.String,
    "respondent_id": pl.String,
    "question": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "raw": pl.String,
    "text": pl.String,
    "status": pl.String,
}
_RESPONDENTS: Final = {
    "respondent_id": pl.String,
    "source_id": pl.String,
    "row": pl.Int64,
    "type": pl.String,
    "about": pl.String,
}
_CLOSED: Final = {"respondent_id": pl.String, "question": pl.String, "value": pl.String}


def cells_hash(cells: Iterable[tuple[int, str, str]]) -> str:
    """Return the SHA-256 of cells given as (row, column, text), in their order."""
    digest = hashlib.sha256()
    for row, column, text in cells:
        digest.update(f"{row}\0{column}\0{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _cell(cells: tuple[str, ...], column: Column) -> str:
    return cells[column_number(column.column) - 1]


def _closed(cells: tuple[str, ...], mapping: Mapping) -> list[tuple[str, str]]:
    found = [(str(column.question), _cell(cells, column).strip()) for column in mapping.of("closed")]
    ticked: dict[str, list[str]] = {}
    for column in mapping.of("choice"):
        if _cell(cells, column).strip():
            ticked.setdefault(str(column.question), []).append(str(column.option))
    found += [(question, _CHOICE_SEPARATOR.join(options)) for question, options in ticked.items()]
    return [(question, value) for question, value in found if value]


def _same_cells(
    sheet: Sheet, answers: pl.DataFrame, rows: tuple[tuple[int, tuple[str, ...]], ...], columns: tuple[Column, ...]
) -> str:
    """Return the hash of the answers' cells, which is the same from the sheet and from the table."""
    from_sheet = cells_hash(
        (number, column.column, _cell(cells, column))
        for number, cells in rows
        for column in columns
        if _cell(cells, column).strip()
    )
    from_table = cells_hash(answers.select("row", "column", "raw").iter_rows())
    if from_sheet != from_table or answers["answer_id"].n_unique() != answers.height:
        raise InputFileError(
            f"{sheet.file_name}: the answers taken in are not those of the file; nothing was imported. Please report this."
        )
    return from_table


def _refuse_merged_answers(sheet: Sheet, mapping: Mapping) -> None:
    first = sheet.rows[mapping.header_rows - 1][0] if len(sheet.rows) >= mapping.header_rows else 0
    taken = {column_number(column.column) for column in mapping.columns if column.role not in ("ignore", "personal")}
    for merge in sheet.merges:
        if merge.last_row > first and any(merge.first_column <= column <= merge.last_column for column in taken):
            raise InputFileError(
                f"{sheet.file_name}: cells {merge.text} are merged, so it cannot be told whose answer it is: "
                "unmerge them and write the answer in the right row."
            )


def _questions(mapping: Mapping) -> pl.DataFrame:
    rows: dict[str | None, tuple[str | None, ...]] = {}
    for column in mapping.of("open", "closed", "choice", "demographic"):
        rows.setdefault(
            column.question, (column.question, column.role, column.label or column.header, column.partner, column.column)
        )
    names = ("question", "kind", "label", "partner", "column")
    return pl.DataFrame(list(rows.values()), schema=dict.fromkeys(names, pl.String), orient="row")


def _checks(sheet: Sheet, mapping: Mapping, answers: pl.DataFrame, respondents: pl.DataFrame, digest: str) -> dict[str, Any]:
    ids = Counter(source for source in respondents["source_id"] if source)
    twice = sorted(source for source, count in ids.items() if count > 1)
    warnings = [f"{note.place} {note.what}" for note in sheet.notes]
    if mapping.of("respondent_id"):
        warnings += [f"id '{source}' stands in {ids[source]} rows: each row is kept as a respondent" for source in twice]
        without = respondents.filter(pl.col("source_id") == "").height
        warnings += [f"{without:,} rows have no id: they are kept and known by their row"] if without else []
    return {
        "file": sheet.file_name,
        "sheet": sheet.sheet_name,
        "encoding": sheet.encoding,
        "format": mapping.format,
        "respondents": respondents.height,
        "blank_rows": sheet.blank_rows,
        "answers": answers.height,
        "answers_by_question": dict(sorted(Counter(answers["question"]).items())),
        "answers_by_status": dict(sorted(Counter(answers["status"]).items())),
        "repeated_ids": twice,
        "personal_columns_left_out": [column.column for column in mapping.of("personal")],
        "cells_sha256": digest,
        "warnings": warnings,
    }
