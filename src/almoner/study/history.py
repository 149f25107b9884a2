"""Opening the engine in a past year: the same code and the same months, with the calendar moved.

In: the shipped tree and how England stood on 31 March of a past year. Out: a tree whose month 0 is April of that year, a baseline
scaled to that year's published levels, and a run of some areas. Structure within a level (services, roles, people) is that of
the base year, because none is published for the past; levels and growth come from one series each and are never spliced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline import AttributeTables, Baseline, attribute_tables
from almoner.model.baseline.build import build
from almoner.model.clock import EPOCH_YEAR, MONTHS_PER_YEAR
from almoner.model.engine import Run, build_rates
from almoner.model.filling import calibrate, slice_areas
from almoner.model.inputs import Inputs, build_inputs
from almoner.model.leaving import Contrasts
from almoner.model.posts import CELLS_PER_AREA, N_ROLES, cell_base
from almoner.model.world import opening_stock
from almoner.parameters import Edit, ParameterTree, Scale, Set
from almoner.parameters.months import month_number
from almoner.parameters.steps import BEGINNING, Steps
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import OUTSIDE_RATES, POPULATION_BANDS, SERVICE_IDS
from almoner.study import job_vacancies

WORKING_AGE: Final = POPULATION_BANDS.index("18-64")
INSIDE: Final = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
"""Which services belong to the base of the published rates."""


@dataclass(frozen=True, slots=True)
class PastYear:
    """England at 31 March of `year`, and what the year before it had: levels within one series, rates as fractions."""

    year: int
    filled: float
    """Posts, council and independent sector, on the scale of the base year's series (growth chained back)."""
    vacancy_rate: float
    turnover: float
    """Council and independent sector."""
    change: float
    """Change of filled posts in the year before."""
    mean_vacancies: float
    entrants: float
    """Resident entrants a year at this year's vacancies, market and pay: what the rates are calibrated on."""
    arrivals: float
    pay: float
    """Care worker pay over that of March 2025."""


def first_month(year: int) -> int:
    """Return the number of April of `year` in the calendar of the model (0 = April 2025)."""
    return (year - EPOCH_YEAR) * MONTHS_PER_YEAR


def history_edits(tree: ParameterTree) -> tuple[Edit, ...]:
    """Return the edits that give a tree the drivers of past years which forecasts do not need, or not month by month."""
    growth, arrivals = tree.parameter("history.outside_growth"), tree.parameter("history.arrivals")
    known = min(tree.parameter("filling.arrivals").dates)
    ends = [*growth.dates[1:], month_number("2025-01")]
    edits: list[Edit] = [
        Set("pay.outside_growth", value, start, end) for start, end, value in zip(growth.dates, ends, growth.values, strict=True)
    ]
    edits += [
        Set("filling.arrivals", value, start, end)
        for start, end, value in zip(arrivals.dates, [*arrivals.dates[1:], known], arrivals.values, strict=True)
    ]
    return (*edits, *job_vacancies.past_edits())


def moved(tree: ParameterTree, year: int) -> ParameterTree:
    """Return the tree with its calendar moved so that month 0 is April of `year`; a value keeps the month it holds from."""
    first = first_month(year)

    def steps(old: Steps) -> Steps:
        return Steps(tuple(month if month == BEGINNING else month - first for month in old.months), old.values)

    return ParameterTree({path: replace(leaf, steps=steps(leaf.steps)) for path, leaf in tree.leaves.items()})


def past_baseline(past: PastYear, area_codes: tuple[str, ...] | None = None, seed: int = 0, one_in: float = 1.0) -> Baseline:
    """Return the base year's structure at a past year's levels; `one_in` keeps one post in so many, every cell in proportion.

    Filled posts, vacant posts and turnover are each moved by one factor, those outside the published base by that of the base.
    """
    baseline = build(None, seed)
    filled, vacant = baseline.filled.astype(np.float64), baseline.vacant.astype(np.float64)
    growth = past.filled / filled[:, INSIDE].sum()
    wanted = past.filled * past.vacancy_rate / (1.0 - past.vacancy_rate)
    pressure = wanted / vacant[:, INSIDE].sum()
    leavers = (filled * baseline.turnover)[:, INSIDE].sum() / filled[:, INSIDE].sum()
    starts = draws.uniforms(draws.draw_key(seed, draws.Decision.ROUND_POSTS, -2), np.arange(2, dtype=np.uint64)).tolist()
    rows = slice(None) if area_codes is None else [baseline.area_codes.index(code) for code in area_codes]
    codes = baseline.area_codes if area_codes is None else tuple(baseline.area_codes[row] for row in rows)  # type: ignore[union-attr]
    published = tuple(np.array(baseline.published_posts)[rows].tolist())
    whole = [
        draws.round_unbiased((part[rows] * factor / one_in).ravel(), start).reshape(part[rows].shape).astype(np.int32)
        for part, factor, start in zip((filled, vacant), (growth, pressure), starts, strict=True)
    ]
    turnover = np.minimum(baseline.turnover[rows] * past.turnover / leavers, 0.95)
    return Baseline(codes, whole[0], whole[1], turnover, baseline.posts_error[rows], published, seed)


def past_tree(tree: ParameterTree, past: PastYear) -> ParameterTree:
    """Return a tree for a run from 31 March of the past year: calendar moved, the base-year identity that of the year."""
    identity = {
        "filling.base_change": past.change,
        "filling.base_arrivals": past.arrivals,
        "filling.entrants_base_year": past.entrants,
        "filling.entrants_three_year_mean": past.entrants,
        "filling.mean_vacancies": past.mean_vacancies,
        "leaving.turnover_base": past.turnover,
    }
    edits = [*history_edits(tree), *(Set(path, value) for path, value in identity.items()), in_base_pay(past.pay)]
    return moved(tree.edited(edits), past.year)


def in_base_pay(pay: float) -> Edit:
    """Return the edit that states the living wage of a past year in the money of base-year care pay.

    Pay positions stay those of March 2025, so the floor is moved instead of them: a ratio of pay is the same either way.
    """
    return Scale("pay.national_living_wage", 1.0 / pay)


def past_inputs(
    tree: ParameterTree,
    baseline: Baseline,
    tables: AttributeTables,
    past: PastYear,
    posts: NDArray[np.float64],
    shock: NDArray[np.float64] | None = None,
    turnover: NDArray[np.float64] | None = None,
) -> Inputs:
    """Return what the months from April of the past year read.

    `posts` [month, service] are posts relative to the opening, the same in every area; `shock` and `turnover` [month] multiply
    resident entrants and all leaving, for synthetic histories.
    """
    months = posts.shape[0]
    inputs = build_inputs(tree, baseline, tables, months)
    opening = (baseline.filled + baseline.vacant).astype(np.float64)
    numbers = np.array([cell_base(code, 0, 0) for code in baseline.area_codes], dtype=np.uint64)
    cells = numbers[:, None] + np.arange(CELLS_PER_AREA, dtype=np.uint64)[None, :]
    luck = draws.uniforms(draws.draw_key(baseline.seed, draws.Decision.ROUND_POSTS, 0), cells).reshape(opening.shape)
    target = np.floor(opening[None] * posts[:, None, :, None] + luck[None]).astype(inputs.target.dtype).reshape(months, -1)
    exponent = 1.0 - tree.at("filling.vacancy_exponent")
    leaving = np.ones(months) if turnover is None else turnover
    entering = np.ones(months) if shock is None else shock
    return replace(
        inputs,
        need=np.repeat(posts[:, None, :], len(baseline.area_codes), axis=1),
        target=target,
        working_age=people_of_working_age(baseline.area_codes, past.year, months) ** exponent,
        exit_factor=inputs.exit_factor * leaving[:, None, None, None],
        move_factor=inputs.move_factor * leaving[:, None, None, None],
        entrant_factor=inputs.entrant_factor * entering[:, None, None, None],
    )


def people_of_working_age(area_codes: tuple[str, ...], year: int, months: int) -> NDArray[np.float64]:
    """Return residents aged 18-64 at the end of each month after 31 March of `year`, relative to it, [month, area]."""
    dates = [year + 0.25 + month / MONTHS_PER_YEAR for month in range(months + 1)]
    people = persons_at(area_codes, dates)[:, :, WORKING_AGE]
    return np.asarray((people[:, 1:] / people[:, :1]).T)


def open_past_run(
    past: PastYear,
    drawn: ParameterTree,
    posts: NDArray[np.float64],
    weights: Contrasts,
    area_codes: tuple[str, ...] | None = None,
    seed: int = 0,
    one_in: float = 1.0,
    shock: NDArray[np.float64] | None = None,
    turnover: NDArray[np.float64] | None = None,
) -> Run:
    """Open the engine on 31 March of a past year for some areas, or for a thinned England.

    `drawn` is a tree in the model's own calendar, with the parameters of one draw; see `past_inputs` for the rest.
    """
    from almoner.study.run import open_world

    tree = past_tree(drawn, past)
    national = past_baseline(past, None, seed)
    baseline = past_baseline(past, area_codes, seed, one_in)
    tables = attribute_tables()
    index = np.array([national.area_codes.index(code) for code in baseline.area_codes])
    filling = slice_areas(calibrate(national, tree)[0], index)
    # Thinning keeps one post in so many, and with it one vacancy and one arrival in so many.
    filling = replace(filling, base_vacancies=filling.base_vacancies / one_in, arrival_share=filling.arrival_share / one_in)
    inputs = past_inputs(tree, baseline, tables, past, posts, shock, turnover)
    rates = build_rates(baseline, filling, weights, tables, tree)
    return Run(open_world(opening_stock(baseline), inputs, tree), rates, inputs, seed)


assert len(SERVICE_IDS) * N_ROLES == CELLS_PER_AREA
