"""Candidates for redaction in answers: what could name or reach a person, for a person to confirm.

In: answers. Out: one row a candidate with its place in the text, its kind and the rule that found it; and, given decisions, the
redacted text with a mark such as [name] in place of each confirmed piece. Rules are UK formats (telephone, postcode, National
Insurance and NHS numbers with their check digit) and names: cues ("my daughter Ann", "regards, Ann"), titles, and a list of first
names, and words that are neither common English nor common in the other answers (`names`). Missed names are the weak side: the
list of candidates is never the whole check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from almoner.voices.consultation import names

KINDS: Final[dict[str, str]] = {
    "email": "e-mail address",
    "link": "web address or account name",
    "phone": "telephone number",
    "postcode": "postcode",
    "address": "street address",
    "ni_number": "National Insurance number",
    "nhs_number": "NHS number",
    "bank": "sort code or account number",
    "card": "long number",
    "vehicle": "vehicle registration",
    "birth": "date of birth",
    "name": "name of a person",
}


class Candidate(NamedTuple):
    """A piece of a text that may have to be redacted, by its offsets."""

    start: int
    end: int
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    name: str
    pattern: re.Pattern[str]
    group: str | int = 0


_FULL: Final = rf"(?:{names.WORD})(?:\s(?:(?:van|de|der|bin|al|[A-Z]\.?)\s)?(?:{names.WORD})){{0,2}}"
_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_DATE: Final = (
    rf"(?:\d{{1,2}}[/.\-]\d{{1,2}}[/.\-]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|"
    rf"th)?\s+(?:of\s+)?(?:{_MONTHS}),?\s+\d{{2,4}}|\d{{4}}-\d\d-\d\d)"
)
_STREETS: Final = (
    "road|rd|street|st|avenue|ave|lane|ln|close|drive|dr|way|crescent|court|place|terrace|grove|gardens|gdns|square|hill|park|row|walk|"
    "mews|parade|rise|view|green"
)

_RULES: Final = (
    _Rule("email", "address with @", re.compile(r"[\w.+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")),
    _Rule(
        "email",
        "address in words",
        re.compile(
            r"\b[\w.+-]+\s*[\[(]?\s*\bat\b\s*[\])]?\s*[\w-]+(?:\s*[\[(]?\s*(?:\bdot\b|\.)\s*[\])]?\s*(?:com|co|org|net|uk|nhs|gov)\b)+",
            re.I,
        ),
    ),
    _Rule(
        "link",
        "account or profile",
        re.compile(
            r"\b(?:https?://|www\.)\S*(?:facebook|twitter|x\.com|instagram|linkedin|tiktok)\S*|(?<![\w@])@[A-Za-z_]\w{2,}", re.I
        ),
    ),
    _Rule(
        "ni_number",
        "National Insurance",
        re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d\d\s?\d\d\s?\d\d\s?[A-D]\b", re.I),
    ),
    _Rule(
        "birth",
        "date after born",
        re.compile(rf"\b(?:d\.?o\.?b\.?|date of birth|born(?: on)?)\s*(?:is|was|:|-|,)?\s*(?P<it>{_DATE})", re.I),
        "it",
    ),
    _Rule("birth", "birthday", re.compile(rf"\b(?:birthday|birth date)\s*(?:is|was|:)?\s*(?:on\s+)?(?P<it>{_DATE})", re.I), "it"),
    _Rule("bank", "sort code", re.compile(r"\b(?:sort ?code\W{0,4}(?:is\s)?)(?P<it>\d\d[- ]?\d\d[- ]?\d\d)\b", re.I), "it"),
    _Rule(
        "bank", "account number", re.compile(r"\b(?:account|acct?)(?:\s(?:number|no))?\W{0,4}(?:is\s)?(?P<it>\d{8})\b", re.I), "it"
    ),
    _Rule("phone", "UK number", re.compile(r"(?<![\d£.,/])(?:\+\s?44\s?\(?0?\)?|\(?0)(?:[\s().\-]{0,2}\d){9,10}(?![\d/])")),
    _Rule(
        "phone",
        "after a cue",
        re.compile(
            r"\b(?:tel|phone|mobile|call(?: me)?(?: on)?|ring(?: me)?(?: on)?|ext(?:ension)?)\W{1,3}(?P<it>\d[\d\s\-]{4,13}\d)\b",
            re.I,
        ),
        "it",
    ),
    _Rule("card", "16 digits", re.compile(r"(?<!\d)(?:\d{4}[ \-]?){3}\d{4}(?!\d)")),
    _Rule(
        "postcode",
        "full postcode",
        re.compile(r"\b(?:GIR\s?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s{0,2}\d[ABD-HJLNP-UW-Z]{2})\b", re.I),
    ),
    _Rule(
        "address",
        "number and street",
        re.compile(
            rf"\b(?:(?i:flat|apartment|unit)\s+\d+\w?,?\s+)?\d{{1,4}}[a-z]?,?\s+(?:{names.WORD})(?:\s(?:{names.WORD})){{0,2}}\s(?i:{_STREETS})\b"
        ),
    ),
    _Rule(
        "address",
        "number and street in small letters",
        re.compile(rf"\b(?:at|live|lives|on|of)\s(?P<it>\d{{1,4}}[a-z]?\s[a-z]+(?:\s[a-z]+)?\s(?:{_STREETS}))\b", re.I),
        "it",
    ),
    _Rule("vehicle", "registration", re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{3}\b")),
    _Rule(
        "name",
        "title",
        re.compile(
            rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Cllr|Councillor|Rev|Sister|Nurse|Matron)\.?\s(?P<it>(?:[A-Z]\.?\s)?{_FULL})"
        ),
        "it",
    ),
    _Rule(
        "name", "title in small letters", re.compile(r"\b(?:mr|mrs|ms|miss|dr|cllr)\.?\s(?P<it>[a-z]{3,}(?:\s[a-z]{3,})?)\b"), "it"
    ),
    _Rule(
        "name",
        "says a name",
        re.compile(
            rf"\b(?i:my name is|my name's|my name|this is|named|called|known as|signed|name:|i am|i'm|ask for|speak to|"
            rf"contact|thanks to|thank you to|thank you)[:\s]\s?"
            rf"(?P<it>{_FULL})"
        ),
        "it",
    ),
    _Rule(
        "name",
        "says a name in small letters",
        re.compile(r"\b(?:my name is|my name's|name is|whose name is|signed)\s(?P<it>[a-z]{2,}(?:\s[a-z]{3,})?)\b", re.I),
        "it",
    ),
    _Rule(
        "name",
        "relation and name",
        re.compile(rf"\b(?i:my|our|his|her|their|the|a|old|late)\s(?i:{names.RELATIVES}),?\s(?P<it>{_FULL})"),
        "it",
    ),
    _Rule(
        "name",
        "sign-off",
        re.compile(
            rf"\b(?i:regards|sincerely|faithfully|yours|thanks|many thanks|cheers|best wishes)[,.!\s\n-]+(?P<it>{_FULL})\s*\.?\s*$"
        ),
        "it",
    ),
    _Rule("name", "initial and surname", re.compile(rf"(?<![.\w])(?P<it>[A-Z]\.\s?(?:[A-Z]\.\s?)?(?:{names.WORD}))"), "it"),
)


def candidates(text: str, vocabulary: frozenset[str] = frozenset()) -> list[Candidate]:
    """Return the candidates in a text, in order and without overlaps: the longest wins, then the rule that stands first.

    Args:
        text: an answer.
        vocabulary: words that other answers use in small letters, which are no names.
    """
    found = [candidate for candidate in _all(text, vocabulary) if candidate.end > candidate.start]
    order = sorted(enumerate(found), key=lambda pair: (-(pair[1].end - pair[1].start), pair[0]))
    kept: list[Candidate] = []
    for _, each in order:
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return sorted(kept)


def redact(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Return `text` with each (start, end, kind) replaced by its kind in brackets; pieces must not overlap."""
    for start, end, kind in sorted(pieces, reverse=True):
        text = f"{text[:start]}[{kind.replace('_', ' ')}]{text[end:]}"
    return text


def count_by_kind(found: Mapping[str, list[Candidate]]) -> dict[str, int]:
    """Return how many candidates there are of each kind, over all answers."""
    kinds = [candidate.kind for each in found.values() for candidate in each]
    return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}


def _all(text: str, vocabulary: frozenset[str]) -> Iterator[Candidate]:
    for rule in _RULES:
        for match in rule.pattern.finditer(text):
            start, end = match.span(rule.group)
            if rule.kind == "name":
                start, end = _trim(text, start, end, small="small letters" in rule.name)
            if rule.kind == "phone" and _is_nhs_number(text[start:end]):
                continue
            yield Candidate(start, end, rule.kind, rule.name)
    for match in re.finditer(r"(?<![\d£.,])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d])", text):
        cue = re.search(r"\bnhs\b", text[max(0, match.start() - 30) : match.start()], re.I)
        if _is_nhs_number(match[0]) or cue:
            yield Candidate(match.start(), match.end(), "nhs_number", "NHS check digit" if not cue else "after NHS")
    for start, end, found_by in (*names.listed(text), *names.unknown(text, vocabulary)):
        yield Candidate(start, end, "name", found_by)


def _trim(text: str, start: int, end: int, small: bool) -> tuple[int, int]:
    """Return the span without words at its ends that are no names; an empty span when none is left."""
    words = [(match.start() + start, match.end() + start) for match in re.finditer(r"\S+", text[start:end])]
    known = names.first_names()

    def is_no_name(word: str) -> bool:
        plain = re.sub(r"['’]s$", "", word.strip(".,;:!?").casefold())
        if small and plain not in known and len(words) == 1:
            return plain in names.no_names() or not plain.isalpha()
        return plain in names.no_names()

    while words and is_no_name(text[words[0][0] : words[0][1]]):
        return start, start
    for place, (first, last) in enumerate(words):
        if is_no_name(text[first:last]):
            words = words[:place]
            break
    if not words:
        return start, start
    last = words[-1][1]
    return words[0][0], last - 2 if re.search(r"['’]s$", text[words[0][0] : last]) else last


def _is_nhs_number(text: str) -> bool:
    """Return whether ten digits carry the check digit of an NHS number (NHS Data Dictionary, modulus 11)."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (0 if check == 11 else check) == digits[9]
