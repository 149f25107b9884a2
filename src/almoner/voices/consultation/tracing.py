"""From any number of a report to the words: its answers, the sentence behind each label, and the cell of the file."""

from __future__ import annotations

from typing import Any

import polars as pl

from almoner.errors import NotFoundError
from almoner.voices.consultation.counting import ALL, DISTINCT, Evidence, gather
from almoner.voices.consultation.project import Project


def trace(project: Project, number: str, limit: int | None = None) -> dict[str, Any]:
    """Return the number of the latest report called `number`, and the answers on which it rests.

    Args:
        project: a project with a report.
        number: the id of a share (n0012), or of an answer.
        limit: the most answers to return.

    Raises:
        NotFoundError: there is no such number or answer.
    """
    evidence = gather(project)
    if number in set(evidence.answers["answer_id"]):
        return {
            "answer_id": number,
            "answers": _with_words(project, evidence, evidence.answers.filter(pl.col("answer_id") == number), None),
        }
    report = project.need("report", f"report {project.folder} --out DIR")
    table = report.table("shares")
    row = next((row for row in table.iter_rows(named=True) if row["number"] == number), None)
    if row is None:
        raise NotFoundError("number", number, table["number"].to_list(), f"{report.id} of {project.folder}")
    if row["hidden"]:
        return {**row, "answers_behind": [], "note": "The group is small and is not shown."}
    own = members(evidence, row["question"], row["group"])
    labelled = evidence.labels.filter((pl.col("theme") == row["theme"]) & pl.col("answer_id").is_in(own["answer_id"].to_list()))
    behind = own.filter(
        pl.col("answer_id").is_in(labelled["answer_id"].to_list()) | pl.col("answer_id").is_in(list(evidence.audited))
    )
    found = _with_words(project, evidence, behind, row["theme"])
    # The labelled ones first, the surest at the top.
    found.sort(key=lambda each: (each["span"] is None, -(each["probability"] or 0.0), each["answer_id"]))
    return {**row, "answers_behind": found[:limit]}


def members(evidence: Evidence, question: str, group: str) -> pl.DataFrame:
    """Return the answers of a question that a group of the report holds."""
    own = evidence.answers.filter(pl.col("question") == question)
    if group == ALL:
        return own
    if group == DISTINCT:
        return own.filter(pl.col("stands_for_all"))
    column, _, value = group.partition(": ")
    return own.filter(pl.col(column) == value)


def _with_words(project: Project, evidence: Evidence, answers: pl.DataFrame, theme: str | None) -> list[dict[str, Any]]:
    files = {step.id: step.settings["file"] for step in project.steps("import")}
    by_file = {f"f{place}": name for place, name in enumerate(files.values(), 1)}
    codes = {row["answer_id"]: row for row in evidence.codes.iter_rows(named=True)}
    labels: dict[str, list[dict[str, Any]]] = {}
    for row in evidence.labels.filter(pl.col("answer_id").is_in(answers["answer_id"].to_list())).iter_rows(named=True):
        labels.setdefault(row["answer_id"], []).append(row)
    found = []
    for answer in answers.iter_rows(named=True):
        answer_id = answer["answer_id"]
        own = labels.get(answer_id, [])
        of = next((row for row in own if row["theme"] == theme), None)
        code = codes.get(answer_id)
        found.append(
            {
                "answer_id": answer_id,
                "file": by_file[answer_id.split("-", maxsplit=1)[0]],
                "row": answer["row"],
                "column": answer["column"],
                "text": answer["text"],
                "span": None if of is None else [of["start"], of["end"]],
                "words": None if of is None else answer["text"][of["start"] : of["end"]],
                "probability": None if of is None else of["probability"],
                "decision": None if of is None else of["decision"],
                "source": None if of is None else of["source"],
                "themes": {row["theme"]: answer["text"][row["start"] : row["end"]] for row in own},
                "audited": answer_id in evidence.audited,
                "coded": None if code is None else code["themes"],
                "coder": None if code is None else code["coder"],
            }
        )
    return found
