"""The adult back-test: its figures are the published ones, its rules are what they say, and its record is respected."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis import backtest_adult
from almoner.analysis.assurance import summary
from almoner.analysis.assurance.area_turnover import ASCOF, OFLOG, lasting, log_ratios, panel
from almoner.analysis.assurance.engine_check import LIMIT, engine_beside_twin
from almoner.analysis.assurance.losses import losses
from almoner.analysis.assurance.published import BASE_YEAR, observation_error, record
from almoner.analysis.assurance.setting import market_path, past_of_england, pay_ratio
from almoner.errors import NotFoundError
from almoner.reference.vocabulary import ENGLAND

DRAWS = 1024
KEYS = {
    "mode",
    "cut",
    "year",
    "measure",
    "level",
    "published",
    "forecast",
    "low80",
    "high80",
    "error",
    "error_no_change",
    "error_trend",
    "error_proportional_65",
    "coverage80",
}


@pytest.fixture(scope="module")
def scored() -> tuple[backtest_adult.Scored, ...]:
    return backtest_adult.backtest(None, DRAWS)


def test_the_record_is_the_published_one_and_is_never_spliced() -> None:
    years = record()
    assert [round(100 * years[y].vacancy_rate, 1) for y in range(2017, 2026)] == [6.6, 8.0, 7.8, 7.3, 6.8, 10.7, 9.9, 8.3, 7.0]
    assert [round(100 * years[y].turnover, 1) for y in range(2017, 2026)] == [27.8, 30.7, 30.8, 30.4, 28.5, 29.0, 28.3, 24.2, 23.1]
    assert [y for y, facts in years.items() if facts.growth is None] == [2018, 2020]
    # 60,000 of 1.675 million in the series of 2023; 1.705 million less 70,000 in that of 2024.
    assert years[2022].growth_latest == pytest.approx(-60 / 1675)
    assert years[2024].growth == pytest.approx(70 / 1635)
    assert years[2022].growth_known_in(2022) == pytest.approx(-50 / 1670)
    assert years[2023].arrivals_known_in(2023) == 70_000
    assert years[2023].arrivals_known_in(2024) == 80_000
    # Three restatements are known: 8.0 to 7.2, 10.7 to 10.5, 8.3 to 8.3.
    assert 100 * observation_error() == pytest.approx(np.sqrt((0.8**2 + 0.2**2) / 3), abs=1e-6)


def test_every_row_has_what_the_issue_asks_for(scored: tuple[backtest_adult.Scored, ...]) -> None:
    rows = backtest_adult.backtest_rows("2021-22", DRAWS)
    assert set(rows[0]) >= KEYS
    assert {row["mode"] for row in rows} == {"conditional", "conditional_need", "blind"}
    assert {row["cut"] for row in rows} == {"2021-22"}
    cuts = {row.cut for row in scored if row.level == ENGLAND}
    assert cuts >= {"2018-19", "2019-20", "2020-21", "2021-22", "2022-23"}
    assert {row.level for row in scored} >= {"home_care", "care_homes", "E12000001", ENGLAND}


def test_the_error_of_no_change_is_the_change_of_the_published_rate(scored: tuple[backtest_adult.Scored, ...]) -> None:
    years = {facts.name: facts for facts in record().values()}
    for row in scored:
        if row.measure == "vacancy_rate" and row.level == ENGLAND:
            change = 100 * (years[row.cut].vacancy_rate - years[row.year].vacancy_rate)
            assert row.error_no_change == pytest.approx(change, abs=1e-9)
            assert row.error == pytest.approx(row.forecast - row.published, abs=1e-9)
            assert row.coverage80 == (row.low80 <= row.published <= row.high80)


def test_filled_posts_are_scored_only_where_growth_is_known_in_one_series(scored: tuple[backtest_adult.Scored, ...]) -> None:
    cuts = {row.cut for row in scored if row.measure == "filled_posts"}
    # Growth of 2019-20 is not published, so nothing can be scored over that year.
    assert cuts == {"2019-20", "2020-21", "2021-22", "2022-23", "2023-24"}
    one = next(row for row in scored if (row.measure, row.cut, row.horizon) == ("filled_posts", "2022-23", 2))
    assert one.published == pytest.approx(100 * (1705 / 1635 * (1 + 52 / 1548) - 1))


def test_blind_runs_read_no_driver_of_a_later_year() -> None:
    assert market_path(2021, 3, "blind").max() < 2.0 < market_path(2021, 3, "conditional").max()
    later = past_of_england(2021)
    assert later.points[2022].growth == pytest.approx(-50 / 1670)
    assert pay_ratio(2021, 3, "blind")[:12] == pytest.approx(pay_ratio(2021, 3, "blind")[:12])
    # The wage of the first April was announced before the cut, that of the second was not.
    assert not np.allclose(pay_ratio(2021, 3, "blind")[12:], pay_ratio(2021, 3, "conditional")[12:])


def test_conditional_runs_beat_no_change_on_the_national_rate_and_posts(scored: tuple[backtest_adult.Scored, ...]) -> None:
    lines = summary.summary(scored)
    for line in lines:
        if line["level"] == "England" and line["mode"] == "conditional":
            assert line["beats_no_change"], line


def test_what_is_not_beaten_is_said_with_its_reason(scored: tuple[backtest_adult.Scored, ...]) -> None:
    lines = summary.summary(scored)
    said = " ".join(summary.findings(lines, backtest_adult.explained(DRAWS)))
    for line in lines:
        if line["level"] == "England" and line["mode"] == "blind" and not line["beats_no_change"]:
            assert f"{line['error_no_change']:.2f} against {line['error']:.2f}" in said
    assert "arrivals from abroad known" in said


def test_every_line_of_the_table_that_a_rule_wins_stands_among_the_losses_with_its_reason(
    scored: tuple[backtest_adult.Scored, ...],
) -> None:
    lines = summary.summary(scored)
    found = losses(scored, lines, backtest_adult.explained(DRAWS))
    lost = [line for line in lines if not (line["beats_no_change"] and line["beats_best_rule"])]
    keys = ("measure", "level", "mode", "horizon", "n", "error")
    assert [tuple(row[key] for key in keys) for row in found] == [tuple(line[key] for key in keys) for line in lost]
    for row in found:
        assert row["reason"].endswith("."), row
        assert row["error_best_rule"] < row["error"]
        worst = next(
            one
            for one in scored
            if (one.cut, one.year, one.level, one.mode, one.measure)
            == (row["worst_cut"], row["worst_year"], row["worst_level"], row["mode"], row["measure"])
        )
        assert abs(worst.error) > abs(row["worst_error_rule"])


def test_what_is_known_of_no_driver_is_the_blind_back_test_itself(scored: tuple[backtest_adult.Scored, ...]) -> None:
    """Only then do the errors with a driver known stand beside the errors of the table."""
    blind = {(r.measure, r.cut, r.year): r.error for r in scored if (r.mode, r.level) == ("blind", ENGLAND)}
    everything = {(r.measure, r.cut, r.year): r.error for r in scored if (r.mode, r.level) == ("conditional", ENGLAND)}
    for row in backtest_adult.explained(DRAWS):
        key = (row["measure"], row["cut"], row["year"])
        assert row["blind"] == pytest.approx(blind[key], abs=1e-9)
        assert row["all"] == pytest.approx(everything[key], abs=1e-9)


def test_coverage_pooled_over_cuts_is_told_with_its_number_and_chance(scored: tuple[backtest_adult.Scored, ...]) -> None:
    """The issue asks for 65% to 95% at 80%."""
    row = next(r for r in summary.pooled(scored) if r["mode"] == "conditional and blind" and r["level"] == 0.8)
    assert row["n"] == sum(r.level == ENGLAND and r.mode in {"conditional", "blind"} for r in scored)
    assert 0.65 <= row["covered"] <= 0.95
    assert row["low95"] < row["covered"] < row["high95"]


def test_council_turnover_is_scored_within_each_series(scored: tuple[backtest_adult.Scored, ...]) -> None:
    assert panel(OFLOG).years == tuple(range(2017, 2024))
    assert panel(ASCOF).years == (2024, 2025)
    areas = [row for row in scored if row.measure == "turnover_rate" and row.level.startswith(("E0", "E10"))]
    assert all(row.year <= "2022-23" for row in areas)
    one = [row for row in areas if row.cut == "2021-22" and row.mode == "blind"]
    assert 95 <= len(one) <= 115
    later = [row for row in scored if row.measure == "turnover_rate_ascof" and row.mode == "blind"]
    assert len(later) >= 145


def test_the_engine_opened_in_a_past_year_says_what_the_twin_says() -> None:
    """All of England from 2021-22 for three years: within 0.6 points (`engine_check.LIMIT`)."""
    for row in engine_beside_twin((2022,), DRAWS):
        assert abs(row["difference"]) < LIMIT, row


def test_part_of_an_areas_difference_lasts() -> None:
    """What is kept of last year's and of the mean's log ratio adds up to less than one: rates go back towards each other."""
    kept = lasting(log_ratios(panel(OFLOG).rates))
    assert 0 < kept.recent + kept.mean < 1
    assert kept.spread > 0


def test_the_year_to_come_is_forecast_for_anyone_to_check() -> None:
    ahead = backtest_adult.next_year(DRAWS)
    assert ahead["year"] == "2025-26"
    assert BASE_YEAR == 2025
    for name in ("vacancy_rate", "filled_posts_growth", "turnover_rate_base"):
        assert ahead[name]["low80"] < ahead[name]["median"] < ahead[name]["high80"]


def test_a_cut_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="2021-22"):
        backtest_adult.backtest_rows("2021-23")
