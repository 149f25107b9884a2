"""Commands for consultations: from an export to themes with their evidence, people's checks, and shares with intervals."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json, progress

if TYPE_CHECKING:
    from almoner.voices.consultation.project import Step

consultation_app = typer.Typer(
    help="Read the answers to a consultation, with the evidence for every theme.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(consultation_app, name="consultation")

ProjectFolder = Annotated[Path, typer.Argument(metavar="PROJECT", help="Folder of the consultation.")]


@consultation_app.command("example", epilog="Example: almoner consultation example --out example")
def example(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the invented export.")] = None,
    fill: Annotated[
        Path | None,
        typer.Option("--fill", metavar="DIR", help="Code the example's sheets in this folder as invented coders would."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write an invented export to try the commands with, or have invented coders fill in its sheets."""
    from almoner.errors import InputFileError
    from almoner.voices.consultation.example import fill_sheets, write_example

    if (out is None) == (fill is None):
        raise InputFileError("Name a folder for the example with --out, or one with its sheets with --fill.")
    files = write_example(out) if out is not None else fill_sheets(fill) if fill is not None else []
    if as_json:
        print_json({"files": [str(file) for file in files]})
        return
    for file in files:
        typer.echo(f"{file}")


@consultation_app.command("import", epilog="Example: almoner consultation import answers.xlsx --project consultations/pay")
def import_answers(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export of Citizen Space or Qualtrics, or any CSV or XLSX.")],
    project: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="Folder of the consultation; made if new.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="What each column is (YAML); proposed if not given.")
    ] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", metavar="FILE", help="Only write a proposed mapping into this file, to be checked.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Sheet of the workbook, if several.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in an export, every answer checked against its cell; nothing is imported if an answer could be lost or shifted."""
    from almoner.errors import InputFileError
    from almoner.voices.consultation.preparing import draft_mapping, import_file
    from almoner.voices.consultation.project import Project

    if draft is not None:
        proposed = draft_mapping(file, draft, sheet)
        if as_json:
            print_json(proposed.model_dump(mode="json"))
            return
        _print_mapping(proposed.model_dump(mode="json"))
        typer.echo(f"Check {draft}, then: almoner consultation import {file} --project DIR --mapping {draft}")
        return
    if project is None:
        raise InputFileError("Name the folder of the consultation with --project, or a file for a proposed mapping with --draft.")
    step = import_file(Project.create(project), file, mapping, sheet)
    checks = step.json("checks")
    if as_json:
        print_json({**_step(step), **checks})
        return
    _print_mapping(step.settings["mapping"])
    typer.echo(
        f"{checks['respondents']:,} respondents, {checks['answers']:,} answers in their own words, {checks['blank_rows']:,} "
        f"blank rows."
    )
    for warning in checks["warnings"][:20]:
        typer.echo(f"  {warning}")
    if len(checks["warnings"]) > 20:
        typer.echo(f"  and {len(checks['warnings']) - 20:,} more, in {step.folder / 'checks.json'}")
    if step.settings["mapping_by"] == "proposed":
        typer.echo("The columns are as proposed. Check them; to change one: --draft FILE, edit it, and import with --mapping FILE.")


@consultation_app.command("redact", epilog="Example: almoner consultation redact consultations/pay --accept-all --by 'A Reader'")
def redact(
    project: ProjectFolder,
    decisions: Annotated[
        Path | None, typer.Option("--decisions", metavar="FILE", help="The sheet of candidates with redact or keep in each row.")
    ] = None,
    accept_all: Annotated[bool, typer.Option("--accept-all", help="Redact every candidate.")] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who read the candidates and decided.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the sheet of candidates here.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what could name or reach a person; once somebody has decided, redact it. Later steps use the redacted words only."""
    from almoner.errors import InputFileError, OutputError
    from almoner.voices.consultation.preparing import confirm_redactions, find_candidates
    from almoner.voices.consultation.project import Project

    opened = Project.open(project)
    if decisions is None and not accept_all:
        found = find_candidates(opened)
        if out is not None:
            if out.exists():
                raise OutputError(f"'{out}' is there already: name another file with --out, so that no decision is lost.")
            out.write_bytes(found.step.bytes("candidates.csv"))
        if as_json:
            print_json({**_step(found.step), "candidates": found.candidates, "by_kind": found.by_kind})
            return
        typer.echo(
            f"{found.candidates:,} candidates: "
            f"{', '.join(f'{number:,} {kind}' for kind, number in found.by_kind.items()) or 'none'}."
        )
        typer.echo("Read the answers as well: names that no rule knows are the weak side.")
        typer.echo(
            f"Write redact or keep into the last column of {out or found.step.folder / 'candidates.csv'} (a copy), then give "
            f"it with --decisions."
        )
        return
    if by is None or not by.strip():
        raise InputFileError("Say with --by who decided: a person has to confirm redactions.")
    step = confirm_redactions(opened, by.strip(), "all" if decisions is None else decisions)
    if as_json:
        print_json({**_step(step), **step.settings})
        return
    typer.echo(f"{step.settings['pieces']:,} pieces redacted in {step.folder}, confirmed by {step.settings['who']}.")


@consultation_app.command("themes", epilog="Example: almoner consultation themes consultations/pay")
def themes(
    project: ProjectFolder,
    use: Annotated[
        str, typer.Option("--use", metavar="NAME", help="care-workforce, or a YAML file of your own.")
    ] = "care-workforce",
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Only write the themes into a file, to be edited.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose the themes, divide answers into sentences, and group answers with nearly the same words."""
    from almoner.errors import OutputError
    from almoner.report.terminal import print_rows
    from almoner.voices.consultation.preparing import choose_themes
    from almoner.voices.consultation.project import Project
    from almoner.voices.consultation.themes import load_themes, to_yaml

    chosen = load_themes(use)
    if write is not None:
        if write.exists():
            raise OutputError(f"'{write}' is there already: name another file with --write.")
        write.write_text(to_yaml(chosen), encoding="utf-8")
    step = None if write is not None else choose_themes(Project.open(project), use)
    groups = None if step is None else step.table("groups")
    repeated = 0 if groups is None else groups.height
    in_campaigns = 0 if groups is None else int(groups["campaign"].sum())
    listed = [
        {
            "theme": theme.id,
            "label": theme.label,
            "head": chosen.heads.get(theme.head or "", ""),
            "policies": ", ".join(theme.policies),
        }
        for theme in chosen.themes
    ]
    if as_json:
        print_json(
            {**({} if step is None else _step(step)), "themes": listed, "near_duplicates": repeated, "in_campaigns": in_campaigns}
        )
        return
    print_rows(listed, ["theme", "label", "head", "policies"], f"Themes: {chosen.name}", console())
    typer.echo(
        f"Written to {write}." if write else f"{repeated:,} answers have near copies, {in_campaigns:,} of them in campaigns."
    )


@consultation_app.command("assign", epilog="Example: almoner consultation assign consultations/pay")
def assign(
    project: ProjectFolder,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="MODULE:OBJECT", help="A text model of your own; the built-in one if not given."),
    ] = None,
    aim: Annotated[
        float, typer.Option("--aim", metavar="F1", help="F1 that the answers which are not left to people must reach.")
    ] = 0.8,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the folds.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Give every answer its themes, each with the sentence that is its evidence, and a position; abstain where not sure enough."""
    from almoner.voices.consultation.analysing import assign_themes, quality_of
    from almoner.voices.consultation.project import Project

    opened = Project.open(project)
    with progress(f"{opened.name}: reading answers", quiet=as_json) as advance:
        step = assign_themes(opened, model, seed, aim, advance)
    quality, answers, labels = quality_of(step), step.table("answers"), step.table("labels")
    kept = int(answers["kept"].sum())
    result = {"answers": answers.height, "labels": labels.height, "kept": kept, "left_to_people": answers.height - kept}
    if as_json:
        print_json({**_step(step), **result, "quality": quality, "suggestions": step.json("suggestions")})
        return
    typer.echo(
        f"{labels.height:,} themes given to {answers.height:,} answers; {answers.height - kept:,} answers are left to people."
    )
    if quality["calibrated"]:
        held = quality["held_out"]
        typer.echo(
            f"On {quality['coded']:,} coded answers held out: mean F1 {held['mean_answer_f1']:.2f}, "
            f"calibration error {held['expected_calibration_error']:.3f}."
        )
    else:
        typer.echo(f"Themes were given by words alone ({quality['coded']} answers coded; 50 are needed to learn and to calibrate).")


class _Queue(StrEnum):
    AUDIT = "audit"
    UNSURE = "unsure"


@consultation_app.command(
    "review", epilog="Example: almoner consultation review consultations/pay --queue audit --coder ann --coder ben --out sheets"
)
def review(
    project: ProjectFolder,
    queue: Annotated[_Queue | None, typer.Option("--queue", help="audit (random, for estimates) or unsure (for learning).")] = None,
    number: Annotated[
        int, typer.Option("--number", metavar="N", help="Answers of each question (audit) or in all (unsure).")
    ] = 100,
    coder: Annotated[list[str] | None, typer.Option("--coder", metavar="NAME", help="Who codes; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the coders' sheets.")] = None,
    read: Annotated[list[Path] | None, typer.Option("--read", metavar="FILE", help="Take in a coded sheet; repeatable.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random sample.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Draw answers for people to code without seeing the machine's themes, or take in what they coded."""
    from almoner.errors import InputFileError
    from almoner.voices.consultation.analysing import make_queue, take_codes
    from almoner.voices.consultation.project import Project

    opened = Project.open(project)
    if read:
        steps = [take_codes(opened, file) for file in read]
        taken = [{**_step(step), "coded": step.table("codes").height} for step in steps]
        if as_json:
            print_json(taken)
            return
        for file, each in zip(read, taken, strict=True):
            typer.echo(f"{file}: {each['coded']:,} answers coded.")
        typer.echo(f"Now: almoner consultation assign {project}")
        return
    if queue is None or out is None:
        raise InputFileError(
            "Say which queue to draw with --queue and where its sheets go with --out, or give a coded sheet with --read."
        )
    step, sheets = make_queue(opened, queue.value, number, coder or ["coder"], out, seed)
    tasks = step.table("tasks")
    if as_json:
        print_json(
            {
                **_step(step),
                "answers": tasks["answer_id"].n_unique(),
                "tasks": tasks.height,
                "sheets": [str(file) for file in sheets],
            }
        )
        return
    typer.echo(
        f"{tasks['answer_id'].n_unique():,} answers, {tasks.height - tasks['answer_id'].n_unique():,} of them for two people:"
    )
    for file in sheets:
        typer.echo(f"  {file}")


@consultation_app.command("report", epilog="Example: almoner consultation report consultations/pay --out report")
def report(
    project: ProjectFolder,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for report.html, report.xlsx, report.json and shares.csv.")
    ],
    as_json: AsJson = False,
) -> None:
    """Write the report: shares with intervals by question, kind of respondent and position, quotes, campaigns and quality."""
    from almoner.voices.consultation.project import Project
    from almoner.voices.consultation.reporting import make_report

    step, files = make_report(Project.open(project), out)
    content = step.json("report")
    if as_json:
        print_json({**_step(step), **content, "files": [str(file) for file in files]})
        return
    from almoner.report.terminal import print_rows

    labels = {theme["id"]: theme["label"] for theme in content["themes"]}
    for question, words in content["questions"].items():
        rows = [row for row in content["shares"] if row["question"] == question and row["group"] == "all answers"]
        shown = [
            {
                "number": row["number"],
                "theme": labels[row["theme"]],
                "share": "not audited" if row["share"] is None else f"{100 * row['share']:.0f}%",
                "95% interval": "" if row["share"] is None else f"{100 * row['low']:.0f} to {100 * row['high']:.0f}%",
                "audited": f"{row['audited_with']} of {row['audited']}",
            }
            for row in sorted(rows, key=lambda row: -(row["share"] if row["share"] is not None else row["machine_share"]))
        ]
        print_rows(shown, list(shown[0]), words, console())
    typer.echo(content["facts"]["caution"])
    for file in files:
        typer.echo(f"  {file}")


@consultation_app.command("trace", epilog="Example: almoner consultation trace consultations/pay n0001")
def trace(
    project: ProjectFolder,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A number of the report, such as n0001, or an answer's id.")],
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="The most answers to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Follow a number of the report to the answers, sentences and cells on which it rests."""
    from almoner.voices.consultation.project import Project
    from almoner.voices.consultation.tracing import trace as follow

    found = follow(Project.open(project), number, limit)
    if as_json:
        print_json(found)
        return
    for key in ("question", "group", "theme", "share", "low", "high", "answers", "audited", "audited_with"):
        if key in found and not isinstance(found[key], list):
            shown = f"{100 * found[key]:.1f}%" if isinstance(found[key], float) else found[key]
            typer.echo(f"{key.replace('_', ' ')}: {'none, too few answers were audited' if shown is None else shown}")
    behind: list[dict[str, Any]] = found.get("answers_behind") or (
        found["answers"] if isinstance(found.get("answers"), list) else []
    )
    for each in behind:
        typer.echo(f"{each['answer_id']}  {each['file']}, {each['column']}{each['row']}: {each['words'] or each['text']}")


@consultation_app.command("verify", epilog="Example: almoner consultation verify consultations/pay")
def verify(project: ProjectFolder, as_json: AsJson = False) -> None:
    """Hash every file of a project again, follow the chain of steps, and say what is not as it was written."""
    from dataclasses import asdict

    from almoner.voices.consultation.project import Project

    opened = Project.open(project)
    problems = opened.verify()
    if as_json:
        print_json({"steps": len(list(opened.folder.glob("steps/*"))), "problems": [asdict(problem) for problem in problems]})
    else:
        typer.echo(f"{opened.name}: {'whole' if not problems else 'not as written'}")
        for problem in problems:
            typer.echo(f"  {problem.file}: {problem.what}")
    if problems:
        raise typer.Exit(1)


def _step(step: Step) -> dict[str, Any]:
    return {"step": step.id, "hash": step.hash, "folder": str(step.folder)}


def _print_mapping(mapping: dict[str, Any]) -> None:
    from almoner.report.terminal import print_rows

    rows = [
        {"column": "", "role": "", "question": "", "heading": ""} | column | {"heading": column["header"]}
        for column in mapping["columns"]
    ]
    shown = [{key: str(row.get(key) or "") for key in ("column", "role", "question", "heading")} for row in rows]
    print_rows(shown, ["column", "role", "question", "heading"], f"Columns ({mapping['format'].replace('_', ' ')})", console())
