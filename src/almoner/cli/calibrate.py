"""The command that sets the uncertain parameters against the published record."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, Seed, console, print_json


@app.command(epilog="Examples: almoner calibrate · almoner calibrate --draws 16384 --json · almoner calibrate --write")
def calibrate(
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws from the priors, rounded up to a power of two.")] = 8192,
    self_test: Annotated[
        int, typer.Option("--self-test", metavar="N", help="Also calibrate on N histories that the engine makes (5 s each).")
    ] = 0,
    write: Annotated[bool, typer.Option("--write", help="Ship the posterior draws: put them in the package's data.")] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fit the uncertain parameters to the published record from 2016-17 on, and print prior against posterior."""
    from almoner.analysis.assurance.self_test import self_test as run_self_test
    from almoner.analysis.calibration import as_data
    from almoner.analysis.calibration import calibrate as run_calibration
    from almoner.analysis.posterior import write_posterior
    from almoner.errors import OutOfRangeError
    from almoner.report.terminal_calibrate import print_calibration
    from almoner.study.posterior import data_folder

    if draws < 1 or self_test < 0:
        raise OutOfRangeError("--draws must be at least 1 and --self-test at least 0.")
    found = run_calibration(draws, seed)
    files = write_posterior(found, data_folder()) if write else []
    tested = run_self_test(self_test, seed=seed) if self_test else None
    if as_json:
        print_json(as_data(found, tested) | {"files": [str(file) for file in files]})
        return
    print_calibration(found, tested, files, console())
