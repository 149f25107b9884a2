"""The least that a benchmark must show: ratios only, never seconds, about 60% of what was measured when they were set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FLOORS: Final[Mapping[str, Mapping[str, float]]] = {
    "kernel": {"ratio_numpy": 8.0, "ratio_numpy_tuned": 4.0, "scan_roofline_share": 0.3},
    "discharge": {"ratio_ciw": 350.0, "ratio_simpy": 200.0},
    "national": {"ratio_numpy_leave_and_replace": 1.3},
}
"""Ratios to tools that are optional have floors where the job is Almoner's own; a tool that is not installed is passed over."""


def below_floor(what: str, result: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each ratio of a benchmark that is below its floor."""
    return [
        f"{name} is {result[name]:g}, below its floor of {floor:g}."
        for name, floor in FLOORS[what].items()
        if result.get(name) is not None and result[name] < floor
    ]
