"""Leaving in worlds simple enough to be worked out by hand: constant hazards, nobody hired or everybody replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.model.clock import MONTHS_PER_YEAR, hazard_of_turnover, monthly_probability
from almoner.model.columns import FLOWS
from almoner.model.engine import Run, build_rates
from almoner.model.filling import Filling
from almoner.model.inputs import build_inputs
from almoner.model.kernel import chance
from almoner.model.leaving import Contrasts
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.model.world import opening_world
from almoner.parameters import Set, load
from almoner.study.design import Study
from almoner.study.run import Prepared

LEAVING = [FLOWS.index(name) for name in FLOWS if name.startswith("exits_") or name == "moves_out"]
EXITS = [FLOWS.index(name) for name in FLOWS if name.startswith("exits_")]
ALIKE = Contrasts(
    trait_weight=np.ones(256),
    exit_weight=np.ones((6, 6)),
    move_weight=np.ones((6, 6)),
    mean_exit=np.ones((N_SERVICES, N_ROLES)),
    mean_move=np.ones((N_SERVICES, N_ROLES)),
    fit=(),
)


def toy(place: tuple[Study, Prepared], turnover: float, mover_share: float = 0.0, entrants_per_vacancy: float = 0.0) -> Run:
    """Open a world in which everybody leaves alike, nothing outside changes, and entrants are in proportion to vacancies."""
    study, prepared = place
    neutral = (
        "leaving.exit_pay_elasticity",
        "leaving.market_response",
        "filling.market_exponent",
        "filling.arrivals",
        "filling.return_rate",
    )
    edits = [Set(path, 0.0) for path in neutral]
    tree = load().edited([*edits, Set("filling.vacancy_exponent", 1.0), Set("leaving.mover_share", mover_share)])
    baseline = replace(prepared.opening.baseline, turnover=np.full_like(prepared.opening.baseline.turnover, turnover))
    cells = baseline.filled.shape
    filling = Filling(np.full(cells, entrants_per_vacancy), np.zeros(cells), np.zeros(cells), np.ones(cells[:2]))
    inputs = build_inputs(tree, baseline, prepared.tables, study.months)
    posts = prepared.opening.filled + prepared.opening.vacant
    inputs = replace(inputs, target=np.tile(posts, (study.months, 1)))
    rates = build_rates(baseline, filling, ALIKE, prepared.tables, tree)
    return Run(opening_world(prepared.opening, posts, np.zeros(posts.size)), rates, inputs, study.seed)


@given(st.floats(0.0, 0.7))
def test_the_series_for_a_chance_is_the_exponential(hazard: float) -> None:
    """Rounded to 2**-24, and the first term left out of the alternating series is hazard**8 / 8!."""
    assert abs(int(chance(hazard)) / 2**32 - -np.expm1(-hazard)) <= 2.0**-25 + hazard**8 / 40_320 + 1e-15


@given(st.floats(0.0, 0.7), st.floats(0.0, 0.7))
def test_a_greater_hazard_never_has_a_lesser_chance(one: float, other: float) -> None:
    assert chance(min(one, other)) <= chance(max(one, other))


@given(st.floats(0.0, 1.5))
def test_twelve_months_of_the_hazard_of_a_turnover_on_a_refilled_stock_are_that_turnover(turnover: float) -> None:
    """Exactly: 1 - exp(-h/12) with h = -12 ln(1 - T/12) is T/12."""
    assert 12 * float(monthly_probability(hazard_of_turnover(turnover))) == pytest.approx(turnover, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("turnover", [0.12, 0.237, 0.6])
def test_with_a_constant_hazard_and_nobody_hired_survival_is_geometric(turnover: float, wakefield: tuple[Study, Prepared]) -> None:
    """After m months N (1 - p)^m are left, within four standard errors of a binomial number."""
    run = toy(wakefield, turnover)
    people, probability = int(run.world.filled.sum()), turnover / MONTHS_PER_YEAR
    for months in (1, 2, 3, 6, 12, 12):
        run.advance(months)
        share = (1 - probability) ** run.number
        assert abs(run.world.filled.sum() - people * share) < 4 * np.sqrt(people * share * (1 - share)), run.number


def test_survival_is_geometric_in_each_service(wakefield: tuple[Study, Prepared]) -> None:
    """Six services at once, so five standard errors."""
    run = toy(wakefield, 0.3)
    people = run.world.filled.reshape(-1, N_SERVICES, N_ROLES).sum(axis=(0, 2))
    run.advance(18)
    left = run.world.filled.reshape(-1, N_SERVICES, N_ROLES).sum(axis=(0, 2))
    share = (1 - 0.3 / 12) ** 18
    assert (np.abs(left - people * share) < 5 * np.sqrt(people * share * (1 - share))).all()


def test_two_competing_ways_out_share_the_leavers_by_their_hazards_and_leave_their_sum_alone(
    wakefield: tuple[Study, Prepared],
) -> None:
    """The mover share of leavers, and the leavers of a year, each within four standard errors."""
    run = toy(wakefield, 0.24, mover_share=0.65)
    people = int(run.world.filled.sum())
    run.advance(12)
    flows = run.result().flows[1].sum(axis=(0, 1, 2))
    leavers, moves = int(flows[LEAVING].sum()), int(flows[FLOWS.index("moves_out")])
    assert abs(moves / leavers - 0.65) < 4 * np.sqrt(0.65 * 0.35 / leavers)
    gone = 1 - (1 - 0.24 / 12) ** 12
    assert abs(leavers - people * gone) < 4 * np.sqrt(people * gone * (1 - gone))
    assert run.world.pool.size.sum() == moves


def test_people_who_leave_the_sector_before_pension_age_go_where_the_shares_say(wakefield: tuple[Study, Prepared]) -> None:
    """Shares among the NHS, other sectors and abroad, which pension age does not touch; within four standard errors."""
    run = toy(wakefield, 0.6)
    run.advance(12)
    flows = run.result().flows[1].sum(axis=(0, 1, 2))
    names = ("nhs", "other_sector", "abroad")
    counts = np.array([flows[FLOWS.index(f"exits_{name}")] for name in names])
    shares = np.array([load().at(f"leaving.destination.{name}") for name in names])
    shares /= shares.sum()
    assert (np.abs(counts / counts.sum() - shares) < 4 * np.sqrt(shares * (1 - shares) / counts.sum())).all()
    assert flows[FLOWS.index("exits_retirement")] / flows[EXITS].sum() > load().at("leaving.destination.retirement")


@pytest.mark.parametrize("turnover", [0.237, 0.6])
def test_on_a_refilled_stock_a_year_of_leavers_over_the_stock_is_the_turnover(
    turnover: float, wakefield: tuple[Study, Prepared]
) -> None:
    """Leavers are a sum of independent events of probability T/12 over the stock at each month's start; four standard errors."""
    run = toy(wakefield, turnover, entrants_per_vacancy=1.0)
    stock = [int(run.world.filled.sum())]
    run.advance(12, lambda after: stock.append(int(after.world.filled.sum())))
    leavers = int(run.result().flows[1][..., LEAVING].sum())
    exposed, probability = sum(stock[:12]), turnover / 12
    assert abs(leavers - exposed * probability) < 4 * np.sqrt(exposed * probability * (1 - probability))
    # Refilled indeed: vacancies never pile up beyond the leavers of a month.
    assert min(stock) > 0.9 * stock[0]


def test_published_contrasts_move_leavers_between_people_and_not_their_number(
    wakefield: tuple[Study, Prepared], open_run: Callable[..., Run]
) -> None:
    """The first month's leavers are turnover / 12 of each cell's holders; four standard errors and 2% for mean weights.

    Mean weights are taken over one post in sixteen of England, and one area's mix of people differs a little from England's.
    """
    neutral = [Set("leaving.exit_pay_elasticity", 0.0), Set("leaving.market_response", 0.0)]
    baseline = wakefield[1].opening.baseline
    expected = float((baseline.filled * baseline.turnover).sum()) / 12
    counted = []
    for seed in range(12):
        run = open_run(wakefield, load().edited(neutral), seed=seed)
        run.advance(1)
        counted.append(int(run.year_flows[:, LEAVING].sum()))
    assert abs(np.mean(counted) - expected) < 4 * np.sqrt(expected / len(counted)) + 0.02 * expected
