"""What templates may call on a value: words for numbers, days and lists, as the plan document says them."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

from almoner.analysis import words
from almoner.analysis.evidence import evidence_rows
from almoner.reference.sources import Source, all_sources
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.report import view
from almoner.web.views.answers import TO_YEAR

_ORIGINS: Final = re.compile(
    r"<a [^>]*>[^<]*</a>|\b(?:[Rr]un (?P<run>[0-9a-f]{16})|[A-Z]{1,2}[0-9]{2,3}|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b"
)
_NAMED: Final = re.compile(r"(?P<name>(?<=Source: )[^;:<>]+?|(?<=; )[^;:<>.]+?) \((?P<id>[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\)")
_WHOLE_NUMBER: Final = re.compile(r"\d{4,}")
_OPAQUE: Final = re.compile(r"s_[0-9a-f]{8}")
_DATE: Final = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(-(?P<day>\d{2}))?")
_STATES: Final = {"queued": "Waiting", "running": "Running", "done": "Done", "failed": "Failed", "cancelled": "Cancelled"}
_WHOLE: Final = 100_000
_OWN: Final = "Almoner’s own estimates"


def address(query: Mapping[str, Any], **changes: Any) -> str:
    """Return `?...` of a query with changes; an empty value leaves its name out."""
    items = dict(query) | changes
    found = urlencode({key: value for key, value in items.items() if value not in (None, "")}, doseq=True)
    return f"?{found}" if found else ""


def moment(value: datetime) -> str:
    """Say a moment in words to the minute, UTC."""
    return f"{value.day} {value:%B %Y, %H:%M} UTC"


def ending(to_year: int) -> str:
    """Return what the address of a file of a place needs after it for a last year that is not the usual."""
    return "" if to_year == TO_YEAR else f"?to={to_year}"


def figure(text: str) -> str:
    """Say a number that is a text with commas: '87290' as '87,290'; other text stays."""
    return f"{int(text):,}" if _WHOLE_NUMBER.fullmatch(text) else text


def breakable(text: str) -> Markup:
    """Return a name that a browser may break after its dots and underscores."""
    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(text))))


def origin_names(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return the addresses and names of sources and rows of evidence; a row of evidence is named by its id."""
    wanted = list(ids)
    _, evidence = _known()
    sources = [(f"/sources/{each}", name) for each, name in source_names(wanted)]
    return sources + [(f"/evidence/{each}", each) for each in wanted if each in evidence]


def dated(text: str) -> str:
    """Say a date of a table: '2021-09-07' as '7 September 2021', '2021-09' as 'September 2021'; another text stays."""
    if not (found := _DATE.fullmatch(text)):
        return text
    said = f"{month_name[int(found['month'])]} {found['year']}"
    return f"{int(found['day'])} {said}" if found["day"] else said


def span(period: str) -> str:
    """Say a period: '2016-17..2024-25' as '2016-17 to 2024-25'."""
    return str(period).replace("..", " to ")


def value(number: float, unit: str) -> str:
    """Say a value of the model with its unit: '£2,088 per episode', '50,000 people per year', '0.15 share'."""
    size = f"{abs(number):,.0f}" if abs(number) >= _WHOLE and number == int(number) else f"{abs(number):,.6g}"
    sign, spoken = words.MINUS if number < 0 else "", unit.replace("_", " ")
    if spoken[:3].lower() == "gbp":
        return f"{sign}£{size} {spoken[3:].replace('GBP', '£').strip()}".strip()
    return f"{sign}{size} {spoken}"


def limits(low: str, high: str) -> str:
    """Say the limits of a setting: 'From 0 to 10', 'From 0 up', 'Up to 10'."""
    if low and high:
        return f"From {low} to {high}"
    return f"From {low} up" if low else f"Up to {high}"


@lru_cache(maxsize=1)
def _known() -> tuple[Mapping[str, Source], frozenset[str]]:
    """Return the sources by id, and the ids of rows of evidence."""
    return {each.id: each for each in all_sources()}, frozenset(row["id"] for row in evidence_rows())


def source_names(ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return sources with names to read: the publisher, and the period as well where one publisher stands for several."""
    known, _ = _known()
    found = [known[each] for each in ids if each in known]
    publishers = [_publisher(each) for each in found]
    return [
        (each.id, name if publishers.count(name) == 1 else f"{name}, {span(each.period) if each.period else each.title}")
        for each, name in zip(found, publishers, strict=True)
    ]


def _publisher(source: Source) -> str:
    name = source.publisher.partition(" (")[0].partition(" via ")[0]
    return _own(name)


def _own(publisher: str) -> str:
    return _OWN if publisher.lower() in ("own work", "this project") else publisher


def origins(text: str) -> Markup:
    """Return text with links: sources and evidence to their pages, the id of a run to how it was made on the same page.

    The name before one id in brackets is the link to that source, and an id that says nothing is named by its publisher, so that a
    reader sees whose a figure is.
    """
    sources, evidence = _known()

    def named(found: re.Match[str]) -> str:
        return f'<a href="/sources/{found["id"]}">{_own(found["name"])}</a>' if found["id"] in sources else found[0]

    def linked(found: re.Match[str]) -> str:
        word = found[0]
        if word.startswith("<a "):
            return word
        if word in evidence:
            return f'<a href="/evidence/{word}">{word}</a>'
        if word in sources:
            name = escape(_publisher(sources[word])) if _OPAQUE.fullmatch(word) else word
            return f'<a href="/sources/{word}">{name}</a>'
        return f'Run <a href="#made">{found["run"]}</a>' if found["run"] else word

    before, begins, after = str(escape(text)).partition("Source: ")
    return Markup(_ORIGINS.sub(linked, before + _NAMED.sub(named, begins + after)))


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "number": words.number,
    "between": words.between,
    "lower_first": words.lower_first,
    "listed": lambda items: words.listed(list(items)),
    "money": view.money,
    "day": view.day,
    "moment": moment,
    "address": address,
    "limits": limits,
    "span": span,
    "dated": dated,
    "figure": figure,
    "breakable": breakable,
    "origin_names": origin_names,
    "publisher": _own,
    "value": value,
    "source_names": source_names,
    "origins": origins,
    "state": lambda word: _STATES.get(word, word),
    "ending": ending,
    "plain": lambda text: str(text).replace("_", " ").replace("gbp", "£"),
    "sentence": lambda text: str(text)[:1].upper() + str(text)[1:],
    "label": lambda word: (SERVICES | ROLES).get(word, word),
}
