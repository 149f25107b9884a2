"""The later steps of a consultation: give themes, make the queues that people code, take in what they coded.

In: a project whose themes are chosen. Out: a `Step` each, new or found.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import InputFileError, OutOfRangeError
from almoner.voices.consultation import positions as position_rules
from almoner.voices.consultation import reviewing
from almoner.voices.consultation.assigning import AIM, FEWEST_CODED, Assigned, Material, assign
from almoner.voices.consultation.classifier import fit
from almoner.voices.consultation.cleaning import ANSWER
from almoner.voices.consultation.clusters import suggest
from almoner.voices.consultation.preparing import redacted_answers
from almoner.voices.consultation.project import Project, Step, StepMissing, csv_bytes, json_bytes, table_bytes
from almoner.voices.consultation.reviewing import Task
from almoner.voices.consultation.scoring import WordMatcher, plugged
from almoner.voices.consultation.spreadsheet import read_sheet
from almoner.voices.consultation.themes import ThemeSet

_UNSURE_POSITION: Final = 0.6
"""A learnt position with a lower probability is unclear."""


def current_themes(project: Project) -> tuple[Step, ThemeSet]:
    """Return the step in which themes were chosen; it must rest on the redacted answers as they are now.

    Raises:
        StepMissing: no themes are chosen, or the answers changed since.
    """
    redacted = redacted_answers(project)
    step = project.need("themes", f"themes {project.folder}")
    if step.uses.get(redacted.id) != redacted.hash:
        raise StepMissing(
            f"The answers of '{project.folder}' changed after themes were chosen: give almoner consultation themes again."
        )
    return step, ThemeSet.model_validate(step.settings["themes"])


def answers_of(project: Project) -> pl.DataFrame:
    """Return the answers that are read, with their near-duplicate group; an answer in none is its own group and stands for itself.

    Columns: answer_id, respondent_id, question, row, column, text, status, type, group, size, campaign, similarity, stands_for_all.
    """
    redacted = redacted_answers(project)
    step, _ = current_themes(project)
    groups = step.table("groups").drop("question")
    return (
        redacted.table("answers")
        .filter(pl.col("status") == ANSWER)
        .join(groups, on="answer_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("group").fill_null(pl.col("answer_id")),
            pl.col("size").fill_null(1),
            pl.col("campaign").fill_null(False),
            pl.col("stands_for_all").fill_null(True),
        )
    )


def assign_themes(
    project: Project,
    model: str | None = None,
    seed: int = 0,
    aim: float = AIM,
    progress: Callable[[int, int], None] | None = None,
) -> Step:
    """Give every answer its themes, their evidence, a position, and say of which answers the machine is not sure enough.

    Args:
        project: a project whose themes are chosen.
        model: `module:object` of a `TextModel` of the user's own; the built-in one if not given.
        seed: decides the folds.
        aim: mean F1 that the answers not left to a person must reach.
        progress: told of finished parts.
    """
    if not 0 < aim < 1:
        raise OutOfRangeError(f"The aim is {aim:g}: it is an F1 between 0 and 1, such as {AIM:g}.")
    step, themes = current_themes(project)
    redacted = redacted_answers(project)
    codes_steps = project.steps("codes")
    own = plugged(model) if model else None
    settings = {
        "model": f"{own.name} {own.version}" if own else f"{WordMatcher.name} {WordMatcher.version}",
        "plugged": model,
        "seed": seed,
        "aim": aim,
    }
    uses = (redacted, step, *codes_steps)
    key = project.key("assign", settings, uses)
    if (done := project.find(key)) is not None:
        return done
    answers = answers_of(project)
    material = _material(answers, step.table("sentences"))
    codes = current_codes(project, themes)
    coded = {row["answer_id"]: frozenset(filter(None, row["themes"].split(";"))) for row in codes.iter_rows(named=True)}
    scorer = own or WordMatcher(_sample(material.texts), themes.themes)
    keep = _keeper(project, key, len(material.owner), progress)
    found = assign(material, themes.themes, scorer, coded, seed=seed, aim=aim, keep=keep)
    placed = _positions(project, answers, material, codes, found, seed)
    missed = _missed(material, found)
    contents = {
        "labels.parquet": table_bytes(found.labels),
        "scores.parquet": table_bytes(found.scores),
        "answers.parquet": table_bytes(found.answers.join(placed, on="answer_id", how="left", maintain_order="left")),
        "quality.json": json_bytes(found.quality),
        "suggestions.json": json_bytes(missed),
    }
    return project.write("assign", settings, uses, contents)


def make_queue(
    project: Project,
    kind: reviewing.Queue,
    number: int,
    coders: Sequence[str],
    out: Path,
    seed: int = 0,
    twice: float = reviewing.TWICE_SHARE,
) -> tuple[Step, list[Path]]:
    """Draw a queue and write one sheet a coder into `out`; answers that are coded already are not asked for again.

    Args:
        project: a project with themes chosen; for the unsure queue, assigned.
        kind: audit, by which shares are estimated, or unsure, by which the machine learns.
        number: answers of each question (audit) or in all (unsure).
        coders: who codes.
        out: folder for the sheets.
        seed: decides the audit sample.
        twice: share of the audit that two people code.
    """
    if number < 1:
        raise OutOfRangeError(f"{number} answers cannot be drawn: ask for one at least.")
    names = [coder.strip() for coder in coders if coder.strip()]
    if not names or len(set(names)) < len(names) or reviewing.ADJUDICATED in names:
        raise InputFileError(f"Name each coder once with --coder, and none '{reviewing.ADJUDICATED}', which settles differences.")
    chosen, _ = current_themes(project)
    answers = answers_of(project)
    uses = [redacted_answers(project), chosen]
    settings: dict[str, Any] = {"kind": kind, "number": number, "coders": names, "seed": seed, "twice": twice}
    if kind == "audit":
        ids = {str(question): group["answer_id"].to_list() for (question,), group in answers.group_by("question")}
        tasks = reviewing.audit_tasks(ids, number, names, seed, twice)
    else:
        assigned = project.need("assign", f"assign {project.folder}")
        uses.append(assigned)
        joined = answers.join(assigned.table("answers"), on="answer_id")
        audited = frozenset(task.answer_id for task in all_tasks(project).values() if task.queue == "audit")
        coded = frozenset(_codes(project)["answer_id"].to_list())
        tasks = reviewing.unsure_tasks(joined, number, names, coded, audited)
    frame = pl.DataFrame([asdict(task) for task in tasks], schema=_TASKS)
    done = frozenset(_codes(project)["task"].to_list())
    texts = dict(answers.select("answer_id", "text").iter_rows())
    labels = question_labels(project)
    sheets = {
        f"{kind}-{_file_name(name)}.csv": csv_bytes(
            reviewing.sheet([task for task in tasks if task.coder == name], texts, labels, done)
        )
        for name in names
    }
    step = project.write("queue", settings, uses, {"tasks.parquet": table_bytes(frame), **sheets})
    return step, [_copy_out(step, name, out) for name in sheets]


_TASKS: Final = {
    "task": pl.String,
    "queue": pl.String,
    "answer_id": pl.String,
    "question": pl.String,
    "coder": pl.String,
    "order": pl.Int64,
}
_CODES: Final = dict.fromkeys(("task", "queue", "answer_id", "question", "coder", "themes", "position", "note"), pl.String)


def take_codes(project: Project, file: Path, who: str | None = None) -> Step:
    """Take in a coded sheet; a task that was coded before has its later code from now on, and the earlier one stays in its step."""
    _, themes = current_themes(project)
    tasks = all_tasks(project)
    if not tasks:
        raise StepMissing(
            f"Project '{project.folder}' has no queue yet: give almoner consultation review {project.folder} --queue audit first."
        )
    codes = reviewing.read_codes(read_sheet(file), tasks, themes)
    settings = {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    return project.write("codes", settings, project.steps("queue"), {"codes.parquet": table_bytes(codes)}, who)


def all_tasks(project: Project) -> dict[str, Task]:
    """Return the tasks of all queues in the order in which they were drawn, by their names."""
    found: dict[str, Task] = {}
    for step in project.steps("queue"):
        for row in step.table("tasks").iter_rows(named=True):
            found.setdefault(row["task"], Task(**row))
    return found


def audit_tasks_now(project: Project) -> list[Task]:
    """Return the tasks of the largest audit that was drawn with the latest seed."""
    audits = [step for step in project.steps("queue") if step.settings["kind"] == "audit"]
    if not audits:
        return []
    seed = audits[-1].settings["seed"]
    largest = max(
        (step for step in audits if step.settings["seed"] == seed), key=lambda step: (step.settings["number"], step.number)
    )
    return [Task(**row) for row in largest.table("tasks").iter_rows(named=True)]


def current_codes(project: Project, themes: ThemeSet) -> pl.DataFrame:
    """Return one code an answer, without themes that the theme set no longer has."""
    codes = reviewing.settled(_codes(project), list(all_tasks(project).values()))
    known = [";".join(theme for theme in given.split(";") if theme in themes.ids) for given in codes["themes"]]
    return codes.with_columns(pl.Series("themes", known, dtype=pl.String))


def every_code(project: Project) -> pl.DataFrame:
    """Return the latest code of every task, of all coders."""
    return _codes(project).unique("task", keep="last", maintain_order=True)


def _codes(project: Project) -> pl.DataFrame:
    frames = [step.table("codes") for step in project.steps("codes")]
    return pl.concat(frames) if frames else pl.DataFrame(schema=_CODES)


def _material(answers: pl.DataFrame, sentences: pl.DataFrame) -> Material:
    ids = answers["answer_id"].to_list()
    place = pl.DataFrame({"answer_id": ids, "place": np.arange(len(ids))})
    own = sentences.join(place, on="answer_id").sort("place", "sentence")
    contexts = [[f"question {question}", f"type {kind}"] for question, kind in answers.select("question", "type").iter_rows()]
    return Material(
        answer_ids=ids,
        texts=answers["text"].to_list(),
        contexts=contexts,
        groups=answers["group"].to_list(),
        owner=own["place"].to_numpy().astype(np.int64),
        starts=own["start"].to_numpy(),
        ends=own["end"].to_numpy(),
    )


def _sample(texts: Sequence[str], most: int = 20_000) -> list[str]:
    return list(texts[:: max(1, len(texts) // most)])


def _keeper(
    project: Project, key: str, sentences: int, progress: Callable[[int, int], None] | None
) -> Callable[[str, Callable[[], NDArray[np.float32]]], NDArray[np.float32]]:
    """Return a function that finds a finished part of stopped work, or makes and keeps it."""
    done = 0

    def keep(name: str, make: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
        nonlocal done
        content = project.part(key, f"{name}.npy")
        if content is None:
            out = io.BytesIO()
            np.save(out, make())
            content = out.getvalue()
            project.keep_part(key, f"{name}.npy", content)
        done += 1
        if progress:
            progress(done, max(done, 1 + 2 * (sentences // 10_000)))
        return np.asarray(np.load(io.BytesIO(content)))

    return keep


def _positions(
    project: Project, answers: pl.DataFrame, material: Material, codes: pl.DataFrame, found: Assigned, seed: int
) -> pl.DataFrame:
    """Return answer_id, position, position_source and contradicts: by a person, the closed answer, a model or rules."""
    closed = _closed_partners(project, answers)
    by_person = {row["answer_id"]: row["position"] for row in codes.iter_rows(named=True) if row["position"]}
    readings = {}
    for answer_id, text in zip(material.answer_ids, material.texts, strict=True):
        reading = position_rules.read(text, closed.get(answer_id))
        readings[answer_id] = (str(reading.position), str(reading.source), reading.contradicts)
    learnt = _learnt_positions(
        material, {answer_id: p for answer_id, (p, source, _) in readings.items() if source == "closed answer"} | by_person, seed
    )
    rows = []
    for answer_id in material.answer_ids:
        position, source, contradicts = readings[answer_id]
        if answer_id in by_person:
            position, source = by_person[answer_id], "person"
        elif source == "words" and answer_id in learnt:
            position, source = learnt[answer_id], "learnt"
        rows.append((answer_id, position, source, contradicts))
    names = {"answer_id": pl.String, "position": pl.String, "position_source": pl.String, "contradicts": pl.Boolean}
    return pl.DataFrame(rows, schema=names, orient="row")


def _learnt_positions(material: Material, known: dict[str, Any], seed: int) -> dict[str, str]:
    """Return positions for answers without a closed one, learnt from those that have one; none when too few have."""
    places = {answer_id: place for place, answer_id in enumerate(material.answer_ids)}
    ids = sorted(answer_id for answer_id in known if answer_id in places)[:20_000]
    if len(ids) < FEWEST_CODED or len({known[answer_id] for answer_id in ids}) < 2 or len(ids) == len(places):
        return {}
    labels = np.array([[known[answer_id] == position for position in position_rules.POSITIONS] for answer_id in ids])
    rows = [places[answer_id] for answer_id in ids]
    # The kind of respondent is left out: a position has to be read from the words.
    fitted = fit(
        [material.texts[i] for i in rows],
        [[] for _ in rows],
        np.zeros((len(rows), 0)),
        labels,
        groups=[material.groups[i] for i in rows],
        seed=seed,
    )
    rest = [i for i, answer_id in enumerate(material.answer_ids) if answer_id not in known]
    probabilities = fitted.predict([material.texts[i] for i in rest], [[] for _ in rest], np.zeros((len(rest), 0)))
    best = probabilities.argmax(axis=1)
    return {
        material.answer_ids[i]: position_rules.POSITIONS[b] if probabilities[n, b] >= _UNSURE_POSITION else "unclear"
        for n, (i, b) in enumerate(zip(rest, best, strict=True))
    }


def _closed_partners(project: Project, answers: pl.DataFrame) -> dict[str, str]:
    """Return the closed answer beside each open answer that has one."""
    found: dict[str, str] = {}
    for step in project.steps("import"):
        partners = dict(step.table("questions").filter(pl.col("partner").is_not_null()).select("question", "partner").iter_rows())
        closed = {(answer_id, question): value for answer_id, question, value in step.table("closed").iter_rows()}
        own = answers.filter(pl.col("question").is_in(list(partners)))
        for answer_id, respondent, question in own.select("answer_id", "respondent_id", "question").iter_rows():
            value = closed.get((respondent, partners[question]))
            if value is not None:
                found[answer_id] = value
    return found


def _missed(material: Material, found: Assigned) -> list[dict[str, Any]]:
    """Return suggested themes for answers to which no theme was given."""
    labelled = set(found.labels["answer_id"])
    weak = [i for i, answer_id in enumerate(material.answer_ids) if answer_id not in labelled]
    owners = set(weak)
    places = [n for n, owner in enumerate(material.owner) if int(owner) in owners]
    sentences = material.sentences
    texts = [sentences[n] for n in places]
    return [
        {
            "label": each.label,
            "sentences": each.sentences,
            "terms": list(each.terms),
            "quotes": [
                {
                    "answer_id": material.answer_ids[int(material.owner[places[q]])],
                    "start": int(material.starts[places[q]]),
                    "end": int(material.ends[places[q]]),
                    "words": texts[q],
                }
                for q in each.quotes
            ],
        }
        for each in suggest(texts)
    ]


def question_labels(project: Project) -> dict[str, str]:
    """Return the words of every question."""
    return {
        question: label
        for step in project.steps("import")
        for question, label in step.table("questions").select("question", "label").iter_rows()
    }


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.casefold())


def _copy_out(step: Step, name: str, out: Path) -> Path:
    """Write a sheet of a step into the user's folder; a sheet of other content that is there is not written over."""
    target = out / name
    content = step.bytes(name)
    if target.exists() and target.read_bytes() != content:
        raise InputFileError(
            f"'{target}' is there already and differs, perhaps because it was coded: name another folder with --out."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def quality_of(step: Step) -> dict[str, Any]:
    """Return what is known of the machine's quality in an assign step."""
    return dict(json.loads(step.bytes("quality.json")))
