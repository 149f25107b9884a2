"""Refits of the usual draws, shipped beside this module: moving the central fit to a draw takes half a second of a core.

`python -m almoner.analysis.delays_kept` writes them with the answers that rest on them. A refit is found by the hash of everything
that it was made from, so a stale one is never used: it is then made again, in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from almoner.model.discharge.rests_on import hash_of, made_of
from almoner.model.discharge.system import Fitted
from almoner.parameters import ParameterTree

FILE: Final = Path(__file__).with_name("refits.arrow")

_ARRAYS: Final = ("held_days", "wait_days")


def key_of(tree: ParameterTree, fitted: Fitted, central_tree: ParameterTree, replicate: int, seed: int, rounds: int) -> str:
    """Return the hash of what the refit of `fitted`, the fit at `central_tree`, to the draw `tree` is made from."""
    parts = (made_of(tree), made_of(central_tree), hash_of(fitted), str(replicate), str(seed), str(rounds))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def kept(key: str, fitted: Fitted) -> Fitted | None:
    """Return the shipped refit of `fitted` under a key, or None where there is none."""
    row = _shipped().get(key)
    if row is None:
        return None
    length_factor, arrays = row
    shaped = {name: values.reshape(getattr(fitted, name).shape).copy() for name, values in arrays.items()}
    return replace(fitted, length_factor=length_factor, **shaped)  # type: ignore[arg-type]


def write(refits: Mapping[str, Fitted], file: Path = FILE) -> None:
    """Write refits by their keys."""
    columns = {name: np.stack([getattr(each, name).reshape(-1) for each in refits.values()]) for name in _ARRAYS}
    frame = pl.DataFrame({"key": list(refits), "length_factor": [each.length_factor for each in refits.values()], **columns})
    frame.write_ipc(file, compression="zstd")
    _shipped.cache_clear()


@lru_cache(maxsize=1)
def _shipped() -> dict[str, tuple[float, dict[str, np.ndarray]]]:
    try:
        with FILE.open("rb") as file:
            frame = pl.read_ipc(file)
    except (OSError, pl.exceptions.PolarsError):
        return {}
    arrays = {name: frame[name].to_numpy() for name in _ARRAYS}
    return {
        key: (factor, {name: values[row] for name, values in arrays.items()})
        for row, (key, factor) in enumerate(zip(frame["key"], frame["length_factor"], strict=True))
    }
