"""Laws of the baseline: an area alone is its part of England, and every row is a possible person in a possible post."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almoner.errors import NotFoundError
from almoner.model.baseline import Baseline, Holders, attribute_tables, build, holders
from almoner.model.posts import N_ROLES, N_SERVICES

WAKEFIELD, SCILLY, CITY, TORBAY = "E08000036", "E06000053", "E09000001", "E06000027"
CODES = build().area_codes


@pytest.fixture(scope="module")
def national() -> tuple[Baseline, Holders]:
    baseline = build()
    return baseline, holders(baseline)


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True), st.integers(0, 2**40))
@settings(deadline=None, max_examples=10)
def test_areas_alone_are_their_part_of_the_national_posts_whatever_the_order_asked_for(codes: list[str], seed: int) -> None:
    whole, part = build(None, seed), build(codes, seed)
    rows = [whole.area_codes.index(code) for code in sorted(codes)]
    assert part.area_codes == tuple(sorted(codes))
    for name in ("filled", "vacant", "turnover", "posts_error"):
        assert np.array_equal(getattr(part, name), getattr(whole, name)[rows])


@pytest.mark.parametrize("code", [WAKEFIELD, SCILLY, CITY, TORBAY])
def test_an_area_alone_has_the_holders_that_it_has_in_the_national_world_bit_for_bit(
    code: str, national: tuple[Baseline, Holders]
) -> None:
    whole, people = national
    alone = holders(build([code]))
    rows = people.area_index == whole.area_codes.index(code)
    for field in fields(Holders):
        if field.name != "area_index":
            assert np.array_equal(getattr(people, field.name)[rows], getattr(alone, field.name)), field.name


def test_rows_lie_sorted_by_area_service_and_role_and_count_the_filled_posts(national: tuple[Baseline, Holders]) -> None:
    baseline, people = national
    cell = (people.area_index.astype(np.int64) * N_SERVICES + people.service) * N_ROLES + people.role
    assert (np.diff(cell) >= 0).all()
    assert np.array_equal(np.bincount(cell, minlength=baseline.filled.size), baseline.filled.ravel())


def test_nobody_starts_before_18_or_in_the_future_or_in_a_post_before_the_sector(national: tuple[Baseline, Holders]) -> None:
    _, people = national
    birth, start, sector = (column.astype(np.int64) for column in (people.birth_month, people.start_month, people.sector_month))
    assert (start < 0).all()
    assert (sector <= start).all()
    # The month in which somebody turns 18 counts, so a start may stand one month before the 216th.
    assert (sector - birth >= 18 * 12 - 1).all()
    assert (-birth >= 18 * 12).all()


def test_only_people_of_other_nationality_have_a_sponsored_visa_and_all_of_them_came_in_the_last_four_years(
    national: tuple[Baseline, Holders],
) -> None:
    _, people = national
    assert (people.nationality[people.visa] == 2).all()
    assert people.sector_month[people.visa].min() >= -48


def test_personal_assistants_hold_all_direct_payment_posts_and_no_others(national: tuple[Baseline, Holders]) -> None:
    filled = national[0].filled
    assert filled[:, 5, 3].sum() == filled[:, 5].sum() == filled[:, :, 3].sum()


def test_the_seed_moves_rounding_and_holders_but_not_the_totals() -> None:
    first, second = build(None, 0), build(None, 1)
    assert not np.array_equal(first.filled, second.filled)
    assert first.filled.sum() == second.filled.sum()
    assert not np.array_equal(holders(build([SCILLY], 0)).birth_month[:5], holders(build([SCILLY], 1)).birth_month[:5])


def test_an_unknown_area_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="E99999999"):
        build(["E99999999"])


def test_the_tables_for_joiners_are_probabilities() -> None:
    tables = attribute_tables()
    for name in ("nationality_share", "contract_share"):
        shares = getattr(tables, name)
        assert (shares >= 0).all()
        np.testing.assert_allclose(shares.sum(axis=-1), 1.0, rtol=1e-9)
    assert ((tables.female_share >= 0) & (tables.female_share <= 1)).all()
    assert (np.diff(tables.age_months, axis=-1) >= 0).all()
    assert (np.diff(tables.pay_quantiles_pence, axis=-1) >= 0).all()
    assert len(tables.region_codes) == len(tables.region_pay_factor) == 9
