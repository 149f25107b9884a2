"""The places that Almoner knows: 153 areas, nine regions, 42 integrated care boards (of July 2022) and England.

`resolve` takes what a person types: a name in any case, with or without "council", "city of" or punctuation, a short name, or a
code (GSS of today or of a former or joint council, DfE three digits, NHS code of a board). A name that stands for several places
means, in this order, an area, a former area, a region, a board: say "Devon ICB" for the board. A former upper-tier council means
its successors, as one group where there are several (Cumbria). A district never means its county: that is an error with a remedy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import polars as pl

from almoner.reference import tables
from almoner.reference.area_errors import AreaNotFound, BoardNotHeld, DistrictNotArea
from almoner.reference.area_names import ALIASES, bare_name, is_code, plain_name, short_name
from almoner.reference.vocabulary import ENGLAND

__all__ = ["Area", "AreaNotFound", "DistrictNotArea", "Level", "areas", "england", "former_areas", "icbs", "regions", "resolve"]

Level = Literal["area", "region", "icb", "england"]

_BOARD_WORDS: Final = frozenset({"icb", "ics", "nhs", "integrated"})


@dataclass(frozen=True, slots=True)
class Area:
    """A place and the areas that it is made of.

    `members` pairs each area's code with its weight: 1 except for boards, where it is the share of that area's people who live in
    the board. `region_code` is None for England and for a board that crosses regions.
    """

    code: str
    name: str
    level: Level
    region_code: str | None
    region_name: str | None
    members: tuple[tuple[str, float], ...]

    @property
    def label(self) -> str:
        """Return the name with the code in brackets."""
        return f"{self.name} ({self.code})"

    @property
    def area_codes(self) -> tuple[str, ...]:
        """Return the codes of the members."""
        return tuple(code for code, _ in self.members)


def resolve(text: str) -> Area:
    """Return the place that `text` means; a slip is an `AreaNotFound` that offers the nearest names."""
    wanted = " ".join(text.split())
    place = _by_code().get(_code_key(wanted)) or _by_name(wanted)
    if place:
        return place
    _explain_district(wanted)
    _explain_new_board(wanted)
    raise AreaNotFound(wanted, {} if is_code(wanted) else _labels())


@lru_cache(maxsize=1)
def areas() -> tuple[Area, ...]:
    """Return the 153 areas in the order of their codes."""
    rows = tables.load("areas").sort("area_code").iter_rows(named=True)
    return tuple(
        Area(row["area_code"], row["area_name"], "area", row["region_code"], row["region_name"], ((row["area_code"], 1.0),))
        for row in rows
    )


@lru_cache(maxsize=1)
def regions() -> tuple[Area, ...]:
    """Return the nine regions in the order of their codes."""
    names = dict(sorted({(area.region_code, area.region_name) for area in areas() if area.region_code}))
    return tuple(
        Area(code, name or code, "region", code, name, tuple(area.members[0] for area in areas() if area.region_code == code))
        for code, name in names.items()
        if code
    )


@lru_cache(maxsize=1)
def icbs() -> tuple[Area, ...]:
    """Return the 42 integrated care boards of July 2022 in the order of their NHS codes."""
    shares = tables.load("area_to_icb").sort("icb_code", "area_code")
    grouped = shares.group_by("icb_code", "icb_name", maintain_order=True).agg("area_code", "population_share")
    return tuple(
        _group(code, name, "icb", tuple(zip(codes, weights, strict=True))) for code, name, codes, weights in grouped.iter_rows()
    )


@lru_cache(maxsize=1)
def england() -> Area:
    """Return England, all 153 areas."""
    return Area(ENGLAND, "England", "england", None, None, tuple(area.members[0] for area in areas()))


@lru_cache(maxsize=1)
def former_areas() -> tuple[Area, ...]:
    """Return what each former or joint code means today: its one successor, or its successors as a group under the old name."""
    today = {area.code: area for area in areas()}
    changes = tables.load("area_code_changes").group_by("old_code", "old_name", maintain_order=True).agg("new_code")
    return tuple(
        today[new[0]] if len(new) == 1 else _group(old, name.replace(" / ", " and "), "area", tuple((code, 1.0) for code in new))
        for old, name, new in changes.sort("old_code").iter_rows()
    )


def _group(code: str, name: str, level: Level, members: tuple[tuple[str, float], ...]) -> Area:
    today = {area.code: area for area in areas()}
    found = {(today[member].region_code, today[member].region_name) for member, _ in members}
    region_code, region_name = found.pop() if len(found) == 1 else (None, None)
    return Area(code, name, level, region_code, region_name, members)


def _code_key(text: str) -> str:
    return "+".join(sorted(text.upper().replace(" ", "").split("+")))


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Area]:
    """Every code of a place; the codes of today win over former ones."""
    today = {area.code: area for area in areas()}
    old_codes = tables.load("area_code_changes")["old_code"].unique().sort().to_list()
    codes = {_code_key(old): area for old, area in zip(old_codes, former_areas(), strict=True)}
    for code, code_2023, dfe in tables.load("areas").select("area_code", "area_code_2023", "old_la_code").iter_rows():
        codes[code_2023] = codes[dfe] = today[code]
    gss = dict(tables.load("area_to_icb").select("icb_code", "icb_gss_code").unique().iter_rows())
    codes |= {gss[board.code]: board for board in icbs()}
    return codes | {place.code: place for place in (*areas(), *regions(), *icbs(), england())}


def _by_name(text: str) -> Area | None:
    plain = plain_name(text)
    words = set(plain.split())
    if words & _BOARD_WORDS:
        return _board_names().get(bare_name(plain))
    if "region" in words:
        return _region_names().get(bare_name(plain))
    alias = ALIASES.get(plain) or ALIASES.get(bare_name(plain))
    if alias:
        return _by_code()[alias]
    index = _names()
    return index.get(plain) or index.get(bare_name(plain))


@lru_cache(maxsize=1)
def _names() -> dict[str, Area]:
    """Every name of a place; of two places with one name, the first in the order of the module's docstring is kept."""
    index: dict[str, Area] = {}
    by_precedence = (*areas(), *_former_names(), *regions(), *icbs(), england())
    for form in (plain_name, bare_name):
        for place in by_precedence:
            index.setdefault(form(place.name), place)
    short: dict[str, list[Area]] = {}
    for area in areas():
        short.setdefault(short_name(area.name), []).append(area)
    for name, found in short.items():
        if len(found) == 1:
            index.setdefault(name, found[0])
    changes = tables.load("area_code_changes").filter(pl.col("change_type") == "merge")
    for name, new in changes.select("old_name", "new_code").iter_rows():
        index.setdefault(plain_name(name), _by_code()[new])
    return index


def _former_names() -> tuple[Area, ...]:
    return tuple(area for area in former_areas() if len(area.members) > 1)


@lru_cache(maxsize=1)
def _board_names() -> dict[str, Area]:
    return {bare_name(plain_name(board.name)): board for board in icbs()} | {board.code.lower(): board for board in icbs()}


@lru_cache(maxsize=1)
def _region_names() -> dict[str, Area]:
    return {bare_name(plain_name(region.name)): region for region in regions()}


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    """The names to choose a suggestion from, each with the label that is printed for it."""
    places = (*areas(), *_former_names(), *regions(), *icbs(), england())
    labels = {name: place.label for name, place in _names().items()}
    return labels | {place.name: place.label for place in reversed(places)}


def _explain_district(wanted: str) -> None:
    """Raise an error that names the area of a district, if `wanted` is one."""
    plain = bare_name(plain_name(wanted))
    for code, name, status, area_code in (
        tables.load("lad_to_area").select("lad_code", "lad_name", "lad_status", "area_code").iter_rows()
    ):
        if wanted.upper() == code or plain == bare_name(plain_name(name)):
            raise DistrictNotArea(name, _by_code()[area_code].label, former=status == "former")


def _explain_new_board(wanted: str) -> None:
    """Raise an error that names the boards of 2022 that `wanted`, a board of April 2026, was made of."""
    plain = bare_name(plain_name(wanted))
    now = tables.load("areas").select("icb_2026_name", "icb_code").unique(maintain_order=True)
    former = [code for name, code in now.iter_rows() if bare_name(plain_name(name)) == plain]
    if former:
        raise BoardNotHeld(wanted, [_by_code()[code].label for code in sorted(former)])
