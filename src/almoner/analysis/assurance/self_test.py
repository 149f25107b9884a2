"""Simulation-based calibration (Talts et al. 2018): whether calibration recovers the parameters that made a history.

A set of parameters is drawn from the priors, the *engine* makes eight years of history with it in a sample of areas, with the
yearly surprises and the errors of publication that the fit assumes, and calibration is run on that history as on the real one. Over
many histories the place of the true value among the posterior draws must be uniform. The engine makes the histories and the twin
fits them, so the test also covers what the twin leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.ageing import EXITS, ageing
from almoner.analysis.assurance.fitting import fit
from almoner.analysis.assurance.particles import NAMES, PATHS, Particles, of_uniforms, particles
from almoner.analysis.assurance.published import BASE_YEAR, FIRST_YEAR, growth_error, observation_error
from almoner.analysis.assurance.setting import Past, Point, care_pay, need_growth, past_of_england, posts_path, vacancies
from almoner.analysis.assurance.twin import INSIDE, structure
from almoner.analysis.assurance.weights import weights_of
from almoner.model.baseline import build
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.columns import FLOWS
from almoner.model.draws import generator
from almoner.model.engine import STOCKS
from almoner.model.filling import arrival_shares
from almoner.model.leaving import Contrasts, contrasts
from almoner.parameters import load
from almoner.study.history import PastYear, open_past_run, past_baseline

Floats = NDArray[np.float64]

ONE_AREA_IN: Final = 8
HISTORIES: Final = 128
POSTERIOR_DRAWS: Final = 2048
LEVEL: Final = 0.01
"""The level at which uniformity is tested, over all parameters together (Bonferroni)."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """`places` [history, parameter]: the share of the posterior below the true value; p values of the test of uniformity."""

    histories: int
    names: tuple[str, ...]
    places: Floats
    p_values: dict[str, float]
    effective_sample_size: float
    """The median over histories."""

    @property
    def uniform(self) -> bool:
        """Whether no parameter's places differ from uniform at `LEVEL`, all parameters together."""
        return min(self.p_values.values()) >= LEVEL / len(self.p_values)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a parameter for a table."""
        return [
            {
                "parameter": name,
                "mean_place": float(self.places[:, column].mean()),
                "within_80": float((np.abs(self.places[:, column] - 0.5) <= 0.4).mean()),
                "p_value": self.p_values[name],
            }
            for column, name in enumerate(self.names)
        ]


def self_test(histories: int = HISTORIES, draws: int = POSTERIOR_DRAWS, seed: int = 0) -> SelfTest:
    """Make `histories` synthetic histories and calibrate on each."""
    from scipy.stats import kstest

    points = particles(draws, seed)
    truths = of_uniforms(generator("self-test truths", seed).uniform(1e-3, 1 - 1e-3, (histories, len(NAMES))))
    places, sizes = np.empty((histories, len(NAMES))), []
    for number in range(histories):
        past = synthetic(truths.chosen(np.array([number])), number + 1000 * (seed + 1))
        weights = weights_of(fit(points, past, BASE_YEAR).total)
        sizes.append(1.0 / float((weights**2).sum()))
        for column, name in enumerate(NAMES):
            below = points.values[name] < truths.values[name][number]
            places[number, column] = float(weights[below].sum())
    p_values = {name: float(kstest(places[:, column], "uniform").pvalue) for column, name in enumerate(NAMES)}
    return SelfTest(histories, NAMES, places, p_values, float(np.median(sizes)))


def synthetic(truth: Particles, seed: int) -> Past:
    """Return the record that the engine makes of one draw from 31 March 2017 to the base year, in one area of eight.

    Surprises in recruiting, turnover and posts are drawn as the fit assumes them, figures get the errors of published ones. The
    ageing of the holders since 2017 is put in the place of that of a world opened anew each year, which is what the fit runs.
    """
    luck = generator("self-test history", seed)
    years = BASE_YEAR - FIRST_YEAR
    values = {name: float(found[0]) for name, found in truth.values.items()}
    england, codes = past_of_england(), _sample()
    known = [england.points[FIRST_YEAR + 1 + later].growth_is_published for later in range(years)]
    growth = np.empty(years)
    for later in range(years):
        need = float(need_growth(FIRST_YEAR + later, 1)[-1] - 1.0)
        growth[later] = need + values["surprise.posts"] * luck.standard_normal()
    weight, spread = values["filling.entrants_weight"], values["surprise.entrants"]
    lasting = np.cumsum(spread * weight * luck.standard_normal(years))
    passing = spread * np.sqrt(1.0 - weight) * luck.standard_normal(years)
    turnover = np.cumsum(values["surprise.turnover"] * luck.standard_normal(years))
    fresh, grown = ageing(1), ageing(years)
    kept = float(fresh.exits.mean()) ** np.arange(1, years + 1)
    own = grown.exits.reshape(years, MONTHS_PER_YEAR).mean(axis=1)
    monthly = {name: np.repeat(path, MONTHS_PER_YEAR) for name, path in {"shock": lasting + passing, "leaving": turnover}.items()}
    point = england.points[FIRST_YEAR]
    exits = (1.0 - values["leaving.mover_share"]) * point.turnover * point.filled
    past = PastYear(
        year=FIRST_YEAR,
        filled=point.filled,
        vacancy_rate=point.vacancy_rate,
        turnover=point.turnover,
        change=point.growth * point.filled,
        mean_vacancies=point.mean_vacancies,
        entrants=exits + point.growth * point.filled - point.arrivals,
        arrivals=point.arrivals,
        pay=care_pay(FIRST_YEAR),
    )
    drawn = load().drawn({path: values[path] for path in PATHS})
    run = open_past_run(
        past,
        drawn,
        posts_path(FIRST_YEAR, growth[:, None])[:, 0],
        _contrasts(),
        codes,
        seed=seed,
        shock=np.exp(monthly["shock"]),
        turnover=np.exp(monthly["leaving"]) * np.repeat(kept / own, MONTHS_PER_YEAR),
    )
    run.advance(years * MONTHS_PER_YEAR)
    result = run.result()
    filled, vacant = (
        result.stocks[..., STOCKS.index(name)][:, :, INSIDE].sum(axis=(1, 2, 3)).astype(np.float64) for name in ("filled", "vacant")
    )
    flows = result.flows[:, :, INSIDE].sum(axis=(1, 2, 3))
    leavers = (flows[1:, EXITS].sum(axis=1) + flows[1:, FLOWS.index("moves_out")]) / (0.5 * (filled[1:] + filled[:-1]))
    share = float(arrival_shares(past_baseline(past), load())[_rows(codes)].sum())
    seen = vacant / (filled + vacant) + observation_error() * luck.standard_normal(years + 1)
    points: dict[int, Point] = {}
    level = filled[0]
    opened = past_baseline(past, codes)
    own_turnover = float((opened.filled * opened.turnover)[:, INSIDE].sum() / opened.filled[:, INSIDE].sum())
    for later in range(years + 1):
        year = FIRST_YEAR + later
        real = england.points[year]
        change = real.growth if later == 0 else filled[later] / filled[later - 1] - 1.0
        if later > 0:
            change = change + growth_error() * luck.standard_normal()
            if not known[later - 1]:
                need = float(need_growth(year - 1, 1)[-1])
                change = need * (1.0 - seen[later]) / (1.0 - seen[later - 1]) - 1.0
            level *= 1.0 + change
        ends = [vacancies(level, seen[later]), vacancies(level / (1.0 + change), seen[max(later - 1, 0)])]
        points[year] = replace(
            real,
            vacancy_rate=float(seen[later]),
            turnover=own_turnover if later == 0 else float(leavers[later - 1]),
            filled=float(level),
            mean_vacancies=sum(ends) / 2,
            growth=float(change),
            arrivals=real.arrivals * share,
        )
    return Past(points, structure(build(codes)), mandate=False)


@lru_cache(maxsize=1)
def _sample() -> tuple[str, ...]:
    return build(None).area_codes[::ONE_AREA_IN]


def _rows(codes: tuple[str, ...]) -> list[int]:
    return [build(None).area_codes.index(code) for code in codes]


@lru_cache(maxsize=1)
def _contrasts() -> Contrasts:
    return contrasts(load())
