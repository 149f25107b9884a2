"""How leaving of the holders changes with the months since the opening, measured in the engine.

The engine knows each holder's age, experience and contract; the twin does not. As the opening's holders gain experience and those
who stay are the ones who leave less, leaving per filled post falls. The ratio is measured once, with every driver outside held
still, in one area of four; between the middles of the years it is a straight line, and after the last it stays.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from almoner.analysis.assurance.published import BASE_YEAR
from almoner.analysis.assurance.setting import past_of_england
from almoner.analysis.assurance.twin import INSIDE, Ageing
from almoner.model.baseline import build
from almoner.model.clock import MONTHS_PER_YEAR, hazard_of_turnover
from almoner.model.columns import FLOWS
from almoner.model.engine import STOCKS
from almoner.model.leaving import contrasts
from almoner.parameters import Set, load
from almoner.study.history import PastYear, open_past_run, past_baseline

YEARS: Final = 4
ONE_AREA_IN: Final = 4
EXITS: Final = [index for index, name in enumerate(FLOWS) if name.startswith("exits_")]
_GROWTH: Final = 0.0125
"""Growth of posts a year in the measurement: the mean of the years with a published growth, 2018-19 to 2024-25."""


def base_year() -> PastYear:
    """Return the base year as a past year, at the shipped parameters."""
    tree, point = load(), past_of_england().points[BASE_YEAR]
    weight = tree.at("filling.entrants_weight")
    entrants = weight * tree.at("filling.entrants_base_year") + (1 - weight) * tree.at("filling.entrants_three_year_mean")
    return PastYear(
        year=BASE_YEAR,
        filled=point.filled,
        vacancy_rate=point.vacancy_rate,
        turnover=tree.at("leaving.turnover_base"),
        change=tree.at("filling.base_change"),
        mean_vacancies=tree.at("filling.mean_vacancies"),
        entrants=entrants,
        arrivals=tree.at("filling.base_arrivals"),
        pay=1.0,
    )


@lru_cache(maxsize=4)
def ageing(years: int = YEARS) -> Ageing:
    """Return the ratios for the months of `years` years."""
    exits, moves = _measured()
    middle = np.array([-0.5, *((np.arange(YEARS) + 0.5) * MONTHS_PER_YEAR - 0.5)])
    month = np.arange(years * MONTHS_PER_YEAR)
    return Ageing(np.interp(month, middle, [1.0, *exits]), np.interp(month, middle, [1.0, *moves]))


@lru_cache(maxsize=1)
def _measured() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the ratios of exits and of moves in each year after the opening."""
    past, months = base_year(), YEARS * MONTHS_PER_YEAR
    tree = load()
    still = [
        Set("market.job_vacancies", tree.at("market.job_vacancies")),
        Set("filling.arrivals", past.arrivals),
        Set("leaving.exit_pay_elasticity", 0.0),
    ]
    growth = np.exp(np.log1p(_GROWTH) / MONTHS_PER_YEAR * np.arange(1, months + 1))
    posts = np.repeat(growth[:, None], INSIDE.size, axis=1)
    sample = build(None).area_codes[::ONE_AREA_IN]
    run = open_past_run(past, tree.edited(still), posts, contrasts(tree), sample)
    run.advance(months)
    result = run.result()
    filled = result.stocks[..., STOCKS.index("filled")].astype(np.float64)
    stock = 0.5 * (filled[1:] + filled[:-1])
    own = past_baseline(past, sample).turnover
    hazard = hazard_of_turnover(own) / MONTHS_PER_YEAR
    # Leavers of a month at the opening's own hazards, for the posts of the year.
    leavers = stock * -np.expm1(-hazard)[None] * MONTHS_PER_YEAR
    movers = tree.at("leaving.mover_share")
    exits = result.flows[1:, ..., EXITS].sum(axis=-1)[:, :, INSIDE].sum(axis=(1, 2, 3))
    moves = result.flows[1:, ..., FLOWS.index("moves_out")][:, :, INSIDE].sum(axis=(1, 2, 3))
    expected = leavers[:, :, INSIDE].sum(axis=(1, 2, 3))
    return tuple((exits / (expected * (1.0 - movers))).tolist()), tuple((moves / (expected * movers)).tolist())
