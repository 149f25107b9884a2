"""The month of social workers: leaving, joining, vacancies, agency cover and caseload, one return at a time.

People are told apart by route and month of service. How many join is what the drawn path expects at its leaving, and more where
vacancies exceed those of the path and fewer where they fall short: so with no policy the people follow the path but for luck, and
a policy that keeps people leaves fewer vacancies, and with time fewer joiners. Agency cover follows vacancies, caseload is children
in need x workload / social workers (agency included), and it bears on leaving from the October after.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from almoner.model.children.children_months import month_chance
from almoner.model.children.columns import (
    BANDS,
    EARLY,
    FIRST_SEPTEMBER,
    NO_CASELOAD_CAP,
    OUTPUTS,
    ROUTES,
    SERVICE,
    Array,
    Chances,
    Expected,
    Levers,
    Opening,
)
from almoner.model.children.luck import events, key_pair, rounded

_STAFF_LEAVE, _STAFF_JOIN, _STAFF_ROUTE = 170, 171, 172
_ROUTES: Final = len(ROUTES)
_GROUPS: Final = 256
_POSTS_A_MONTH: Final = 0.02
"""Posts that a cap on caseloads may add or drop in a month, as a share of posts: a council cannot recruit to all at once."""
_LEAST_HAZARD: Final = 0.01
_THOUSAND_POSTS_YEARS: Final = 12_000.0

_IN_POST: Final = OUTPUTS.index("in_post_fte")
_AGENCY: Final = OUTPUTS.index("agency_fte")
_VACANT: Final = OUTPUTS.index("vacancies_fte")
_LEAVERS: Final = OUTPUTS.index("leavers_fte")
_JOINERS: Final = OUTPUTS.index("joiners_fte")
_CASELOAD: Final = OUTPUTS.index("caseload")
_AGENCY_YEARS: Final = OUTPUTS.index("agency_fte_years")
_EXTRA: Final = OUTPUTS.index("extra_posts_fte")
_ENTRANTS: Final = OUTPUTS.index("entrants_fte")


@njit(cache=True, nogil=True)
def band_of(place: int, slot: int) -> int:
    """Return the band of service of a place in a month whose joiners take place `slot`: places turn, people stay in theirs."""
    if place == SERVICE:
        return 2
    return 1 if place == slot or (slot - place) % SERVICE >= EARLY else 0


@njit(cache=True, nogil=True)
def carry_staff(
    a: int, opening: Opening, path: Expected, chances: Chances, levers: Levers, seed: int, draw: int, out: Array, in_need: Array
) -> None:
    """Carry the social workers of return `a` from October after the opening; fill its rows of `out`. `in_need` is [month]."""
    months = path.staff.shape[1]
    number, fte = opening.number[a], opening.fte_per_head[a]
    staff, expected = opening.staff[a].copy(), opening.expected_staff[a].copy()
    first_caseload = caseload = opening.caseload[a]
    chance, chance_expected = np.empty(BANDS), np.empty(BANDS)
    extra = leavers = joiners = agency_months = entrants = 0.0
    for m in range(FIRST_SEPTEMBER + 1, months):
        slot = m % SERVICE
        weight = stock = 0.0
        for r in range(_ROUTES):
            for s in range(SERVICE + 1):
                if expected[r, s] > 0.0:
                    stock += expected[r, s]
                    weight += expected[r, s] * chances.ratio[r, band_of(s, slot)]
        level = path.leaving[a, m] * stock / max(weight, 1e-9)
        shift = chances.case_effect * (caseload - first_caseload) + chances.absence_effect * levers.absence[m]
        key, mate = key_pair(seed, draw, _STAFF_LEAVE, m)
        gone, gone_expected = 0, 0.0
        for r in range(_ROUTES):
            for band in range(BANDS):
                hazard = level * chances.ratio[r, band]
                chance_expected[band] = month_chance(hazard)
                chance[band] = month_chance(max(hazard * levers.leaving[m] + shift, _LEAST_HAZARD))
            for s in range(SERVICE + 1):
                if expected[r, s] <= 0.0 and staff[r, s] == 0:
                    continue
                band = band_of(s, slot)
                left = expected[r, s] * chance_expected[band]
                expected[r, s] -= left
                gone_expected += left
                away = events(staff[r, s], chance[band], key, mate, number * _GROUPS + r * 64 + s)
                staff[r, s] -= away
                gone += away
            # Those who joined in this month five years ago now count among the longest serving.
            expected[r, SERVICE] += expected[r, slot]
            staff[r, SERVICE] += staff[r, slot]
            expected[r, slot], staff[r, slot] = 0.0, 0

        posts = path.staff[a, m] / (1.0 - path.vacancy[a, m])
        usual = posts - path.staff[a, m]
        posts += extra
        heads = staff.sum()
        joining_expected = max(path.staff[a, m] / fte - (stock - gone_expected), 0.0)
        pulled = chances.pull / 12.0 * (max(posts / fte - heads - joining_expected, 0.0) - usual / fte)
        key, mate = key_pair(seed, draw, _STAFF_JOIN, m)
        joining = rounded(max(joining_expected + pulled, 0.0), key, mate, number)
        key, mate = key_pair(seed, draw, _STAFF_ROUTE, m)
        unplaced, share = joining, 1.0
        for r in range(1, _ROUTES):
            here = events(unplaced, min(chances.route_share[r] / max(share, 1e-12), 1.0), key, mate, number * 8 + r)
            staff[r, slot] += here
            unplaced -= here
            share -= chances.route_share[r]
            expected[r, slot] += joining_expected * chances.route_share[r]
        for r in range(1, _ROUTES):
            wanted = levers.entrants[r, m] * posts / _THOUSAND_POSTS_YEARS
            room = max(posts / fte - (heads + joining), 0.0)
            taken = rounded(min(wanted, room), key, mate, number * 8 + 4 + r)
            staff[r, slot] += taken
            joining += taken
            entrants += taken * fte

        in_post = (heads + joining) * fte
        leavers += gone * fte
        joiners += joining * fte
        vacant = max(posts - in_post, 0.0)
        agency = max(path.cover[a, m] * vacant + path.agency[a, m] * (posts - extra), 0.0) * levers.agency[m]
        most = levers.agency_cap[m]
        if most < 1.0:
            agency = min(agency, most / (1.0 - most) * in_post)
        agency_months += agency
        work = np.exp(path.workload[a, m]) * in_need[m]
        workers = max(in_post + agency, 1e-9)
        limit = _POSTS_A_MONTH * posts
        short = work / levers.caseload_cap[m] - workers if levers.caseload_cap[m] < NO_CASELOAD_CAP else -extra
        extra = max(extra + min(max(short, -limit), limit), 0.0)
        if m % 12 == FIRST_SEPTEMBER:
            caseload = work / workers
            row = out[a, m // 12 - 1]
            row[_IN_POST], row[_AGENCY], row[_VACANT] = in_post, agency, vacant
            row[_LEAVERS], row[_JOINERS], row[_CASELOAD] = leavers, joiners, caseload
            row[_AGENCY_YEARS], row[_EXTRA], row[_ENTRANTS] = agency_months / 12.0, extra, entrants
            leavers = joiners = agency_months = entrants = 0.0
