"""Laws of running a study: the same bits from every executor, whoever is killed on the way, and nothing wrong goes unseen."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from almoner.errors import AlmonerError, InputFileError
from almoner.reference.areas import resolve
from almoner.study.collect import Axis, quantiles
from almoner.study.design import Study
from almoner.study.executors import Processes, Serial, Threads, WorkersDied, make_executor
from almoner.study.files import StudyPlan, load_study
from almoner.study.location import open_location
from almoner.study.run import run_study
from almoner.study.runs import RunSummary, run_plan, work
from almoner.study.scenario import load_scenario
from almoner.study.store import read_plan, verify, verify_all
from almoner.study.tasks import area_groups, carry_out, replicate_key, tasks_of

STUDY = """
name: Three small areas
areas: [Rutland, City of London, Isles of Scilly]
scenarios: [higher-pay.yaml]
draws: 4
replicates: 2
to: 2027
"""
SCENARIO = "name: Higher pay\npolicies:\n  - pay_floor: {premium: 2.0, start: 2025-06}\n"
TASKS = 2 * 4 * 2

RUN_THAT_STOPS_TO_BE_KILLED = """
import sys
from almoner.study.executors import make_executor
from almoner.study.files import load_study
from almoner.study.runs import run_plan

def progress(done, total):
    print(done, flush=True)
    if done == 3:
        sys.stdin.read()

run_plan(load_study(sys.argv[1]), sys.argv[2], make_executor("processes", 2), progress)
"""


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    (folder / "higher-pay.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return folder / "study.yaml"


@pytest.fixture(scope="module")
def plan(study_file: Path) -> StudyPlan:
    return load_study(study_file)


@pytest.fixture(scope="module")
def serial(plan: StudyPlan, tmp_path_factory: pytest.TempPathFactory) -> RunSummary:
    """Return a run carried out in one thread, which other runs must equal."""
    return run_plan(plan, tmp_path_factory.mktemp("serial"), Serial())


@pytest.fixture
def copy(serial: RunSummary, tmp_path: Path) -> Path:
    """Return a copy of the finished run, to be spoilt."""
    return Path(shutil.copytree(serial.location, tmp_path / serial.run_id))


def after(tasks: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    """Return a progress that does something once, when so many tasks are done."""
    acted: list[int] = []

    def progress(done: int, total: int) -> None:
        if done >= tasks and not acted:
            acted.append(done)
            act()

    return progress


def test_one_thread_and_two_give_the_same_bits(plan: StudyPlan, serial: RunSummary, tmp_path: Path) -> None:
    assert run_plan(plan, tmp_path, Threads(2)).result_hash == serial.result_hash
    assert serial.tasks_done == TASKS


def test_two_processes_give_the_same_bits_when_one_is_killed_in_the_middle(
    plan: StudyPlan, serial: RunSummary, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_a_worker() -> None:
        worker = multiprocessing.active_children()[0]
        killed.append(worker.pid or 0)
        os.kill(killed[0], signal.SIGKILL)

    summary = run_plan(plan, tmp_path, Processes(2), after(2, kill_a_worker))
    assert killed
    assert summary.result_hash == serial.result_hash
    assert verify(open_location(summary.location)).ok


def test_a_run_killed_outright_goes_on_where_it_stood(
    plan: StudyPlan, serial: RunSummary, study_file: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", RUN_THAT_STOPS_TO_BE_KILLED, str(study_file), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "3" in (line.strip() for line in process.stdout)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    summary = run_plan(plan, tmp_path, Serial())
    assert summary.result_hash == serial.result_hash
    assert summary.tasks_found >= 3
    # No more than two tasks a worker were handed over after the three that were noted.
    assert summary.tasks_done >= TASKS - 3 - 4
    assert summary.tasks_found + summary.tasks_done == TASKS


def test_dask_gives_the_same_bits_when_one_of_two_workers_is_killed(plan: StudyPlan, serial: RunSummary, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            pids = list(client.run(os.getpid).values())
        executor = make_executor("dask", scheduler=cluster.scheduler_address)
        summary = run_plan(plan, tmp_path, executor, after(2, lambda: os.kill(pids[0], signal.SIGKILL)))
    assert summary.result_hash == serial.result_hash
    assert summary.tasks_done == TASKS


@pytest.mark.parametrize("executor", [Serial(), Threads(2)], ids=lambda executor: executor.name)
def test_ctrl_c_leaves_a_run_that_can_go_on(
    plan: StudyPlan, serial: RunSummary, tmp_path: Path, executor: Serial | Threads
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_plan(plan, tmp_path, executor, after(3, lambda: signal.raise_signal(signal.SIGINT)))
    stopped = verify_all(open_location(tmp_path))[0]
    assert not stopped.finished
    assert {problem.what for problem in stopped.problems} == {"is missing"}
    events = [json.loads(line)["event"] for line in (tmp_path / plan.run_id / "log.jsonl").read_text().splitlines()]
    assert events == ["started", "stopped"]
    summary = run_plan(plan, tmp_path, executor)
    assert summary.tasks_found >= 3
    assert summary.result_hash == serial.result_hash


def test_a_finished_run_is_found_again_and_not_repeated(plan: StudyPlan, serial: RunSummary) -> None:
    class Nobody:
        name = "nobody"

        def map(self, tasks: object, work: object, on_done: object) -> None:
            pytest.fail("a finished run asked for work")

    again = run_plan(plan, Path(serial.location).parent, Nobody())
    assert (again.tasks_done, again.tasks_found, again.result_hash) == (0, TASKS, serial.result_hash)


def test_verify_passes_a_finished_run_and_finds_it_in_the_folder_of_runs(serial: RunSummary) -> None:
    for place in (serial.location, Path(serial.location).parent):
        (found,) = verify_all(open_location(place))
        assert found.ok
        assert found.finished
        assert found.run_id == serial.run_id


@pytest.mark.parametrize(
    "name", ["tasks/d0001-r0000-s00-g000.parquet", "measures/filled_posts.parquet", "manifest.json", "result.json"]
)
def test_verify_finds_a_flipped_byte(copy: Path, name: str) -> None:
    file = copy / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    found = verify(open_location(copy))
    assert [(problem.file, problem.what) for problem in found.problems] == [(name, "differs from what was written")]


@pytest.mark.parametrize("name", ["tasks/d0001-r0000-s00-g000.parquet", "tasks/d0001-r0000-s00-g000.json", "manifest.json"])
def test_verify_finds_a_missing_file(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert [(problem.file, problem.what) for problem in verify(open_location(copy)).problems] == [(name, "is missing")]


def test_a_spoilt_task_is_run_again_and_the_run_is_whole(plan: StudyPlan, serial: RunSummary, copy: Path) -> None:
    file = copy / "tasks" / "d0000-r0001-s01-g000.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    mended = run_plan(plan, copy.parent)
    assert (mended.tasks_done, mended.result_hash) == (1, serial.result_hash)
    assert verify(open_location(copy)).ok


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="holds no run"):
        verify_all(open_location(tmp_path))


def test_a_run_kept_at_an_address_has_the_same_hash(plan: StudyPlan, serial: RunSummary) -> None:
    pytest.importorskip("fsspec")
    summary = run_plan(plan, "memory://almoner/runs", Threads(2))
    assert summary.result_hash == serial.result_hash
    (found,) = verify_all(open_location("memory://almoner/runs"))
    assert found.ok
    here, there = open_location(serial.location), open_location(summary.location)
    assert quantiles(there, "vacancy_rate").equals(quantiles(here, "vacancy_rate"))
    assert run_plan(plan, "memory://almoner/runs", Serial()).tasks_done == 0


def test_a_folder_needs_no_fsspec_and_an_address_says_that_it_does(monkeypatch: pytest.MonkeyPatch, serial: RunSummary) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    assert verify(open_location(serial.location)).ok
    with pytest.raises(InputFileError, match="fsspec is needed"):
        open_location("s3://bucket/runs")


def test_a_worker_of_another_release_refuses_the_task(plan: StudyPlan, tmp_path: Path) -> None:
    task = tasks_of(plan, area_groups(plan))[0]
    with pytest.raises(AlmonerError, match="same release"):
        work(json.dumps(plan.as_dict()), "0123456789abcdef", str(tmp_path), task.as_tuple())
    assert not list(tmp_path.iterdir())


def test_a_task_that_kills_every_worker_ends_the_run_with_a_sentence() -> None:
    done: list[int] = []
    with pytest.raises(WorkersDied, match="too little memory"):
        Processes(1).map([9], os._exit, lambda task, result: done.append(task))
    assert done == []


def test_an_area_in_a_group_has_the_bits_that_it_has_alone(plan: StudyPlan) -> None:
    together = area_groups(plan)
    alone = tuple((code,) for code in plan.members)
    assert together == (plan.members,)
    assert area_groups(plan, post_months=1) == alone
    both = [
        pl.concat(
            [carry_out(plan, task) for task in tasks_of(plan, groups) if (task.draw, task.replicate, task.scenario) == (3, 1, 1)]
        )
        for groups in (together, alone)
    ]
    assert both[0].equals(both[1])


def test_groups_hold_every_area_once_and_none_is_too_small_to_send(plan: StudyPlan) -> None:
    groups = area_groups(plan, post_months=24 * 400)
    assert tuple(code for group in groups for code in group) == plan.members
    assert 1 < len(groups) < 3


@pytest.mark.parametrize(("name", "to_year"), [("England", 2028), ("England", 2040), ("England", 2046), ("South East", 2040)])
def test_a_last_group_that_is_too_small_goes_with_the_one_before_it_and_no_area_is_lost_or_counted_twice(
    name: str, to_year: int
) -> None:
    place = resolve(name)
    groups = area_groups(StudyPlan("g", (place,), (load_scenario("do-nothing"),), 1, 1, to_year))
    assert tuple(code for group in groups for code in group) == place.area_codes


def test_a_study_has_the_totals_of_a_plan_of_the_same_draws(plan: StudyPlan, serial: RunSummary) -> None:
    # One replicate a draw, so the keys of luck are the draws in both.
    plan = StudyPlan(plan.name, plan.places[:1], plan.scenarios, 2, 1, plan.to_year)
    expected = run_study(Study(plan.places[0], plan.scenarios, 2, plan.to_year), threads=1)
    for task in tasks_of(plan, area_groups(plan)):
        frame = carry_out(plan, task)
        run = expected.runs[task.scenario][task.draw]
        shape = (len(plan.years), 6, 10)
        assert np.array_equal(frame["filled"].to_numpy().reshape(shape), run.stocks["filled"])
        assert np.array_equal(frame["entrants"].fill_null(0).to_numpy().reshape(shape), run.flows["entrants"])
        # Cells are stored to a thousandth, so the 60 of a year are within 0.03 of their sum.
        for column, total in (("needed_posts", run.needed_posts), ("needed_hours", run.needed_hours)):
            np.testing.assert_allclose(frame[column].to_numpy().reshape(shape).sum(axis=2), total, atol=0.03)
        unmet = np.maximum(run.needed_hours - run.stocks["hours"].sum(axis=2) - run.covered_hours, 0.0)
        np.testing.assert_allclose(frame["unmet_hours"].to_numpy().reshape(shape).sum(axis=2), unmet, atol=0.03)


def test_no_two_pairs_of_draw_and_replicate_share_their_luck(plan: StudyPlan) -> None:
    keys = [replicate_key(plan, draw, replicate) for draw in range(plan.draws) for replicate in range(plan.replicates)]
    assert keys == list(range(plan.draws * plan.replicates))


def test_the_store_gives_back_the_plan(plan: StudyPlan, serial: RunSummary) -> None:
    assert read_plan(open_location(serial.location)) == plan


def test_quantiles_read_by_slices_are_those_of_the_whole_table(plan: StudyPlan, serial: RunSummary) -> None:
    run = open_location(serial.location)
    tasks = pl.concat([pl.read_parquet(file) for file in sorted((Path(serial.location) / "tasks").glob("*.parquet"))])
    inside = tasks.filter(pl.col("service") != "personal_assistant", year=2027, scenario="higher-pay")
    totals = inside.group_by("draw", "replicate").agg(pl.col("vacant", "filled").sum())
    rates = totals.with_columns(rate=100 * pl.col("vacant") / (pl.col("vacant") + pl.col("filled")))
    spreads: tuple[tuple[tuple[Axis, ...], pl.Series], ...] = (
        (("draw", "replicate"), rates["rate"]),
        (("draw",), rates.group_by("draw").agg(pl.col("rate").mean())["rate"]),
        (("replicate",), rates.group_by("replicate").agg(pl.col("rate").mean())["rate"]),
    )
    for over, values in spreads:
        row = quantiles(run, "vacancy_rate", over=over).row(
            by_predicate=(pl.col("year") == 2027) & (pl.col("scenario") == "higher-pay"), named=True
        )
        # Twelve digits: sums of a few numbers may be added in another order.
        assert row["q10"] == pytest.approx(np.quantile(values.to_numpy(), 0.1), rel=1e-12)
        assert row["q50"] == pytest.approx(np.quantile(values.to_numpy(), 0.5), rel=1e-12)
        assert row["points"] == len(values)


def test_flows_are_empty_at_the_opening_and_never_nought(serial: RunSummary) -> None:
    opening = quantiles(open_location(serial.location), "leavers").filter(year=2025)
    assert opening["mean"].to_list() == [None, None]


def test_areas_may_be_added_up_with_weights(plan: StudyPlan, serial: RunSummary) -> None:
    run = open_location(serial.location)
    by_area = quantiles(run, "filled_posts", by=("area",)).filter(year=2025, scenario="do-nothing")
    posts = dict(zip(by_area["area"], by_area["mean"], strict=True))
    half = quantiles(run, "filled_posts", weights={plan.members[0]: 0.5}).filter(year=2025, scenario="do-nothing")
    assert half["mean"][0] == 0.5 * posts[plan.members[0]]
