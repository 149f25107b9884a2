"""Partial pooling, national courses and the turnover regression agree with closed forms and a second way of working them out."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from almoner.model.children.nation import Course, level_course, rate_course
from almoner.model.children.panel import Pooled, ahead, by_size, deviations, pool
from almoner.model.children.turnover_effect import REGRESSORS, estimate, estimates
from almoner.reference import tables


def test_a_fading_series_is_forecast_by_its_last_value_times_its_persistence() -> None:
    # Without permanent part and noise the covariance is that of a first-order autoregression, whose forecast is phi**h x last.
    pooled = Pooled(0.0, 2.0, 0.7, 0.0)
    past = np.array([[0.5, -1.0, 2.0], [np.nan, 3.0, -4.0]])
    found = ahead(pooled, past, 3)
    assert found.mean == pytest.approx(np.outer(past[:, -1], 0.7 ** np.arange(1, 4)), abs=1e-9)
    spread = found.factor[0] @ found.factor[0].T
    assert np.diag(spread) == pytest.approx(2.0 * (1 - 0.7 ** (2 * np.arange(1, 4))), rel=1e-6)


def test_a_permanent_series_under_noise_is_forecast_by_its_shrunken_mean() -> None:
    pooled = Pooled(1.0, 0.0, 0.5, 3.0)
    past = np.array([[2.0, 4.0, np.nan, 6.0]])
    # The best forecast is mean x n a / (n a + noise), here 4 x 3 / (3 + 3).
    assert ahead(pooled, past, 2).mean == pytest.approx(np.full((1, 2), 2.0), abs=1e-9)


def test_an_area_that_was_never_known_is_expected_at_the_mean_with_the_whole_spread() -> None:
    found = ahead(Pooled(1.0, 2.0, 0.5, 3.0), np.full((1, 4), np.nan), 1)
    assert found.mean.tolist() == [[0.0]]
    assert float(found.factor[0, 0, 0]) ** 2 == pytest.approx(6.0, rel=1e-6)


def test_pooling_finds_the_autocovariance_that_areas_were_made_with() -> None:
    luck = np.random.default_rng(4)
    areas, years, truth = 4000, 10, Pooled(0.5, 1.0, 0.8, 0.3)
    root = np.linalg.cholesky(truth.covariance(np.arange(years, dtype=float)))
    found = pool(luck.standard_normal((areas, years)) @ root.T)
    # Parts trade against each other; what is known well is their covariance: a moment has a standard error near 1.8 / sqrt(4000).
    lags = np.arange(6, dtype=float)
    assert found.covariance(lags)[0] == pytest.approx(truth.covariance(lags)[0], abs=4 * 1.8 / np.sqrt(areas))


def test_deviations_are_from_the_mean_of_each_year_and_gaps_take_no_part() -> None:
    mean, apart = deviations(np.array([[1.0, np.nan], [3.0, 7.0]]), np.ones(2))
    assert mean.tolist() == [2.0, 7.0]
    assert apart[0, 0] == -1.0
    assert np.isnan(apart[0, 1])


def test_surprises_by_size_recover_a_constant_and_an_inverse_part() -> None:
    luck = np.random.default_rng(1)
    size = np.exp(luck.uniform(2, 7, 6000))
    misses = luck.standard_normal((6000, 8)) * np.sqrt(0.004 + 0.9 / size)[:, None]
    a, b = by_size(misses, size)
    # 48,000 squares, each with relative standard error sqrt(2): well under 3% for either part.
    assert a == pytest.approx(0.004, rel=0.03)
    assert b == pytest.approx(0.9, rel=0.03)


def test_a_rate_comes_back_by_the_share_that_stays_and_a_level_grows_by_a_damped_trend() -> None:
    still = np.zeros((1, 4))
    rate = Course(20.0, 16.0, 0.0, 1.0).reverting(np.array([0.5]), np.zeros(1), still)
    assert rate[0].tolist() == [18.0, 17.0, 16.5, 16.25]
    level = Course(10.0, 1.0, 0.0, 1.0).growing(np.array([0.5]), np.zeros(1), still)
    assert level[0].tolist() == [11.0, 11.5, 11.75, 11.875]


def test_courses_are_measured_on_the_years_that_are_known() -> None:
    level = level_course(np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0]))
    assert (level.last, level.tendency) == (9.0, pytest.approx(1.4))
    rate = rate_course(np.array([np.nan, 10.0, 12.0, 14.0]), 0.75)
    assert (rate.last, rate.tendency) == (14.0, 12.0)


def _within(frame: pl.DataFrame, regressors: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Estimate the slopes a second way: weighted means of returns and years are swept out in turn until nothing changes."""
    before = {(row["area_code"], row["year"] + 1): [row[name] for name in regressors] for row in frame.iter_rows(named=True)}
    rows = [
        (row["area_code"], row["year"], row["weight"], [*before[row["area_code"], row["year"]], row["turnover_rate"]])
        for row in frame.iter_rows(named=True)
        if row["turnover_rate"] is not None and row["weight"] and (row["area_code"], row["year"]) in before
    ]
    rows = [row for row in rows if all(value is not None for value in row[3])]
    data, weight = np.array([row[3] for row in rows]), np.array([row[2] for row in rows])
    groups = [np.unique([row[i] for row in rows], return_inverse=True)[1] for i in (0, 1)]
    for _ in range(500):
        for group in groups:
            total = np.bincount(group, weight)
            for column in range(data.shape[1]):
                data[:, column] -= (np.bincount(group, weight * data[:, column]) / total)[group]
    x, y = data[:, :-1] * np.sqrt(weight)[:, None], data[:, -1] * np.sqrt(weight)
    return np.linalg.lstsq(x, y, rcond=None)[0], len(rows)


def test_the_turnover_regression_agrees_with_sweeping_out_means_in_turn() -> None:
    frame = tables.load("children_workforce").filter(pl.col("area_level").is_in(["area", "joint_area", "legacy_area"]))
    frame = frame.with_columns(weight=pl.col("in_post_fte"))
    slopes, rows = _within(frame, REGRESSORS)
    found = estimate(frame, REGRESSORS, "")
    assert found.rows == rows
    assert [each.estimate for each in found.slopes] == pytest.approx(slopes.tolist(), abs=1e-6)


def test_the_turnover_regression_recovers_a_slope_that_was_put_in() -> None:
    luck = np.random.default_rng(2)
    codes = [f"E{i:03d}" for i in range(120)]
    rows = []
    for code in codes:
        level, cases = luck.normal(15, 4), luck.normal(17, 3, 10)
        turnover = [level + 0.3 * 2 * year + 0.4 * (cases[year - 1] if year else 0) + luck.normal(0, 1) for year in range(10)]
        rows += [
            {"area_code": code, "year": 2015 + year, "turnover_rate": turnover[year], "caseload": cases[year], "weight": 100.0}
            for year in range(10)
        ]
    slope = estimate(pl.DataFrame(rows), ("caseload",), "").slopes[0]
    assert slope.low < 0.4 < slope.high
    # The interval is four standard errors wide: noise 1 over 120 x 9 values with spread 3 has one of 0.010.
    assert slope.high - slope.low == pytest.approx(3.92 * 1 / (3 * np.sqrt(120 * 9 - 129)), rel=0.2)


def test_our_estimate_of_the_effect_of_caseload_agrees_with_the_published_one() -> None:
    main = estimates()[0]
    # The agreement asked for: within 0.05 of 0.17. The published interval is seven times as wide.
    assert abs(main.slope("caseload").estimate - 0.17) <= 0.05
    assert abs(main.slope("absence_rate").estimate - 0.34) <= 0.05
    assert (main.returns, main.years) == (156, (2018, 2025))
    assert main.rows == 1168


def test_the_published_count_of_rows_is_that_of_complete_rows_but_one() -> None:
    assert estimates()[2].rows == 1148
