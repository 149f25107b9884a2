"""The central fit of the 42 boards: shipped beside this module, and made again when what it rests on has changed.

`python -m almoner.model.discharge.central` writes it (about two minutes). The file names the hash of the parameters and
figures that it was made from, so a stale one is never used.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from almoner.model.discharge.fit import fit
from almoner.model.discharge.rests_on import made_of
from almoner.model.discharge.system import Fitted
from almoner.parameters import load

FILE: Final = Path(__file__).with_name("central.json")
ROUNDS: Final = 12
REPLICATES: Final = 32

_ARRAYS: Final = ("flow", "season", "held_days", "wait_days")
_DIGITS: Final = 6


@lru_cache(maxsize=1)
def central() -> Fitted:
    """Return the fit at the central values of all parameters."""
    try:
        content = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = {}
    return _read(content) if content.get("made_of") == made_of(load()) else fit(load(), rounds=ROUNDS, replicates=REPLICATES)


def write() -> None:
    """Fit and write the file."""
    fitted = fit(load(), rounds=ROUNDS, replicates=REPLICATES)
    content: dict[str, Any] = {"made_of": made_of(load()), "codes": list(fitted.codes), "length_factor": fitted.length_factor}
    content |= {name: _rounded(getattr(fitted, name).tolist()) for name in _ARRAYS}
    FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def _read(content: dict[str, Any]) -> Fitted:
    arrays = {name: np.array(content[name]) for name in _ARRAYS}
    codes = tuple(content["codes"])
    return Fitted(
        codes=codes,
        numbers=np.arange(len(codes)),
        length_factor=float(content["length_factor"]),
        opening=np.ones((len(codes), 4, 5)),
        **arrays,
    )


def _rounded(values: Any) -> Any:
    return [_rounded(each) for each in values] if isinstance(values, list) else float(f"{values:.{_DIGITS}g}")


if __name__ == "__main__":
    write()
