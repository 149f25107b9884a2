"""The posterior that calibration left, as draws of the parameters that it is about: `study.design` puts them among the others.

In: the shipped draws (`data/posterior.arrow` beside this file, made by `almoner calibrate --write`), the priors and a seed.
Out: the calibrated paths with uniform numbers [draw, path], the parameters of a draw together. Draws made for other priors are
refused, never used in silence.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import AlmonerError
from almoner.model.draws import generator
from almoner.parameters import ParameterTree

FILE: Final = "posterior.arrow"
RECORD: Final = "posterior.json"


def data_folder() -> Path:
    """Return the folder of the shipped draws."""
    return Path(str(files("almoner.study"))) / "data"


@lru_cache(maxsize=1)
def posterior_hash() -> str:
    """Return the SHA-256 of the shipped draws: a result made with them says so."""
    return hashlib.sha256((data_folder() / FILE).read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def posterior_record() -> dict[str, Any]:
    """Return what is known of the shipped draws: command, date, seed, effective sample size, and the priors they were made for."""
    try:
        return dict(json.loads(data_folder().joinpath(RECORD).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise AlmonerError("No posterior draws are shipped: make them with almoner calibrate --write.") from None


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the calibrated paths and their uniform numbers [draw, path]."""
    with data_folder().joinpath(FILE).open("rb") as file:
        table = pl.read_ipc(file)
    return tuple(table.columns), table.to_numpy().astype(np.float64)


def posterior_draws(tree: ParameterTree, draws: int, seed: int) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the calibrated paths and uniform numbers [draw, path] for their places in `ParameterTree.quantiles`.

    A single draw is the median of each parameter's posterior. More draws than are shipped go round again.

    Raises:
        AlmonerError: no draws are shipped, or they were made for other priors.
    """
    check_priors(tree)
    paths, uniforms = _shipped()
    if draws == 1:
        return paths, np.median(uniforms, axis=0)[None]
    start = int(generator("which posterior draws", seed).integers(uniforms.shape[0]))
    return paths, uniforms[(start + np.arange(draws)) % uniforms.shape[0]]


def posterior_range(tree: ParameterTree, path: str) -> tuple[float, float, float] | None:
    """Return the 10th, 50th and 90th percentile of a parameter's posterior, or None where calibration is not about it."""
    paths, uniforms = _shipped()
    prior = tree.parameter(path).prior
    if path not in paths or prior is None:
        return None
    low, middle, high = np.quantile(uniforms[:, paths.index(path)], (0.1, 0.5, 0.9)).tolist()
    return prior.quantile(low), prior.quantile(middle), prior.quantile(high)


def check_priors(tree: ParameterTree) -> None:
    """Refuse posterior draws that were made for other priors than the tree has."""
    made_for = posterior_record()["priors"]
    for path, prior in made_for.items():
        if path not in tree.paths() or described(tree, path) != prior:
            raise AlmonerError(
                f"The shipped posterior draws were made for another prior of '{path}': run almoner calibrate --write."
            )


def described(tree: ParameterTree, path: str) -> dict[str, Any] | None:
    """Return the prior of a parameter as plain data."""
    prior = tree.parameter(path).prior
    return None if prior is None else dict(prior.model_dump(mode="json", by_alias=True))
