"""Words taken out of a file, each still knowing where in the file it stands.

A `Passage` is text with the place of every character in the decoded file, or in one cell of a table; a `Span` is a stretch of it
that states one field, with the rule that found it. For plain text `file[span.start:span.end] == span.text`; where the file writes
a character as an entity or an escape, the place is that of the whole entity.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

FILE: Final = "file"
"""The `within` of spans that count characters from the start of the decoded file."""

_DASHES: Final = "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{MINUS SIGN}"
_SPACES: Final = "\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}\N{EN SPACE}\N{EM SPACE}\t\r\f\v"
_SINGLE: Final = str.maketrans(
    dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_SPACES, " ")
    | {"\N{FULLWIDTH POUND SIGN}": "£", "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
)
# A pound sign whose two bytes were once read as two letters is 'Â£'; the letter says nothing.
_REMOVED: Final = re.compile(
    "[\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{WORD JOINER}\N{SOFT HYPHEN}"
    "\N{ZERO WIDTH NO-BREAK SPACE}]"
    "|Â(?=[£\N{NO-BREAK SPACE}])|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file that states a field: half-open character offsets `within` the file or a cell, its words and the rule."""

    start: int
    end: int
    text: str
    rule: str
    within: str = FILE

    def record(self) -> dict[str, object]:
        """Return the span as JSON holds it."""
        return {"start": self.start, "end": self.end, "text": self.text, "rule": self.rule, "within": self.within}


@dataclass(frozen=True, slots=True)
class Passage:
    """Text made of pieces; piece i begins at `begins[i]` in the text and at `origins[i]` in the file, where `ends[i]` closes it.

    A verbatim piece stands in the file character for character; any other is one thing, such as an entity. A part of a longer text
    keeps the pieces of the whole, and `shift` says where in the whole it begins.
    """

    text: str
    begins: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    ends: tuple[int, ...] = ()
    verbatim: tuple[bool, ...] = (True,)
    within: str = FILE
    shift: int = 0

    @classmethod
    def whole(cls, text: str, origin: int = 0, within: str = FILE) -> Passage:
        """Return text that stands in the file as it is from `origin` on."""
        return cls(text, (0,), (origin,), (origin + len(text),), (True,), within)

    def span(self, start: int, end: int, rule: str) -> Span:
        """Return the span of `text[start:end]`, without the white space at its ends."""
        words = self.text[start:end].strip()
        if self.text[start : start + len(words)] != words:
            start = self.text.index(words, start)
        end = start + len(words)
        if len(self.begins) == 1 and self.verbatim[0]:
            at = self.origins[0] + self.shift
            return Span(at + start, at + end, words, rule, self.within)
        return Span(self._place(start), self._place(end - 1, after=True) if words else self._place(start), words, rule, self.within)

    def part(self, start: int, end: int) -> Passage:
        """Return `text[start:end]` as a passage of its own."""
        shift = self.shift + start
        return Passage(self.text[start:end], self.begins, self.origins, self.ends, self.verbatim, self.within, shift)

    def _place(self, offset: int, *, after: bool = False) -> int:
        offset += self.shift
        piece = max(bisect_right(self.begins, offset) - 1, 0)
        if self.verbatim[piece]:
            return self.origins[piece] + offset - self.begins[piece] + after
        return self.ends[piece] if after else self.origins[piece]


@dataclass(frozen=True, slots=True)
class Plain:
    """Text with one kind of dash, space and quotation mark and nothing invisible; `places` maps back where characters fell away."""

    text: str
    places: tuple[int, ...] | None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the text before it was made plain."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]


def plain(text: str) -> Plain:
    """Return the text made plain; entities that were left in it are read."""
    even = text if text.isascii() else text.translate(_SINGLE)
    if ("&" not in even and even.isascii()) or not _REMOVED.search(even):
        return Plain(even.replace("\t", " ").replace("\r", " ") if even.isascii() else even, None)
    letters: list[str] = []
    places: list[int] = []
    done = 0
    for found in _REMOVED.finditer(even):
        letters += even[done : found.start()]
        places += range(done, found.start())
        word = found.group()
        read = html.unescape(word).translate(_SINGLE) if word.startswith("&") else ""
        letters += read
        places += [found.start()] * len(read)
        done = found.end()
    letters += even[done:]
    places += [*range(done, len(even)), len(even)]
    return Plain("".join(letters), tuple(places))
