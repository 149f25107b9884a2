"""The command that says which unknowns matter."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AreaName, AsJson, ChartFile, Seed, ToYear, console, print_json, progress


@app.command(epilog="Example: almoner sensitivity wakefield --measure vacancy_rate --to 2035")
def sensitivity(
    area: AreaName,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="SCENARIO", help="A scenario file or name; doing nothing if not given.")
    ] = "do-nothing",
    measure: Annotated[str, typer.Option("--measure", metavar="NAME", help="What is moved.")] = "vacancy_rate",
    to: ToYear = 2035,
    samples: Annotated[
        int,
        typer.Option("--samples", metavar="N", help="Rows of Saltelli's design, a power of two."),
    ] = 128,
    chart: ChartFile = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which uncertain parameters move a measure most: Sobol indices, and each from low to high."""
    from dataclasses import asdict

    from almoner.analysis.responses import measure_named
    from almoner.analysis.sensitivity import sensitivity as weigh
    from almoner.reference.areas import resolve
    from almoner.report.chart_page import write_chart_page
    from almoner.report.charts_optimise import tornado
    from almoner.report.terminal_optimise import print_sensitivity, sensitivity_sentences
    from almoner.study.design import Study
    from almoner.study.scenario import load_scenario

    place, wanted = resolve(area), measure_named(measure)
    study = Study(place, (), 1, to, seed)
    study = study.with_scenarios((load_scenario(scenario, study.months),))
    with progress(f"{place.name}: unknowns of the {wanted.label.lower()}", quiet=as_json) as advance:
        found = weigh(study, wanted, samples, advance, threads)
    if chart is not None:
        title = f"{place.name}: the unknowns that matter most"
        write_chart_page(chart, title, [tornado(found)], sensitivity_sentences(found))
    if as_json:
        print_json(asdict(found))
    else:
        print_sensitivity(found, console())
