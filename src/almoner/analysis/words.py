"""How numbers are said: rounding, units, intervals and changes, for one level of geography.

In: a value or a band with its unit (`posts`, `percent`, `gbp_per_hour` ...) and the level of the place. Out: text in British
English. Posts are said to the nearest hundred for England and regions and to the nearest ten for an area; rates to one decimal
place; what was never published is said so.
"""

from __future__ import annotations

import math
from typing import Final

from almoner.analysis.plan_record import Band

NOT_PUBLISHED: Final = "not published"
MINUS: Final = "\N{MINUS SIGN}"

_COARSE: Final = ("england", "region")
_STEPS: Final = {"posts": (10, 100), "people": (10, 100), "hours_per_week": (100, 1000), "children": (1, 10), "days": (10, 100)}
_DECIMALS: Final = {
    "percent": 1,
    "percentage_points": 1,
    "gbp_per_hour": 2,
    "gbp_per_adult": 0,
    "gbp_m": 1,
    "gbp": 0,
    "years": 1,
    "ratio": 1,
    "correlation": 2,
    "distance": 2,
}
_AFTER: Final = {"percent": "%", "percentage_points": " points", "gbp_m": " million"}
_UNIT_WORDS: Final = {
    "posts": "posts",
    "people": "people",
    "days": "days",
    "percent": "per cent",
    "percentage_points": "percentage points",
    "hours_per_week": "hours a week",
    "gbp_per_hour": "£ an hour",
    "gbp_per_adult": "£ an adult",
    "gbp_m": "£ million a year",
    "years": "years",
    "ratio": "ratio",
}
_MORE_FEWER: Final = ("posts", "people", "children", "hours_per_week", "days")


def number(value: float | None, unit: str, level: str) -> str:
    """Say one value, rounded as its unit and the level of the place ask."""
    if value is None or math.isnan(value):
        return NOT_PUBLISHED
    step = rounding_step(unit, level)
    if step > 1 and 0 < abs(value) < step:
        return f"fewer than {step:,}" if value > 0 else f"fall of fewer than {step:,}"
    sign = MINUS if rounded(value, unit, level) < 0 else ""
    return sign + _magnitude(abs(value), unit, level)


def rounded(value: float, unit: str, level: str) -> float:
    """Return the value as it is said; halves go away from zero, as a reader would round."""
    step = rounding_step(unit, level)
    size = math.floor(abs(value) / step + 0.5 + 1e-9) * step
    return math.copysign(size, value) if size else 0.0


def rounding_step(unit: str, level: str) -> float:
    """Return the step that values of a unit are rounded to."""
    if unit in _STEPS:
        return _STEPS[unit][level in _COARSE]
    if unit == "gbp_m" and level in _COARSE:
        return 1.0
    return 10.0 ** -_DECIMALS.get(unit, 1)


def between(band: Band, unit: str, level: str) -> str:
    """Say a band as 'between 1,200 and 1,900', or 'about 1,200' when both ends are said the same."""
    low, high = number(band.low, unit, level), number(band.high, unit, level)
    if low == high:
        return f"about {low}"
    if unit == "gbp_m":
        low = low.removesuffix(_AFTER[unit])
    return f"between {low} and {high}"


def to(band: Band, unit: str, level: str) -> str:
    """Say a band shortly, as '1,200 to 1,900', for tables and labels."""
    low, high = number(band.low, unit, level), number(band.high, unit, level)
    return low if low == high else f"{low} to {high}"


def change(value: float, unit: str, level: str) -> str:
    """Say a difference as '290 more', '2.4 points lower' or 'no change'."""
    spoken = "percentage_points" if unit == "percent" else unit
    size = rounded(abs(value), spoken, level)
    if size == 0:
        return "no change"
    more, less = ("more", "fewer") if unit in _MORE_FEWER else ("higher", "lower")
    return f"{_magnitude(size, spoken, level)} {more if value > 0 else less}"


def signed(value: float, unit: str, level: str) -> str:
    """Say a difference with its sign, for tables: '+290', '-2.4 points', '0'."""
    spoken = "percentage_points" if unit == "percent" else unit
    size = rounded(abs(value), spoken, level)
    if size == 0:
        return "0"
    return f"{'+' if value > 0 else MINUS}{_magnitude(size, spoken, level)}"


def change_between(band: Band, unit: str, level: str) -> str:
    """Say a band of differences: 'between 120 and 480 more', or 'between 260 fewer and 40 more' when it spans nothing."""
    low, high = change(band.low, unit, level), change(band.high, unit, level)
    if low == high:
        return low if low == "no change" else f"about {low}"
    if band.low * band.high >= 0 and "no change" in (low, high):
        return f"up to {low if high == 'no change' else high}"
    if "no change" in (low, high) or low.split()[-1] != high.split()[-1]:
        return f"between {low} and {high}"
    nearer, further = (low, high) if band.low >= 0 else (high, low)
    size = nearer.rsplit(" ", 1)[0].removesuffix(" points")
    return f"between {size} and {further}"


def moved(start: float, end: float, unit: str, level: str) -> str:
    """Say a movement: 'rise from 620 to 910', 'fall from ...' or 'stay at about 620'."""
    before, after = number(start, unit, level), number(end, unit, level)
    if before == after:
        return f"stay at about {after}"
    return f"{'rise' if end > start else 'fall'} from {before} to {after}"


def unit_words(unit: str) -> str:
    """Say a unit in words, for subtitles and table headings."""
    return _UNIT_WORDS.get(unit, unit.replace("_", " "))


def age_band(band: str) -> str:
    """Say an age band: '85+' as '85 and over', '65-74' as '65 to 74'."""
    return band.replace("+", " and over").replace("-", " to ")


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Join words as 'one, two and three'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def lower_first(text: str) -> str:
    """Return a label with a small first letter, to stand inside a sentence; abbreviations keep their capitals."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]


def _magnitude(size: float, unit: str, level: str) -> str:
    value = rounded(size, unit, level)
    decimals = 0 if unit in _STEPS or rounding_step(unit, level) >= 1 else _DECIMALS.get(unit, 1)
    before = "£" if unit.startswith("gbp") else ""
    return f"{before}{value:,.{decimals}f}{_AFTER.get(unit, '')}"
