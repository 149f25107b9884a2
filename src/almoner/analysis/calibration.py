"""Calibration: base-year levels exactly, then the uncertain parameters against the published record (MODEL.md section 9).

In: draws from the priors and the record from 2016-17 to the base year. Out: posterior draws with diagnostics: the effective sample
size, prior against posterior, which series moved which parameter, how the record lies in the predictions one year ahead, and the
structural variants with their evidence. Seeds are never fitted. Levels of the base year need no fitting here: the baseline and
`model.filling.calibrate` meet them exactly.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from almoner.analysis.assurance.fitting import SERIES, Fit, fit
from almoner.analysis.assurance.forecasts import ALL_KNOWN, forecast
from almoner.analysis.assurance.particles import NAMES, PATHS, Particles, particles
from almoner.analysis.assurance.published import BASE_YEAR, growth_error, observation_error, record, year_name
from almoner.analysis.assurance.scores import reliability
from almoner.analysis.assurance.self_test import LEVEL, SelfTest
from almoner.analysis.assurance.setting import Past, entrants_at, past_of_england
from almoner.analysis.assurance.weights import (
    effective_sample_size,
    log_evidence,
    moved,
    resampled,
    weighted_quantiles,
    weights_of,
)
from almoner.errors import AlmonerError
from almoner.model.demand import Rule
from almoner.model.draws import generator
from almoner.parameters import load
from almoner.study.job_vacancies import past_levels

Floats = NDArray[np.float64]

DRAWS: Final = 8192
KEPT: Final = 2048
LEAST_SAMPLE: Final = 200
VARIANT_YEARS: Final = 5
JUMP_OFF: Final = "filling.jump_off"


@dataclass(frozen=True, slots=True)
class Variant:
    """A structure that the record is held against: rule of need, matching exponent, and whether budgets hold pay rises."""

    rule: Rule
    exponent: float | None
    """Fixed exponent of vacancies in resident entrants, or the prior."""
    budget_held: float

    @property
    def name(self) -> str:
        """Words for a table."""
        matching = "exponent by its prior" if self.exponent is None else f"exponent {self.exponent:g}"
        funding = "posts by need" if self.budget_held == 0.0 else "pay rises held by budgets"
        return f"{self.rule.replace('_', ' ')}; {matching}; {funding}"


VARIANTS: Final = tuple(
    Variant(rule, exponent, held)
    for rule in ("age_specific", "proportional_65")
    for exponent in (None, 0.0, 1.0)
    for held in (0.0, 1.0)
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What calibration found."""

    draws: int
    seed: int
    seconds: float
    effective_sample_size: float
    effective_shares: dict[str, float]
    """The effective sample size, over the draws, of each series alone."""
    parameters: tuple[dict[str, Any], ...]
    moved_by: tuple[dict[str, Any], ...]
    """One row a parameter: how far each series alone moves its median, in standard deviations of the prior."""
    predictive: tuple[dict[str, Any], ...]
    reliability: tuple[dict[str, float], ...]
    variants: tuple[dict[str, Any], ...]
    fitted: tuple[dict[str, Any], ...]
    """What was fitted: the record by year, with its rows."""
    errors: dict[str, float]
    posterior: Posterior


@dataclass(frozen=True, slots=True)
class Posterior:
    """Equally weighted draws: `uniforms` [draw, dimension] of the parameters in `paths`, and their values."""

    paths: tuple[str, ...]
    uniforms: Floats
    values: Floats


def calibrate(draws: int = DRAWS, seed: int = 0, structures: bool = True) -> Calibration:
    """Calibrate on the whole record. Refuses when the draws are too few for an effective sample of 200."""
    started = time.perf_counter()
    points, past = particles(draws, seed), past_of_england()
    found = fit(points, past, BASE_YEAR)
    weights = weights_of(found.total)
    sample = effective_sample_size(weights)
    if sample < LEAST_SAMPLE:
        raise AlmonerError(
            f"{points.size} draws are worth only {sample:.0f} equally weighted ones, fewer than {LEAST_SAMPLE}: "
            f"ask for at least {points.size * 2 ** int(np.ceil(np.log2(LEAST_SAMPLE / sample)))} with --draws."
        )
    posterior = posterior_of(points, found, past, weights, seed)
    return Calibration(
        draws=points.size,
        seed=seed,
        seconds=time.perf_counter() - started,
        effective_sample_size=sample,
        effective_shares={name: effective_sample_size(_alone(found, name)) / points.size for name in SERIES},
        parameters=(*moved(points, weights), _jump_off_row(posterior)),
        moved_by=tuple(_moved_by(points, found, weights)),
        predictive=tuple(_predictive(found, past, weights)),
        reliability=tuple(reliability([row["place"] for row in _predictive(found, past, weights)])),
        variants=tuple(_variants(points, past)) if structures else (),
        fitted=tuple(fitted_rows()),
        errors={"vacancy_rate": observation_error(), "filled_posts_growth": growth_error()},
        posterior=posterior,
    )


def as_data(found: Calibration, tested: SelfTest | None = None) -> dict[str, Any]:
    """Return a calibration as plain data for `almoner calibrate --json`, without the draws themselves."""
    data: dict[str, Any] = {
        "effective_sample_size": found.effective_sample_size,
        "seconds": found.seconds,
        "draws": found.draws,
        "seed": found.seed,
        "parameters": [dict(row) for row in found.parameters],
        "moved_by": [dict(row) for row in found.moved_by],
        "posterior_predictive": [dict(row) for row in found.predictive],
        "reliability": [dict(row) for row in found.reliability],
        "structural_variants": [dict(row) for row in found.variants],
        "effective_share_by_series": found.effective_shares,
        "observation_error": found.errors,
        "fitted": [dict(row) for row in found.fitted],
    }
    if tested is not None:
        data["self_test"] = {
            "histories": tested.histories,
            "level": LEVEL,
            "uniform": tested.uniform,
            "effective_sample_size": tested.effective_sample_size,
            "parameters": tested.rows(),
        }
    return data


def posterior_of(points: Particles, found: Fit, past: Past, weights: Floats, seed: int) -> Posterior:
    """Return equally weighted draws of the tree's parameters, with the multiplier on entrants that the record implies.

    `filling.jump_off` carries what calibration says of resident entrants over what the shipped base year says at the draw's weight:
    the level of recruiting after the base year, with a year's surprise, so that forecasts bring the doubt that the record shows.
    """
    tree, index = load(), resampled(weights, KEPT)
    # Rows in random order, so that the first few of them are as good a sample as any others.
    luck = generator("posterior draws", seed)
    luck.shuffle(index)
    chosen = points.chosen(index)
    level = found.level[index] + np.sqrt(found.level_variance[index]) * luck.standard_normal(KEPT)
    point = replace(past.points[BASE_YEAR], mean_vacancies=tree.at("filling.mean_vacancies"))
    surprise = chosen.values["surprise.entrants"] * luck.standard_normal(KEPT)
    entrants = entrants_at(point, level + surprise, chosen.draws)
    weight = chosen.values["filling.entrants_weight"]
    shipped = weight * tree.at("filling.entrants_base_year") + (1.0 - weight) * tree.at("filling.entrants_three_year_mean")
    jump = np.log(entrants / shipped)
    prior = tree.parameter(JUMP_OFF).prior
    assert prior is not None
    spread = np.log(prior.high / prior.low) / (2 * 1.2815515655446004)
    uniforms = np.clip(ndtr(jump / spread), 1e-6, 1 - 1e-6)
    columns = [NAMES.index(path) for path in PATHS]
    return Posterior(
        (*PATHS, JUMP_OFF),
        np.column_stack([chosen.uniforms[:, columns], uniforms]),
        np.column_stack([*(chosen.values[path] for path in PATHS), [prior.quantile(u) for u in uniforms.tolist()]]),
    )


def record_hash() -> str:
    """Return the SHA-256 of the record that was fitted and the base year's entrants that the posterior multiplies."""
    tree = load()
    content = [
        [tree.at("filling.entrants_base_year"), tree.at("filling.entrants_three_year_mean")],
        [[row["year"], row["vacancy_rate"], row["turnover"], row["growth"], row["arrivals"]] for row in fitted_rows()],
        list(past_levels().values()),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def fitted_rows() -> list[dict[str, Any]]:
    """Return the record that was fitted, in per cent and people, each year with its rows of `adult_workforce`."""
    return [
        {
            "year": facts.name,
            "vacancy_rate": 100 * facts.vacancy_rate,
            "turnover": 100 * facts.turnover,
            "growth": None if facts.growth_latest is None else 100 * facts.growth_latest,
            "arrivals": facts.arrivals_latest,
            "job_vacancies_thousand": facts.market,
            "rows": ";".join(facts.rows),
        }
        for facts in record().values()
    ]


def _alone(found: Fit, series: str) -> Floats:
    return weights_of(found.log_likelihood[:, :, SERIES.index(series)].sum(axis=1))


def _moved_by(points: Particles, found: Fit, weights: Floats) -> list[dict[str, Any]]:
    rows = []
    for name in NAMES:
        values = points.values[name]
        row: dict[str, Any] = {"parameter": name}
        middle, spread = float(np.median(values)), float(values.std())
        for series in SERIES:
            shifted = weighted_quantiles(values, _alone(found, series), (0.5,))[0]
            row[series] = (shifted - middle) / spread
        row["all"] = (weighted_quantiles(values, weights, (0.5,))[0] - middle) / spread
        rows.append(row)
    return rows


def _predictive(found: Fit, past: Past, weights: Floats) -> list[dict[str, Any]]:
    """Return each published figure beside its prediction one year ahead, with its place in the predictive distribution."""
    rows = []
    for column, year in enumerate(found.years):
        point = past.points[year]
        published = {
            "vacancy_rate": None if column == 0 else point.vacancy_rate,
            "turnover": point.turnover,
            "posts": past.posts_growth(year) if point.growth_is_published else None,
        }
        for series, value in published.items():
            if value is None:
                continue
            mean = found.predicted[:, column, SERIES.index(series)]
            spread = found.spread[:, column, SERIES.index(series)]
            expected = float(weights @ mean)
            total = float(np.sqrt(weights @ (spread**2 + (mean - expected) ** 2)))
            rows.append(
                {
                    "year": record()[year].name,
                    "series": series,
                    "published": 100 * value,
                    "predicted": 100 * expected,
                    "spread": 100 * total,
                    "place": float(weights @ ndtr((value - mean) / spread)),
                }
            )
    return rows


def _jump_off_row(posterior: Posterior) -> dict[str, Any]:
    prior = load().parameter(JUMP_OFF).prior
    assert prior is not None
    values = posterior.values[:, posterior.paths.index(JUMP_OFF)]
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
    before = [prior.quantile(u) for u in (0.1, 0.5, 0.9)]
    spread = float(np.log(values).std() / (np.log(before[2] / before[0]) / (2 * 1.2815515655446004)))
    return {
        "parameter": JUMP_OFF,
        "prior_low80": before[0],
        "prior_median": before[1],
        "prior_high80": before[2],
        "posterior_low80": low,
        "posterior_median": middle,
        "posterior_high80": high,
        "spread_left": spread,
    }


def _variants(points: Particles, past: Past) -> list[dict[str, Any]]:
    """Hold each structure against the record, and say where each takes the vacancy rate in five years; on a quarter of the draws.

    Log evidence is told beside the shipped structure's. Budgets that hold pay rises matter to the fit of posts, not to the
    forecast, whose posts follow need.
    """
    few = points.chosen(np.arange(max(points.size // 4, 1)))
    rows: list[dict[str, Any]] = []
    for variant in VARIANTS:
        own = few
        if variant.exponent is not None:
            fixed = np.full(few.size, variant.exponent)
            own = Particles(few.uniforms, few.values | {"filling.vacancy_exponent": fixed})
        found = fit(own, past, BASE_YEAR, variant.rule, variant.budget_held)
        ahead = forecast(own, found, past, BASE_YEAR, VARIANT_YEARS, ALL_KNOWN, few.size, rule=variant.rule)
        rows.append(
            {
                "variant": variant.name,
                "need_rule": variant.rule,
                "vacancy_exponent": variant.exponent,
                "budget_held": variant.budget_held,
                "log_evidence": log_evidence(found.total),
                "year": year_name(BASE_YEAR + VARIANT_YEARS),
                "vacancy_rate": 100 * float(np.median(ahead.vacancy_rate[-1])),
                "effective_sample_size": effective_sample_size(weights_of(found.total)),
            }
        )
    for row in rows:
        row["log_evidence_beside_shipped"] = row["log_evidence"] - rows[0]["log_evidence"]
    return rows
