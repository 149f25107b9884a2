"""Looking things up in a `PlanRecord`: paths by scenario and measure, bands by year, names of scenarios, the words for a band.

The measure ids that the document knows are listed here and nowhere else. A measure that the record lacks is left out of the
page; a measure that the page does not know still goes into the tables and the JSON.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from almoner.analysis import words
from almoner.analysis.plan_record import Band, Path, PlanRecord, ScenarioCard

DO_NOTHING: Final = "do-nothing"

POSTS_NEEDED: Final = "posts_needed"
FILLED_POSTS: Final = "filled_posts"
VACANT_POSTS: Final = "vacant_posts"
VACANCY_RATE: Final = "vacancy_rate"
TURNOVER_RATE: Final = "turnover_rate"
UNMET_HOURS: Final = "unmet_hours_per_week"

MAIN_MEASURES: Final = (POSTS_NEEDED, FILLED_POSTS, VACANT_POSTS, VACANCY_RATE, TURNOVER_RATE, UNMET_HOURS)

FEWEST_DRAWS_FOR_A_SHARE: Final = 30


def baseline_id(record: PlanRecord) -> str:
    """Return the id of the scenario that the others are compared with: 'do-nothing', or the first one."""
    ids = [card.id for card in record.scenarios]
    return DO_NOTHING if DO_NOTHING in ids or not ids else ids[0]


def alternatives(record: PlanRecord) -> tuple[ScenarioCard, ...]:
    """Return the scenarios other than the baseline, in the record's order."""
    return tuple(card for card in record.scenarios if card.id != baseline_id(record))


def scenario_name(record: PlanRecord, scenario: str) -> str:
    """Return the name of a scenario, or its id when the record has no card for it."""
    return next((card.name for card in record.scenarios if card.id == scenario), scenario)


def path_of(record: PlanRecord, measure: str, scenario: str | None = None) -> Path | None:
    """Return a measure's path under a scenario (the baseline when none is named), if the record has it.

    Years without a number are left out: a flow has none at the opening.
    """
    wanted = scenario or baseline_id(record)
    path = next((path for path in record.paths if path.measure == measure and path.scenario == wanted), None)
    if path is None:
        return None
    known = [(year, band) for year, band in zip(path.years, path.bands, strict=True) if math.isfinite(band.median)]
    return replace(path, years=tuple(year for year, _ in known), bands=tuple(band for _, band in known)) if known else None


def band_at(path: Path | None, year: int) -> Band | None:
    """Return a path's band in a year, if it reaches that year."""
    if path is None or year not in path.years:
        return None
    return path.bands[path.years.index(year)]


def opening_year(record: PlanRecord) -> int:
    """Return the year of the first 31 March in the record: the opening stock."""
    return min((path.years[0] for path in record.paths if path.years), default=record.to_year)


def first_words(record: PlanRecord, path: Path) -> str:
    """Say when a path starts: 'now' at the opening, else the year."""
    return "now" if path.years[0] <= opening_year(record) else f"in {path.years[0]}"


def milestone_years(record: PlanRecord) -> tuple[int, ...]:
    """Return the years shown in small tables: today, each fifth year between, and the last."""
    first, last = opening_year(record), record.to_year
    between = [year for year in range(first + 1, last) if year % 5 == 0]
    return (first, *between[-3:], last)


def band_words(record: PlanRecord) -> str:
    """Say what the ends of every band are; fewer than 30 draws may only be shown as the lowest and the highest."""
    kind = record.band_kind.strip()
    if record.draws < FEWEST_DRAWS_FOR_A_SHARE and "%" in kind:
        raise ValueError(
            f"a plan of {record.draws} draws cannot show '{kind}': its bands must be the minimum and maximum over draws"
        )
    if record.draws == 1:
        return "one draw, so no range"
    return kind if "draw" in kind else f"{kind} of {record.draws} draws"


def range_sentence(record: PlanRecord) -> str:
    """Say how wide the range of the vacancy rate at the end is, and what its two ends mean; nothing without such a path."""
    path = path_of(record, VACANCY_RATE)
    end = band_at(path, record.to_year)
    if path is None or end is None:
        return ""
    what = f"the vacancy rate of March {record.to_year}"
    if record.draws == 1:
        return f"One draw was run, so this plan gives no range for {what}."
    ends = words.between(end, path.unit, record.place.level)
    share = re.search(r"([0-9]+)%", band_words(record))
    if share:
        inside = int(share[1])
        beyond = f"{(100 - inside) / 2:g}%"
        return (
            f"About {inside}% of the {record.draws} draws of the uncertain values put {what} {ends}, about {beyond} put it lower "
            f"and {beyond} higher: that is what '{inside}% interval' means on this page."
        )
    # The next of n + 1 like draws is the lowest or the highest of them with chance 2 / (n + 1).
    outside = 200 / (record.draws + 1)
    return (
        f"The {record.draws} draws of the uncertain values put {what} {ends}: the lowest and the highest that came up, "
        f"and no limits, since about {outside:.0f} in 100 further draws would fall outside them."
    )


def origin_of_draws(record: PlanRecord) -> str:
    """Say where the draws of the uncertain values come from; nothing where the manifest does not say."""
    origin = record.manifest.get("draws_from")
    if origin == "posterior":
        return (
            "Draws of how people are recruited and leave come together from the calibration on what was published from 2016-17 to "
            f"2024-25 (posterior {record.manifest.get('posterior', '')[:12]}, docs/calibration.md), those of all other uncertain "
            "values from the ranges in the list of assumptions."
        )
    if origin == "prior":
        return (
            "All uncertain values are drawn from the ranges in the list of assumptions alone: the calibration on what was "
            "published was left out, as --draws-from prior asks."
        )
    return ""


def short_label(label: str) -> str:
    """Return a measure's label without its closing bracket: 'Vacant posts' for 'Vacant posts (council and independent)'."""
    return label.partition(" (")[0]


def label_note(label: str) -> str:
    """Return what a measure's label has in its closing bracket, or nothing."""
    return label.partition(" (")[2].removesuffix(")")


def shortened(text: str) -> str:
    """Return the words of a number for a narrow place: '<10' for 'fewer than 10'."""
    return text.replace("fewer than ", "<")


def money(value: float, level: str) -> str:
    """Say yearly money in millions of pounds; what would round to nothing is said to be less than the smallest amount."""
    step = words.rounding_step("gbp_m", level)
    if 0 < abs(value) < step:
        return f"{'less than' if value > 0 else 'a saving of less than'} £{step:g} million"
    return words.number(value, "gbp_m", level)


def day(text: str) -> str:
    """Say an ISO date as '22 November 2026'; other text stays."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {found:%B %Y}"


def source_words(record: PlanRecord, ids: Iterable[str]) -> str:
    """Name sources for a subtitle: their publishers, each with the ids under which the sources are listed."""
    publishers: dict[str, list[str]] = {}
    known = {line.id: line.publisher for line in record.sources}
    for source in sorted(set(ids)):
        publishers.setdefault(known.get(source, "Source"), []).append(source)
    return "; ".join(f"{publisher} ({', '.join(sources)})" for publisher, sources in publishers.items()) or "see sources"
