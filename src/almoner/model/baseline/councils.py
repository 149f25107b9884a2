"""Councils whose number of filled posts was published, brought to the base year's scope and series.

In: the council rows of `adult_posts_structure`. Out: one row a publication with the posts that the council would have in 2024-25 if
its share of England's posts had not changed since. A council's figure is divided by England's of the same year, series and scope
and multiplied by England's 2024-25 posts of that scope in the restated series: a share is carried over, never a level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import polars as pl

from almoner.model.baseline.figures import published, row_value
from almoner.model.baseline.structure import LEVELS
from almoner.reference.tables import load

Scope = Literal["base", "with_direct_payments", "all_sectors"]
"""base: council and independent; with direct payments: and personal assistants; all sectors: and the NHS."""

ANCHORED_FROM: Final = "2021-22"
"""A council's own total is used from this year on; older publications only test the apportionment."""

_SCOPE_OF_SOURCE: Final[dict[str, Scope]] = {
    "s_fc190fe7": "with_direct_payments",
    "posts_fd85ff1b": "all_sectors",
    "posts_5e51a3be": "with_direct_payments",
}
"""Local area summaries include direct payment posts; the Essex page is read as all sectors; press figures (all others) are read as
council and independent posts (README of the tables). Torbay 2023-24 names the NHS in its sector shares, so the NHS is taken off."""

_BASE_ROWS: Final = {
    "2016-17": ("AW0498", "AW0456"),
    "2017-18": ("AW0499", "AW0458"),
    "2018-19": ("AW0500", "AW0460"),
    "2019-20": ("AW0501", "AW0461"),
    "2020-21": ("AW0502", "AW0462"),
    "2021-22": ("AW0503", "AW0463"),
    "2022-23": ("AW0506", "AW0466"),
    "2023-24": ("AW0507", "AW0467"),
}
"""England's vacant posts and vacancy rate as published for the year: together they give the filled posts of the base."""

_ALL_ROWS: Final = {
    "2016-17": "AW0080",
    "2018-19": "AW0082",
    "2019-20": "AW0083",
    "2021-22": "AW0086",
    "2022-23": "AW0088",
    "2023-24": "AW0090",
}
_PERSONAL_ASSISTANT_ROWS: Final = {"2016-17": "AW0103", "2019-20": "AW0104", "2021-22": "AW0105", "2023-24": "AW0105"}
"""The nearest published number of personal assistants' posts."""


@dataclass(frozen=True)
class CouncilPosts:
    """A published number of posts of one council: as published, and as posts of 2024-25 in the restated series."""

    area_code: str
    period: str
    scope: Scope
    published: float
    rescaled: float
    source: str
    confidence: str

    @property
    def anchors(self) -> bool:
        """Say whether the figure is recent enough to be the council's own total."""
        return self.period >= ANCHORED_FROM


@lru_cache(maxsize=1)
def council_posts() -> tuple[CouncilPosts, ...]:
    """Return every usable publication, by area and period."""
    rows = load("adult_posts_structure").filter(
        pl.col("measure") == "filled_posts",
        pl.col("breakdown").is_in(["all", "all job roles"]),
        pl.col("cross").is_null(),
        pl.col("area_code").str.contains("^E0[6-9]|^E10"),
        pl.col("period").is_in(list(_BASE_ROWS)),
    )
    found = [
        _rescaled(*row)
        for row in rows.select("area_code", "period", "value", "source", "confidence").sort("area_code", "period").iter_rows()
    ]
    return tuple(found)


def latest_council_posts() -> tuple[CouncilPosts, ...]:
    """Return the latest publication of each council."""
    return tuple({posts.area_code: posts for posts in council_posts()}.values())


def _rescaled(area_code: str, period: str, value: float, source: str, confidence: str) -> CouncilPosts:
    scope = _SCOPE_OF_SOURCE.get(source, "base")
    posts = value * (1 - _nhs_share(area_code, period))
    return CouncilPosts(
        area_code, period, scope, value, posts / _england_then(period, scope) * _england_now(scope), source, confidence
    )


def _nhs_share(area_code: str, period: str) -> float:
    """Return the share of NHS posts in a council's figure where it was published beside it."""
    rows = load("adult_posts_structure").filter(
        pl.col("measure") == "filled_posts_share",
        pl.col("breakdown") == "NHS",
        pl.col("area_code") == area_code,
        pl.col("period") == period,
    )
    return float(rows["value"][0]) / 100 if rows.height else 0.0


def _england_then(period: str, scope: Scope) -> float:
    if scope == "all_sectors":
        return published(_ALL_ROWS[period])
    vacant, rate = (published(row) for row in _BASE_ROWS[period])
    base = vacant * (100 / rate - 1)
    return base if scope == "base" else base + published(_PERSONAL_ASSISTANT_ROWS[period])


def _england_now(scope: Scope) -> float:
    """Return England's 2024-25 posts of a scope; the restated series has no NHS posts, so all sectors end at direct payments."""
    base = published(LEVELS["base_filled"])
    return base if scope == "base" else base + row_value("filled_posts", "sector", "direct payment employers", "2024-25")
