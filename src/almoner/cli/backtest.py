"""The command that holds the model against what came."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, Seed, console, print_json


@app.command(epilog="Example: almoner backtest --domain children --json")
def backtest(
    domain: Annotated[str, typer.Option("--domain", help="children or adult.")] = "children",
    cut: Annotated[int, typer.Option("--cut", metavar="YEAR", help="Last year whose figures may be known.")] = 2022,
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters and of luck.")] = 128,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fit to one year, forecast the next three, and print the errors beside no change and a straight line."""
    from almoner.errors import AlmonerError, NotFoundError

    if domain == "adult":
        raise AlmonerError("The back-test of adult social care is not built yet: use --domain children.")
    if domain != "children":
        raise NotFoundError("domain", domain, ("children", "adult"))
    from almoner.analysis.children_backtest import backtest as run
    from almoner.analysis.children_json import backtest_data
    from almoner.report.children_terminal import print_backtest

    found = run(cut, draws, seed)
    if as_json:
        print_json(backtest_data(found))
        return
    print_backtest(found, console())
