"""The command that makes a plan again and reports every figure that differs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, OwnFile, console, print_json, progress
from almoner.cli.evidence_options import AdvertFiles, ConsultationFolder, PledgeFiles


@app.command(epilog="Examples: almoner reproduce plans/wakefield · almoner reproduce my-plan --scenario my-scenario.yaml --json")
def reproduce(
    plan_dir: Annotated[Path, typer.Argument(metavar="PLAN_DIR", help="A folder that almoner plan --out has written.")],
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="FILE", help="The file of a scenario that is not shipped; repeatable."),
    ] = None,
    own: OwnFile = None,
    adverts: AdvertFiles = None,
    consultation: ConsultationFolder = None,
    pledges: PledgeFiles = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild every figure of a plan from its manifest and name those that differ; exit 1 if any does."""
    from dataclasses import asdict, replace

    from almoner.analysis.plan import make_plan
    from almoner.analysis.reproduce import compare, read_plan, study_of
    from almoner.report.evidence_sections import read_again
    from almoner.report.sections import SECTIONS, plan_sections
    from almoner.report.terminal_calibrate import print_differences
    from almoner.report.why_sections import asked_in
    from almoner.report.writing import plan_files

    written = read_plan(plan_dir)
    study = study_of(written, scenario or (), own)
    given = {"adverts": adverts or (), "consultation": () if consultation is None else (consultation,), "pledges": pledges or ()}
    evidence = read_again(written.manifest["inputs"], written.folder, study.place, study.scenarios, given)
    asked = asked_in(written.files)
    with progress(f"{study.place.name}: {len(study.scenarios)} scenarios, {study.draws} draws", quiet=as_json) as advance:
        record = asked.listed_in(evidence.listed_in(make_plan(study, advance)))
        answers = asked.parts(study)
    # The day of making is a fact about the first plan, not a figure.
    beside = plan_sections(study, [name for name in SECTIONS if f"{name}.json" in written.files])
    made = plan_files(
        replace(record, made_on=written.manifest["made_on"]), (*beside, *(part.section() for part in (*answers, *evidence.parts)))
    )
    found = compare(written, made, {**study.manifest, **evidence.manifest})
    if as_json:
        print_json({"plan": str(plan_dir), "run_id": record.run_id, "command": " ".join(written.command), **asdict(found)})
    else:
        print_differences(found.differences, found.figures, str(plan_dir), console())
        screen = console()
        for row in found.changed_inputs:
            screen.print(f"Other than when the plan was written: {row['input']}.", highlight=False)
        for name in found.changed_files:
            screen.print(f"Changed since it was written: {name}.", highlight=False)
    if found.differences:
        raise typer.Exit(1)
