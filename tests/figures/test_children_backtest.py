"""The back-test of children's social care from 2022 to 2025: its rules by hand, and how the model does against them."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.children_backtest import Backtest, backtest, straight_line
from almoner.model.children.record import load_record


@pytest.fixture(scope="module")
def found() -> Backtest:
    return backtest(2022, draws=64)


def test_a_straight_line_goes_on_and_skips_gaps() -> None:
    assert straight_line(np.array([1.0, np.nan, 3.0, 4.0]), 2) == pytest.approx([5.0, 6.0])
    assert np.isnan(straight_line(np.array([np.nan, 1.0, 2.0]), 1)).all()


def test_the_naive_errors_are_those_worked_out_from_the_record(found: Backtest) -> None:
    record = load_record()
    staff, years = record.figures["in_post_fte"], record.years
    last, then = staff[:, years.index(2022)], staff[:, years.index(2025)]
    then = np.where(then > 0, then, np.nan)
    past = np.array([straight_line(row[: years.index(2022) + 1], 3)[2] for row in staff])
    counted = np.isfinite(last) & np.isfinite(past) & np.isfinite(then)
    row = next(row for row in found.rows if (row.level, row.measure, row.year) == ("area", "in_post_fte", 2025))
    assert row.error_no_change == pytest.approx(100 * np.abs(last / then - 1)[counted].mean())
    assert row.error_trend == pytest.approx(100 * np.abs(past / then - 1)[counted].mean())
    assert row.n == counted.sum() == 146


def test_the_model_beats_both_naive_rules_on_in_post_and_caseload_of_areas_and_england(found: Backtest) -> None:
    for pooled in found.pooled:
        assert pooled.error < min(pooled.error_no_change, pooled.error_trend), pooled.level


def test_four_fifths_of_area_figures_fall_inside_the_80_percent_interval(found: Backtest) -> None:
    areas = next(pooled for pooled in found.pooled if pooled.level == "area")
    # 147 areas x 6 figures that move together within an area and a year: an effective number of about 60 gives a standard error of
    # 5 points; two of them on either side.
    assert 70 <= areas.coverage80 <= 90


def test_the_forecast_knows_nothing_after_the_cut() -> None:
    short = backtest(2021, draws=4).points["area"].median["in_post_fte"]
    assert np.isfinite(short).any()
    assert load_record().upto(2021).years[-1] == 2021
