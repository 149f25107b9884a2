"""What templates may call on a value: words for numbers, days and lists, as the plan document says them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

from almoner.analysis import words
from almoner.analysis.evidence import evidence_rows
from almoner.reference.sources import all_sources
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.report import view
from almoner.web.views.answers import TO_YEAR

_ORIGINS: Final = re.compile(r"\b(?:[Rr]un (?P<run>[0-9a-f]{16})|[A-Z]{1,2}[0-9]{2,3}|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b")


def address(query: Mapping[str, Any], **changes: Any) -> str:
    """Return `?...` of a query with changes; an empty value leaves its name out."""
    items = dict(query) | changes
    found = urlencode({key: value for key, value in items.items() if value not in (None, "")}, doseq=True)
    return f"?{found}" if found else ""


def moment(value: datetime) -> str:
    """Say a moment in words to the minute, UTC."""
    return f"{value.day} {value:%B %Y, %H:%M} UTC"


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of sources and of rows of evidence."""
    return frozenset(each.id for each in all_sources()), frozenset(row["id"] for row in evidence_rows())


def origins(text: str) -> Markup:
    """Return text with links: ids of sources and evidence to their pages, the id of a run to how it was made on the same page."""
    sources, evidence = _known()

    def linked(found: re.Match[str]) -> str:
        word = found[0]
        if word in evidence:
            return f'<a href="/evidence/{word}">{word}</a>'
        if word in sources:
            return f'<a href="/sources/{word}">{word}</a>'
        return f'Run <a href="#made">{found["run"]}</a>' if found["run"] else word

    return Markup(_ORIGINS.sub(linked, str(escape(text))))


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "number": words.number,
    "between": words.between,
    "lower_first": words.lower_first,
    "listed": lambda items: words.listed(list(items)),
    "money": view.money,
    "day": view.day,
    "moment": moment,
    "address": address,
    "origins": origins,
    "ending": lambda year: "" if year == TO_YEAR else f"?to={year}",
    "plain": lambda text: str(text).replace("_", " ").replace("gbp", "£"),
    "sentence": lambda text: str(text)[:1].upper() + str(text)[1:],
    "label": lambda word: (SERVICES | ROLES).get(word, word),
}
