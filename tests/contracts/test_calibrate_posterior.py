"""The shipped posterior draws: of the record and priors in use, in the form that studies take, and made by one command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from almoner.analysis.assurance.particles import PATHS
from almoner.analysis.calibration import JUMP_OFF, LEAST_SAMPLE, as_data, calibrate, record_hash
from almoner.analysis.posterior import write_posterior
from almoner.errors import AlmonerError
from almoner.parameters import load
from almoner.study import posterior
from almoner.study.design import parameter_draws
from almoner.study.posterior import posterior_draws, posterior_record


def test_the_shipped_draws_are_of_the_record_in_use() -> None:
    """When this fails the record or a prior has changed: `almoner calibrate --write` makes them again."""
    assert posterior_record()["record_hash"] == record_hash()
    assert set(posterior_record()["priors"]) == {*PATHS, JUMP_OFF}
    posterior.check_priors(load())


def test_the_shipped_draws_are_worth_two_hundred() -> None:
    assert posterior_record()["effective_sample_size"] >= LEAST_SAMPLE


def test_posterior_draws_have_the_form_of_prior_draws() -> None:
    tree = load()
    prior, drawn = parameter_draws(tree, 64, 3), posterior_draws(tree, 64, 3)
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
    alone = tree.quantiles(posterior_draws(tree, 1, 0)[0])
    middle = {row["parameter"]: row["posterior_median"] for row in posterior_record()["parameters"]}
    for path in PATHS:
        assert alone[path] == pytest.approx(middle[path], rel=0.05), path
    assert np.array_equal(posterior_draws(tree, 8, 5), posterior_draws(tree, 16, 5)[:8])


def test_draws_made_for_another_prior_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = json.loads(json.dumps(posterior_record()))
    changed["priors"]["filling.market_exponent"]["high"] = 2.5
    monkeypatch.setattr(posterior, "posterior_record", lambda: changed)
    with pytest.raises(AlmonerError, match=r"another prior of 'filling.market_exponent': run almoner calibrate --write"):
        posterior_draws(load(), 4, 0)


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
