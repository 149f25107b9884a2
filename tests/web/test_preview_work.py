"""How much a preview has to do: what no scenario changes is done once, and what visitors look at is made ready."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from almoner.model import leaving
from almoner.parameters import Parameter, ParameterTree, load
from almoner.parameters.steps import Steps
from almoner.reference.areas import resolve
from almoner.study.scenario import Scenario, load_scenario
from almoner.web import warm
from almoner.web.views import answers, previews, trial
from almoner.web.views.answers import Memory

TO_YEAR = 2027
POINTS = 2 * trial.PREVIEW_DRAWS + 1
"""Runs of a first preview: the scenario and doing nothing under each draw, and doing nothing at the middle of every value."""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count runs, and the passes over the tree of parameters; nothing is held at the start."""
    done: Counter[str] = Counter()
    lock = threading.Lock()

    def counted(owner: object, name: str) -> None:
        own = getattr(owner, name)

        def count(*args: object, **settings: object) -> object:
            with lock:
                done[name] += 1
            return own(*args, **settings)

        monkeypatch.setattr(owner, name, count)

    monkeypatch.setattr(answers, "_MEMORY", Memory())
    monkeypatch.setattr(answers, "_OF_PLACES", Memory())
    counted(trial, "run_task")
    counted(ParameterTree, "drawn")
    counted(ParameterTree, "edited")
    return done


def pay() -> Scenario:
    return load_scenario("fair-pay")


def test_a_first_preview_runs_each_draw_once_and_a_second_only_its_own(work: Counter[str]) -> None:
    place = resolve("Rutland")
    first = list(previews.previews(place, pay(), TO_YEAR))
    assert work["run_task"] == POINTS
    again = list(previews.previews(place, load_scenario("prevention-and-recovery"), TO_YEAR))
    assert work["run_task"] == POINTS + trial.PREVIEW_DRAWS
    assert first[0].rows[0][1] == again[0].rows[0][1]
    list(previews.previews(place, pay(), TO_YEAR))
    assert work["run_task"] == POINTS + trial.PREVIEW_DRAWS


def test_the_first_preview_of_another_place_draws_no_parameters_and_rakes_nothing_again(work: Counter[str]) -> None:
    list(previews.previews(resolve("Rutland"), pay(), TO_YEAR))
    before, raked = Counter(work), leaving._raked.cache_info().misses
    list(previews.previews(resolve("City of London"), pay(), TO_YEAR))
    # Costs by payer read each draw's own shares, once for the pair of runs, and a few say whether policies do anything.
    assert work["drawn"] - before["drawn"] <= trial.PREVIEW_DRAWS + 4
    # One pass for the scenario under each draw, and again those few.
    assert work["edited"] - before["edited"] <= trial.PREVIEW_DRAWS + 4
    assert leaving._raked.cache_info().misses == raked


def test_a_parameter_is_made_once_however_many_edits_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, made = load(), Counter[str]()
    edits = load_scenario("white-paper-delivered").edits(tree)[0]
    with_steps = Parameter.with_steps

    def count(leaf: Parameter, steps: Steps) -> Parameter:
        made[leaf.path] += 1
        return with_steps(leaf, steps)

    monkeypatch.setattr(Parameter, "with_steps", count)
    tree.edited(edits)
    assert len(edits) > len(made)
    assert set(made.values()) == {1}


def test_a_place_that_is_looked_at_is_run_without_changes_so_that_its_preview_runs_only_the_scenario(work: Counter[str]) -> None:
    warm.look_at("Rutland", str(TO_YEAR))
    assert work["run_task"] == trial.PREVIEW_DRAWS + 1
    list(previews.previews(resolve("Rutland"), pay(), TO_YEAR))
    assert work["run_task"] == POINTS


def test_what_is_no_place_and_what_is_too_large_is_passed_over(work: Counter[str]) -> None:
    for text in ("nowhere at all", "England", "London"):
        warm.look_at(text)
    assert not work["run_task"]


def test_answers_to_drafts_never_push_out_what_belongs_to_places() -> None:
    for number in range(500):
        answers.remembered(("a draft", number), lambda: None)
    kept = answers.lasting(("a place", 1), object)
    for number in range(500):
        answers.remembered(("another draft", number), lambda: None)
    assert answers.lasting(("a place", 1), object) is kept


def test_the_benchmark_of_previews_runs_and_stops_its_servers() -> None:
    script = Path(__file__).parents[2] / "benchmarks" / "preview.py"
    done = subprocess.run([sys.executable, str(script), "--quick"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2 + 2 * 2 + 2 + 2
    assert all(line.endswith(" s") for line in lines)
