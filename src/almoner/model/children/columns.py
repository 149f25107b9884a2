"""The columns that the months of children's social care read and write.

Everything is per return: people and children as whole numbers, what the drawn path expects as fractions. Arrays [return, month]
count months from April of the opening's year; social workers open at 30 September, children at 31 March before the first month.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

ROUTES: Final = ("in post at the opening", "newly qualified", "experienced", "from overseas")
AGES: Final = 18
"""Years of age told apart, 0 to 17."""
SERVICE: Final = 60
"""Months of service told apart; the rest have served five years or more."""
EARLY: Final = 24
"""Months of service in which the route of entry may bear on leaving."""
BANDS: Final = 3
"""Bands of service that leave alike: under two years, two to five, five and more."""
FIRST_SEPTEMBER: Final = 5
"""The month of the opening figures of social workers: months run from April."""
NO_CASELOAD_CAP: Final = 99.0
"""A cap on caseloads at or above this does not bind."""

OUTPUTS: Final = (
    "in_post_fte",
    "agency_fte",
    "vacancies_fte",
    "leavers_fte",
    "joiners_fte",
    "caseload",
    "children_in_need",
    "protection_plans",
    "looked_after",
    "need_started",
    "plans_started",
    "care_started",
    "care_ended",
    "aged_out",
    "agency_fte_years",
    "extra_posts_fte",
    "entrants_fte",
)
"""Yearly results: social workers at 30 September or in the year to it, children at 31 March or in the year to it."""


class Opening(NamedTuple):
    """The opening of each return.

    `number` names the return in keys; `staff` are people by route and months of service [return, route, place], the last place five
    years and more; `care` are looked-after children by year of age; `expected_*` are the same in fractions.
    """

    number: Whole
    staff: Whole
    expected_staff: Array
    fte_per_head: Array
    need: Whole
    plans: Whole
    care: Whole
    expected_care: Array
    caseload: Array


class Expected(NamedTuple):
    """What a draw's path expects, [return, month]; `cover` is England's agency FTE per vacant FTE.

    staff in FTE, vacancy as a share of posts, leaving as a hazard per year, workload as the log of caseload x social workers /
    children in need, agency as FTE per post beyond the cover of vacancies, children as numbers at the month's end.
    """

    staff: Array
    vacancy: Array
    leaving: Array
    workload: Array
    agency: Array
    need: Array
    plans: Array
    care: Array
    cover: Array


class Chances(NamedTuple):
    """Hazards per year by return, and shares that are the same everywhere.

    `ratio` [route, band of service] multiplies the hazard of leaving, `route_share` [route] splits joiners, `pull` is hiring a year
    per vacancy beyond the usual; the effects are hazards per case and per point of absence.
    """

    need_ends: Array
    plan_ends: Array
    care_ends: Array
    care_from_plan: float
    entry_ages: Array
    ratio: Array
    route_share: Array
    pull: float
    case_effect: float
    absence_effect: float


class Levers(NamedTuple):
    """What scenarios change, [month]: neutral is 1 for a scale, 0 for an addition, and a cap out of reach.

    `entrants` [route, month] are people a year per 1,000 posts.
    """

    need: Array
    to_plan: Array
    to_care: Array
    care_ends: Array
    leaving: Array
    absence: Array
    agency: Array
    agency_cap: Array
    caseload_cap: Array
    entrants: Array
