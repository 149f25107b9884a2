"""What `almoner delays` says, as plain values: the recorded answer, the caused answer, what-ifs, and how good the model is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Measure = Literal["no_criteria_to_reside", "discharge_ready_date"]

MEASURES: dict[Measure, str] = {
    "no_criteria_to_reside": "patients with no criteria to reside who remain in hospital",
    "discharge_ready_date": "days after the discharge ready date, of residents, as patients on an average day",
}


@dataclass(frozen=True, slots=True)
class BodyShare:
    """A body's share in percent, with the range that the shared reasons could move it."""

    body: str
    label: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A published reason: patients on an average snapshot (none where the split is only modelled), and its share in percent."""

    reason: str
    category: str
    body: str
    constraint: str
    share: float
    patients: float | None
    rationale: str


@dataclass(frozen=True, slots=True)
class Point:
    """One period of the record over time."""

    period: str
    patients_per_day: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """The published answer. `level` is where the split by reason comes from; a council's is its boards' and so modelled."""

    measure: Measure
    patients_per_day: float
    days_per_year: float
    period: str
    mean_days: float | None
    """days of waiting for each person discharged; of patients with no criteria to reside, those who remain over those discharged"""
    by_body: tuple[BodyShare, ...]
    by_reason: tuple[ReasonRow, ...]
    reasons_period: str
    reasons_stays: str
    level: str
    status: str
    over_time: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class CausedRow:
    """Days a year that a body, or a constraint, causes."""

    id: str
    label: str
    days: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Caused:
    """The modelled answer: days a year at base-year rates that lifting each constraint would save, added up to all days."""

    by_body: tuple[CausedRow, ...]
    by_constraint: tuple[CausedRow, ...]
    total_days: float
    low: float
    high: float
    period: str
    level: str
    draws: int
    interval: str


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """Days a year that a change would save in the long run, and what they cost now."""

    id: str
    label: str
    days_saved: float
    low: float
    high: float
    patients_per_day: float
    saved_gbp_m: float
    told_apart: bool
    """whether the interval leaves nothing out"""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long people on a pathway wait after being ready, modelled, of those whom anything holds."""

    pathway: str
    label: str
    people_per_day: float
    held_per_day: float
    """those of them whom something can hold: on pathway 0 the few who do not leave at once, on the others all"""
    mean_days: float
    ninetieth_days: int
    days_per_year: float
    by_stage: tuple[float, ...]
    """share of the pathway's days lost at each stage, in percent"""


@dataclass(frozen=True, slots=True)
class Fan:
    """People who remain by month under one scenario: the median and the ends of the 80% interval over draws and shared swings."""

    scenario: str
    name: str
    months: tuple[str, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DelaysRecord:
    """Everything that the answer for a place holds."""

    area_code: str
    area_name: str
    level: str
    recorded: Recorded
    england: tuple[BodyShare, ...]
    england_patients_per_day: float
    england_mean_days: float
    """England's days for each person discharged, by the measure of the place"""
    caused: Caused
    boards: int
    """boards that are modelled"""
    what_if: tuple[WhatIfRow, ...]
    waits: tuple[Wait, ...]
    fans: tuple[Fan, ...]
    priority: str
    """the rule by which services take people from their queues, of `discharge_words.PRIORITIES`"""
    bed_day_gbp: float
    cost_gbp_m: float
    older_series: tuple[tuple[str, str, float], ...]
    sources: tuple[str, ...]
    caution: str = ""
    """what the forecast by scenario takes for granted, where it takes more than usual"""
