"""The published figures of a region or a council that its baseline is held against.

In: a code. Out: `Figure`s under the margins and categories of `margins`. A council has its own turnover and, for about twenty, its
posts; nothing of England's is shown as a council's.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from almoner.model.baseline.councils import council_posts
from almoner.model.baseline.published_margins import TURNOVER, VACANCY, Figure, england_figures, region_name
from almoner.reference.tables import load


def region_figures(region_code: str) -> tuple[Figure, ...]:
    """Return the figures of one region: its own posts and rates, and its care workers' median pay."""
    names = {
        "filled posts": "filled posts",
        "vacancy rate": VACANCY,
        "turnover": TURNOVER,
    }
    found = [
        figure
        for figure in england_figures()
        if figure.margin.startswith("region ") and figure.category == region_name(region_code)
    ]
    posts = [
        _renamed(figure, "totals", names[figure.margin.removeprefix("region ")]) for figure in found if "pay" not in figure.margin
    ]
    pay = [_renamed(figure, "pay", "care worker median, independent") for figure in found if "pay" in figure.margin]
    return (*posts, *pay)


def area_figures(area_code: str) -> tuple[Figure, ...]:
    """Return the figures of one council: its turnover, and its posts where they were published."""
    codes = [area_code, *(old for old, new in _former() if new == area_code)]
    rows = load("adult_turnover_by_area").filter(
        pl.col("area_code").is_in(codes), pl.col("series") == "ascof_2025", pl.col("turnover_rate").is_not_null()
    )
    found = []
    own_first = rows.sort("period", pl.col("area_code") == area_code, descending=True)
    for row in own_first.head(1).iter_rows(named=True):
        older = "" if row["period"] == "2024-25" else "no figure for 2024-25"
        joint = "" if row["area_code"] == area_code else f"published for {row['area_code']}, a former or joint council"
        note = "; ".join(text for text in (older, joint) if text)
        found.append(
            Figure("totals", TURNOVER, row["turnover_rate"], "per cent", row["period"], "seen", row["source"], not note, note)
        )
    scopes = {"base": "council and independent", "with_direct_payments": "with direct payments", "all_sectors": "all sectors"}
    for posts in council_posts():
        if posts.area_code == area_code:
            category = "filled posts, council and independent" if posts.scope == "base" else "filled posts"
            use = "used as the area's total" if posts.anchors else "older than 2021-22, only compared"
            note = f"published {posts.published:,.0f} posts ({scopes[posts.scope]}), rescaled by its share of England then; {use}"
            found.append(
                Figure("totals", category, posts.rescaled, "posts", posts.period, posts.confidence, posts.source, False, note)
            )
    return tuple(found)


def _renamed(figure: Figure, margin: str, category: str) -> Figure:
    return replace(figure, margin=margin, category=category)


def _former() -> list[tuple[str, str]]:
    return list(load("area_code_changes").select("old_code", "new_code").iter_rows())
