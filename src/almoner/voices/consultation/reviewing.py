"""The two queues that people code, and what they coded.

The *audit* queue is a simple random sample of the answers to a question, from which shares are estimated; it is blind (no machine
label is shown) and partly coded twice. The *unsure* queue is what the machine is least sure of; it teaches the machine and never
enters an estimate. Sheets are CSV files, one a coder; they come back as CSV or Excel.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from almoner.errors import InputFileError, NotFoundError, nearest
from almoner.voices.consultation.chance import in_random_order
from almoner.voices.consultation.positions import POSITIONS
from almoner.voices.consultation.sheet import Sheet
from almoner.voices.consultation.themes import ThemeSet

Queue = Literal["audit", "unsure"]
NONE: Final = "none"
TWICE_SHARE: Final = 0.1
ADJUDICATED: Final = "adjudicated"
"""A coder of this name settles what two others coded differently."""

SHEET_COLUMNS: Final = ("task", "coder", "question", "answer", "themes", "position", "note")


@dataclass(frozen=True, slots=True)
class Task:
    """One answer for one coder to code; `order` is its place in the random order of the question's audit."""

    task: str
    queue: Queue
    answer_id: str
    question: str
    coder: str
    order: int


def audit_tasks(
    answer_ids: Mapping[str, Sequence[str]], number: int, coders: Sequence[str], seed: int, twice: float = TWICE_SHARE
) -> list[Task]:
    """Return a random audit.

    Args:
        answer_ids: the answers to each question.
        number: answers to audit of each question; all, if there are fewer.
        coders: who codes; with two or more, a share of the answers goes to two of them.
        seed: decides the sample; a larger audit with the same seed holds the smaller one.
        twice: share of the sample that two people code.
    """
    tasks = []
    for question in sorted(answer_ids):
        order = in_random_order(seed, f"audit {question}", answer_ids[question])[:number]
        every = max(1, round(1 / twice)) if twice > 0 else math.inf
        for place, answer_id in enumerate(order):
            first = coders[place % len(coders)]
            who = [first]
            if len(coders) > 1 and place % every == 0:
                who.append(coders[(place + 1) % len(coders)])
            tasks += [Task(f"{answer_id}-{coder}", "audit", answer_id, question, coder, place) for coder in who]
    return tasks


def unsure_tasks(
    answers: pl.DataFrame, number: int, coders: Sequence[str], coded: frozenset[str], audited: frozenset[str]
) -> list[Task]:
    """Return the answers that the machine is least sure of, one of each near-duplicate group, without those in the audit or coded.

    Args:
        answers: answer_id, question, group, certainty.
        number: answers to code in all.
        coders: who codes, in turn.
        coded: answers that were coded.
        audited: answers in the audit.
    """
    left = answers.filter(~pl.col("answer_id").is_in(list(coded | audited))).sort("certainty", "answer_id")
    left = left.unique("group", keep="first", maintain_order=True).head(number)
    return [
        Task(
            f"{row['answer_id']}-{coders[place % len(coders)]}",
            "unsure",
            row["answer_id"],
            row["question"],
            coders[place % len(coders)],
            place,
        )
        for place, row in enumerate(left.iter_rows(named=True))
    ]


def sheet(tasks: Sequence[Task], texts: Mapping[str, str], questions: Mapping[str, str], done: frozenset[str]) -> pl.DataFrame:
    """Return one coder's sheet: the words only, never what the machine thinks."""
    rows = [
        (task.task, task.coder, questions.get(task.question, task.question), _safe(texts[task.answer_id]), "", "", "")
        for task in tasks
        if task.task not in done
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(SHEET_COLUMNS, pl.String), orient="row")


def read_codes(read: Sheet, tasks: Mapping[str, Task], themes: ThemeSet) -> pl.DataFrame:
    """Return what a coder coded: task, queue, answer_id, question, coder, themes (ids joined by ;), position, note.

    A row whose `themes` is empty is not yet coded and is left out; `none` says that no theme is in the answer.

    Raises:
        InputFileError: a column is missing, a task stands twice, or a task is not of this project.
        NotFoundError: a theme or position that does not exist; the nearest names are offered.
    """
    header = [cell.strip().casefold() for cell in read.rows[0][1]]
    missing = [name for name in ("task", "themes") if name not in header]
    if missing:
        raise InputFileError(
            f"{read.file_name} has no column '{missing[0]}': give back the sheet that 'review' wrote, with its headings."
        )
    rows = []
    seen: set[str] = set()
    for number, cells in read.rows[1:]:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        where = f"{read.file_name}, row {number}"
        if not row["themes"]:
            continue
        task = tasks.get(row["task"]) or _adjudicated(row["task"], tasks)
        if task is None:
            near = nearest(row["task"], tasks, limit=1)
            raise InputFileError(
                f"{where}: there is no task '{row['task']}'{f', perhaps {near[0]}' if near else ''}: do not change the first "
                f"column."
            )
        if task.task in seen:
            raise InputFileError(f"{where}: task '{task.task}' stands twice: keep one of the two rows.")
        seen.add(task.task)
        given = _themes(row["themes"], themes, where)
        position = row.get("position", "").casefold()
        if position and position not in POSITIONS:
            raise NotFoundError("position", position, POSITIONS, where)
        rows.append(
            (
                task.task,
                task.queue,
                task.answer_id,
                task.question,
                task.coder,
                ";".join(given),
                position or None,
                row.get("note", ""),
            )
        )
    if not rows:
        raise InputFileError(f"{read.file_name} has no coded row: write theme ids into the column 'themes', or '{NONE}'.")
    names = ("task", "queue", "answer_id", "question", "coder", "themes", "position", "note")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def settled(codes: pl.DataFrame, tasks: Sequence[Task]) -> pl.DataFrame:
    """Return one code an answer: the adjudicated one, or that of the coder whose task was drawn first; the latest of each task."""
    if codes.is_empty():
        return codes
    drawn = {task.task: place for place, task in enumerate(tasks)}
    place = pl.Series([-1 if coder == ADJUDICATED else drawn[task] for task, coder in codes.select("task", "coder").iter_rows()])
    latest = codes.with_columns(place.alias("_place")).unique("task", keep="last", maintain_order=True)
    return latest.sort("answer_id", "_place").unique("answer_id", keep="first", maintain_order=True).drop("_place")


def audited_without_gap(tasks: Sequence[Task], coded: frozenset[str]) -> frozenset[str]:
    """Return the audited answers that may be counted: those before the first, in random order, that nobody has coded.

    Whoever codes may leave out what is hard; what comes before the first gap is still a random sample.
    """
    orders: dict[str, dict[int, str]] = {}
    for task in tasks:
        orders.setdefault(task.question, {})[task.order] = task.answer_id
    kept = []
    for by_order in orders.values():
        for place in range(len(by_order)):
            if by_order[place] not in coded:
                break
            kept.append(by_order[place])
    return frozenset(kept)


def _adjudicated(text: str, tasks: Mapping[str, Task]) -> Task | None:
    """Return the task of the person who settles differences, for an answer that is in a queue."""
    if not text.endswith(f"-{ADJUDICATED}"):
        return None
    answer_id = text.removesuffix(f"-{ADJUDICATED}")
    of = next((task for task in tasks.values() if task.answer_id == answer_id), None)
    return None if of is None else Task(text, of.queue, answer_id, of.question, ADJUDICATED, of.order)


def _themes(text: str, themes: ThemeSet, where: str) -> list[str]:
    by_label = {theme.label.casefold(): theme.id for theme in themes.themes} | {theme: theme for theme in themes.ids}
    if text.casefold() == NONE:
        return []
    found = []
    for part in re.split(r"[;,|\n]", text):
        name = part.strip().casefold()
        if not name:
            continue
        if name not in by_label:
            raise NotFoundError("theme", part.strip(), [*themes.ids, NONE], where)
        found.append(by_label[name])
    return sorted(set(found), key=themes.ids.index)


def _safe(text: str) -> str:
    """Return a text that a spreadsheet does not run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) else text
