"""What a council's own episode files say: rates at which children move between kinds of placement and leave care, by occurrence.

In: `Episodes` and a window of dates. Out: events over child-years at risk (the maximum likelihood estimate of a constant hazard),
ages of children coming into care, and where children were placed on a day. Episodes are cut to the window; those still going on at
its end are counted to it. Neighbouring episodes of one kind of placement are one stay, because only the kind is followed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from almoner.readers.ssda903 import CONTINUES, Episodes

LEFT: Final = "left care"
AGED: Final = "turned 18"
DAYS_PER_YEAR: Final = 365.25
AGE_GROUPS: Final[dict[str, tuple[int, int]]] = {
    "under_1": (0, 1),
    "from_1_to_4": (1, 5),
    "from_5_to_9": (5, 10),
    "from_10_to_15": (10, 16),
    "from_16_to_17": (16, 18),
}
_ADULT: Final = 18


@dataclass(frozen=True, slots=True)
class Rate:
    """Events from a kind of placement to another, or out of care, over child-years there."""

    origin: str
    destination: str
    events: int
    child_years: float

    @property
    def per_year(self) -> float:
        """Return events a child-year."""
        return self.events / self.child_years if self.child_years else 0.0


@dataclass(frozen=True)
class OwnRates:
    """Rates in the window, ages on coming into care, and children by placement on its last day; all are counts of the files."""

    window: tuple[date, date]
    rates: tuple[Rate, ...]
    entry_ages: dict[str, int]
    placed: dict[str, int]
    children: int
    child_years: float

    @property
    def ends_per_year(self) -> float:
        """Return endings of care a child-year, birthdays included."""
        return sum(rate.events for rate in self.rates if rate.destination in (LEFT, AGED)) / self.child_years


def usual_window(found: Episodes) -> tuple[date, date]:
    """Return from 1 April of the financial year of the first recorded end to the day after the last date in the files.

    Files list children who were in care in their year: of earlier years they hold only those who stayed.
    """
    ends = [episode.end for episode in found.episodes if episode.end is not None]
    dates = [*ends, *(episode.start for episode in found.episodes)]
    first = min(ends, default=min(dates))
    start = first.replace(month=4, day=1)
    if start > first:
        start = start.replace(year=start.year - 1)
    return start, date.fromordinal(max(dates).toordinal() + 1)


def own_rates(found: Episodes, window: tuple[date, date] | None = None) -> OwnRates:
    """Return rates over a window from its first day up to but not including its last."""
    first, end = usual_window(found) if window is None else window
    days: Counter[str] = Counter()
    events: Counter[tuple[str, str]] = Counter()
    ages: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    children = set()
    for i, episode in enumerate(found.episodes):
        stop = min(episode.end or end, end)
        at_risk = (stop - max(episode.start, first)).days
        if at_risk > 0:
            days[episode.placement] += at_risk
            children.add(episode.child)
        if episode.start < end and (episode.end is None or episode.end >= end):
            placed[episode.placement] += 1
        if episode.starts_care and first <= episode.start < end:
            ages[_age_group(found, episode.child, episode.start)] += 1
        if episode.end is None or not first <= episode.end < end:
            continue
        following = found.episodes[i + 1] if i + 1 < len(found.episodes) else None
        if episode.reason == CONTINUES and following is not None and following.child == episode.child:
            if following.placement != episode.placement:
                events[episode.placement, following.placement] += 1
        elif episode.reason != CONTINUES:
            events[episode.placement, _way_out(found, episode.child, episode.end)] += 1
    rates = tuple(
        Rate(origin, destination, count, days[origin] / DAYS_PER_YEAR) for (origin, destination), count in sorted(events.items())
    )
    return OwnRates(
        (first, end),
        rates,
        dict(sorted(ages.items())),
        dict(sorted(placed.items())),
        len(children),
        sum(days.values()) / DAYS_PER_YEAR,
    )


def age_on(born: date, day: date) -> int:
    """Return completed years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _age_group(found: Episodes, child: str, day: date) -> str:
    born = found.births.get(child)
    if born is None:
        return "not_known"
    age = age_on(born, day)
    return next((name for name, (low, high) in AGE_GROUPS.items() if low <= age < high), "not_known")


def _way_out(found: Episodes, child: str, day: date) -> str:
    """Return whether care ended at the eighteenth birthday or before; without a date of birth it is counted as leaving."""
    born = found.births.get(child)
    return AGED if born is not None and age_on(born, day) >= _ADULT else LEFT
