"""The plan as files for a spreadsheet or a program: tidy CSV tables, and the record as JSON.

In: a `PlanRecord`. Out: text. Values are not rounded; a missing value is an empty cell. Text that a spreadsheet would run as a
formula is written with an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

from almoner.analysis.plan_record import Band, PlanRecord
from almoner.report import view

Cell = str | float | int | bool | None

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_json(record: PlanRecord) -> str:
    """Return the record as JSON, field for field; what is not a number is null."""
    return json.dumps(_without_nan(asdict(record)), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def csv_tables(record: PlanRecord) -> dict[str, str]:
    """Return every table of the plan as CSV text, by file name."""
    return {
        "paths.csv": _paths(record),
        "need.csv": _need(record),
        "population.csv": _population(record),
        "gap.csv": _gap(record),
        "indicators.csv": _indicators(record),
        "mix.csv": _mix(record),
        "published_series.csv": _series(record),
        "similar_areas.csv": _similar(record),
        "differences.csv": _differences(record),
        "costs.csv": _costs(record),
        "drivers.csv": _drivers(record),
        "assumptions.csv": _text(
            ("parameter", "label", "value", "status", "note"),
            ((a.path, a.label, a.value, "assumed", a.note) for a in record.assumptions),
        ),
        "conflicts.csv": _text(
            ("what", "used", "other", "source"), ((c.what, c.used, c.other, "; ".join(c.sources)) for c in record.conflicts)
        ),
        "overrides.csv": _text(
            ("where", "what", "unit", "value", "before", "source", "date"),
            ((o.where, o.what, o.unit, o.value, o.before, o.source, o.date) for o in record.overrides),
        ),
        "sources.csv": _text(
            ("id", "publisher", "title", "period", "address"),
            ((s.id, s.publisher, s.title, s.period, s.address) for s in record.sources),
        ),
    }


def safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula; numbers, also in text, stay; what is no number is empty."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _without_nan(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list | tuple) else value


def _text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue()


def _band(band: Band) -> tuple[float, float, float]:
    return band.median, band.low, band.high


def _paths(record: PlanRecord) -> str:
    header = ("area_code", "scenario", "measure", "label", "unit", "year", "median", "low", "high", "band", "status", "source")
    kind, run = view.band_words(record), f"run {record.run_id}"
    return _text(
        header,
        (
            (record.place.code, path.scenario, path.measure, path.label, path.unit, year, *_band(band), kind, "modelled", run)
            for path in record.paths
            for year, band in zip(path.years, path.bands, strict=True)
        ),
    )


def _need(record: PlanRecord) -> str:
    header = ("area_code", "year", "service", "posts", "posts_proportional_65", "unit", "status", "source")
    run = f"run {record.run_id}"
    return _text(
        header,
        ((record.place.code, n.year, n.service, n.posts, n.posts_proportional_65, "posts", "modelled", run) for n in record.need),
    )


def _population(record: PlanRecord) -> str:
    header = ("area_code", "year", "age_band", "persons", "unit", "kind", "source")
    return _text(
        header,
        ((record.place.code, p.year, p.age_band, p.persons, "people", p.kind, "; ".join(p.sources)) for p in record.population),
    )


def _gap(record: PlanRecord) -> str:
    header = ("area_code", "service", "role", "filled_now", "vacant_now", "posts_end", "vacant_end_median", "vacant_end_low")
    return _text(
        (*header, "vacant_end_high", "end_year", "unit", "band", "status", "source"),
        (
            (
                *(record.place.code, row.service, row.role, row.filled_now, row.vacant_now, row.posts_end, *_band(row.vacant_end)),
                *(record.to_year, "posts", view.band_words(record), "modelled", f"run {record.run_id}"),
            )
            for row in record.gap
        ),
    )


def _indicators(record: PlanRecord) -> str:
    header = ("area_code", "id", "label", "unit", "place", "similar", "region", "england", "status", "period", "source", "note")
    run = f"run {record.run_id}"
    return _text(
        header,
        (
            (
                *(record.place.code, row.id, row.label, row.unit, row.place, row.similar, row.region, row.england),
                *(row.status, row.period, "; ".join((*row.sources, *(run,) * (row.status == "modelled"))), row.note),
            )
            for row in record.indicators
        ),
    )


def _mix(record: PlanRecord) -> str:
    header = ("area_code", "margin", "category", "place_posts", "place_percent", "england_percent", "status", "period", "source")
    run = f"run {record.run_id}"
    return _text(
        header,
        (
            (record.place.code, m.margin, m.category, m.place_posts, m.place_percent, m.england_percent, m.status, m.period, run)
            for m in record.mix
        ),
    )


def _series(record: PlanRecord) -> str:
    header = ("label", "measure", "unit", "year", "value", "status", "source")
    return _text(
        header,
        (
            (series.label, series.measure, series.unit, point.year, point.value, "published", series.source)
            for series in record.published_series
            for point in series.points
        ),
    )


def _similar(record: PlanRecord) -> str:
    header = ("area_code", "name", "distance", "filled_posts", "turnover_rate", "people_75_plus_share", "source")
    run = f"run {record.run_id}"
    return _text(
        header,
        (
            (a.code, a.name, a.distance, a.filled_posts, a.turnover_rate, a.people_75_plus_share, "; ".join((run, *a.sources)))
            for a in record.similar_areas
        ),
    )


def _differences(record: PlanRecord) -> str:
    header = ("area_code", "scenario", "against", "measure", "label", "unit", "year", "median", "low", "high", "band")
    base = view.baseline_id(record)
    return _text(
        (*header, "monte_carlo_error", "better", "clear", "status", "source"),
        (
            (
                *(record.place.code, row.scenario, base, row.measure, row.label, row.unit, record.to_year, *_band(row.band)),
                *(view.band_words(record), row.monte_carlo_error, row.better, row.clear, "modelled", f"run {record.run_id}"),
            )
            for row in record.differences
        ),
    )


def _costs(record: PlanRecord) -> str:
    header = ("area_code", "scenario", "payer", "unit", "price_basis", "median", "low", "high", "status", "source")
    run = f"run {record.run_id}"
    rows: list[tuple[Cell, ...]] = []
    for card in record.scenarios:
        start = (record.place.code, card.id)
        if card.cost_gbp_m is not None:
            rows.append((*start, "all", "gbp_m", record.price_basis, *_band(card.cost_gbp_m), "modelled", run))
        for payer, cost in card.cost_by_payer_gbp_m.items():
            rows.append((*start, payer, "gbp_m", record.price_basis, cost, None, None, "modelled", run))
    return _text(header, rows)


def _drivers(record: PlanRecord) -> str:
    header = ("parameter", "label", "status", "low", "high", "rank_correlation", "source")
    run = f"run {record.run_id}"
    return _text(header, ((d.path, d.label, d.status, d.low, d.high, d.correlation, run) for d in record.drivers))
