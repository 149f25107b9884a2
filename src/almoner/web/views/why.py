"""Why a scenario does what it does, for a page: its policies one after the other, their shares, and the flows of one year.

In: a place, one scenario, a last year, a measure and a year. Out: an `Explanation` and a `YearChange`, kept in memory. Few
draws, so that a reader need not wait: the range is the lowest and the highest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from almoner.analysis.explain import Explanation, YearChange, explain, explain_year
from almoner.analysis.measures import MEASURES
from almoner.errors import NotFoundError, OutOfRangeError
from almoner.reference.areas import Area
from almoner.report import charts_explain
from almoner.report.figure import Chart
from almoner.study.design import Study
from almoner.study.scenario import Scenario
from almoner.web.views.answers import remembered

DRAWS: Final = 8
MOST_PARTS: Final = 5
"""Five policies have 32 subsets, which with doing nothing and eight draws are 264 runs: seconds, not minutes."""
MOST_AREAS: Final = 3
OFFERED: Final = ("vacancy_rate", "filled_posts", "vacant_posts", "turnover_rate", "unmet_hours_per_week", "cost_gbp_m")


def parts(place: Area, scenario: Scenario, to_year: int, measure: str) -> Explanation:
    """Return the effect of a scenario on a measure in its last year, in parts.

    Raises:
        NotFoundError: no such measure.
        OutOfRangeError: so many policies or areas that a reader would wait for minutes.
    """
    if measure not in MEASURES:
        raise NotFoundError("measure", measure, MEASURES)
    _check_areas(place)
    if len(scenario.policies) > MOST_PARTS:
        raise OutOfRangeError(
            f"{scenario.name} has {len(scenario.policies)} policies, and a page takes at most {MOST_PARTS} apart: "
            f"ask for it with almoner explain {place.code} and the scenario’s file."
        )
    study = Study(place, (scenario,), DRAWS, to_year)
    key = ("why", place.code, scenario.id, scenario.name, scenario.hash, to_year, measure)
    return remembered(key, lambda: explain(study, MEASURES[measure]))


def year_change(place: Area, scenario: Scenario, year: int) -> YearChange:
    """Return the flows that moved filled posts in the year to a March."""
    _check_areas(place)
    key = ("flows", place.code, scenario.id, scenario.name, scenario.hash, year)
    return remembered(key, lambda: explain_year(Study(place, (scenario,), DRAWS, max(year, 2026)), year))


def charts(found: Explanation | None, change: YearChange | None) -> Iterator[Chart | None]:
    """Yield the waterfall, the shares and the flows."""
    if found is not None:
        yield charts_explain.waterfall(found)
        yield charts_explain.shapley(found)
    if change is not None:
        yield charts_explain.year_flows(change)


def _check_areas(place: Area) -> None:
    if len(place.members) > MOST_AREAS:
        raise OutOfRangeError(
            f"{place.name} has too many areas for a page to take a scenario apart: ask for it with almoner explain {place.code}."
        )
