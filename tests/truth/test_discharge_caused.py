"""Shapley values of lifting constraints: by hand, adding up, and the same whatever the number of threads."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.model.discharge import flow
from almoner.model.discharge.caused import PLAYERS, SETS, days_by_set, saved, shapley
from almoner.model.discharge.central import central
from almoner.model.discharge.lanes import LONGEST_READY
from almoner.model.discharge.record import boards
from almoner.model.discharge.system import Change, lanes_of
from almoner.parameters import load
from almoner.reference.discharge_words import CONSTRAINTS
from almoner.study import discharge
from almoner.study.discharge_swings import seen

BOARD = ("QF7",)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.floats(-50, 50), min_size=1 << n, max_size=1 << n)))
@settings(max_examples=40, deadline=None)
def test_a_shapley_value_is_the_mean_of_what_is_added_over_all_orders(worth: list[float]) -> None:
    values = np.array(worth)
    players = len(worth).bit_length() - 1
    by_hand = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        there = 0
        for player in order:
            by_hand[player] += values[there | 1 << player] - values[there]
            there |= 1 << player
    found = shapley(values)
    assert found == pytest.approx(by_hand / len(orders), abs=1e-9)
    assert found.sum() == pytest.approx(values[-1] - values[0], abs=1e-9)


def test_all_128_sets_are_runs_of_their_own_put_together_and_the_values_add_up() -> None:
    fitted = central().only(BOARD)
    lanes = lanes_of(load(), fitted, discharge.BASE_YEAR)
    days = days_by_set(lanes, discharge.BASE_YEAR, 0, 5)
    assert days.shape == (1, SETS)
    assert days[0, SETS - 1] == 0
    for chosen in ((0,), (4,), (1, 5), (0, 2, 6), (0, 1, 2, 3), tuple(range(PLAYERS))):
        alone = flow.run(lanes, discharge.BASE_YEAR, 0, 5, lifted=flow.bits_of(chosen), threads=1)
        assert days[0, sum(1 << k for k in chosen)] == alone.days_lost.sum(), [list(CONSTRAINTS)[k] for k in chosen]
    values = shapley(saved(days))
    assert values.sum() == pytest.approx(days[0, 0])
    assert (values >= 0).all()


def test_lifting_more_never_loses_more_days() -> None:
    lanes = lanes_of(load(), central().only(BOARD), discharge.BASE_YEAR)
    days = days_by_set(lanes, discharge.BASE_YEAR, 0, 1)[0]
    for k in range(PLAYERS):
        for each in range(SETS):
            if not each >> k & 1:
                # People who come to capacity earlier meet other people there, so a single set may lose a little; 2% is far more.
                assert days[each | 1 << k] <= days[each] + 0.02 * days[0]


def test_threads_and_the_company_of_other_boards_change_nothing() -> None:
    tree, fitted = load(), central()
    both = lanes_of(tree, fitted.only(("QF7", "QWO")), discharge.BASE_YEAR)
    one = lanes_of(tree, fitted.only(BOARD), discharge.BASE_YEAR)
    here = flow.run(both, discharge.BASE_YEAR, 3, 2, threads=2)
    there = flow.run(one, discharge.BASE_YEAR, 3, 2, threads=1)
    assert np.array_equal(here.remaining[0], there.remaining[0])
    assert np.array_equal(here.waits[0], there.waits[0])


def test_every_day_in_the_stock_is_a_day_of_somebodys_wait() -> None:
    lanes = lanes_of(load(), central().only(BOARD), discharge.BASE_YEAR)
    run = flow.run(lanes, discharge.BASE_YEAR, 0, 9, threads=1)
    assert run.remaining.sum() == run.days_lost.sum()
    ready, left, waited = run.people.sum(axis=(0, 1))
    # Little's law: those who came before the first day, and those who are still there on the last, are the edges.
    edges = run.remaining[0, 0] + (ready - left)
    assert abs(run.days_lost.sum() - waited) <= edges * run.waits.shape[2]
    arrivals, mean_wait = ready / 365, waited / left
    assert run.remaining.mean() == pytest.approx(arrivals * mean_wait, rel=0.1)


def test_no_change_changes_nothing_and_unrelated_changes_touch_no_other_pathway() -> None:
    tree, fitted = load(), central().only(BOARD)
    now = flow.run(lanes_of(tree, fitted, discharge.BASE_YEAR), discharge.BASE_YEAR, 0, 4, threads=1)
    same = flow.run(lanes_of(tree, fitted, discharge.BASE_YEAR, Change(always=True)), discharge.BASE_YEAR, 0, 4, threads=1)
    assert np.array_equal(now.remaining, same.remaining)
    beds = flow.run(
        lanes_of(tree, fitted, discharge.BASE_YEAR, Change(slots=(0, 20, 0), always=True)), discharge.BASE_YEAR, 0, 4, threads=1
    )
    assert np.array_equal(now.days_lost[:, [0, 1, 3]], beds.days_lost[:, [0, 1, 3]])
    assert beds.days_lost[0, 2].sum() <= now.days_lost[0, 2].sum()


def test_serving_the_longest_ready_first_shortens_the_longest_waits() -> None:
    lanes = lanes_of(load(), central().only(("QNX",)), discharge.BASE_YEAR)
    first, longest = (flow.run(lanes, discharge.BASE_YEAR, 0, 6, priority=rule, threads=1) for rule in (0, LONGEST_READY))
    tail = [run.waits[0, 1:, 60:].sum() for run in (first, longest)]
    assert tail[1] < tail[0]
    assert longest.remaining.mean() == pytest.approx(first.remaining.mean(), rel=0.1)


def test_a_forecast_starts_with_the_real_queue() -> None:
    path = discharge.forecast(("QF7", "QWO"), 4, 6)
    published = boards()
    march = published.remaining[[published.codes.index(code) for code in ("QF7", "QWO")], -1]
    # March 2025 as published, once the swing of that month is put back; the first day has one day's comings and goings.
    assert path.remaining[:, :, 0].mean(axis=0) * np.exp(seen()[-1]) == pytest.approx(march, rel=0.08)


def test_what_ifs_save_days_under_the_same_luck() -> None:
    found = discharge.caused(BOARD, 4)
    assert found.by_constraint.sum(axis=2) == pytest.approx(found.days)
    for name in ("hub_faster", "weekends", "home_care_staff"):
        assert (found.saved[name].sum(axis=1) > 0).all(), name
    assert found.people.shape == (4, 1, 4)
