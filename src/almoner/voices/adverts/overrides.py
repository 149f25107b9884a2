"""What adverts say about an area's parameters, as a scenario file of recorded edits, each with its source.

Two edits are made, and only where the adverts carry them. Vacancies that stay open longer here than elsewhere in the same files
(care jobs, both medians with an interval) scale resident entrants by the inverse ratio of the medians: with a vacancy filled at
a constant rate its duration is the inverse of that rate (Little's law). Outside pay of one name at two days at least a year
apart gives the yearly growth of pay outside care. What is not edited is said in comments with the reason; nothing is edited in
silence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from almoner.voices.adverts.findings import Duration, Findings
from almoner.voices.adverts.outside import Comparator
from almoner.voices.adverts.survival import log_ratio_error

FEWEST_ENDED: Final = 30
_MOST_SCALE: Final = 4.0
_YEAR_DAYS: Final = 365.25
_SHORTEST_DAYS: Final = 350


@dataclass(frozen=True, slots=True)
class Override:
    """One edit of a parameter with its interval (95%), the place that it is limited to, and where it comes from."""

    path: str
    value: float
    low: float
    high: float
    from_: str
    until: str | None
    source: str
    area: str | None = None
    """The code of the place; None for a parameter that a run reads for all areas at once."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """The edits that adverts carry, and in sentences what they do not."""

    edits: tuple[Override, ...]
    refused: tuple[str, ...]


def overrides(found: Findings, outside: Sequence[Comparator] = ()) -> Overrides:
    """Return the edits that adverts and a file of outside pay carry."""
    edits: list[Override] = []
    refused: list[str] = []
    for result in (_vacancy_duration(found), _outside_growth(found, outside)):
        if isinstance(result, Override):
            edits.append(result)
        else:
            refused.append(result)
    return Overrides(tuple(edits), tuple(refused))


def _vacancy_duration(found: Findings) -> Override | str:
    path = "filling.scale"
    if found.place is None:
        return f"{path} is left alone: name an area, so that its vacancies can be held against the others of the files."
    by_name = {duration.group: duration for duration in found.durations}
    here, there = by_name.get("care"), by_name.get("care, elsewhere in the files")
    for group, name in ((here, "the area"), (there, "elsewhere")):
        if group is None or group.ended < FEWEST_ENDED or group.median.value is None:
            ended = 0 if group is None else group.ended
            return (
                f"{path} is left alone: only {ended} care vacancies of {name} were seen to end, and {FEWEST_ENDED} with a known "
                "median are needed."
            )
    assert here is not None
    assert there is not None
    return _ratio(path, found, here, there)


def _ratio(path: str, found: Findings, here: Duration, there: Duration) -> Override | str:
    error = log_ratio_error(here.median, there.median)
    if error is None or not here.median.value or not there.median.value:
        return f"{path} is left alone: the interval of a median number of days is open."
    ratio = there.median.value / here.median.value
    low, high = (ratio * math.exp(sign * 1.959964 * error) for sign in (-1, 1))
    if low <= 1 <= high:
        return (
            f"{path} is left alone: care vacancies stay open {here.median.value:g} days here and {there.median.value:g} "
            f"elsewhere, a ratio whose interval ({low:.2f} to {high:.2f}) holds 1."
        )
    value = min(max(ratio, 1 / _MOST_SCALE), _MOST_SCALE)
    source = (
        f"adverts: care vacancies open a median of {here.median.value:g} days in {found.place.name if found.place else ''} "
        f"({here.ended} ended of {here.spells}), {there.median.value:g} elsewhere in the files ({there.ended} of {there.spells}); "
        f"ratio {ratio:.3f}, 95% {low:.3f} to {high:.3f}; Kaplan-Meier with late entry; {_files(found)}"
    )
    area = found.place.code if found.place and found.place.level != "england" else None
    return Override(path, round(value, 3), round(low, 3), round(high, 3), found.day.strftime("%Y-%m"), None, source, area)


def _outside_growth(found: Findings, outside: Sequence[Comparator]) -> Override | str:
    path = "pay.outside_growth"
    pairs = []
    for name in dict.fromkeys(each.name for each in outside):
        own = sorted((each for each in outside if each.name == name), key=lambda each: each.from_)
        if (own[-1].from_ - own[0].from_).days >= _SHORTEST_DAYS:
            pairs.append((own[0], own[-1]))
    if not pairs:
        return f"{path} is left alone: no outside pay of one name is given (--outside) for two days at least a year apart."
    growths = [math.log(last.hourly / first.hourly) / ((last.from_ - first.from_).days / _YEAR_DAYS) for first, last in pairs]
    mean = math.fsum(growths) / len(growths)
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in growths) / max(len(growths) - 1, 1) / len(growths))
    first_day, last_day = min(first.from_ for first, _ in pairs), max(last.from_ for _, last in pairs)
    low, high = (math.expm1(mean + sign * 1.959964 * spread) for sign in (-1, 1))
    source = (
        f"outside pay: {len(pairs)} employers, {first_day.isoformat()} to {last_day.isoformat()}, mean yearly growth "
        f"{math.expm1(mean):.4f}"
        + (f", 95% {low:.4f} to {high:.4f}" if len(pairs) > 1 else ", one employer, so no interval")
        + f"; {'; '.join(dict.fromkeys(last.source.split(', ')[0] for _, last in pairs))}"
    )
    until = date(last_day.year + 1, last_day.month, 1).strftime("%Y-%m")
    return Override(path, round(math.expm1(mean), 4), round(low, 4), round(high, 4), last_day.strftime("%Y-%m"), until, source)


def _files(found: Findings) -> str:
    shown = [f"{name} sha256 {sha256[:12]}" for name, sha256 in found.files[:3]]
    more = len(found.files) - len(shown)
    return "; ".join(shown) + (f" and {more} more files" if more > 0 else "")


def scenario_text(result: Overrides, found: Findings) -> str:
    """Return the edits as a scenario file; without any it holds only the reasons, as comments, and an empty list."""
    where = found.place.name if found.place else "all places in the files"
    lines = [
        f"# Parameter edits from job adverts: {where}, to {found.day.isoformat()}.",
        f"# Adverts {found.adverts}, vacancies {found.vacancies}, of which {found.hidden.count} hide their pay.",
        *(f"# {sentence}" for sentence in result.refused),
        f"name: {json.dumps(f'Adverts in {where}', ensure_ascii=False)}",
        f"description: {json.dumps(f'What job adverts to {found.day.isoformat()} say of {where}.', ensure_ascii=False)}",
        "over: do-nothing",
        "policies: []",
        "parameters:" if result.edits else "parameters: []",
    ]
    for edit in result.edits:
        until = f", until: {edit.until}" if edit.until else ""
        areas = f", areas: [{edit.area}]" if edit.area else ""
        source = json.dumps(edit.source, ensure_ascii=False)
        if not edit.area and found.place and found.place.level != "england":
            lines.append("  # A run reads this for all its areas at once: use it in a plan of the place itself.")
        lines.append(f"  - {{path: {edit.path}, set: {edit.value:g}, from: {edit.from_}{until}{areas}, source: {source}}}")
    return "\n".join(lines) + "\n"
