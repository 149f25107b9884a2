"""The series that are carried forward, made from the record: social workers, vacancies, leaving, workload, agency, children.

Each is put on a scale on which areas of all sizes are alike (a rate, a share, a logarithm per resident child). In: a `Record`. Out:
arrays [return, year], and England's own [year] from England's own rows; NaN where a figure that it needs is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from almoner.model.children.record import Array, Record

STAFF: Final = "staff"
VACANCY: Final = "vacancy"
LEAVING: Final = "leaving"
WORKLOAD: Final = "workload"
AGENCY: Final = "agency"
NEED: Final = "need"
PLANS: Final = "plans"
CARE: Final = "care"

PROCESSES: Final = (STAFF, VACANCY, LEAVING, WORKLOAD, AGENCY, NEED, PLANS, CARE)
"""Order of the axis of correlations and of keyed numbers: append, never renumber."""

CHILDREN_PROCESSES: Final = (NEED, PLANS, CARE)


@dataclass(frozen=True)
class Transformed:
    """The series by process, of returns [return, year] and of England [year]; `cover` is England's agency FTE per vacant FTE."""

    areas: Mapping[str, Array]
    england: Mapping[str, Array]
    posts: Array
    england_posts: Array
    cover: Array


def transform(record: Record) -> Transformed:
    """Return the series of a record.

    staff: log FTE in post; vacancy: vacant share of posts; leaving: leavers in the year over FTE in post at its end; workload: log
    of cases per holder x social workers (agency included) / children in need, so that caseload = exp(workload) x children in need /
    social workers; agency: agency FTE beyond England's cover of vacancies, per post; need, plans, care: log children per resident
    child.
    """
    cover = record.england["agency_fte"] / record.england["vacancies_fte"]
    areas = _all(record.figures, record.children, cover)
    england = _all(record.england, record.england_children, cover)
    posts = _posts(record.figures)
    return Transformed(areas, england, posts, _posts(record.england), cover)


def _all(figures: Mapping[str, Array], children: Array, cover: Array) -> dict[str, Array]:
    staff = _positive(figures["in_post_fte"])
    # Caseload counts agency holders; where agency FTE is withheld, England's cover of vacancies stands for it, only here.
    agency = np.where(np.isfinite(figures["agency_fte"]), figures["agency_fte"], cover * figures["vacancies_fte"])
    workers = staff + agency
    in_need = _positive(figures["children_in_need_31_march"])
    posts = _posts(figures)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            STAFF: np.log(staff),
            VACANCY: figures["vacancies_fte"] / posts,
            LEAVING: figures["leavers_fte"] / staff,
            WORKLOAD: np.log(_positive(figures["caseload"]) * workers / in_need),
            AGENCY: (figures["agency_fte"] - cover * figures["vacancies_fte"]) / posts,
            NEED: np.log(in_need / children),
            PLANS: np.log(_positive(figures["protection_plans_31_march"]) / children),
            CARE: np.log(_positive(figures["looked_after_31_march"]) / children),
        }


def _posts(figures: Mapping[str, Array]) -> Array:
    """Return funded posts: FTE in post and vacant."""
    return np.asarray(_positive(figures["in_post_fte"]) + figures["vacancies_fte"])


def _positive(values: Array) -> Array:
    """Return values with those of nought as unknown: an area without social workers has no rates."""
    return np.where(values > 0, values, np.nan)
