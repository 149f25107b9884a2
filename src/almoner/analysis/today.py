"""Where a place stands today, against the areas most like it, its region and England.

In: the baseline world and the published tables. Out: indicators, the mix of posts and workers, and published series. What is
modelled says so; what was not published for a place is None, never zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.analysis.measures import INSIDE
from almoner.analysis.plan_record import Indicator, MixRow, PublishedSeries, SimilarArea, YearPoint
from almoner.analysis.similar import YEAR, care_spending_per_adult, council_turnover
from almoner.model.baseline import Baseline, Holders, build, holders
from almoner.model.baseline.build import cut
from almoner.model.baseline.samples import care_worker_median, thinned
from almoner.reference import tables
from almoner.reference.areas import Area, england, regions
from almoner.reference.population import persons_of
from almoner.reference.vocabulary import CONTRACTS, NATIONALITIES, POPULATION_BANDS, ROLES, SERVICES

_THINNING = 8
_POSTS_SOURCES = ("posts_own", "s_ef4c618e", "s_d6e39644")


def region_of(place: Area) -> Area | None:
    """Return the region of a place that lies in one."""
    if place.level == "region" or place.region_code is None:
        return None
    return next(region for region in regions() if region.code == place.region_code)


def indicators(place: Area, similar: tuple[SimilarArea, ...], national: Baseline | None = None) -> tuple[Indicator, ...]:
    """Return the lines of 'where we are'; `national` is the baseline to read, the shipped one if none is given."""
    world = national or build()
    region = region_of(place)
    alike = [Area(area.code, area.name, "area", None, None, ((area.code, 1.0),)) for area in similar]

    def line(
        key: str,
        label: str,
        unit: str,
        value: Callable[[Area], float | None],
        *,
        published: bool,
        period: str,
        sources: tuple[str, ...],
        total: bool = False,
        for_england: bool = False,
        note: str = "",
    ) -> Indicator:
        known = [number for number in map(value, alike) if number is not None]
        return Indicator(
            id=key,
            label=label,
            unit=unit,  # type: ignore[arg-type]
            place=value(place),
            similar=float(np.mean(known)) if known and not total else None,
            region=value(region) if region and not total else None,
            england=None if total and place.level != "england" else value(england()),
            status="published" if published or (for_england and place.level == "england") else "modelled",
            period=period,
            sources=sources,
            note=note,
        )

    modelled = "31 March 2025"
    return (
        line(
            "filled_posts",
            "Filled posts",
            "posts",
            lambda area: filled_posts(area, world),
            published=False,
            for_england=True,
            period=modelled,
            sources=_POSTS_SOURCES,
            total=True,
        ),
        line(
            "vacant_posts",
            "Vacant posts (council and independent)",
            "posts",
            lambda area: vacant_posts(area, world),
            published=False,
            for_england=True,
            period=modelled,
            sources=_POSTS_SOURCES,
            total=True,
        ),
        line(
            "vacancy_rate",
            "Vacancy rate",
            "percent",
            lambda area: vacancy_rate(area, world),
            published=False,
            for_england=True,
            period="2024-25",
            sources=("s_ef4c618e", "posts_own"),
            note="England's rate is published; rates of areas and regions are modelled, and weak.",
        ),
        line(
            "turnover_rate",
            "Turnover rate",
            "percent",
            lambda area: council_turnover().get(area.code),
            published=True,
            period="2024-25",
            sources=("ascof_2025",),
            note="Council and independent posts. England: 23.7% in this base, 23.1% with direct payment posts.",
        ),
        line(
            "care_worker_pay",
            "Care worker pay, median",
            "gbp_per_hour",
            care_worker_pay,
            published=False,
            for_england=True,
            period="March 2025",
            sources=("s_75bc2986", "s_5311e31d"),
            note="Independent sector. England's £12.00 is published; so are West Midlands, East of England and London.",
        ),
        line(
            "posts_per_1000",
            "Filled posts for each 1,000 people aged 65 and over",
            "ratio",
            lambda area: 1000.0 * filled_posts(area, world) / people(area, "65-74"),
            published=False,
            period=modelled,
            sources=(*_POSTS_SOURCES, "ons_mye_2024"),
        ),
        line(
            "people_75_share",
            "People aged 75 and over, share of all",
            "percent",
            lambda area: 100.0 * people(area, "75-84") / people(area, "0-17"),
            published=True,
            period="mid-2024",
            sources=("ons_mye_2024",),
        ),
        line(
            "spending",
            "Council spending on adult social care for each adult, net",
            "gbp_per_adult",
            spending_per_adult,
            published=True,
            period="2024-25",
            sources=("mhclg_ro3_2025", "ons_mye_2024"),
            note="Birmingham, Cumberland and Slough made no return; groups leave them out.",
        ),
    )


def filled_posts(area: Area, world: Baseline) -> float:
    """Return modelled filled posts of a place."""
    return _weigh(area, world, world.filled.sum(axis=(1, 2)))


def vacant_posts(area: Area, world: Baseline) -> float:
    """Return modelled vacant posts of a place in the published base."""
    return _weigh(area, world, world.vacant[:, INSIDE].sum(axis=(1, 2)))


def vacancy_rate(area: Area, world: Baseline) -> float:
    """Return the modelled vacancy rate of a place in the published base, percent."""
    vacant = vacant_posts(area, world)
    return 100.0 * vacant / (vacant + _weigh(area, world, world.filled[:, INSIDE].sum(axis=(1, 2))))


def care_worker_pay(area: Area) -> float:
    """Return the modelled median hourly pay of independent-sector care workers in a place."""
    return care_worker_median(area.area_codes)


def people(area: Area, from_band: str) -> float:
    """Return residents from an age band upward, mid-2024."""
    return float(persons_of(area, [YEAR])[0, POPULATION_BANDS.index(from_band) :].sum())


def spending_per_adult(area: Area) -> float | None:
    """Return net spending per adult over the councils of a place that made a return."""
    spending = care_spending_per_adult()
    known = [(code, weight) for code, weight in area.members if code in spending]
    if not known:
        return None
    adults = {
        code: float(persons_of(Area(code, code, "area", None, None, ((code, weight),)), [YEAR])[0, 1:].sum())
        for code, weight in known
    }
    return sum(spending[code] * adults[code] for code, _ in known) / sum(adults.values())


def mix(place: Area, national: Baseline | None = None) -> tuple[MixRow, ...]:
    """Return shares of posts by service and role and of workers by age, sex, nationality, contract and qualification."""
    world = national or build()
    rows: list[MixRow] = []
    for margin, names, axis in (("service", SERVICES, (0, 2)), ("role", ROLES, (0, 1))):
        own, nation = (_posts_by(area, axis, world) for area in (place, england()))
        rows += [
            MixRow(
                margin,
                label,
                float(own[i]),
                100 * float(own[i] / own.sum()),
                100 * float(nation[i] / nation.sum()),
                "modelled",
                "31 March 2025",
            )
            for i, label in enumerate(names.values())
            if own[i] or nation[i]
        ]
    posts = filled_posts(place, world)
    here, all_here = _workers(place, world)
    there, all_there = _workers(england(), world)
    for margin, category, period, chosen in _worker_margins():
        own_share, nation_share = _share(here, all_here, chosen), _share(there, all_there, chosen)
        rows.append(MixRow(margin, category, own_share * posts, 100 * own_share, 100 * nation_share, "modelled", period))
    return tuple(rows)


def published_series(place: Area) -> tuple[PublishedSeries, ...]:
    """Return published turnover for the place, its region and England; a change of method starts a new series."""
    frame = tables.load("adult_turnover_by_area")
    region = region_of(place)
    series = []
    for area in (place, *((region,) if region else ()), *(() if place.level == "england" else (england(),))):
        for name, source in (("oflog_2024", "oflog_asc"), ("ascof_2025", "ascof_2025")):
            rows = frame.filter(
                (pl.col("area_code") == area.code) & (pl.col("series") == name) & pl.col("turnover_rate").is_not_null()
            ).sort("period")
            if rows.height:
                points = tuple(YearPoint(period, rate) for period, rate in rows.select("period", "turnover_rate").iter_rows())
                series.append(PublishedSeries(area.name, "turnover_rate", "percent", points, source))
    return tuple(series)


def _weigh(area: Area, world: Baseline, by_area: NDArray[np.int64]) -> float:
    return float(sum(weight * by_area[world.area_codes.index(code)] for code, weight in area.members))


def _posts_by(area: Area, axis: tuple[int, int], national: Baseline) -> NDArray[np.float64]:
    weights = np.array([dict(area.members).get(code, 0.0) for code in national.area_codes])
    return np.asarray((national.filled * weights[:, None, None]).sum(axis=axis))


def _workers(place: Area, national: Baseline) -> tuple[Holders, NDArray[np.float64]]:
    """Return opening holders of a place, thinned where they are many, with the weight of each row."""
    world = cut(national, place.area_codes)
    if world.filled.sum() > 100_000:
        world = thinned(world, _THINNING)
    people = holders(world)
    weight = np.array([dict(place.members)[code] for code in world.area_codes])
    return people, weight[people.area_index]


def _share(workers: Holders, weight: NDArray[np.float64], chosen: Callable[[Holders], NDArray[np.bool_]]) -> float:
    return float(weight[chosen(workers)].sum() / weight.sum())


def _worker_margins() -> list[tuple[str, str, str, Callable[[Holders], NDArray[np.bool_]]]]:
    def aged(low: int, high: int) -> Callable[[Holders], NDArray[np.bool_]]:
        return lambda w: ((-1 - w.birth_month.astype(np.int32)) // 12 >= low) & ((-1 - w.birth_month.astype(np.int32)) // 12 < high)

    def experienced(low: float, high: float) -> Callable[[Holders], NDArray[np.bool_]]:
        return lambda w: ((-w.sector_month.astype(np.int32)) / 12 >= low) & ((-w.sector_month.astype(np.int32)) / 12 < high)

    return [
        ("age", "Under 25", "2022-23", aged(0, 25)),
        ("age", "25 to 54", "2022-23 to 2023-24", aged(25, 55)),
        ("age", "55 and over", "2023-24", aged(55, 120)),
        ("sex", "Men", "2024-25", lambda w: ~w.female),
        ("sex", "Women", "2024-25", lambda w: w.female),
        *(("nationality", label, "2024-25", lambda w, i=i: w.nationality == i) for i, label in enumerate(NATIONALITIES.values())),
        *(("contract", label, "2022-23", lambda w, i=i: w.contract == i) for i, label in enumerate(CONTRACTS.values())),
        ("qualification", "Level 2 or above", "2024-25", lambda w: w.level_2),
        ("experience in the sector", "Under 1 year", "2017-18", experienced(0, 1)),
        ("experience in the sector", "1 to 9 years", "2017-18", experienced(1, 10)),
        ("experience in the sector", "10 years and over", "2017-18", experienced(10, 99)),
    ]
