"""Commands that set scenarios beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AreaName, AsJson, OwnFile, Seed, ToYear, console, naming, print_json, progress


@app.command(
    epilog="Examples: almoner compare wakefield fair-pay --to 2035 · "
    "almoner compare england do-nothing fair-pay prevention-and-recovery --by service"
)
def compare(
    area: AreaName,
    scenarios: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO...", help="Files or names; the first is the reference, or doing nothing if alone."),
    ],
    to: ToYear = 2035,
    draws: Annotated[
        int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters: 30 or more give an 80% interval.")
    ] = None,
    replicates: Annotated[int, typer.Option("--replicates", metavar="N", help="Replicates of chance under each draw.")] = 1,
    by: Annotated[str | None, typer.Option("--by", metavar="AXIS", help="area, service or role: a row for each.")] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option("--measure", metavar="NAME", help="A measure; repeatable. The usual ones if not given."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also write all rows to this CSV file.")] = None,
    own: OwnFile = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios: what each changes beside the first, with interval, Monte Carlo error and cost."""
    from dataclasses import asdict, replace

    from almoner.analysis.compare import AXES, chosen_for_comparison, measures_named
    from almoner.analysis.compare import compare as run_comparison
    from almoner.errors import NotFoundError
    from almoner.reference.areas import resolve
    from almoner.report.rows import write_csv
    from almoner.report.terminal_compare import print_comparison
    from almoner.study.design import Study, default_draws, own_figures

    if by is not None and by not in AXES:
        raise NotFoundError("axis", by, AXES)
    place = resolve(area)
    measures = measures_named(measure or ())
    figures = own_figures(own, place)
    study = Study(place, (), default_draws(place) if draws is None else draws, to, seed, replicates, figures)
    study = study.with_scenarios(chosen_for_comparison(scenarios, study.months))
    title = f"{place.name}: {len(study.scenarios)} scenarios, {study.points} points"
    with naming("--by", "do not split it"), progress(title, quiet=as_json) as advance:
        found = run_comparison(study, measures, by, advance, threads)  # type: ignore[arg-type]
    found = replace(found, notes=tuple(_with_option(note) for note in found.notes))
    if out is not None:
        write_csv(out, [asdict(row) for row in found.rows])
    if as_json:
        print_json(asdict(found))
        return
    print_comparison(found, console())
    if out is not None:
        typer.echo(f"All {len(found.rows):,} rows: {out}")


def _with_option(note: str) -> str:
    """Name the option that shows a measure, in a note that names the measure."""
    said, found, measure = note.partition("shows in the measure ")
    return f"{said}shows with --measure {measure}" if found else note
