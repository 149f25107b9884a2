"""Adverts in plain text: the footers of news pages, lists of vacancies, and whole adverts with labelled lines.

Three shapes are known. A footer block is a title, the employer on a line of its own, a line of pay or grade, words about the
post, and a closing line 'Recruiter: EMPLOYER' (also as some pages misspell it). A labelled advert has lines such as 'Salary:
...' or a label with its value on the next line. A short page begins with a title, perhaps an employer and a place, then a line
of terms. Other text holds no advert: sums of money in an article are no pay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.labels import field_of
from almoner.voices.adverts.passages import Passage
from almoner.voices.adverts.pay import parse_pay
from almoner.voices.adverts.pay_tokens import tokens
from almoner.voices.adverts.pay_words import Kind

_CLOSER: Final = re.compile(r"^(?:Recuriter|Recruiter|Recruiting employer)\s*:\s*(?P<name>\S.*)$", re.IGNORECASE)
_CLOSER_STEM: Final = re.compile("rec(?:uri|rui)t", re.IGNORECASE)
_LABEL_SIGNS: Final = re.compile(r":|\t| - ")
_LABEL: Final = re.compile(r"^[\s*\-\N{BULLET}]*(?P<label>[A-Za-z][A-Za-z /()'&.-]{1,40}?)\s*(?::|\t|\s-\s)\s*(?P<value>.*)$")
_LONGEST_TITLE: Final = 160
_LONGEST_PAGE: Final = 12_000
_TERMS_LINE: Final = re.compile(
    r"(?:(?:up to|from|between|circa|c\.?)\s)?(?:£|\d\d[.,]\d|(?:grade|band|scale|scp)\s?\d)", re.IGNORECASE
)
_ENOUGH: Final = frozenset({"salary", "employer", "place", "hours", "contract", "closes", "grade"})
"""Labels of which two, or one and a title, make an advert."""


class _Line(NamedTuple):
    start: int
    end: int
    text: str


def find_adverts(passage: Passage) -> list[Draft]:
    """Return the adverts that a text holds, in its order."""
    lines = list(_lines(passage.text))
    drafts = _footers(passage, lines) if _CLOSER_STEM.search(passage.text) else []
    return drafts or _labelled(passage, lines) or _short_page(passage, lines)


def _short_page(passage: Passage, lines: list[_Line]) -> list[Draft]:
    """Read a page copied without labels: the title, at most two lines on who and where, then a line that is all terms."""
    terms = next(
        (at for at in range(1, min(len(lines), 4)) if _TERMS_LINE.match(lines[at].text) and _is_terms(lines[at].text)), None
    )
    if terms is None or len(passage.text) > _LONGEST_PAGE or any(len(line.text) > _LONGEST_TITLE for line in lines[:terms]):
        return []
    draft = Draft("page_text", (lines[0].start, lines[-1].end))
    draft.put("title", passage.part(lines[0].start, lines[0].end), "first_line")
    draft.put("salary", passage.part(lines[terms].start, lines[terms].end), "terms_line")
    if terms > 1:
        draft.put("employer", passage.part(lines[1].start, lines[1].end), "line_below_title")
    if terms > 2:
        draft.put("place", passage.part(lines[2].start, lines[2].end), "line_above_terms")
    if terms + 1 < len(lines):
        draft.put("description", passage.part(lines[terms + 1].start, lines[-1].end), "lines_below_terms")
    return [draft]


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        if words:
            start = at + line.index(words[0])
            yield _Line(start, start + len(words), words)
        at += len(line) + 1


def _footers(passage: Passage, lines: list[_Line]) -> list[Draft]:
    drafts = []
    begin = 0
    for at, line in enumerate(lines):
        match = _CLOSER.match(line.text)
        if match:
            draft = _footer(passage, lines[begin:at], line, match)
            if draft is not None:
                drafts.append(draft)
            begin = at + 1
    return drafts


def _footer(passage: Passage, block: list[_Line], closer: _Line, match: re.Match[str]) -> Draft | None:
    """Read one block; its employer is named twice, on its own line and at the end, and the title is the line above the first."""
    name = match["name"].strip()
    employers = [at for at, line in enumerate(block) if line.text.casefold() == name.casefold()]
    if employers and employers[-1] > 0:
        employer = employers[-1]
        title = block[employer - 1]
        after = block[employer + 1 :]
        employer_at, rule = (block[employer].start, block[employer].end), "footer_employer_line"
    elif block:
        # Without the employer's own line the block is what stands in front of the closing line, a title and up to three lines.
        title, after = _short_block(block)
        begin = closer.start + match.start("name")
        employer_at, rule = (begin, begin + len(name)), "footer_closing_line"
    else:
        return None
    if len(title.text) > _LONGEST_TITLE:
        return None
    draft = Draft("page_text", (title.start, closer.end))
    draft.put("title", passage.part(title.start, title.end), "footer_line_above_employer")
    draft.put("employer", passage.part(*employer_at), rule)
    if after and _is_terms(after[0].text):
        draft.put("salary", passage.part(after[0].start, after[0].end), "footer_terms_line")
        after = after[1:]
    if after:
        draft.put("description", passage.part(after[0].start, after[-1].end), "footer_description")
    return draft


def _short_block(block: list[_Line]) -> tuple[_Line, list[_Line]]:
    terms = next((at for at in range(len(block) - 1, max(len(block) - 4, 0) - 1, -1) if _is_terms(block[at].text)), None)
    at = max((terms if terms is not None else len(block) - 1) - 1, 0)
    return block[at], block[at + 1 :]


def _is_terms(text: str) -> bool:
    """Tell whether a line speaks of pay, grade, hours or contract rather than of the work."""
    if len(text) > 200:
        return False
    found = tokens(text)
    if parse_pay(text).has_amount:
        return True
    return (
        any(token.kind in (Kind.GRADE, Kind.HOURS, Kind.PRO_RATA) for token in found)
        or field_of(text.split(":", maxsplit=1)[0]) == "salary"
    )


def _labelled(passage: Passage, lines: list[_Line]) -> list[Draft]:
    """Read adverts of labelled lines; a label that comes again begins the next advert."""
    drafts: list[Draft] = []
    fields: dict[str, tuple[int, int]] = {}
    first = 0
    for at in range(len(lines)):
        found = _field(lines, at)
        if found is None:
            continue
        name, start, end = found
        if name in fields and (name == "title" or ("title" not in fields and name in ("salary", "closes"))):
            drafts += _draft(passage, lines, fields, first, at)
            fields, first = {}, at
        fields.setdefault(name, (start, end))
    drafts += _draft(passage, lines, fields, first, len(lines))
    return drafts


def _field(lines: list[_Line], at: int) -> tuple[str, int, int] | None:
    """Return the field, start and end of the value on a labelled line, or on the line after a label alone."""
    line = lines[at]
    match = _LABEL.match(line.text) if _LABEL_SIGNS.search(line.text, 0, 60) else None
    if match and (name := field_of(match["label"])):
        if match["value"].strip():
            start = line.start + match.start("value")
            return name, start, line.end
        if at + 1 < len(lines) and field_of(lines[at + 1].text.split(":")[0]) is None:
            return name, lines[at + 1].start, lines[at + 1].end
        return None
    bare = field_of(line.text) if len(line.text) < 40 else None
    if bare and at + 1 < len(lines) and field_of(lines[at + 1].text.split(":")[0]) is None:
        return bare, lines[at + 1].start, lines[at + 1].end
    return None


def _draft(passage: Passage, lines: list[_Line], fields: dict[str, tuple[int, int]], first: int, last: int) -> list[Draft]:
    stated = len(_ENOUGH & set(fields))
    if stated < 2 and not (stated == 1 and "title" in fields):
        return []
    begin = lines[first]
    draft = Draft("page_text", (begin.start, lines[last - 1].end), text=passage.part(begin.start, lines[last - 1].end))
    for name, (start, end) in fields.items():
        draft.put(name, passage.part(start, end), "labelled_line")
    if "title" not in fields:
        # The heading of a page is the first line that is no label and no sentence.
        heading = next((line for line in lines[first:last] if len(line.text) <= 100 and not line.text.endswith((".", ":"))), None)
        if heading is not None and _LABEL.match(heading.text) is None:
            draft.put("title", passage.part(heading.start, heading.end), "first_line")
    return [draft] if "title" in draft.fields else []
