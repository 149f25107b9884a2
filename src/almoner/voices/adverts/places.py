"""Where a job is: the words for a place at the end of a text, and the council area that a place or an employer stands for.

In: a place, a description or an employer's name. Out: a place with its offsets and an area code of `reference.areas`. Districts
mean the county council that runs their social care; a town that no list holds is taken with the county after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from almoner.errors import AlmonerError
from almoner.reference import tables
from almoner.reference.area_names import bare_name, plain_name
from almoner.reference.areas import areas, former_areas, resolve

COUNTIES: Final = frozenset(
    plain_name(name)
    for name in (
        *(
            "West Yorkshire",
            "South Yorkshire",
            "North Yorkshire",
            "East Yorkshire",
            "West Midlands",
            "Greater Manchester",
            "Merseyside",
        ),
        *("Tyne and Wear", "Greater London", "London", "Lancashire", "Cumbria", "Cheshire", "Berkshire", "Bedfordshire", "Sussex"),
        *(
            "East Sussex",
            "West Sussex",
            "Avon",
            "Cleveland",
            "Humberside",
            "County Durham",
            "Teesside",
            "Middlesex",
            "Essex",
            "Kent",
        ),
        *(
            "Surrey",
            "Hampshire",
            "Dorset",
            "Devon",
            "Cornwall",
            "Somerset",
            "Gloucestershire",
            "Wiltshire",
            "Oxfordshire",
            "Norfolk",
        ),
        *("Suffolk", "Cambridgeshire", "Hertfordshire", "Buckinghamshire", "Northamptonshire", "Leicestershire", "Nottinghamshire"),
        *(
            "Derbyshire",
            "Staffordshire",
            "Shropshire",
            "Worcestershire",
            "Warwickshire",
            "Herefordshire",
            "Lincolnshire",
            "Rutland",
        ),
        *("Northumberland", "Isle of Wight", "Bristol"),
    )
)
_POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)(?: ?(\d[A-Z]{2}))?\b")
_CAPITALISED: Final = r"[A-Z][A-Za-z'.]*(?:[- ](?:[A-Z][A-Za-z'.]*|on|upon|le|in|the|of|and|under|by|cum|next)(?![a-z]))*"
_TOWN_COUNTY: Final = re.compile(rf"(?P<town>{_CAPITALISED}), (?P<county>{_CAPITALISED})\s*$")
_LAST: Final = re.compile(rf"(?P<place>{_CAPITALISED})(?P<mode>\s*/\s*(?:[Hh]ybrid|[Rr]emote|[Aa]gile))?\s*$")


@dataclass(frozen=True, slots=True)
class Place:
    """A place as words of a text, with the area it lies in when known."""

    text: str
    start: int
    end: int
    area_code: str | None
    sure: float
    rule: str


@lru_cache(maxsize=1)
def _gazetteer() -> dict[str, str]:
    """Area codes by the plain and bare names of districts (current and former), areas and their former names."""
    names: dict[str, str] = {}
    for name, code in tables.load("lad_to_area").select("lad_name", "area_code").iter_rows():
        names.setdefault(plain_name(name), code)
        names.setdefault(bare_name(plain_name(name)), code)
    for area in areas():
        names[plain_name(area.name)] = area.code
        names[bare_name(plain_name(area.name))] = area.code
    for area in former_areas():
        if len(area.members) == 1:
            names.setdefault(bare_name(plain_name(area.name)), area.code)
    names.pop("", None)
    return names


@lru_cache(maxsize=4096)
def area_code_of(name: str) -> str | None:
    """Return the code of the council area that a name of a place or council stands for, or None."""
    plain = plain_name(name)
    if not plain:
        return None
    found = _gazetteer().get(plain) or _gazetteer().get(bare_name(plain))
    if found:
        return found
    try:
        place = resolve(name)
    except AlmonerError:
        return None
    return place.code if place.level == "area" and len(place.members) == 1 else None


@lru_cache(maxsize=4096)
def area_code_in(name: str) -> str | None:
    """Return the area of the longest name of a place inside an employer's name ('Leeds Teaching Hospitals NHS Trust')."""
    whole = area_code_of(name)
    if whole:
        return whole
    words = plain_name(name).split()
    for length in range(min(len(words), 5), 0, -1):
        for start in range(len(words) - length + 1):
            found = _gazetteer().get(" ".join(words[start : start + length]))
            if found:
                return found
    return None


def read_place(text: str) -> Place | None:
    """Return the place that a field holds: 'Wakefield, West Yorkshire', 'Leeds / Hybrid', 'Harlow CM20 1WG'."""
    words = text.strip()
    if not words:
        return None
    start = text.index(words)
    postcode = _POSTCODE.search(words)
    bare = words[: postcode.start()].rstrip(" ,(") if postcode and postcode.start() else words
    parts = [part.strip() for part in re.split(r",|/|\||;| - |\(|\)", bare) if part.strip()]
    shown = re.split(r"\s*/\s*(?=[Hh]ybrid|[Rr]emote|[Aa]gile)", bare)[0].strip(" ,")
    code = next((found for part in parts if (found := area_code_of(part)) and plain_name(part) not in COUNTIES), None)
    code = code or next((found for part in parts if (found := area_code_of(part))), None)
    at = start + words.index(shown) if shown in words else start
    return Place(shown, at, at + len(shown), code, 0.97 if code else 0.9, "place_field")


def find_place(text: str) -> Place | None:
    """Return the place at the end of a description: 'Town, County', or a last name that a list of places holds."""
    tail_from = max(len(text) - 120, 0)
    tail = text[tail_from:]
    match = _TOWN_COUNTY.search(tail)
    if match and plain_name(match["county"]) in COUNTIES:
        town, begin = _town(match["town"])
        start = tail_from + match.start("town") + begin
        code = area_code_of(town)
        return Place(
            text[start : tail_from + match.end("county")],
            start,
            tail_from + match.end("county"),
            code or area_code_of(match["county"]),
            0.97 if code else 0.85,
            "town_and_county_at_end",
        )
    match = _LAST.search(tail)
    if match:
        words = match["place"].split(" ")
        for first in range(len(words)):
            name = " ".join(words[first:])
            code = area_code_of(name)
            if code or plain_name(name) in COUNTIES:
                start = tail_from + match.end("place") - len(name)
                return Place(name, start, start + len(name), code, 0.93, "known_place_at_end")
    return None


def _town(words: str) -> tuple[str, int]:
    """Return the town at the end of a run of capitalised words, and its start: the longest that a list holds, else the last."""
    parts = words.split(" ")
    for first in range(len(parts)):
        name = " ".join(parts[first:])
        if area_code_of(name):
            return name, len(words) - len(name)
    sentence = max(words.rfind(". "), words.rfind("? "))
    name = words[sentence + 2 :] if sentence >= 0 else (words if len(parts) <= 3 else parts[-1])
    return name, len(words) - len(name)


def named_after_location(text: str) -> Place | None:
    """Return the place after the word Location or Based in: 'Location, HarlowFull time' has lost the line break after Harlow."""
    match = re.search(rf"(?:Location|[Bb]ased (?:in|at|near))\s*[,:]?\s*(?P<place>{_CAPITALISED})", text)
    if not match:
        return None
    name = re.split(r"(?<=[a-z])(?=[A-Z])|(?: and| with| on| in| the| of| by)$", match["place"])[0].rstrip(". ")
    words = name.split(" ")
    known = next((" ".join(words[:n]) for n in range(len(words), 0, -1) if area_code_of(" ".join(words[:n]))), None)
    if known is None and len(words) > 3:
        return None
    name = known or name
    start = match.start("place")
    return Place(name, start, start + len(name), area_code_of(name), 0.95 if known else 0.75, "after_location_word")
