"""UK job vacancies of past years month by month, from the three-month figures that the statistics office published.

In: `context`. Out: a level for each month between the first figure and the base year, thousand. A three-month figure stands at its
middle month and the months between two figures lie on the line of their logs, so that a run of a past year sees a fall or a rise
when it came and not spread over its financial year: in 2020-21 vacancies were 336 thousand in spring and 601 in winter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from almoner.parameters import Edit, Set
from almoner.parameters.months import month_number
from almoner.reference import tables

ALL_INDUSTRIES: Final = "all industries"
_BETWEEN: Final = ".."


@lru_cache(maxsize=1)
def three_month_figures() -> dict[int, float]:
    """Return the published figures by the number of their middle month, thousand, in order."""
    rows = tables.load("context").filter(pl.col("measure") == "job_vacancies", pl.col("breakdown") == ALL_INDUSTRIES)
    periods = {period: value for period, value in rows.select("period", "value").iter_rows() if _BETWEEN in period}
    figures = {month_number(period.split(_BETWEEN)[0]) + 1: float(value) for period, value in periods.items()}
    return dict(sorted(figures.items()))


def known_at(month: int) -> float:
    """Return the last figure whose three months had ended when `month` began, thousand."""
    return [value for middle, value in three_month_figures().items() if middle + 1 < month][-1]


def past_levels() -> dict[int, float]:
    """Return the level of each month from the first figure to the last of the base year, thousand."""
    figures = three_month_figures()
    months = range(min(figures), 0)
    logs = np.interp(months, list(figures), np.log(list(figures.values())))
    return dict(zip(months, np.exp(logs).tolist(), strict=True))


def past_edits() -> tuple[Edit, ...]:
    """Return the edits that give a tree the levels of past months in the place of the means of financial years."""
    return tuple(Set("market.job_vacancies", level, month, month + 1) for month, level in past_levels().items())
