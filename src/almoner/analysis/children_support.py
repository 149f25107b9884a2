"""What children's projections rest on: how far forecasts of each series miss, and effects estimated from the tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from almoner.analysis.children_record import EffectLine, FitLine, State
from almoner.model.children import panel
from almoner.model.children.economy import responses
from almoner.model.children.fit import Fit
from almoner.model.children.record import load_record
from almoner.model.children.series import PROCESSES, STAFF
from almoner.model.children.turnover_effect import PUBLISHED as PUBLISHED_EFFECT
from almoner.model.children.turnover_effect import estimates, rows_explained
from almoner.reference.areas import Area

_SERIES: Final = {
    "staff": ("Social workers in post", "percent"),
    "vacancy": ("Vacancy rate", "percentage points"),
    "leaving": ("Turnover", "percentage points"),
    "workload": ("Cases for each child in need and social worker", "percent"),
    "agency": ("Agency use beyond the cover of vacancies, per post", "percentage points"),
    "need": ("Children in need", "percent"),
    "plans": ("Children on protection plans", "percent"),
    "care": ("Looked-after children", "percent"),
}


def fits(fitted: Fit, place: Area, codes: tuple[str, ...]) -> tuple[FitLine, ...]:
    """Return how far one-year forecasts of each series missed, in this place's return and in all."""
    rows = [fitted.record.codes.index(code) for code in codes] if place.level != "england" else []
    lines = []
    for name in PROCESSES:
        deviation = fitted.deviation[name]
        if name == STAFF:
            misses = np.diff(deviation, axis=1) - fitted.pull * fitted.deviation["vacancy"][:, :-1]
        else:
            misses = panel.one_year_misses(fitted.pooled[name], deviation)
        label, unit = _SERIES[name]
        here = misses[rows]
        known = np.isfinite(here)
        opening: State = "published" if not rows or np.isfinite(deviation[rows, -1]).all() else "estimated"
        lines.append(
            FitLine(
                name,
                label,
                unit,
                100.0 * float(np.sqrt(np.square(here[known]).mean())) if known.any() else None,
                100.0 * float(np.sqrt(np.nanmean(np.square(misses)))),
                int(known.sum()),
                opening,
            )
        )
    return tuple(lines)


@lru_cache(maxsize=1)
def effects() -> tuple[EffectLine, ...]:
    """Return our own estimates from the shipped tables, beside the published ones where there are any."""
    found = estimates()
    lines = [
        EffectLine(
            f"{slope.regressor.replace('_', ' ')} on next year's turnover: {each.specification}",
            "percentage points",
            slope.estimate,
            slope.low,
            slope.high,
            PUBLISHED_EFFECT.get(slope.regressor),
            each.rows,
            rows_explained(found) if each is found[0] and slope.regressor == "caseload" else f"weights: {each.weights}",
        )
        for each in found
        for slope in each.slopes
    ]
    lines += [
        EffectLine(
            f"{each.driver} on {each.measure.replace('_', ' ')}, England",
            "% per percentage point",
            each.estimate,
            each.low,
            each.high,
            None,
            each.changes,
            "yearly changes, the pandemic's left out; too few to show more than a large effect",
        )
        for each in responses(load_record())
    ]
    return tuple(lines)
