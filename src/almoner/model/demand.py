"""How many posts the population needs, relative to the opening stock at 31 March 2025 (MODEL.md section 2).

In: the parameter tree and the population by area, date and age band. Out: indices [area, service, date] that are 1 at the opening
with the shipped parameters. The default rule weighs each band by its use of the service; `proportional_65` lets every service
grow with the people aged 65 and over, as Skills for Care projects posts, and is the check on the arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import NotFoundError, OutOfRangeError
from almoner.model.clock import EPOCH_YEAR, MONTHS_PER_YEAR, years_from_opening
from almoner.parameters import ParameterTree, load
from almoner.reference import tables
from almoner.reference.areas import Area, england
from almoner.reference.population import LAST_YEAR, MID_YEAR, persons_at
from almoner.reference.vocabulary import ADULT_BANDS, POPULATION_BANDS, SERVICE_IDS

Rule = Literal["age_specific", "proportional_65"]
RULES: Final = ("age_specific", "proportional_65")

OPENING: Final = EPOCH_YEAR + 0.25
"""31 March 2025 in decimal years; mid-year estimates stand at one half."""

_FIRST_ADULT: Final = len(POPULATION_BANDS) - len(ADULT_BANDS)
_WORKING_AGE: Final = ADULT_BANDS.index("18-64")
_OLDER: Final = slice(ADULT_BANDS.index("65-74"), None)
_ROUNDING: Final = 1e-6


def need_path(tree: ParameterTree, area_codes: Sequence[str], months: int, rule: Rule = "age_specific") -> NDArray[np.float64]:
    """Return need at the end of months 0 to `months` - 1 relative to the opening, [area, service, month]."""
    return need_index(tree, area_codes, [OPENING + years_from_opening(month) for month in range(months)], rule)


def need_index(
    tree: ParameterTree, area_codes: Sequence[str], dates: Sequence[float], rule: Rule = "age_specific"
) -> NDArray[np.float64]:
    """Return need at `dates` (decimal years) relative to the opening, [area, service, date]."""
    if rule not in RULES:
        raise NotFoundError("rule of need", rule, RULES)
    when = np.asarray(dates, dtype=np.float64)
    people = adults_at(area_codes, [OPENING, *when.tolist()])
    if rule == "proportional_65":
        weights = np.tile((np.array(ADULT_BANDS) != "18-64").astype(np.float64), (len(SERVICE_IDS), 1))
        index = relative_use(weights, people)
    else:
        growth = np.ones((len(when) + 1, len(ADULT_BANDS)))
        growth[1:, _WORKING_AGE] = _trend(tree, when)
        index = relative_use(intensities(tree), people * growth)
    return index * _edited(tree, when)


def relative_use(weights: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return use at each date relative to the first: `weights` [service, band], `people` [area, date, band]."""
    use = np.einsum("sb,adb->asd", weights, people)
    return np.asarray(use[:, :, 1:] / use[:, :, :1])


def intensities(tree: ParameterTree) -> NDArray[np.float64]:
    """Return use per person by service and adult band, with the age gradient of the tree, [service, band].

    The gradient tilts use between the bands from 65 on; each service's use by all people aged 65 and over in England at the
    opening stays as it is, because the split between them and younger adults is estimated from spending.
    """
    use = np.array([[tree.at(f"need.intensity.{service}.{band}") for band in ADULT_BANDS] for service in SERVICE_IDS])
    older = use[:, _OLDER]
    tilted = older[:, :1] * (older / older[:, :1]) ** tree.at("need.age_gradient")
    people = adults_at(england().area_codes, [OPENING])[:, 0, _OLDER].sum(axis=0)
    use[:, _OLDER] = tilted * ((older @ people) / (tilted @ people))[:, None]
    return use


def adults_at(area_codes: Sequence[str], dates: Sequence[float]) -> NDArray[np.float64]:
    """Return adults at dates in decimal years, [area, date, adult band]."""
    return persons_at(area_codes, dates)[:, :, _FIRST_ADULT:]


def need_rows(
    place: Area,
    posts: NDArray[np.float64] | NDArray[np.int64],
    rule: Rule = "age_specific",
    to_year: int = 2040,
    tree: ParameterTree | None = None,
) -> list[dict[str, Any]]:
    """Return the posts that a place needs at the middle of each year from 2025 to `to_year`, and their growth from the opening.

    `posts` are filled and vacant posts at the opening, [area, service], in the order of `place.area_codes`.
    """
    if not EPOCH_YEAR <= to_year <= LAST_YEAR:
        raise OutOfRangeError(f"There is no projection of need to {to_year}: choose a year from {EPOCH_YEAR} to {LAST_YEAR}.")
    years = range(EPOCH_YEAR, to_year + 1)
    dates = [year + MID_YEAR for year in years]
    share = np.array([weight for _, weight in place.members])
    opening = np.asarray(posts, dtype=np.float64) * share[:, None]
    needed = np.einsum("as,asd->sd", opening, need_index(tree or load(), place.area_codes, dates, rule))
    older = np.tensordot(share, adults_at(place.area_codes, dates)[:, :, _OLDER].sum(axis=2), axes=1)
    total = opening.sum()
    return [
        {
            "year": year,
            "date": f"{year}-06-30",
            "rule": rule,
            "posts": float(needed[:, column].sum()),
            "growth": float(needed[:, column].sum() / total - 1.0) if total else 0.0,
            "posts_by_service": {service: float(needed[row, column]) for row, service in enumerate(SERVICE_IDS)},
            "population_65_plus": float(older[column]),
        }
        for column, year in enumerate(years)
    ]


def vintage_check() -> list[dict[str, Any]]:
    """Compare the published projections of posts to 2040 with ours by the date from which people aged 65 and over are counted.

    Both let posts grow with people aged 65 and over to mid-2040; what remains is the vintage and base date of the population.
    """
    series = (
        ("2025", "AW0237", "AW0318", None, (("mid-2024", 2024.5), ("31 March 2025", OPENING), ("mid-2025", 2025.5))),
        ("2024", "AW0236", "AW0317", "AW0246", (("mid-2023", 2023.5),)),
    )
    return [
        row
        for publication, extra, total, growth, bases in series
        for row in _compared(publication, _published(extra), _published(total), _published(growth or extra), bases)
    ]


def _compared(
    publication: str,
    extra: dict[str, Any],
    total: dict[str, Any],
    growth: dict[str, Any],
    bases: tuple[tuple[str, float], ...],
) -> list[dict[str, Any]]:
    """Set one publication's projection beside ours for each base date."""
    printed = re.search(r"\(\+(\d+)%\)", growth["note"])
    published = growth["value"] / 100 if growth["unit"] == "percent" else int(printed[1]) / 100 if printed else None
    rows = []
    for base, date in bases:
        older = adults_at(england().area_codes, [date, 2040 + MID_YEAR])[:, :, _OLDER].sum(axis=(0, 2))
        ours = float(older[1] / older[0] - 1.0)
        rows.append(
            {
                "publication": publication,
                "base": base,
                "published_growth": published,
                "growth": ours,
                "difference_points": None if published is None else 100 * (ours - published),
                "base_posts": total["value"],
                "published_extra_posts": extra["value"],
                "extra_posts": ours * total["value"],
                "difference_posts": ours * total["value"] - extra["value"],
                "rows": ";".join(dict.fromkeys((extra["row_id"], total["row_id"], growth["row_id"]))),
                "sources": ";".join(dict.fromkeys((extra["source"], total["source"], growth["source"]))),
            }
        )
    return rows


def _published(row_id: str) -> dict[str, Any]:
    return tables.load("adult_workforce").row(by_predicate=pl.col("row_id") == row_id, named=True)


def _months_elapsed(dates: NDArray[np.float64]) -> NDArray[np.float64]:
    return (dates - OPENING) * MONTHS_PER_YEAR


def _trend(tree: ParameterTree, dates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the growth of need per person aged 18-64 since the opening; before it the base rate runs backwards."""
    elapsed = _months_elapsed(dates)
    months = max(int(np.ceil(elapsed.max(initial=0.0))), 1)
    log_rate = np.log1p(tree.series("need.trend_18_64", months)) / MONTHS_PER_YEAR
    grown = np.interp(elapsed, np.arange(months + 1), np.concatenate(([0.0], np.cumsum(log_rate))))
    before = np.minimum(elapsed, 0.0) * np.log1p(tree.at("need.trend_18_64")) / MONTHS_PER_YEAR
    return np.asarray(np.exp(grown + before))


def _edited(tree: ParameterTree, dates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what policies do to need and hours per person, [service, date]; a date lies in the month that ends on or after it."""
    months = np.ceil(_months_elapsed(dates) - _ROUNDING).astype(np.int64) - 1
    factor = np.empty((len(SERVICE_IDS), len(months)))
    for row, service in enumerate(SERVICE_IDS):
        scale, hours = tree.parameter(f"need.scale.{service}"), tree.parameter(f"need.hours_per_person.{service}")
        factor[row] = scale.over(months) * hours.over(months)
    return factor
