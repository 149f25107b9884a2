"""The areas most like an area: near in age structure, in how care is given and in what the council spends.

In: published population, activity and spending. Out: the nearest areas by the mean squared difference of standardised
features. It is not the statistical neighbour model of any body; the features are listed so that anyone may disagree.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.analysis.plan_record import SimilarArea
from almoner.model.baseline import build
from almoner.reference import tables
from almoner.reference.areas import Area, areas, resolve
from almoner.reference.population import persons, sources_of
from almoner.reference.vocabulary import POPULATION_BANDS, SERVICE_IDS

YEAR: Final = 2024
"""Latest mid-year estimate shipped."""

SPENDING_PERIOD: Final = "2024-25"

TURNOVER_SERIES: Final = "ascof_2025"


def similar_areas(place: Area, count: int = 5) -> tuple[SimilarArea, ...]:
    """Return the `count` areas most like `place`, nearest first; none for a group of areas."""
    if place.level != "area" or len(place.members) != 1:
        return ()
    codes, features = _features()
    index = codes.index(place.code)
    distance = np.sqrt(np.nanmean((features - features[index]) ** 2, axis=1))
    order = [i for i in np.argsort(distance, kind="stable") if i != index][:count]
    names = {area.code: area.name for area in areas()}
    filled = build().filled.sum(axis=(1, 2))
    turnover = council_turnover()
    people = persons(codes, [YEAR])[:, 0]
    older = people[:, POPULATION_BANDS.index("75-84") :].sum(axis=1) / people.sum(axis=1)
    return tuple(
        SimilarArea(
            code=codes[i],
            name=names[codes[i]],
            distance=float(distance[i]),
            filled_posts=float(filled[i]),
            turnover_rate=turnover.get(codes[i]),
            people_75_plus_share=float(100.0 * older[i]),
            sources=_sources(codes[i]),
        )
        for i in order
    )


def council_turnover(period: str = SPENDING_PERIOD) -> dict[str, float]:
    """Return the published turnover by area, region and England code, percent; areas without a figure are left out."""
    frame = tables.load("adult_turnover_by_area").filter(
        (pl.col("series") == TURNOVER_SERIES) & (pl.col("period") == period) & pl.col("turnover_rate").is_not_null()
    )
    return dict(zip(frame["area_code"], frame["turnover_rate"], strict=True))


def care_spending_per_adult(period: str = SPENDING_PERIOD) -> dict[str, float]:
    """Return councils' net current expenditure on adult social care per resident aged 18 and over, GBP, by code."""
    frame = tables.load("spend_by_area").filter(
        (pl.col("domain") == "adult")
        & (pl.col("line") == "total")
        & (pl.col("financial_year") == period)
        & (pl.col("area_level") == "area")
        & pl.col("net_current_expenditure_gbp_k").is_not_null()
    )
    codes = [code for code in frame["area_code"] if code in _codes()]
    adults = dict(zip(codes, persons(codes, [YEAR])[:, 0, 1:].sum(axis=1), strict=True))
    spent = dict(zip(frame["area_code"], frame["net_current_expenditure_gbp_k"], strict=True))
    return {code: 1000.0 * spent[code] / adults[code] for code in codes}


def _sources(code: str) -> tuple[str, ...]:
    """Return the sources of an area's published features: people, spending and turnover."""
    turnover = tables.load("adult_turnover_by_area").filter(pl.col("series") == TURNOVER_SERIES)
    published = (turnover, tables.load("spend_by_area"))
    return tuple(
        dict.fromkeys((*sources_of(resolve(code), YEAR), *(one for frame in published for one in frame["source"].unique())))
    )


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    return tuple(area.code for area in areas())


@lru_cache(maxsize=1)
def _features() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return standardised features [area, feature]; what was not returned by a council is missing and is left out of distances."""
    codes = _codes()
    people = persons(codes, [YEAR])[:, 0]
    total = people.sum(axis=1)
    older = people[:, POPULATION_BANDS.index("65-74") :].sum(axis=1)
    filled = build().filled.sum(axis=2).astype(np.float64)
    homes = filled[:, [SERVICE_IDS.index("care_home_nursing"), SERVICE_IDS.index("care_home")]].sum(axis=1)
    spending = care_spending_per_adult()
    columns = [
        np.log(total),
        people[:, POPULATION_BANDS.index("65-74")] / total,
        people[:, POPULATION_BANDS.index("75-84")] / total,
        people[:, POPULATION_BANDS.index("85+")] / total,
        filled.sum(axis=1) / older,
        homes / filled.sum(axis=1),
        filled[:, SERVICE_IDS.index("home_care")] / filled.sum(axis=1),
        np.array([spending.get(code, np.nan) for code in codes]),
    ]
    table = np.stack(columns, axis=1)
    return codes, np.asarray((table - np.nanmean(table, axis=0)) / np.nanstd(table, axis=0))
