"""One system's own figures of discharge: its queue, arrivals, capacities and reasons, as a discharge lead has them.

In: a CSV file, or the first sheet of a workbook, with the columns `section`, `item` and `value`. Out: a `System`. Every row that
cannot be used is named with its line and the remedy, all at once. A marker of suppression leaves a figure unknown, never zero.

Sections: `system` (name, date, coded_from), `arrivals` and `queue` (pathway_0 to pathway_3: people who become ready a day, people
who wait now), `capacity` (p1_starts, p2_beds, p3_places: people whom services can have at once; optional), `reasons` (the published
reasons, or the seven constraints: patients by what holds them).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from almoner.errors import InputFileError, nearest
from almoner.reference import tables
from almoner.reference.discharge_words import CAPACITIES, CONSTRAINTS, PATHWAYS

COLUMNS: Final = ("section", "item", "value")
SECTIONS: Final = ("system", "arrivals", "queue", "capacity", "reasons")

_UNKNOWN: Final = frozenset({"", "-", "*", "c", "[c]", ":", "..", "x", "[x]", "z", "[z]", "u", "[u]", "low", "[low]", "k", "[k]"})
"""How publications mark a figure that is suppressed, missing or does not apply."""
_MOST: Final = {"arrivals": 20_000.0, "queue": 30_000.0, "capacity": 200_000.0, "reasons": 30_000.0}
_LONGEST_STAY: Final = 60
_LARGEST_BYTES: Final = 2_000_000
_PROBLEMS_SHOWN: Final = 6
_TEXTS: Final = ("name", "date", "coded_from")


@dataclass(frozen=True, slots=True)
class System:
    """The figures of one system. A pathway or a reason whose figure is withheld is not in the dictionaries."""

    name: str
    date: str
    coded_from: int
    """days in hospital from which its reasons are counted"""
    arrivals: dict[str, float]
    queue: dict[str, float]
    capacity: dict[str, float]
    reasons: dict[str, float]
    """by published reason, or by constraint"""
    withheld: int


def read_system(path: Path) -> System:
    """Read a file of one system's figures.

    Raises:
        InputFileError: the file cannot be read, or rows cannot be used; the message names them.
    """
    problems: list[str] = []
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line, (section, item, value) in _rows(path):
        problem = _problem(section, item, value, found)
        if problem:
            problems.append(f"line {line}: {problem}")
        else:
            found[section][item] = value
    problems += _missing(found)
    if problems:
        shown = "; ".join(problems[:_PROBLEMS_SHOWN])
        more = f"; and {len(problems) - _PROBLEMS_SHOWN} more" if len(problems) > _PROBLEMS_SHOWN else ""
        raise InputFileError(f"{path.name} cannot be used: {shown}{more}.")
    numbers = {section: _numbers(found[section]) for section in _MOST}
    return System(
        name=found["system"].get("name", path.stem),
        date=found["system"].get("date", "not stated"),
        coded_from=int(found["system"].get("coded_from", "0")),
        withheld=sum(len(found[section]) - len(numbers[section]) for section in _MOST),
        **numbers,
    )


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    cells = _workbook(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    if not cells:
        raise InputFileError(f"{path.name} is empty: it needs the columns {', '.join(COLUMNS)}.")
    header = [cell.strip().lower() for cell in cells[0]]
    absent = [column for column in COLUMNS if column not in header]
    if absent:
        raise InputFileError(f"{path.name} lacks the column {absent[0]}: it needs {', '.join(COLUMNS)}.")
    at = [header.index(column) for column in COLUMNS]
    for line, row in enumerate(cells[1:], 2):
        padded = [*row, *[""] * len(header)]
        section, item, value = (padded[k].strip() for k in at)
        if section or item or value:
            yield line, (section.lower(), item if section.lower() == "reasons" else item.lower(), value)


def _csv(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if len(content) > _LARGEST_BYTES:
        raise InputFileError(f"{path.name} is larger than 2 MB: it should hold a few dozen rows.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return list(csv.reader(io.StringIO(text)))


def _workbook(path: Path) -> list[list[str]]:
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        raise InputFileError(f"{path.name} is a workbook, which needs openpyxl: install it, or save the sheet as CSV.") from None
    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except Exception as error:  # openpyxl raises errors of many kinds for a file that is no workbook
        raise InputFileError(f"{path.name} cannot be read as a workbook ({type(error).__name__}): save the sheet as CSV.") from None
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def _problem(section: str, item: str, value: str, found: dict[str, dict[str, str]]) -> str | None:
    """Return what is wrong with a row, with its remedy, or None."""
    if section not in SECTIONS:
        return f"there is no section '{section}'{_offer(section, SECTIONS)}"
    known = _known(section)
    if item not in known:
        return f"'{item}' is no item of {section}{_offer(item, known)}"
    if item in found[section]:
        return f"{section} {item} stands there twice: keep one"
    if section == "system":
        return (
            None if item != "coded_from" or _days(value) else f"coded_from is '{value}': give whole days from 0 to {_LONGEST_STAY}"
        )
    if value.lower() in _UNKNOWN:
        return None
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        return f"'{value}' is no number: write one, or leave it empty where it is not known"
    if not 0 <= number <= _MOST[section]:
        return f"{number:g} is out of range: {section} lie between 0 and {_MOST[section]:,.0f}"
    return None


def _missing(found: dict[str, dict[str, str]]) -> list[str]:
    problems = [
        f"{section} of {pathway} is missing or withheld: the model needs it (0 if there are none)"
        for section in ("arrivals", "queue")
        for pathway in PATHWAYS
        if found[section].get(pathway, "").lower() in _UNKNOWN
    ]
    reasons = found["reasons"]
    if not any(value.lower() not in _UNKNOWN and float(value.replace(",", "")) > 0 for value in reasons.values()):
        problems.append("no reasons are given: give patients by published reason, or by constraint")
    kinds = {item in CONSTRAINTS for item in reasons}
    if len(kinds) > 1:
        problems.append("reasons are given by published reason and by constraint: give one or the other")
    return problems


def _numbers(rows: dict[str, str]) -> dict[str, float]:
    return {item: float(value.replace(",", "")) for item, value in rows.items() if value.lower() not in _UNKNOWN}


def _known(section: str) -> tuple[str, ...]:
    if section == "reasons":
        return (*tables.load("discharge_responsibility")["reason"].to_list(), *CONSTRAINTS)
    return {"system": _TEXTS, "capacity": CAPACITIES}.get(section, tuple(PATHWAYS))


def _days(value: str) -> bool:
    return value.isdigit() and int(value) <= _LONGEST_STAY


def _offer(wanted: str, known: tuple[str, ...]) -> str:
    offers = nearest(wanted, known, 1)
    return f": did you mean '{offers[0]}'?".rstrip("?") if offers else f": choose {', '.join(known[:7])}"
