"""The command about children's social care."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AreaName, AsJson, Seed, console, naming, print_json, progress


@app.command(epilog="Examples: almoner children wakefield · almoner children england --to 2030 --json")
def children(
    area: AreaName,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="FILE", help="A scenario file or the name of a shipped one; repeatable."),
    ] = None,
    to: Annotated[int, typer.Option("--to", metavar="YEAR", help="Last year, to 30 September.")] = 2035,
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters and of luck.")] = 100,
    norm: Annotated[
        float | None,
        typer.Option("--norm", metavar="CASES", help="Highest caseload that the place aims for; England's if not given."),
    ] = None,
    episodes: Annotated[
        list[Path] | None,
        typer.Option("--episodes", metavar="FILE", help="Own SSDA903 episodes as CSV, oldest year first; repeatable."),
    ] = None,
    header: Annotated[
        list[Path] | None, typer.Option("--header", metavar="FILE", help="Own SSDA903 header as CSV, for ages; repeatable.")
    ] = None,
    places: Annotated[Path | None, typer.Option("--places", metavar="FILE", help="Own figures of places by kind as CSV.")] = None,
    workforce: Annotated[
        Path | None, typer.Option("--workforce-return", metavar="FILE", help="Own social work workforce return as XML.")
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Children's social care of a place: where it stands, what happens if nothing changes, and what scenarios would do."""
    from almoner.analysis.children import children_answer
    from almoner.analysis.children_json import as_data
    from almoner.analysis.children_own import read_own
    from almoner.reference.areas import resolve
    from almoner.report.children_terminal import print_children
    from almoner.study.scenario import load_scenario

    place = resolve(area)
    with naming("--episodes FILE", "give the episodes too"):
        own = read_own(episodes or (), header or (), places, workforce)
    months = (to - 2025) * 12 + 6
    names = dict.fromkeys(["do-nothing", *(scenario or [])])
    scenarios = [load_scenario(name, max(months, 1)) for name in names]
    with progress(f"{place.name}: {len(scenarios)} scenarios, {draws} draws", quiet=as_json):
        found = children_answer(place, scenarios, to, draws, seed, norm, own=own)
    if as_json:
        print_json(as_data(found))
        return
    print_children(found, console())
    if found.unregistered.status == "unknown":
        typer.echo("Episodes and places of its own are given with --episodes FILE and --places FILE.")
