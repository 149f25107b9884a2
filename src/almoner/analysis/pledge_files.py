"""A user's own pledges, in the format of the shipped ledger: a CSV file with one promised sum a row.

In: a file. Out: a ledger that holds the shipped rows and the user's. A file with faults is refused with every fault named by its
row, column and remedy, in the order of the rows; nothing is dropped or guessed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from almoner.analysis.pledges import RELATIONS, ROUNDING_GBP_M, Ledger, Pledge, pledge_of, shipped_ledger
from almoner.errors import InputFileError, nearest

NEEDED: Final = ("id", "domain", "title", "amount_gbp_m", "period", "announced_by", "what_happened", "status", "source")
"""Columns that a file must have."""

COLUMNS: Final = (
    *NEEDED,
    "amount_note",
    "price_basis",
    "period_start",
    "period_end",
    "parent_id",
    "relation",
    "replaces_id",
    "is_sum_row",
    "announced_date",
    "purpose",
    "status_detail",
    "revised_amount_gbp_m",
    "spent_gbp_m",
    "confidence",
    "note",
)
"""All columns that a file may have, as the shipped ledger has them."""

DOMAINS: Final = ("adult", "both", "children", "discharge")
STATUSES: Final = ("announced", "allocated", "spent", "part_spent", "cut", "diverted", "cancelled", "pending", "unknown")

_ID: Final = re.compile(r"[A-Z]{1,3}\d{2,3}")
_PERIOD: Final = re.compile(r"\d{4}(-\d{2}){0,2}")
_FULL: Final = ("domain", "title", "period", "announced_by", "what_happened", "source")
_AMOUNTS: Final = ("amount_gbp_m", "revised_amount_gbp_m", "spent_gbp_m")
_SHOWN: Final = 5
_HEADER: Final = 1


class PledgeFileError(InputFileError):
    """A file of pledges that cannot be used; `faults` holds every fault, a sentence without its full stop each."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        more = len(faults) - _SHOWN
        tail = f"; and {more} more" if more > 0 else ""
        super().__init__(f"{name}: {'; '.join(faults[:_SHOWN])}{tail}.")


def with_own(paths: Sequence[str | Path]) -> Ledger:
    """Return the shipped ledger with the rows of the user's files added.

    Raises:
        PledgeFileError: a file is missing, has other columns, or has rows that are wrong in themselves or beside the others.
    """
    ledger = shipped_ledger()
    for path in paths:
        ledger = _joined(ledger, Path(path))
    return ledger


def faults_of(ledger: Ledger, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (id, fault) of pledges that do not stand together with the rest: parents, rings, replacements and sums."""
    for own in (ledger.pledges[each] for each in ids):
        if own.parent is not None and own.parent not in ledger.pledges:
            yield own.id, f"parent_id '{own.parent}' is in no row{_near(own.parent, ledger.pledges)}"
        elif _in_ring(ledger, own.id):
            yield own.id, "lies inside itself by way of its parents: break the ring"
        for replaced in own.replaces:
            if replaced not in ledger.pledges:
                yield own.id, f"replaces_id '{replaced}' is in no row{_near(replaced, ledger.pledges)}"
            elif replaced == own.id:
                yield own.id, "replaces itself"
            elif own.relation == "replaces" and ledger.pledges[replaced].parent != own.parent:
                yield own.id, f"replaces '{replaced}', which is not inside {own.parent}"
    touched = dict.fromkeys([*ids, *(parent for each in ids if (parent := ledger.pledges[each].parent) in ledger.pledges)])
    for holder in (ledger.pledges[each] for each in touched if each is not None):
        for parts, which in ((ledger.first_parts(holder.id), "first named"), (ledger.unreplaced(holder.id), "not replaced")):
            total = sum(part.amount or 0.0 for part in parts)
            if holder.amount is not None and total > holder.amount + ROUNDING_GBP_M:
                named = ", ".join(part.id for part in parts)
                yield holder.id, f"its parts {which} ({named}) come to £{total:g}m, more than its own £{holder.amount:g}m"
                break


def _joined(ledger: Ledger, path: Path) -> Ledger:
    faults: list[str] = []
    found: dict[str, Pledge] = {}
    line_of: dict[str, int] = {}
    for line, row in _rows(path):
        own = row["id"]
        wrong = list(_faults_of_row(row))
        if own in ledger.pledges:
            wrong.append(f"id '{own}' is taken by '{ledger.pledges[own].title}': choose another")
        if own in found:
            wrong.append(f"id '{own}' stands in row {line_of[own]} as well")
        faults += [f"row {line}, {each}" for each in wrong]
        if not wrong:
            found[own], line_of[own] = _pledge(row), line
    if faults:
        raise PledgeFileError(path.name, faults)
    joined = Ledger({**ledger.pledges, **found})
    together = [f"row {line_of[own]}, {what}" if own in line_of else f"{own}: {what}" for own, what in faults_of(joined, [*found])]
    if together:
        raise PledgeFileError(path.name, together)
    return joined


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number as a spreadsheet counts, values by column) of a file; empty rows are left out."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputFileError(f"There is no file of pledges {path}.") from None
    except UnicodeDecodeError:
        raise InputFileError(f"{path.name} is not text in UTF-8: save it as CSV in UTF-8 and try again.") from None
    except OSError as error:
        raise InputFileError(f"{path.name} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    lines = list(csv.reader(io.StringIO(text, newline="")))
    header = [name.strip() for name in lines[0]] if lines else []
    _check_header(path.name, header)
    for number, line in enumerate(lines[1:], start=_HEADER + 1):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(header):
            raise PledgeFileError(
                path.name, [f"row {number} has {len(line)} cells and the header has {len(header)}: check its commas"]
            )
        yield number, {**dict.fromkeys(COLUMNS, ""), **dict(zip(header, map(str.strip, line), strict=True))}


def _check_header(name: str, header: Sequence[str]) -> None:
    faults = []
    for column in header:
        if column not in COLUMNS:
            near = nearest(column, COLUMNS, limit=1)
            faults.append(f"the column '{column}' is not known{f', did you mean {near[0]}' if near else ''}")
    faults += [f"the column '{column}' stands twice" for column in COLUMNS if header.count(column) > 1]
    faults += [f"there is no column '{column}'" for column in NEEDED if column not in header]
    if faults:
        raise PledgeFileError(name, faults)


def _faults_of_row(row: Mapping[str, str]) -> Iterator[str]:
    if not _ID.fullmatch(row["id"]):
        yield f"id '{row['id']}' is not one to three capital letters and two or three digits, as W01"
    for column in _FULL:
        if not row[column]:
            yield f"{column} is empty"
    for column, words in (("domain", DOMAINS), ("status", STATUSES), ("relation", ("", *RELATIONS)), ("is_sum_row", ("", "yes"))):
        if row[column] not in words and not (column == "domain" and not row[column]):
            yield f"{column} '{row[column]}' is none of {', '.join(word for word in words if word)}"
    for column in _AMOUNTS:
        if row[column] and _amount(row[column]) is None:
            yield f"{column} '{row[column]}' is not a number of million pounds from 0"
    for column in ("period_start", "period_end", "announced_date"):
        if row[column] and not _PERIOD.fullmatch(row[column]):
            yield f"{column} '{row[column]}' is not a year or a month, as 2025-26 or 2025-04"
    if bool(row["parent_id"]) != bool(row["relation"]):
        yield "parent_id and relation must both be given or both be empty"
    if row["relation"] == "replaces_within" and not row["replaces_id"]:
        yield "relation replaces_within needs the rows that are replaced in replaces_id"


def _pledge(row: Mapping[str, str]) -> Pledge:
    values: dict[str, Any] = {column: value or None for column, value in row.items()}
    values |= {column: _amount(row[column]) if row[column] else None for column in _AMOUNTS}
    values |= {"status_detail": row["status_detail"] or row["status"], "confidence": row["confidence"] or "seen"}
    return pledge_of(values)


def _amount(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _in_ring(ledger: Ledger, id: str) -> bool:
    seen: set[str] = set()
    here: str | None = id
    while here is not None and here in ledger.pledges:
        if here in seen:
            return True
        seen.add(here)
        here = ledger.pledges[here].parent
    return False


def _near(id: str, known: Mapping[str, Pledge]) -> str:
    near = nearest(id, known, limit=1)
    return f", did you mean {near[0]}" if near else ""
