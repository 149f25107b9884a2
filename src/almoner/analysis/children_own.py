"""A council's own files in children's social care: read on this machine, used for fitting, and shown in totals only.

In: paths of episode files, headers, a workforce return and figures of places. Out: `OwnChildren`, with what replaces shipped values
in its area's projection and the block that may be shown. Counts below six are not shown, because a count of one may name a child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from almoner.analysis.children_record import OwnBlock, OwnRate, PlacementLine, Unregistered, UnregisteredRow
from almoner.analysis.plan_record import Band
from almoner.errors import InputFileError
from almoner.model.children.episodes import AGE_GROUPS, OwnRates, own_rates
from almoner.model.children.fit import Fit
from almoner.parameters import Edit, ParameterTree, Set
from almoner.readers.children_places import OwnPlaces, read_places
from almoner.readers.social_work_return import WorkforceReturn, read_return
from almoner.readers.ssda903 import read_episodes

FEWEST_SHOWN: Final = 6
FEWEST_FOR_RATES: Final = 30
"""Endings of care from which an area's own rate replaces the published one; its standard error is then under a fifth of it."""
_PROBLEMS_SHOWN: Final = 5
_LABELS: Final = {
    "homes": "Children's homes",
    "foster": "Foster care",
    "kinship": "Foster care by family or friends",
    "secure": "Secure homes",
    "semi_independent": "Semi-independent and supported accommodation",
    "short_breaks": "Short breaks for disabled children",
    "therapeutic": "Therapeutic placements",
    "mental_health": "Mental health support",
}


@dataclass(frozen=True)
class OwnChildren:
    """What own files say; any part may be missing."""

    rates: OwnRates | None
    places: tuple[OwnPlaces, ...]
    workforce: WorkforceReturn | None
    block: OwnBlock

    def edits(self) -> tuple[Edit, ...]:
        """Return edits of the shipped parameters: ages of children coming into care and routes of joiners, where the files say."""
        found: list[Edit] = []
        ages = {name: self.rates.entry_ages.get(name, 0) for name in AGE_GROUPS} if self.rates else {}
        if sum(ages.values()) >= FEWEST_FOR_RATES:
            found += [Set(f"children.care.entry_age.{name}", count / sum(ages.values())) for name, count in ages.items()]
        routes = self.workforce.starters_by_route if self.workforce else {}
        known = sum(fte for route, fte in routes.items() if route != "not_known")
        if known >= FEWEST_SHOWN:
            found += [
                Set(f"children.joining.share.{name}", routes.get(name, 0.0) / known)
                for name in ("newly_qualified", "from_overseas")
            ]
        return tuple(found)

    def tree(self, tree: ParameterTree) -> ParameterTree:
        """Return a tree with the edits done."""
        edits = self.edits()
        return tree.edited(edits) if edits else tree

    def fitted(self, fit: Fit, row: int) -> Fit:
        """Return a fit in which the return's endings of care are those of its own episodes, where there are enough."""
        if self.rates is None:
            return fit
        ended = sum(rate.events for rate in self.rates.rates if rate.destination in ("left care", "turned 18"))
        if ended < FEWEST_FOR_RATES:
            return fit
        exits = fit.exits.copy()
        exits[row] = self.rates.ends_per_year
        return replace(fit, exits=exits)


def read_own(
    episodes: Sequence[str | Path] = (),
    headers: Sequence[str | Path] = (),
    places: str | Path | None = None,
    workforce: str | Path | None = None,
) -> OwnChildren | None:
    """Read own files; None when there are none.

    Raises:
        InputFileError: a file that cannot be used, or headers without episodes.
    """
    if headers and not episodes:
        raise InputFileError("A header file was given without episodes: give the episodes too.")
    if not (episodes or places or workforce):
        return None
    found = read_episodes(episodes, headers) if episodes else None
    rates = own_rates(found) if found else None
    own_places = read_places(places) if places else ()
    returned = read_return(workforce) if workforce else None
    problems = [problem.text for problem in found.problems] if found else []
    problems += [f"{returned.file}: {said} ({count} people)." for said, count in returned.problems] if returned else []
    files = [*episodes, *headers, *([places] if places else []), *([workforce] if workforce else [])]
    block = OwnBlock(
        files=tuple(Path(file).name for file in files),
        window=(rates.window[0].isoformat(), rates.window[1].isoformat()) if rates else None,
        children=rates.children if rates else 0,
        child_years=rates.child_years if rates else 0.0,
        ends_per_year=rates.ends_per_year if rates else None,
        rates=tuple(
            OwnRate(rate.origin, rate.destination, *((rate.events, rate.per_year) if rate.events >= FEWEST_SHOWN else (None, None)))
            for rate in (rates.rates if rates else ())
        ),
        placed=_counts(rates.placed if rates else {}),
        entry_ages=_counts(rates.entry_ages if rates else {}),
        workforce=_workforce(returned),
        problems=tuple(problems[:_PROBLEMS_SHOWN]),
        problem_rows=len(problems),
    )
    return OwnChildren(rates, own_places, returned, block)


def _counts(counts: dict[str, int]) -> tuple[tuple[str, int | None], ...]:
    return tuple((name, count if count >= FEWEST_SHOWN else None) for name, count in counts.items())


def _workforce(returned: WorkforceReturn | None) -> tuple[tuple[str, float | None], ...]:
    if returned is None:
        return ()
    return (
        ("year", float(returned.year)),
        ("in_post_fte", returned.in_post_fte),
        ("agency_rate", returned.agency_rate),
        ("vacancy_rate", returned.vacancy_rate),
        ("turnover_rate", returned.turnover_rate),
        ("caseload", returned.caseload),
        ("under_five_years_fte", returned.under_five_years_fte),
    )


def own_placements(own: OwnChildren, published: tuple[PlacementLine, ...]) -> tuple[PlacementLine, ...]:
    """Return the placement lines of an area with its own figures in place of what is unknown."""
    by_kind = {each.kind: each for each in own.places}
    placed = own.rates.placed if own.rates else {}
    lines = []
    for line in published:
        each = by_kind.get(line.id)
        children = each.children_needing if each and each.children_needing is not None else None
        if children is None and placed.get(line.id, 0) >= FEWEST_SHOWN:
            children = float(placed[line.id])
        if each is None and children is None:
            lines.append(line)
            continue
        places = (each.open_places if each.open_places is not None else each.places) if each else line.places
        note = (
            "children who need it and open places, own figures" if each else "children placed on the last day of own episode files"
        )
        date = each.date if each else own.block.window[1] if own.block.window else ""
        lines.append(PlacementLine(line.id, _LABELS.get(line.id, line.label), children, places, "own figures", date, note))
    return tuple(lines)


def own_unregistered(own: OwnChildren, published: Unregistered, scenario: str, year: int) -> Unregistered:
    """Return children without a registered place by own figures of homes: who needs one less the open places, if both are given."""
    homes = next((each for each in own.places if each.kind == "homes"), None)
    opened = None if homes is None else homes.open_places if homes.open_places is not None else homes.places
    if homes is None or homes.children_needing is None or opened is None:
        return published
    short = float(np.maximum(homes.children_needing - opened, 0.0))

    def exact(value: float) -> Band:
        return Band(value, value, value)

    row = UnregisteredRow(
        scenario, year, homes.date, exact(short), exact(opened), exact(homes.places or opened), exact(homes.children_needing)
    )
    reason = (
        f"Children who need a home less open places, by own figures ({homes.source.lower()}); no place is assumed to stay free."
    )
    return Unregistered("own figures", reason, None, (row,), published.placed_outside_area)
