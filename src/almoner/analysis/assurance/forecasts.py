"""Forecasts of England from 31 March of a year: conditional on the drivers as they turned out, or blind.

In: weighted draws fitted to the record up to the cut. Out: draws of the vacancy rate, filled posts relative to the cut and
turnover at the end of each year after it. Each draw brings its own yearly surprises: in recruiting (part of which stays), in
turnover (all of which stays), in posts beyond need and, blind, in UK job vacancies and arrivals. The luck is keyed by a seed that
is fixed and never fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.ageing import ageing
from almoner.analysis.assurance.fitting import Fit, mean_pay, turnover_response
from almoner.analysis.assurance.particles import Particles
from almoner.analysis.assurance.published import BASE_YEAR, arrivals_of
from almoner.analysis.assurance.setting import (
    Mode,
    Past,
    Point,
    market_path,
    need_growth,
    opening,
    past_of_england,
    pay_ratio,
    posts_path,
    removed,
    working_age,
)
from almoner.analysis.assurance.twin import INSIDE, Drivers, run
from almoner.analysis.assurance.weights import resampled, weights_of
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.demand import Rule
from almoner.model.draws import generator
from almoner.parameters import load

Floats = NDArray[np.float64]

DRIVERS: Final = ("market", "wage", "mandate", "arrivals", "posts")
"""What a run may know as it turned out: UK job vacancies, the living wage, the vaccination mandate, arrivals, and posts."""

ALL_KNOWN: Final = frozenset(DRIVERS)
NOTHING_KNOWN: Final[frozenset[str]] = frozenset()

DRAWS: Final = 2048
ARRIVALS_SPREAD: Final = 0.39
"""Standard deviation of the log of arrivals a year ahead when nothing is known.

That of the shipped prior of 2025-26 over its mean, 15 to 45 thousand about 30 (80%)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Draws by [year, draw] for the years after the cut; rates are fractions, `filled` is relative to the cut."""

    cut: int
    years: tuple[int, ...]
    vacancy_rate: Floats
    filled: Floats
    turnover: Floats
    """Of the base of the vacancy rate."""
    by_service: Floats
    """[year, draw, service]: vacancy rates."""


def forecast(
    particles: Particles,
    fit: Fit,
    past: Past,
    cut: int,
    years: int,
    known: frozenset[str],
    count: int = DRAWS,
    seed: int = 0,
    rule: Rule = "age_specific",
    point: Point | None = None,
    service_rates: dict[str, float] | None = None,
) -> Forecast:
    """Run `count` draws for `years` years from the cut, with the drivers of `known` as they turned out and the others as then seen.

    `rule` is that of need, which posts follow where they are not known or were not published.
    """
    index = resampled(weights_of(fit.total), count)
    chosen = particles.chosen(index)
    draws, values = chosen.draws, chosen.values
    luck = generator("back-test", seed, cut)
    normal = {
        name: luck.standard_normal((years, count)) for name in ("lasting", "passing", "turnover", "posts", "market", "arrivals")
    }
    first = luck.standard_normal(count)
    at = point or past.points[cut]
    level = fit.level[index] + np.sqrt(fit.level_variance[index]) * first
    weight, spread = values["filling.entrants_weight"], values["surprise.entrants"]
    entering = np.cumsum(normal["lasting"] * spread * weight, axis=0) + normal["passing"] * spread * np.sqrt(1.0 - weight)
    leaving = np.cumsum(normal["turnover"] * values["surprise.turnover"], axis=0)
    market = market_path(cut, years, _mode("market", known), _market_noise(normal["market"], "market" in known))
    pay = pay_ratio(cut, years, _mode("wage", known))
    growth = _posts_growth(cut, years, "posts" in known, rule, normal["posts"] * values["surprise.posts"])
    forced = removed(cut, years, _mode("mandate", known), past)
    drivers = Drivers(
        posts=posts_path(cut, growth, rule),
        market=market,
        pay=pay,
        arrivals=_monthly(_arrivals(at, cut, years, "arrivals" in known, normal["arrivals"], at.filled / past.points[cut].filled)),
        working_age=working_age(cut, years),
        leaving=_monthly(np.exp(leaving)),
        entering=_monthly(np.exp(entering)),
        removed=forced,
    )
    path = run(opening(at, past.structure, draws, level, service_rates), draws, drivers, ageing(years))
    ends = [(later + 1) * MONTHS_PER_YEAR for later in range(years)]
    by_service = np.stack([path.vacant[end] / np.maximum(path.vacant[end] + path.filled[end], 1e-9) for end in ends])
    grown = ageing(years)
    response = np.stack(
        [
            turnover_response(
                draws,
                market[end - MONTHS_PER_YEAR : end],
                mean_pay(pay[end - MONTHS_PER_YEAR : end], past),
                type(grown)(grown.exits[end - MONTHS_PER_YEAR : end], grown.moves[end - MONTHS_PER_YEAR : end]),
            )
            for end in ends
        ]
    )
    return Forecast(
        cut=cut,
        years=tuple(cut + 1 + later for later in range(years)),
        vacancy_rate=np.stack([path.rate(end) for end in ends]),
        filled=np.stack([path.base(end)[0] / path.base(0)[0] for end in ends]),
        turnover=at.turnover * response * np.exp(leaving) + _lost(forced, past)[:, None],
        by_service=by_service,
    )


def _lost(forced: Floats, past: Past) -> Floats:
    """Return what a condition of entry adds to turnover in each year."""
    by_year = forced.reshape(-1, MONTHS_PER_YEAR, forced.shape[1]).sum(axis=1)
    return np.asarray(by_year @ past.structure.filled.sum(axis=1) / past.structure.filled[INSIDE].sum())


def _monthly(yearly: Floats) -> Floats:
    return np.repeat(yearly, MONTHS_PER_YEAR, axis=0)


def _mode(driver: str, known: frozenset[str]) -> Mode:
    return "conditional" if driver in known else "blind"


def _market_noise(normal: Floats, known: bool) -> Floats | None:
    """Return what is not known of UK job vacancies, [year, draw], logs: a walk with the shipped prior's spread a year."""
    if known:
        return None
    prior = load().parameter("market.multiplier").prior
    assert prior is not None
    spread = np.log(prior.high / prior.low) / (2 * 1.2815515655446004)
    return np.asarray(np.cumsum(normal * spread, axis=0))


def _posts_growth(cut: int, years: int, known: bool, rule: Rule, noise: Floats) -> Floats:
    """Return the growth of posts in each year, [year, draw]: as published if it is known and was, else need with its surprise."""
    need = np.concatenate([[1.0], need_growth(cut, years, rule)])
    growth = (need[1:] / need[:-1] - 1.0)[:, None] + noise
    if known:
        turned_out = past_of_england()
        for later in range(years):
            year = cut + later + 1
            if year in turned_out.points and turned_out.points[year].growth_is_published:
                growth[later] = turned_out.posts_growth(year)
    return np.asarray(growth)


def _arrivals(at: Point, cut: int, years: int, known: bool, normal: Floats, share: float) -> Floats:
    """Return arrivals a year, [year, draw]: as they turned out, or those of the cut's year with the spread of not knowing.

    `share` is that of the place in England's posts.
    """
    if not known:
        return np.asarray(at.arrivals * np.exp(np.cumsum(normal * ARRIVALS_SPREAD, axis=0)))
    turned_out = np.array([arrivals_of(cut + later + 1) for later in range(years)])
    published = np.array([cut + later + 1 <= BASE_YEAR for later in range(years)])
    guess = np.exp(normal * ARRIVALS_SPREAD)
    return np.asarray(np.where(published[:, None], 1.0, guess) * turned_out[:, None] * share)
