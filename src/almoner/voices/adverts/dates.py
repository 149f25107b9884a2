"""Dates as British adverts write them, read strictly: a date without a year, or one that cannot be, stays unknown.

`dateparser` gives nothing for "Closing date: 3rd December 2026 at 11:59pm" and moves a date without a year to the next one, so the
few forms in use are written out here.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED: Final = "(?:" + "|".join(_MONTHS) + ")[a-z]*"
_FORMS: Final = re.compile(
    rf"""
    (?<!\d)(?P<iso>(?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)
  | (?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?:[ ]+of)?[ -]+(?P<month>{_NAMED})[ ,.-]+(?P<year>(?:19|20)\d\d)(?!\d)
  | \b(?P<us_month>{_NAMED})[ ]+(?P<us_day>[0-3]?\d)(?:st|nd|rd|th)?[ ,]+(?P<us_year>(?:19|20)\d\d)(?!\d)
  | (?<![\d/.])(?P<d>[0-3]?\d)[/.](?P<m>[01]?\d)[/.](?P<y>(?:20)?\d\d)(?![\d/])
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_date(text: str) -> tuple[date, int, int] | None:
    """Return the first date in `text` with its start and end, day before month; None when none is whole and possible."""
    for match in _FORMS.finditer(text):
        found = _read(match)
        if found is not None:
            return found, match.start(), match.end()
    return None


def _read(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["month"]:
            return date(int(match["year"]), _month(match["month"]), int(match["day"]))
        if match["us_month"]:
            return date(int(match["us_year"]), _month(match["us_month"]), int(match["us_day"]))
        year = int(match["y"])
        return date(year + 2000 if year < 100 else year, int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1
