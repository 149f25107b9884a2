"""How long social workers have served, and how much likelier the newer ones are to leave: a steady stock, one known figure.

Published is the share of leavers with less than five years of service, not the share of staff. In a steady stock with a known
turnover only one ratio of hazards gives that share; it and the months of service that go with it are solved here.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from almoner.model.children.columns import SERVICE, Array


def steady_service(turnover: float, growth: float, share_under_five: float) -> tuple[float, Array]:
    """Return (ratio of the hazard after five years to that before, stock by months of service with the last place open).

    `turnover` and `growth` are per year; the stock adds to 1.
    """

    def stock_of(early: float, late: float) -> Array:
        stay = np.exp(-(early + growth) / 12.0 * np.arange(SERVICE + 1))
        stock = np.append(stay[:SERVICE], stay[SERVICE] / -np.expm1(-(late + growth) / 12.0))
        return np.asarray(stock / stock.sum())

    def early_for(ratio: float) -> float:
        def miss(early: float) -> float:
            stock = stock_of(early, ratio * early)
            return float(early * stock[:SERVICE].sum() + ratio * early * stock[SERVICE]) - turnover

        return float(brentq(miss, 0.01 * turnover, 20.0 * turnover))

    def share_for(ratio: float) -> float:
        early = early_for(ratio)
        stock = stock_of(early, ratio * early)
        under = early * stock[:SERVICE].sum()
        return float(under / (under + ratio * early * stock[SERVICE]))

    ratio = float(brentq(lambda each: share_for(each) - share_under_five, 0.05, 3.0))
    early = early_for(ratio)
    return ratio, stock_of(early, ratio * early)


def care_stay(entry_ages: Array, endings: Array) -> tuple[Array, Array]:
    """Return (hazard of leaving care before 18 by return, steady stock by return and age) that give yearly `endings` per child.

    A stock that a child a year enters at `entry_ages` holds as many children as the mean stay in years, so the stay is 1 / endings;
    ages go by at one a year and the eighteenth birthday ends care.
    """
    low, high = np.zeros(len(endings)), np.full(len(endings), 50.0)
    stay = np.minimum(1.0 / endings, 0.999 * _stock(entry_ages, low).sum(axis=1))
    # Halving 50 sixty times leaves less than rounding does.
    for _ in range(60):
        middle = (low + high) / 2
        too_long = _stock(entry_ages, middle).sum(axis=1) > stay
        low, high = np.where(too_long, middle, low), np.where(too_long, high, middle)
    stock = _stock(entry_ages, low)
    return low, np.asarray(stock / stock.sum(axis=1, keepdims=True))


def _stock(entry_ages: Array, hazard: Array) -> Array:
    """Return the steady stock [return, age] that a child a year entering leaves behind."""
    stock = np.empty((len(hazard), len(entry_ages)))
    carried = np.zeros(len(hazard))
    for age, entering in enumerate(entry_ages):
        stock[:, age] = carried = (entering + carried) / (hazard + 1.0)
    return stock
