"""The published tables shipped with the package, by name, as polars frames.

Schemas are checked when the tables are built and in the tests, not on each load; `describe` prints a table's columns, rules and
cautions. A figure's `source` holds one or several ids (joined by `;`) of `sources`.
"""

from __future__ import annotations

import hashlib
import inspect
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import polars as pl

from almoner.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its type, whether it may be empty, whether it is part of the key, and its allowed words."""

    name: str
    type: str
    nullable: bool
    key: bool
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """What a table holds, how far to trust it, and its columns."""

    name: str
    title: str
    caution: str
    rows: int
    columns: tuple[Column, ...]
    sources: tuple[str, ...]


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return the names of all tables in alphabetical order."""
    return tuple(
        sorted(entry.name.removesuffix(".parquet") for entry in data_folder().iterdir() if entry.name.endswith(".parquet"))
    )


@lru_cache(maxsize=64)
def load(name: str) -> pl.DataFrame:
    """Return the table called `name`; the frame is shared, so make a new one rather than change it in place."""
    if name not in names():
        raise NotFoundError("reference table", name, names())
    with data_folder().joinpath(f"{name}.parquet").open("rb") as file:
        return pl.read_parquet(file)


def describe(name: str) -> Description:
    """Return what the table called `name` holds, its columns and its sources."""
    from almoner.reference.schemas import SCHEMAS

    frame = load(name)
    schema = SCHEMAS[name]
    title, _, caution = (inspect.getdoc(schema) or "").partition("\n\n")
    columns = tuple(
        Column(column, str(frame.schema[column]), rule.nullable, rule.primary_key, tuple((rule.metadata or {}).get("allowed", ())))
        for column, rule in schema.columns().items()
    )
    ids = frame["source"].str.split(";").explode().unique().sort().to_list() if "source" in frame.columns else []
    return Description(name, " ".join(title.split()), " ".join(caution.split()), frame.height, columns, tuple(ids))


def data_folder() -> Traversable:
    """Return the folder of the shipped data."""
    return files("almoner.reference") / "data"


@lru_cache(maxsize=1)
def data_hash() -> str:
    """Return the SHA-256 of every shipped table, by name: results say which data they rest on."""
    digest = hashlib.sha256()
    for entry in sorted(data_folder().iterdir(), key=lambda item: item.name):
        digest.update(entry.name.encode())
        digest.update(entry.read_bytes())
    return digest.hexdigest()
