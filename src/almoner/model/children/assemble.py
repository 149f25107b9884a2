"""From fit, parameters and a drawn path to the columns of the months.

In: a `Fit`, `Paths` and a parameter tree of each draw. Out: `Opening`, `Expected`, `Chances`. Stocks between two yearly
figures lie on a line of their logarithms, rates on a straight line; leaving holds for a year from October.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.model.children.columns import (
    AGES,
    BANDS,
    FIRST_SEPTEMBER,
    ROUTES,
    SERVICE,
    Array,
    Chances,
    Expected,
    Opening,
    Whole,
)
from almoner.model.children.fit import Fit
from almoner.model.children.luck import ChildrenDecision
from almoner.model.children.paths import Paths
from almoner.model.children.series import AGENCY, CARE, LEAVING, NEED, PLANS, STAFF, VACANCY, WORKLOAD
from almoner.model.children.service import care_stay, steady_service
from almoner.model.clock import hazard_of_turnover
from almoner.model.draws import draw_key, round_unbiased, uniforms
from almoner.parameters import ParameterTree

_AGE_GROUPS: Final = {
    "under_1": (0, 1),
    "from_1_to_4": (1, 5),
    "from_5_to_9": (5, 10),
    "from_10_to_15": (10, 16),
    "from_16_to_17": (16, 18),
}
_LEAST_ENDINGS: Final = 0.1
"""Fewer endings a year than this for each child are a slip of the counts, and England's rate stands in."""
_PERCENT: Final = 100.0


def months_of(horizons: int) -> int:
    """Return months from April of the year of the fit to the last September."""
    return 12 * horizons + FIRST_SEPTEMBER + 1


def expected(paths: Paths, draw: int, rows: Whole) -> Expected:
    """Return what one draw's path expects by month for the returns `rows`."""

    def values(name: str) -> Array:
        return np.asarray(paths.values[name][draw, rows])

    horizons = paths.cover.shape[1] - 1
    months = np.arange(months_of(horizons), dtype=np.float64)
    # Year h of social workers is month 12 h + 5, of children month 12 h - 1.
    staff_years = np.clip((months - FIRST_SEPTEMBER) / 12.0, 0.0, None)
    child_years = (months + 1.0) / 12.0
    leaving_year = np.clip(np.floor((months - FIRST_SEPTEMBER - 1) / 12.0) + 1, 1, horizons).astype(np.int64)
    return Expected(
        staff=np.exp(_between(np.log(values(STAFF)), staff_years)),
        vacancy=_between(values(VACANCY), staff_years),
        leaving=hazard_of_turnover(values(LEAVING)[:, leaving_year]),
        workload=_between(values(WORKLOAD), staff_years),
        agency=_between(values(AGENCY), staff_years),
        need=np.exp(_between(np.log(values(NEED)), child_years)),
        plans=np.exp(_between(np.log(np.maximum(values(PLANS), 0.1)), child_years)),
        care=np.exp(_between(np.log(np.maximum(values(CARE), 0.1)), child_years)),
        cover=np.broadcast_to(_between(paths.cover[draw][None], staff_years), (len(rows), len(months))).copy(),
    )


def _between(yearly: Array, years: Array) -> Array:
    """Return yearly values [return, year] at fractional years, on straight lines; flat beyond the last."""
    last = yearly.shape[1] - 1
    left = np.minimum(np.floor(years), last).astype(np.int64)
    right = np.minimum(left + 1, last)
    share = years - left
    return np.asarray(yearly[:, left] * (1 - share) + yearly[:, right] * share)


def entry_ages(tree: ParameterTree) -> Array:
    """Return the share of children coming into care at each year of age."""
    shares = np.zeros(AGES)
    for name, (first, end) in _AGE_GROUPS.items():
        shares[first:end] = tree.at(f"children.care.entry_age.{name}") / (end - first)
    return np.asarray(shares / shares.sum())


def chances(fit: Fit, tree: ParameterTree, rows: Whole) -> Chances:
    """Return hazards and shares under a tree's values."""
    ages = entry_ages(tree)
    hazards, _ = care_stay(ages, fit.exits[rows])
    ratio, _stock = _service(fit, tree)
    leaving = np.ones((len(ROUTES), BANDS))
    leaving[:, 2] = ratio
    leaving[1, 0] = tree.at("children.leaving.newly_qualified_ratio")
    leaving[3, 0] = tree.at("children.leaving.from_overseas_ratio")
    newly, overseas = tree.at("children.joining.share.newly_qualified"), tree.at("children.joining.share.from_overseas")
    return Chances(
        need_ends=_ends(fit, "children_in_need")[rows],
        plan_ends=_ends(fit, "protection_plans")[rows],
        care_ends=hazards,
        care_from_plan=tree.at("children.care.from_plan_share"),
        entry_ages=ages,
        ratio=leaving,
        route_share=np.array([0.0, newly, 1.0 - newly - overseas, overseas]),
        pull=tree.at("children.joining.pull"),
        case_effect=tree.at("children.leaving.caseload_effect") / _PERCENT,
        absence_effect=tree.at("children.leaving.absence_effect") / _PERCENT,
    )


def _ends(fit: Fit, name: str) -> Array:
    """Return yearly endings over the stock in the last three years: what started, less what the stock grew by."""
    own = _endings(fit.record.figures[f"{name}_started"], fit.record.figures[f"{name}_31_march"])
    nation = _endings(fit.record.england[f"{name}_started"][None], fit.record.england[f"{name}_31_march"][None])[0]
    return np.where(np.isfinite(own) & (own > _LEAST_ENDINGS), own, nation)


def _endings(started: Array, stock: Array) -> Array:
    """Return yearly endings over the mean stock of the last three years, [return]."""
    recent = stock[:, -4:]
    years = recent.shape[1] - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        ended = started[:, -years:].sum(axis=1) - (recent[:, -1] - recent[:, 0])
        return np.asarray(ended / years / recent.mean(axis=1))


def _service(fit: Fit, tree: ParameterTree) -> tuple[float, Array]:
    england = fit.record.england
    turnover = float(np.nanmean(england["leavers_fte"] / england["in_post_fte"]))
    staff = england["in_post_fte"][np.isfinite(england["in_post_fte"])]
    growth = float(np.log(staff[-1] / staff[0]) / (len(staff) - 1))
    return steady_service(turnover, growth, tree.at("children.leaving.share_under_five_years"))


def opening(fit: Fit, paths: Paths, tree: ParameterTree, rows: Whole, seed: int, draw: int) -> Opening:
    """Return the opening of the returns `rows` in one draw; where a figure was not published, its best forecast stands for it."""
    figures = fit.record.figures
    staff_fte = paths.values[STAFF][draw, rows, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        heads = figures["in_post_headcount"][rows, -1]
        usual = fit.record.england["in_post_fte"][-1] / fit.record.england["in_post_headcount"][-1]
        heads = np.where(np.isfinite(heads) & (heads > 0), heads, np.rint(staff_fte / usual))
    heads = np.maximum(heads, 1.0)
    _ratio, stock = _service(fit, tree)
    key = draw_key(seed, ChildrenDecision.OPEN, 0, draw)  # type: ignore[arg-type]
    luck = uniforms(key, np.asarray(rows, dtype=np.uint64))
    staff = np.zeros((len(rows), len(ROUTES), SERVICE + 1), np.int64)
    fractions = np.zeros((len(rows), len(ROUTES), SERVICE + 1))
    # A person with s months of service stands in the place that the months' turning gives them in October.
    place = np.append((FIRST_SEPTEMBER - np.arange(SERVICE)) % SERVICE, SERVICE)
    for i, count in enumerate(heads):
        staff[i, 0, place] = round_unbiased(stock * count, float(luck[i]))
        fractions[i, 0, place] = stock * count
    care_total = paths.values[CARE][draw, rows, 0]
    _hazards, ages = care_stay(entry_ages(tree), fit.exits[rows])
    care = np.array([round_unbiased(ages[i] * np.rint(total), float(luck[i])) for i, total in enumerate(care_total)])
    plans = np.rint(paths.values[PLANS][draw, rows, 0])
    need = np.maximum(np.rint(paths.values[NEED][draw, rows, 0]) - plans - care.sum(axis=1), 1.0)
    posts = staff_fte / (1.0 - paths.values[VACANCY][draw, rows, 0])
    agency = np.maximum(paths.cover[draw, 0] * (posts - staff_fte) + paths.values[AGENCY][draw, rows, 0] * posts, 0.0)
    caseload = np.exp(paths.values[WORKLOAD][draw, rows, 0]) * paths.values[NEED][draw, rows, 0] / (staff_fte + agency)
    return Opening(
        number=np.asarray(rows, dtype=np.int64),
        staff=staff,
        expected_staff=fractions,
        fte_per_head=staff_fte / heads,
        need=need.astype(np.int64),
        plans=plans.astype(np.int64),
        care=care.astype(np.int64),
        expected_care=ages * care_total[:, None],
        caseload=caseload,
    )
