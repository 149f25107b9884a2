"""Laws of comparing: a scenario beside itself differs in nothing, parts add up to the whole, and pairing is worth what it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.analysis.compare import chosen_for_comparison, compare, comparison, measures_named, paired
from almoner.analysis.measures import MEASURES
from almoner.errors import AlmonerError
from almoner.reference.areas import Area, resolve
from almoner.study.design import Study
from almoner.study.run import run_study
from almoner.study.scenario import Scenario, load_scenario

DO_NOTHING = load_scenario("do-nothing")
FAIR_PAY = load_scenario("fair-pay")
PLACE = Area("X00000000", "Two areas", "icb", None, None, tuple((resolve(name).code, 1.0) for name in ("Rutland", "Torbay")))
ADDED_UP = ("filled_posts", "leavers", "resident_entrants")


def study_of(*scenarios: Scenario, draws: int = 3, replicates: int = 1, to_year: int = 2030) -> Study:
    return Study(PLACE, scenarios, draws, to_year, 0, replicates)


def test_a_scenario_beside_itself_differs_in_nothing_and_says_so() -> None:
    again = Scenario("again", "Again", "")
    for row in compare(study_of(DO_NOTHING, again, draws=8, to_year=2027)).rows:
        assert row.effect == row.low == row.high == row.monte_carlo_error == row.cost_gbp_m == 0.0
        assert not row.distinguishable


@pytest.mark.parametrize("by", ["area", "service", "role"])
def test_the_parts_add_up_to_the_whole(by: str) -> None:
    measures = measures_named(ADDED_UP)
    study = study_of(DO_NOTHING, FAIR_PAY)
    whole = {(row.measure, row.year): row.effect for row in compare(study, measures).rows}
    parts = compare(study, measures, by).rows  # type: ignore[arg-type]
    for (measure, year), effect in whole.items():
        total = sum(row.effect for row in parts if (row.measure, row.year) == (measure, year))
        assert total == pytest.approx(effect, abs=1e-6)


def test_draws_and_replicates_are_separate_axes() -> None:
    """Two replicates of each of three draws are six points; the interval is over three draws, each a mean of two."""
    study = study_of(DO_NOTHING, FAIR_PAY, draws=3, replicates=2)
    result = run_study(study)
    assert len(result.runs[1]) == 6
    row = next(row for row in comparison(result, [MEASURES["filled_posts"]]).rows if row.year == 2030)
    own = np.array([run.stocks["filled"][-1].sum() for run in result.runs[1]])
    reference = np.array([run.stocks["filled"][-1].sum() for run in result.runs[0]])
    by_draw = (own - reference).reshape(3, 2).mean(axis=1)
    assert row.effect == pytest.approx(by_draw.mean())
    assert (row.low, row.high) == pytest.approx((by_draw.min(), by_draw.max()))
    assert row.monte_carlo_error == pytest.approx(by_draw.std(ddof=1) / np.sqrt(3))


def test_replicates_of_a_draw_share_its_parameters_and_not_its_luck() -> None:
    # One area, because pay of a place of several weighs them by their staff, which is luck; a mean of one by its weight rounds.
    result = run_study(Study(resolve("Torbay"), (DO_NOTHING,), 2, 2027, 0, 2))
    pay = [run.median_pay for run in result.runs[0]]
    np.testing.assert_allclose(pay[0][:, 0, 0], pay[1][:, 0, 0], rtol=4 * np.finfo(float).eps)
    assert not np.array_equal(result.runs[0][0].flows["entrants"], result.runs[0][1].flows["entrants"])


@given(st.floats(-1e3, 1e3), st.integers(2, 40), st.integers(1, 4))
def test_a_constant_difference_has_no_error(shift: float, draws: int, replicates: int) -> None:
    reference = np.random.default_rng(7).normal(100.0, 10.0, draws * replicates)
    spread, error, _ = paired(reference + shift, reference, draws)
    np.testing.assert_allclose(spread, shift, atol=1e-9)
    assert error == pytest.approx(0.0, abs=1e-9)


def test_unpaired_points_have_a_variance_ratio_of_one() -> None:
    """(var a + var b) / var(a - b) of independent normals; its log has a standard error of about 2 / sqrt(n) = 0.02 here."""
    generator = np.random.default_rng(11)
    own, reference = generator.normal(size=(2, 10_000))
    ratio = paired(own, reference, 10_000)[2]
    assert ratio == pytest.approx(1.0, abs=4 * 0.02)


def test_pairing_is_worth_several_times_as_many_runs() -> None:
    """What is shared cancels: the variance ratio of yearly leavers is far above one (PERFORMANCE: 10 and more)."""
    rows = compare(study_of(DO_NOTHING, FAIR_PAY, draws=16), measures_named(["leavers"])).rows
    last = max(rows, key=lambda row: row.year)
    assert last.variance_ratio is not None
    assert last.variance_ratio > 5


def test_one_scenario_alone_is_compared_with_doing_nothing() -> None:
    assert [one.id for one in chosen_for_comparison(["fair-pay"], 120)] == ["do-nothing", "fair-pay"]
    assert [one.id for one in chosen_for_comparison(["fair-pay", "do-nothing"], 120)] == ["fair-pay", "do-nothing"]


@pytest.mark.parametrize(
    ("names", "said"),
    [(["do-nothing"], "another scenario"), (["fair-pay", "fair-pay"], "twice"), (["fair-pey"], "fair-pay"), ([], "at least one")],
)
def test_a_comparison_that_cannot_be_is_refused_in_a_sentence(names: list[str], said: str) -> None:
    with pytest.raises(AlmonerError, match=said):
        chosen_for_comparison(names, 120)


def test_a_measure_that_is_not_known_is_offered_the_nearest() -> None:
    with pytest.raises(AlmonerError, match="filled_posts"):
        measures_named(["filled_post"])
