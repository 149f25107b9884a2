"""Answers about delays that are made once and shipped: causes, what-ifs and paths of every board under the usual draws.

`python -m almoner.analysis.delays_kept` makes them again, with the refits that they rest on (two minutes of a core). In: boards,
draws and a seed. Out: what `study.discharge` would work out, to the last bit, or None. Each draw lies under the hash of what it was
made from, so a stale answer is never used: it is then worked out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.model.discharge import refits
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.central import central
from almoner.model.discharge.fit import refit_anew
from almoner.model.discharge.lanes import FIRST_COME, N_PATHWAYS, N_STAGES
from almoner.model.discharge.record import boards
from almoner.model.discharge.system import Fitted
from almoner.parameters import load
from almoner.parameters.steps import canonical
from almoner.study import discharge
from almoner.study.discharge_swings import opening_levels

FILE: Final = Path(__file__).with_name("delays_kept.arrow")
DRAWS: Final = 32
"""A smaller number of draws is the first of these, as points of a Sobol sequence are."""
SEED: Final = 0
FAN_MONTHS: Final = 36
METHOD: Final = 1
"""Raised when causes, what-ifs or forecasts change their answers; a change of the fit raises that of `rests_on`."""

_BRANCH: Final = "discharge."
_ROUNDS: Final = 2
_PER_YEAR: Final = 365.0
_PLACES: Final = (N_PATHWAYS, N_STAGES)


class Kept(NamedTuple):
    """What pages about delays are made of."""

    runs: discharge.Caused
    path: discharge.Path
    """People who remain over `FAN_MONTHS`; an average day of each month stands for its days"""


def kept(codes: Sequence[str], draws: int, seed: int = SEED, priority: int = FIRST_COME) -> Kept | None:
    """Return the answers of some boards if they are shipped for all the draws, else None."""
    if draws < 2 or priority != FIRST_COME:
        return None
    shipped = _shipped()
    rows = [shipped.keys.get(key) for key in keys_of(draws, seed)] if shipped else []
    if shipped is None or None in rows:
        return None
    at = np.ix_(np.array(rows), np.array([boards().codes.index(code) for code in codes]))

    def of(name: str, *shape: int) -> NDArray[np.int64]:
        return np.asarray(shipped.arrays[name][at], dtype=np.int64).reshape(draws, len(codes), *shape)

    saved = of("saved", -1)
    lost = of("path", FAN_MONTHS).astype(np.float64)
    lengths = np.bincount(Calendar(0, FAN_MONTHS).counted_month, minlength=FAN_MONTHS)
    flow = central().only(tuple(codes)).flow * _PER_YEAR
    runs = discharge.Caused(
        days=of("days").astype(np.float64),
        by_constraint=np.ascontiguousarray(shipped.arrays["by_constraint"][at]),
        held=of("held", *_PLACES).astype(np.float64),
        waits=of("waits", flow.shape[1], -1),
        people=np.repeat(flow[None], draws, axis=0),
        people_held=of("people_held", -1),
        saved={question.id: saved[:, :, k].copy() for k, question in enumerate(discharge.what_ifs())},  # type: ignore[misc]
    )
    return Kept(runs, discharge.Path(np.repeat(lost / lengths, lengths, axis=-1), lost))


def keys_of(draws: int, seed: int) -> tuple[str, ...]:
    """Return for each draw the hash of what its answers are made from."""
    about = [METHOD, seed, FAN_MONTHS, repr(discharge.BASE_YEAR), [question.id for question in discharge.what_ifs()]]
    opening = hashlib.sha256(opening_levels(boards().remaining[:, -1]).tobytes()).hexdigest()
    keys = []
    for draw, tree in enumerate(discharge.trees_of(draws, seed)):
        fit = refits.key_of(tree, central(), load(), draw, seed, _ROUNDS)
        values = [[path, canonical(leaf.steps)] for path, leaf in tree.leaves.items() if path.startswith(_BRANCH)]
        keys.append(hashlib.sha256(json.dumps([about, opening, draw, fit, values]).encode()).hexdigest())
    return tuple(keys)


def write(file: Path = FILE, refits_file: Path = refits.FILE) -> None:
    """Work everything out and write both files."""
    trees, fitted = discharge.trees_of(DRAWS, SEED), central()

    def again(draw: int) -> Fitted:
        return refit_anew(trees[draw], fitted, load(), replicate=draw, seed=SEED, rounds=_ROUNDS)

    found = discharge.mapped(again, DRAWS, None, None)
    names = [refits.key_of(trees[draw], fitted, load(), draw, SEED, _ROUNDS) for draw in range(DRAWS)]
    refits.write(dict(zip(names, found, strict=True)), refits_file)
    codes = boards().codes
    frame = table(discharge.caused(codes, DRAWS, SEED), discharge.forecast(codes, DRAWS, FAN_MONTHS, SEED), keys_of(DRAWS, SEED))
    frame.write_ipc(file, compression="zstd")
    _shipped.cache_clear()


def table(runs: discharge.Caused, path: discharge.Path, keys: Sequence[str]) -> pl.DataFrame:
    """Lay answers out with one row a draw, the boards one after another in each column."""
    saved = np.stack([runs.saved[question.id] for question in discharge.what_ifs()], axis=-1)
    counts = {
        "days": runs.days,
        "held": runs.held,
        "waits": runs.waits,
        "people_held": runs.people_held,
        "saved": saved,
        "path": path.days_lost,
    }
    whole = {name: values.reshape(len(keys), -1).astype(np.int32) for name, values in counts.items()}
    return pl.DataFrame({"key": list(keys), "by_constraint": runs.by_constraint.reshape(len(keys), -1), **whole})


class _Shipped(NamedTuple):
    keys: dict[str, int]
    arrays: dict[str, NDArray[np.float64] | NDArray[np.int32]]
    """[draw, board, ...]"""


@lru_cache(maxsize=1)
def _shipped() -> _Shipped | None:
    try:
        with FILE.open("rb") as file:
            frame = pl.read_ipc(file)
    except (OSError, pl.exceptions.PolarsError):
        return None
    number = len(boards().codes)
    arrays = {name: frame[name].to_numpy().reshape(frame.height, number, -1) for name in frame.columns if name != "key"}
    return _Shipped({key: row for row, key in enumerate(frame["key"])}, arrays)


if __name__ == "__main__":
    write()
