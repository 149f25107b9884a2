"""The command that makes the model report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, Seed, console, print_json


@app.command(epilog="Examples: almoner validate --out model-report · almoner validate --out model-report --self-test 64")
def validate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the page and its tables.")],
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws from the priors for the calibration.")] = 8192,
    self_test: Annotated[
        int, typer.Option("--self-test", metavar="N", help="Also calibrate on N histories that the engine makes (5 s each).")
    ] = 0,
    tests: Annotated[
        Path | None,
        typer.Option("--tests", metavar="FILE", help="JUnit file of the tests' outcomes; without it a checkout's tests are run."),
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", metavar="WHY", help="Add the headline results to the change log, with the reason.")
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Make the model report: method, data, assumptions, tests, calibration, back-tests, uncertainty, limits, changes."""
    import almoner
    from almoner.analysis.assurance import results_log
    from almoner.analysis.validate import data_of, model_record
    from almoner.report.model_report import write_report

    screen = console()
    root = Path(almoner.__file__).parents[2]
    found = model_record(
        draws, seed, self_test, tests, root, (lambda _: None) if as_json else lambda text: screen.print(f"{text} ...")
    )
    files = write_report(found, out)
    if record is not None:
        results_log.add(found.figures, record)
    if as_json:
        print_json(data_of(found) | {"files": [str(file) for file in files]})
        return
    for sentence in found.backtest.findings:
        screen.print(f"- {sentence}", highlight=False)
    screen.print(f"The report: {files[0]}", soft_wrap=True, highlight=False)
