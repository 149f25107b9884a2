"""An organisation's own figures of posts, vacancies and turnover, which replace the modelled ones of its area.

In: a CSV file, one row an area and service, or an area, service and role. Out: `OwnFigures`. Every row that cannot be used is named
with its line and the remedy, all of them at once; a marker of suppression leaves the modelled figure and is counted, never zero.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

from almoner.errors import AlmonerError, InputFileError, NotFoundError, nearest
from almoner.reference.areas import resolve
from almoner.reference.vocabulary import ROLES, SERVICES

COLUMNS: Final = ("area", "service", "role", "filled_posts", "vacant_posts", "turnover_rate", "source", "date")
_NEEDED: Final = ("area", "service", "filled_posts", "source")
_UNKNOWN: Final = frozenset({"", "-", "*", "c", "[c]", ":", "..", "x", "[x]", "z", "[z]", "u", "[u]", "low", "[low]", "k", "[k]"})
"""How publications mark a figure that is suppressed, missing or does not apply."""
_ALL_ROLES: Final = frozenset({"", "all", "all roles"})
_MOST_POSTS: Final = 1_000_000
_MOST_TURNOVER: Final = 200.0
_LIMITS: Final = {"filled_posts": _MOST_POSTS, "vacant_posts": _MOST_POSTS, "turnover_rate": _MOST_TURNOVER}
_LARGEST_BYTES: Final = 5_000_000
_PROBLEMS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row: posts, and turnover in percent a year; None where it is not known. `role` is None for all roles of the service."""

    area_code: str
    service: str
    role: str | None
    filled_posts: int | None
    vacant_posts: int | None
    turnover_rate: float | None
    source: str
    date: str
    line: int


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """The rows of a file. `withheld` counts figures that the file marks as not known."""

    name: str
    rows: tuple[OwnRow, ...]
    withheld: int

    @property
    def hash(self) -> str:
        """SHA-256 of what the file says, whatever it is called."""
        return hashlib.sha256(json.dumps([astuple(row) for row in self.rows]).encode()).hexdigest()

    @property
    def areas(self) -> tuple[str, ...]:
        """Codes of the areas that the file speaks of."""
        return tuple(sorted({row.area_code for row in self.rows}))


def read_own_figures(path: str | Path) -> OwnFigures:
    """Read a file of own figures.

    Raises:
        InputFileError: the file is missing, is not such a file, or has rows that cannot be used; each is named with its line.
    """
    file = Path(path).expanduser()
    rows = csv.DictReader(io.StringIO(_text(file)), strict=True)
    try:
        header = _header(file, rows.fieldnames)
        found = [(rows.line_num, row) for row in rows]
    except csv.Error as error:
        raise InputFileError(f"{file}, line {rows.line_num}: {error}; save it again as a plain CSV file.") from None
    problems: list[str] = []
    kept: list[OwnRow] = []
    withheld = 0
    for line, raw in found:
        if None in raw or None in raw.values():
            problems.append(f"line {line} has {'more' if None in raw else 'fewer'} cells than the header")
            continue
        cells = {header[name]: value.strip() for name, value in raw.items()}
        if not any(cells.values()):
            continue
        try:
            row, hidden = _row(cells, line)
        except AlmonerError as error:
            problems.append(f"line {line}: {str(error).rstrip('.')}")
            continue
        kept.append(row)
        withheld += hidden
    problems += _clashes(kept)
    if problems:
        more = f"; and {len(problems) - _PROBLEMS_SHOWN} more" if len(problems) > _PROBLEMS_SHOWN else ""
        raise InputFileError(f"{file} cannot be used: {'; '.join(problems[:_PROBLEMS_SHOWN])}{more}.")
    if not kept:
        raise InputFileError(f"{file} has no rows: give one for each service whose posts you know.")
    return OwnFigures(file.name, tuple(kept), withheld)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise InputFileError(f"{file} is larger than 5 MB: own figures are one row a service and role, not a list of workers.")
        content = file.read_bytes()
    except FileNotFoundError:
        siblings = [entry.name for entry in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        near = nearest(file.name, siblings, limit=1)
        raise InputFileError(f"There is no file {file}{f': did you mean {near[0]}?' if near else '.'}") from None
    except OSError as error:
        raise InputFileError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if content.startswith(b"PK"):
        raise InputFileError(f"{file} is a workbook: save the sheet as CSV (UTF-8) and give that file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputFileError(f"{file} is not text in UTF-8: save it as CSV (UTF-8) and try again.") from None


def _header(file: Path, names: object) -> dict[str, str]:
    """Match the file's columns with the known ones, in any case and order."""
    given = [str(name) for name in names] if isinstance(names, list) else []
    matched = {name: name.strip().lower().replace(" ", "_") for name in given}
    if len(set(matched.values())) < len(given):
        raise InputFileError(f"{file} has a column twice: its header may have each of {', '.join(COLUMNS)} once.")
    for name in matched.values():
        if name not in COLUMNS:
            near = nearest(name, COLUMNS, limit=1)
            hint = f": did you mean '{near[0]}'?" if near else f": it may have {', '.join(COLUMNS)}."
            raise InputFileError(f"{file} has a column '{name}' that own figures do not know{hint}")
    for name in _NEEDED:
        if name not in matched.values():
            raise InputFileError(f"{file} has no column '{name}': its header needs {', '.join(_NEEDED)}.")
    return matched


def _row(cells: Mapping[str, str], line: int) -> tuple[OwnRow, int]:
    """Return a row, and how many of its figures are marked as not known."""
    place = resolve(cells["area"])
    if place.level != "area":
        raise InputFileError(f"{place.name} is made of several areas: give a row for each council area")
    if not cells["source"]:
        raise InputFileError("there is no source: say where the figure comes from, such as 'council return, March 2025'")
    role = cells.get("role", "")
    numbers = {name: _number(cells.get(name, ""), name, limit) for name, limit in _LIMITS.items()}
    row = OwnRow(
        area_code=place.code,
        service=_one_of(cells["service"], SERVICES, "service"),
        role=None if role.lower() in _ALL_ROLES else _one_of(role, ROLES, "role"),
        filled_posts=_whole(numbers["filled_posts"], "filled_posts"),
        vacant_posts=_whole(numbers["vacant_posts"], "vacant_posts"),
        turnover_rate=numbers["turnover_rate"],
        source=cells["source"],
        date=cells.get("date", ""),
        line=line,
    )
    return row, sum(1 for name in _LIMITS if cells.get(name) and numbers[name] is None)


def _number(text: str, name: str, limit: float) -> float | None:
    if text.lower() in _UNKNOWN:
        return None
    try:
        value = float(text.removesuffix("%").replace(",", ""))
    except ValueError:
        raise InputFileError(f"{name} is '{text}', not a number; leave it empty where it is not known") from None
    if not 0 <= value <= limit:
        raise InputFileError(f"{name} is {text}, outside 0 to {limit:,.0f}")
    return value


def _whole(value: float | None, name: str) -> int | None:
    if value is None:
        return None
    if value != int(value):
        raise InputFileError(f"{name} is {value:g}: posts are whole numbers")
    return int(value)


def _one_of(text: str, known: Mapping[str, str], kind: str) -> str:
    wanted = text.strip().lower().replace(" ", "_")
    by_label = {label.lower().replace(" ", "_"): name for name, label in known.items()}
    if wanted not in known and wanted not in by_label:
        raise NotFoundError(kind, text, known)
    return wanted if wanted in known else by_label[wanted]


def _clashes(rows: list[OwnRow]) -> Iterator[str]:
    """Yield what rows of one area and service say against each other."""
    seen: dict[tuple[str, str, str | None], int] = {}
    for row in rows:
        key = (row.area_code, row.service, row.role)
        if key in seen:
            yield f"line {row.line} says again what line {seen[key]} says: keep one"
        seen[key] = row.line
    for row in rows:
        if row.role is None and row.filled_posts is not None:
            roles = [one for one in rows if one.role and (one.area_code, one.service) == (row.area_code, row.service)]
            total = sum(one.filled_posts or 0 for one in roles)
            if total > row.filled_posts:
                yield f"line {row.line}: the roles of the service have {total:,} filled posts, more than its {row.filled_posts:,}"
