"""Dividing an answer into sentences with their offsets, by rules: ends of sentences, line breaks and bullets, long lists.

Offsets refer to the text that is given (cleaned and redacted), so that `text[start:end]` is the sentence, spaces at its ends left
out.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LONGEST_WORDS: Final = 60
"""A sentence longer than this is divided at semicolons and dashes: a span has to be short enough to check."""

_END: Final = re.compile(r"[.!?…]+[\"'’”)\]]*(?=\s|$)|\n+")
_ABBREVIATIONS: Final = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|etc|e\.g|i\.e|eg|ie|cllr|rev|approx|dept|inc|ltd|fig|para|paras|p|pp|vol|min|max|hrs|hr|wk|yr|yrs)|"
    r"\b[A-Z]|\d)\.$",
    re.I,
)
_BULLET: Final = re.compile(r"^\s*(?:[-*•–—·▪]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+", re.I)
_DIVIDE: Final = re.compile(r";\s+|\s[–—-]\s")


class Span(NamedTuple):
    """A piece of a text: `text[start:end]`."""

    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """Return the spans of a text's sentences, in order; a text with a word in it has at least one."""
    found: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        ends_line = match[0].startswith("\n")
        if not ends_line and _continues(text, start, match.end()):
            continue
        found += _pieces(text, start, match.start() if ends_line else match.end())
        start = match.end()
    return found + _pieces(text, start, len(text))


def _continues(text: str, start: int, end: int) -> bool:
    """Return whether a full stop ends an abbreviation or a number in a list rather than a sentence."""
    if text[end - 1] != "." or not _ABBREVIATIONS.search(text[start:end]):
        return False
    after = text[end:].lstrip(" ")[:1]
    is_number = text[end - 2].isdigit()
    if is_number:
        return bool(re.fullmatch(r"\s*\d{1,2}\.", text[start:end]))
    return bool(after) and (
        after.islower() or after.isdigit() or bool(re.search(r"\b(?:mr|mrs|ms|dr|prof|st|cllr|rev)\.$", text[start:end], re.I))
    )


def _pieces(text: str, start: int, end: int) -> list[Span]:
    bullet = _BULLET.match(text[start:end])
    if bullet:
        start += bullet.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if not re.search(r"\w", text[start:end]):
        return []
    if len(text[start:end].split()) > LONGEST_WORDS:
        for match in _DIVIDE.finditer(text, start, end):
            left, right = text[start : match.start()], text[match.end() : end]
            if len(left.split()) >= 8 and len(right.split()) >= 8:
                return [*_pieces(text, start, match.start()), *_pieces(text, match.end(), end)]
    return [Span(start, end)]
