"""The days of a run: months from a warm-up to the end, with weekdays, as the flow model reads them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from almoner.model.clock import EPOCH_YEAR, MONTHS_PER_YEAR
from almoner.model.discharge.lanes import Days

APRIL = 4


@dataclass(frozen=True)
class Calendar:
    """Months `first` to `first` + `months` - 1 (0 = April 2025) that count, after `warm_up` months that do not."""

    first: int
    months: int
    warm_up: int = 12

    @cached_property
    def days(self) -> Days:
        """Return the days as arrays."""
        lengths = [monthrange(*divmod_month(month))[1] for month in self.numbers]
        begin = date(*divmod_month(self.numbers[0]), 1)
        count = sum(lengths)
        return Days(
            warm_up=sum(lengths[: self.warm_up]),
            total=count,
            weekday=(begin.weekday() + np.arange(count)) % 7,
            month=np.repeat(np.arange(len(lengths)), lengths),
        )

    @property
    def numbers(self) -> range:
        """Month numbers, those of the warm-up first."""
        return range(self.first - self.warm_up, self.first + self.months)

    @property
    def month_of_year(self) -> NDArray[np.int64]:
        """Return 0 for January to 11, for every month."""
        return (np.array(self.numbers) + APRIL - 1) % MONTHS_PER_YEAR

    @property
    def counted_month(self) -> NDArray[np.int64]:
        """Return the index from 0 of the month that each day that counts lies in."""
        return self.days.month[self.days.warm_up :] - self.warm_up

    def dates(self) -> tuple[date, ...]:
        """Return the dates that count."""
        begin = date(*divmod_month(self.first), 1)
        return tuple(begin + timedelta(days=i) for i in range(self.days.total - self.days.warm_up))


def divmod_month(month: int) -> tuple[int, int]:
    """Return (year, month of the year from 1) of a month number."""
    years, rest = divmod(month + APRIL - 1, MONTHS_PER_YEAR)
    return EPOCH_YEAR + years, rest + 1
