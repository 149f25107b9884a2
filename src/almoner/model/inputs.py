"""What the months of one run read: parameters of one scenario and one draw, turned into arrays by month.

In: an (edited and drawn) parameter tree and the baseline. Out: posts to open, factors on leaving and entering, arrivals and
training, so that no month looks anything up by name. Factors are relative to the opening, and are held by market: a region under
the policies that reach it. `join` puts the inputs of areas together that are reached by different policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline import AttributeTables, Baseline, build
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.demand import need_path
from almoner.model.pay import PayPath, pay_path
from almoner.model.posts import CELLS_PER_AREA, cell_base
from almoner.parameters import ParameterTree
from almoner.reference.areas import areas
from almoner.reference.population import persons_at
from almoner.reference.vocabulary import POPULATION_BANDS, ROLE_IDS, SERVICE_IDS

WORKING_AGE = POPULATION_BANDS.index("18-64")

DIRECT_CARE: Final = ("care_worker", "senior_care_worker", "support_worker", "personal_assistant")
"""Roles whose staff take up level 2 places."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays by month. Factors are [month, market, service, role] of the markets in the run.

    `target` is whole posts, [month, cell]; `need` is relative to the opening.
    """

    months: int
    market: NDArray[np.int64]
    """[area] -> place in the market axis."""
    need: NDArray[np.float64]
    """[month, area, service]: needed posts relative to the opening."""
    target: NDArray[np.int32]
    exit_factor: NDArray[np.float64]
    move_factor: NDArray[np.float64]
    entrant_factor: NDArray[np.float64]
    working_age: NDArray[np.float64]
    """[month, area]: residents 18-64 relative to the opening, to the power 1 - n."""
    arrivals: NDArray[np.float64]
    """[month, market]: people a month, England; an area starts its share of them."""
    qualifying: NDArray[np.float64]
    """Share of a cell's staff who gain a level 2 qualification in the month, beyond the practice of the base year."""
    guaranteeing: NDArray[np.float64]
    """Share of a cell's staff without guaranteed hours who are given them in the month."""
    trainees: NDArray[np.float64]
    """[month, area, service, role]: people who finish an apprenticeship and may start in the role."""
    pay: PayPath


def region_index(area_codes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the place of each area's region among the nine, in the order of their codes."""
    region_of = {area.code: area.region_code for area in areas()}
    codes = sorted({code for code in region_of.values() if code})
    return np.array([codes.index(region_of[code] or "") for code in area_codes])


def build_inputs(tree: ParameterTree, baseline: Baseline, tables: AttributeTables, months: int) -> Inputs:
    """Read the tree once for every month of a run; every area has the same tree, so that markets are regions."""
    regions, market = np.unique(region_index(baseline.area_codes), return_inverse=True)
    pay = pay_path(tree, months, tables.pay_quantiles_pence, tables.region_pay_factor[regions])
    ratio = pay.ratio
    jobs = market_path(tree, months)[:, None, None, None]
    elasticity = tree.at("leaving.exit_pay_elasticity")
    need = np.moveaxis(need_path(tree, baseline.area_codes, months), 2, 0)
    arrivals = tree.series("filling.arrivals", months) * tree.series("filling.arrivals_scale", months) / MONTHS_PER_YEAR
    entering = _scale(tree, "filling.scale", months) * tree.at("filling.jump_off")
    moving = _scale(tree, "leaving.move_scale", months)
    return Inputs(
        months=months,
        market=market,
        need=need,
        target=_targets(tree, baseline, need, ratio, market, months),
        exit_factor=ratio**-elasticity * jobs ** tree.at("leaving.market_response") * _scale(tree, "leaving.exit_scale", months),
        # One tree for all means that all employers pay alike, so that q, the pay of one against others nearby, does not move.
        move_factor=np.array(np.broadcast_to(moving, ratio.shape)),
        entrant_factor=ratio**elasticity * jobs ** -tree.at("filling.market_exponent") * entering,
        working_age=_working_age(baseline.area_codes, months) ** (1.0 - tree.at("filling.vacancy_exponent")),
        arrivals=np.repeat(arrivals[:, None], regions.size, axis=1),
        qualifying=np.repeat(_qualifying(tree, baseline, tables, months)[:, None], regions.size, axis=1),
        guaranteeing=np.repeat(_guaranteeing(tree, months)[:, None], regions.size, axis=1),
        trainees=_trainees(tree, baseline, months),
        pay=pay,
    )


def join(parts: Sequence[Inputs], part_of: NDArray[np.int64], nearby: NDArray[np.float64], move_elasticity: float) -> Inputs:
    """Put inputs of the same areas under different trees together: area a has those of `parts[part_of[a]]`.

    The first part is of policies that reach everywhere. Where an area's own policies move its pay, q is its pay over that of other
    care employers nearby, of whom the share `nearby` [part, region] is reached alike (`reached_nearby`) and pays what it pays,
    while the rest pays what it did. Moves follow q by `move_elasticity` (MODEL.md 4). Areas that are not reached stay as they are.
    """
    first = parts[0]
    size = first.arrivals.shape[1]
    own = np.arange(part_of.size)
    moving = [
        part.move_factor * _own_pay_over_nearby(part.pay, first.pay, share) ** -move_elasticity
        for part, share in zip(parts, nearby, strict=True)
    ]
    target = np.stack([part.target.reshape(first.months, -1, CELLS_PER_AREA) for part in parts])

    def by_market(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(part, name) for part in parts], axis=1)

    def by_area(values: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(np.moveaxis(values[part_of, :, own], 0, 1))

    def own_of(name: str) -> NDArray[np.float64]:
        return by_area(np.stack([getattr(part, name) for part in parts]))

    return Inputs(
        months=first.months,
        market=part_of * size + first.market,
        need=own_of("need"),
        target=by_area(target).reshape(first.months, -1),
        exit_factor=by_market("exit_factor"),
        move_factor=np.concatenate(moving, axis=1),
        entrant_factor=by_market("entrant_factor"),
        working_age=own_of("working_age"),
        arrivals=by_market("arrivals"),
        qualifying=by_market("qualifying"),
        guaranteeing=by_market("guaranteeing"),
        trainees=own_of("trainees"),
        pay=_join_pay([part.pay for part in parts]),
    )


def reached_nearby(region: NDArray[np.int64], part_of: NDArray[np.int64], posts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for an average area of a part, the share of its region's other posts that lie in the same part, [part, region].

    `region`, `part_of` and `posts` are of all areas of England, so that the answer does not hang on which of them are run.
    """
    shares = np.ones((part_of.max() + 1, region.max() + 1))
    for part in range(1, shares.shape[0]):
        for place in range(shares.shape[1]):
            reached = posts[(region == place) & (part_of == part)]
            if reached.size:
                others = posts[region == place].sum() - reached.mean()
                shares[part, place] = (reached.sum() - reached.mean()) / others if others > 0 else 0.0
    return shares


def market_path(tree: ParameterTree, months: int) -> NDArray[np.float64]:
    """Return UK job vacancies by month relative to their mean over the year before the opening (M / M0).

    Flows of that year are what the rates are calibrated on.
    """
    opening = sum(tree.at("market.job_vacancies", month) for month in range(-MONTHS_PER_YEAR, 0)) / MONTHS_PER_YEAR
    return tree.series("market.job_vacancies", months) / opening * tree.series("market.multiplier", months)


def _scale(tree: ParameterTree, path: str, months: int) -> NDArray[np.float64]:
    """Return a multiplier for all times those by service and by role, [month, 1, service, role]."""
    by_service = np.stack([tree.series(f"{path}_by_service.{service}", months) for service in SERVICE_IDS], axis=1)
    by_role = np.stack([tree.series(f"{path}_by_role.{role}", months) for role in ROLE_IDS], axis=1)
    return tree.series(path, months)[:, None, None, None] * by_service[:, None, :, None] * by_role[:, None, None, :]


def _own_pay_over_nearby(own: PayPath, elsewhere: PayPath, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return q relative to the opening, [month, region, service, role]; `share` of pay nearby moves with the own."""
    moved = own.mean / elsewhere.mean
    return np.asarray(moved / (1.0 + share[None, :, None, None] * (moved - 1.0)))


def _join_pay(paths: Sequence[PayPath]) -> PayPath:
    return PayPath(
        mean=np.concatenate([path.mean for path in paths], axis=1),
        median=np.concatenate([path.median for path in paths], axis=1),
        opening_mean=np.concatenate([path.opening_mean for path in paths]),
        opening_median=np.concatenate([path.opening_median for path in paths]),
        outside=paths[0].outside,
        living_wage=paths[0].living_wage,
    )


def _qualifying(tree: ParameterTree, baseline: Baseline, tables: AttributeTables, months: int) -> NDArray[np.float64]:
    """Return the monthly share of staff who gain a level 2 qualification, [month, service, role]: places by those without one."""
    places = tree.series("training.level_2_places", months) / MONTHS_PER_YEAR
    without = (1.0 - tables.level_2_share) * np.array([role in DIRECT_CARE for role in ROLE_IDS])
    staff = float((build(None, baseline.seed).filled * without).sum()) if places.any() else 1.0
    return np.asarray(places[:, None, None] * (without / staff)[None])


def _guaranteeing(tree: ParameterTree, months: int) -> NDArray[np.float64]:
    """Return the monthly share of those without guaranteed hours who are given them, [month, service, role]."""
    yearly = np.stack([tree.series(f"contracts.guaranteed.{service}", months) for service in SERVICE_IDS], axis=1)
    monthly = 1.0 - np.exp(-yearly / MONTHS_PER_YEAR)
    return np.asarray(np.repeat(monthly[:, :, None], len(ROLE_IDS), axis=2))


def _trainees(tree: ParameterTree, baseline: Baseline, months: int) -> NDArray[np.float64]:
    """Return the people who qualify each month for each cell, [month, area, service, role], by the cell's share of posts."""
    expected = np.zeros((months, *baseline.filled.shape))
    for role in tree.branch("training.qualifiers"):
        a_month = tree.series(f"training.qualifiers.{role}", months) / MONTHS_PER_YEAR
        if a_month.any():
            k = ROLE_IDS.index(role)
            national = build(None, baseline.seed)
            posts = (baseline.filled + baseline.vacant)[:, :, k] / (national.filled + national.vacant)[:, :, k].sum()
            expected[:, :, :, k] = a_month[:, None, None] * posts[None]
    return expected


def _targets(
    tree: ParameterTree,
    baseline: Baseline,
    need: NDArray[np.float64],
    ratio: NDArray[np.float64],
    market: NDArray[np.int64],
    months: int,
) -> NDArray[np.int32]:
    """Return funded posts by month and cell: need times what is funded and can open, cut where a budget must hold the pay rise.

    `ratio` is of markets, [month, market, service, role]. Each cell rounds with a luck of its own that lasts the whole run, so that
    growth is unbiased and never flickers.
    """
    opening = (baseline.filled + baseline.vacant).astype(np.float64)
    provision = np.stack([tree.series(f"need.provision.{service}", months) for service in SERVICE_IDS], axis=1)
    coverage = tree.series("need.funding_coverage", months)[:, None] * provision
    held = tree.at("need.budget_held") * tree.at("pay.share_of_cost")
    squeeze = 1.0 + held * np.maximum(ratio - 1.0, 0.0)
    numbers = np.array([cell_base(code, 0, 0) for code in baseline.area_codes], dtype=np.uint64)
    cells = numbers[:, None] + np.arange(CELLS_PER_AREA, dtype=np.uint64)[None, :]
    luck = draws.uniforms(draws.draw_key(baseline.seed, draws.Decision.ROUND_POSTS, 0), cells).reshape(opening.shape)
    target = np.empty((months, opening.size), dtype=np.int32)
    for first in range(0, months, MONTHS_PER_YEAR):
        # A year at a time: few calls, and little memory for all of England.
        year = slice(first, first + MONTHS_PER_YEAR)
        posts = opening * need[year, :, :, None] * coverage[year, None, :, None] / squeeze[year, market]
        target[year] = np.floor(posts + luck).reshape(len(posts), -1)
    return target


def _working_age(area_codes: tuple[str, ...], months: int) -> NDArray[np.float64]:
    opening = 2025.25
    dates = [opening, *(opening + (month + 1) / 12.0 for month in range(months))]
    people = persons_at(area_codes, dates)[:, :, WORKING_AGE]
    return np.asarray((people[:, 1:] / people[:, :1]).T)


assert len(SERVICE_IDS) == CELLS_PER_AREA // 10
