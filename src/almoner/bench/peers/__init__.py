"""The leave-and-replace job as a careful user of other tools would write it, for comparison.

Each module has `ready(workers, months, seed)`, which does all the setting up and returns a function that runs the job once and
returns the leavers of each month; only that function is timed. Chances come from the same table, luck from the tool itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.bench.job import Workers
from almoner.errors import NotFoundError

Job = Callable[[], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Peer:
    """Another way to do the job; `most_posts` keeps the slow ones to a size at which they are at their best."""

    name: str
    library: str
    module: str
    most_posts: int
    manner: str

    @property
    def installed(self) -> bool:
        """Say whether its library is there."""
        return find_spec(self.library) is not None

    @property
    def version(self) -> str:
        """Return the version of its library."""
        return version(self.library)

    def ready(self, workers: Workers, months: int, seed: int) -> Job:
        """Set everything up, and return what is timed."""
        job: Job = import_module(f"almoner.bench.peers.{self.module}").ready(workers, months, seed)
        return job


NUMPY: Final = Peer("numpy", "numpy", "with_numpy", 200_000_000, "whole columns every month, the loop that one writes by hand")
NUMPY_TUNED: Final = Peer("numpy_tuned", "numpy", "with_tuned_numpy", 200_000_000, "in blocks, 32-bit numbers, nothing allocated")
OTHERS: Final = (
    Peer("starsim", "starsim", "with_starsim", 100_000, "one module, in place, luck keyed by person as it comes"),
    Peer("mesa", "mesa", "with_mesa", 10_000, "one agent a post, in place, `agents.do`"),
    Peer("simpy", "simpy", "with_simpy", 10_000, "one process a post, one event a spell"),
)


def chosen(names: tuple[str, ...] | None) -> tuple[Peer, ...]:
    """Return the peers with these names, or all of them; the NumPy loops are always run."""
    if names is None:
        return OTHERS
    known = {peer.name: peer for peer in OTHERS}
    for name in names:
        if name not in known:
            raise NotFoundError("peer", name, known)
    return tuple(known[name] for name in names)
