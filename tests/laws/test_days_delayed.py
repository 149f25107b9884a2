"""Days delayed beside the workforce: of the same run's staff, nought where nothing is done, and with a price a day saved."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.compare import Comparison, compare, measures_named
from almoner.analysis.days_delayed import DaysDelayed, codes_of, weights_of
from almoner.analysis.measures import DAYS_DELAYED, MEASURES
from almoner.analysis.optimise import sampled_place
from almoner.analysis.responses import Responses
from almoner.errors import AlmonerError
from almoner.model.discharge import record
from almoner.parameters import load
from almoner.policies.registry import make
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.run import run_study
from almoner.study.scenario import Scenario, load_scenario

RUTLAND = resolve("Rutland")
DO_NOTHING = load_scenario("do-nothing")
PLACES = Scenario("places", "More places", "", (("care_home_places", make("care_home_places", {"more": 0.5, "start": "2025-04"})),))


@pytest.fixture(scope="module")
def found() -> Comparison:
    study = Study(RUTLAND, (DO_NOTHING, PLACES, Scenario("again", "Again", "")), 6, 2028)
    return compare(study, measures_named([DAYS_DELAYED, "filled_posts"]))


def test_a_scenario_beside_itself_saves_no_day(found: Comparison) -> None:
    rows = [row for row in found.rows if row.scenario == "again"]
    assert {row.measure for row in rows} == {DAYS_DELAYED, "filled_posts"}
    assert all(row.effect == row.low == row.high == 0.0 for row in rows)


def test_more_care_home_places_save_days_that_have_a_price(found: Comparison) -> None:
    rows = [row for row in found.rows if row.scenario == "places" and row.measure == DAYS_DELAYED]
    assert [row.year for row in rows] == [2026, 2027, 2028]
    assert rows[-1].effect < 0
    assert rows[-1].distinguishable
    value = next(row for row in found.value if row.scenario == "places" and row.year == 2028)
    cost = next(cost for cost in value.unit_costs if cost.of == DAYS_DELAYED)
    assert cost.effect.effect == pytest.approx(-rows[-1].effect)
    assert cost.in_year is not None
    assert cost.in_year.value == pytest.approx(1e6 * value.total.effect / cost.effect.effect)
    assert cost.in_year.low is not None
    assert cost.in_year.low <= cost.in_year.value


def test_a_councils_days_are_near_its_recorded_ones(found: Comparison) -> None:
    recorded = record.ready_days(RUTLAND, "year")[-1].days_lost
    first = next(row for row in found.rows if row.measure == DAYS_DELAYED)
    # The board's level moves by its luck, about a tenth, and by the year's growth of either sign.
    assert first.reference == pytest.approx(recorded, rel=0.4)


def test_days_are_of_the_same_draw_and_luck_on_any_number_of_threads() -> None:
    study = Study(RUTLAND, (DO_NOTHING, PLACES), 2, 2027)
    one, two = (compare(study, measures_named([DAYS_DELAYED]), threads=n) for n in (1, 2))
    assert one.rows == two.rows


def test_the_search_for_a_best_mix_reads_the_days_that_a_comparison_shows() -> None:
    study = Study(RUTLAND, (DO_NOTHING, PLACES), 2, 2027)
    alone = Responses(study.with_scenarios(()), (MEASURES[DAYS_DELAYED].read,), beside=DaysDelayed(study.with_scenarios(())).beside)
    nothing, places = alone.read([DO_NOTHING, PLACES])[..., 0]
    row = next(row for row in compare(study, measures_named([DAYS_DELAYED])).rows if row.year == 2027)
    assert (places - nothing).mean() == pytest.approx(row.effect)
    assert nothing.mean() == pytest.approx(row.reference)


def test_days_are_worked_out_only_where_they_are_asked_for() -> None:
    study = Study(RUTLAND, (DO_NOTHING, PLACES), 1, 2026)
    with pytest.raises(AlmonerError, match="whole place"):
        compare(study, measures_named([DAYS_DELAYED]), "area")
    with pytest.raises(AlmonerError, match="choose another measure"):
        MEASURES[DAYS_DELAYED].read(run_study(study).runs[0][0])
    plain = compare(study, measures_named(["filled_posts"]))
    assert any("shows in the measure days_delayed" in note for note in plain.notes)
    assert all(cost.of != DAYS_DELAYED for row in plain.value for cost in row.unit_costs)


def test_a_policy_limited_to_places_acts_on_their_boards_alone() -> None:
    board = resolve("NHS South Yorkshire")
    limited = {"more": 0.5, "start": "2025-04", "areas": ["Sheffield"]}
    scenario = Scenario("there", "There", "", (("care_home_places", make("care_home_places", limited)),))
    everywhere = Scenario("all", "All", "", (("care_home_places", make("care_home_places", {"more": 0.5, "start": "2025-04"})),))
    elsewhere = DaysDelayed(Study(resolve("Barnsley"), (DO_NOTHING, scenario), 1, 2026))
    there = DaysDelayed(Study(board, (DO_NOTHING, scenario), 1, 2029))
    assert np.array_equal(elsewhere.days(scenario, load(), 0)[1:], elsewhere.days(DO_NOTHING, load(), 0)[1:])
    nothing, some, all_of_it = (there.days(each, load(), 0)[-1] for each in (DO_NOTHING, scenario, everywhere))
    # Sheffield has two in five of the board's people, and its places are that part of the board's; all are open after three years.
    assert all_of_it < some < nothing


def test_a_sample_of_england_has_englands_days() -> None:
    place = sampled_place(resolve("england"), 12, 0)
    codes = codes_of(place)
    assert len(codes) < 42
    published = record.boards()
    base = published.remaining.mean(axis=1)[[published.codes.index(code) for code in codes]]
    # Weights bring the sampled boards to England's recorded level.
    assert weights_of(place, codes) @ base == pytest.approx(12977.74)
