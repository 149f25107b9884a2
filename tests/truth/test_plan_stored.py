"""The plan of a stored run is that of running its study, to the last bit, without running anything."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from almoner.analysis.plan import record
from almoner.analysis.plan_stored import stored_plan, stored_result
from almoner.errors import InputFileError
from almoner.model.engine import Run
from almoner.reference.areas import resolve
from almoner.study import runs
from almoner.study.design import Study
from almoner.study.files import StudyPlan
from almoner.study.location import open_location
from almoner.study.run import run_study
from almoner.study.scenario import load_scenario

TO_YEAR = 2028


def plan_of(place: str, replicates: int = 1) -> StudyPlan:
    scenarios = tuple(load_scenario(name) for name in ("do-nothing", "white-paper-promised"))
    return StudyPlan("A study", (resolve(place),), scenarios, 2, replicates, TO_YEAR)


@pytest.mark.parametrize(("place", "replicates", "groups"), [("Rutland", 2, 1), ("Gloucestershire", 1, 1), ("Frimley", 1, 5)])
def test_a_stored_run_gives_what_its_study_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, replicates: int, groups: int
) -> None:
    plan = plan_of(place, replicates)
    if groups > 1:
        monkeypatch.setattr(runs, "area_groups", partial(runs.area_groups, post_months=1))
    runs.run_plan(plan, tmp_path)
    again = run_study(Study(plan.places[0], plan.scenarios, plan.draws, TO_YEAR, plan.seed, replicates))
    run = open_location(tmp_path).at(plan.run_id)
    with monkeypatch.context() as patch:
        patch.delattr(Run, "advance")
        found = stored_result(plan, run)
        assert stored_plan(plan, run) == record(again)
    assert found.drawn == again.drawn
    for ours, theirs in zip(found.runs, again.runs, strict=True):
        for own, other in zip(ours, theirs, strict=True):
            for one in fields(own):
                same(getattr(own, one.name), getattr(other, one.name))


def same(own: object, other: object) -> None:
    if isinstance(own, dict):
        assert isinstance(other, dict)
        assert list(own) == list(other)
        for name in own:
            same(own[name], other[name])
    else:
        assert isinstance(own, np.ndarray)
        assert isinstance(other, np.ndarray)
        assert (own.dtype, own.shape, own.tobytes()) == (other.dtype, other.shape, other.tobytes())


def test_a_run_of_another_plan_or_of_several_places_is_refused(tmp_path: Path) -> None:
    plan = plan_of("Rutland")
    with pytest.raises(InputFileError, match="is not the run"):
        stored_result(plan, open_location(tmp_path).at("another"))
    with pytest.raises(InputFileError, match="2 places"):
        stored_result(replace(plan, places=(*plan.places, resolve("Kent"))), open_location(tmp_path))
