"""The month of children: in need, on a protection plan, looked after, and out again, one return at a time.

Stocks do not overlap here: children in need who are neither on a plan nor looked after, those on a plan, those looked after by year
of age. The published number of children in need is their sum. Entries are what the drawn path expects, so that with no policy the
stocks follow the path but for luck; a policy or shock changes chances, and what flows out of one state flows into the next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from almoner.model.children.columns import AGES, OUTPUTS, Array, Chances, Expected, Levers, Opening
from almoner.model.children.luck import events, key_pair, rounded

_NEED_STARTS, _NEED_EXITS, _NEED_TO_CARE, _NEED_TO_PLAN, _PLAN_EXITS, _PLAN_TO_CARE = 161, 162, 163, 164, 165, 166
_CARE_EXITS, _CARE_AGES, _CARE_ENTRANTS = 167, 168, 169
"""The numbers of `luck.ChildrenDecision`, as compiled code needs them."""
_MOST_A_MONTH: Final = 0.9
"""A state may lose at most this share in a month; only the smallest returns come near it."""
_GROUPS: Final = 64

_NEED: Final = OUTPUTS.index("children_in_need")
_PLANS: Final = OUTPUTS.index("protection_plans")
_CARE: Final = OUTPUTS.index("looked_after")
_NEED_STARTED: Final = OUTPUTS.index("need_started")
_PLANS_STARTED: Final = OUTPUTS.index("plans_started")
_CARE_STARTED: Final = OUTPUTS.index("care_started")
_CARE_ENDED: Final = OUTPUTS.index("care_ended")
_AGED_OUT: Final = OUTPUTS.index("aged_out")


@njit(cache=True, nogil=True)
def month_chance(hazard_per_year: float) -> float:
    """Return the probability of an event of a hazard within a month."""
    return float(1.0 - np.exp(-hazard_per_year / 12.0))


@njit(cache=True, nogil=True)
def _hazard_of(share: float) -> float:
    """Return the hazard per year that empties a share of a state in a month."""
    return float(-12.0 * np.log(1.0 - min(share, _MOST_A_MONTH)))


@njit(cache=True, nogil=True)
def expected_care(expected: Array, hazard: float) -> float:
    """Let the expected looked-after children leave and grow a month older, in place; return how many are left."""
    gone = month_chance(hazard)
    carried = left = 0.0
    for age in range(AGES):
        stay = expected[age] * (1.0 - gone)
        older = stay / 12.0
        expected[age] = stay - older + carried
        carried = older
        left += expected[age]
    return left


@njit(cache=True, nogil=True)
def carry_children(
    a: int, opening: Opening, path: Expected, chances: Chances, levers: Levers, seed: int, draw: int, out: Array, in_need: Array
) -> None:
    """Carry the children of return `a` through all months; fill its rows of `out` and `in_need`, children in need by month."""
    months = path.need.shape[1]
    group = opening.number[a] * _GROUPS
    need, plans, care = opening.need[a], opening.plans[a], opening.care[a].copy()
    expected = opening.expected_care[a].copy()
    before_need, before_plans = max(float(need), 1.0), float(plans)
    started = planned = entered = ended = aged = 0
    for m in range(months):
        # What the path expects: its stocks at the month's end, exits at their hazards, and so the entries between.
        left = expected_care(expected, chances.care_ends[a])
        entries = max(path.care[a, m] - left, 0.0)
        expected += entries * chances.entry_ages
        from_plan = chances.care_from_plan * entries if before_plans >= 1.0 else 0.0
        from_need = entries - from_plan
        plan_ends = before_plans * month_chance(chances.plan_ends[a])
        new_plans = max(path.plans[a, m] - before_plans + plan_ends + from_plan, 0.0)
        need_only = max(path.need[a, m] - path.plans[a, m] - path.care[a, m], 1.0)
        need_ends = before_need * month_chance(chances.need_ends[a])
        new_need = max(need_only - before_need + need_ends + new_plans + from_need, 0.0)
        gone_need = need_ends + new_plans + from_need
        gone_plans = max(plan_ends + from_plan, 1e-12)
        # One hazard sum empties a state of what the path expects to leave it; each way out has its share of the sum.
        all_need = _hazard_of(gone_need / before_need) / gone_need
        all_plans = _hazard_of(gone_plans / max(before_plans, 1.0)) / gone_plans
        need_to_care, plan_to_care = all_need * from_need * levers.to_care[m], all_plans * from_plan * levers.to_care[m]
        need_to_plan = all_need * new_plans * levers.to_plan[m]
        before_need, before_plans = need_only, path.plans[a, m]

        # What happens.
        hazard = all_need * need_ends + need_to_care + need_to_plan
        key, mate = key_pair(seed, draw, _NEED_EXITS, m)
        leaving = events(need, month_chance(hazard), key, mate, group)
        key, mate = key_pair(seed, draw, _NEED_TO_CARE, m)
        to_care = events(leaving, need_to_care / hazard, key, mate, group)
        key, mate = key_pair(seed, draw, _NEED_TO_PLAN, m)
        to_plan = events(leaving - to_care, need_to_plan / max(hazard - need_to_care, 1e-12), key, mate, group)
        key, mate = key_pair(seed, draw, _NEED_STARTS, m)
        new = rounded(new_need * levers.need[m], key, mate, group)
        need += new - leaving
        hazard = max(all_plans * plan_ends + plan_to_care, 1e-12)
        key, mate = key_pair(seed, draw, _PLAN_EXITS, m)
        leaving = events(plans, month_chance(hazard), key, mate, group)
        key, mate = key_pair(seed, draw, _PLAN_TO_CARE, m)
        plan_care = events(leaving, plan_to_care / hazard, key, mate, group)
        plans += to_plan - leaving

        key, mate = key_pair(seed, draw, _CARE_EXITS, m)
        birth_key, birth_mate = key_pair(seed, draw, _CARE_AGES, m)
        gone = month_chance(chances.care_ends[a] * levers.care_ends[m])
        older = 0
        for age in range(AGES):
            away = events(care[age], gone, key, mate, group + age)
            birthdays = events(care[age] - away, 1.0 / 12.0, birth_key, birth_mate, group + age)
            care[age] += older - away - birthdays
            older = birthdays
            ended += away
        ended += older
        aged += older
        key, mate = key_pair(seed, draw, _CARE_ENTRANTS, m)
        unplaced, share = to_care + plan_care, 1.0
        for age in range(AGES):
            here = events(unplaced, min(chances.entry_ages[age] / max(share, 1e-12), 1.0), key, mate, group + age)
            care[age] += here
            unplaced -= here
            share -= chances.entry_ages[age]
        started += new
        planned += to_plan
        entered += to_care + plan_care
        looked_after = care.sum()
        in_need[m] = need + plans + looked_after
        if m % 12 == 11:
            row = out[a, m // 12]
            row[_NEED], row[_PLANS], row[_CARE] = in_need[m], plans, looked_after
            row[_NEED_STARTED], row[_PLANS_STARTED], row[_CARE_STARTED] = started, planned, entered
            row[_CARE_ENDED], row[_AGED_OUT] = ended, aged
            started = planned = entered = ended = aged = 0
