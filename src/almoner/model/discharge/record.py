"""The published record of people who wait in hospital: two measures, kept apart.

One counts patients with no criteria to reside who remain, by day and integrated care board of the hospital. The other counts days
after the discharge ready date, by the council where the patient lives. In: the shipped tables. Out: typed rows for a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.reference import tables
from almoner.reference.areas import Area, icbs
from almoner.reference.vocabulary import ENGLAND

FIT_MONTHS: Final = (
    "2024-06", "2024-07", "2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2025-01", "2025-02", "2025-03",
)  # fmt: skip
"""Months of the base year that pathways and reasons cover; those before have another definition (it changed on 27 May 2024)."""

HELD_OUT_MONTHS: Final = tuple(f"{2025 + (m > 12)}-{(m - 1) % 12 + 1:02d}" for m in range(4, 16))
BASE_REASONS: Final = "2024-06/2025-03"
LATEST_REASONS: Final = "2025-26"
BASE_YEAR: Final = "2024-25"
LATEST_YEAR: Final = "2025-26"
N_PATHWAYS: Final = 4
_RETURNED: Final = 0.4
"""A month below this share of a board's usual discharges lacks returns."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """Patients with no criteria to reside who remained in hospital, and those discharged, on an average day of a period."""

    period: str
    patients_per_day: float
    discharged_per_day: float
    source: str


@dataclass(frozen=True, slots=True)
class ReadyDays:
    """Days after the discharge ready date of a place's residents in a period."""

    period: str
    discharges: int
    delayed: int
    days_lost: int
    source: str


@dataclass(frozen=True)
class Boards:
    """Figures that the flow model is fitted to, one row a board, in the order of `codes`; England last when asked for alone."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    remaining: NDArray[np.float64]
    """[board, month of FIT_MONTHS] patients who remain on an average day"""
    discharged: NDArray[np.float64]
    """[board, month] a day"""
    ready: NDArray[np.float64]
    """[board, month] people who become ready a day: discharged plus the change in those who remain; NaN without returns"""
    pathway_share: NDArray[np.float64]
    """[board, pathway] of discharges"""
    reasons: NDArray[np.float64]
    """[board, reason of `reason_names()`] patients on an average snapshot"""

    @property
    def mean_ready(self) -> NDArray[np.float64]:
        """[board] people who become ready on an average day of the months that are known."""
        return np.asarray(np.nanmean(self.ready, axis=1))


@lru_cache(maxsize=1)
def reason_names() -> tuple[str, ...]:
    """Return the 37 published reasons in the order of their names."""
    return tuple(tables.load("discharge_responsibility")["reason"].sort().to_list())


def board_codes(place: Area) -> tuple[str, ...]:
    """Return the codes of the boards that a place is made of, or where its people live."""
    if place.level == "england":
        return tuple(board.code for board in icbs())
    if place.level == "icb":
        return (place.code,)
    return tuple(sorted(board_weights(place)))


def board_weights(place: Area) -> dict[str, float]:
    """Return the share of a place's people who live in each board (a place with several councils: weighted by their people)."""
    from almoner.reference.population import persons_at

    people = persons_at(place.area_codes, [2024.5])[:, 0, 1:].sum(axis=1)
    shares = tables.load("area_to_icb")
    total: dict[str, float] = {}
    for code, number in zip(place.area_codes, people, strict=True):
        for board, share in shares.filter(pl.col("area_code") == code).select("icb_code", "population_share").iter_rows():
            total[board] = total.get(board, 0.0) + float(number) * share
    whole = sum(total.values())
    return {board: number / whole for board, number in total.items()}


def remaining(code: str, period_type: str = "month") -> tuple[Remaining, ...]:
    """Return the record of a board (or of England) by month or year, oldest first."""
    rows = tables.load("discharge_by_icb").filter((pl.col("icb_code") == code) & (pl.col("period_type") == period_type))
    columns = ("period", "remaining_daily_average", "discharged_daily_average", "source")
    return tuple(Remaining(*row) for row in rows.sort("period").select(columns).iter_rows())


def ready_days(place: Area, period_type: str = "month") -> tuple[ReadyDays, ...]:
    """Return the days after the ready date of the residents of a place's councils, by month or year; England has its own row."""
    codes = [ENGLAND] if place.level == "england" else list(place.area_codes)
    rows = tables.load("discharge_by_area").filter(pl.col("area_code").is_in(codes) & (pl.col("period_type") == period_type))
    counts = [pl.col(name).sum() for name in ("discharges", "delayed", "days_lost")]
    # A council that did not report leaves the sum of its group unknown, not smaller.
    whole = rows.group_by("period").agg(*counts, pl.len().alias("n"), pl.col("source").first()).filter(pl.col("n") == len(codes))
    columns = ("period", "discharges", "delayed", "days_lost", "source")
    return tuple(ReadyDays(*row) for row in whole.sort("period").select(columns).iter_rows())


def reason_counts(code: str, period: str) -> tuple[dict[str, float], str] | None:
    """Return patients by reason on an average snapshot and the stays that are counted; None if the period is not published."""
    rows = tables.load("discharge_reasons").filter(
        (pl.col("icb_code") == code) & (pl.col("period") == period) & (pl.col("reason") != "ALL")
    )
    if rows.is_empty():
        return None
    return dict(rows.select("reason", "patients_daily_average").iter_rows()), str(rows["stay_group"][0])


def latest_reasons(code: str) -> tuple[dict[str, float], str, str]:
    """Return the newest published reasons of a board or of England, with the stays counted and the period."""
    for period in (LATEST_REASONS, BASE_REASONS):
        if found := reason_counts(code, period):
            return *found, period
    raise LookupError(code)


@lru_cache(maxsize=1)
def boards() -> Boards:
    """Return the figures of all 42 boards over the months that the model is fitted to."""
    known = icbs()
    return _boards(tuple(board.code for board in known), tuple(board.name for board in known))


@lru_cache(maxsize=1)
def england() -> Boards:
    """Return the same figures of England's own rows, which are revised later than the boards'."""
    return _boards((ENGLAND,), ("England",))


def _boards(codes: tuple[str, ...], names: tuple[str, ...]) -> Boards:
    by_icb = tables.load("discharge_by_icb")
    monthly = [_series(by_icb, code) for code in codes]
    counts = [(reason_counts(code, BASE_REASONS) or ({}, ""))[0] for code in codes]
    reasons = np.array([[each[name] for name in reason_names()] for each in counts])
    year = by_icb.filter(pl.col("period") == BASE_YEAR)
    shares = np.array(
        [year.filter(pl.col("icb_code") == code).select(f"pathway_{g}_share" for g in range(N_PATHWAYS)).row(0) for code in codes]
    )
    return Boards(
        codes,
        names,
        remaining=np.array([series[0] for series in monthly]),
        discharged=np.array([series[1] for series in monthly]),
        ready=np.array([series[2] for series in monthly]),
        pathway_share=shares / shares.sum(axis=1, keepdims=True),
        reasons=reasons,
    )


def _series(by_icb: pl.DataFrame, code: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return those who remain, are discharged and become ready a day, by fit month.

    Monthly means say the level at the middle of a month, so the change over a month is half the difference of its neighbours; the
    last month of a board has no later one and takes the whole difference to the one before.
    """
    rows = by_icb.filter((pl.col("icb_code") == code) & (pl.col("period_type") == "month")).sort("period")
    periods = rows["period"].to_list()
    level, left = rows["remaining_daily_average"].to_numpy(), rows["discharged_daily_average"].to_numpy()
    at = [periods.index(month) for month in FIT_MONTHS]
    days = np.array([days_in(month) for month in FIT_MONTHS])
    # A board whose discharges are none, or next to none, in a month has trusts that sent no return: that is unknown, not nought.
    left = np.where(left < _RETURNED * np.median(left), np.nan, left)
    change = np.array([(level[min(i + 1, level.size - 1)] - level[i - 1]) / (1.0 if i + 1 == level.size else 2.0) for i in at])
    return level[at], left[at], left[at] + change / days


def days_in(month: str) -> int:
    """Return the days of a month `YYYY-MM`."""
    from calendar import monthrange

    return monthrange(int(month[:4]), int(month[5:]))[1]
