"""What the back-test calls its measures, modes, levels and rules."""

from __future__ import annotations

from typing import Final

from almoner.analysis.backtest_adult import Scored
from almoner.reference.vocabulary import ENGLAND

RULES: Final = {
    "no_change": "no change",
    "trend": "straight line",
    "proportional_65": "proportional to people 65+",
    "uk_vacancies": "proportional to UK vacancies",
}
MEASURES: Final = {
    "vacancy_rate": "vacancy rate",
    "filled_posts": "filled posts",
    "turnover_rate": "turnover",
    "turnover_rate_ascof": "turnover, later series",
}
MODE_WORDS: Final = {
    "conditional": "drivers and posts as they turned out",
    "conditional_need": "drivers as they turned out, posts by need",
    "blind": "nothing known after the cut",
}
LEVELS: Final = ("England", "region", "service", "council area")
DRIVER_WORDS: Final = {
    "market": "UK job vacancies",
    "wage": "the living wage",
    "mandate": "the vaccination mandate",
    "arrivals": "arrivals from abroad",
    "posts": "posts",
}


def level_of(row: Scored) -> str:
    """Return the kind of place that a row is about."""
    if row.level == ENGLAND:
        return "England"
    if not row.level.startswith("E"):
        return "service"
    return "region" if row.level.startswith("E12") else "council area"
