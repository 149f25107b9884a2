"""An invented consultation to try the commands with: an export as Citizen Space writes it, and coders who fill in their sheets.

Every answer, name and code in it is made up. The coders agree most of the time, as people do; what they code is decided by a
keyed hash, so that the example is the same everywhere.
"""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from almoner.errors import InputFileError, OutputError
from almoner.voices.consultation.chance import draw
from almoner.voices.consultation.spreadsheet import read_sheet

RESPONDENTS: Final = 240
FILE_NAME: Final = "example-answers.csv"
_KINDS: Final = ("Someone who works in social care", "Member of the public", "Care provider", "Council")
_KIND_SHARES: Final = (0.55, 0.85, 0.97)
_AGREE: Final = ("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree")
_OPEN: Final = ("pay", "conditions", "retention", "recruitment", "international", "training", "progression", "funding", "planning")
_CAMPAIGN_THEMES: Final = "pay;conditions;planning"
_HEADER: Final = (
    "Response ID",
    "Date Submitted",
    "What is your name?",
    "Are you responding as an individual or on behalf of an organisation?",
    "1. Do you agree that care workers should be on a register?",
    "1. Please explain your answer",
    "2. What would help most to attract and keep care staff?",
)
_SLIP: Final = 0.06
"""Chance that an invented coder misses a theme."""


def write_example(out: Path) -> list[Path]:
    """Write the invented export into a folder.

    Raises:
        OutputError: the folder cannot be written, or holds a different file of that name.
    """
    text = export()
    target = out / FILE_NAME
    if target.exists() and target.read_text(encoding="utf-8-sig") != text:
        raise OutputError(f"'{target}' is there already and is not the example: name another folder with --out.")
    return [_write(target, text)]


def fill_sheets(folder: Path) -> list[Path]:
    """Code every sheet of the example in a folder as its invented coder would; `audit-ann.csv` gives `coded-audit-ann.csv`.

    Raises:
        InputFileError: there is no sheet in the folder, or a sheet is not of the example.
    """
    sheets = sorted(path for path in folder.glob("*.csv") if not path.name.startswith("coded-"))
    if not sheets:
        raise InputFileError(
            f"'{folder}' holds no sheet: give almoner consultation review PROJECT --queue audit --out {folder} first."
        )
    known = _codes()
    written = []
    for path in sheets:
        sheet = read_sheet(path)
        header = list(sheet.rows[0][1])
        rows = []
        for _, cells in sheet.rows[1:]:
            row = dict(zip(header, cells, strict=True))
            themes = _coded(row["answer"], row["coder"], known)
            if themes is None:
                raise InputFileError(f"{path} is not a sheet of the example: its coders can only code the example's answers.")
            rows.append([*cells[: header.index("themes")], themes, *cells[header.index("themes") + 1 :]])
        written.append(_write(folder / f"coded-{path.name}", _csv([header, *rows])))
    return written


def export() -> str:
    """Return the invented export as CSV."""
    return _csv([list(_HEADER), *(_row(number) for number in range(1, RESPONDENTS + 1))])


def _row(number: int) -> list[str]:
    sentences = _sentences()
    pick = draw(0, "kind", str(number))
    kind = _KINDS[sum(pick >= share for share in _KIND_SHARES)]
    view = int(5 * draw(0, "view", str(number)))
    side = "regulation_for" if view < 2 or (view == 2 and number % 2) else "regulation_against"
    why = _choose(sentences[side], f"why {number}")
    if draw(0, "more", str(number)) < 0.4:
        other = _OPEN[int(len(_OPEN) * draw(0, "other", str(number)))]
        why += " " + _choose(sentences[other], f"because {number}")
    first = int(len(_OPEN) * draw(0, "first", str(number)) ** 1.6)
    parts = [_choose(sentences[_OPEN[first]], f"first {number}")]
    if draw(0, "two", str(number)) < 0.6:
        second = int(len(_OPEN) * draw(0, "second", str(number)))
        parts.append(_choose(sentences[_OPEN[second]], f"second {number}"))
    if draw(0, "none", str(number)) < 0.3:
        parts.insert(0, _choose(sentences["none"], f"none {number}"))
    if number % 17 == 0:
        name = _choose(sentences["names"], f"name {number}")
        said = _choose(sentences["private"], f"private {number}")
        parts.append(said.format(name=name.split()[0], digits=f"{number:03d}", small=name.split()[0].lower()))
    if number % 15 == 0:
        parts = [str(sentences["campaign"]).strip()]
        if number % 30 == 0:
            parts.insert(0, "Dear minister.")
    if number % 15:
        parts.append(_about(sentences, number, "help"))
    why += f" {_about(sentences, number, 'why')} {_about(sentences, number, 'besides')}"
    help_most = "No comment" if number % 41 == 0 else " ".join(parts)
    day = 1 + number % 28
    person = _choose(sentences["names"], f"respondent {number}")
    return [f"ANON-{number:04d}", f"2026-02-{day:02d}", person, kind, _AGREE[view], why, help_most]


def _about(sentences: dict[str, Any], number: int, purpose: str) -> str:
    """Return a sentence about the respondent, so that two answers are rarely alike unless they are a campaign."""
    about = sentences["about"]
    parts = {name: _choose(about[name], f"{name} {purpose} {number}") for name in ("work", "place", "end")}
    return str(about["sentence"]).format(years=2 + int(28 * draw(0, f"years {purpose}", str(number))), **parts)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Return the theme behind each invented sentence."""
    found = {}
    for theme, group in _sentences().items():
        if theme in ("names", "private", "campaign", "about"):
            continue
        for sentence in group:
            found[sentence] = "" if theme == "none" else theme.partition("_")[0]
    return found


def _coded(answer: str, coder: str, known: dict[str, str]) -> str | None:
    """Return the themes that an invented coder gives, or none for an answer that is not the example's."""
    text = " ".join(answer.split())
    if str(_sentences()["campaign"]).strip()[:60] in text:
        return _CAMPAIGN_THEMES
    hits = [theme for sentence, theme in known.items() if sentence in text]
    if not hits:
        return None
    kept = [theme for theme in dict.fromkeys(hits) if theme and draw(0, f"slip {coder}", text + theme) >= _SLIP]
    return ";".join(kept) or "none"


@lru_cache(maxsize=1)
def _sentences() -> dict[str, Any]:
    text = (files("almoner.voices.consultation") / "data" / "example.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _choose(group: list[str], purpose: str) -> str:
    return group[int(len(group) * draw(0, "sentence", purpose))]


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _write(target: Path, text: str) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8-sig"))
    except OSError as error:
        raise OutputError(f"'{target}' cannot be written: {(error.strerror or str(error)).lower()}.") from error
    return target
