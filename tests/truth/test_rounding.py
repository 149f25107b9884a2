"""Rounding posts to whole numbers: exact totals, no bias."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from almoner.model.draws import round_unbiased

CELLS = arrays(np.float64, st.integers(1, 40), elements=st.just(0.0) | st.floats(0.001, 50.0))


def _whole_total(values: np.ndarray) -> np.ndarray:
    """Scale values so that they add up to a whole number, as the baseline's do."""
    total = values.sum()
    return values * (np.ceil(total) / total) if total > 0 else values


@given(CELLS, st.floats(0.0, 0.999))
@settings(deadline=None)
def test_the_total_is_exact_and_every_run_of_cells_is_within_one_post(values: np.ndarray, start: float) -> None:
    cells = _whole_total(values)
    rounded = round_unbiased(cells, start)
    assert rounded.sum() == np.rint(cells.sum())
    assert (rounded >= 0).all()
    gaps = np.concatenate(([0.0], np.cumsum(rounded - cells)))
    # A run of cells is a difference of two of these sums; each rounds one edge, so a run is off by less than one post.
    assert gaps.max() - gaps.min() < 1 + 1e-6


@given(CELLS)
@settings(deadline=None)
def test_rounding_is_unbiased_over_its_starts(values: np.ndarray) -> None:
    cells = _whole_total(values)
    starts = (np.arange(1000) + 0.5) / 1000
    mean = np.mean([round_unbiased(cells, float(start)) for start in starts], axis=0)
    # The mean over 1,000 evenly spaced starts counts each of a cell's two edges to within one start in a thousand.
    assert_allclose(mean, cells, atol=2.5e-3)


def test_cells_without_posts_get_none() -> None:
    assert round_unbiased(np.array([0.0, 2.0, 0.0, 1.0]), 0.7).tolist() == [0, 2, 0, 1]
