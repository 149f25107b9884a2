"""Laws of edits: none change nothing, scaling by one is none, caps and floors settle at once, order counts, months hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almoner.errors import AlmonerError, NotFoundError
from almoner.parameters import Add, Cap, Edit, Floor, Scale, Set, load
from almoner.parameters.steps import BEGINNING, Steps, changed, value_at

MONTHS = 240
PATHS = st.sampled_from(load().paths())
AMOUNTS = st.floats(-1e6, 1e6, allow_nan=False)
FROM = st.none() | st.integers(-150, 200)
KINDS: st.SearchStrategy[type[Edit]] = st.sampled_from([Set, Add, Scale, Cap, Floor])


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    first = draw(FROM)
    until = draw(st.none() | st.integers(1, 60).map(lambda length: length + (first if first is not None else 0)))
    return draw(KINDS)(draw(PATHS), draw(AMOUNTS), first, until)


def test_no_edits_give_the_same_hash() -> None:
    assert load().edited([]).hash == load().hash
    assert load().edited([]).changes(load()) == []


@given(PATHS, FROM)
def test_scaling_by_one_and_adding_nothing_change_nothing(path: str, first: int | None) -> None:
    assert load().edited([Scale(path, 1.0, first), Add(path, 0.0, first)]).hash == load().hash


@given(st.lists(edits(), max_size=4))
def test_the_same_edits_give_the_same_hash_in_one_go_or_one_by_one(list_of_edits: list[Edit]) -> None:
    at_once = load().edited(list_of_edits)
    one_by_one = load()
    for edit in list_of_edits:
        one_by_one = one_by_one.edited([edit])
    assert at_once.hash == one_by_one.hash == load().edited(list_of_edits).hash


@given(edits())
def test_an_edit_acts_in_its_months_and_nowhere_else(edit: Edit) -> None:
    before, after = load().parameter(edit.path), load().edited([edit]).parameter(edit.path)
    for month in range(-200, MONTHS):
        inside = (edit.from_ is None or edit.from_ <= month) and (edit.until is None or month < edit.until)
        assert after.at(month) == (edit.applied(before.at(month)) if inside else before.at(month))


@given(
    st.dictionaries(st.integers(-30, 60), st.sampled_from([0.0, 1.0, 2.0, -1.5]), min_size=1, max_size=5),
    st.booleans(),
    st.none() | st.integers(-40, 70),
    st.none() | st.integers(1, 50),
    st.sampled_from([lambda value: 2.0 * value, lambda value: 1.0, lambda value: min(value, 1.0)]),
)
def test_a_change_is_done_month_by_month_and_leaves_no_two_neighbours_alike(
    dated: dict[int, float], always: bool, first: int | None, length: int | None, change: Callable[[float], float]
) -> None:
    months = sorted(dated)
    before = Steps((BEGINNING, *months[1:]) if always else tuple(months), tuple(dated[month] for month in months))
    until = None if length is None else length + (-40 if first is None else first)
    after = changed(before, change, first, until)
    for month in range(-60, 130):
        inside = (first is None or first <= month) and (until is None or month < until)
        assert value_at(after, month) == (change(value_at(before, month)) if inside else value_at(before, month))
    assert list(after.months) == sorted(set(after.months))
    assert all(one != next_one for one, next_one in pairwise(after.values))


@given(edits())
def test_an_edit_changes_no_other_parameter(edit: Edit) -> None:
    assert set(load().edited([edit]).changes(load())) <= {edit.path}


@given(st.sampled_from([Cap, Floor, Set]), PATHS, AMOUNTS, FROM)
def test_caps_floors_and_sets_done_twice_are_done_once(kind: type[Edit], path: str, amount: float, first: int | None) -> None:
    edit = kind(path, amount, first)
    assert load().edited([edit, edit]).hash == load().edited([edit]).hash


@given(edits())
def test_the_series_and_the_single_months_agree(edit: Edit) -> None:
    tree = load().edited([edit])
    assert tree.series(edit.path, MONTHS).tolist() == [tree.at(edit.path, month) for month in range(MONTHS)]


@given(PATHS, FROM)
def test_an_edit_that_is_undone_leaves_the_hash_of_the_shipped_tree(path: str, first: int | None) -> None:
    # Doubling and halving are exact in binary floating point, so the round trip is exact.
    assert load().edited([Scale(path, 2.0, first), Scale(path, 0.5, first)]).hash == load().hash


def test_the_order_of_edits_counts() -> None:
    path = "filling.arrivals"
    add, scale = Add(path, 1000, 0), Scale(path, 2, 0)
    assert load().edited([add, scale]).at(path, 5) == 62000
    assert load().edited([scale, add]).at(path, 5) == 61000


def test_an_edit_with_a_month_makes_an_undated_value_dated() -> None:
    leaf = load().edited([Set("filling.scale", 1.5, from_=24, until=36)]).parameter("filling.scale")
    assert [leaf.at(month) for month in (-1, 23, 24, 35, 36, 99)] == [1, 1, 1.5, 1.5, 1, 1]


def test_a_star_stands_for_one_name() -> None:
    tree = load().edited([Set("pay.floor_premium.*", 0.5, from_=36)])
    assert tree.changes(load()) == [path for path in load().paths() if path.startswith("pay.floor_premium.")]
    with pytest.raises(NotFoundError, match="parameter"):
        load().edited([Set("pay.*.*.*", 1)])


def test_an_edit_must_end_after_it_starts() -> None:
    with pytest.raises(AlmonerError, match=r"2026-04.*2027-04"):
        Set("filling.scale", 1, from_=24, until=12)
