"""The published figures of England that the baseline is held against, by margin and category.

In: rows of the reference tables. Out: `Figure`s. A figure of the base year stands as published; an
older one is brought to the base year as its ratio to England's figure of the same year, series and scope, and its note says so.
Where two publications differ both are listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import polars as pl

from almoner.model.baseline.ages import BANDS, band_shares
from almoner.model.baseline.figures import published
from almoner.model.baseline.structure import (
    LEVELS,
    ROLE_TURNOVER_RATIOS,
    ROLE_VACANCY_RATIOS,
    SERVICE_TURNOVER_ROWS,
    SERVICE_VACANCY_ROWS,
    base_turnover,
)
from almoner.model.baseline.traits import nationality_shares
from almoner.reference.tables import load
from almoner.reference.vocabulary import ENGLAND, NATIONALITIES, ROLES, SERVICES

_USED: Final = "used as the seed; our own estimate from published rows"
_NOT_TESTED: Final = ("derived", "recalled")


@dataclass(frozen=True)
class Figure:
    """A published figure: `base_year` says that it is one of 2024-25, seen in a source, that the model must reproduce."""

    margin: str
    category: str
    value: float
    unit: str
    period: str
    confidence: str
    source: str
    base_year: bool
    note: str = ""


@lru_cache(maxsize=1)
def england_figures() -> tuple[Figure, ...]:
    """Return the figures of England."""
    return (*_totals(), *_services(), *_roles(), *_regions(), *_people(), *_work(), *_pay())


def region_name(region_code: str) -> str:
    """Return the name of a region."""
    return str(load("areas").filter(pl.col("region_code") == region_code)["region_name"][0])


TURNOVER: Final = "turnover, council and independent"
VACANCY: Final = "vacancy rate, council and independent"


@lru_cache(maxsize=1)
def _rows() -> dict[str, dict[str, Any]]:
    return {row["row_id"]: row for row in load("adult_workforce").iter_rows(named=True)}


def _figure(
    margin: str, category: str, row_id: str, unit: str, note: str = "", scale: float = 1.0, base_year: bool | None = None
) -> Figure:
    """Return a row of `adult_workforce` as a figure; one that is scaled is never a base-year figure."""
    row = _rows()[row_id]
    in_base_year = row["period"] in ("2024-25", "2025-03") and scale == 1.0 if base_year is None else base_year
    confidence = "derived" if "derived" in (row["note"] or "") and not in_base_year else row["confidence"]
    return Figure(margin, category, row["value"] * scale, unit, row["period"], confidence, row["source"], in_base_year, note)


def _ratio(
    margin: str,
    category: str,
    row_id: str | float,
    overall: str | float,
    base: float,
    source: str = "",
    period: str = "",
    more: str = "",
) -> Figure:
    """Return an older rate as its ratio to that publication's overall rate, times the base-year rate, in per cent."""
    rate, whole = (published(item) if isinstance(item, str) else item for item in (row_id, overall))
    row = _rows()[row_id] if isinstance(row_id, str) else {"period": period, "confidence": "seen_secondary", "source": source}
    note = f"published {rate:g} where the overall rate was {whole:g}; that ratio times {base:.3g}{more}"
    return Figure(margin, category, rate / whole * base, "per cent", row["period"], row["confidence"], row["source"], False, note)


def _structure_figures(margin: str, kind: str, names: dict[str, str]) -> list[Figure]:
    rows = load("adult_posts_structure").filter(
        pl.col("measure") == "filled_posts",
        pl.col("breakdown_type") == kind,
        pl.col("breakdown").is_in(list(names)),
        pl.col("cross").is_null(),
        pl.col("area_code") == ENGLAND,
        pl.col("period") == "2024-25",
    )
    return [
        Figure(
            margin,
            names[row["breakdown"]],
            row["value"],
            "posts",
            row["period"],
            row["confidence"],
            row["source"],
            row["confidence"] not in _NOT_TESTED,
            _USED if row["confidence"] == "derived" else "",
        )
        for row in rows.sort("breakdown", "confidence").iter_rows(named=True)
    ]


def _totals() -> list[Figure]:
    turnover = (
        load("adult_turnover_by_area").filter(pl.col("area_code") == ENGLAND, pl.col("period") == "2024-25").row(0, named=True)
    )
    return [
        _figure("totals", "filled posts", LEVELS["filled"], "posts"),
        _figure(
            "totals",
            "filled posts, council and independent",
            LEVELS["base_filled"],
            "posts",
            base_year=False,
            note="derived from 111,000 vacant at 7.0 per cent; 1,463,000 to 1,486,000 by rounding",
        ),
        _figure("totals", "vacant posts, council and independent", LEVELS["vacant"], "posts"),
        _figure("totals", "filled and vacant posts", "AW0318", "posts", "vacant posts of personal assistants are not in it"),
        _figure("totals", VACANCY, LEVELS["vacancy_rate"], "per cent"),
        Figure("totals", TURNOVER, turnover["turnover_rate"], "per cent", "2024-25", "seen", turnover["source"], True),
        _figure("totals", "turnover, independent", "AW0400", "per cent"),
        _figure(
            "totals",
            "turnover, all sectors",
            LEVELS["turnover_all_sectors"],
            "per cent",
            "personal assistants' rate is the ratio of 2022-23, so that the three bases agree",
        ),
    ]


def _services() -> list[Figure]:
    growth = published(LEVELS["filled"]) / published("AW0084")
    rescaled = "share of all posts in 2020-21, times 2024-25"
    rate = base_turnover() * 100
    clash = "; with council posts, which the modelled rate leaves out; the four add up to too little, so one factor raises them"
    turnover_categories = {
        "residential": ("Care home with nursing", "Care home"),
        "home care": ("Home care",),
        "community": ("Other community",),
    }
    return [
        *_structure_figures(
            "service posts",
            "service",
            {
                "care home with nursing": "Care home with nursing, with council posts",
                "care home without nursing": "Care home, with council posts",
                "domiciliary care": "Home care, with council posts",
                "direct payment employers": SERVICES["personal_assistant"],
            },
        ),
        *_structure_figures("service posts", "sector", {"local authority": SERVICES["council"]}),
        _figure("service posts", "Care homes of both kinds, with council posts", "AW0095", "posts", rescaled, growth),
        _figure("service posts", "Home care, with council posts", "AW0099", "posts", rescaled, growth),
        *(_figure("service vacancy rate", SERVICES[service], row, "per cent") for service, row in SERVICE_VACANCY_ROWS.items()),
        _figure(
            "service vacancy rate",
            SERVICES["home_care"],
            "AW0476",
            "per cent",
            "another publisher, rounded; the row above is used",
            base_year=False,
        ),
        _figure(
            "service vacancy rate",
            SERVICES["personal_assistant"],
            "AW0477",
            "per cent",
            "outside the published base; used as published",
        ),
        *(
            _ratio("service turnover", category, SERVICE_TURNOVER_ROWS[kind], "AW0395", rate, more=clash)
            for kind, categories in turnover_categories.items()
            for category in categories
        ),
        _ratio("service turnover", SERVICES["personal_assistant"], "AW0406", "AW0351", published(LEVELS["turnover_all_sectors"])),
    ]


def _roles() -> list[Figure]:
    base = published(LEVELS["base_filled"])
    then = published("AW0507") * (100 / published("AW0467") - 1)
    names = {
        "care workers": "care_worker",
        "senior care workers": "senior_care_worker",
        "support and outreach workers": "support_worker",
    }
    names |= {
        "registered nurses": "registered_nurse",
        "social workers": "social_worker",
        "occupational therapists": "occupational_therapist",
    }
    names |= {"registered managers": "registered_manager", "personal assistants": "personal_assistant"}
    labels = {name: ROLES[role] for name, role in names.items()}
    rate = base_turnover() * 100
    vacancy = published(LEVELS["vacancy_rate"])
    numbers = {9.9: ("posts_5e51a3be", "2023-24"), 11.3: ("posts_09358f7b", "2022-23"), 14.4: ("posts_09358f7b", "2022-23")}
    return [
        *_structure_figures("role posts", "role", labels),
        _figure(
            "role posts",
            ROLES["care_worker"],
            "AW0096",
            "posts",
            "share of council and independent posts in 2023-24, times 2024-25",
            base / then,
        ),
        *(
            _ratio("role vacancy rate", ROLES[role], value, overall, vacancy, *(numbers[value] if isinstance(value, float) else ()))
            for role, (value, overall) in ROLE_VACANCY_RATIOS.items()
        ),
        _figure("role turnover", "Care and support workers", "AW0355", "per cent"),
        _figure("role turnover", ROLES["registered_manager"], "AW0407", "per cent"),
        *(
            _ratio("role turnover", labels[name], value, overall, rate, *(numbers[value] if isinstance(value, float) else ()))
            for name, (value, overall) in ROLE_TURNOVER_RATIOS.items()
        ),
    ]


def _regions() -> list[Figure]:
    posts = load("adult_posts_structure").filter(
        pl.col("area_code").str.starts_with("E12"), pl.col("period") == "2024-25", pl.col("breakdown") == "all"
    )
    units = {
        "filled_posts": ("region filled posts", "posts"),
        "vacancy_rate": ("region vacancy rate", "per cent"),
        "turnover_rate": ("region turnover", "per cent"),
    }
    found = []
    for row in posts.sort("measure", "area_code").iter_rows(named=True):
        margin, unit = units[row["measure"]]
        seen = row["confidence"] not in _NOT_TESTED
        note = "" if seen else row["note"]
        found.append(
            Figure(
                margin,
                region_name(row["area_code"]),
                row["value"],
                unit,
                row["period"],
                row["confidence"],
                row["source"],
                seen,
                note,
            )
        )
    pay = load("pay").filter(pl.col("measure") == "care_worker_median_pay", pl.col("period") == "2024-25")
    found += [
        Figure(
            "region pay",
            region_name(row["area_code"]),
            row["value"],
            "GBP per hour",
            "2024-25",
            row["confidence"],
            row["source"],
            True,
        )
        for row in pay.sort("area_code").iter_rows(named=True)
    ]
    return found


def _people() -> list[Figure]:
    groups = dict(zip(("British", "EU", "non-EU"), NATIONALITIES.values(), strict=True))
    recalled = {name: row for row, name in (("AW0192", "British"), ("AW0196", "EU"))}
    rest = 100 - published("AW0192") - published("AW0196")
    british = nationality_shares()[0] * 100
    middle = "the 2017-18 shape between the latest ends"
    ages = [
        Figure("age", band, share * 100, "per cent", "2017-18", "derived", _rows()["AW0002"]["source"], False, middle)
        for band, share in zip(BANDS, band_shares(), strict=True)
    ][1:]
    return [
        _figure("age", "24 and under", "AW0290", "per cent"),
        *ages,
        _figure("age", "55 and over", "AW0260", "per cent"),
        _figure(
            "age", "55 and over", "AW0259", "per cent", "an older publication in other words ('a third'); the 29 per cent is used"
        ),
        _figure("age", "average, years", "AW0007", "years"),
        _figure("sex", "male", "AW0289", "per cent"),
        Figure(
            "nationality",
            NATIONALITIES["british"],
            british,
            "per cent",
            "2024-25",
            "derived",
            _rows()["AW0020"]["source"],
            False,
            "from the fall of 30,000 (2.6%) in the year and of 85,000 (7%) since 2020-21, over 1.60m posts; used",
        ),
        *(
            _figure(
                "nationality",
                groups[name],
                row,
                "per cent",
                "used" if name == "EU" else "older and recalled; the derived share is used",
            )
            for name, row in recalled.items()
        ),
        Figure(
            "nationality",
            groups["non-EU"],
            rest,
            "per cent",
            "2022-23",
            "recalled",
            _rows()["AW0192"]["source"],
            False,
            "older: before most arrivals of 2023 to 2025; the rest after British and EU is used",
        ),
    ]


def _work() -> list[Figure]:
    ratio = published("AW0526") / published("AW0525")
    scaled = f"2018-19 share times {ratio:.3f}, the overall share of 2022-23 over that of 2018-19"
    clash = "cannot hold beside the home care share: care workers are 79 per cent of our home care posts"
    equivalent = published("AW0128") / published("AW0084")
    return [
        _figure("contract", "zero hours, council and independent", "AW0526", "per cent"),
        _figure("contract", "zero hours, home care", "AW0528", "per cent", scaled, ratio),
        _figure("contract", "zero hours, care workers in home care", "AW0527", "per cent", f"{scaled}; {clash}", ratio),
        _figure("contract", "zero hours, registered nurses", "AW0529", "per cent"),
        Figure(
            "hours",
            "full-time equivalents over posts",
            equivalent,
            "ratio",
            "2020-21",
            _rows()["AW0128"]["confidence"],
            _rows()["AW0128"]["source"],
            False,
            "1,190,000 over 1,670,000",
        ),
        _figure("hours", "full-time, home care", "AW0129", "per cent"),
        _figure("qualification", "level 2 or above, care and support workers", "AW0292", "per cent"),
        _figure("experience", "average in the sector", "AW0009", "years"),
    ]


def _pay() -> list[Figure]:
    return [
        _figure("pay", "care worker median, independent", "AW0043", "GBP per hour"),
        _figure("pay", "care workers on the National Living Wage, independent", "AW0266", "per cent"),
        _figure(
            "pay",
            "care workers within 10p of the National Living Wage, independent",
            "AW0268",
            "per cent",
            "December 2024, the same wage floor",
        ),
        _figure("pay", "five years' experience over new starters, care workers, independent", "AW0052", "GBP per hour"),
        _figure("pay", "senior care worker median, independent", "AW0255", "GBP per hour", "December 2024, used for March 2025"),
    ]
