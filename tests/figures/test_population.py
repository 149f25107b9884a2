"""The population is the published one where there is one, and grows from it as the projection does."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from almoner.errors import AlmonerError, OutOfRangeError
from almoner.reference import tables
from almoner.reference.areas import england, icbs, regions, resolve
from almoner.reference.population import LAST_YEAR, persons, persons_at, persons_of, projection_kind, sources_of
from almoner.reference.vocabulary import POPULATION_BANDS

EVERYWHERE = england().area_codes
WAKEFIELD = ["E08000036"]


@pytest.mark.parametrize(("year", "people"), [(2022, 57_112_554), (2023, 57_690_328), (2024, 58_620_101)])
def test_england_has_the_published_number_of_people(year: int, people: int) -> None:
    assert persons(EVERYWHERE, [year]).sum() == people


def test_an_estimate_is_the_published_row_of_its_area_year_and_band() -> None:
    rows = tables.load("population").filter(pl.col("kind") == "estimate").sample(200, seed=0)
    for code, year, band, people in rows.select("area_code", "year", "age_band", "persons").iter_rows():
        assert persons([code], [year])[0, 0, POPULATION_BANDS.index(band)] == people


def test_after_2024_each_cell_grows_as_its_projection() -> None:
    projected = tables.load("population").filter((pl.col("area_code") == WAKEFIELD[0]) & (pl.col("kind") != "estimate"))
    for index, band in enumerate(POPULATION_BANDS):
        of_band = projected.filter(pl.col("age_band") == band)
        base, later = (of_band.filter(pl.col("year") == year)["persons"].item() for year in (2024, 2040))
        ours = persons(WAKEFIELD, [2024, 2040])[0, :, index]
        # Two divisions and a product of doubles: relative error under four units in the last place.
        assert ours[1] / ours[0] == pytest.approx(later / base, rel=1e-15 * 4)


def test_the_regions_add_to_england_and_so_do_the_boards() -> None:
    years = [2011, 2024, 2040, LAST_YEAR]
    whole = persons_of(england(), years)
    # Regions partition the areas, so only the order of additions differs.
    assert np.allclose(sum(persons_of(region, years) for region in regions()), whole, rtol=1e-12)
    # Shares of an area in its boards are rounded to four places and those under 0.005 are left out.
    assert np.allclose(sum(persons_of(board, years) for board in icbs()), whole, rtol=0.005)


def test_people_at_a_date_lie_on_the_line_between_the_mid_years() -> None:
    before, after = persons(WAKEFIELD, [2024, 2025])[0]
    at = persons_at(WAKEFIELD, [2024.5, 2025.25, 2025.5])[0]
    assert np.array_equal(at[0], before)
    # A weighted mean of two doubles of this size is exact to about 1e-11.
    assert np.allclose(at[1], 0.25 * before + 0.75 * after, rtol=1e-14)
    assert np.array_equal(at[2], after)
    assert np.array_equal(persons_at(WAKEFIELD, [2047.5])[0, 0], persons(WAKEFIELD, [2047])[0, 0])


def test_the_order_of_areas_and_years_is_the_order_asked_for() -> None:
    there = persons(["E08000036", "E06000001"], [2040, 2012])
    back = persons(["E06000001", "E08000036"], [2012, 2040])
    assert there.shape == (2, 2, len(POPULATION_BANDS))
    assert np.array_equal(there[::-1, ::-1], back)


def test_the_answer_is_the_callers_own_to_change() -> None:
    persons(WAKEFIELD, [2024])[:] = 0
    persons_at(WAKEFIELD, [2025.25])[:] = 0
    assert persons(WAKEFIELD, [2024]).sum() > 0


def test_no_cell_is_ever_zero_or_missing() -> None:
    everything = persons(EVERYWHERE, range(2011, LAST_YEAR + 1))
    assert np.isfinite(everything).all()
    assert (everything > 0).all()


def test_46_areas_have_an_official_projection_and_107_our_split() -> None:
    kinds = projection_kind(EVERYWHERE)
    assert (kinds.count("projection"), kinds.count("projection_hp")) == (46, 107)


@pytest.mark.parametrize("year", [2010, 2048])
def test_a_year_outside_the_data_is_refused(year: int) -> None:
    with pytest.raises(OutOfRangeError, match="choose a year from 2011 to 2047"):
        persons(WAKEFIELD, [2024, year])


@pytest.mark.parametrize("date", [2011.49, 2047.51, float("nan")])
def test_a_date_outside_the_data_is_refused(date: float) -> None:
    with pytest.raises(OutOfRangeError, match="choose a date"):
        persons_at(WAKEFIELD, [date])


@pytest.mark.parametrize("code", ["E12000001", "E08000016", "E10000006", "E06999999"])
def test_a_code_that_is_not_one_area_of_today_is_refused(code: str) -> None:
    with pytest.raises(AlmonerError):
        persons([code], [2024])


def test_a_group_of_areas_has_the_people_of_its_members() -> None:
    cumbria = persons_of(resolve("Cumbria"), [2024])
    assert np.array_equal(cumbria, persons(["E06000063", "E06000064"], [2024]).sum(axis=0))


def test_the_people_of_a_year_name_the_sources_of_their_rows() -> None:
    rows = tables.load("population").filter(pl.col("area_code") == WAKEFIELD[0])
    place = resolve(WAKEFIELD[0])
    for year in (2011, 2024):
        found = rows.filter((pl.col("year") == year) & (pl.col("kind") == "estimate"))["source"].unique().to_list()
        assert [*sources_of(place, year)] == sorted(found)
    later = rows.filter((pl.col("year") == 2040) & (pl.col("kind") != "estimate"))["source"].unique().to_list()
    assert set(sources_of(place, 2040)) >= {"ons_mye_2024", *later[0].split(";")}
