"""What higher pay does, beside what was published: one employer and the whole sector are never the same question."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.pay_response import Flows, PayResponse, pay_response, supply_path
from almoner.errors import OutOfRangeError
from almoner.reference.areas import resolve


@pytest.fixture(scope="module")
def found() -> PayResponse:
    return pay_response(resolve("Wakefield"), "fair-pay-2028", 0.1, 2031, 32)


def test_a_tenth_more_at_one_employer_lowers_its_turnover_by_the_published_three_points(found: PayResponse) -> None:
    one, _ = found.turnover
    assert one.published == -3.0
    assert one.points.low <= one.published <= one.points.high


def test_a_tenth_more_in_the_whole_sector_moves_what_exits_alone_answer(found: PayResponse) -> None:
    one, every = found.turnover
    # MODEL.md 4 says about 0.8 points; exits are a third of turnover, so the sector gains about a third of what one employer does.
    assert every.points.low <= -0.8 <= every.points.high
    assert every.points.median > 0.5 * one.points.median
    assert every.published is None


def test_supply_of_care_homes_comes_to_the_published_two_after_decades(found: PayResponse) -> None:
    homes = found.supply[0]
    assert homes.evidence == "E05"
    assert homes.elasticity[30].low <= homes.published <= homes.elasticity[30].high
    assert homes.elasticity[10].low <= 1.0 <= homes.elasticity[10].high
    medians = [homes.elasticity[year].median for year in (1, 3, 10, 30)]
    assert medians == sorted(medians)


def test_supply_settles_where_entry_and_exit_meet() -> None:
    # Without arrivals E f^n r^e = X f r^-e, so f = r^(2 e / (1 - n)) where E = X at the start. The gap shrinks by X (1 - n) / F a
    # year, so after 2,000 years nothing is left of it.
    e, n, pay = np.array([0.8, 0.4]), np.array([0.5, 0.3]), 1.1
    whole = np.full(2, 1000.0)
    flows = Flows(whole, 0.08 * whole, 0.0 * whole, 0.08 * whole)
    end = supply_path(flows, pay, e, n, 2000)[-1] / 1000.0
    np.testing.assert_allclose(end, pay ** (2 * e / (1 - n)), rtol=1e-9)


def test_pay_held_within_budgets_costs_less_and_has_fewer_posts_than_pay_that_funders_meet(found: PayResponse) -> None:
    led = {row.measure: row.effect for row in found.demand_led}
    held = {row.measure: row.effect for row in found.budget_held}
    assert held["filled_posts"] < led["filled_posts"]
    assert held["cost_gbp_m"] < led["cost_gbp_m"]
    assert held["unmet_hours_per_week"] > led["unmet_hours_per_week"]


def test_a_rise_that_is_no_rise_is_refused_in_a_sentence() -> None:
    with pytest.raises(OutOfRangeError, match="above 0"):
        pay_response(resolve("Rutland"), "fair-pay-2028", 0.0, 2027, 2)
