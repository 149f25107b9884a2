"""Where a place stands in children's social care: its latest published figures beside its statistical neighbours and England.

In: a place. Out: `NowLine` values. Every figure is as published for the return, region or England that it is about; only a group
that publishes nothing itself (a board, a former county) is added up, and then only if every part is known. Counts of children
become rates per 10,000 residents under 18, mid-2024, so that places can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.analysis.children_record import NowLine, State
from almoner.model.children.record import LAST_YEAR, Record, load_record, markers
from almoner.reference import tables
from almoner.reference.areas import Area, areas
from almoner.reference.population import LAST_ESTIMATE, persons
from almoner.reference.vocabulary import ENGLAND

SEPTEMBER: Final = f"30 September {LAST_YEAR}"
YEAR_TO_SEPTEMBER: Final = f"year to 30 September {LAST_YEAR}"
MARCH: Final = f"31 March {LAST_YEAR}"
YEAR_TO_MARCH: Final = f"year to 31 March {LAST_YEAR}"
_OUTSIDE_YEAR: Final = 2024
_PER: Final = 10_000.0


@dataclass(frozen=True, slots=True)
class _Figure:
    measure: str
    label: str
    unit: str
    date: str
    year: int = LAST_YEAR
    over: str = ""
    """What a count is divided by: nothing, 'children', or another measure, in percent."""


STAFF: Final = (
    _Figure("in_post_fte", "Social workers in post", "fte", SEPTEMBER),
    _Figure("vacancy_rate", "Vacancy rate", "percent", SEPTEMBER),
    _Figure("agency_rate", "Agency rate", "percent", SEPTEMBER),
    _Figure("turnover_rate", "Turnover", "percent", YEAR_TO_SEPTEMBER),
    _Figure("absence_rate", "Absence", "percent", YEAR_TO_SEPTEMBER),
    _Figure("caseload", "Caseload", "cases per fte", SEPTEMBER),
)
CHILDREN: Final = (
    _Figure("referrals", "Referrals", "per 10,000 children", YEAR_TO_MARCH, over="children"),
    _Figure("re_referrals", "Re-referrals within a year", "percent", YEAR_TO_MARCH, over="referrals"),
    _Figure("children_in_need_31_march", "Children in need", "per 10,000 children", MARCH, over="children"),
    _Figure("protection_plans_31_march", "Children on protection plans", "per 10,000 children", MARCH, over="children"),
    _Figure("looked_after_31_march", "Looked-after children", "per 10,000 children", MARCH, over="children"),
    _Figure("looked_after_31_march", "Looked-after children, number", "children", MARCH),
    _Figure(
        "looked_after_placed_outside_area",
        "Looked-after children placed outside the area",
        "percent",
        f"31 March {_OUTSIDE_YEAR}",
        year=_OUTSIDE_YEAR,
        over="looked_after_31_march",
    ),
)
_MARKER_WORDS: Final = {
    "c": "suppressed to protect people",
    "low": "too small to show",
    "u": "unreliable, so not shown",
    "x": "not available",
    "z": "does not apply",
    "not_published": "not published",
}


def returns_of(place: Area) -> tuple[str, ...]:
    """Return the codes of the returns that a place is made of or lies in, in the order of the record."""
    wanted = set(place.area_codes)
    return tuple(code for code in load_record().codes if wanted & set(code.split("+")))


def weights_of(place: Area) -> dict[str, float]:
    """Return the weight of each return in a place: 1, or for a board the mean share of its members' people."""
    shares = dict(place.members)
    found = {code: float(np.mean([shares.get(area, 0.0) for area in code.split("+")])) for code in returns_of(place)}
    return dict.fromkeys(found, 1.0) if place.level == "area" else found


def return_name(code: str) -> str:
    """Return the name of a return: of its area, or of both."""
    names = {area.code: area.name for area in areas()}
    return " and ".join(names[member] for member in code.split("+"))


@lru_cache(maxsize=1)
def _neighbours() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the statistical neighbours of each area, nearest first, with how close they are."""
    found: dict[str, list[tuple[str, str]]] = {}
    for code, other, closeness in (
        tables.load("children_neighbours")
        .sort("area_code", "rank")
        .select("area_code", "neighbour_area_code", "closeness")
        .iter_rows()
    ):
        found.setdefault(code, []).append((other, closeness))
    return {code: tuple(rows) for code, rows in found.items()}


def neighbours_of(place: Area) -> tuple[tuple[str, str, str], ...]:
    """Return (return code, name, closeness) of an area's ten statistical neighbours; none for a group of areas.

    Neighbours that report together count once.
    """
    if place.level != "area" or len(place.members) != 1:
        return ()
    record = load_record()
    found: dict[str, tuple[str, str, str]] = {}
    own = record.codes[record.row(place.code)]
    for other, closeness in _neighbours().get(place.code, ()):
        code = record.codes[record.row(other)]
        if code != own:
            found.setdefault(code, (code, return_name(code), closeness))
    return tuple(found.values())


def now(place: Area) -> tuple[NowLine, ...]:
    """Return every line of where a place stands."""
    return (*(_line(place, figure) for figure in (*STAFF, *CHILDREN)), spending(place), *homes(place))


def _line(place: Area, figure: _Figure) -> NowLine:
    record = load_record()
    value, status, marker, last = _own(place, figure)
    near = [_of_return(record, code, figure, figure.year) for code, _, _ in neighbours_of(place)]
    known = [each for each in near if each is not None]
    return NowLine(
        id=figure.measure if not (figure.measure == "looked_after_31_march" and not figure.over) else "looked_after_number",
        label=figure.label,
        unit=figure.unit,
        date=figure.date,
        place=value,
        neighbours=float(np.median(known)) if known else None,
        england=_published(ENGLAND, figure, figure.year),
        status=status,
        neighbours_known=len(known),
        marker=marker,
        last_published=last,
        sources=_sources(figure),
    )


def _sources(figure: _Figure) -> tuple[str, ...]:
    if figure in STAFF:
        return ("dfe_csww_2025",)
    cited = tables.load("children_need").filter((pl.col("measure") == figure.measure) & (pl.col("year") == figure.year))["source"]
    return (str(cited[0]), *(("ons_mye_2024",) if figure.over == "children" else ()))


def _own(place: Area, figure: _Figure) -> tuple[float | None, State, str, tuple[int, float] | None]:
    """Return a place's figure, its status, why it is missing, and the last one that was published."""
    if place.level in ("england", "region"):
        value = _published(place.code, figure, figure.year)
        return value, "published" if value is not None else "not published", "", None
    record, codes = load_record(), returns_of(place)
    if len(codes) > 1:
        return _group(record, place, figure), "estimated", "", None
    value = _of_return(record, codes[0], figure, figure.year)
    if value is not None:
        return value, "published", "", None
    why = markers().get((codes[0], figure.year, figure.measure), "not_published")
    years = [year for year in record.years if _of_return(record, codes[0], figure, year) is not None]
    last = (years[-1], float(_of_return(record, codes[0], figure, years[-1]) or 0.0)) if years else None
    return None, "suppressed" if why in ("c", "low", "u") else "not published", _MARKER_WORDS.get(why, why), last


def _of_return(record: Record, code: str, figure: _Figure, year: int) -> float | None:
    row, column = record.codes.index(code), record.years.index(year)
    value = float(record.figures[figure.measure][row, column])
    if figure.over == "children":
        value *= _PER / float(record.children[row, min(column, record.years.index(LAST_ESTIMATE))])
    elif figure.over:
        over = float(record.figures[figure.over][row, column])
        value = 100.0 * value / over if over > 0 else np.nan
    return value if np.isfinite(value) else None


def _group(record: Record, place: Area, figure: _Figure) -> float | None:
    """Return a figure of a group that publishes none, from the FTE and counts of all its returns; None if any is unknown."""
    weights = weights_of(place)
    rows, year = [record.codes.index(code) for code in weights], figure.year

    def total(measure: str) -> float:
        return float((record.at(measure, year)[rows] * np.array(list(weights.values()))).sum())

    if figure.measure == "absence_rate":
        return None
    staff = total("in_post_fte")
    values = {
        "vacancy_rate": lambda: 100.0 * total("vacancies_fte") / (total("vacancies_fte") + staff),
        "agency_rate": lambda: 100.0 * total("agency_fte") / (total("agency_fte") + staff),
        "turnover_rate": lambda: 100.0 * total("leavers_fte") / staff,
        "caseload": lambda: total("cases") / total("case_holders_fte"),
    }
    value = values[figure.measure]() if figure.measure in values else total(figure.measure)
    if figure.over == "children":
        under_18 = sum(
            record.children[row, record.years.index(LAST_ESTIMATE)] * w for row, w in zip(rows, weights.values(), strict=True)
        )
        value *= _PER / float(under_18)
    elif figure.over:
        value = 100.0 * value / total(figure.over)
    return value if np.isfinite(value) else None


def group_series(place: Area, measure: str) -> NDArray[np.float64]:
    """Return a measure of a group of returns over the years of the record, added up; NaN in years in which any part is unknown."""
    record = load_record()
    found = [_group(record, place, _Figure(measure, "", "", "", year)) for year in record.years]
    return np.array([np.nan if value is None else value for value in found])


@lru_cache(maxsize=64)
def _rows_of(code: str) -> tuple[dict[int, dict[str, float]], dict[tuple[int, str], float]]:
    staff = tables.load("children_workforce").filter(pl.col("area_code") == code)
    need = tables.load("children_need").filter((pl.col("area_code") == code) & pl.col("value").is_not_null())
    return (
        {row["year"]: row for row in staff.iter_rows(named=True)},
        {(year, measure): float(value) for year, measure, value in need.select("year", "measure", "value").iter_rows()},
    )


def _published(code: str, figure: _Figure, year: int) -> float | None:
    """Return England's or a region's own row, with no sum of areas."""
    staff, need = _rows_of(code)
    if figure in STAFF:
        value = staff.get(year, {}).get(figure.measure)
        return None if value is None else float(value)
    found = need.get((year, figure.measure))
    if found is None or not figure.over:
        return found
    if figure.over == "children":
        return _PER * found / _under_18(code)
    over = need.get((year, figure.over))
    return None if not over else 100.0 * found / over


def published_series(code: str, measure: str) -> NDArray[np.float64]:
    """Return a region's or England's own rows of a measure over the years of the record; NaN where there is none."""
    staff, need = _rows_of(code)
    years = load_record().years
    in_staff = measure in next(iter(staff.values()), {})
    found = [staff.get(year, {}).get(measure) if in_staff else need.get((year, measure)) for year in years]
    return np.array([np.nan if value is None else float(value) for value in found])


@lru_cache(maxsize=64)
def _under_18(code: str) -> float:
    codes = [area.code for area in areas() if code in (ENGLAND, area.region_code)]
    return float(persons(codes, [LAST_ESTIMATE])[:, 0, 0].sum())


def spending(place: Area) -> NowLine:
    """Return net current spending on children's social care per resident under 18, 2024-25."""
    frame = tables.load("spend_by_area").filter((pl.col("domain") == "children") & (pl.col("line") == "total"))
    spent = {
        code: float(value) * 1000.0
        for code, value in frame.select("area_code", "net_current_expenditure_gbp_k").iter_rows()
        if value is not None
    }
    codes = list(place.area_codes)

    def per_child(members: list[str]) -> float | None:
        if not all(code in spent for code in members):
            return None
        return sum(spent[code] for code in members) / float(persons(members, [LAST_ESTIMATE])[:, 0, 0].sum())

    near = [per_child(code.split("+")) for code, _, _ in neighbours_of(place)]
    known = [each for each in near if each is not None]
    england = spent[ENGLAND] / _under_18(ENGLAND) if ENGLAND in spent else None
    value = england if place.level == "england" else per_child(codes)
    return NowLine(
        "spending_per_child",
        "Net spending on children's social care for each resident under 18",
        "gbp",
        "2024-25",
        value,
        float(np.median(known)) if known else None,
        england,
        "published" if value is not None else "not published",
        len(known),
        "" if value is not None else "a council of the place made no return",
        sources=("mhclg_ro3_2025", "ons_mye_2024"),
    )


def _england_places(name: str) -> float:
    """Return England's own published number of places."""
    if name == "homes_places":
        frame = tables.load("children_homes_national").filter(
            (pl.col("measure") == "places") & (pl.col("home_type") == "all_childrens_homes") & (pl.col("date").dt.year() == 2023)
        )
    else:
        frame = tables.load("other_national_series").filter(
            (pl.col("measure") == "short_break_only_places") & (pl.col("period") == "2023-03-31")
        )
    return float(frame["value"][0])


def homes(place: Area) -> tuple[NowLine, ...]:
    """Return places in children's homes, and in homes for short breaks only, 31 March 2023."""
    frame = tables.load("children_homes")
    known = set(frame["area_code"])
    totals = frame.group_by("area_code").agg(pl.col("places").sum(), pl.col("short_break_places").sum())
    by_area = {code: (float(places), float(short)) for code, places, short in totals.iter_rows()}
    # Cumbria was one council then, and every council of today but its two has rows of its own or has no homes.
    split = {"E06000063", "E06000064"}
    unknown = "E10000006" in known and bool(split & set(place.area_codes)) and place.level != "england"
    whole = place.level == "england"
    lines = []
    for i, (name, label) in enumerate(
        (
            ("homes_places", "Places in children's homes in the area"),
            ("short_break_places", "of them in homes for short breaks"),
        )
    ):
        england = _england_places(name)
        own = england if whole else sum(by_area.get(code, (0.0, 0.0))[i] for code in place.area_codes)
        near = [sum(by_area.get(area, (0.0, 0.0))[i] for area in code.split("+")) for code, _, _ in neighbours_of(place)]
        lines.append(
            NowLine(
                name,
                label,
                "places",
                "31 March 2023",
                None if unknown else own,
                float(np.median(near)) if near else None,
                england,
                "not published" if unknown else "published",
                len(near),
                "counted under the former council" if unknown else "",
                sources=("ofsted_2023",),
            )
        )
    return tuple(lines)
