"""Commands that choose: the best mix of policies for a budget, and how to share a sum out between areas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AreaName, AsJson, ChartFile, Seed, ToYear, console, print_json, progress


@app.command(
    epilog="Examples: almoner optimise wakefield --budget 5000000 --outcome unmet_hours · "
    "almoner optimise england --allocate --budget 500000000 --outcome unmet_hours --by region"
)
def optimise(
    area: AreaName,
    budget: Annotated[
        float, typer.Option("--budget", metavar="GBP", help="Net cost a year beside doing nothing, pounds in stated prices.")
    ],
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="NAME", help="What to better: a measure, or worst_tenth_ before a rate.")
    ] = "unmet_hours_per_week",
    policies: Annotated[
        str | None, typer.Option("--policies", metavar="A,B,C", help="Policies to choose among; all of adult care if not given.")
    ] = None,
    to: ToYear = 2035,
    start: Annotated[str, typer.Option("--start", metavar="YYYY-MM", help="First month of the policies.")] = "2027-04",
    draws: Annotated[
        int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters on which the answer is verified.")
    ] = None,
    points: Annotated[
        int | None,
        typer.Option("--points", metavar="N", min=1, help="Draws that the search looks at; fewer policies are given more."),
    ] = None,
    allocate: Annotated[bool, typer.Option("--allocate", help="Share the budget out between areas or regions.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="UNIT", help="With --allocate: region or area.")] = "region",
    floor: Annotated[
        float,
        typer.Option("--floor", metavar="SHARE", help="With --allocate: least share of an equal sum a head."),
    ] = 0.0,
    fair: Annotated[
        float | None, typer.Option("--fair", metavar="X", help="With --allocate: at most X times an equal sum a head.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also write the mix as a scenario file.")] = None,
    chart: ChartFile = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the best mix of policies for a yearly budget, verified, with the value of another pound."""
    from dataclasses import asdict

    from almoner.analysis.optimise import optimise as find
    from almoner.analysis.responses import outcome_named
    from almoner.analysis.sharing import UNITS, share_out
    from almoner.errors import AlmonerError, NotFoundError
    from almoner.model.clock import month_number
    from almoner.reference.areas import resolve
    from almoner.report import charts_optimise
    from almoner.report.chart_page import write_chart_page
    from almoner.report.terminal_optimise import (
        optimum_sentences,
        print_optimum,
        print_sharing,
        scenario_text,
        sharing_sentences,
        write_scenario,
    )

    place = resolve(area)
    wanted = outcome_named(outcome, len(place.members))
    names = tuple(name.strip() for name in policies.split(",") if name.strip()) if policies else ()
    month = month_number(start)
    if not 0 <= month < 12 * (to - 2025):
        raise AlmonerError(f"--start {start} is not a month of the run: give one from 2025-04 to the March of --to {to}.")
    if by not in UNITS:
        raise NotFoundError("unit", by, UNITS)
    if not allocate and (floor or fair is not None):
        raise AlmonerError("--floor and --fair belong to --allocate: give that as well.")
    if allocate and out is not None:
        raise AlmonerError("--out writes one mix as a scenario: with --allocate take --json, which has the mix of each area.")
    with progress(f"{place.name}: {wanted.label}", quiet=as_json) as advance:
        if allocate:
            sharing = share_out(
                place, wanted, budget, by, names, to, month, floor, fair, seed, draws, progress=advance, threads=threads  # type: ignore[arg-type]
            )  # fmt: skip
        else:
            found = find(place, wanted, budget, names, to, month, seed, draws, points, advance, threads)
    if chart is not None and allocate:
        title = f"{place.name}: a sum shared out"
        write_chart_page(chart, title, [charts_optimise.shared(sharing)], sharing_sentences(sharing))
    elif chart is not None:
        write_chart_page(chart, f"{place.name}: the best mix", [charts_optimise.front(found)], optimum_sentences(found))
    if allocate:
        if as_json:
            curves = [{name: value if name == "unit" else list(value) for name, value in asdict(c).items()} for c in sharing.curves]
            print_json({**asdict(sharing), "curves": curves})
        else:
            print_sharing(sharing, console())
        return
    if out is not None:
        write_scenario(out, found)
    if as_json:
        print_json({**asdict(found), "scenario": scenario_text(found)})
        return
    print_optimum(found, console())
    if out is not None:
        typer.echo(f"The mix as a scenario: {out}")
