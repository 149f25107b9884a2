"""What the fields of adverts are called: headings of columns, labels of lines, names of elements."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "title": (
        "job title",
        "title",
        "post",
        "post title",
        "role",
        "role title",
        "position",
        "vacancy",
        "vacancy title",
        "job",
        "job role",
        "job name",
    ),
    "employer": (
        *(
            "employer",
            "employer name",
            "organisation",
            "organization",
            "organisation name",
            "recruiter",
            "recuriter",
            "company",
            "company name",
        ),
        *(
            "hiring organisation",
            "hiring organization",
            "trust",
            "council",
            "provider",
            "advertiser",
            "author",
            "creator",
            "publisher",
        ),
    ),
    "place": (
        *(
            "location",
            "locations",
            "place",
            "place of work",
            "work location",
            "job location",
            "town",
            "town city",
            "work base",
            "base",
        ),
        *("based at", "workplace", "site", "city", "area", "address", "where"),
    ),
    "salary": (
        *(
            "salary",
            "pay",
            "wage",
            "wages",
            "salary range",
            "pay range",
            "rate of pay",
            "remuneration",
            "salary details",
            "salary text",
            "hourly rate",
        ),
        *("pay rate", "rate", "salary package", "salary information", "annual salary", "compensation", "salary description"),
    ),
    "grade": ("grade", "band", "pay band", "pay scale", "salary grade", "scale", "pay grade", "afc band"),
    "hours": (
        "hours",
        "hours per week",
        "weekly hours",
        "contracted hours",
        "working hours",
        "hours of work",
        "hours pw",
        "number of hours",
    ),
    "contract": (
        "contract",
        "contract type",
        "type of contract",
        "employment type",
        "job type",
        "tenure",
        "type",
        "contract status",
        "vacancy type",
        "term",
    ),
    "pattern": ("working pattern", "work pattern", "pattern", "full time part time", "basis"),
    "posted": (
        *(
            "posted",
            "date posted",
            "posted on",
            "post date",
            "postdate",
            "published",
            "date published",
            "pubdate",
            "advert start date",
            "opening date",
        ),
        *("publication date", "start of advert", "updated", "date"),
    ),
    "closes": (
        *(
            "closing date",
            "closes",
            "closing",
            "close date",
            "closedate",
            "apply by",
            "deadline",
            "application deadline",
            "valid through",
            "expires",
        ),
        *("closing date for applications", "end date", "job closes", "closes on"),
    ),
    "reference": (
        "reference",
        "ref",
        "job reference",
        "job ref",
        "reference number",
        "vacancy reference",
        "id",
        "job id",
        "vacancy id",
        "guid",
        "reference no",
    ),
    "description": (
        "description",
        "job description",
        "summary",
        "job summary",
        "details",
        "main duties",
        "about the role",
        "content",
        "advert text",
        "text",
        "body",
    ),
    "county": ("county", "region", "local authority", "local authority area"),
    "first_seen": ("first seen", "first seen on", "seen from"),
    "last_seen": ("last seen", "last seen on", "seen until", "removed"),
}
FIELD_OF: Final[dict[str, str]] = {name: field for field, names in _NAMES.items() for name in names}


@lru_cache(maxsize=4096)
def field_of(label: str) -> str | None:
    """Return the field that a heading or label means, in any case and with any punctuation."""
    return FIELD_OF.get(
        " ".join(re.sub(r"([a-z])([A-Z])", r"\1 \2", label).replace("_", " ").lower().translate(_PUNCTUATION).split())
    )


_PUNCTUATION: Final = str.maketrans(dict.fromkeys("/-.:*#?()[]'\"&", " "))
