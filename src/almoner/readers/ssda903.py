"""Children's episode files (SSDA903): header and episodes as CSV, read in memory and never kept.

In: one or several files, those of several years together. Out: `Episodes`, one row an episode of care in one placement under one
legal status; an episode that stands in files of two years is taken from the later file. Every row that cannot be used is named by
file and line with the remedy; blank means not known. Codes of sex changed in 2025 and are not read, placements H5 and P2 became
K3.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from almoner.errors import InputFileError, nearest

EPISODE_COLUMNS: Final = ("CHILD", "DECOM", "RNE", "PLACE", "DEC", "REC")
HEADER_COLUMNS: Final = ("CHILD", "DOB")
CONTINUES: Final = "X1"
"""Reason at the end of an episode that another one follows."""
LARGEST_BYTES: Final = 200_000_000

PLACEMENTS: Final[dict[str, str]] = {
    **dict.fromkeys(("U1", "U2", "U3"), "kinship"),
    **dict.fromkeys(("U4", "U5", "U6"), "foster"),
    "K1": "secure",
    "K2": "homes",
    **dict.fromkeys(("K3", "H5", "P2"), "semi_independent"),
    "P1": "parents",
    **dict.fromkeys(("A3", "A4", "A5", "A6"), "adoption"),
    **dict.fromkeys(("R1", "R2", "R3", "R5", "S1"), "other_residential"),
    **dict.fromkeys(("P3", "T0", "T1", "T2", "T3", "T4", "Z1", "Z11", "Z12", "Z13", "Z14"), "other"),
}
"""Kinds of placement by code. Nothing in the return says that a placement is unregistered."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode. `end` is None while it goes on; `reason` is the code at its end, blank while it goes on."""

    child: str
    start: date
    end: date | None
    starts_care: bool
    placement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is not used, or used with something set aside."""

    file: str
    line: int
    said: str
    used: bool

    @property
    def text(self) -> str:
        """Return the problem as a sentence."""
        return f"{self.file}, line {self.line}: {self.said}."


@dataclass(frozen=True)
class Episodes:
    """Episodes in the order of child and start, dates of birth by child where a header gives them, and what was wrong."""

    episodes: tuple[Episode, ...]
    births: dict[str, date]
    problems: tuple[Problem, ...]


def read_episodes(episode_files: Sequence[str | Path], header_files: Sequence[str | Path] = ()) -> Episodes:
    """Read episode files, oldest year first, and header files.

    Raises:
        InputFileError: a file is missing, not text, not a table with the columns needed, or has no usable row.
    """
    problems: list[Problem] = []
    found: dict[tuple[str, date], Episode] = {}
    for file in episode_files:
        name = Path(file).name
        usable = 0
        for line, row in rows(file, EPISODE_COLUMNS, "episodes"):
            episode = _episode(name, line, row, problems)
            if episode is not None:
                found[episode.child, episode.start] = episode
                usable += 1
        if not usable:
            raise InputFileError(f"{name} has no usable episode: {problems[0].text if problems else 'it has only a header row.'}")
    births: dict[str, date] = {}
    for file in header_files:
        for line, row in rows(file, HEADER_COLUMNS, "header"):
            born = _date(row["DOB"])
            if row["CHILD"] and born:
                births[row["CHILD"]] = born
            elif row["CHILD"] or row["DOB"]:
                said = f"DOB '{row['DOB']}' is no date (DD/MM/YYYY)" if row["CHILD"] else "CHILD is blank"
                problems.append(Problem(Path(file).name, line, said, used=False))
    return Episodes(tuple(found[key] for key in sorted(found)), births, tuple(problems))


def _episode(name: str, line: int, row: dict[str, str], problems: list[Problem]) -> Episode | None:
    start, end = _date(row["DECOM"]), _date(row["DEC"])
    wrong = ""
    if not row["CHILD"]:
        wrong = "CHILD is blank"
    elif start is None:
        wrong = f"DECOM '{row['DECOM']}' is no date (DD/MM/YYYY)"
    elif row["DEC"] and end is None:
        wrong = f"DEC '{row['DEC']}' is no date (DD/MM/YYYY)"
    elif end is not None and end < start:
        wrong = f"DEC {row['DEC']} comes before DECOM {row['DECOM']}"
    elif row["PLACE"] not in PLACEMENTS:
        near = nearest(row["PLACE"], PLACEMENTS, limit=1) if row["PLACE"] else []
        wrong = f"PLACE '{row['PLACE']}' is no placement code{f': did you mean {near[0]}' if near else ''}"
    if wrong or start is None:
        problems.append(Problem(name, line, wrong, used=False))
        return None
    reason = row["REC"]
    if end is None and reason not in ("", CONTINUES):
        problems.append(Problem(name, line, f"REC {reason} without DEC: taken as still going on", used=True))
    return Episode(row["CHILD"], start, end, row["RNE"] == "S", PLACEMENTS[row["PLACE"]], "" if end is None else reason)


def rows(file: str | Path, needed: tuple[str, ...], kind: str) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV file with the columns `needed`, values stripped of space and codes in capitals.

    Raises:
        InputFileError: see `read_episodes`.
    """
    path = Path(file)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputFileError(f"{path.name} is larger than {LARGEST_BYTES // 1_000_000} MB: give one year a file.")
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputFileError(f"There is no file {path}.") from None
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputFileError(f"{path.name} is not text in UTF-8: save it as 'CSV UTF-8' and try again.") from None
    if "\0" in text:
        raise InputFileError(f"{path.name} is not a CSV file: export the {kind} module as CSV.")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = [name.strip().upper() for name in next(reader, [])]
        for name in needed:
            if name not in columns:
                spare = [column for column in columns if column and column not in needed]
                near = nearest(name, spare, limit=1) if spare else []
                offer = f" (is it '{near[0]}'?)" if near else ""
                raise InputFileError(f"{path.name} has no column {name}{offer}: the {kind} file needs {', '.join(needed)}.")
        at = {name: columns.index(name) for name in needed}
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, {name: row[i].strip().upper() if i < len(row) else "" for name, i in at.items()}
    except csv.Error as error:
        raise InputFileError(f"{path.name}, line {reader.line_num}, is not CSV: {error}.") from None


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError:
        return None
