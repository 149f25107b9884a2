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
MOST_SECONDS: Final = 30.0
"""What a reader may be asked to wait for; the answer is kept, so that it is waited for once."""
_SECONDS_A_RUN: Final = 0.016
_SECONDS_AN_AREA: Final = 0.008
"""Of one run to 2040 and of each area in it, measured on two cores: 1,024 runs of Wakefield took 25 s, 32 of the North East 4 s."""
OFFERED: Final = ("vacancy_rate", "filled_posts", "vacant_posts", "turnover_rate", "unmet_hours_per_week", "cost_gbp_m")


def parts(place: Area, scenario: Scenario, to_year: int, measure: str) -> Explanation:
    """Return the effect of a scenario on a measure in its last year, in parts.

    Raises:
        NotFoundError: no such measure.
        OutOfRangeError: so many policies or areas that a reader would wait for long.
    """
    if measure not in MEASURES:
        raise NotFoundError("measure", measure, MEASURES)
    count, areas = len(scenario.policies), len(place.members)
    if seconds(areas, count) > MOST_SECONDS:
        of_place = "" if areas == 1 else f" and {place.name} {areas} areas"
        raise OutOfRangeError(
            f"{scenario.name} has {count} {'policy' if count == 1 else 'policies'}{of_place}: every policy more doubles the runs, "
            "and these would take longer than a page may. Choose a smaller place, or ask for it with "
            f"almoner explain {place.code} and the scenario’s file."
        )
    study = Study(place, (scenario,), DRAWS, to_year)
    key = ("why", place.code, scenario.id, scenario.name, scenario.hash, to_year, measure)
    return remembered(key, lambda: explain(study, MEASURES[measure]))


def seconds(areas: int, policies: int) -> float:
    """Return about how many seconds it takes to take a scenario of so many policies apart in so many areas."""
    return DRAWS * float(2**policies) * (_SECONDS_A_RUN + _SECONDS_AN_AREA * areas)


def most_policies(areas: int) -> int:
    """Return the most policies that a page takes apart in so many areas."""
    return max((count for count in range(1, 20) if seconds(areas, count) <= MOST_SECONDS), default=0)


def year_change(place: Area, scenario: Scenario, year: int) -> YearChange:
    """Return the flows that moved filled posts in the year to a March."""
    key = ("flows", place.code, scenario.id, scenario.name, scenario.hash, year)
    return remembered(key, lambda: explain_year(Study(place, (scenario,), DRAWS, max(year, 2026)), year))


def charts(found: Explanation | None, change: YearChange | None) -> Iterator[Chart | None]:
    """Yield the waterfall, the shares and the flows."""
    if found is not None:
        yield charts_explain.waterfall(found)
        yield charts_explain.shapley(found)
    if change is not None:
        yield charts_explain.year_flows(change)
