"""Money in the prices of one stated year (MODEL.md section 8).

In: the parameter tree. Out: price levels by year and the yearly cost of staffed and covered hours. Cash amounts of a year are
divided by the GDP deflator of that financial year relative to the price base.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almoner.model.clock import EPOCH_YEAR, MONTHS_PER_YEAR
from almoner.parameters import ParameterTree


def price_base(tree: ParameterTree) -> str:
    """Return the financial year in whose prices money is stated, as 2024-25."""
    start = round(tree.at("money.price_base_year"))
    return f"{start}-{(start + 1) % 100:02d}"


def price_index(tree: ParameterTree, years: tuple[int, ...]) -> NDArray[np.float64]:
    """Return prices in the financial year that ends in March of each year, relative to the price base.

    The shipped deflator ends; after its last year prices grow by `money.deflator_growth`.
    """
    deflator = tree.parameter("money.deflator")
    last = max(deflator.dates)
    growth = 1.0 + tree.at("money.deflator_growth")
    levels = []
    for year in years:
        april = (year - 1 - EPOCH_YEAR) * MONTHS_PER_YEAR
        beyond = max(0, april - last) // MONTHS_PER_YEAR
        levels.append(tree.at("money.deflator", april) * growth**beyond)
    base = (round(tree.at("money.price_base_year")) - EPOCH_YEAR) * MONTHS_PER_YEAR
    return np.array(levels) / tree.at("money.deflator", base)


def on_costs(tree: ParameterTree, years: tuple[int, ...]) -> NDArray[np.float64]:
    """Return pay with employer's insurance and pension over pay alone, in the year to March of each year."""
    return 1.0 + np.array([tree.at("pay.employer_on_cost", (year - 1 - EPOCH_YEAR) * MONTHS_PER_YEAR) for year in years])


def covered_hours(tree: ParameterTree, needed: NDArray[np.float64], staffed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hours that agency staff and overtime cover: what is missing, up to the cap."""
    return np.asarray(np.clip(needed - staffed, 0.0, tree.at("money.cover_cap") * staffed))


def payer_shares(tree: ParameterTree) -> dict[str, float]:
    """Return who pays for care work: the share of councils, the NHS and people who pay for themselves."""
    shares = tree.branch("money.payer")
    total = sum(shares.values())
    return {payer: share / total for payer, share in shares.items()}
