"""From adverts seen on several days to vacancies and how long each stayed open.

Adverts with one key are one vacancy; one that comes back within 60 days is the same vacancy posted again. The age of a vacancy
counts from the day it was posted; it is under observation from the day it was first seen, ends between the last day on which it
was seen and the next on which anybody looked, and is censored when it was still there. Because a vacancy may come back, nothing
is known of the last 60 days for sure: what is open 60 days before the last look is censored there, when the looks reach back
far enough. A closing date is an employer's plan, not the day on which somebody was hired: it is reported apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.survival import Curve, kaplan_meier

REPOST_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Episode:
    """One vacancy from posting to disappearance: its adverts, the days on which it was seen, and how often it was posted again."""

    adverts: tuple[Advert, ...]
    begun: date | None
    first_seen: date | None
    last_seen: date | None
    reposts: int

    @property
    def advert(self) -> Advert:
        """Return the first advert of the vacancy."""
        return self.adverts[0]


@dataclass(frozen=True, slots=True)
class Spell:
    """Days of a vacancy's life that were seen: age on entry, age at the end, and whether it ended then."""

    entry: float
    exit_: float
    ended: bool


def episodes(adverts: Iterable[Advert]) -> list[Episode]:
    """Return the vacancies behind adverts, in the order in which they first appear."""
    by_key: dict[str, list[Advert]] = {}
    for advert in adverts:
        by_key.setdefault(advert.key, []).append(advert)
    return [episode for group in by_key.values() for episode in _of_one_key(group)]


def _of_one_key(group: list[Advert]) -> list[Episode]:
    dated = sorted((advert for advert in group if _first(advert)), key=lambda advert: (_first(advert), _last(advert)))
    undated = [advert for advert in group if not _first(advert)]
    runs: list[list[Advert]] = []
    for advert in dated:
        first = _first(advert)
        if (
            runs
            and first is not None
            and first - max(day for each in runs[-1] if (day := _last(each))) <= timedelta(days=REPOST_DAYS)
        ):
            runs[-1].append(advert)
        else:
            runs.append([advert])
    if undated:
        runs = [[*undated, *runs[0]], *runs[1:]] if runs else [undated]
    return [_episode(run) for run in runs]


def _first(advert: Advert) -> date | None:
    return advert.first_seen or advert.posted


def _last(advert: Advert) -> date | None:
    return advert.last_seen or advert.first_seen or advert.posted


def _episode(run: list[Advert]) -> Episode:
    posted = sorted({advert.posted for advert in run if advert.posted})
    seen = [day for advert in run for day in (advert.first_seen, advert.last_seen) if day]
    return Episode(
        tuple(run), posted[0] if posted else None, min(seen, default=None), max(seen, default=None), max(len(posted) - 1, 0)
    )


def days_looked(adverts: Iterable[Advert]) -> list[date]:
    """Return the days on which somebody looked: those on which any advert was first or last seen."""
    return sorted({day for advert in adverts for day in (advert.first_seen, advert.last_seen) if day})


def spells(found: Sequence[Episode], looked: Sequence[date]) -> list[Spell]:
    """Return the observed lives of those vacancies whose age is known; see the module for where they begin and end."""
    if len(looked) < 2:
        return []
    settled = looked[-1] - timedelta(days=REPOST_DAYS)
    # Without two re-post windows of looks there would be little left; then the last look is taken as it is.
    cut = looked[-1]
    if (looked[-1] - looked[0]).days >= 2 * REPOST_DAYS:
        cut = looked[bisect_right(looked, settled) - 1]
    kept = []
    for episode in found:
        if episode.begun is None or episode.first_seen is None or episode.last_seen is None or episode.first_seen >= cut:
            continue
        begun = min(episode.begun, episode.first_seen)
        entry = float((episode.first_seen - begun).days)
        after = bisect_right(looked, episode.last_seen)
        gone = looked[after] if after < len(looked) else None
        if gone is not None and gone <= cut:
            middle = ((episode.last_seen - begun).days + (gone - begun).days) / 2
            kept.append(Spell(entry, middle, ended=True))
        else:
            kept.append(Spell(entry, float((min(episode.last_seen, cut) - begun).days), ended=False))
    return [spell for spell in kept if spell.exit_ > spell.entry]


def duration_curve(observed: Sequence[Spell]) -> Curve:
    """Return the curve of days open."""
    return kaplan_meier(
        np.array([spell.entry for spell in observed], dtype=np.float64),
        np.array([spell.exit_ for spell in observed], dtype=np.float64),
        np.array([spell.ended for spell in observed], dtype=np.bool_),
    )


def advertised_windows(found: Iterable[Episode]) -> list[int]:
    """Return the days from posting to closing date that adverts state."""
    return [
        (advert.closes - advert.posted).days
        for episode in found
        for advert in (episode.advert,)
        if advert.posted and advert.closes and advert.closes >= advert.posted
    ]
