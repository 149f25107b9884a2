"""From a draft to an advert: each field is read from the passage most likely to state it.

The confidences of fields other than pay are assumed, by how far a rule leaves room for doubt.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from almoner.reference.area_names import plain_name
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.compose_pay import lone_witness, other_rates, read_pay, second_witness
from almoner.voices.adverts.dates import find_date
from almoner.voices.adverts.draft import Draft
from almoner.voices.adverts.hourly import basis_of
from almoner.voices.adverts.notes import LONGEST_PROSE, LOW_CONFIDENCE, Fields, prose_of
from almoner.voices.adverts.passages import Passage
from almoner.voices.adverts.places import Place, area_code_in, area_code_of, find_place, named_after_location, read_place
from almoner.voices.adverts.roles import family_of
from almoner.voices.adverts.scales import Scales, find_grade
from almoner.voices.adverts.source import Source
from almoner.voices.adverts.terms import Term, find_contract, find_hours, find_length_months, find_pattern, find_workplace

_SURE: Final = {
    "footer": 0.98,
    "labelled_line": 0.95,
    "json_ld": 0.98,
    "element": 0.98,
    "column": 0.99,
    "first_line": 0.7,
    "line_below_title": 0.7,
    "line_above_terms": 0.8,
    "heading": 0.9,
}
_OF_TERM: Final = {"field": 0.97, "terms": 0.96, "prose": 0.88, "title": 0.85}
_CLIENT: Final = re.compile(
    r"(?:\s[-\N{EN DASH}]\s|\bat\s|,\s)(?P<name>[A-Z][\w .&'-]*(?:Council|NHS (?:Foundation )?Trust|Care Home|Academy|School))\b"
)


def compose(draft: Draft, source: Source, scales: Scales | None = None) -> Advert:
    """Return the advert that a draft states."""
    fields = Fields()
    title = _whole(draft, fields, "title") or ""
    employer = _whole(draft, fields, "employer")
    pay, pay_passage = read_pay(draft, fields)
    terms = _terms(draft, fields)
    grade = _grade(draft, fields)
    place, code = _place(draft, fields, employer)
    client = _client(draft, fields, employer)
    family = family_of(title)
    if family.end:
        fields.note("family", draft.fields["title"], family.start, family.end, f"title_words:{family.name}", 0.9)
    days = {name: _date(draft, fields, name) for name in ("posted", "closes", "first_seen", "last_seen")}
    seen = date.fromisoformat(source.seen) if source.seen else None
    second, others = other_rates(draft, fields, pay, pay_passage)
    witness = second_witness(draft, pay, fields)
    minimum, maximum, period, bound = pay.minimum, pay.maximum, pay.period, pay.bound
    if witness is not None and witness.agrees is None and (lone := lone_witness(draft, witness, grade)):
        minimum, maximum, period = lone.minimum, lone.maximum, lone.period
        bound = lone.bound
        for name, value in (("salary_min", minimum), ("salary_max", maximum), ("period", period), ("bound", bound)):
            if value is not None:
                fields.spans[name] = (witness.span,)
                fields.confidence[name] = 0.6
        fields.review.append("Pay is stated only in the page's data block, which sites often fill with made-up hours.")
    advert = Advert(
        title=title,
        employer=employer,
        client=client,
        place=place,
        area_code=code,
        salary_min=minimum,
        salary_max=maximum,
        period=period,
        bound=bound,
        pro_rata=pay.pro_rata,
        term_time=pay.term_time,
        basis=pay.basis,
        grade=grade,
        second_rate=second,
        alternatives=others,
        family=family.name,
        posted=days["posted"],
        closes=days["closes"],
        first_seen=days["first_seen"] or seen,
        last_seen=days["last_seen"] or seen,
        reference=_whole(draft, fields, "reference"),
        witness=witness,
        scale_pay=scales.of(employer, grade) if scales and not pay.has_amount else None,
        file=source.name,
        file_sha256=source.sha256,
        format=draft.format,
        at=draft.at,
        **terms,  # type: ignore[arg-type]
    )
    if not advert.states_pay and advert.grade is None:
        fields.review.append("No pay and no grade is stated.")
    fields.review += [f"Unsure of {name}." for name, sure in fields.confidence.items() if sure < LOW_CONFIDENCE]
    return replace(
        advert,
        basis=basis_of(advert),
        key=identity(advert),
        spans=dict(sorted(fields.spans.items())),
        confidence=dict(sorted(fields.confidence.items())),
        review=tuple(dict.fromkeys(fields.review)),
    )


@lru_cache(maxsize=8192)
def _plain(name: str) -> str:
    return plain_name(name)


def identity(advert: Advert) -> str:
    """Return the key of the vacancy: adverts that differ in any of these fields are different vacancies."""
    parts = (
        *(_plain(word or "") for word in (advert.employer, advert.client, advert.title, advert.place)),
        *(
            advert.contract,
            advert.pattern,
            advert.grade,
            advert.hours_per_week,
            advert.salary_min,
            advert.salary_max,
            advert.period,
        ),
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _whole(draft: Draft, fields: Fields, name: str) -> str | None:
    """Return a field that is the whole of its passage."""
    passage = draft.fields.get(name)
    if passage is None:
        return None
    rule = draft.rules[name]
    fields.note(name, passage, 0, len(passage.text), rule, _sure(rule))
    return " ".join(passage.text.split())


def _sure(rule: str) -> float:
    return next((value for start, value in _SURE.items() if rule.startswith(start)), 0.9)


def _terms(draft: Draft, fields: Fields) -> dict[str, object]:
    """Return hours, contract, its length, pattern and workplace."""
    return {
        **_hours(draft, fields),
        **_contract(draft, fields),
        "pattern": _simple(draft, fields, "pattern", ("pattern", "contract", "hours", "salary"), find_pattern),
        "workplace": _simple(draft, fields, "workplace", ("place", "pattern"), find_workplace),
    }


def _texts(draft: Draft, names: tuple[str, ...]) -> list[tuple[str, Passage, str]]:
    """Return the passages in which a term may be stated, with how each is to be trusted: own fields, terms line, prose, title."""
    own = [(name, draft.fields[name], "terms" if name == "salary" else "field") for name in names if name in draft.fields]
    prose = [("prose", passage, "prose") for passage in prose_of(draft)]
    title = [("title", draft.fields["title"], "title")] if "title" in draft.fields else []
    return own + prose + title


def _hours(draft: Draft, fields: Fields) -> dict[str, object]:
    for _, passage, kind in _texts(draft, ("hours", "pattern", "contract", "salary")):
        term = find_hours(passage.text[:LONGEST_PROSE], prose=kind in ("prose", "title"))
        if term is not None:
            fields.note("hours_per_week", passage, term.start, term.end, term.rule, _OF_TERM[kind])
            low, high = term.value
            return {"hours_per_week": high, "hours_per_week_low": low if low != high else None}
    return {}


def _contract(draft: Draft, fields: Fields) -> dict[str, object]:
    for _, passage, kind in _texts(draft, ("contract", "pattern", "salary")):
        text = passage.text[:LONGEST_PROSE]
        term = find_contract(text, prose=kind in ("prose", "title"))
        if term is None:
            continue
        fields.note("contract", passage, term.start, term.end, term.rule, _OF_TERM[kind])
        length = find_length_months(text, term)
        if length is not None:
            fields.note("contract_months", passage, length.start, length.end, length.rule, _OF_TERM[kind] - 0.03)
        return {"contract": term.value, "contract_months": length.value if length else None}
    return {}


def _simple(draft: Draft, fields: Fields, name: str, own: tuple[str, ...], find: Callable[[str], Term[str] | None]) -> str | None:
    for _, passage, kind in _texts(draft, own):
        term = find(passage.text[:LONGEST_PROSE])
        if term is not None:
            fields.note(name, passage, term.start, term.end, term.rule, _OF_TERM[kind])
            return term.value
    return None


def _grade(draft: Draft, fields: Fields) -> str | None:
    for name in ("grade", "salary", "title"):
        passage = draft.fields.get(name)
        if passage is None:
            continue
        found = find_grade(passage.text)
        if found is None and name == "grade" and len(passage.text) <= 60:
            found = (passage.text.strip(), 0, len(passage.text))
        if found is not None:
            words, start, end = found
            fields.note("grade", passage, start, end, f"grade_in_{name}", 0.97 if name != "title" else 0.85)
            return " ".join(words.split())
    return None


def _place(draft: Draft, fields: Fields, employer: str | None) -> tuple[str | None, str | None]:
    """Return the place as stated and the council area it, or else the employer, stands for."""
    found: tuple[Passage, Place] | None = None
    if "place" in draft.fields:
        passage = draft.fields["place"]
        place = read_place(passage.text)
        found = (passage, place) if place else None
    if found is None and "description" in draft.fields:
        passage = draft.fields["description"]
        place = (find_place(passage.text) if draft.format == "page_text" else None) or named_after_location(
            passage.text[:LONGEST_PROSE]
        )
        found = (passage, place) if place else None
    code: str | None = None
    if found is not None:
        passage, place = found
        fields.note("place", passage, place.start, place.end, place.rule, place.sure)
        if place.area_code:
            code = place.area_code
            fields.note("area_code", passage, place.start, place.end, f"area_of_place:{place.rule}", place.sure)
    if code is None and "county" in draft.fields:
        passage = draft.fields["county"]
        code = area_code_of(passage.text)
        if code:
            fields.note("area_code", passage, 0, len(passage.text), "area_of_county", 0.85)
    if code is None and employer:
        code = area_code_in(employer)
        if code:
            passage = draft.fields["employer"]
            fields.note("area_code", passage, 0, len(passage.text), "area_of_employer", 0.8)
    return (found[1].text if found else None), code


def _client(draft: Draft, fields: Fields, employer: str | None) -> str | None:
    """Return the body that the post serves when the title names another than the employer."""
    passage = draft.fields.get("title")
    match = _CLIENT.search(passage.text) if passage is not None else None
    if passage is None or match is None or plain_name(match["name"]) == plain_name(employer or ""):
        return None
    fields.note("client", passage, match.start("name"), match.end("name"), "body_in_title", 0.85)
    return match["name"]


def _date(draft: Draft, fields: Fields, name: str) -> date | None:
    passage = draft.fields.get(name)
    found = find_date(passage.text) if passage is not None else None
    if passage is None or found is None:
        return None
    day, start, end = found
    fields.note(name, passage, start, end, f"{draft.rules[name]}/date", 0.97)
    return day
