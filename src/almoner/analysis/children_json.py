"""Children's records as plain data for JSON: the keys that the command line and the programming interface share."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from almoner.analysis.children_backtest import Backtest
from almoner.analysis.children_record import ChildrenRecord


def as_data(found: ChildrenRecord) -> dict[str, Any]:
    """Return a record: now, neighbours, projection, caseload_norm_reached, unregistered, sources and what they rest on."""
    return {
        "area_code": found.place.code,
        "area_name": found.place.name,
        "reported_by": found.return_name,
        "note": found.return_note,
        "draws": found.draws,
        "band_kind": found.band_kind,
        "price_basis": found.price_basis,
        "scenarios": [{"id": name, "name": title} for name, title in found.scenarios],
        "neighbours": [{"code": code, "name": name, "closeness": close} for code, name, close in found.neighbours],
        "now": [asdict(line) for line in found.now],
        "projection": [asdict(row) for row in found.projection],
        "caseload_norm_reached": [asdict(row) for row in found.norm],
        "agency_spend": [asdict(row) for row in found.spend],
        "unregistered": asdict(found.unregistered),
        "placements": [asdict(line) for line in found.placements],
        "fits": [asdict(line) for line in found.fits],
        "effects": [asdict(line) for line in found.effects],
        "own": asdict(found.own) if found.own else None,
        "notes": list(found.notes),
        "sources": [asdict(line) for line in found.sources],
    }


def backtest_data(found: Backtest) -> dict[str, Any]:
    """Return a back-test with its rows and the pooled errors."""
    return {
        "domain": "children",
        "cut": found.cut,
        "draws": found.draws,
        "rows": [asdict(row) for row in found.rows],
        "pooled": [{**asdict(row), "beats_naive": row.beats_naive} for row in found.pooled],
    }
