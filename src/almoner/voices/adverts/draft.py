"""An advert as a reader hands it on: the passages that state its fields, before their words are understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from almoner.voices.adverts.passages import Passage

FIELDS = (
    *("title", "employer", "place", "salary", "grade", "hours", "contract", "pattern", "posted", "closes", "reference", "county"),
    *("description", "first_seen", "last_seen"),
)
"""The names of the fields that a draft may hold."""


@dataclass(frozen=True, slots=True)
class DataPay:
    """Pay as a page's data block gives it (schema.org): a second witness, never the first."""

    minimum: float | None
    maximum: float | None
    unit: str
    start: int
    end: int


@dataclass(slots=True)
class Draft:
    """The passages of one advert by field, each with the rule that chose it; `at` is where the advert stands in its file."""

    format: str
    at: tuple[int, int]
    fields: dict[str, Passage] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    data_pay: DataPay | None = None
    seen: date | None = None
    text: Passage | None = None
    """Text around the advert in which fields that are not set apart may be stated."""

    prose: list[Passage] | None = None
    """The running texts of the advert, once they have been asked for."""

    def put(self, name: str, passage: Passage | None, rule: str) -> None:
        """Keep a passage for a field unless one is kept already or it is empty."""
        if passage is not None and name not in self.fields and passage.text.strip():
            self.fields[name] = passage
            self.rules[name] = rule
