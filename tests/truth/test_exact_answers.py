"""The engine against answers worked out on paper: a small Markov chain's expected stocks, and a queue of vacancies.

One cell of one area has a fixed number of posts, chances of leaving that depend on experience alone, and entrants in
proportion to vacancies (exponent 1), so every expectation is linear and the recursion exact. What the simulation adds is Monte
Carlo error, measured over independent replicates: four standard errors leave about one comparison in 2,500 to chance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from almoner.model.engine import Run, build_rates
from almoner.model.filling import Filling
from almoner.model.inputs import build_inputs
from almoner.model.leaving import AGE_STARTS, EXPERIENCE_STARTS
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, N_SERVICES
from almoner.model.world import FILLED, Opening, Posts, opening_world
from almoner.parameters import Set, load
from almoner.study.design import Study
from almoner.study.run import Prepared

Place = tuple[Study, Prepared]

POSTS = 20_000
REPLICATES = 24
CELL = 21
"""Some cell of the sixty; the others are empty."""

LEAVE_BY_EXPERIENCE = np.array([0.06, 0.035, 0.02, 0.02, 0.02, 0.02])
"""The monthly chance of leaving in each band of `EXPERIENCE_STARTS`, of which a run of three years crosses three."""
MOVER_SHARE = 0.4
RETURN_CHANCE = 0.25
FILL_CHANCE = 0.2
MONTHS = 40


def run_of_one_cell(place: Place, leave_chance: np.ndarray, mover_share: float, vacant: int, seed: int, replicate: int) -> Run:
    """Open a run of `POSTS` posts in one cell, whose holders all began in the sector in the month before the first."""
    study, prepared = place
    still = {"leaving.mover_share": mover_share, "leaving.exit_pay_elasticity": 0.0, "leaving.market_response": 0.0}
    still |= {"filling.return_rate": RETURN_CHANCE, "filling.return_same_service": 1.0, "filling.vacancy_exponent": 1.0}
    still |= {"filling.market_exponent": 0.0, "filling.arrivals": 0.0}
    tree = load().edited([Set(path, value) for path, value in still.items()])
    # The turnover whose hazard a month is 1, so that the bands' weights are hazards themselves (h = -ln(1 - T/12)).
    baseline = replace(prepared.opening.baseline, turnover=np.full((1, N_SERVICES, N_ROLES), 12.0 * -np.expm1(-1.0)), seed=seed)
    by_band = np.broadcast_to(-np.log1p(-leave_chance), (len(AGE_STARTS), len(EXPERIENCE_STARTS))).copy()
    ones = np.ones((N_SERVICES, N_ROLES))
    weights = replace(
        prepared.contrasts, trait_weight=np.ones(256), exit_weight=by_band, move_weight=by_band, mean_exit=ones, mean_move=ones
    )
    nothing = np.zeros((1, N_SERVICES, N_ROLES))
    filling = Filling(nothing + FILL_CHANCE, nothing, nothing, np.ones((1, N_SERVICES)))
    inputs = build_inputs(tree, baseline, prepared.tables, study.months)
    target = np.zeros((study.months, CELLS_PER_AREA), np.int64)
    target[:, CELL] = POSTS
    inputs = replace(inputs, target=target)
    filled, none = np.zeros(CELLS_PER_AREA, np.int64), np.zeros(CELLS_PER_AREA)
    filled[CELL] = POSTS - vacant
    size = POSTS - vacant
    people = Posts(
        np.full(size, FILLED, np.uint8),
        np.full(size, -40 * 12, np.int16),
        np.full(size, -1, np.int16),
        np.full(size, -1, np.int16),
        np.zeros(size, np.uint8),
        np.full(size, 30, np.uint8),
        np.full(size, 1300, np.int16),
    )
    opening = Opening(baseline, filled, target[0] - filled, prepared.opening.base_number, people)
    world = opening_world(opening, target[0], none)
    return Run(world, build_rates(baseline, filling, weights, prepared.tables, tree), inputs, seed, replicate)


def stocks_of(run: Run) -> np.ndarray:
    """Return filled posts by band of experience at the end of the last month, then vacant posts and people in between."""
    posts = run.world.posts
    years = (run.number - 1 - posts.sector[posts.status == FILLED].astype(np.int64)) // 12
    bands = np.searchsorted(EXPERIENCE_STARTS, years, side="right") - 1
    by_band = np.bincount(bands, minlength=len(EXPERIENCE_STARTS))
    return np.append(by_band, [run.world.vacant.sum(), run.world.pool.size.sum()])


def expected_stocks(vacant: int, months: int) -> np.ndarray:
    """Return the exact expectation of `stocks_of` after each month, [month, stock].

    F[t], W[t] are filled posts and people in between with t months in the sector. A month: leavers p[t] F[t], of whom the mover
    share joins W; a share r of W, these leavers among them, starts again; entrants fill f of the vacancies that stood at the
    month's start, so never posts left in it; posts are as many as before.
    """
    span = months + 2
    band = np.searchsorted(EXPERIENCE_STARTS, np.arange(span) // 12, side="right") - 1
    filled, waiting, by_month = np.zeros(span), np.zeros(span), []
    # Month 0 finds everybody a month in the sector.
    filled[1] = POSTS - vacant
    for month in range(months):
        entrants = FILL_CHANCE * (POSTS - filled.sum())
        leavers = filled * LEAVE_BY_EXPERIENCE[band]
        waiting += MOVER_SHARE * leavers
        back = RETURN_CHANCE * waiting
        waiting -= back
        filled += back - leavers
        filled[0] += entrants
        stock = np.bincount(band, weights=filled, minlength=len(EXPERIENCE_STARTS))
        by_month.append(np.append(stock, [POSTS - filled.sum(), waiting.sum()]))
        if month < months - 1:
            filled, waiting = np.roll(filled, 1), np.roll(waiting, 1)
    return np.array(by_month)


@pytest.fixture(scope="module")
def place(wakefield: Place) -> Place:
    """Return a place of one area with a horizon of six years."""
    study, prepared = wakefield
    return replace(study, to_year=2031), prepared


@pytest.mark.parametrize("seed", [0, 1])
def test_stocks_by_experience_and_status_are_those_of_the_markov_chain(place: Place, seed: int) -> None:
    """At eight moments of forty months, in every stock that is not empty."""
    watched = np.arange(4, MONTHS, 5)
    vacant = POSTS // 10
    found = np.empty((REPLICATES, watched.size, len(EXPERIENCE_STARTS) + 2))
    for replicate in range(REPLICATES):
        run = run_of_one_cell(place, LEAVE_BY_EXPERIENCE, MOVER_SHARE, vacant, seed, replicate)
        for k, month in enumerate(watched):
            run.advance(int(month) + 1 - run.number)
            found[replicate, k] = stocks_of(run)
    expected = expected_stocks(vacant, MONTHS)[watched]
    held = expected > 0
    assert held[-1].tolist() == [True] * 3 + [False] * 3 + [True] * 2
    assert (found[:, ~held] == 0).all()
    error = found.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
    z = (found.mean(axis=0) - expected)[held] / error[held]
    assert np.abs(z).max() < 4


@pytest.mark.parametrize(("leave_chance", "mover_share", "seed"), [(0.02, 0.0, 0), (0.05, 0.4, 1), (0.3, 0.1, 2)])
def test_the_vacancy_rate_of_a_queue_settles_at_its_closed_form(
    place: Place, leave_chance: float, mover_share: float, seed: int
) -> None:
    """Vacant share x / (x + f): posts are constant, x is the chance of leaving the sector and f that of a vacancy's being filled.

    The month leaves first and fills after, but entrants answer the vacancies that stood at the month's start. So, without movers,
    V of N vacant become V - f V + x (N - V), whose fixed point is V = N x / (x + f). (Were posts left in the month filled in it
    as well, it would be x (1 - f) / (x (1 - f) + f).) Movers change nothing: as many start again as leave for another employer,
    and what is left of the balance of filled posts is f V = x (N - V) again. The share closes on it by 1 - x - f a month or
    faster, so two years are warm-up enough.
    """
    warm_up, months = 24, place[0].months
    exact = leave_chance * (1 - mover_share) / (leave_chance * (1 - mover_share) + FILL_CHANCE)
    share = np.empty(REPLICATES)
    for replicate in range(REPLICATES):
        chances = np.full(len(EXPERIENCE_STARTS), leave_chance)
        run = run_of_one_cell(place, chances, mover_share, round(POSTS * exact), seed, replicate)
        run.advance(warm_up)
        vacant: list[int] = []

        def note(after: Run, vacant: list[int] = vacant) -> None:
            vacant.append(int(after.world.vacant.sum()))

        run.advance(months - warm_up, note)
        share[replicate] = np.mean(vacant) / POSTS
    error = share.std(ddof=1) / np.sqrt(REPLICATES)
    assert abs(share.mean() - exact) < 4 * error
