"""The queue job: two pathways out of hospital, each with places and, for some people after them, long-term packages that block.

A person takes a place of their pathway, stays, and with a given chance needs a package before the place is free. The same in
Almoner, Ciw and SimPy; lengths are one day and an exponential beyond it, from the same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from almoner.model.discharge import spread


@dataclass(frozen=True, slots=True)
class Pathway:
    """People a day, places, mean days in a place, chance of needing a package, and packages."""

    a_day: float
    places: int
    stay_days: float
    onward: float
    packages: int


@dataclass(frozen=True, slots=True)
class QueueJob:
    """The pathways and what packages last."""

    pathways: tuple[Pathway, ...]
    package_days: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool found: people served in the days that count, and their mean wait by pathway."""

    people: int
    waits: tuple[float, ...]


JOB: Final = QueueJob((Pathway(4.6, 154, 30.0, 0.2, 130), Pathway(2.8, 96, 30.0, 0.25, 100)), 120.0)
"""A county: places are used to about 90%, packages to 85%."""

TABLE: Final = tuple(float(value) for value in spread.exponential())
