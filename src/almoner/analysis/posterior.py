"""Writing the posterior draws that ship, and saying what they are: `almoner calibrate --write`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from almoner.analysis.calibration import Calibration, record_hash
from almoner.errors import OutputError
from almoner.parameters import load
from almoner.study.posterior import FILE, RECORD, described


def write_posterior(found: Calibration, folder: Path) -> list[Path]:
    """Write the draws and their record to a folder; the same calibration gives the same bytes."""
    table = pl.DataFrame({path: found.posterior.uniforms[:, column] for column, path in enumerate(found.posterior.paths)})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table.write_ipc(folder / FILE, compression="zstd")
        (folder / RECORD).write_text(json.dumps(posterior_description(found), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The posterior draws cannot be written to {folder}: {error.strerror}.") from error
    return [folder / FILE, folder / RECORD]


def posterior_description(found: Calibration) -> dict[str, Any]:
    """Return the record of the draws."""
    tree = load()
    return {
        "what": "Uniform numbers of calibrated parameters, one row a posterior draw, equally weighted, in random order",
        "command": f"almoner calibrate --draws {found.draws} --seed {found.seed} --write",
        "draws_from_priors": found.draws,
        "posterior_draws": int(found.posterior.uniforms.shape[0]),
        "seed": found.seed,
        "effective_sample_size": round(found.effective_sample_size, 1),
        "record_hash": record_hash(),
        "priors": {path: described(tree, path) for path in found.posterior.paths},
        "parameters": [{key: _short(value) for key, value in row.items()} for row in found.parameters],
    }


def _short(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value
