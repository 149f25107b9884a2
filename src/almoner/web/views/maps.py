"""Maps of the 153 areas: outlines on the ground and tiles of equal size, shaded by a measure in a year.

In: a measure and a year. Out: shapes with a class from 0 (no figure) to 5, and the table that says the same. Classes are fifths of
the areas of that year. Outlines come from the shipped TopoJSON, laid flat at the latitude of the middle of England.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import polars as pl

from almoner.analysis import words
from almoner.errors import NotFoundError, OutOfRangeError
from almoner.reference import tables
from almoner.reference.areas import areas, england
from almoner.reference.population import persons
from almoner.reference.tables import data_folder
from almoner.report.figure import Column, Table
from almoner.web.views.answers import TO_YEAR, remembered

Kind = Literal["tiles", "map"]
CLASSES: Final = 5
WIDTH: Final = 560.0
TILE: Final = 40
_MIDDLE: Final = math.radians(52.8)

Values = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class MapMeasure:
    """A measure that a map can show. `years` are those that it has; `values` gives a number, or None, by area code."""

    id: str
    label: str
    unit: str
    status: str
    note: str
    sources: tuple[str, ...]
    years: tuple[int, ...]
    year_words: str
    values: Callable[[int], Values]


@dataclass(frozen=True, slots=True)
class Shape:
    """An area on a map: its outline (`path`) or the corner of its tile, its class, and what it says."""

    code: str
    name: str
    said: str
    level: int
    path: str = ""
    x: int = 0
    y: int = 0
    short: str = ""


@dataclass(frozen=True, slots=True)
class MapView:
    """A map, ready to be drawn, with its key and its table."""

    kind: Kind
    measure: MapMeasure
    year: int
    box: str
    shapes: tuple[Shape, ...]
    key: tuple[tuple[int, str], ...]
    finding: str
    table: Table


def measures() -> dict[str, MapMeasure]:
    """Return every measure that a map can show, by id."""
    return {each.id: each for each in (*_adult(), *_children(), _people(), *_modelled())}


def map_view(measure: str, year: int | None, kind: Kind) -> MapView:
    """Return the map of a measure in a year (its last one if none is given).

    Raises:
        NotFoundError: there is no such measure.
        OutOfRangeError: it has no figures for the year.
    """
    known = measures()
    if measure not in known:
        raise NotFoundError("measure", measure, known)
    chosen = known[measure]
    when = chosen.years[-1] if year is None else year
    if when not in chosen.years:
        raise OutOfRangeError(
            f"There is no {chosen.label.lower()} for {when}: choose a year from {chosen.years[0]} to {chosen.years[-1]}."
        )
    values = chosen.values(when)
    limits = _limits([value for value in values.values() if value is not None])
    said = {code: words.number(value, chosen.unit, "area") for code, value in values.items()}
    level = {code: _class(value, limits) for code, value in values.items()}
    draw = _tiles if kind == "tiles" else _outlines
    box, shapes = draw(said, level)
    return MapView(
        kind, chosen, when, box, shapes, _key(limits, chosen.unit), _finding(chosen, when, values), _table(chosen, when, values)
    )


def _limits(values: list[float]) -> tuple[float, ...]:
    """Return the four values that part the areas into fifths."""
    ordered = sorted(values)
    if not ordered:
        return ()
    return tuple(ordered[min(len(ordered) - 1, len(ordered) * k // CLASSES)] for k in range(1, CLASSES))


def _class(value: float | None, limits: tuple[float, ...]) -> int:
    return 0 if value is None else 1 + sum(value >= limit for limit in limits)


def _key(limits: tuple[float, ...], unit: str) -> tuple[tuple[int, str], ...]:
    if not limits:
        return ((0, "no figure"),)
    said = [words.number(limit, unit, "area") for limit in limits]
    between = [(k + 1, f"{said[k - 1]} to under {said[k]}") for k in range(1, len(said))]
    return ((1, f"under {said[0]}"), *between, (CLASSES, f"{said[-1]} and over"), (0, "no figure"))


def _finding(measure: MapMeasure, year: int, values: Values) -> str:
    known = {code: value for code, value in values.items() if value is not None}
    if not known:
        return f"No area has a figure of {measure.label.lower()} for {year}."
    names = {area.code: area.name for area in areas()}
    low, high = min(known, key=lambda code: known[code]), max(known, key=lambda code: known[code])
    missing = len(values) - len(known)
    gaps = f" {missing} of {len(values)} areas have no figure." if missing else ""
    least, most = (words.number(known[code], measure.unit, "area") for code in (low, high))
    return f"{measure.label}, {measure.year_words} {year}: from {least} in {names[low]} to {most} in {names[high]}.{gaps}"


def _table(measure: MapMeasure, year: int, values: Values) -> Table:
    rows = tuple(
        (area.name, area.region_name or "", words.number(values.get(area.code), measure.unit, "area"))
        for area in sorted(areas(), key=lambda area: area.name)
    )
    columns = (Column("Area"), Column("Region"), Column(f"{measure.label} ({measure.status})", "number"))
    return Table(f"{measure.label}, {year}, all areas", columns, rows)


def map_rows(measure: str, year: int | None) -> list[dict[str, Any]]:
    """Return a map's figures as rows, not rounded."""
    view = map_view(measure, year, "tiles")
    values = view.measure.values(view.year)
    more = {"measure": measure, "unit": view.measure.unit, "year": view.year, "status": view.measure.status}
    sources = "; ".join(view.measure.sources)
    return [{"area_code": a.code, "area_name": a.name, "value": values.get(a.code), **more, "source": sources} for a in areas()]


def _tiles(said: Mapping[str, str], level: Mapping[str, int]) -> tuple[str, tuple[Shape, ...]]:
    places = tables.load("tile_map").sort("row", "column", descending=[True, False])
    north = places["row"].max()
    shapes = tuple(
        Shape(code, name, said.get(code, ""), level.get(code, 0), x=TILE * column, y=TILE * (north - row), short=_short(name))
        for code, name, column, row in places.select("area_code", "area_name", "column", "row").iter_rows()
    )
    wide, high = max(shape.x for shape in shapes) + TILE, max(shape.y for shape in shapes) + TILE
    return f"-2 -2 {wide + 4} {high + 4}", shapes


def _short(name: str) -> str:
    """Return at most six letters that stand for an area on its tile."""
    parts = [
        part for part in name.replace("-", " ").replace(",", "").split() if part.lower() not in {"and", "of", "upon", "the", "on"}
    ]
    return parts[0][:6] if len(parts) == 1 else f"{parts[0][:3]} {parts[1][:2]}"


def _outlines(said: Mapping[str, str], level: Mapping[str, int]) -> tuple[str, tuple[Shape, ...]]:
    box, paths = _flat()
    shapes = tuple(
        Shape(code, name, said.get(code, ""), level.get(code, 0), path=path)
        for code, name, path in sorted(paths, key=lambda p: p[1])
    )
    return box, shapes


@lru_cache(maxsize=1)
def _flat() -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Return the box of the map and each area's code, name and outline, to a tenth of a unit of its width."""
    topology = json.loads((data_folder() / "areas.topo.json").read_text(encoding="utf-8"))
    scale_x, scale_y = topology["transform"]["scale"]
    arcs = [list(_summed(arc)) for arc in topology["arcs"]]
    ends = [point for arc in arcs for point in arc]
    left, right = min(x for x, _ in ends), max(x for x, _ in ends)
    top = max(y for _, y in ends)
    degrees = WIDTH / ((right - left) * scale_x)
    # One degree of longitude is shorter than one of latitude by the cosine of the latitude.
    tall = degrees / math.cos(_MIDDLE)

    def place(point: tuple[int, int]) -> str:
        return f"{(point[0] - left) * scale_x * degrees:.1f},{(top - point[1]) * scale_y * tall:.1f}"

    def ring(indices: list[int]) -> str:
        points: list[str] = []
        for index in indices:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points += [at for at in map(place, arc) if not points or at != points[-1]]
        return "M" + " ".join(points) + "Z"

    found = []
    for shape in topology["objects"]["areas"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        path = "".join(ring(each) for polygon in polygons for each in polygon)
        found.append((shape["properties"]["area_code"], shape["properties"]["area_name"], path))
    height = (top - min(y for _, y in ends)) * scale_y * tall
    return f"-2 -2 {WIDTH + 4:.0f} {height + 4:.0f}", tuple(found)


def _summed(arc: list[list[int]]) -> Iterator[tuple[int, int]]:
    x = y = 0
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        yield x, y


def _codes() -> tuple[str, ...]:
    return tuple(area.code for area in areas())


def _of_table(frame: pl.DataFrame, column: str) -> Values:
    found = dict(frame.select("area_code", column).iter_rows())
    return {code: found.get(code) for code in _codes()}


def _adult() -> Iterator[MapMeasure]:
    frame = tables.load("adult_turnover_by_area").filter(pl.col("area_level") == "area")
    for series, source, words_ in (
        ("ascof_2025", "ascof_2025", "Council and independent posts."),
        ("oflog_2024", "oflog_asc", "An older series: do not join it to the newer one."),
    ):
        rows = frame.filter((pl.col("series") == series) & pl.col("turnover_rate").is_not_null())
        years = tuple(sorted({int(period[:4]) + 1 for period in rows["period"]}))
        label = "Turnover of adult social care staff" + ("" if series == "ascof_2025" else " (older series)")

        def values(year: int, rows: pl.DataFrame = rows) -> Values:
            return _of_table(rows.filter(pl.col("period").str.starts_with(f"{year - 1}-")), "turnover_rate")

        name = "turnover" if series == "ascof_2025" else "turnover-older"
        yield MapMeasure(name, label, "percent", "published", words_, (source,), years, "year to March", values)


_OF_CHILDREN: Final = {
    "turnover_rate": "Turnover of children’s social workers",
    "vacancy_rate": "Vacancy rate of children’s social workers",
    "agency_rate": "Agency rate of children’s social workers",
    "caseload": "Cases for each children’s social worker",
}


def _children() -> Iterator[MapMeasure]:
    frame = tables.load("children_workforce").filter(pl.col("area_level") == "area")
    for column, label in _OF_CHILDREN.items():
        if column not in frame.columns:
            continue
        rows = frame.filter(pl.col(column).is_not_null())
        years = tuple(rows["year"].unique().sort().to_list())

        def values(year: int, rows: pl.DataFrame = rows, column: str = column) -> Values:
            return _of_table(rows.filter(pl.col("year") == year), column)

        unit, note = (
            "ratio" if column == "caseload" else "percent",
            "At 30 September. Councils with a joint return have no figure of their own.",
        )
        name = f"children-{column.removesuffix('_rate')}"
        yield MapMeasure(name, label, unit, "published", note, ("dfe_csww_2025",), years, "30 September", values)


def _people() -> MapMeasure:
    def values(year: int) -> Values:
        people = persons(_codes(), [year])[:, 0]
        return {code: float(100 * row[-1] / row.sum()) for code, row in zip(_codes(), people, strict=True)}

    note = "Estimates to 2024, projections after."
    sources = ("ons_mye_2024", "ons_snpp_2022")
    return MapMeasure(
        "people-85",
        "People aged 85 and over, share of all",
        "percent",
        "estimated",
        note,
        sources,
        tuple(range(2011, 2048)),
        "middle of",
        values,
    )


_OF_MODEL: Final = {
    "vacancy_rate": "vacancy",
    "turnover_rate": "turnover-modelled",
    "posts_needed": "needed",
    "vacant_posts": "vacant",
    "filled_posts": "filled",
    "unmet_hours_per_week": "unmet",
    "care_worker_pay": "pay",
}


def _modelled() -> Iterator[MapMeasure]:
    from almoner.analysis.measures import MEASURES

    note = "If nothing changes, with every uncertain value at its middle: one draw, so no range. Weak for single areas."
    for place, (measure, name) in enumerate(_OF_MODEL.items()):
        known = MEASURES[measure]

        def values(year: int, place: int = place) -> Values:
            found = _everywhere()[:, place, year - 2025]
            return {code: float(value) if math.isfinite(value) else None for code, value in zip(_codes(), found, strict=True)}

        first = 2026 if measure == "turnover_rate" else 2025
        label = f"{known.label.partition(' (')[0]}, modelled"
        yield MapMeasure(name, label, known.unit, "modelled", note, (), tuple(range(first, TO_YEAR + 1)), "31 March", values)


def _everywhere() -> Any:
    """Return the modelled measures of every area, [area, measure, year], from one run of England."""
    import numpy as np

    from almoner.analysis.measures import MEASURES
    from almoner.study.design import Study
    from almoner.study.run import run_study
    from almoner.study.scenario import DO_NOTHING, load_scenario

    def make() -> Any:
        study = Study(england(), (load_scenario(DO_NOTHING),), 1, TO_YEAR)
        result = run_study(study, each_area=lambda run: np.stack([MEASURES[name].read(run) for name in _OF_MODEL]))
        return result.by_area[0][0]

    return remembered(("everywhere",), make)
