"""Sharing a sum out: answers that can be worked out by hand, and what every answer must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.analysis.allocate import allocate
from almoner.analysis.curves import Curve, concave, drawn_together
from almoner.errors import AlmonerError

pytest.importorskip("highspy")

TWO = (concave("a", [10, 20], [100, 150]), concave("b", [10, 20], [80, 140]))
"""Slopes 10 then 5, and 8 then 6."""


def test_the_best_pieces_are_bought_first() -> None:
    """20 buys the first piece of each (10 and 8 a pound); 25 also half of b's second, at 6 before a's 5."""
    assert [row.spend for row in allocate(TWO, np.ones(2), 20.0).allotments] == pytest.approx([10.0, 10.0])
    more = allocate(TWO, np.ones(2), 25.0)
    assert [row.spend for row in more.allotments] == pytest.approx([10.0, 15.0])
    assert more.gain == pytest.approx(100 + 80 + 5 * 6)
    assert more.worth == pytest.approx(6.0)
    assert more.gap == pytest.approx(0.0, abs=1e-9)


def test_a_floor_and_a_fairness_limit_bind_as_they_should() -> None:
    """Of 12, without limits a gets 10. With people 1 to 3 an equal sum is 3 and 9: fair 2 holds a to 6, floor 1 to 3."""
    people = np.array([1.0, 3.0])
    free, fair, equal = (allocate(TWO, people, 12.0, *limits) for limits in ((0.0, None), (0.0, 2.0), (1.0, None)))
    assert [row.spend for row in free.allotments] == pytest.approx([10.0, 2.0])
    assert [row.spend for row in fair.allotments] == pytest.approx([6.0, 6.0])
    assert fair.allotments[0].held_by == "fairness limit"
    assert [row.spend for row in equal.allotments] == pytest.approx([3.0, 9.0])
    assert equal.gain == pytest.approx(equal.equal_gain)


def test_money_that_buys_nothing_more_is_left_over() -> None:
    answer = allocate(TWO, np.ones(2), 100.0)
    assert answer.spent == pytest.approx(40.0)
    assert answer.worth == pytest.approx(0.0)
    assert {row.held_by for row in answer.allotments} == {"end of its curve"}


def test_the_concave_curve_skips_what_lies_below_it_and_starts_at_what_is_free() -> None:
    curve = concave("a", [-1.0, 2.0, 1.0, 5.0], [3.0, 5.0, 5.0, 4.0])
    np.testing.assert_allclose(curve.cost, [0.0, 1.0])
    np.testing.assert_allclose(curve.gain, [3.0, 5.0])
    np.testing.assert_allclose(curve.level, [1.0, 3.0])
    assert concave("b", [1.0, 2.0], [-5.0, -1.0]).widths.size == 0


def greedy(curves: list[Curve], budget: float) -> float:
    """Fill the pieces of all curves from the steepest down: the best without floors and limits."""
    pieces = sorted(((s, w) for c in curves for s, w in zip(c.slopes, c.widths, strict=True)), reverse=True)
    gain = sum(float(c.gain[0]) for c in curves)
    for slope, width in pieces:
        bought = min(width, budget)
        gain, budget = gain + slope * bought, budget - bought
    return gain


points = st.lists(st.tuples(st.floats(0.1, 50), st.floats(-20, 100)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(points, min_size=2, max_size=8), st.floats(0.5, 200), st.floats(0, 1), st.floats(1, 4))
def test_no_answer_breaks_its_limits_and_none_is_beaten(
    units: list[list[tuple[float, float]]], budget: float, floor: float, fair: float
) -> None:
    """The solver's feasibility tolerance is 1e-7 a row."""
    curves = [concave(str(k), [c for c, _ in unit], [g for _, g in unit]) for k, unit in enumerate(units)]
    if not any(curve.widths.size for curve in curves):
        with pytest.raises(AlmonerError, match="brings nothing"):
            allocate(curves, np.ones(len(curves)), budget)
        return
    people = np.arange(1.0, len(curves) + 1)
    held = allocate(curves, people, budget, floor, fair)
    equal = budget * people / people.sum()
    for row, curve, share in zip(held.allotments, curves, equal, strict=True):
        assert row.spend >= min(floor * share, curve.cost[-1]) - 1e-6
        assert row.spend <= min(fair * share, curve.cost[-1]) + 1e-6
    assert held.spent <= budget + 1e-6
    assert held.gap < 1e-6
    free = allocate(curves, people, budget)
    assert free.gain == pytest.approx(greedy(curves, budget), rel=1e-6, abs=1e-6)
    assert free.gain >= max(held.gain, free.equal_gain) - 1e-6 * (1 + abs(free.gain))


def test_153_areas_with_floors_and_limits_are_shared_out_with_no_gap() -> None:
    generator = np.random.default_rng(0)
    curves = [concave(str(k), np.cumsum(generator.uniform(0.5, 2, 4)), generator.uniform(0, 100, 4).cumsum()) for k in range(153)]
    answer = allocate(curves, generator.uniform(1, 10, 153), 200.0, 0.5, 2.0)
    assert answer.spent == pytest.approx(200.0)
    assert answer.gap < 1e-9


@pytest.mark.parametrize(("limits", "said"), [((1.5, None), "not a share"), ((0.0, 0.5), "leave money over")])
def test_limits_that_make_no_sense_are_refused_in_a_sentence(limits: tuple[float, float | None], said: str) -> None:
    with pytest.raises(AlmonerError, match=said):
        allocate(TWO, np.ones(2), 10.0, *limits)


def test_differences_that_are_all_chance_are_drawn_to_the_whole() -> None:
    """With equal units the method of moments finds nothing between them about half the time, and little otherwise."""
    generator = np.random.default_rng(2)
    sizes = generator.uniform(50, 500, 150)
    values = 2.0 * sizes[:, None] + np.sqrt(sizes)[:, None] * 20 * generator.normal(size=(150, 8))
    drawn, kept = drawn_together(values, sizes)
    assert kept < 0.2
    raw = values.mean(axis=1) / sizes
    assert np.std(drawn / sizes) < 0.3 * np.std(raw)
    assert drawn.sum() == pytest.approx(values.mean(axis=1).sum())


def test_differences_far_above_chance_are_kept() -> None:
    generator = np.random.default_rng(4)
    sizes = generator.uniform(50, 500, 150)
    own = generator.normal(2.0, 1.0, 150)
    values = (own * sizes)[:, None] + np.sqrt(sizes)[:, None] * 0.1 * generator.normal(size=(150, 8))
    drawn, kept = drawn_together(values, sizes)
    assert kept > 0.99
    np.testing.assert_allclose(drawn / sizes, own, atol=0.05)


def test_what_all_share_at_a_point_is_not_taken_for_an_areas_own_chance() -> None:
    """A parameter that moves every unit alike makes no noise between them."""
    sizes = np.linspace(50, 500, 40)
    common = np.random.default_rng(5).normal(size=8) * 10
    own = np.linspace(-1, 1, 40)
    values = (own[:, None] + common) * sizes[:, None]
    drawn, kept = drawn_together(values, sizes)
    assert kept == pytest.approx(1.0)
    np.testing.assert_allclose(drawn, values.mean(axis=1), rtol=1e-9, atol=1e-9)
