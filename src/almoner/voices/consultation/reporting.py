"""The report of a consultation: an HTML page, an Excel workbook and tables, from one set of numbers.

In: a project whose answers have themes. Out: a `Step` with `report.html`, `report.xlsx`, `report.json` and `shares.csv`, copied
to the folder that the user names. Every table of shares carries the sentence that they describe respondents, not the public.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from almoner.errors import OutputError
from almoner.version import VERSION
from almoner.voices.consultation import counting
from almoner.voices.consultation.analysing import quality_of, question_labels
from almoner.voices.consultation.content import Content
from almoner.voices.consultation.project import Project, Step, csv_bytes, json_bytes, table_bytes

FILES: Final = ("report.html", "report.xlsx", "report.json", "shares.csv")
_QUOTES: Final = 3
_LONGEST_QUOTE: Final = 300


def make_report(project: Project, out: Path) -> tuple[Step, list[Path]]:
    """Write the report as a step of the project and copy it into `out`."""
    from almoner.voices.consultation.report_page import render
    from almoner.voices.consultation.report_workbook import workbook

    evidence = counting.gather(project)
    step = project.find(project.key("report", {}, evidence.steps))
    if step is None:
        content = contents_of(project, evidence)
        contents = {
            "report.html": render(content).encode(),
            "report.xlsx": workbook(content),
            "report.json": json_bytes(as_json(content)),
            "shares.csv": csv_bytes(content.shares),
            "shares.parquet": table_bytes(content.shares),
        }
        step = project.write("report", {}, evidence.steps, contents)
    return step, _copy(step, out)


def current(project: Project) -> dict[str, Any]:
    """Return what the report of a project says as it stands, as JSON holds it; nothing is written."""
    evidence = counting.gather(project)
    step = project.find(project.key("report", {}, evidence.steps))
    content: dict[str, Any] = step.json("report") if step is not None else as_json(contents_of(project, evidence))
    return content


def contents_of(project: Project, evidence: counting.Evidence) -> Content:
    """Return what the report of a project says."""
    names = question_labels(project)
    answers = evidence.answers
    facts = {
        "project": project.name,
        "almoner_version": VERSION,
        "respondents": sum(step.json("checks")["respondents"] for step in project.steps("import")),
        "answers": answers.height,
        "distinct_texts": int(answers["stands_for_all"].sum()),
        "in_campaigns": int(answers["campaign"].sum()),
        "audit_drawn": evidence.audit_drawn,
        "audited": len(evidence.audited),
        "kept_by_machine": int(answers["kept"].sum()),
        "redactions": evidence.steps[len(project.steps("import"))].settings["pieces"],
        "redactions_by": evidence.steps[len(project.steps("import"))].settings["who"],
        "model": evidence.assigned.settings["model"],
        "caution": counting.NOT_THE_PUBLIC,
        "steps": {step.id: step.hash for step in evidence.steps},
    }
    return Content(
        title=project.name,
        facts=facts,
        shares=counting.shares(evidence),
        counts=counting.counts(evidence),
        positions=counting.positions(evidence),
        campaigns=counting.campaigns(evidence),
        quotes=quotes(evidence),
        themes=[
            {
                "id": theme.id,
                "label": theme.label,
                "head": evidence.themes.heads.get(theme.head or "", ""),
                "definition": theme.definition,
                "policies": list(theme.policies),
                "parameters": list(theme.parameters),
            }
            for theme in evidence.themes.themes
        ],
        suggestions=evidence.assigned.json("suggestions"),
        agreement=counting.agreements(project, evidence),
        quality=quality_of(evidence.assigned),
        checks=[step.json("checks") | {"mapping_by": step.settings["mapping_by"]} for step in project.steps("import")],
        questions={question: names.get(question, question) for question in sorted(answers["question"].unique())},
    )


def quotes(evidence: counting.Evidence) -> pl.DataFrame:
    """Return up to three quotes a question and theme: the surest labels, one of each near-duplicate group, redacted words only."""
    joined = evidence.labels.filter(pl.col("decision") == "yes").join(
        evidence.answers.select("answer_id", "question", "group", "text"), on="answer_id"
    )
    rows: list[tuple[Any, ...]] = []
    ordered = joined.with_columns((pl.col("source") == "person").alias("by_person")).sort(
        "question",
        "theme",
        "by_person",
        "probability",
        "score",
        "answer_id",
        descending=[False, False, True, True, True, False],
        nulls_last=True,
    )
    for (question, theme), own in ordered.group_by("question", "theme", maintain_order=True):
        said: dict[str, tuple[Any, ...]] = {}
        for row in own.unique("group", keep="first", maintain_order=True).iter_rows(named=True):
            words = row["text"][row["start"] : row["end"]]
            short = words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"
            said.setdefault(short.casefold(), (question, theme, row["answer_id"], row["start"], row["end"], short))
            if len(said) == _QUOTES:
                break
        rows += said.values()
    names = {
        "question": pl.String,
        "theme": pl.String,
        "answer_id": pl.String,
        "start": pl.Int64,
        "end": pl.Int64,
        "words": pl.String,
    }
    return pl.DataFrame(rows, schema=names, orient="row")


def as_json(content: Content) -> dict[str, Any]:
    """Return the report as text, numbers, lists and dictionaries."""
    tables = {
        name: json.loads(getattr(content, name).write_json()) for name in ("shares", "counts", "positions", "campaigns", "quotes")
    }
    return {
        "title": content.title,
        "facts": content.facts,
        "questions": content.questions,
        "themes": content.themes,
        "suggestions": content.suggestions,
        "agreement": content.agreement,
        "quality": content.quality,
        "checks": content.checks,
        **tables,
    }


def _copy(step: Step, out: Path) -> list[Path]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (out / name).write_bytes(step.bytes(name))
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to '{out}': {(error.strerror or str(error)).lower()}; name a folder with --out."
        ) from error
    return [out / name for name in FILES]
