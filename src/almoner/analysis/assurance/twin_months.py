"""The compiled months of the expected twin: the steps of `model.engine.MONTH` in expected values, one draw after the other."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def run_months(  # type: ignore[no-untyped-def]
    filled0, vacant0, pool0, opening_posts, entrant_rate, promotion_rate, arrival_share, exit_hazard, move_hazard, base_vacancies,
    same_service, vacancy_exponent, market_exponent, pay_elasticity, market_response, posts, market, arrivals, leaving, entering,
    removed, log_pay, new_pay, working_age, ageing_exits, ageing_moves, return_rate, promotions, inside,
    filled_out, vacant_out, flows,
):  # fmt: skip
    """Run all months of all draws; writes [month, draw, service] posts and [month, draw, flow] flows of the published base.

    `promotions` are (upper, lower) role numbers, the highest first; the engine goes through cells by rising role, so does this.
    """
    months, size, services = posts.shape
    roles = filled0.shape[2]
    pay_out, pay_in = np.ones((services, roles)), np.ones((services, roles))
    start, own, other = np.empty((services, roles)), np.empty((services, roles)), np.empty((services, roles))
    kept = np.empty((services, roles))
    pressure = np.empty(services)
    for d in range(size):
        filled, vacant, pool = filled0[d].copy(), vacant0[d].copy(), pool0[d].copy()
        _note(filled, vacant, filled_out[0, d], vacant_out[0, d])
        for m in range(months):
            if new_pay[m]:
                for s in range(services):
                    for r in range(roles):
                        pay_in[s, r] = math.exp(pay_elasticity[d] * log_pay[m, s, r])
                        pay_out[s, r] = 1.0 / pay_in[s, r]
            start[:] = vacant
            _open_and_close(filled, vacant, pool, opening_posts[d], posts[m, d])
            outside = market[m, d] ** market_response[d] * leaving[m, d] * ageing_exits[m]
            inside_moves = leaving[m, d] * ageing_moves[m]
            for s in range(services):
                for r in range(roles):
                    if filled[s, r] <= 0.0:
                        continue
                    exits = exit_hazard[d, s, r] * outside * pay_out[s, r] + removed[m, s]
                    moves = move_hazard[d, s, r] * inside_moves
                    leavers = filled[s, r] * -math.expm1(-(exits + moves))
                    gone = leavers * exits / (exits + moves) if exits + moves > 0.0 else 0.0
                    filled[s, r] -= leavers
                    vacant[s, r] += leavers
                    pool[s, r] += leavers - gone
                    if inside[s]:
                        flows[m, d, 0] += gone
                        flows[m, d, 1] += leavers - gone
            for k in range(promotions.shape[0] - 1, -1, -1):
                upper, lower = promotions[k, 0], promotions[k, 1]
                for s in range(services):
                    count = min(promotion_rate[d, s, upper] * start[s, upper], vacant[s, upper], filled[s, lower])
                    filled[s, upper] += count
                    vacant[s, upper] -= count
                    filled[s, lower] -= count
                    vacant[s, lower] += count
            for s in range(services):
                ratio = max(start[s].sum(), 1.0) / max(base_vacancies[d, s], 1.0)
                pressure[s] = ratio ** (vacancy_exponent[d] - 1.0) * working_age[m] ** (1.0 - vacancy_exponent[d])
            pull = market[m, d] ** -market_exponent[d] * entering[m, d]
            _movers(vacant, pool, return_rate, same_service[d], own, other)
            for s in range(services):
                for r in range(roles):
                    entrants = entrant_rate[d, s, r] * start[s, r] * pressure[s] * pull * pay_in[s, r]
                    arriving = arrival_share[d, s, r] * arrivals[m, d] / 12.0
                    moving = own[s, r] + other[s, r]
                    asking = moving + entrants + arriving
                    kept[s, r] = min(vacant[s, r] / asking, 1.0) if asking > 0.0 else 1.0
                    filled[s, r] += asking * kept[s, r]
                    vacant[s, r] -= asking * kept[s, r]
                    if inside[s]:
                        flows[m, d, 2] += moving * kept[s, r]
                        flows[m, d, 3] += entrants * kept[s, r]
                        flows[m, d, 4] += arriving * kept[s, r]
            _leave_pool(pool, own, other, kept)
            _note(filled, vacant, filled_out[m + 1, d], vacant_out[m + 1, d])


@njit(cache=True, nogil=True)
def _open_and_close(filled, vacant, pool, opening_posts, posts):  # type: ignore[no-untyped-def]
    """Open vacant posts up to the target, or shut vacant ones first and then filled ones, whose holders go to the pool."""
    for s in range(filled.shape[0]):
        for r in range(filled.shape[1]):
            surplus = filled[s, r] + vacant[s, r] - opening_posts[s, r] * posts[s]
            if surplus < 0.0:
                vacant[s, r] -= surplus
                continue
            shut = min(surplus, vacant[s, r])
            redundant = min(surplus - shut, filled[s, r])
            vacant[s, r] -= shut
            filled[s, r] -= redundant
            pool[s, r] += redundant


@njit(cache=True, nogil=True)
def _movers(vacant, pool, return_rate, stay, own, other):  # type: ignore[no-untyped-def]
    """Write who of the pool tries the own cell, and who tries one of the same role by its vacancies, by the cell tried."""
    for r in range(vacant.shape[1]):
        trying = pool[:, r].sum() * return_rate * (1.0 - stay)
        by_role = vacant[:, r].sum()
        for s in range(vacant.shape[0]):
            own[s, r] = pool[s, r] * return_rate * stay if vacant[s, r] > 0.0 else 0.0
            other[s, r] = trying * vacant[s, r] / by_role if by_role > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _leave_pool(pool, own, other, kept):  # type: ignore[no-untyped-def]
    """Take those who started out of the pool: from their own cell, the others from all cells of the role in proportion."""
    for r in range(pool.shape[1]):
        started = 0.0
        for s in range(pool.shape[0]):
            pool[s, r] -= own[s, r] * kept[s, r]
            started += other[s, r] * kept[s, r]
        left = pool[:, r].sum()
        if left > 0.0:
            pool[:, r] *= 1.0 - min(started / left, 1.0)


@njit(cache=True, nogil=True)
def _note(filled, vacant, filled_out, vacant_out):  # type: ignore[no-untyped-def]
    for s in range(filled.shape[0]):
        filled_out[s] = filled[s].sum()
        vacant_out[s] = vacant[s].sum()
