"""What else a person could earn: the wage floor, NHS bands, shops and the living wage on a day, from the shipped tables or a file.

In: a day, and optionally a CSV of local options (name, hourly, from; optionally area). Out: comparators in pounds an hour, each
with its period and source. A figure holds from its period until a later one of the same name, at most two years.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from almoner.errors import InputFileError
from almoner.reference import tables
from almoner.reference.areas import Area
from almoner.reference.vocabulary import ENGLAND
from almoner.voices.adverts.dates import find_date
from almoner.voices.adverts.source import open_source

_OLDEST_DAYS: Final = 731
_NHS: Final = {
    "Agenda for Change band 2, entry": "NHS band 2, entry",
    "Agenda for Change band 3, entry": "NHS band 3, entry",
    "Agenda for Change band 3, top": "NHS band 3, top",
}
_SHOPS: Final = re.compile(r"^supermarket_pay_(?P<name>.+)$")
_NAMES: Final = {"sainsbury_s": "Sainsbury's", "m_s": "M&S"}


@dataclass(frozen=True, slots=True)
class Comparator:
    """One thing that pay is held against: pounds an hour from a day on, and where the figure comes from."""

    name: str
    kind: str
    hourly: float
    from_: date
    period: str
    source: str


def comparators_on(day: date, place: Area | None = None, own: tuple[Comparator, ...] = ()) -> list[Comparator]:
    """Return the comparators that hold on a day: the floor first, then the others by kind and name."""
    newest: dict[str, Comparator] = {}
    for each in (*_shipped(place.region_code if place else None), *own):
        if each.from_ <= day and (day - each.from_).days <= _OLDEST_DAYS:
            held = newest.get(each.name)
            if held is None or held.from_ < each.from_:
                newest[each.name] = each
    order = ("wage_floor", "care", "nhs", "living_wage", "shop", "own")
    return sorted(newest.values(), key=lambda each: (order.index(each.kind), each.name))


def living_wage_on(day: date | None) -> float:
    """Return the National Living Wage of a day in pounds an hour; without a day the lowest ever, which no later pay is under."""
    wages = _living_wages()
    held = [wage for begin, wage in wages if day is not None and begin <= day]
    return held[-1] if held else wages[0][1]


def latest_floor_day() -> date:
    """Return the day from which the last published National Living Wage holds."""
    return _living_wages()[-1][0]


@lru_cache(maxsize=1)
def _living_wages() -> tuple[tuple[date, float], ...]:
    rows = tables.load("pay").filter(pl.col("measure") == "national_living_wage").select("period", "value")
    return tuple(sorted((_begin(period), value) for period, value in rows.iter_rows()))


@lru_cache(maxsize=16)
def _shipped(region_code: str | None) -> tuple[Comparator, ...]:
    pay, context = tables.load("pay"), tables.load("context")
    found = []
    for row in pay.filter(pl.col("unit") == "gbp_per_hour").iter_rows(named=True):
        measure, begin = row["measure"], _begin(row["period"])
        shop = _SHOPS.match(measure)
        if measure == "national_living_wage":
            name, kind = "National Living Wage", "wage_floor"
        elif measure == "real_living_wage":
            name, kind = "Real Living Wage (outside London)", "living_wage"
        elif shop:
            word = shop["name"]
            name, kind = f"{_NAMES.get(word, word.capitalize())}, store assistant", "shop"
        elif measure == "care_worker_median_pay" and row["area_code"] in (region_code or ENGLAND, ENGLAND):
            where = "England" if row["area_code"] == ENGLAND else "region"
            name, kind = f"Care worker median, independent sector, {where}", "care"
        else:
            continue
        found.append(Comparator(name, kind, row["value"], begin, row["period"], row["source"]))
    bands = context.filter((pl.col("measure") == "nhs_hourly_pay") & pl.col("breakdown").is_in(list(_NHS)))
    found += [
        Comparator(_NHS[row["breakdown"]], "nhs", row["value"], _begin(row["period"]), row["period"], row["source"])
        for row in bands.iter_rows(named=True)
    ]
    return tuple(found)


def _begin(period: str) -> date:
    """Return the first day of a period as the tables write it: 2026, 2026-04, 2025-26 (from April)."""
    if re.fullmatch(r"\d{4}-\d\d", period):
        year, rest = int(period[:4]), int(period[5:])
        return date(year, 4, 1) if rest == (year + 1) % 100 else date(year, rest, 1)
    return date(int(period[:4]), 1, 1)


def load_outside(path: Path) -> tuple[Comparator, ...]:
    """Return a file of local options outside care; columns name, hourly and from.

    Raises:
        InputFileError: a column is missing, a row has another number of cells, or an amount or day cannot be read.
    """
    source = open_source(path)
    rows = [row for row in csv.reader(io.StringIO(source.text, newline="")) if any(cell.strip() for cell in row)]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    missing = [name for name in ("name", "hourly", "from") if name not in header]
    if missing:
        raise InputFileError(f"The file of outside pay '{source.name}' has no column '{missing[0]}': it needs name, hourly, from.")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise InputFileError(
                f"The file of outside pay '{source.name}' has {len(row)} cells in row {number}, not {len(header)}."
            )
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        day = find_date(cells["from"])
        try:
            hourly = float(cells["hourly"].replace("£", ""))
        except ValueError:
            hourly = 0.0
        if day is None or not 3 <= hourly <= 200:
            raise InputFileError(
                f"The file of outside pay '{source.name}' has in row {number} '{cells['hourly']}' from '{cells['from']}': "
                "give pounds an hour and a day such as 2026-04-01."
            )
        found.append(Comparator(cells["name"], "own", hourly, day[0], day[0].isoformat(), f"{source.name}, row {number}"))
    return tuple(found)
