"""Answers about delays that are shipped: those of today's parameters and figures, and what a run gives, to the last bit."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from almoner.analysis import delays_kept
from almoner.analysis.delays import delays
from almoner.model.discharge import fit, refits
from almoner.model.discharge.central import central
from almoner.model.discharge.rests_on import hash_of
from almoner.parameters import Scale, load
from almoner.reference.areas import resolve
from almoner.study import discharge

SMALL = ("QT6", "QNX")
FEW = 2
REMEDY = "run python -m almoner.analysis.delays_kept"


def test_every_usual_draw_is_shipped_for_todays_parameters_and_figures() -> None:
    assert delays_kept.kept(SMALL, delays_kept.DRAWS) is not None, REMEDY
    trees, start = discharge.trees_of(delays_kept.DRAWS, delays_kept.SEED), central()
    for draw, tree in enumerate(trees):
        key = refits.key_of(tree, start, load(), draw, delays_kept.SEED, 2)
        assert refits.kept(key, start) is not None, REMEDY


def test_what_is_shipped_is_what_a_run_gives_to_the_last_bit() -> None:
    kept = delays_kept.kept(SMALL, FEW)
    assert kept is not None, REMEDY
    again = discharge.caused(SMALL, FEW)
    for one in fields(again):
        ours, theirs = getattr(kept.runs, one.name), getattr(again, one.name)
        for name in theirs if isinstance(theirs, dict) else ("",):
            own, other = (ours[name], theirs[name]) if name else (ours, theirs)
            assert (own.dtype, own.shape, own.tobytes()) == (other.dtype, other.shape, other.tobytes()), (one.name, name)
    path = discharge.forecast(SMALL, FEW, delays_kept.FAN_MONTHS)
    assert np.array_equal(kept.path.days_lost, path.days_lost)


def test_a_shipped_refit_is_the_one_that_is_made_to_the_last_bit() -> None:
    tree = discharge.trees_of(FEW, 0)[1]
    found = fit.refit(tree, central(), load(), replicate=1)
    assert hash_of(found) == hash_of(fit.refit_anew(tree, central(), load(), replicate=1))


def test_a_refit_of_other_parameters_or_luck_is_never_found() -> None:
    tree, start = discharge.trees_of(FEW, 0)[1], central()
    moved = tree.edited([Scale("discharge.onward.package_days", 1.01)])
    keys = [refits.key_of(each, start, load(), draw, 0, 2) for each, draw in ((tree, 1), (moved, 1), (tree, 0))]
    assert [refits.kept(key, start) is not None for key in keys] == [True, False, False]


def test_other_seeds_rules_and_single_draws_are_worked_out() -> None:
    assert delays_kept.kept(SMALL, FEW, seed=1) is None
    assert delays_kept.kept(SMALL, FEW, priority=1) is None
    assert delays_kept.kept(SMALL, 1) is None


def test_an_answer_is_the_same_with_and_without_what_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    place = resolve("Isle of Wight")
    shipped = delays(place, FEW)
    monkeypatch.setattr(delays_kept, "kept", lambda *about: None)
    assert delays(place, FEW) == shipped
