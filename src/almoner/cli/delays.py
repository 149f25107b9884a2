"""The command that says whose the delays out of hospital are."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, Seed, console, peak_megabytes, print_json, progress

if TYPE_CHECKING:
    from almoner.analysis.delays_record import DelaysRecord


class _Priority(StrEnum):
    FIRST_COME = "first-come"
    LONGEST_READY = "longest-ready"


@app.command(epilog="Examples: almoner delays england · almoner delays 'NHS South Yorkshire' --json · almoner delays wakefield")
def delays(
    area: Annotated[
        str | None, typer.Argument(metavar="AREA", help="An ICB, a council area, a region or England: a name or a code.")
    ] = None,
    own: Annotated[
        Path | None, typer.Option("--own", metavar="FILE", help="One system's own figures, a CSV or workbook, instead of AREA.")
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="DIR", help="A stored run's folder: who waits under each of its scenarios, with its staff."),
    ] = None,
    priority: Annotated[
        _Priority, typer.Option("--priority", help="Who leaves first: who joined the queue first, or who has been ready longest.")
    ] = _Priority.FIRST_COME,
    draws: Annotated[
        int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters: 30 or more give an 80% interval.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Add how well the model fits, and its error on held-out months.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for delays.html with charts and delays.json.")
    ] = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say whose delays out of hospital these are, as recorded and as caused, and what plain changes would save."""
    started = time.perf_counter()
    from almoner.analysis.delays import as_json as plain
    from almoner.analysis.delays import default_draws
    from almoner.analysis.delays import delays as answer_for
    from almoner.errors import AlmonerError
    from almoner.reference.areas import resolve

    if (area is None) == (own is None):
        raise AlmonerError("Give one place, or one system's own figures with --own FILE: not both, and not neither.")
    rule = priority.value.replace("-", "_")
    if own is not None:
        from almoner.analysis.delays_own import delays_of_own
        from almoner.readers.discharge_system import read_system

        system = read_system(own)
        with progress(f"{system.name}: discharge", quiet=as_json) as advance:
            answer = delays_of_own(system, draws, seed, advance, threads, rule)
    else:
        place = resolve(str(area))
        with progress(f"{place.name}: discharge, {draws or default_draws(place)} draws", quiet=as_json) as advance:
            answer = answer_for(place, draws, seed, advance, threads, stored=run, priority=rule)
    result: dict[str, Any] = plain(answer)
    if check:
        from almoner.analysis.delays_check import checks

        result["check"] = checks(answer.area_code if own is None else None, seed, threads, draws)
    if out is not None:
        from almoner.report.delays_section import write_delays

        result["files"] = [str(path) for path in write_delays(answer, result, out)]
    result |= {"seconds": round(time.perf_counter() - started, 2), "peak_mb": peak_megabytes()}
    if as_json:
        print_json(result)
        return
    _print(answer, result)


def _print(answer: DelaysRecord, result: dict[str, Any]) -> None:
    from almoner.analysis.delays_words import headline, tables
    from almoner.report.terminal import print_rows

    screen = console()
    for sentence in headline(answer):
        screen.print(sentence)
    for title, rows in tables(answer, result):
        screen.print()
        print_rows(rows, list(rows[0]), title, screen, level=answer.level)
    screen.print()
    screen.print(
        f"Sources: {', '.join(answer.sources)} (almoner sources ID says more). The split as caused is modelled by Almoner."
    )
    for path in result.get("files", []):
        screen.print(f"  {path}", soft_wrap=True)
