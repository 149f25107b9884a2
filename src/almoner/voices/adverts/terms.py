"""The terms of a post: hours a week, contract and its length, working pattern, and where the work is done.

In: the text of a field, or the prose of a description. Out: values with offsets into that text. A field that holds only such terms
is read word by word; in prose a word counts only beside words that make it a term ("temporary accommodation" is no contract).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, Literal, TypeVar

V = TypeVar("V")

Contract = Literal["permanent", "fixed_term", "temporary", "bank", "casual", "zero_hours", "agency", "secondment", "apprenticeship"]
Pattern = Literal["full_time", "part_time", "full_or_part_time", "job_share"]
Workplace = Literal["hybrid", "remote", "on_site"]


@dataclass(frozen=True, slots=True)
class Term(Generic[V]):
    """A value read from `text[start:end]` by `rule`."""

    value: V
    start: int
    end: int
    rule: str


# The expressions below read small letters. Where a word may begin is found first by its stem, which is quick; the longer
# expressions are tried only there.
_CONTRACTS: Final[dict[str, str]] = {
    "zero_hours": r"zero[ -]hours?",
    "fixed_term": r"fixed[ -]?term|ftc|maternity cover",
    "secondment": r"secondment",
    "apprenticeship": r"apprenticeship",
    "permanent": r"permanent",
    "temporary": r"temporary|interim|temp",
    "casual": r"casual|relief|as and when|sessional",
    "bank": r"bank|staff bank",
    "agency": r"agency|locum",
}
_CONTRACT_STEMS: Final = re.compile(
    "zero|fixed|ftc|maternity|secondment|apprentice|permanent|temp|interim|casual|relief|as and when|sessional"
    "|bank|staff bank|agency|locum"
)
_ANY_CONTRACT: Final = re.compile("(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _CONTRACTS.items()) + ")(?![a-z])")
_STRICT: Final = frozenset({"bank", "casual", "agency", "apprenticeship", "secondment"})
_AFTER_CONTRACT: Final = re.compile(
    r"\s*(?:,|\||-|/|\(|$|contract|posts?\b|positions?\b|roles?\b|basis|vacanc|opportunit|cover\b|members? of"
    r"|staff\b|workers?\b|jobs?\b|full[ -]|part[ -]|until\b|for (?:up to )?\d|up to \d|\d+ (?:month|week|year)|social worker"
    r"|appointment)"
)
_BEFORE_CONTRACT: Final = re.compile(
    r"(?:time|hours|\d months?|basis|contract(?: type)?|job type)\s*[,:|(/-]\s*$|\d[ -]months?,? $|^\s*$"
)
_NEVER_CONTRACT: Final = re.compile(r"\s*(?:accommodation|housing|holidays?|street|exclusion|residen|workers? to|nurs)")

_PATTERN_STEMS: Final = re.compile("full|part|job")
_PATTERNS: Final = re.compile(
    r"(?:(?P<both>full[ -]?(?:time)? ?(?:or|and|/|&|,) ?part[ -]?time)|(?P<full>full[ _-]?time)|(?P<part>part[ _-]?time)"
    r"|(?P<share>job[ -]share))(?! ?(?:equivalent|education|hours|salary|course|stud|carer|staff))"
)
_WORKPLACE_STEMS: Final = re.compile("hybrid|agile|remote|home|work")
_WORKPLACES: Final = re.compile(
    r"(?P<hybrid>hybrid|agile working)"
    r"|(?P<remote>remote(?:ly)?\b(?! (?:areas?|communit|support|monitor))|home[ -]?based|work(?:ing)? from home)"
)
_NUMBER: Final = r"\d{1,2}(?:\.\d{1,2})?"
_HOUR_STEMS: Final = re.compile("hour|hrs|hr|hpw")
_HOURS: Final = re.compile(
    rf"(?<![\d£.,:])(?P<low>{_NUMBER})(?:\s*(?:-|to|\N{{EN DASH}}|/)\s*(?P<high>{_NUMBER}))?\s*-?\s*(?:hours?|hrs?\b|hpw\b)"
    r"(?!\s*(?:a|per|each|/)\s*day|\s*(?:notice|care|support|service|shift|on call|before|after|of training))"
    r"(?P<weekly>\s*(?:\(?(?:per|a|each|p/|/)\s*(?:week|wk|w\b)|p\.?w\b|weekly|week|contract|permanent))?"
)
_WEEKLY_FIRST: Final = re.compile(
    rf"hours(?: per| a|/)? ?(?:week)?(?:ly)?\s*[:=-]\s*(?P<low>{_NUMBER})(?:\s*(?:-|to)\s*(?P<high>{_NUMBER}))?(?![\d:])"
)
_LENGTH: Final = re.compile(r"(?<!\d)(?P<number>\d{1,2})[ -](?P<unit>month|year|week)s?\b")
_MONTHS_IN: Final = {"month": 1.0, "year": 12.0, "week": 12 / 52.143}


def find_contract(text: str, *, prose: bool) -> Term[str] | None:
    """Return the contract that a text states."""
    for match in _words(text, _CONTRACT_STEMS, _ANY_CONTRACT):
        name = str(match.lastgroup)
        if _NEVER_CONTRACT.match(small(text), match.end()):
            continue
        if not prose or _beside_its_words(small(text), match, strict=name in _STRICT):
            return Term(name, match.start(), match.end(), "contract_in_prose" if prose else "contract_word")
    return None


@lru_cache(maxsize=8)
def small(text: str) -> str:
    """Return the text in small letters, letter for letter, so that places in it are places in the text."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(each if len(low := each.lower()) != 1 else low for each in text)


def _words(text: str, stems: re.Pattern[str], words: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches of `words` in small letters where one of the stems begins a word.

    Adverts stick the contract on to the title ("OfficerPermanent, Full Time"): a capital after a small letter begins a word, too.
    """
    lowered = small(text)
    done = 0
    for stem in stems.finditer(lowered):
        at = stem.start()
        if at < done or (at and text[at - 1].isalpha() and not (text[at - 1].islower() and text[at].isupper())):
            continue
        match = words.match(lowered, at)
        if match:
            done = match.end()
            yield match


def _beside_its_words(text: str, match: re.Match[str], *, strict: bool) -> bool:
    """Tell whether the words around make the word a contract; a strict one needs a noun after it ("bank staff", "agency role")."""
    after = _AFTER_CONTRACT.match(text, match.end())
    following = after.group().strip() if after else ""
    people = following.startswith(("staff", "worker"))
    if strict:
        return after is not None and (people or len(following) > 1)
    return (after is not None and not people) or _BEFORE_CONTRACT.search(text[: match.start()]) is not None


def find_pattern(text: str) -> Term[str] | None:
    """Return the working pattern that a text states; full time and part time both said is either."""
    found = list(_words(text, _PATTERN_STEMS, _PATTERNS))
    if not found:
        return None
    kinds = {str(match.lastgroup) for match in found}
    first = found[0]
    if "both" in kinds or {"full", "part"} <= kinds:
        chosen = next((match for match in found if match.lastgroup == "both"), first)
        return Term("full_or_part_time", chosen.start(), chosen.end(), "pattern_words")
    value = {"full": "full_time", "part": "part_time", "share": "job_share"}[str(first.lastgroup)]
    return Term(value, first.start(), first.end(), "pattern_words")


def find_workplace(text: str) -> Term[str] | None:
    """Return where the work is done, when it is said to be hybrid or remote."""
    match = next(_words(text, _WORKPLACE_STEMS, _WORKPLACES), None)
    return Term(str(match.lastgroup), match.start(), match.end(), "workplace_word") if match else None


def find_hours(text: str, *, prose: bool) -> Term[tuple[float, float]] | None:
    """Return the lowest and highest hours a week that a text states; in prose only where it says 'a week'."""
    if _HOUR_STEMS.search(small(text)) is None and (prose or not text.strip()[:1].isdigit()):
        return None
    for match in _WEEKLY_FIRST.finditer(small(text)):
        return _hours(match, "hours_label")
    for match in _HOURS.finditer(small(text)):
        if prose and not match["weekly"]:
            continue
        found = _hours(match, "hours_a_week" if match["weekly"] else "hours_in_field")
        if found is not None:
            return found
    if not prose and re.fullmatch(r"\s*\d{1,2}(?:\.\d{1,2})?\s*", text):
        return _checked(float(text), float(text), 0, len(text), "hours_number")
    return None


def find_length_months(text: str, contract: Term[str]) -> Term[float] | None:
    """Return the months for which a contract that ends is offered, when they stand within a few words of it."""
    if contract.value in ("permanent", "bank", "casual", "zero_hours"):
        return None
    begin = max(contract.start - 20, 0)
    for match in _LENGTH.finditer(small(text), begin, min(contract.end + 40, len(text))):
        months = float(match["number"]) * _MONTHS_IN[match["unit"]]
        return Term(round(months, 1), match.start(), match.end(), "length_beside_contract")
    return None


def _hours(match: re.Match[str], rule: str) -> Term[tuple[float, float]] | None:
    low = float(match["low"])
    high = float(match["high"]) if match["high"] else low
    return _checked(low, high, match.start(), match.end(), rule)


def _checked(low: float, high: float, start: int, end: int, rule: str) -> Term[tuple[float, float]] | None:
    """Return the hours, unless they cannot be those of a week's work: the law's usual limit is 48 and 60 are rare."""
    if not 1 <= low <= high <= 72:
        return None
    return Term((low, high), start, end, rule)
