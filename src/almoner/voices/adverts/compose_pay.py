"""The pay of a draft: from its salary field, else from the lines that speak of pay; a data block is a second witness only.

Where two passages state pay, the second may add another rate (PAYE beside umbrella) and must not contradict. The confidences of the
pay grammar were checked on labelled strings (benchmarks/evidence/adverts_pay.py).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from almoner.voices.adverts.advert import Witness
from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.notes import LONGEST_PROSE, LOW_CONFIDENCE, Fields, prose_of
from almoner.voices.adverts.passages import Passage, Span
from almoner.voices.adverts.pay import Pay, Rate, parse_pay

_PAY_LINE: Final = re.compile(r"£|GBP|\bper (?:hour|annum|day)\b|\bp\.?a\.?\b|\bp/?h\b|\bk\b|&pound;", re.IGNORECASE)
_PAY_SIGNS: Final = "£0123456789&"
_PAY_WORD: Final = re.compile(
    r"\b(?:salary|pay|paid|wage|rate|earn(?:ing)?|starting|annum|hour(?:ly)?|hr|pa|ph|fte|week|day|grade|band|shift)\b",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^\n.!?]*(?:[.](?=[\d\w])[^\n.!?]*)*[\n.!?]?")
_FULL_SHARE: Final = 0.01
_UNITS: Final = {"HOUR": "hour", "DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}


def read_pay(draft: Draft, fields: Fields) -> tuple[Pay, Passage | None]:
    """Return the pay of the salary field, else of the first line of the other texts that states any."""
    passage = draft.fields.get("salary")
    pay = Pay()
    if passage is not None:
        pay = parse_pay(passage.text)
        _note_pay(fields, passage, pay, draft.rules["salary"])
        if pay.has_amount:
            return pay, passage
    for other in prose_of(draft):
        found = _pay_in_prose(other)
        if found is not None:
            part, said = found
            _note_pay(fields, part, said, "pay_in_prose", 0.9)
            return replace(said, pro_rata=said.pro_rata or pay.pro_rata, term_time=said.term_time or pay.term_time), part
    return pay, passage


def other_rates(draft: Draft, fields: Fields, pay: Pay, passage: Passage | None) -> tuple[Rate | None, tuple[Rate, ...]]:
    """Return the second rate and the alternatives, from the pay's own words or from the description's."""
    if not pay.has_amount or passage is None:
        return None, ()
    if pay.second is not None:
        fields.note("second_rate", passage, pay.second.start, pay.second.end, "second_amount", 0.9)
        return pay.second, pay.alternatives
    description = draft.fields.get("description")
    found = (
        _pay_in_prose(description)
        if description is not None and "salary" in draft.fields and passage is draft.fields["salary"]
        else None
    )
    if found is None:
        return None, pay.alternatives
    part, said = found
    own = {pay.minimum, pay.maximum} - {None}
    rates = (
        Rate(said.minimum, said.maximum, said.period, said.bound, _own_label(said, part), *said.amount_at),
        said.second,
        *said.alternatives,
    )
    fresh = [rate for rate in rates if rate is not None and not _same(rate, own)]
    if said.second is not None and len(fresh) == 1 and fresh[0].period == pay.period:
        fields.note("second_rate", part, fresh[0].start, fresh[0].end, "second_amount_in_description", 0.9)
        return fresh[0], pay.alternatives
    if fresh and len(fresh) == len([rate for rate in rates if rate is not None]):
        shown = part.text[said.amount_at[0] : said.amount_at[1]]
        fields.review.append(f"The description states other pay, {shown}.")
    return None, pay.alternatives


def second_witness(draft: Draft, pay: Pay, fields: Fields) -> Witness | None:
    """Return what the data block says, and whether it agrees with the pay of the text; a contradiction is noted for review."""
    data = draft.data_pay
    if data is None:
        return None
    span = Span(data.start, data.end, "", "json_ld:baseSalary")
    if not pay.has_amount:
        return Witness(data.minimum, data.maximum, data.unit, None, span)
    own: set[float | None] = {pay.minimum, pay.maximum}
    rate = Rate(data.minimum, data.maximum, None, "range", "", 0, 0)
    agrees = _same(rate, own)
    if not agrees:
        fields.review.append("The page's data block states other pay than its text.")
    return Witness(data.minimum, data.maximum, data.unit, agrees, span)


def lone_witness(draft: Draft, witness: Witness, grade: str | None) -> Pay | None:
    """Return the data block's pay when nothing else speaks of pay at all; a grade alone stays unknown."""
    if "salary" in draft.fields or grade is not None or witness.unit not in _UNITS:
        return None
    low, high = witness.minimum, witness.maximum
    ends = f"£{low:.2f} to £{high:.2f}" if low and high and low != high else f"£{low or high:.2f}"
    pay = parse_pay(f"{ends} per {_UNITS[witness.unit]}")
    credible = pay.confidence > LOW_CONFIDENCE and pay.period in ("hourly", "daily", "weekly", "monthly", "annual")
    return pay if credible else None


def _note_pay(fields: Fields, passage: Passage, pay: Pay, rule: str, trust: float = 1.0) -> None:
    if pay.has_amount:
        for name, place in (("salary_min", pay.minimum_at), ("salary_max", pay.maximum_at), ("bound", pay.bound_at)):
            if place[0] >= 0:
                fields.note(name, passage, *place, f"{rule}/{pay.rule}", pay.confidence * trust)
        if pay.period_at[0] >= 0:
            fields.note("period", passage, *pay.period_at, f"{rule}/period_word", 0.99 * trust)
        elif not pay.period_stated:
            fields.note(
                "period", passage, *pay.amount_at, f"{rule}/size_of_amount", (0.75 if pay.period == "daily" else 0.97) * trust
            )
    if pay.pro_rata_at[0] >= 0:
        fields.note("pro_rata", passage, *pay.pro_rata_at, f"{rule}/pro_rata_words", 0.98 * trust)


def _pay_in_prose(passage: Passage) -> tuple[Passage, Pay] | None:
    text = passage.text[:LONGEST_PROSE]
    if not any(sign in text for sign in _PAY_SIGNS) or not _PAY_LINE.search(text):
        return None
    for match in _SENTENCE.finditer(text):
        words = match.group()
        if not words.strip() or not _PAY_LINE.search(words) or not _PAY_WORD.search(words):
            continue
        part = passage.part(match.start(), match.end())
        pay = parse_pay(part.text, prose=True)
        if pay.has_amount:
            return part, pay
    return None


def _own_label(said: Pay, part: Passage) -> str:
    after = part.text[said.amount_at[1] : said.amount_at[1] + 12].strip().lower()
    return next(
        (label for word, label in (("paye", "PAYE"), ("umb", "umbrella"), ("ltd", "limited company")) if after.startswith(word)), ""
    )


def _same(rate: Rate, own: set[float | None]) -> bool:
    values = {rate.minimum, rate.maximum} - {None}
    return all(
        any(abs(value - each) <= _FULL_SHARE * each for each in own if each is not None) for value in values if value is not None
    )
