"""What the central fit shows in the base months, and how much luck moves a board's year: what swings are measured from.

Shipped beside this module (`python -m almoner.model.discharge.level` writes it, some ten seconds) and worked out again when the fit
that it rests on has changed; the luck is not that of the fit, nor of its check.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge import flow
from almoner.model.discharge.central import central
from almoner.model.discharge.fit import WINDOW
from almoner.model.discharge.rests_on import made_of
from almoner.model.discharge.system import lanes_of
from almoner.parameters import load

FILE: Final = Path(__file__).with_name("level.json")
REPLICATES: Final = 48
_FRESH: Final = 5_000
_DIGITS: Final = 5


@dataclass(frozen=True)
class Level:
    """The central fit's base months."""

    codes: tuple[str, ...]
    remaining: NDArray[np.float64]
    """[board, month] patients on an average day, mean over replicates of chance"""
    luck: NDArray[np.float64]
    """[board] standard deviation between replicates of the mean over the base months"""

    @property
    def relative_luck(self) -> NDArray[np.float64]:
        """[board] luck over the level."""
        return np.asarray(self.luck / self.remaining.mean(axis=1))


@lru_cache(maxsize=1)
def level() -> Level:
    """Return the base months at the central values of all parameters."""
    try:
        content = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = {}
    if content.get("made_of") != made_of(load()):
        return simulated()
    return Level(tuple(content["codes"]), np.array(content["remaining"]), np.array(content["luck"]))


def simulated() -> Level:
    """Run the base months."""
    fitted = central()
    lanes = lanes_of(load(), fitted, WINDOW)
    runs = [flow.run(lanes, WINDOW, 0, _FRESH + r).held.sum(axis=(1, 2)) for r in range(REPLICATES)]
    luck = np.std([run.mean(axis=1) for run in runs], axis=0, ddof=1)
    return Level(fitted.codes, np.mean(runs, axis=0), luck)


def write() -> None:
    """Run and write the file."""
    found = simulated()
    content = {
        "made_of": made_of(load()),
        "codes": list(found.codes),
        "remaining": [[float(f"{value:.{_DIGITS}g}") for value in row] for row in found.remaining],
        "luck": [float(f"{value:.{_DIGITS}g}") for value in found.luck],
    }
    FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
