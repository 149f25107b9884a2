"""JobPosting data of schema.org, alone or in a page's JSON-LD blocks, with the place of every string in the file.

In: a text and the offsets of the block. Out: drafts. Comments around a block, trailing commas, lists and `@graph` are read; a block
that is no JSON at all is passed over, because its page still has a text. Pay in data is a second witness only: sites fill it with
rates multiplied by a fixed number of hours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json import decoder as json_decoder
from json import scanner as json_scanner
from typing import Any, Final

from almoner.errors import InputFileError
from almoner.voices.adverts.draft import DataPay, Draft
from almoner.voices.adverts.html_text import plain_text
from almoner.voices.adverts.passages import Passage

_DEEPEST: Final = 60
_COMMENT: Final = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$|;\s*$", re.DOTALL
)
_TRAILING_COMMA: Final = re.compile(r",(?=\s*[}\]])")
_EMPLOYMENT: Final = {
    "TEMPORARY": ("contract", "temporary"),
    "CONTRACTOR": ("contract", "fixed term"),
    "PER_DIEM": ("contract", "bank"),
    "FULL_TIME": ("pattern", "full time"),
    "PART_TIME": ("pattern", "part time"),
}


class Located(str):
    """A string of a JSON text that knows where its characters stand, without the quotation marks."""

    start: int
    end: int


class _Decoder(json.JSONDecoder):
    """The standard decoder with strings that know their place."""

    def __init__(self, base: int) -> None:
        super().__init__(strict=False)
        self._base = base
        self.parse_string = self._located
        self.scan_once = json_scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _located(self, text: str, begin: int, strict: bool = False) -> tuple[Located, int]:
        value, end = json_decoder.scanstring(text, begin, strict)  # type: ignore[attr-defined]
        located = Located(value)
        located.start, located.end = self._base + begin, self._base + end - 1
        return located, end


def read_file(text: str, name: str) -> list[Draft]:
    """Return the postings of a file that is JSON.

    Raises:
        InputFileError: the file is no JSON, or is nested too deep to be data about jobs.
    """
    content = _parse(text, 0)
    if content is None:
        raise InputFileError(f"'{name}' begins like JSON but is not: export it again, or give the page's HTML.")
    return [draft for posting in _postings(content) if (draft := _draft(posting)) is not None]


def read_blocks(text: str, blocks: tuple[tuple[int, int], ...]) -> list[Draft]:
    """Return the postings of a page's JSON-LD blocks; a block that is no JSON holds none."""
    drafts = []
    for start, end in blocks:
        content = _parse(text[start:end], start)
        drafts += [draft for posting in _postings(content) if (draft := _draft(posting)) is not None]
    return drafts


def _parse(text: str, base: int) -> Any:
    for attempt in (text, None):
        tried = _mended(text) if attempt is None else attempt
        begin = len(tried) - len(tried.lstrip())
        try:
            content, end = _Decoder(base).raw_decode(tried, begin)
        except (ValueError, RecursionError):
            continue
        if not tried[end:].strip():
            return content
    return None


def _mended(text: str) -> str:
    """Blank out comment marks and trailing commas, so that every character stays in its place."""
    blanked = _COMMENT.sub(lambda match: " " * len(match.group()), text)
    return _TRAILING_COMMA.sub(" ", blanked)


def _postings(content: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(content, list):
        for each in content:
            yield from _postings(each, depth + 1)
    elif isinstance(content, dict):
        if any(str(kind).removeprefix("schema:").endswith("JobPosting") for kind in _listed(content.get("@type"))):
            yield content
            return
        for each in content.values():
            if isinstance(each, list | dict):
                yield from _postings(each, depth + 1)


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _draft(posting: dict[str, Any]) -> Draft | None:
    title = _first(posting, "title", "name")
    if title is None:
        return None
    draft = Draft("json_ld", _extent(posting))
    draft.put("title", _passage(title), "json_ld:title")
    draft.put("employer", _passage(_name(posting.get("hiringOrganization"))), "json_ld:hiringOrganization")
    draft.put("place", _passage(_place(posting.get("jobLocation"))), "json_ld:jobLocation")
    draft.put("county", _passage(_county(posting.get("jobLocation"))), "json_ld:addressRegion")
    for name, key in (("posted", "datePosted"), ("closes", "validThrough"), ("description", "description"), ("hours", "workHours")):
        draft.put(name, _passage(_first(posting, key)), f"json_ld:{key}")
    draft.put("reference", _passage(_identifier(posting.get("identifier"))), "json_ld:identifier")
    for kind in _listed(posting.get("employmentType")):
        for code in re.split(r"[,;]\s*", kind) if isinstance(kind, str) else ():
            meaning = _EMPLOYMENT.get(code.upper().replace(" ", "_").replace("-", "_"))
            if meaning and isinstance(kind, Located):
                draft.put(meaning[0], Passage(meaning[1], (0,), (kind.start,), (kind.end,), (False,)), "json_ld:employmentType")
            elif isinstance(kind, Located):
                draft.put("contract", _passage(kind), "json_ld:employmentType")
    _put_pay(draft, posting)
    return draft


def _put_pay(draft: Draft, posting: dict[str, Any]) -> None:
    """Keep pay in words as words, and pay in numbers as the second witness."""
    for base in (*_listed(posting.get("baseSalary")), *_listed(posting.get("estimatedSalary"))):
        if isinstance(base, Located):
            draft.put("salary", _passage(base), "json_ld:baseSalary_text")
            continue
        if not isinstance(base, dict):
            continue
        value = base.get("value", base)
        if isinstance(value, Located) and _number(value) is None:
            draft.put("salary", _passage(value), "json_ld:baseSalary_text")
            continue
        inner = value if isinstance(value, dict) else {"value": value}
        worded = inner.get("value")
        if isinstance(worded, Located) and _number(worded) is None:
            draft.put("salary", _passage(worded), "json_ld:baseSalary_text")
            continue
        low, high = _number(inner.get("minValue", worded)), _number(inner.get("maxValue", worded))
        unit = inner.get("unitText") or base.get("unitText") or ""
        if (low or high) and draft.data_pay is None:
            place = _extent(base)
            draft.data_pay = DataPay(low or None, high or None, str(unit).upper(), *place)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(str(value).replace(",", "").replace("£", ""))
    except ValueError:
        return None


def _first(posting: dict[str, Any], *keys: str) -> Located | None:
    for key in keys:
        for value in _listed(posting.get(key)):
            if isinstance(value, Located) and value.strip():
                return value
    return None


def _name(value: object) -> Located | None:
    for each in _listed(value):
        if isinstance(each, Located):
            return each
        if isinstance(each, dict) and (found := _first(each, "name", "legalName")):
            return found
    return None


def _identifier(value: object) -> Located | None:
    for each in _listed(value):
        if isinstance(each, Located):
            return each
        if isinstance(each, dict) and (found := _first(each, "value")):
            return found
    return None


def _place(value: object) -> Located | None:
    """Return the town of a job's address, else its region, postcode or name."""
    for each in _listed(value):
        if isinstance(each, Located):
            return each
        if isinstance(each, dict):
            address = each.get("address")
            inner = address if isinstance(address, dict) else each
            if isinstance(address, Located):
                return address
            found = _first(inner, "addressLocality", "addressRegion", "streetAddress", "postalCode", "name")
            if found:
                return found
    return None


def _county(value: object) -> Located | None:
    for each in _listed(value):
        address = each.get("address") if isinstance(each, dict) else None
        if isinstance(address, dict) and (found := _first(address, "addressRegion")):
            return found
    return None


def _passage(value: Located | None) -> Passage | None:
    """Return a string as a passage; HTML inside it is read, and escapes make it one piece with one place."""
    if value is None:
        return None
    verbatim = value.end - value.start == len(value)
    if verbatim:
        return plain_text(str(value), value.start)
    text = plain_text(str(value)).text if "<" in value or "&" in value else str(value)
    return Passage(text, (0,), (value.start,), (value.end,), (False,))


def _extent(value: object) -> tuple[int, int]:
    """Return where the strings of an object begin and end; they stand in the order of the file."""
    first = last = None
    for each in _strings(value):
        first = first or each
        last = each
    return (first.start, last.end) if first is not None and last is not None else (0, 0)


def _strings(value: object, depth: int = 0) -> Iterator[Located]:
    if isinstance(value, Located):
        yield value
    elif isinstance(value, dict | list) and depth < _DEEPEST:
        for each in value.values() if isinstance(value, dict) else value:
            if isinstance(each, Located):
                yield each
            elif isinstance(each, dict | list):
                yield from _strings(each, depth + 1)
