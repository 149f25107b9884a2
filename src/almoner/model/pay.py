"""Hourly pay by region, service and role, month by month (MODEL.md section 3).

In: the parameter tree and the opening distribution of pay positions. Out: mean and median pay, and the ratio **r** of care pay
to outside pay relative to the opening. Pay of a post = the larger of the floor and its opening position moved by pay growth;
growth comes every April. A sector-wide rise moves r; nothing here moves q, the position of one employer among others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline.pay import regional_pay
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.parameters import ParameterTree
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS


@dataclass(frozen=True, slots=True)
class PayPath:
    """Pay over time. Arrays are [month, market, service, role]; `outside` and `floor_nlw` are [month]; GBP per hour."""

    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    opening_mean: NDArray[np.float64]
    opening_median: NDArray[np.float64]
    outside: NDArray[np.float64]
    living_wage: NDArray[np.float64]

    @property
    def ratio(self) -> NDArray[np.float64]:
        """Care pay over outside pay, relative to the opening (r / r0)."""
        return np.asarray(self.mean / self.opening_mean / self.outside[:, None, None, None])


def living_wage_path(tree: ParameterTree, months: int) -> NDArray[np.float64]:
    """Return the National Living Wage for months 0 to `months` - 1: published while it is, then growing each April."""
    wage = tree.series("pay.national_living_wage", months).copy()
    growth = tree.series("pay.national_living_wage_growth", months)
    known_to = max(tree.parameter("pay.national_living_wage").dates)
    for april in range(0, months, MONTHS_PER_YEAR):
        if april > known_to:
            wage[april : april + MONTHS_PER_YEAR] = wage[april - 1] * (1.0 + growth[april])
    return wage


def outside_path(tree: ParameterTree, months: int) -> NDArray[np.float64]:
    """Return pay outside care as an index, 1 at the opening, rising every April."""
    growth = tree.series("pay.outside_growth", months)
    return _april_index(growth, months)


def pay_path(tree: ParameterTree, months: int, quantiles_pence: NDArray[np.int16], region_factor: NDArray[np.float64]) -> PayPath:
    """Return the pay of every region, service and role for `months` months.

    `quantiles_pence` [service, role, quantile] are opening pay positions in England at even steps from the lowest to the
    highest; `region_factor` [region] moves them.
    Positions that the opening floor holds down stay at the floor until they outgrow it.
    """
    outside = outside_path(tree, months)
    gap = _april_index(tree.series("pay.market_growth_gap", months), months)
    wage = living_wage_path(tree, months)
    premium = np.stack([tree.series(f"pay.floor_premium.{service}", months) for service in SERVICE_IDS], axis=1)
    role_floor = np.stack([tree.series(f"pay.role_floor.{role}", months) for role in ROLE_IDS], axis=1)
    position = np.stack([regional_pay(quantiles_pence.astype(np.float64), factor) for factor in region_factor.tolist()]) / 100.0
    # The quantiles run from the lowest to the highest in even steps, so the mean is a trapezium sum.
    share = np.ones(position.shape[-1])
    share[[0, -1]] = 0.5
    share /= share.sum()
    opening_wage = tree.at("pay.national_living_wage", -1)
    opening = np.maximum(position, opening_wage)
    middle = position.shape[-1] // 2
    shape = (months, *position.shape[:3])
    mean, median = np.empty(shape), np.empty(shape)
    moved_by = np.column_stack((outside, gap, wage, premium, role_floor))
    for month in range(months):
        # Pay moves when one of these does, mostly in April.
        if month and (moved_by[month] == moved_by[month - 1]).all():
            mean[month], median[month] = mean[month - 1], median[month - 1]
            continue
        floor = np.maximum((wage[month] + premium[month])[:, None], role_floor[month][None, :])
        paid = np.maximum(position * (outside[month] * gap[month]), floor[None, :, :, None])
        mean[month] = paid @ share
        median[month] = paid[..., middle]
    return PayPath(mean, median, opening @ share, opening[..., middle], outside, wage)


def _april_index(growth: NDArray[np.float64], months: int) -> NDArray[np.float64]:
    steps = np.where(np.arange(months) % MONTHS_PER_YEAR == 0, 1.0 + growth, 1.0)
    return np.asarray(np.cumprod(steps))
