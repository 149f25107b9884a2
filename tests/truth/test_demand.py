"""Need against closed forms: equal growth, the ratio of people aged 65 and over, the trend and the edits alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from almoner.errors import NotFoundError, OutOfRangeError
from almoner.model import demand
from almoner.parameters import Scale, Set, load
from almoner.reference.areas import england, resolve
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import SERVICE_IDS

CODES = ("E08000036", "E09000033", "E06000052")
FLAT = [Set("need.trend_18_64", 0.0)]
EXACT = 1e-12
"""Sums of a few doubles; anything larger is an error of the method."""


def test_equal_growth_of_all_bands_is_the_growth_of_every_service() -> None:
    rng = np.random.default_rng(1)
    opening = rng.uniform(1e3, 1e5, (5, 1, 4))
    weights = rng.uniform(0.1, 9, (6, 4))
    index = demand.relative_use(weights, np.concatenate([opening, opening * 1.3, opening * 0.9], axis=1))
    np.testing.assert_allclose(index, np.broadcast_to([1.3, 0.9], (5, 6, 2)), rtol=EXACT)


def test_equal_growth_of_a_whole_population_passes_through_the_default_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def growing(area_codes: Sequence[str], dates: Sequence[float]) -> NDArray[np.float64]:
        people = np.arange(1.0, 6.0)[None, None, :] * np.arange(1.0, len(area_codes) + 1)[:, None, None]
        return people * 1.02 ** (np.asarray(dates) - demand.OPENING)[None, :, None]

    monkeypatch.setattr(demand, "persons_at", growing)
    index = demand.need_index(load().edited(FLAT), CODES, [2030.25, 2035.25])
    np.testing.assert_allclose(index, np.broadcast_to([1.02**5, 1.02**10], (3, 6, 2)), rtol=EXACT)


def test_the_proportional_rule_is_the_ratio_of_people_aged_65_and_over() -> None:
    older = persons_at(CODES, [demand.OPENING, 2033.5])[:, :, 2:].sum(axis=2)
    index = demand.need_index(load(), CODES, [2033.5], "proportional_65")
    np.testing.assert_allclose(index[:, :, 0], np.repeat((older[:, 1] / older[:, 0])[:, None], 6, axis=1), rtol=EXACT)


@pytest.mark.parametrize("rule", demand.RULES)
def test_need_is_exactly_one_at_the_opening(rule: demand.Rule) -> None:
    assert (demand.need_index(load(), CODES, [demand.OPENING], rule) == 1.0).all()


def test_a_month_is_read_at_its_end() -> None:
    path = demand.need_path(load(), CODES, 13)
    index = demand.need_index(load(), CODES, [demand.OPENING + 1 / 12, demand.OPENING + 1, demand.OPENING + 13 / 12])
    np.testing.assert_allclose(path[:, :, [0, 11, 12]], index, rtol=EXACT)


def test_an_area_alone_has_the_need_that_it_has_among_all() -> None:
    codes = england().area_codes
    together = demand.need_path(load(), codes, 60)
    alone = demand.need_path(load(), ("E08000036",), 60)
    assert (together[codes.index("E08000036")] == alone[0]).all()


def test_the_trend_multiplies_the_term_of_working_age_alone() -> None:
    # With no use from 65 on, need is people aged 18-64 times the trend.
    edits = [Set("need.intensity.*.*", 1e-300), Set("need.intensity.*.18-64", 1.0), Set("need.trend_18_64", 0.02)]
    people = persons_at(CODES, [demand.OPENING, demand.OPENING + 10])[:, :, 1]
    index = demand.need_index(load().edited(edits), CODES, [demand.OPENING + 10])[:, 0, 0]
    np.testing.assert_allclose(index, people[:, 1] / people[:, 0] * 1.02**10, rtol=1e-9)


def test_policies_scale_need_and_hours_from_their_month_on() -> None:
    shipped = demand.need_path(load(), CODES, 36)
    edits = [Scale("need.scale.home_care", 0.9, from_=12), Scale("need.hours_per_person.home_care", 0.5, from_=24, until=30)]
    ratio = demand.need_path(load().edited(edits), CODES, 36) / shipped
    home_care = SERVICE_IDS.index("home_care")
    np.testing.assert_allclose(
        ratio[:, home_care, [0, 11, 12, 23, 24, 29, 30]], [[1, 1, 0.9, 0.9, 0.45, 0.45, 0.9]] * 3, rtol=EXACT
    )
    assert (np.delete(ratio, home_care, axis=1) == 1.0).all()


@pytest.mark.parametrize("gradient", [0.8, 1.0, 1.2])
def test_the_age_gradient_keeps_the_use_of_all_older_people_in_england(gradient: float) -> None:
    older = persons_at(england().area_codes, [demand.OPENING])[:, 0, 2:].sum(axis=0)
    shipped = demand.intensities(load())
    tilted = demand.intensities(load().drawn({"need.age_gradient": gradient}))
    np.testing.assert_allclose(tilted[:, 1:] @ older, shipped[:, 1:] @ older, rtol=EXACT)
    np.testing.assert_allclose(tilted[:, 3] / tilted[:, 1], (shipped[:, 3] / shipped[:, 1]) ** gradient, rtol=EXACT)


def test_rows_of_a_place_add_its_areas_and_agree_with_the_index() -> None:
    place = resolve("Yorkshire and The Humber")
    posts = np.random.default_rng(2).integers(50, 5000, (len(place.area_codes), 6))
    rows = demand.need_rows(place, posts, to_year=2030)
    assert [row["year"] for row in rows] == list(range(2025, 2031))
    index = demand.need_index(load(), place.area_codes, [2030.5])[:, :, 0]
    assert rows[-1]["posts"] == pytest.approx(float((posts * index).sum()), rel=EXACT)
    assert rows[-1]["growth"] == pytest.approx(rows[-1]["posts"] / posts.sum() - 1, rel=1e-9)
    assert sum(rows[-1]["posts_by_service"].values()) == pytest.approx(rows[-1]["posts"], rel=EXACT)


def test_a_year_outside_the_projection_and_an_unknown_rule_are_refused() -> None:
    place = resolve("Wakefield")
    with pytest.raises(OutOfRangeError, match="2047"):
        demand.need_rows(place, np.ones((1, 6)), to_year=2060)
    with pytest.raises(NotFoundError, match="did you mean proportional_65"):
        demand.need_rows(place, np.ones((1, 6)), rule="proportional_75")  # type: ignore[arg-type]
