"""The command that says what higher pay does."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, Seed, ToYear, console, print_json, progress


@app.command(epilog="Examples: almoner pay · almoner pay wakefield --rise 5 --scenario fair-pay --to 2030")
def pay(
    area: Annotated[str, typer.Argument(metavar="AREA", help="A council, region, integrated care board or England.")] = "England",
    rise: Annotated[float, typer.Option("--rise", metavar="PERCENT", help="Percent by which pay rises.")] = 10.0,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME", help="A scenario of pay, to be run under two rules of funding.")
    ] = "fair-pay-2028",
    to: ToYear = 2035,
    draws: Annotated[int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters.")] = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what higher pay does at one employer, in the whole sector and to supply, and who must pay for it."""
    from dataclasses import asdict

    from almoner.analysis.pay_response import pay_response
    from almoner.reference.areas import resolve
    from almoner.report.terminal_pay import print_pay_response
    from almoner.study.design import default_draws

    place = resolve(area)
    with progress(f"{place.name}: pay", quiet=as_json) as advance:
        found = pay_response(place, scenario, rise / 100, to, draws or default_draws(place), seed, advance, threads)
    if as_json:
        print_json(asdict(found))
    else:
        print_pay_response(found, console())
