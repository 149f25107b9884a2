"""Hourly pay of the people in post at March 2025, as quantiles by service and role, with a factor by region.

In: the published median, floor and spread of care workers' pay, medians of other roles (two published, the rest assumed), regional
medians of 2024-25. Out: tables in pence. A region without a published median takes England's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.model.baseline.apportion import area_regions
from almoner.model.baseline.figures import assumed, assumed_by_role, assumed_by_service, published
from almoner.reference.tables import load
from almoner.reference.vocabulary import ROLE_IDS

QUANTILES: Final = 33
_LOW_PAID: Final = ("care_worker", "senior_care_worker", "support_worker", "personal_assistant", "other")
_CARE_WORKER: Final = ROLE_IDS.index("care_worker")


@lru_cache(maxsize=1)
def floor_pence() -> int:
    """Return the National Living Wage that applied until 31 March 2025, in pence."""
    row = load("pay").filter(pl.col("measure") == "national_living_wage", pl.col("period") == "2024-04")
    return round(float(row["value"][0]) * 100)


@lru_cache(maxsize=1)
def pay_quantiles() -> NDArray[np.float64]:
    """Return pay in pence at QUANTILES evenly spaced shares from 0 to 1, by [service, role], before regions and the floor."""
    from statistics import NormalDist

    care = _care_worker_quantiles()
    shares = np.clip(np.linspace(0, 1, QUANTILES), 0.005, 0.995)
    professional = np.exp(assumed("pay.spread") * np.array([NormalDist().inv_cdf(share) for share in shares]))
    medians = assumed_by_role("pay.median") * 100
    rows = [
        care * median / medians[_CARE_WORKER] if role in _LOW_PAID else professional * median
        for role, median in zip(ROLE_IDS, medians, strict=True)
    ]
    low_paid = np.array([role in _LOW_PAID for role in ROLE_IDS])
    factor = np.where(low_paid, assumed_by_service("pay.service_factor")[:, None], 1.0)
    return np.asarray(np.maximum(np.stack(rows) * factor[:, :, None], floor_pence()))


@lru_cache(maxsize=1)
def region_pay_factor() -> NDArray[np.float64]:
    """Return each region's care worker median over England's, in order of region code; 1 where none is published."""
    rows = load("pay").filter(pl.col("measure") == "care_worker_median_pay", pl.col("period") == "2024-25")
    medians = dict(rows.select("area_code", "value").iter_rows())
    england = published("AW0043")
    return np.array([medians.get(region, england) / england for region in area_regions()[0]])


def regional_pay(pay_pence: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Move pay in pence to a region: times `factor` from England's median up, less and less below it, not at all on the floor.

    People on the statutory floor are on it in every region, so that the published share of care workers on it holds.
    """
    floor, median = floor_pence(), published("AW0043") * 100
    above = np.clip((pay_pence - floor) / (median - floor), 0.0, 1.0)
    return np.maximum(pay_pence * (1 + (factor - 1) * above), floor)


@lru_cache(maxsize=1)
def experience_tilt() -> tuple[float, float]:
    """Return how far the ranks of new starters lean down and those of people with five years lean up.

    Ranks of a group have the density 1 + tilt (2u - 1) on [0, 1]. The two tilts cancel over the whole stock and their difference
    gives the published difference in pay (0.06 an hour in March 2025, care workers).
    """
    quantiles = _care_worker_quantiles()
    ranks = np.linspace(0, 1, QUANTILES)
    gain = float(np.trapezoid(quantiles * (2 * ranks - 1), ranks))
    total = published("AW0052") * 100 / gain
    new, experienced = assumed("pay.new_share"), assumed("pay.experienced_share")
    return -total * experienced / (new + experienced), total * new / (new + experienced)


@lru_cache(maxsize=1)
def _care_worker_quantiles() -> NDArray[np.float64]:
    """Care workers: the shares at the floor and within 10p of it, and the median with the round amount that it stands on."""
    floor, median = floor_pence(), published("AW0043") * 100
    step = 1 / (QUANTILES - 1)
    at_floor = step * np.floor(published("AW0266") / 100 / step)
    above = floor + 10 * step / (published("AW0268") / 100 - at_floor)
    knots = {0.0: floor, at_floor: floor, at_floor + step: above, 0.5 - step: median, 0.5 + step: median}
    knots |= {share: assumed(f"pay.care_worker_knots.at_{share * 100:.0f}") * 100 for share in (0.6, 0.75, 0.9, 0.97, 1.0)}
    return np.asarray(np.interp(np.linspace(0, 1, QUANTILES), list(knots), list(knots.values())))
