"""UK job vacancies of past months: what was published stands at its middle month, and nothing later is known at a cut."""

import math

import pytest

from almoner.model.inputs import market_path
from almoner.parameters import Set, load
from almoner.parameters.months import month_number
from almoner.study.job_vacancies import known_at, past_levels, three_month_figures


def test_a_published_three_month_figure_stands_at_its_middle_month() -> None:
    levels = past_levels()
    assert levels[month_number("2020-05")] == pytest.approx(336)  # ONS, April to June 2020
    assert levels[month_number("2022-05")] == pytest.approx(1299)  # ONS, April to June 2022


def test_months_between_two_figures_lie_on_the_line_of_their_logs() -> None:
    figures = three_month_figures()
    middle = month_number("2017-08")  # half-way between the figures of January to March 2017 and 2018
    ends = figures[month_number("2017-02")], figures[month_number("2018-02")]
    assert past_levels()[middle] == pytest.approx(math.sqrt(ends[0] * ends[1]))


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2024])
def test_the_mean_of_a_year_agrees_with_the_recalled_mean_within_a_fiftieth(year: int) -> None:
    # The recalled means of market.job_vacancies: its note says within 6 thousand of four quarters; here windows at their middles.
    first = month_number(f"{year - 1}-04")
    mean = sum(past_levels()[first + month] for month in range(12)) / 12
    assert mean == pytest.approx(load().at("market.job_vacancies", first), rel=0.025)


def test_at_a_cut_only_three_months_that_have_ended_are_known() -> None:
    assert known_at(month_number("2021-04")) == 607  # January to March 2021
    assert known_at(month_number("2021-03")) == 601  # December 2020 to February 2021
    assert known_at(month_number("2020-04")) == 795  # not the 336 of the spring that followed


def test_the_market_is_relative_to_the_mean_of_the_year_before_the_opening() -> None:
    path = "market.job_vacancies"
    halves = [Set(path, 600, -12, -6), Set(path, 1000, -6, 0), Set(path, 800, 0)]
    assert market_path(load().edited(halves), 3) == pytest.approx(1.0)
