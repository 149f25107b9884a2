"""Commands that say why: which of a scenario's policies does what, and which flows moved a year."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AreaName, AsJson, ChartFile, Seed, ToYear, console, print_json, progress


@app.command(
    epilog="Examples: almoner explain wakefield prevention-and-recovery --to 2035 · almoner explain wakefield fair-pay --year 2030"
)
def explain(
    area: AreaName,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped one.")],
    to: ToYear = 2035,
    draws: Annotated[
        int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters; fewer policies are given more.")
    ] = None,
    measure: Annotated[str, typer.Option("--measure", metavar="NAME", help="What the effect is of.")] = "vacancy_rate",
    year: Annotated[
        int | None, typer.Option("--year", metavar="YEAR", help="Say instead which flows moved filled posts in the year to March.")
    ] = None,
    chart: ChartFile = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a scenario: what each policy adds, what they do together, and how much rests on assumed effects."""
    from dataclasses import asdict

    from almoner.analysis.explain import explain as run_explanation
    from almoner.analysis.explain import explain_year, usual_draws
    from almoner.analysis.responses import checked_draws, measure_named
    from almoner.reference.areas import resolve
    from almoner.report import charts_explain
    from almoner.report.chart_page import write_chart_page
    from almoner.report.terminal_explain import print_explanation, print_year, sentences
    from almoner.study.design import Study
    from almoner.study.scenario import load_scenario

    place, wanted = resolve(area), measure_named(measure)
    last = to if year is None else max(year, 2026)
    study = Study(place, (), 1, last, seed)
    found = load_scenario(scenario, study.months)
    usual = usual_draws(place, len(found.policies))
    study = Study(place, (found,), checked_draws(draws, usual), last, seed)
    with progress(f"{place.name}: {found.name}", quiet=as_json) as advance:
        if year is not None:
            change = explain_year(study, year, advance, threads)
        else:
            explanation = run_explanation(study, wanted, advance, threads)
    if chart is not None and year is not None:
        write_chart_page(chart, f"{place.name}: what moved filled posts in {year}", [charts_explain.year_flows(change)])
    elif chart is not None:
        pictures = (charts_explain.waterfall(explanation), charts_explain.shapley(explanation))
        title = f"{place.name}: what each policy of {charts_explain.inside(found.name)} adds"
        write_chart_page(chart, title, pictures, sentences(explanation))
    if as_json:
        print_json(asdict(explanation if year is None else change))
    elif year is None:
        print_explanation(explanation, console())
    else:
        print_year(change, console())
