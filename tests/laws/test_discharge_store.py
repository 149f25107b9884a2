"""Discharge follows the workforce of the same scenario, draw and replicate, and its tasks are found again."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from almoner.analysis.delays import delays
from almoner.analysis.delays_words import tables
from almoner.errors import InputFileError
from almoner.parameters import load
from almoner.reference.areas import resolve
from almoner.study import discharge_store, store
from almoner.study.design import Study, parameter_draws
from almoner.study.discharge_hours import FOLDER, ratios_of_run
from almoner.study.discharge_store import DelayTask
from almoner.study.files import StudyPlan
from almoner.study.location import Location, open_location
from almoner.study.run import prepare
from almoner.study.runs import run_plan
from almoner.study.scenario import load_scenario

BOARD = "NHS South Yorkshire"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Location:
    plan = StudyPlan("t", (resolve(BOARD),), (load_scenario("do-nothing"), load_scenario("fair-pay")), 2, 1, 2028)
    folder = tmp_path_factory.mktemp("runs")
    return open_location(folder).at(run_plan(plan, folder).run_id)


def staffed(run: Location) -> dict[str, np.ndarray]:
    plan = store.read_plan(run)
    return discharge_store.staffed_hours(run, plan, DelayTask(1, 1, 0), frozenset(resolve(BOARD).area_codes), 36)


def test_hours_are_read_by_area_and_month_and_start_at_the_opening(run: Location) -> None:
    hours = staffed(run)
    assert set(hours) == set(resolve(BOARD).area_codes)
    for path in hours.values():
        assert path.shape == (36, 3)
        assert path[0] == pytest.approx(np.ones(3), abs=0.05)
        assert (path > 0).all()
        # Months differ from the line between two Marches: they are the engine's own.
        assert np.abs(np.diff(path, 2, axis=0)).max() > 1e-4


def test_months_in_the_store_are_those_of_the_run_found_again(run: Location) -> None:
    plan = store.read_plan(run)
    hours = staffed(run)
    study = Study(resolve(BOARD), plan.scenarios, plan.draws, plan.to_year, plan.seed)
    rows = parameter_draws(load(), plan.draws, plan.seed, plan.draws_from)
    drawn = load().drawn(load().quantiles(rows[1]))
    again = ratios_of_run(prepare(study), drawn, plan.scenarios[1], 36, plan.seed, 1)
    assert set(again) == set(hours)
    for code, path in hours.items():
        # The store rounds needed hours to a thousandth.
        assert path == pytest.approx(again[code], rel=1e-6)
    yearly = store.read_table(run, store.MEASURES, "hours_per_week").filter(
        (pl.col("scenario") == plan.scenarios[1].id) & (pl.col("draw") == 1) & (pl.col("service") == "home_care")
    )
    code = next(iter(hours))
    frame = pl.concat(
        store.read_table(run, FOLDER, name[:-8]) for name in run.names(FOLDER) if name.endswith("parquet") and "d0001" in name
    )
    mine = frame.filter((pl.col("area") == code) & (pl.col("service") == "home_care") & (pl.col("month") == "2027-03"))
    theirs = yearly.filter((pl.col("area") == code) & (pl.col("year") == 2027))["value"].sum()
    assert mine["hours"].sum() == theirs


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
        shown = next(rows for title, rows in tables(found, {}) if title.startswith("Who would wait, by scenario"))
        assert [row["month"] for row in shown] == ["March 2026", "March 2027", "March 2028"] * 2
        # Better paid staff leave less, so there is more capacity; in three years not by much.
        assert found.fans[1].median[-1] <= found.fans[0].median[-1] * 1.02
        if place == "Sheffield":
            # The council's own measure, moved by its board's path: the first month lies near its recorded level.
            assert found.fans[0].median[0] == pytest.approx(found.recorded.patients_per_day, rel=0.35)


def test_a_councils_own_run_is_followed_under_every_scenario_as_if_its_boards_did_as_it_does(run: Location) -> None:
    whole = discharge_store.run_delays(run, ["QF7"])
    part = discharge_store.run_delays(run, ["QF7"], areas=resolve("Sheffield").area_codes)
    assert list(part) == list(whole)
    # Only Sheffield's staff move the board now, so it goes another way; the files of both lie beside each other.
    assert not np.array_equal(part["do-nothing"].days_lost, whole["do-nothing"].days_lost)
    assert np.array_equal(discharge_store.run_delays(run, ["QF7"])["do-nothing"].days_lost, whole["do-nothing"].days_lost)
    assert delays(resolve("Sheffield"), 2, stored=run.text).caution == ""
