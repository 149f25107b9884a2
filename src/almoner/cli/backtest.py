"""The command that holds the model against what came."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, ChartFile, Seed, console, print_json

_CHILDRENS_CUT: Final = 2022
_CHILDRENS_DRAWS: Final = 128


@app.command(epilog="Examples: almoner backtest · almoner backtest --cut 2021-22 --json · almoner backtest --domain children")
def backtest(
    domain: Annotated[str, typer.Option("--domain", help="adult or children.")] = "adult",
    cut: Annotated[
        str | None,
        typer.Option("--cut", metavar="YEAR", help="Last year that is known: 2021-22, or 2022 for children's."),
    ] = None,
    draws: Annotated[int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters.")] = None,
    chart: ChartFile = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fit to one year, forecast the next ones, and print the errors beside no change and other plain rules."""
    from almoner.errors import InputFileError, NotFoundError

    if domain == "adult":
        from almoner.analysis.assurance.summary import adult_backtest
        from almoner.analysis.backtest_adult import PARTICLES
        from almoner.report.terminal_calibrate import print_adult_backtest

        result = adult_backtest(cut, PARTICLES if draws is None else draws, seed)
        if chart is not None:
            from almoner.report.chart_page import write_chart_page
            from almoner.report.charts_calibrate import backtest_charts

            write_chart_page(chart, "Adult social care: forecasts held against what came", backtest_charts(result), result.findings)
        if as_json:
            print_json(result.as_data())
            return
        print_adult_backtest(result, console())
        return
    if domain != "children":
        raise NotFoundError("domain", domain, ("adult", "children"))
    if cut is not None and not cut.isdecimal():
        raise InputFileError(f"--cut {cut} is not a year: for children's services give one as in {_CHILDRENS_CUT}.")
    from almoner.analysis.children_backtest import backtest as run
    from almoner.analysis.children_json import backtest_data
    from almoner.report.children_terminal import print_backtest

    found = run(_CHILDRENS_CUT if cut is None else int(cut), _CHILDRENS_DRAWS if draws is None else draws, seed)
    if chart is not None:
        from almoner.report.chart_page import write_chart_page
        from almoner.report.charts_children import backtest_chart

        write_chart_page(chart, "Children's services: forecasts held against what came", [backtest_chart(found)])
    if as_json:
        print_json(backtest_data(found))
        return
    print_backtest(found, console())
