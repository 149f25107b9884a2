"""The four naive rules that a forecast must beat: no change, straight line, proportional to people aged 65+, to UK vacancies.

Each takes the values known at the cut and returns a forecast for a later year. Where a rule says nothing about a measure it
returns None.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from almoner.analysis.assurance.setting import Mode, market_of
from almoner.reference.areas import england
from almoner.reference.population import persons_at

Measure = Literal["vacancy_rate", "filled_posts", "turnover_rate"]
RULES: Final = ("no_change", "trend", "proportional_65", "uk_vacancies")
_LEAST_POINTS: Final = 3


def no_change(known: Mapping[int, float], cut: int) -> float:
    """Return the value at the cut."""
    return known[cut]


def trend(known: Mapping[int, float], cut: int, year: int) -> float | None:
    """Return the least-squares straight line through all years up to the cut, at least three."""
    years = [y for y in sorted(known) if y <= cut]
    if len(years) < _LEAST_POINTS:
        return None
    slope, level = np.polyfit(np.array(years, dtype=np.float64) - cut, [known[y] for y in years], 1)
    return float(level + slope * (year - cut))


def proportional_65(measure: Measure, known: Mapping[int, float], cut: int, year: int) -> float:
    """Let filled and vacant posts grow with people aged 65 and over: posts grow, and rates stay."""
    if measure == "filled_posts":
        return known[cut] * older(year) / older(cut)
    return known[cut]


def uk_vacancies(
    measure: Measure, known: Mapping[int, float], cut: int, year: int, mode: Mode, rate_at_cut: float | None = None
) -> float | None:
    """Let the vacancy rate move with UK job vacancies, as they turned out or (blind) held; filled posts by it and people 65+.

    `rate_at_cut` is the vacancy rate at the cut, a fraction, which the rule for filled posts needs.
    """
    ratio = market_of(year) / market_of(cut) if mode == "conditional" else 1.0
    if measure == "vacancy_rate":
        return known[cut] * ratio
    if measure == "filled_posts" and rate_at_cut is not None:
        return known[cut] * older(year) / older(cut) * (1.0 - min(rate_at_cut * ratio, 0.9)) / (1.0 - rate_at_cut)
    return None


@lru_cache(maxsize=64)
def older(year: int) -> float:
    """Return England's people aged 65 and over on 31 March of a year."""
    return float(persons_at(england().area_codes, [year + 0.25])[:, 0, 2:].sum())
