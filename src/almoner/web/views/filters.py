"""What templates may call on a value: words for numbers, days and lists, as the plan document says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from almoner.analysis import words
from almoner.reference.vocabulary import ROLES, SERVICES
from almoner.report import view


def address(query: Mapping[str, Any], **changes: Any) -> str:
    """Return `?...` of a query with changes; an empty value leaves its name out."""
    items = dict(query) | changes
    found = urlencode({key: value for key, value in items.items() if value not in (None, "")}, doseq=True)
    return f"?{found}" if found else ""


def moment(value: datetime) -> str:
    """Say a moment in words to the minute, UTC."""
    return f"{value.day} {value:%B %Y, %H:%M} UTC"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "number": words.number,
    "between": words.between,
    "lower_first": words.lower_first,
    "listed": lambda items: words.listed(list(items)),
    "money": view.money,
    "day": view.day,
    "moment": moment,
    "address": address,
    "plain": lambda text: str(text).replace("_", " "),
    "sentence": lambda text: str(text)[:1].upper() + str(text)[1:],
    "label": lambda word: (SERVICES | ROLES).get(word, word),
}
