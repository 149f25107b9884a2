"""The engine itself from past years: the twin stands for it in the back-test, so it is run beside it and beside what came.

In: the median of the draws fitted at each cut. Out: the engine's vacancy rate of all England at the end of each year after the
cut, with the drivers as they turned out and no surprise, beside the twin's for the same parameters and the published one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.ageing import ageing
from almoner.analysis.assurance.particles import PATHS, Particles
from almoner.analysis.assurance.published import BASE_YEAR, record, year_name
from almoner.analysis.assurance.setting import (
    Past,
    care_pay,
    entrants_at,
    market_path,
    opening,
    past_of_england,
    pay_ratio,
    posts_path,
    working_age,
)
from almoner.analysis.assurance.twin import INSIDE, Drivers, run
from almoner.analysis.assurance.weights import weighted_quantiles, weights_of
from almoner.analysis.backtest_adult import CUTS, HORIZON, PARTICLES, fitted
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.engine import STOCKS
from almoner.model.leaving import Contrasts, contrasts
from almoner.parameters import load
from almoner.study.history import PastYear, open_past_run

Floats = NDArray[np.float64]

LIMIT: Final = 0.6
"""Points of the vacancy rate that engine and twin may differ by over three years.

Chance is small: 250,000 exits and entrants a year on 1.4 million posts have a standard deviation of 0.04 points. The rest is
what the twin leaves out, above all that no cell of an area fills more posts than it has vacant, which slows hiring where vacancies
are few.
"""


def engine_beside_twin(cuts: Sequence[int] = CUTS, draws: int = PARTICLES, seed: int = 0) -> list[dict[str, Any]]:
    """Return a row for each cut and year after it: vacancy rates of engine and twin, and the published one, per cent.

    The mandate of 2021 and the noise of forecasts are left out of both, so that what differs is the engine.
    """
    rows = []
    for cut in cuts:
        points, found, past = fitted(cut, draws, seed)
        weights = weights_of(found.total)
        years = min(HORIZON, BASE_YEAR - cut)
        middle = {name: weighted_quantiles(values, weights, (0.5,))[0] for name, values in points.values.items()}
        one = Particles(np.full((1, points.uniforms.shape[1]), 0.5), {name: np.array([value]) for name, value in middle.items()})
        level = np.array([weighted_quantiles(found.level, weights, (0.5,))[0]])
        growth = np.array([past_of_england().posts_growth(cut + later + 1) for later in range(years)])[:, None]
        ours = _twin(one, past, cut, level, growth)
        engine = _engine(middle, one, past, cut, level, growth)
        rows += [
            {
                "cut": year_name(cut),
                "year": year_name(cut + later + 1),
                "engine": 100 * engine[later],
                "twin": 100 * ours[later],
                "difference": 100 * (engine[later] - ours[later]),
                "published": 100 * record()[cut + later + 1].vacancy_rate,
            }
            for later in range(years)
        ]
    return rows


def _twin(one: Particles, past: Past, cut: int, level: Floats, growth: Floats) -> list[float]:
    years = growth.shape[0]
    months = years * MONTHS_PER_YEAR
    flat = np.ones((months, 1))
    drivers = Drivers(
        posts=posts_path(cut, growth),
        market=market_path(cut, years, "conditional"),
        pay=pay_ratio(cut, years, "conditional"),
        arrivals=np.repeat(
            [[past_of_england().points[cut + later + 1].arrivals] for later in range(years)], MONTHS_PER_YEAR, axis=0
        ),
        working_age=working_age(cut, years),
        leaving=flat,
        entering=flat,
        removed=np.zeros((months, INSIDE.size)),
    )
    path = run(opening(past.points[cut], past.structure, one.draws, level), one.draws, drivers, ageing(years))
    return [float(path.rate((later + 1) * MONTHS_PER_YEAR)[0]) for later in range(years)]


def _engine(middle: dict[str, float], one: Particles, past: Past, cut: int, level: Floats, growth: Floats) -> list[float]:
    point, years = past.points[cut], growth.shape[0]
    opened = PastYear(
        year=cut,
        filled=point.filled,
        vacancy_rate=point.vacancy_rate,
        turnover=point.turnover,
        change=point.growth * point.filled,
        mean_vacancies=point.mean_vacancies,
        entrants=float(entrants_at(point, level, one.draws)[0]),
        arrivals=point.arrivals,
        pay=care_pay(cut),
    )
    drawn = load().drawn({path: middle[path] for path in PATHS})
    world = open_past_run(opened, drawn, posts_path(cut, growth)[:, 0], _contrasts(), None)
    world.advance(years * MONTHS_PER_YEAR)
    stocks = world.result().stocks[1:, :, INSIDE].sum(axis=(1, 2, 3))
    vacant, filled = stocks[:, STOCKS.index("vacant")], stocks[:, STOCKS.index("filled")]
    return [float(rate) for rate in vacant / (vacant + filled)]


@lru_cache(maxsize=1)
def _contrasts() -> Contrasts:
    return contrasts(load())
