"""Discharge follows the workforce of the same scenario, draw and replicate, and its tasks are found again."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.delays import delays
from almoner.errors import InputFileError
from almoner.parameters import load
from almoner.reference.areas import resolve
from almoner.study import discharge_store, store
from almoner.study.files import StudyPlan
from almoner.study.location import Location, open_location
from almoner.study.runs import run_plan
from almoner.study.scenario import load_scenario

BOARD = "NHS South Yorkshire"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Location:
    plan = StudyPlan("t", (resolve(BOARD),), (load_scenario("do-nothing"), load_scenario("fair-pay")), 2, 1, 2028)
    folder = tmp_path_factory.mktemp("runs")
    return open_location(folder).at(run_plan(plan, folder).run_id)


def test_hours_are_read_by_area_and_month_and_start_at_the_opening(run: Location) -> None:
    hours = discharge_store.staffed_hours(run, "do-nothing", 0, 0, 36)
    assert set(hours) == set(resolve(BOARD).area_codes)
    for path in hours.values():
        assert path.shape == (36, 3)
        assert path[0] == pytest.approx(np.ones(3), abs=0.05)
        assert (path > 0).all()


def test_capacity_follows_hours_by_the_part_that_reaches_people_who_leave_hospital() -> None:
    hours = {code: np.tile([1.2, 1.0, 0.9], (6, 1)) for code in resolve(BOARD).area_codes}
    tree = load()
    change = discharge_store.capacity_change(tree, hours, ["QF7"], dict.fromkeys(hours, 1.0))
    part = [tree.at(f"discharge.pass_through.{each}") for each in ("p1_starts", "p2_beds", "p3_places")]
    assert change.capacity_scale is not None
    assert change.capacity_scale[0, :, 0] == pytest.approx([1 + 0.2 * part[0], 1.0, 1 - 0.1 * part[2]])
    with pytest.raises(InputFileError, match="holds no area"):
        discharge_store.capacity_change(tree, {}, ["QF7"], {})


def test_tasks_are_carried_out_once_and_found_again_and_the_run_still_verifies(run: Location) -> None:
    first = discharge_store.run_delays(run, ["QF7"])
    names = [name for name in run.names(discharge_store.FOLDER) if name.endswith(".parquet")]
    assert len(names) == 4
    again = discharge_store.run_delays(run, ["QF7"])
    for scenario, path in first.items():
        assert np.array_equal(path.days_lost, again[scenario].days_lost)
        assert path.days_lost.shape == (2, 1, 36)
    assert store.verify(run).ok


def test_a_run_without_the_boards_areas_is_refused_with_the_remedy(run: Location) -> None:
    with pytest.raises(InputFileError, match="run a study that has it"):
        discharge_store.run_delays(run, ["QWO"])


def test_the_answer_for_a_place_shows_every_scenario_of_the_run(run: Location) -> None:
    for place in (BOARD, "Sheffield"):
        found = delays(resolve(place), 2, stored=run.text)
        assert [fan.scenario for fan in found.fans] == ["do-nothing", "fair-pay"]
        # Better paid staff leave less, so there is more capacity; in three years not by much.
        assert found.fans[1].median[-1] <= found.fans[0].median[-1] * 1.02
        if place == "Sheffield":
            # The council's own measure, moved by its board's path: the first month lies near its recorded level.
            assert found.fans[0].median[0] == pytest.approx(found.recorded.patients_per_day, rel=0.35)
