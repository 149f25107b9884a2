"""How good the model of discharge is: its fit to the base year, and its error on months that it has not seen.

The fit is looked at with luck that it was not made with. The held-out months are April 2025 to March 2026, forecast from figures to
March 2025 and set beside what was published, and beside the rule that nothing changes. Their interval has the parameters, the luck
of boards and the swings that all boards share (`model.discharge.swings`), which are estimated from June 2024 to March 2025 alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.clock import month_text
from almoner.model.discharge import fit, record
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.central import central
from almoner.parameters import load
from almoner.reference.vocabulary import ENGLAND
from almoner.study import discharge
from almoner.study.discharge_swings import factors
from almoner.study.discharge_swings import shared as swings_of

FRESH: Final = 1_000
"""First replicate of the luck by which the fit is looked at."""
REPLICATES: Final = 16
HELD_OUT_DRAWS: Final = 16
_SWINGS: Final = 256
_INTERVAL: Final = (0.1, 0.9)
_SAYS: Final = 0.8
_MONTHS: Final = 12


@dataclass(frozen=True)
class FitCheck:
    """Published and modelled figures of the base year, [board, ...]."""

    codes: tuple[str, ...]
    published: NDArray[np.float64]
    """[board] patients who remain"""
    modelled: NDArray[np.float64]
    luck: NDArray[np.float64]
    """[board] standard deviation of the modelled level between replicates: what chance alone moves a year by"""
    share_published: NDArray[np.float64]
    """[board, pathway, stage] of coded patients"""
    share_modelled: NDArray[np.float64]
    pathway_published: NDArray[np.float64]
    """[board, pathway] of discharges"""
    pathway_modelled: NDArray[np.float64]

    @property
    def misplaced(self) -> NDArray[np.float64]:
        """[board] share of coded patients that the model has at another stage or pathway than the record."""
        return np.asarray(np.abs(self.share_published - self.share_modelled).sum(axis=(1, 2)) / 2)


@dataclass(frozen=True)
class HeldOut:
    """England by month and boards by year, published and forecast."""

    months: tuple[str, ...]
    published: NDArray[np.float64]
    """[month]"""
    forecast: NDArray[np.float64]
    """[path, month] each draw under each of the equally likely swings"""
    boards: tuple[str, ...]
    board_published: NDArray[np.float64]
    """[board]"""
    board_forecast: NDArray[np.float64]
    """[path, board]"""
    board_before: NDArray[np.float64]
    """[board] the year before"""
    before: NDArray[np.float64]
    """[month] the same month a year earlier where published under the same definition, otherwise March 2025"""
    without_swings: NDArray[np.float64]
    """[draw, month] England's paths before the swings"""


@lru_cache(maxsize=1)
def fit_check(threads: int | None = None) -> FitCheck:
    """Look at the central fit with fresh luck."""
    from almoner.model.discharge import flow
    from almoner.model.discharge.system import lanes_of

    tree, fitted, published = load(), central(), record.boards()
    wanted = fit.target(published, tree.at("discharge.any_reason_pathway_0_share"))
    lanes = lanes_of(tree, fitted, fit.WINDOW)
    runs = [flow.run(lanes, fit.WINDOW, 0, FRESH + r, coded_from=fit.CODED_FROM, threads=threads) for r in range(REPLICATES)]
    level = np.array([run.remaining.mean(axis=1) for run in runs])
    coded = np.mean([run.coded for run in runs], axis=0)
    ready = np.mean([run.people[:, :, 0] for run in runs], axis=0)
    days = runs[0].remaining.shape[1]
    at_once = fitted.flow[:, 0] * days - ready[:, 0]
    ready[:, 0] += np.maximum(at_once, 0.0)
    return FitCheck(
        published.codes,
        wanted.remaining,
        level.mean(axis=0),
        level.std(axis=0, ddof=1),
        wanted.share,
        coded / coded.sum(axis=(1, 2), keepdims=True),
        published.pathway_share,
        ready / ready.sum(axis=1, keepdims=True),
    )


@lru_cache(maxsize=4)
def held_out(seed: int = 0, threads: int | None = None, draws: int = HELD_OUT_DRAWS) -> HeldOut:
    """Forecast the months after the base year from what was known at its end."""
    codes = record.boards().codes
    path = discharge.forecast(codes, draws, _MONTHS, seed, threads=threads)
    lengths = np.bincount(Calendar(0, _MONTHS).counted_month)
    by_month = path.days_lost / lengths
    every = by_month[:, None] * factors(codes, _MONTHS, seed, _SWINGS)[None]
    every = every.reshape(-1, *by_month.shape[1:])
    months = {each.period: each.patients_per_day for each in record.remaining(ENGLAND)}
    ahead = [month_text(month) for month in range(_MONTHS)]
    earlier = [month_text(month - _MONTHS) for month in range(_MONTHS)]
    last = months[record.FIT_MONTHS[-1]]
    years = {code: {each.period: each.patients_per_day for each in record.remaining(code, "year")} for code in codes}
    return HeldOut(
        months=tuple(ahead),
        published=np.array([months[month] for month in ahead]),
        forecast=every.sum(axis=1),
        boards=codes,
        board_published=np.array([years[code][record.LATEST_YEAR] for code in codes]),
        board_forecast=every @ (lengths / lengths.sum()),
        board_before=np.array([years[code][record.BASE_YEAR] for code in codes]),
        before=np.array([months[month] if month in record.FIT_MONTHS else last for month in earlier]),
        without_swings=by_month.sum(axis=1),
    )


def checks(area_code: str | None, seed: int = 0, threads: int | None = None, draws: int | None = None) -> dict[str, Any]:
    """Return fit and held-out error as plain values and as tables; `area_code` adds the rows of a board."""
    fitted, later = fit_check(threads), held_out(seed, threads, min(draws or HELD_OUT_DRAWS, HELD_OUT_DRAWS))
    error = later.forecast.mean(axis=0) - later.published
    low, high = np.quantile(later.forecast, _INTERVAL, axis=0)
    before_low, before_high = np.quantile(later.without_swings, _INTERVAL, axis=0)
    board_error = later.board_forecast.mean(axis=0) / later.board_published - 1.0
    board_before = later.board_before / later.board_published - 1.0
    b_low, b_high = np.quantile(later.board_forecast, _INTERVAL, axis=0)
    shared = swings_of(_MONTHS)
    england = {
        "published": float(fitted.published.sum()),
        "modelled": float(fitted.modelled.sum()),
        "coded_share_of_patients_misplaced": _nation(fitted),
        "boards_level_error_median_percent": float(100 * np.median(np.abs(fitted.modelled / fitted.published - 1))),
        "boards_misplaced_median_percent": float(100 * np.median(fitted.misplaced)),
        "boards_misplaced_largest_percent": float(100 * fitted.misplaced.max()),
    }
    held = {
        "mean_absolute_error_patients": float(np.abs(error).mean()),
        "mean_absolute_error_percent": float(100 * np.abs(error / later.published).mean()),
        "bias_percent": float(100 * (error / later.published).mean()),
        "no_change_error_percent": float(100 * np.abs(later.before / later.published - 1).mean()),
        "months": _MONTHS,
        "months_inside_80_percent_interval": _inside(later.published, low, high),
        "months_inside_without_swings": _inside(later.published, before_low, before_high),
        "interval_half_width_percent": float(100 * ((high - low) / 2 / later.published).mean()),
        "interval_half_width_without_swings_percent": float(100 * ((before_high - before_low) / 2 / later.published).mean()),
        "boards_mean_absolute_error_percent": float(100 * np.abs(board_error).mean()),
        "boards_no_change_error_percent": float(100 * np.abs(board_before).mean()),
        "boards_inside_80_percent_interval": _inside(later.board_published, b_low, b_high),
        "boards": len(later.boards),
    }
    swings = {
        "months": len(record.FIT_MONTHS),
        "standard_deviation_percent": 100 * shared.size,
        "part_that_comes_back_every_year": shared.part_that_comes_back,
        "left_in_the_next_month": float(shared.weight @ shared.lasts),
        "expected_percent": [float(100 * np.expm1(each)) for each in shared.expected],
    }
    tables = {
        "How the fit looks under fresh luck (June 2024 to March 2025)": _fit_rows(fitted, area_code),
        "Held-out months: England, patients a day": [
            {
                "month": month,
                "published": f"{seen:,.0f}",
                "forecast": f"{mean:,.0f}",
                "between": f"{a:,.0f} and {b:,.0f}",
                "error": f"{100 * (mean / seen - 1):+.1f}%",
            }
            for month, seen, mean, a, b in zip(later.months, later.published, later.forecast.mean(axis=0), low, high, strict=True)
        ],
        "Held-out year: mean absolute error": [
            {
                "what": "England, by month",
                "model": f"{held['mean_absolute_error_percent']:.1f}%",
                "no change": f"{held['no_change_error_percent']:.1f}%",
                "inside the 80% interval": _said(held["months_inside_80_percent_interval"], _MONTHS),
                "interval": f"+/- {held['interval_half_width_percent']:.0f}%",
            },
            {
                "what": "boards, 2025-26",
                "model": f"{held['boards_mean_absolute_error_percent']:.1f}%",
                "no change": f"{held['boards_no_change_error_percent']:.1f}%",
                "inside the 80% interval": _said(held["boards_inside_80_percent_interval"], len(later.boards)),
                "interval": f"+/- {100 * ((b_high - b_low) / 2 / later.board_published).mean():.0f}%",
            },
            {
                "what": "England, by parameters and luck alone",
                "model": f"{100 * np.abs(later.without_swings.mean(axis=0) / later.published - 1).mean():.1f}%",
                "no change": "",
                "inside the 80% interval": _said(held["months_inside_without_swings"], _MONTHS),
                "interval": f"+/- {held['interval_half_width_without_swings_percent']:.0f}%",
            },
        ],
    }
    return {"fit": england, "held_out": held, "swings": swings, "tables": tables}


def _inside(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> int:
    return int(((values >= low) & (values <= high)).sum())


def _said(inside: float, count: int) -> str:
    return f"{inside} of {count} (about {_SAYS * count:.0f} are due)"


def _nation(fitted: FitCheck) -> float:
    weights = fitted.published[:, None, None]
    mine, theirs = ((share * weights).sum(axis=0) / weights.sum() for share in (fitted.share_modelled, fitted.share_published))
    return float(np.abs(mine - theirs).sum() / 2)


def _fit_rows(fitted: FitCheck, area_code: str | None) -> list[dict[str, object]]:
    names = dict(zip(record.boards().codes, record.boards().names, strict=True))
    rows = [_fit_row("England", fitted.published.sum(), fitted.modelled.sum(), None, _nation(fitted))]
    if area_code in fitted.codes:
        rows.append(_board_row(fitted, fitted.codes.index(str(area_code)), names))
    else:
        rows += [_board_row(fitted, int(b), names) for b in np.argsort(-fitted.misplaced)[:5]]
    return rows


def _board_row(fitted: FitCheck, b: int, names: dict[str, str]) -> dict[str, object]:
    name = names[fitted.codes[b]]
    return _fit_row(name, fitted.published[b], fitted.modelled[b], fitted.luck[b] / fitted.published[b], fitted.misplaced[b])


def _fit_row(name: str, published: float, modelled: float, luck: float | None, misplaced: float) -> dict[str, object]:
    return {
        "place": name,
        "published": f"{published:,.0f}",
        "modelled": f"{modelled:,.0f}",
        "error": f"{100 * (modelled / published - 1):+.1f}%",
        "a year's luck": "" if luck is None else f"{100 * luck:.0f}%",
        "reasons misplaced": f"{100 * misplaced:.1f}%",
    }
