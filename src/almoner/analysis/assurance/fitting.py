"""How well each draw reproduces the record, one year ahead at a time.

Each year opens at the published levels of 31 March and runs with the drivers as they turned out. What it says of three things is
held against what was published: turnover, posts beyond need, and the vacancy rate given both. Recruiting has a level that moves:
the year's surprise is the part of resident entrants that vacancies, market and pay do not explain, of which the share
`filling.entrants_weight` stays. That is simple exponential smoothing in its innovations form (Hyndman et al. 2008, chapter 5),
followed here by the equivalent Kalman filter, so that an unknown first level and the error of the published figures count. The
shipped rule for the base year (a weight between it and three years) is the same idea with the market and vacancies left in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.ageing import ageing
from almoner.analysis.assurance.particles import Particles
from almoner.analysis.assurance.published import growth_error, observation_error
from almoner.analysis.assurance.setting import (
    Past,
    Point,
    level_of,
    market_path,
    need_growth,
    opening,
    pay_ratio,
    posts_path,
    removed,
    working_age,
)
from almoner.analysis.assurance.twin import INSIDE, Ageing, Draws, Drivers, Opening, run
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.demand import Rule

Floats = NDArray[np.float64]

SERIES: Final = ("vacancy_rate", "turnover", "posts")
CHUNK: Final = 1024
_STEP: Final = 0.1
_TURNOVER_ROUNDING: Final = 0.1 / np.sqrt(12) / 29.0
"""Standard deviation of rounding turnover to a tenth of a point, over its level."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What the record says of every draw."""

    log_likelihood: Floats
    """[draw, year, series]; zero where a series has no figure or fixes the first level."""
    years: tuple[int, ...]
    levels: Floats
    """[draw, year]: mean of the level of recruiting after each year."""
    variances: Floats
    """[draw, year]: its variance."""
    predicted: Floats
    """[draw, year, series]: one-year-ahead means of the vacancy rate (given turnover), turnover, and growth of posts."""
    spread: Floats
    """[draw, year, series]: their standard deviations, the error of the published figure included."""
    surprise: Floats
    """[draw, year]: what a year's recruiting had beyond the level before it, on the log scale; not a number in the first year."""

    @property
    def level(self) -> Floats:
        """The mean of the level of recruiting after the last year, [draw]."""
        return self.levels[:, -1]

    @property
    def level_variance(self) -> Floats:
        """The variance of the level after the last year, [draw]."""
        return self.variances[:, -1]

    def upto(self, cut: int) -> Fit:
        """Return the fit to the years up to a cut: the filter never looks ahead."""
        end = self.years.index(cut) + 1
        return Fit(
            self.log_likelihood[:, :end],
            self.years[:end],
            self.levels[:, :end],
            self.variances[:, :end],
            self.predicted[:, :end],
            self.spread[:, :end],
            self.surprise[:, :end],
        )

    @property
    def total(self) -> Floats:
        """The log likelihood of each draw, [draw]."""
        return np.asarray(self.log_likelihood.sum(axis=(1, 2)))


def fit(
    particles: Particles,
    past: Past,
    cut: int,
    rule: Rule = "age_specific",
    budget_held: float = 0.0,
    months: Ageing | None = None,
) -> Fit:
    """Run the filter over the years of `past` up to `cut` for every draw, a thousand at a time."""
    grown = months or ageing(1)
    parts = [
        _fit(particles.chosen(np.arange(start, min(start + CHUNK, particles.size))), past, cut, rule, budget_held, grown)
        for start in range(0, particles.size, CHUNK)
    ]
    return Fit(
        np.concatenate([part.log_likelihood for part in parts]),
        parts[0].years,
        np.concatenate([part.levels for part in parts]),
        np.concatenate([part.variances for part in parts]),
        np.concatenate([part.predicted for part in parts]),
        np.concatenate([part.spread for part in parts]),
        np.concatenate([part.surprise for part in parts]),
    )


def turnover_response(draws: Draws, market: Floats, pay: Floats, grown: Ageing) -> Floats:
    """Return turnover over a year relative to that of the opening, [draw]: exits answer to market and pay, all to ageing.

    `market` is [month, draw], `pay` [month].
    """
    exits = (market**draws.market_response) * pay[:, None] ** -draws.exit_pay_elasticity * grown.exits[: pay.size, None]
    moves = grown.moves[: pay.size, None]
    return np.asarray(((1.0 - draws.mover_share) * exits + draws.mover_share * moves).mean(axis=0))


def mean_pay(pay: Floats, past: Past) -> Floats:
    """Return the pay ratio of the published base, weighted by its filled posts, [month]."""
    weight = past.structure.filled * INSIDE[:, None]
    return np.asarray((pay * weight).sum(axis=(1, 2)) / weight.sum())


def _fit(particles: Particles, past: Past, cut: int, rule: Rule, budget_held: float, grown: Ageing) -> Fit:
    draws, values = particles.draws, particles.values
    years = tuple(year for year in sorted(past.points) if min(past.points) < year <= cut)
    size, known = particles.size, {name: np.zeros((particles.size, len(years))) for name in SERIES}
    predicted, spreads = (np.zeros((size, len(years), len(SERIES))) for _ in range(2))
    surprises = np.full((size, len(years)), np.nan)
    weight, spread = values["filling.entrants_weight"], values["surprise.entrants"]
    passing, lasting = spread**2 * (1.0 - weight), (spread * weight) ** 2
    level, variance = _first_level(draws, past), np.full(size, np.inf)
    levels, variances = np.empty((size, len(years))), np.empty((size, len(years)))
    for column, year in enumerate(years):
        before, after = past.points[year - 1], past.points[year]
        market = market_path(year - 1, 1, "conditional")
        pay = pay_ratio(year - 1, 1, "conditional")
        response = turnover_response(draws, market, mean_pay(pay, past), grown)
        forced = removed(year - 1, 1, "conditional", past)
        lost = float(forced.sum(axis=0) @ past.structure.filled.sum(axis=1) / past.structure.filled[INSIDE].sum())
        expected = before.turnover * response
        known["turnover"][:, column] = _normal(
            np.log((after.turnover - lost) / expected), values["surprise.turnover"] ** 2 + _TURNOVER_ROUNDING**2
        )
        need = float(need_growth(year - 1, 1, rule)[-1] - 1.0) - budget_held * max(float(mean_pay(pay, past)[-1]) - 1.0, 0.0)
        growth = past.posts_growth(year)
        if after.growth_is_published:
            known["posts"][:, column] = _normal(growth - need, values["surprise.posts"] ** 2 + _posts_error())
        at = opening(before, past.structure, draws, level)
        drivers = Drivers(
            posts=posts_path(year - 1, np.array([[growth]]), rule),
            market=market,
            pay=pay,
            arrivals=np.full((MONTHS_PER_YEAR, 1), after.arrivals),
            working_age=working_age(year - 1, 1),
            leaving=np.repeat(((after.turnover - lost) / expected)[None], MONTHS_PER_YEAR, axis=0),
            entering=np.ones((MONTHS_PER_YEAR, 1)),
            removed=forced,
        )
        rate = _rate(at, draws, drivers, grown)
        slope = (_rate(replace(at, entrants=at.entrants * np.exp(_STEP)), draws, drivers, grown) - rate) / _STEP
        innovation = (after.vacancy_rate - rate) / slope
        error = (
            _error(after.growth_is_published, values) / slope**2
            + (values["filling.vacancy_exponent"] * _vacancy_error(before)) ** 2
        )
        predicted[:, column] = np.stack([rate, expected + lost, np.full(size, need)], axis=1)
        first = np.isinf(variance)
        total = np.where(first, 1.0, variance) + lasting + passing + error
        known["vacancy_rate"][:, column] = np.where(first, 0.0, _normal(innovation * slope, total * slope**2))
        turnover_spread = np.sqrt(values["surprise.turnover"] ** 2 + _TURNOVER_ROUNDING**2) * expected
        posts_spread = np.sqrt(values["surprise.posts"] ** 2 + _posts_error())
        spreads[:, column] = np.stack([np.sqrt(total) * np.abs(slope), turnover_spread, posts_spread], axis=1)
        surprises[:, column] = np.where(first, np.nan, innovation)
        gain = np.where(first, 1.0, (np.where(first, 0.0, variance) + lasting) / total)
        level = level + gain * innovation
        variance = np.where(first, passing + error, (1.0 - gain) * (np.where(first, 0.0, variance) + lasting))
        levels[:, column], variances[:, column] = level, variance
    return Fit(np.stack([known[name] for name in SERIES], axis=2), years, levels, variances, predicted, spreads, surprises)


def _first_level(draws: Draws, past: Past) -> Floats:
    """Return a level to start the filter at, by the first point's identity; its weight is nothing."""
    point = past.points[min(past.points)]
    exits = (1.0 - draws.mover_share) * point.turnover * point.filled
    return level_of(point, exits + point.growth * point.filled - point.arrivals, draws)


def _rate(at: Opening, draws: Draws, drivers: Drivers, grown: Ageing) -> Floats:
    return run(at, draws, drivers, grown).rate(-1)


def _error(growth_is_published: bool, values: dict[str, Floats]) -> Floats:
    """Return the variance of the year-end vacancy rate that figures and posts bring.

    With a published growth of filled posts the year's balance is known as well as that growth; without one it rests on two
    published rates and on posts that are taken to grow with need.
    """
    spread = values["surprise.posts"]
    if growth_is_published:
        return np.full(spread.size, growth_error() ** 2)
    return np.asarray(2.0 * observation_error() ** 2 + spread**2)


def _posts_error() -> float:
    """Return the variance of a year's growth of posts by the figures it is made of: growth of filled posts and two rates."""
    return growth_error() ** 2 + 2.0 * observation_error() ** 2


def _vacancy_error(point: Point) -> float:
    """Return the standard error of the log of vacancies at the opening."""
    return observation_error() / point.vacancy_rate


def _normal(difference: Floats | float, variance: Floats) -> Floats:
    return np.asarray(-0.5 * (difference**2 / variance + np.log(2.0 * np.pi * variance)))
