"""The shipped posterior draws: of the record and priors in use, in the form that studies take, and made by one command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from almoner.analysis.assurance.particles import PATHS
from almoner.analysis.calibration import JUMP_OFF, LEAST_SAMPLE, as_data, calibrate, record_hash
from almoner.analysis.posterior import write_posterior
from almoner.errors import AlmonerError, NotFoundError
from almoner.parameters import load
from almoner.reference.areas import resolve
from almoner.study import posterior
from almoner.study.design import Study, origin_of_draws, parameter_draws
from almoner.study.files import StudyPlan, plan_from_dict
from almoner.study.posterior import posterior_hash, posterior_range, posterior_record
from almoner.study.run import run_study
from almoner.study.scenario import load_scenario
from almoner.study.tasks import area_groups, carry_out, tasks_of


def test_the_shipped_draws_are_of_the_record_in_use() -> None:
    """When this fails the record or a prior has changed: `almoner calibrate --write` makes them again."""
    assert posterior_record()["record_hash"] == record_hash()
    assert set(posterior_record()["priors"]) == {*PATHS, JUMP_OFF}
    posterior.check_priors(load())


def test_the_shipped_draws_are_worth_two_hundred() -> None:
    assert posterior_record()["effective_sample_size"] >= LEAST_SAMPLE


def test_draws_are_the_posterior_where_calibration_is_about_a_parameter_and_the_prior_elsewhere() -> None:
    tree = load()
    prior, drawn = parameter_draws(tree, 64, 3, "prior"), parameter_draws(tree, 64, 3)
    assert drawn.shape == prior.shape
    calibrated = [tree.dimensions().index(path) for path in (*PATHS, JUMP_OFF)]
    others = [column for column in range(prior.shape[1]) if column not in calibrated]
    assert np.array_equal(drawn[:, others], prior[:, others])
    assert not np.array_equal(drawn[:, calibrated], prior[:, calibrated])
    assert ((drawn > 0) & (drawn < 1)).all()
    values = [tree.quantiles(row) for row in drawn]
    assert np.median([v["filling.market_exponent"] for v in values]) < 1.3


def test_a_single_draw_is_the_median_and_draws_do_not_hang_on_their_number() -> None:
    tree = load()
    alone = tree.quantiles(parameter_draws(tree, 1, 0)[0])
    middle = {row["parameter"]: row["posterior_median"] for row in posterior_record()["parameters"]}
    for path in PATHS:
        assert alone[path] == pytest.approx(middle[path], rel=0.05), path
    assert np.array_equal(parameter_draws(tree, 8, 5), parameter_draws(tree, 16, 5)[:8])


def test_a_single_draw_from_the_priors_is_their_median() -> None:
    assert (parameter_draws(load(), 1, 0, "prior") == 0.5).all()


def test_the_calibrated_parameters_of_a_draw_come_together() -> None:
    """A draw's row of calibrated values is one of the shipped rows, so what calibration found to go together stays so."""
    tree = load()
    paths = (*PATHS, JUMP_OFF)
    columns = [tree.dimensions().index(path) for path in paths]
    shipped = pl.read_ipc(posterior.data_folder() / posterior.FILE).select(paths).to_numpy()
    known = {tuple(row) for row in shipped.tolist()}
    assert {tuple(row) for row in parameter_draws(tree, 32, 1)[:, columns].tolist()} <= known


def test_the_range_of_a_posterior_is_that_of_its_record() -> None:
    tree = load()
    rows = {row["parameter"]: row for row in posterior_record()["parameters"]}
    for path in PATHS:
        # The record's percentiles are of the weighted draws, these of 2,048 chosen by weight.
        low, _, high = posterior_range(tree, path) or (0.0, 0.0, 0.0)
        spread = rows[path]["posterior_high80"] - rows[path]["posterior_low80"]
        assert low == pytest.approx(rows[path]["posterior_low80"], abs=0.1 * spread), path
        assert high == pytest.approx(rows[path]["posterior_high80"], abs=0.1 * spread), path
    assert posterior_range(tree, "filling.arrivals") is None


def plans() -> tuple[StudyPlan, StudyPlan]:
    place, nothing = resolve("Rutland"), (load_scenario("do-nothing"),)
    return StudyPlan("x", (place,), nothing, 2, 1, 2026), StudyPlan("x", (place,), nothing, 2, 1, 2026, draws_from="prior")


def test_where_draws_come_from_is_part_of_a_run_and_of_its_manifest() -> None:
    place, nothing = resolve("Rutland"), (load_scenario("do-nothing"),)
    one, other = Study(place, nothing, 2, 2026), Study(place, nothing, 2, 2026, draws_from="prior")
    assert one.run_id != other.run_id
    assert (one.manifest["draws_from"], one.manifest["posterior"]) == ("posterior", posterior_hash())
    assert (other.manifest["draws_from"], other.manifest["posterior"]) == ("prior", "")
    assert "--draws-from prior" in other.command
    assert "--draws-from" not in one.command
    plan, from_prior = plans()
    assert plan.run_id != from_prior.run_id
    assert plan.determines["posterior"] == posterior_hash()
    assert plan_from_dict(from_prior.as_dict()) == from_prior
    with pytest.raises(NotFoundError, match="did you mean prior"):
        origin_of_draws("priors")


def test_a_plan_written_before_there_was_a_posterior_is_of_the_priors() -> None:
    written = plans()[1].as_dict()
    del written["draws_from"]
    assert plan_from_dict(written).draws_from == "prior"


@pytest.mark.parametrize("number", [0, 1])
def test_a_study_and_its_tasks_draw_alike_and_the_two_origins_differ(number: int) -> None:
    plan, other = plans()[number], plans()[1 - number]
    study = Study(plan.places[0], plan.scenarios, plan.draws, plan.to_year, draws_from=plan.draws_from)
    result = run_study(study, threads=1)
    for task in tasks_of(plan, area_groups(plan)):
        rows = carry_out(plan, task)
        filled = rows.filter(pl.col("year") == plan.to_year)["filled"].sum()
        assert filled == result.runs[0][task.draw].stocks["filled"][-1].sum()
        assert not rows.equals(carry_out(other, task))


def test_draws_made_for_another_prior_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = json.loads(json.dumps(posterior_record()))
    changed["priors"]["filling.market_exponent"]["high"] = 2.5
    monkeypatch.setattr(posterior, "posterior_record", lambda: changed)
    with pytest.raises(AlmonerError, match=r"another prior of 'filling.market_exponent': run almoner calibrate --write"):
        parameter_draws(load(), 4, 0)


def test_calibration_says_what_it_found_and_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    found = calibrate(4096, structures=False)
    data = as_data(found)
    assert data["effective_sample_size"] >= LEAST_SAMPLE
    assert data["seconds"] < 20 * 60
    row = next(row for row in data["parameters"] if row["parameter"] == "filling.market_exponent")
    assert row["prior_median"] == pytest.approx(1.3, abs=0.01)
    assert row["posterior_median"] < row["prior_median"]
    assert {"vacancy_rate", "turnover", "posts"} <= set(data["moved_by"][0])
    json.dumps(data)
    one, two = (tmp_path / name for name in ("one", "two"))
    for folder in (one, two):
        folder.mkdir()
        write_posterior(found, folder)
    for name in ("posterior.arrow", "posterior.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_too_few_draws_are_refused_with_the_number_that_would_do() -> None:
    with pytest.raises(AlmonerError, match="ask for at least"):
        calibrate(256, structures=False)
