"""Proportional fitting against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from almoner.errors import AlmonerError
from almoner.model.baseline.fit import FREE, Constraint, fit

ROWS = np.array([[0, 0], [1, 1]])
COLUMNS = np.array([[0, 1], [0, 1]])

POSITIVE = st.floats(0.5, 20.0)


def test_a_uniform_seed_becomes_the_product_of_its_margins() -> None:
    found = fit(
        np.ones((2, 2)), [Constraint("row", ROWS, np.array([30.0, 70.0])), Constraint("column", COLUMNS, np.array([40.0, 60.0]))]
    )
    assert_allclose(found.values, np.outer([30, 70], [40, 60]) / 100, rtol=1e-12)


@given(arrays(np.float64, (2, 2), elements=POSITIVE), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
@settings(deadline=None)
def test_fitting_two_margins_keeps_the_odds_ratio_of_the_seed_and_both_totals(seed: np.ndarray, row: float, column: float) -> None:
    rows, columns = np.array([row, 1 - row]), np.array([column, 1 - column])
    found = fit(seed, [Constraint("row", ROWS, rows), Constraint("column", COLUMNS, columns)])
    odds = seed[0, 0] * seed[1, 1] / (seed[0, 1] * seed[1, 0])
    # Scaling rows and columns never changes the odds ratio, so what is left is the rounding of double arithmetic.
    assert_allclose(found.values[0, 0] * found.values[1, 1] / (found.values[0, 1] * found.values[1, 0]), odds, rtol=1e-9)
    assert_allclose(found.values.sum(axis=0), columns, rtol=1e-12)
    # With an odds ratio of up to 1,600 a round leaves at most (39/41)^2 = 0.905 of the gap, so what is left when a round moves no
    # cell by more than 1e-12 is below 1e-10 of a row.
    assert_allclose(found.values.sum(axis=1), rows, rtol=1e-9)


def test_free_cells_are_not_touched() -> None:
    labels = np.array([0, 0, FREE])
    found = fit(np.array([1.0, 3.0, 5.0]), [Constraint("group", labels, np.array([8.0]))])
    assert_allclose(found.values, [2.0, 6.0, 5.0])


def test_margins_that_disagree_leave_a_gap_that_is_reported_and_the_last_one_exact() -> None:
    found = fit(
        np.ones((2, 2)), [Constraint("row", ROWS, np.array([10.0, 10.0])), Constraint("column", COLUMNS, np.array([11.0, 11.0]))]
    )
    assert_allclose(found.values.sum(axis=0), [11.0, 11.0])
    assert found.gaps["row"] == pytest.approx(0.1)


def test_a_total_without_a_cell_to_hold_it_is_an_error_that_names_the_margin() -> None:
    with pytest.raises(AlmonerError, match="region 1"):
        fit(np.array([1.0, 0.0]), [Constraint("region", np.array([0, 1]), np.array([1.0, 1.0]))])


def test_a_cell_that_is_empty_stays_empty() -> None:
    seed = np.array([[0.0, 1.0], [1.0, 1.0]])
    found = fit(seed, [Constraint("row", ROWS, np.array([1.0, 3.0])), Constraint("column", COLUMNS, np.array([2.0, 2.0]))])
    assert found.values[0, 0] == 0.0
    assert_allclose(found.values, [[0, 1], [2, 1]], rtol=1e-9)
