"""The tokens of a text about pay: numbers, phrases of `pay_words`, other words and signs, each with its place.

In: plain text (`passages.plain`). Out: tokens, with numbers that cannot be pay marked by `pay_numbers`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from almoner.voices.adverts.pay_numbers import mark_numbers
from almoner.voices.adverts.pay_words import LABELS, PERIODS, PHRASES, Kind, Token

_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TOKEN: Final = re.compile(
    r"""
    (?P<phone>(?<![\d£.,])0\d{2,4}[ ]?(?:\d{3}|[xX]{3})[ ]?(?:\d{3,4}|[xX]{3})(?![\d,.]*\d))
  | (?P<date>(?<![\d£.,])\d{1,2}(?:st|nd|rd|th)?[ ](?:"""
    + _MONTHS
    + r""")[a-z]*(?:[ ,]+(?:19|20)\d\d)?\b
      |(?<![\d£.,/])\d{1,2}[/.]\d{1,2}[/.](?:20)?\d\d(?!\d)
      |(?<![\d£.,])20\d\d[/-](?:20)?\d\d(?![\d,.]))
  | (?P<pound>(?:£|\bgbp\b)[ ]?)?
    (?P<digits>(?(pound)\d{1,3}(?:[ ]?,[ ]?\d{3})+(?![\d,])|(?!))
      |\d{1,3}(?:,\d{3})+(?!\d)
      |\d{2,3}\.\d{3}(?:\.\d\d)?(?!\d)
      |(?(pound)\d{1,3}[ ]\d{3}(?![\d,])|(?!))
      |\d+(?:,\d+)+
      |\d+)
    (?P<decimals>\.\d+)?
    (?P<thousand>[ ]?k(?![a-z]))?
  | (?P<code>[a-z]{1,3}\d{1,3}(?![\d,.]*\d))
  | (?P<word>[a-z]+(?:'[a-z]+)?)
  | (?P<sign>[^\sa-z0-9])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_POUND_LESS: Final = re.compile(r"^\d{1,3}(?:,\d{3})+$")


def _table() -> dict[str, list[tuple[tuple[str, ...], Kind, str]]]:
    """Phrases by their first word, longest first."""
    entries: list[tuple[tuple[str, ...], Kind, str]] = []
    for kind, phrases in PHRASES.items():
        entries += [(tuple(phrase.split()), kind, "") for phrase in phrases]
    entries += [(tuple(phrase.split()), Kind.PERIOD, name) for name, phrases in PERIODS.items() for phrase in phrases]
    entries += [(tuple(phrase.split()), Kind.LABEL, name) for name, phrases in LABELS.items() for phrase in phrases]
    by_first: dict[str, list[tuple[tuple[str, ...], Kind, str]]] = {}
    for entry in sorted(entries, key=lambda each: (-len(each[0]), each[0])):
        by_first.setdefault(entry[0][0], []).append(entry)
    return by_first


_BY_FIRST: Final = _table()


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of plain text: phrases joined, and numbers that cannot be pay marked as what they are."""
    return tuple(mark_numbers(_phrases(_raw(text))))


def _raw(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        group = match.lastgroup
        start, end, words = match.start(), match.end(), match.group()
        if match["digits"] is not None:
            found.append(_number(match))
        elif group == "word":
            found.append(Token(Kind.WORD, start, end, words.lower()))
        elif group in ("phone", "date", "code"):
            found.append(Token(Kind.GRADE if group == "code" else Kind.NOT_PAY, start, end, words, name=group))
        else:
            found.append(Token(Kind.SIGN, start, end, words, name=words))
    return found


def _number(match: re.Match[str]) -> Token:
    digits, decimals = match["digits"].replace(" ", ""), match["decimals"] or ""
    kind = Kind.NUMBER
    if "." in digits:
        # 24.907 or 24.907.00: a point where the comma of the thousands belongs.
        whole, _, rest = digits.partition(".")
        digits, decimals = whole + rest[:3], rest[3:] or decimals
    elif "," in digits and not _POUND_LESS.match(digits):
        kind = Kind.MALFORMED
    value = float(digits.replace(",", "") + (decimals if decimals.count(".") == 1 else ""))
    thousand = match["thousand"] is not None
    return Token(
        kind,
        match.start(),
        match.end(),
        match.group(),
        value * 1000 if thousand else value,
        pound=match["pound"] is not None,
        thousand=thousand,
        decimals=max(len(decimals) - 1, 0),
    )


def _phrases(raw: list[Token]) -> list[Token]:
    """Join the words of known phrases; hyphens, full stops and slashes inside them do not matter (p.a., pro-rata, p/h)."""
    joined: list[Token] = []
    at = 0
    while at < len(raw):
        token = raw[at]
        if token.kind is Kind.WORD:
            for words, kind, name in _BY_FIRST.get(token.text, ()):
                last = _match(raw, at, words)
                if last is not None:
                    text = " ".join(words)
                    joined.append(Token(kind, token.start, raw[last].end, text, name=name))
                    at = last + 1
                    break
            else:
                name = "annual" if token.text.startswith("annum") else ""
                joined.append(token._replace(kind=Kind.PERIOD, name=name) if name else token)
                at += 1
            continue
        joined.append(token)
        at += 1
    return joined


def _match(raw: list[Token], at: int, words: tuple[str, ...]) -> int | None:
    """Return the index of the last token of the phrase, or None."""
    for number, word in enumerate(words):
        if number:
            at += 1
            # Not '+': 'p + h' is no phrase. One sign may stand between two words when nothing else parts them.
            if at < len(raw) and raw[at].kind is Kind.SIGN and raw[at].name in "-./":
                at += 1
        if at >= len(raw) or raw[at].kind is not Kind.WORD or raw[at].text != word:
            return None
    return at
