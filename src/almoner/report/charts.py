"""Every chart of a plan, by the section of the document that it stands in.

In: a `PlanRecord`. Out: a mapping of section to charts; what the record lacks is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from almoner.analysis.plan_record import PlanRecord
from almoner.report import charts_future, charts_need, charts_published, charts_scenarios, charts_today, view
from almoner.report.figure import Chart

_FANS = (view.VACANT_POSTS, view.VACANCY_RATE, view.UNMET_HOURS, view.TURNOVER_RATE)
_COMPARED = (view.VACANCY_RATE, view.FILLED_POSTS)
_DIFFERENCES = (view.VACANT_POSTS, view.VACANCY_RATE, view.FILLED_POSTS, view.UNMET_HOURS)


def plan_charts(record: PlanRecord) -> dict[str, tuple[Chart, ...]]:
    """Return the charts of each section, in the order of the page."""
    return {
        "today": _present([charts_today.comparison(record), *charts_published.published(record), charts_today.mix(record)]),
        "need": _present([charts_need.population(record), charts_need.need(record)]),
        "future": _present([charts_future.needed_and_filled(record), *(charts_future.fan(record, measure) for measure in _FANS)]),
        "gap": _present([charts_future.gap(record)]),
        "scenarios": _present(
            [
                *(charts_scenarios.scenarios(record, measure) for measure in _COMPARED),
                *(charts_scenarios.differences(record, measure) for measure in _DIFFERENCES),
            ]
        ),
        "uncertainty": _present([charts_scenarios.drivers(record)]),
    }


def _present(charts: Iterable[Chart | None]) -> tuple[Chart, ...]:
    return tuple(chart for chart in charts if chart is not None)
