"""Children's homes in England: the base agrees with what is published, and places, staff and need act as they should."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.children_draws import drawn_trees
from almoner.model.children.homes import homes
from almoner.parameters import Add, Scale, Set, load

MONTHS = 84
STEADY = np.full(MONTHS, 82_000.0)


def still() -> tuple[Set, ...]:
    """Return edits under which nothing grows, so that the base stays."""
    return (Set("children.homes.places_growth", 0.0), Set("children.homes.need_drift", 0.0))


@pytest.mark.parametrize("tree", [load(), *drawn_trees(8)[:4]])
def test_with_nothing_growing_as_many_children_are_without_a_registered_place_as_were_counted(tree) -> None:  # type: ignore[no-untyped-def]
    found = homes(tree.edited(still()), STEADY, STEADY[0])
    assert found.unregistered == pytest.approx(np.full(MONTHS, tree.at("children.homes.unregistered")), rel=1e-9)
    assert found.places == pytest.approx(np.full(MONTHS, 10_818.0), rel=1e-12)
    # Joiners replace leavers exactly where turnover stays.
    assert found.staff == pytest.approx(np.full(MONTHS, 46_330.0), rel=1e-9)


def test_twenty_nine_percent_leave_in_a_year() -> None:
    tree = load().edited((*still(), Set("children.homes.pay_elasticity", 0.0)))
    hazard = -12 * np.log1p(-tree.at("children.homes.turnover") / 12)
    assert 12 * -np.expm1(-hazard / 12) == pytest.approx(0.29, rel=1e-12)


def test_more_pay_keeps_staff_and_opens_places_up_to_all_of_them() -> None:
    tree = load().edited(still())
    paid = homes(tree.edited([Scale("children.homes.pay_scale", 1.2, from_=12)]), STEADY, STEADY[0])
    usual = homes(tree, STEADY, STEADY[0])
    assert (paid.staff[12:] > usual.staff[12:]).all()
    assert (paid.staff[:12] == usual.staff[:12]).all()
    assert paid.unregistered[-1] < usual.unregistered[-1]
    assert (paid.open_places <= paid.places + 1e-9).all()


def test_new_places_open_as_staff_are_found_for_them_and_foster_places_take_part_of_the_need() -> None:
    tree = load().edited(still())
    usual = homes(tree, STEADY, STEADY[0])
    more = homes(tree.edited([Add("children.homes.more_places", 5.0, from_=12)]), STEADY, STEADY[0])
    new = 5.0 * 82.0
    assert more.places[12:] - usual.places[12:] == pytest.approx(np.full(MONTHS - 12, new), rel=1e-9)
    # Homes recruit for them as for the rest, so nine tenths of the new places open and eight tenths of those are filled.
    assert usual.unregistered[12:] - more.unregistered[12:] == pytest.approx(np.full(MONTHS - 12, new * 0.9 * 0.8), rel=1e-3)
    foster = homes(tree.edited([Add("children.homes.more_foster_places", 5.0)]), STEADY, STEADY[0])
    assert usual.need - foster.need == pytest.approx(np.full(MONTHS, 5.0 * 82.0 * 0.4), rel=1e-9)


def test_places_that_do_not_run_leave_children_without_one() -> None:
    tree = load().edited(still())
    shut = homes(tree.edited([Scale("children.homes.running_scale", 0.9, from_=6, until=18)]), STEADY, STEADY[0])
    usual = homes(tree, STEADY, STEADY[0])
    assert (shut.unregistered[6:18] > usual.unregistered[6:18]).all()
    assert (shut.unregistered[18:] == usual.unregistered[18:]).all()
