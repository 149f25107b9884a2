"""What many adverts show together: pay against what else there is, pay that is hidden, and how long vacancies stay open.

In: adverts, a place (optional), a day and local options. Out: a frozen record with every number that the report prints. Counts
are of vacancies, so that one advert seen on ten days counts once; shares have Wilson intervals; hidden pay stands beside every
median.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from almoner.reference.areas import Area
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.episodes import (
    Episode,
    advertised_windows,
    days_looked,
    duration_curve,
    episodes,
    spells,
)
from almoner.voices.adverts.hourly import Hourly, hourly_of
from almoner.voices.adverts.outside import Comparator, comparators_on, latest_floor_day
from almoner.voices.adverts.roles import CARE, DIRECT_CARE, FAMILIES
from almoner.voices.adverts.survival import Quantile, quantile

_Z95 = 1.959963984540054
OPEN_AFTER_DAYS = (14, 28, 60, 90)


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of a total with the 95% interval of its share (Wilson)."""

    count: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Return the share, or None of nothing."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class FamilyPay:
    """Pay an hour of one job family: vacancies, those that hide it, quartiles of the lowest and the median of the middle."""

    family: str
    label: str
    vacancies: int
    hidden: int
    with_entry: int
    entry_quarter: float | None
    entry_median: float | None
    entry_three_quarters: float | None
    middle_median: float | None


@dataclass(frozen=True, slots=True)
class Against:
    """One comparator and how direct care adverts stand to it, each on its own day: the middle gap, and the share below."""

    comparator: Comparator
    gap: float | None
    below: Share


@dataclass(frozen=True, slots=True)
class Duration:
    """How long one group's vacancies stay open, in days."""

    group: str
    spells: int
    ended: int
    median: Quantile
    still_open: tuple[tuple[int, float], ...]
    """Days, and the share still open after them, where somebody was at risk."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report of adverts says. `vacancies` are within the place asked for; `elsewhere` are the others of the files."""

    place: Area | None
    day: date
    day_is_assumed: bool
    adverts: int
    files: tuple[tuple[str, str], ...]
    vacancies: int
    elsewhere: int
    unplaced: int
    reposted: int
    hidden: Share
    grade_only: int
    care_hidden: Share
    pay: tuple[FamilyPay, ...]
    care_entry: tuple[float, ...]
    against: tuple[Against, ...]
    durations: tuple[Duration, ...]
    looks: int
    windows: tuple[int, ...]
    contracts: tuple[tuple[str, int], ...]
    to_review: int


def find(
    adverts: Sequence[Advert], place: Area | None = None, day: date | None = None, own: tuple[Comparator, ...] = ()
) -> Findings:
    """Return what adverts show; `day` is the day whose wage floor and outside pay they are held against."""
    looked = days_looked(adverts)
    everything = episodes(adverts)
    codes = set(place.area_codes) if place else set()
    here = [each for each in everything if place is None or each.advert.area_code in codes]
    elsewhere = [each for each in everything if place is not None and each.advert.area_code not in codes]
    chosen = day or _latest_day([episode.advert for episode in here]) or latest_floor_day()
    rates = [(episode.advert, hourly_of(episode.advert)) for episode in here]
    care = [(advert, rate) for advert, rate in rates if advert.family in DIRECT_CARE]
    dated = [(_day_of(advert, chosen), rate.low) for advert, rate in care if rate is not None and rate.low is not None]
    held = {
        begin: {each.name: each.hourly for each in comparators_on(begin, place, own)} for begin in {begin for begin, _ in dated}
    }
    return Findings(
        place=place,
        day=chosen,
        day_is_assumed=day is None and _latest_day([episode.advert for episode in here]) is None,
        adverts=len(adverts),
        files=tuple(dict.fromkeys((advert.file, advert.file_sha256) for advert in adverts)),
        vacancies=len(here),
        elsewhere=len(elsewhere),
        unplaced=sum(episode.advert.area_code is None for episode in everything),
        reposted=sum(episode.reposts > 0 for episode in here),
        hidden=share(sum(not advert.states_pay for advert, _ in rates), len(rates)),
        grade_only=sum(not advert.states_pay and advert.grade is not None for advert, _ in rates),
        care_hidden=share(sum(not advert.states_pay for advert, _ in care), len(care)),
        pay=tuple(row for family in FAMILIES if (row := _family_pay(family, rates)) is not None),
        care_entry=tuple(sorted(entry for _, entry in dated)),
        against=tuple(_against(each, dated, held) for each in comparators_on(chosen, place, own)),
        durations=_durations(here, elsewhere, looked, place),
        looks=len(looked),
        windows=tuple(sorted(advertised_windows(here))),
        contracts=_counts(here, lambda advert: advert.contract or "not stated"),
        to_review=sum(bool(advert.review) for advert, _ in rates),
    )


def share(count: int, total: int) -> Share:
    """Return a share with Wilson's 95% interval; of nothing it lies between 0 and 1."""
    if total == 0:
        return Share(0, 0, 0.0, 1.0)
    p = count / total
    spread = _Z95 / (1 + _Z95**2 / total) * math.sqrt(p * (1 - p) / total + _Z95**2 / (4 * total**2))
    middle = (p + _Z95**2 / (2 * total)) / (1 + _Z95**2 / total)
    return Share(count, total, max(middle - spread, 0.0), min(middle + spread, 1.0))


def _latest_day(adverts: Sequence[Advert]) -> date | None:
    return max((day for each in adverts for day in (each.posted, each.last_seen) if day), default=None)


def _family_pay(family: str, rates: Sequence[tuple[Advert, Hourly | None]]) -> FamilyPay | None:
    own = [(advert, rate) for advert, rate in rates if advert.family == family]
    if not own:
        return None
    entries = sorted(rate.low for _, rate in own if rate is not None and rate.low is not None)
    middles = [rate.middle for _, rate in own if rate is not None]
    quarters = statistics.quantiles(entries, n=4, method="inclusive") if len(entries) > 1 else [*entries] * 3
    return FamilyPay(
        family,
        FAMILIES[family],
        len(own),
        sum(not advert.states_pay for advert, _ in own),
        len(entries),
        quarters[0] if quarters else None,
        quarters[1] if quarters else None,
        quarters[2] if quarters else None,
        statistics.median(middles) if middles else None,
    )


def _day_of(advert: Advert, day: date) -> date:
    """Return the day on which an advert offered its pay, or the report's day when it carries none."""
    return min(advert.posted or advert.first_seen or day, day)


def _against(comparator: Comparator, dated: Sequence[tuple[date, float]], held: Mapping[date, Mapping[str, float]]) -> Against:
    gaps = [entry - held[begin][comparator.name] for begin, entry in dated if comparator.name in held[begin]]
    # Adverts round to the penny, so a rate within half a penny is the same.
    below = sum(gap < -0.005 for gap in gaps)
    return Against(comparator, statistics.median(gaps) if gaps else None, share(below, len(gaps)))


def _durations(
    here: Sequence[Episode], elsewhere: Sequence[Episode], looked: Sequence[date], place: Area | None
) -> tuple[Duration, ...]:
    groups: list[tuple[str, Sequence[Episode]]] = [
        ("all", here),
        ("care", [each for each in here if each.advert.family in CARE]),
    ]
    if place is not None:
        groups += [
            ("all, elsewhere in the files", elsewhere),
            ("care, elsewhere in the files", [each for each in elsewhere if each.advert.family in CARE]),
        ]
    return tuple(found for name, group in groups if (found := _duration(name, group, looked)) is not None)


def _duration(name: str, group: Sequence[Episode], looked: Sequence[date]) -> Duration | None:
    observed = spells(group, looked)
    if not observed:
        return None
    curve = duration_curve(observed)
    longest = max(spell.exit_ for spell in observed)
    still = tuple((days, curve.at(days)) for days in OPEN_AFTER_DAYS if days <= longest)
    ended = sum(spell.ended for spell in observed)
    return Duration(name, len(observed), ended, quantile(curve) if ended else Quantile(None, None, None), still)


def _counts(found: Sequence[Episode], of: Callable[[Advert], str]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for episode in found:
        counts[of(episode.advert)] = counts.get(of(episode.advert), 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
