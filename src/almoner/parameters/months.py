"""Month numbers for dated values: 0 = April 2025, as in `almoner.model.clock`, which lies a floor above and agrees (tested)."""

from __future__ import annotations

import re
from functools import lru_cache

from almoner.errors import AlmonerError

_TEXT = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_ORIGIN = 2025 * 12 + 3


@lru_cache(maxsize=1024)
def month_number(text: str) -> int:
    """Return the month number of `YYYY-MM`."""
    match = _TEXT.match(text)
    if not match:
        raise AlmonerError(f"'{text}' is not a month: write the year and the month as in 2027-04.")
    return int(match[1]) * 12 + int(match[2]) - 1 - _ORIGIN


def month_text(month: int) -> str:
    """Return `YYYY-MM` of a month number."""
    year, index = divmod(month + _ORIGIN, 12)
    return f"{year:04d}-{index + 1:02d}"
