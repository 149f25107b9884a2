"""The measures that plans speak of: each with its label, unit, the better direction and how it is read from a run.

Rates keep to the published base: council and independent posts, so direct payment posts are in the counts and not in the rates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.plan_record import Band, Good
from almoner.errors import AlmonerError
from almoner.reference.vocabulary import OUTSIDE_RATES, ROLE_IDS, SERVICE_IDS
from almoner.study.design import FAN_DRAWS
from almoner.study.run import StudyResult
from almoner.study.totals import ScenarioRun

INSIDE: Final = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
EXITS: Final = ("exits_nhs", "exits_other_sector", "exits_retirement", "exits_abroad")
LEAVERS: Final = (*EXITS, "moves_out")
DAYS_DELAYED: Final = "days_delayed"
"""The measure that needs the flow out of hospital beside the run; it is worked out only where it is asked for."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure by year. `read` gives [year]; the opening of a flow is not a number where no flow was run."""

    id: str
    label: str
    unit: str
    better: Good
    read: Callable[[ScenarioRun], NDArray[np.float64]]


@dataclass(frozen=True)
class DelayedRun(ScenarioRun):
    """A run with the days that people ready to leave stay in hospital (`analysis.days_delayed`), where they are asked for."""

    days_delayed: NDArray[np.float64]
    """[year] in the twelve months to 31 March"""


def flow(run: ScenarioRun, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return flows added up, [year, service, role]."""
    return np.asarray(sum(run.flows[name] for name in names))


def turnover_rate(run: ScenarioRun) -> NDArray[np.float64]:
    """Return leavers of the twelve months over the mean of the stocks at their two ends, percent, in the published base."""
    filled = run.stocks["filled"][:, INSIDE].sum(axis=(1, 2))
    leavers = flow(run, LEAVERS)[:, INSIDE].sum(axis=(1, 2))
    rate = np.full(filled.shape, np.nan)
    rate[1:] = 100.0 * leavers[1:] / (0.5 * (filled[1:] + filled[:-1]))
    return rate


def vacancy_rate(run: ScenarioRun) -> NDArray[np.float64]:
    """Return vacant over filled and vacant posts, percent, in the published base."""
    filled = run.stocks["filled"][:, INSIDE].sum(axis=(1, 2))
    vacant = run.stocks["vacant"][:, INSIDE].sum(axis=(1, 2))
    return np.asarray(100.0 * vacant / (filled + vacant))


def unmet_hours(run: ScenarioRun) -> NDArray[np.float64]:
    """Return hours a week that are needed and neither staffed nor covered, service by service."""
    short = run.needed_hours - run.stocks["hours"].sum(axis=2) - run.covered_hours
    return np.asarray(np.maximum(short, 0.0).sum(axis=1))


def care_worker_pay(run: ScenarioRun) -> NDArray[np.float64]:
    """Return care workers' median hourly pay in the published base: the services' medians weighted by their care workers."""
    role = ROLE_IDS.index("care_worker")
    return np.asarray(np.average(run.median_pay[:, INSIDE, role], axis=1, weights=run.stocks["filled"][:, INSIDE, role]))


def cost_gbp_m(run: ScenarioRun) -> NDArray[np.float64]:
    """Return what staff, cover and the scenario's programmes cost a year, GBP million in the stated prices."""
    programmes = sum((amount for amount in run.programme_cost.values()), np.zeros(run.staff_cost.shape[0]))
    return np.asarray((run.staff_cost.sum(axis=1) + programmes) / 1e6)


def days_delayed(run: ScenarioRun) -> NDArray[np.float64]:
    """Return days delayed in hospital in the twelve months.

    Raises:
        AlmonerError: the run has none beside it.
    """
    if not isinstance(run, DelayedRun):
        raise AlmonerError(
            "Days delayed are worked out for a whole place, to compare scenarios or to find the best mix, and not by area: choose "
            "another measure."
        )
    return run.days_delayed


MEASURES: Final[dict[str, Measure]] = {
    measure.id: measure
    for measure in (
        Measure("posts_needed", "Posts needed", "posts", "neither", lambda run: run.needed_posts.sum(axis=1)),
        Measure("filled_posts", "Filled posts", "posts", "up", lambda run: run.stocks["filled"].sum(axis=(1, 2))),
        Measure(
            "vacant_posts",
            "Vacant posts (council and independent)",
            "posts",
            "down",
            lambda run: run.stocks["vacant"][:, INSIDE].sum(axis=(1, 2)),
        ),
        Measure("vacancy_rate", "Vacancy rate", "percent", "down", vacancy_rate),
        Measure("turnover_rate", "Turnover rate", "percent", "down", turnover_rate),
        Measure("unmet_hours_per_week", "Unmet hours of care a week", "hours_per_week", "down", unmet_hours),
        Measure("leavers", "People who leave their post in the year", "people", "down", lambda run: _people(run, LEAVERS)),
        Measure("sector_exits", "People who leave the sector in the year", "people", "down", lambda run: _people(run, EXITS)),
        Measure(
            "resident_entrants",
            "Residents who enter the sector in the year",
            "people",
            "up",
            lambda run: _people(run, ("entrants",)),
        ),
        Measure(
            "arrivals", "People who arrive from abroad in the year", "people", "neither", lambda run: _people(run, ("arrivals",))
        ),
        Measure(
            "agency_hours_per_week",
            "Hours a week covered by agency staff and overtime",
            "hours_per_week",
            "down",
            lambda run: run.covered_hours.sum(axis=1),
        ),
        Measure("care_worker_pay", "Median pay of care workers, cash", "gbp_per_hour", "neither", care_worker_pay),
        Measure("staff_cost_gbp_m", "Cost of staff", "gbp_m", "neither", lambda run: run.staff_cost.sum(axis=1) / 1e6),
        Measure("cost_gbp_m", "Cost of staff and programmes", "gbp_m", "down", cost_gbp_m),
        Measure(DAYS_DELAYED, "Days in hospital of people ready to leave, in the year", "days", "down", days_delayed),
    )
}


def by_draw(result: StudyResult, scenario: int, measure: Measure) -> NDArray[np.float64]:
    """Return a measure of one scenario, [draw, year]."""
    return np.array([measure.read(run) for run in result.runs[scenario]])


def band(values: NDArray[np.float64]) -> Band:
    """Return the spread of a quantity over draws: 10th to 90th percentile from 30 draws on, else minimum and maximum."""
    ends = (10.0, 90.0) if values.size >= FAN_DRAWS else (0.0, 100.0)
    low, median, high = np.percentile(values, (ends[0], 50.0, ends[1]))
    return Band(float(median), float(low), float(high))


def band_kind(draws: int) -> str:
    """Say what the ends of bands are for a number of draws."""
    if draws == 1:
        return "single draw"
    return "80% interval" if draws >= FAN_DRAWS else f"minimum and maximum of {draws} draws"


def _people(run: ScenarioRun, names: tuple[str, ...]) -> NDArray[np.float64]:
    total = flow(run, names).sum(axis=(1, 2))
    total[0] = np.nan
    return np.asarray(total)
