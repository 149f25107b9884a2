"""Pay as pounds an hour of full-time work, so that adverts of any period can be held against each other and the wage floor.

A year is 52.143 weeks; full time is 37 hours a week with councils and others, 37.5 in the NHS (named defaults, used only where an
annual, weekly or daily amount must be divided). Part-time hours with a yearly amount that would be unlawful as full-time pay
show that the amount is what is actually paid. Sessions and shifts have no known hours and give nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.outside import living_wage_on

WEEKS_PER_YEAR: Final = 52.143
COUNCIL_FULL_TIME_HOURS: Final = 37.0
NHS_FULL_TIME_HOURS: Final = 37.5
_DAYS_PER_WEEK: Final = 5
_MONTHS_PER_YEAR: Final = 12

Basis = Literal["full_time", "actual", "unknown"]


@dataclass(frozen=True, slots=True)
class Hourly:
    """Pounds an hour; an end that is not stated is None. `assumed` names the full-time hours where none were stated."""

    low: float | None
    high: float | None
    basis: Basis
    assumed: str
    from_scale: bool = False

    @property
    def middle(self) -> float:
        """Return the middle of what is stated."""
        ends = [end for end in (self.low, self.high) if end is not None]
        return sum(ends) / len(ends)


def full_time_hours(employer: str | None) -> float:
    """Return the hours a week of full-time work with an employer."""
    return NHS_FULL_TIME_HOURS if re.search(r"\bNHS\b", employer or "") else COUNCIL_FULL_TIME_HOURS


def basis_of(advert: Advert) -> Basis:
    """Tell whether an annual amount is for full time or is what the stated hours actually earn."""
    if advert.pro_rata or advert.basis == "full_time":
        return "full_time"
    if advert.basis == "actual":
        return "actual"
    largest = max((each for each in (advert.salary_min, advert.salary_max) if each is not None), default=None)
    if largest is None or advert.period != "annual" or not advert.hours_per_week or _is_apprentice(advert):
        return "unknown"
    floor = living_wage_on(_day(advert))
    as_full_time = largest / (WEEKS_PER_YEAR * full_time_hours(advert.employer))
    as_stated = largest / (WEEKS_PER_YEAR * advert.hours_per_week)
    return "actual" if as_full_time < floor <= as_stated else "unknown"


def hourly_of(advert: Advert) -> Hourly | None:
    """Return an advert's pay an hour, from its own words or else from the employer's scale; None where it cannot be known."""
    scale = advert.scale_pay
    ends = (advert.salary_min, advert.salary_max) if advert.states_pay or scale is None else (scale.minimum, scale.maximum)
    period = advert.period if advert.states_pay or scale is None else scale.period
    if ends == (None, None):
        return None
    basis = basis_of(advert)
    full = full_time_hours(advert.employer)
    week = advert.hours_per_week if basis == "actual" and advert.hours_per_week else full
    assumed = "" if basis == "actual" and advert.hours_per_week else f"full time is {full:g} hours a week"
    if period == "hourly":
        hours, assumed = 1.0, ""
    elif period == "annual":
        hours = WEEKS_PER_YEAR * week
    elif period == "monthly":
        hours = WEEKS_PER_YEAR * week / _MONTHS_PER_YEAR
    elif period == "weekly":
        hours = week
    elif period == "daily":
        hours = full / _DAYS_PER_WEEK
    else:
        return None
    low, high = (None if end is None else end / hours for end in ends)
    return Hourly(low, high, basis, assumed, from_scale=not advert.states_pay)


def _is_apprentice(advert: Advert) -> bool:
    """Apprentices may lawfully be paid less than the National Living Wage, so it tells nothing of their hours."""
    return "apprentice" in advert.title.lower() or advert.contract == "apprenticeship"


def _day(advert: Advert) -> date | None:
    return advert.posted or advert.first_seen or advert.closes
