"""The first steps of a consultation: import an export, confirm what to redact, choose themes and find what the themes miss.

In: a project and the user's files. Out: a `Step` each, new or found. Later steps use the redacted text only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from almoner.errors import InputFileError, OutputError
from almoner.voices.consultation import duplicates
from almoner.voices.consultation.cleaning import ANSWER
from almoner.voices.consultation.importing import take_in
from almoner.voices.consultation.mapping import Mapping, load_mapping, propose, to_yaml
from almoner.voices.consultation.names import vocabulary
from almoner.voices.consultation.project import Project, Step, StepMissing, csv_bytes, json_bytes, table_bytes
from almoner.voices.consultation.redaction import KINDS, candidates, redact
from almoner.voices.consultation.segments import sentences
from almoner.voices.consultation.spreadsheet import read_sheet
from almoner.voices.consultation.themes import load_themes
from almoner.voices.consultation.themes import to_yaml as themes_to_yaml

DECISIONS: Final = ("redact", "keep")
CAMPAIGN: Final = 5
"""Answers in a group of near-duplicates from which it is called a campaign."""

_CONTEXT_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class RedactionSummary:
    """How many candidates there are, of which kinds, and where a person decides on them."""

    candidates: int
    by_kind: dict[str, int]
    step: Step


def draft_mapping(file: Path, out: Path, sheet: str | None = None) -> Mapping:
    """Write a proposed mapping for a person to check.

    Raises:
        OutputError: `out` is there already or cannot be written.
    """
    mapping = propose(read_sheet(file, sheet))
    if out.exists():
        raise OutputError(f"'{out}' is there already: name another file with --draft, so that no mapping is lost.")
    try:
        out.write_text(to_yaml(mapping), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"'{out}' cannot be written: {(error.strerror or str(error)).lower()}.") from error
    return mapping


def import_file(
    project: Project, file: Path, mapping_file: Path | None = None, sheet: str | None = None, who: str | None = None
) -> Step:
    """Take an export into a project; the same file with the same mapping is taken in once.

    Raises:
        InputFileError: the file or the mapping cannot be used without losing or shifting an answer.
    """
    read = read_sheet(file, sheet)
    if mapping_file is not None:
        mapping = load_mapping(mapping_file)
    else:
        # The next export of the same survey uses the mapping that was kept.
        former = project.last("import")
        mapping = _former_mapping(former, read) or propose(read)
    settings = {
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "mapping": mapping.model_dump(mode="json"),
        "mapping_by": "file" if mapping_file is not None else "proposed",
    }
    if (done := project.find(project.key("import", settings, ()))) is not None:
        return done
    taken = take_in(read, mapping, f"f{len(project.steps('import')) + 1}")
    contents = {
        "answers.parquet": table_bytes(taken.answers),
        "respondents.parquet": table_bytes(taken.respondents),
        "closed.parquet": table_bytes(taken.closed),
        "questions.parquet": table_bytes(taken.questions),
        "checks.json": json_bytes(taken.checks),
        "mapping.yaml": to_yaml(mapping).encode(),
    }
    return project.write("import", settings, (), contents, who)


def find_candidates(project: Project) -> RedactionSummary:
    """Find what may have to be redacted in every answer, and write the sheet on which a person decides."""
    project.need("import", f"import FILE --project {project.folder}")
    imports = project.steps("import")
    key = project.key("candidates", {}, imports)
    step = project.find(key)
    if step is None:
        rows = []
        known = vocabulary(text for each in imports for text in each.table("answers")["text"])
        for each in imports:
            for answer_id, text in each.table("answers").select("answer_id", "text").iter_rows():
                for number, found in enumerate(candidates(text, known), 1):
                    context = text[max(0, found.start - _CONTEXT_CHARACTERS) : found.end + _CONTEXT_CHARACTERS].replace("\n", " ")
                    piece = text[found.start : found.end]
                    rows.append(
                        (f"{answer_id}-{number}", answer_id, found.start, found.end, found.kind, found.rule, piece, context, "")
                    )
        frame = pl.DataFrame(rows, schema=_CANDIDATES, orient="row")
        contents = {"candidates.parquet": table_bytes(frame), "candidates.csv": csv_bytes(_safe(frame))}
        step = project.write("candidates", {}, imports, contents)
    kinds = step.table("candidates")["kind"].to_list()
    return RedactionSummary(len(kinds), {kind: kinds.count(kind) for kind in KINDS if kind in kinds}, step)


_CANDIDATES: Final = {
    "candidate": pl.String,
    "answer_id": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "kind": pl.String,
    "rule": pl.String,
    "piece": pl.String,
    "context": pl.String,
    "decision": pl.String,
}


def confirm_redactions(project: Project, who: str, decisions: Path | Literal["all"]) -> Step:
    """Redact what a person confirmed and write the answers that all later steps use.

    Args:
        project: the project.
        who: the person who decided; recorded with the step.
        decisions: the sheet of candidates with `redact` or `keep` in each row, which may hold rows of the person's own
            (answer_id, piece, kind); or "all", where the person accepts every candidate.

    Raises:
        InputFileError: a row has no decision or another word, or names an answer or a piece that is not there.
    """
    found = find_candidates(project).step
    imports = project.steps("import")
    frame = found.table("candidates")
    if decisions == "all":
        pieces = [tuple(row) for row in frame.select("answer_id", "start", "end", "kind").iter_rows()]
    else:
        texts = {
            answer_id: text for each in imports for answer_id, text in each.table("answers").select("answer_id", "text").iter_rows()
        }
        pieces = _decided(decisions, frame, texts)
    settings = {"who": who, "pieces": sorted(list(piece) for piece in pieces), "candidates": frame.height}
    by_answer: dict[str, list[tuple[int, int, str]]] = {}
    for answer_id, start, end, kind in pieces:
        by_answer.setdefault(answer_id, []).append((start, end, kind))
    frames = []
    for each in imports:
        answers = each.table("answers").join(
            each.table("respondents").select("respondent_id", "type"), on="respondent_id", how="left"
        )
        texts_now = [
            redact(text, by_answer.get(answer_id, ())) for answer_id, text in answers.select("answer_id", "text").iter_rows()
        ]
        frames.append(answers.with_columns(pl.Series("text", texts_now, dtype=pl.String)).drop("raw"))
    contents = {
        "answers.parquet": table_bytes(pl.concat(frames)),
        "redactions.parquet": table_bytes(pl.DataFrame(sorted(pieces), schema=_PIECES, orient="row")),
    }
    summary = {**settings, "pieces": len(pieces), "pieces_sha256": hashlib.sha256(json_bytes(settings["pieces"])).hexdigest()}
    return project.write("redact", summary, (*imports, found), contents, who)


_PIECES: Final = {"answer_id": pl.String, "start": pl.Int64, "end": pl.Int64, "kind": pl.String}


def choose_themes(project: Project, name: str) -> Step:
    """Choose the themes, divide answers into sentences, and group near-duplicates.

    Raises:
        InputFileError: no answer says anything.
    """
    redacted = redacted_answers(project)
    themes = load_themes(name)
    settings = {"themes": json.loads(themes.model_dump_json())}
    if (done := project.find(project.key("themes", settings, (redacted,)))) is not None:
        return done
    answers = redacted.table("answers").filter(pl.col("status") == ANSWER)
    if answers.is_empty():
        raise InputFileError(
            f"No answer in '{project.folder}' says anything that could be read for themes: see whether the mapping names the "
            "columns of people's own words."
        )
    rows = [
        (answer_id, number, span.start, span.end)
        for answer_id, text in answers.select("answer_id", "text").iter_rows()
        for number, span in enumerate(sentences(text))
    ]
    names = {"answer_id": pl.String, "sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64}
    contents = {
        "themes.yaml": themes_to_yaml(themes).encode(),
        "sentences.parquet": table_bytes(pl.DataFrame(rows, schema=names, orient="row")),
        "groups.parquet": table_bytes(_groups(answers)),
    }
    return project.write("themes", settings, (redacted,), contents)


def redacted_answers(project: Project) -> Step:
    """Return the step with the redacted answers of every file that was imported.

    Raises:
        StepMissing: nobody confirmed the redactions, or a file was imported since.
    """
    step = project.need("redact", f"redact {project.folder} --decisions FILE --by NAME (or --accept-all)")
    now = {each.id: each.hash for each in project.steps("import")}
    if now != {name: digest for name, digest in step.uses.items() if name.endswith("-import")}:
        raise StepMissing(
            f"A file was imported into '{project.folder}' after the redactions were confirmed: give almoner consultation "
            f"redact again."
        )
    return step


def _former_mapping(former: Step | None, read: Any) -> Mapping | None:
    if former is None:
        return None
    from almoner.voices.consultation.mapping import check_headings

    mapping = Mapping.model_validate(former.settings["mapping"])
    try:
        check_headings(mapping, read, read.file_name)
    except InputFileError:
        return None
    return mapping


def _groups(answers: pl.DataFrame) -> pl.DataFrame:
    """Return one row a near-duplicate answer: its group, similarity to the template, and whether it stands for the group."""
    rows = []
    for question in sorted(answers["question"].unique()):
        own = answers.filter(pl.col("question") == question).sort("answer_id")
        ids, texts = own["answer_id"].to_list(), own["text"].to_list()
        for group in duplicates.groups(texts):
            for place, (member, similarity) in enumerate(zip(group.members, group.similarity, strict=True)):
                campaign = len(group.members) >= CAMPAIGN
                rows.append((ids[member], question, f"{question}-{group.id}", len(group.members), campaign, similarity, place == 0))
    names = {
        "answer_id": pl.String,
        "question": pl.String,
        "group": pl.String,
        "size": pl.Int64,
        "campaign": pl.Boolean,
        "similarity": pl.Float64,
        "stands_for_all": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=names, orient="row")


def _decided(path: Path, frame: pl.DataFrame, texts: dict[str, str]) -> list[tuple[str, int, int, str]]:
    sheet = read_sheet(path)
    header = [cell.strip().casefold() for cell in sheet.rows[0][1]]
    missing = [name for name in ("candidate", "answer_id", "kind", "piece", "decision") if name not in header]
    if missing:
        raise InputFileError(f"{path} has no column '{missing[0]}': give back the sheet of candidates with its headings.")
    known = {row["candidate"]: row for row in frame.iter_rows(named=True)}
    left = set(known)
    pieces: list[tuple[str, int, int, str]] = []
    for number, cells in sheet.rows[1:]:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        where = f"{path}, row {number}"
        decision = row["decision"].casefold()
        if decision not in DECISIONS:
            raise InputFileError(f"{where}: the decision is '{row['decision']}': write redact or keep in every row.")
        if row["candidate"]:
            if row["candidate"] not in known:
                raise InputFileError(
                    f"{where}: there is no candidate '{row['candidate']}': leave the first column as it is, or empty in a row "
                    f"of your own."
                )
            left.discard(row["candidate"])
            if decision == "redact":
                of = known[row["candidate"]]
                pieces.append((of["answer_id"], of["start"], of["end"], of["kind"]))
        elif decision == "redact":
            pieces += _own_pieces(row, texts, where)
    if left:
        raise InputFileError(f"{path} lacks {len(left):,} of the candidates, such as '{min(left)}': give back the whole sheet.")
    return _without_overlaps(pieces)


def _own_pieces(row: dict[str, str], texts: dict[str, str], where: str) -> list[tuple[str, int, int, str]]:
    """Return every place of a piece that a person found."""
    text, piece = texts.get(row["answer_id"]), row["piece"].removeprefix("'")
    if text is None or not piece or piece not in text:
        raise InputFileError(
            f"{where}: '{row['piece']}' does not stand in answer '{row['answer_id']}': write it as it stands there."
        )
    if row["kind"] not in KINDS:
        raise InputFileError(f"{where}: the kind is '{row['kind']}': choose {', '.join(KINDS)}.")
    found = []
    place = text.find(piece)
    while place >= 0:
        found.append((row["answer_id"], place, place + len(piece), row["kind"]))
        place = text.find(piece, place + len(piece))
    return found


def _without_overlaps(pieces: list[tuple[str, int, int, str]]) -> list[tuple[str, int, int, str]]:
    """Return pieces of which those that overlap are joined."""
    kept: list[tuple[str, int, int, str]] = []
    for piece in sorted(pieces):
        former = kept[-1] if kept else None
        if former and former[0] == piece[0] and piece[1] < former[2]:
            kept[-1] = (former[0], former[1], max(former[2], piece[2]), former[3])
        else:
            kept.append(piece)
    return kept


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose texts no spreadsheet runs as formulas."""
    formula = r"^ *[=+\-@\t\r]"
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(formula)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name in ("piece", "context")
    )
