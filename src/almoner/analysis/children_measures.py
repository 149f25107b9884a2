"""The measures of children's social care for a place: its returns added up from a projection, and England tied to its own rows.

In: a `Projection` and the weights of its returns. Out: arrays [draw, year] by measure. Rates are worked out from added FTE, never
averaged. England's stocks are its own published figures times the growth of the returns together, because areas fall short of
England where a return is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.children.project import Projection
from almoner.model.children.record import Record

Array = NDArray[np.float64]

UNITS: Final = {
    "in_post_fte": "fte",
    "agency_fte": "fte",
    "vacancies_fte": "fte",
    "agency_rate": "percent",
    "vacancy_rate": "percent",
    "turnover_rate": "percent",
    "caseload": "cases per fte",
    "children_in_need": "children",
    "protection_plans": "children",
    "looked_after": "children",
    "leavers_fte": "fte",
    "joiners_fte": "fte",
    "agency_fte_years": "fte",
    "extra_posts_fte": "fte",
    "entrants_fte": "fte",
    "need_started": "children",
    "plans_started": "children",
    "care_started": "children",
    "care_ended": "children",
    "aged_out": "children",
}
"""Units by measure; social workers at 30 September or in the year to it, children at 31 March or in the year to it."""

LABELS: Final = {
    "in_post_fte": "Social workers in post (FTE)",
    "agency_fte": "Agency social workers (FTE)",
    "vacancies_fte": "Vacancies (FTE)",
    "agency_rate": "Agency rate",
    "vacancy_rate": "Vacancy rate",
    "turnover_rate": "Turnover",
    "caseload": "Caseload",
    "absence_rate": "Absence",
    "children_in_need": "Children in need",
    "protection_plans": "Children on protection plans",
    "looked_after": "Looked-after children",
}

PUBLISHED: Final = {
    "in_post_fte": "in_post_fte",
    "agency_fte": "agency_fte",
    "vacancies_fte": "vacancies_fte",
    "agency_rate": "agency_rate",
    "vacancy_rate": "vacancy_rate",
    "turnover_rate": "turnover_rate",
    "caseload": "caseload",
    "children_in_need": "children_in_need_31_march",
    "protection_plans": "protection_plans_31_march",
    "looked_after": "looked_after_31_march",
}
"""The published figure that each projected measure continues."""

_TIED: Final = ("in_post_fte", "agency_fte", "vacancies_fte", "children_in_need", "protection_plans", "looked_after")


def measures(projection: Projection, weights: Mapping[str, float]) -> dict[str, Array]:
    """Return every measure of a place, [draw, year], from its returns and their weights; returns without a model are left out."""
    weight = np.array([weights.get(code, 0.0) for code in projection.codes])
    chosen = np.flatnonzero((weight > 0) & np.isfinite(projection.of("in_post_fte")[0, :, 0]))

    def total(output: str) -> Array:
        return np.asarray(np.tensordot(projection.of(output)[:, chosen], weight[chosen], axes=(1, 0)))

    found = {name: total(name) for name in UNITS if name not in {"agency_rate", "vacancy_rate", "turnover_rate", "caseload"}}
    workers = projection.of("in_post_fte") + projection.of("agency_fte")
    work = np.tensordot((projection.of("caseload") * workers)[:, chosen], weight[chosen], axes=(1, 0))
    return found | _rates(found, np.asarray(work))


def england_measures(projection: Projection, record: Record) -> dict[str, Array]:
    """Return England's measures, [draw, year], tied to the last figures that England itself published."""
    found = measures(projection, dict.fromkeys(projection.codes, 1.0))
    opening = _opening(projection)
    base = {name: _last(record.england[PUBLISHED[name]]) for name in _TIED}
    for name in _TIED:
        found[name] = found[name] / opening[name] * base[name]
    workers = found["in_post_fte"] + found["agency_fte"]
    work = found["caseload"] * workers / opening["caseload"] * _last(record.england["caseload"])
    return found | _rates(found, work)


def _rates(found: Mapping[str, Array], work: Array) -> dict[str, Array]:
    """Return rates in percent from FTE, and the caseload from work: cases per holder times social workers."""
    staff, agency, vacant = found["in_post_fte"], found["agency_fte"], found["vacancies_fte"]
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "agency_rate": 100.0 * agency / (agency + staff),
            "vacancy_rate": 100.0 * vacant / (vacant + staff),
            "turnover_rate": 100.0 * found["leavers_fte"] / staff,
            "caseload": work / (staff + agency),
        }


def _opening(projection: Projection) -> dict[str, float]:
    """Return the returns' own sums at the opening: medians over draws of what the paths begin with."""
    values, rows = projection.paths.values, projection.paths.modelled
    staff = values["staff"][:, rows, 0]
    posts = staff / (1.0 - values["vacancy"][:, rows, 0])
    agency = np.maximum(projection.paths.cover[:, :1] * (posts - staff) + values["agency"][:, rows, 0] * posts, 0.0)
    in_need = values["need"][:, rows, 0]
    work = np.exp(values["workload"][:, rows, 0]) * in_need
    sums = {
        "in_post_fte": staff,
        "agency_fte": agency,
        "vacancies_fte": posts - staff,
        "children_in_need": in_need,
        "protection_plans": values["plans"][:, rows, 0],
        "looked_after": values["care"][:, rows, 0],
    }
    totals = {name: float(np.median(each.sum(axis=1))) for name, each in sums.items()}
    return totals | {"caseload": float(np.median(work.sum(axis=1) / (staff + agency).sum(axis=1)))}


def _last(series: Array) -> float:
    return float(series[np.isfinite(series)][-1])
