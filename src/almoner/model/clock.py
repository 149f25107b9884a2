"""The clock: months are integers, 0 = April 2025, and the opening stock stands at 31 March 2025, before month 0.

Rates are stored per year with their unit and become monthly probabilities here and nowhere else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.parameters.months import month_number, month_text

__all__ = [
    "EPOCH_YEAR",
    "MONTHS_PER_YEAR",
    "financial_year",
    "hazard_of_turnover",
    "month_number",
    "month_text",
    "monthly_probability",
    "months_to_march",
    "years_from_opening",
]

EPOCH_YEAR: Final = 2025
MONTHS_PER_YEAR: Final = 12


def months_to_march(year: int) -> int:
    """Return how many months run from the opening stock to 31 March of `year`, the last one being March itself."""
    return (year - EPOCH_YEAR) * MONTHS_PER_YEAR


def financial_year(month: int) -> str:
    """Return the financial year `YYYY-YY` that a month lies in."""
    start = EPOCH_YEAR + month // MONTHS_PER_YEAR
    return f"{start}-{(start + 1) % 100:02d}"


def years_from_opening(month: int) -> float:
    """Return the years between the opening stock (31 March 2025) and the end of `month`."""
    return (month + 1) / MONTHS_PER_YEAR


def monthly_probability(rate_per_year: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Turn a hazard per year into the probability of the event within a month, `1 - exp(-rate / 12)`."""
    return -np.expm1(-np.asarray(rate_per_year, dtype=np.float64) / MONTHS_PER_YEAR)


def hazard_of_turnover(turnover_per_year: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Turn a published turnover (leavers in 12 months over the stock) into a hazard per year, `-12 ln(1 - T/12)`.

    The stock is refilled month by month, so twelve months of probability T/12 on it give T (MODEL.md section 4).
    """
    share = np.asarray(turnover_per_year, dtype=np.float64) / MONTHS_PER_YEAR
    return -MONTHS_PER_YEAR * np.log1p(-share)
