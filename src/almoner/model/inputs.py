"""What the months of one run read: parameters of one scenario and one draw, turned into arrays by month.

In: an (edited and drawn) parameter tree and the baseline. Out: posts to open, factors on leaving and entering, and arrivals,
so that no month looks anything up by name. Factors are relative to the opening.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline import AttributeTables, Baseline
from almoner.model.demand import need_path
from almoner.model.pay import PayPath, pay_path
from almoner.model.posts import CELLS_PER_AREA, cell_base
from almoner.parameters import ParameterTree
from almoner.reference.areas import areas
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import POPULATION_BANDS, SERVICE_IDS

WORKING_AGE = POPULATION_BANDS.index("18-64")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays by month. Factors are [month, region, service, role] of the regions in the run.

    `target` is whole posts, [month, cell]; `need` is relative to the opening.
    """

    months: int
    region: NDArray[np.int64]
    """[area] -> place in the region axis."""
    need: NDArray[np.float64]
    """[month, area, service]: needed posts relative to the opening."""
    target: NDArray[np.int64]
    exit_factor: NDArray[np.float64]
    move_factor: NDArray[np.float64]
    entrant_factor: NDArray[np.float64]
    working_age: NDArray[np.float64]
    """[month, area]: residents 18-64 relative to the opening, to the power 1 - n."""
    arrivals: NDArray[np.float64]
    """[month]: people a month, England."""
    pay: PayPath


def region_index(area_codes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the place of each area's region among the nine, in the order of their codes."""
    region_of = {area.code: area.region_code for area in areas()}
    codes = sorted({code for code in region_of.values() if code})
    return np.array([codes.index(region_of[code] or "") for code in area_codes])


def build_inputs(tree: ParameterTree, baseline: Baseline, tables: AttributeTables, months: int) -> Inputs:
    """Read the tree once for every month of a run."""
    regions, region = np.unique(region_index(baseline.area_codes), return_inverse=True)
    pay = pay_path(tree, months, tables.pay_quantiles_pence, tables.region_pay_factor[regions])
    ratio = pay.ratio
    market = market_path(tree, months)[:, None, None, None]
    elasticity = tree.at("leaving.exit_pay_elasticity")
    exit_factor = (
        ratio**-elasticity
        * market ** tree.at("leaving.market_response")
        * tree.series("leaving.exit_scale", months)[:, None, None, None]
    )
    # Nothing in a scenario moves q, one employer's pay against other care employers nearby, so its elasticity rests.
    move_factor = np.broadcast_to(tree.series("leaving.move_scale", months)[:, None, None, None], ratio.shape)
    entrant_factor = (
        ratio**elasticity
        * market ** -tree.at("filling.market_exponent")
        * (tree.series("filling.scale", months) * tree.at("filling.jump_off"))[:, None, None, None]
    )
    need = np.moveaxis(need_path(tree, baseline.area_codes, months), 2, 0)
    exponent = tree.at("filling.vacancy_exponent")
    return Inputs(
        months=months,
        region=region,
        need=need,
        target=_targets(tree, baseline, need, ratio[:, region], months),
        exit_factor=exit_factor,
        move_factor=np.asarray(move_factor),
        entrant_factor=entrant_factor,
        working_age=_working_age(baseline.area_codes, months) ** (1.0 - exponent),
        arrivals=tree.series("filling.arrivals", months) * tree.series("filling.arrivals_scale", months) / 12.0,
        pay=pay,
    )


def market_path(tree: ParameterTree, months: int) -> NDArray[np.float64]:
    """Return UK job vacancies relative to the base year (M / M0) by month."""
    opening = tree.at("market.job_vacancies", -1)
    return tree.series("market.job_vacancies", months) / opening * tree.series("market.multiplier", months)


def _targets(
    tree: ParameterTree, baseline: Baseline, need: NDArray[np.float64], ratio: NDArray[np.float64], months: int
) -> NDArray[np.int64]:
    """Return funded posts by month and cell: need times coverage, cut where a budget must hold the pay rise.

    Each cell rounds with a luck of its own that lasts the whole run, so that growth is unbiased and never flickers.
    """
    opening = (baseline.filled + baseline.vacant).astype(np.float64)
    coverage = tree.series("need.funding_coverage", months)
    held = tree.at("need.budget_held") * tree.at("pay.share_of_cost")
    squeeze = 1.0 + held * np.maximum(ratio - 1.0, 0.0)
    numbers = np.array([cell_base(code, 0, 0) for code in baseline.area_codes], dtype=np.uint64)
    cells = numbers[:, None] + np.arange(CELLS_PER_AREA, dtype=np.uint64)[None, :]
    luck = draws.uniforms(draws.draw_key(baseline.seed, draws.Decision.ROUND_POSTS, 0), cells).reshape(opening.shape)
    target = np.empty((months, opening.size), dtype=np.int64)
    for month in range(months):
        posts = opening * need[month][:, :, None] * coverage[month] / squeeze[month]
        target[month] = np.floor(posts + luck).reshape(-1)
    return target


def _working_age(area_codes: tuple[str, ...], months: int) -> NDArray[np.float64]:
    opening = 2025.25
    dates = [opening, *(opening + (month + 1) / 12.0 for month in range(months))]
    people = persons_at(area_codes, dates)[:, :, WORKING_AGE]
    return np.asarray((people[:, 1:] / people[:, :1]).T)


assert len(SERVICE_IDS) == CELLS_PER_AREA // 10
