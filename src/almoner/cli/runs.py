"""Commands for studies: run one into a store, and look after the runs that are kept."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json, progress

runs_app = typer.Typer(help="The runs that are kept.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(runs_app, name="runs")


@app.command(epilog="Example: almoner run examples/study.yaml --out runs --executor processes")
def run(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study file (YAML): areas, scenarios, draws, replicates, year.")],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Folder, or address that fsspec knows, in which runs are kept.")],
    executor: Annotated[str, typer.Option("--executor", help="serial, threads, processes or dask.")] = "threads",
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Threads or processes; all cores if not given.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A dask scheduler, or local for a cluster on this machine.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a study into a store: what is done is found, what is missing is carried out, and a stopped run goes on."""
    from dataclasses import asdict

    from almoner.study.executors import make_executor
    from almoner.study.files import load_study
    from almoner.study.runs import run_plan

    plan = load_study(study)
    chosen = make_executor(executor, workers, scheduler)
    try:
        with progress(f"{plan.name}: {len(plan.scenarios)} scenarios, {plan.draws} draws", quiet=as_json) as advance:
            summary = run_plan(plan, out, chosen, advance)
    except KeyboardInterrupt:
        typer.echo("Stopped. What is done is kept: give the same command again and the run goes on.", err=True)
        raise typer.Exit(130) from None
    if as_json:
        print_json({**asdict(summary), "seconds": round(summary.seconds, 2)})
        return
    screen = console()
    screen.print(f"{plan.name}: run {summary.run_id} is whole in {summary.location}", soft_wrap=True)
    screen.print(f"{summary.tasks_done:,} tasks carried out, {summary.tasks_found:,} found done, in {summary.seconds:.1f} s")
    screen.print(f"Result hash {summary.result_hash}", soft_wrap=True)


@runs_app.command("verify", epilog="Example: almoner runs verify runs")
def runs_verify(
    place: Annotated[str, typer.Argument(metavar="DIR", help="A run's folder or address, or the one in which runs are kept.")],
    as_json: AsJson = False,
) -> None:
    """Hash every file of the runs again and say which differ or are missing."""
    from dataclasses import asdict

    from almoner.study.location import open_location
    from almoner.study.store import verify_all

    found = verify_all(open_location(place))
    if as_json:
        print_json([{**asdict(run), "ok": run.ok} for run in found])
    else:
        for each in found:
            state = "whole" if each.ok else f"{len(each.problems):,} of {each.files:,} files are not as written"
            typer.echo(f"Run {each.run_id}: {state}{'' if each.finished else ' (the run is not finished)'}")
            for problem in each.problems:
                typer.echo(f"  {problem.file} {problem.what}")
    if not all(each.ok for each in found):
        raise typer.Exit(1)
