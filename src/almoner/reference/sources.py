"""Where each figure comes from: the register of sources, by id.

In: a source id as it stands in a table's `source` column, alone or several joined by `;`. Out: publisher, title, address, licence
and the way in which the figure was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from almoner.errors import NotFoundError
from almoner.reference import tables


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, page or piece of our own work that figures are taken from."""

    id: str
    publisher: str
    title: str
    period: str | None
    url: str | None
    licence: str
    retrieved_via: str
    note: str | None

    @property
    def citation(self) -> str:
        """Return publisher, title and period as one line of text."""
        return f"{self.publisher}: {self.title}" + (f" ({self.period})" if self.period else "")


def source(id: str) -> Source:
    """Return the source called `id`."""
    register = _register()
    if id not in register:
        raise NotFoundError("source", id, register)
    return register[id]


def cited(ids: str) -> tuple[Source, ...]:
    """Return the sources of a table's cell, whose ids are joined by `;`."""
    return tuple(source(each) for each in ids.split(";"))


def all_sources() -> tuple[Source, ...]:
    """Return every source in the order of its id."""
    return tuple(_register().values())


def uses(id: str) -> dict[str, int]:
    """Return how many rows of each table cite the source called `id`; tables that do not cite it are left out."""
    source(id)
    counts = {
        name: tables.load(name).select(pl.col("source").str.split(";").list.contains(id).sum()).item()
        for name in tables.names()
        if "source" in tables.load(name).columns
    }
    return {name: rows for name, rows in counts.items() if rows}


@lru_cache(maxsize=1)
def _register() -> dict[str, Source]:
    return {row["id"]: Source(**row) for row in tables.load("sources").sort("id").iter_rows(named=True)}
