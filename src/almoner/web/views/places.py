"""Choosing a place: the list to pick from, what a person's words mean, and the places near what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from almoner.errors import NotFoundError, nearest
from almoner.reference.areas import Area, areas, england, icbs, regions, resolve


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place to choose: its code, its name as the list shows it, and what kind of place it is."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """Places under a heading."""

    heading: str
    places: tuple[PlaceLine, ...]


@lru_cache(maxsize=1)
def groups() -> tuple[PlaceGroup, ...]:
    """Return every place, in the groups of the start page: areas by region, then boards, regions and England."""
    by_region = [
        PlaceGroup(region.name, tuple(_line(area) for area in _by_name(areas()) if area.region_code == region.code))
        for region in regions()
    ]
    return (
        *by_region,
        PlaceGroup("Integrated care boards", tuple(_line(board) for board in _by_name(icbs()))),
        PlaceGroup("Regions and England", (*(_line(region) for region in regions()), _line(england()))),
    )


def suggestions(text: str, most: int = 8) -> tuple[PlaceLine, ...]:
    """Return places whose names begin with, hold, or are near what was typed, in that order."""
    wanted = " ".join(text.casefold().split())
    lines = [line for group in groups() for line in group.places]
    if not wanted:
        return ()
    begin = [line for line in lines if line.name.casefold().startswith(wanted) or line.code.casefold() == wanted]
    hold = [line for line in lines if wanted in line.name.casefold() and line not in begin]
    if begin or hold:
        return tuple([*begin, *hold][:most])
    by_name = {line.name.casefold(): line for line in lines}
    return tuple(by_name[name] for name in nearest(wanted, by_name, limit=most))


def meant(text: str) -> tuple[Area | None, str]:
    """Return the place that words mean, or None with the sentence that says why."""
    try:
        return resolve(text), ""
    except NotFoundError as error:
        return None, str(error)


def _line(place: Area) -> PlaceLine:
    name = f"{place.name} (region)" if place.level == "region" else place.name
    return PlaceLine(place.code, name, place.level)


def _by_name(places: tuple[Area, ...]) -> list[Area]:
    return sorted(places, key=lambda place: place.name)
