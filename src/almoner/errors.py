"""Mistakes that the person at the keyboard can mend.

Every error that Almoner raises on purpose is an `AlmonerError` whose text is one clear sentence that names what was wrong and
the nearest right thing. The command line prints that sentence and exits with status 2; nothing is half-written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_FEW: Final = 10
_ALL_BUT_RIGHT: Final = 90.0
_WELL_BEHIND: Final = 8.0
"""Names that may be listed in a sentence when none is near."""

_WORDS: Final = {
    "missing": "is missing",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must hold lines of 'name: value'",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
}


class AlmonerError(Exception):
    """Base of all errors with a remedy."""


class NotFoundError(AlmonerError):
    """A name that is not in a list of names; the message offers the nearest ones."""

    def __init__(self, kind: str, wanted: str, known: Iterable[str], where: str = "") -> None:
        self.kind = kind
        self.wanted = wanted
        names = list(known)
        self.suggestions = nearest(wanted, names)
        offer = f": did you mean {_or(self.suggestions)}?" if self.suggestions else "."
        if not self.suggestions and len(names) <= _FEW:
            offer = f": choose {_or(names)}."
        place = f" in {where}" if where else ""
        super().__init__(f"There is no {kind} called '{wanted}'{place}{offer}")


class InputFileError(AlmonerError):
    """A file that cannot be used; the message names the file, the place in it and the remedy."""


class OutOfRangeError(AlmonerError):
    """A date, size or count outside what the data or the model covers."""


class OutputError(AlmonerError):
    """A folder or file that cannot be written."""


def in_words(detail: Mapping[str, Any]) -> str:
    """Say what is wrong with a setting or entry, from one of pydantic's error details, without its jargon."""
    said = _WORDS.get(detail["type"])
    if said is None:
        return str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
    given = "" if detail["type"] == "missing" else f" (given: {detail['input']!r})"
    return said.format(**detail.get("ctx", {})) + given


def nearest(wanted: str, known: Iterable[str], limit: int = 3, score: float = 60.0) -> list[str]:
    """Return up to `limit` of `known` most like `wanted`, best first (normalised edit similarity of at least `score`)."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        wanted, list(known), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=score
    )
    # Beside a word that is all but right, one that only shares a part of it is no help.
    closest = max((mark for _, mark, _ in found), default=0.0)
    return [name for name, mark, _ in found if closest < _ALL_BUT_RIGHT or mark > closest - _WELL_BEHIND]


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
