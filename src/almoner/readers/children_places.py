"""A council's own figures of places for children by kind: how many need one, how many there are, how many are open.

In: a CSV file with columns kind, children_needing, places, open_places, date, source, one row a kind. Out: `OwnPlaces` rows. Blank
means not known and stays so; a row that cannot be used stops the reading with one sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from almoner.errors import InputFileError, nearest
from almoner.readers.ssda903 import rows

KINDS: Final = ("homes", "foster", "kinship", "secure", "semi_independent", "short_breaks", "therapeutic", "mental_health")
COLUMNS: Final = ("KIND", "CHILDREN_NEEDING", "PLACES", "OPEN_PLACES", "DATE", "SOURCE")
_MOST: Final = 100_000.0


@dataclass(frozen=True, slots=True)
class OwnPlaces:
    """One kind of place; None where the file leaves a number blank."""

    kind: str
    children_needing: float | None
    places: float | None
    open_places: float | None
    date: str
    source: str


def read_places(file: str | Path) -> tuple[OwnPlaces, ...]:
    """Read the file.

    Raises:
        InputFileError: a missing file or column, an unknown or repeated kind, a number out of range, or a row without source.
    """
    name = Path(file).name
    found: dict[str, OwnPlaces] = {}
    for line, row in rows(file, COLUMNS, "places"):
        kind = row["KIND"].lower()
        if kind not in KINDS:
            near = nearest(kind, KINDS, limit=1)
            offer = f"did you mean {near[0]}?" if near else f"choose {', '.join(KINDS)}."
            raise InputFileError(f"{name}, line {line}: '{kind}' is no kind of place: {offer}")
        if kind in found:
            raise InputFileError(f"{name}, line {line}: the kind '{kind}' stands here twice: keep one row for it.")
        if not row["SOURCE"]:
            raise InputFileError(f"{name}, line {line}: say in the column SOURCE where the figures of '{kind}' come from.")
        needing, places, opened = (_number(name, line, column, row[column]) for column in COLUMNS[1:4])
        if places is not None and opened is not None and opened > places:
            raise InputFileError(f"{name}, line {line}: more places of '{kind}' are open ({opened:g}) than there are ({places:g}).")
        found[kind] = OwnPlaces(kind, needing, places, opened, row["DATE"], row["SOURCE"])
    if not found:
        raise InputFileError(f"{name} has no rows: give one for each kind of place that you know.")
    return tuple(found.values())


def _number(name: str, line: int, column: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= _MOST:
        raise InputFileError(
            f"{name}, line {line}: {column} '{text}' is no number from 0 to {_MOST:,.0f}; leave it blank if unknown."
        )
    return value
