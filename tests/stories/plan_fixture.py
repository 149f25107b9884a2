"""A made-up plan of the size and shape of Wakefield's, to draw and word documents from without running the model.

Population and published turnover are the real figures of the sources named; posts, paths, differences and costs are invented by
simple formulas and mean nothing. `wakefield_record(**changes)` returns the record with any field replaced.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from almoner.analysis.plan_record import (
    Assumption,
    Band,
    Conflict,
    Difference,
    Driver,
    GapRow,
    Indicator,
    MixRow,
    NeedPoint,
    Path,
    Place,
    PlanRecord,
    PolicyUse,
    PopulationPoint,
    PublishedSeries,
    ScenarioCard,
    SimilarArea,
    SourceLine,
    YearPoint,
)
from almoner.reference.vocabulary import ROLES, SERVICES

YEARS = tuple(range(2025, 2041))
SCENARIOS = ("do-nothing", "fair-pay", "prevention-and-recovery")
_HORIZON = YEARS[-1] - YEARS[0]


def wakefield_record(**changes: Any) -> PlanRecord:
    """Return the fixture, with the named fields replaced."""
    return replace(_RECORD, **changes)


def england_record(**changes: Any) -> PlanRecord:
    """Return the fixture as if it were England's, a hundred and fifty times the size."""
    place = Place("E92000001", "England", "england", None, ())
    paths = tuple(
        replace(path, bands=tuple(_times(band, 150.0) for band in path.bands)) if path.unit in ("posts", "hours_per_week") else path
        for path in _RECORD.paths
    )
    indicators = tuple(
        replace(row, place=row.england if row.england is not None else row.place, similar=None, region=None)
        for row in _RECORD.indicators
    )
    return replace(_RECORD, place=place, paths=paths, indicators=indicators, similar_areas=(), **changes)


def _times(band: Band, factor: float) -> Band:
    return Band(band.median * factor, band.low * factor, band.high * factor)


def _fan(start: float, end: float, spread: float, bend: float = 1.0) -> tuple[Band, ...]:
    bands = []
    for year in YEARS:
        passed = (year - YEARS[0]) / _HORIZON
        median = start + (end - start) * passed**bend
        width = spread * passed**0.5
        bands.append(Band(median, median - width * 0.9, median + width))
    return tuple(bands)


def _paths() -> tuple[Path, ...]:
    ends = {
        "do-nothing": {"needed": 11940, "filled": 10890, "rate": 8.79, "turnover": 27.6, "hours": 24600},
        "fair-pay": {"needed": 11940, "filled": 11180, "rate": 6.37, "turnover": 26.4, "hours": 16100},
        "prevention-and-recovery": {"needed": 11410, "filled": 10790, "rate": 5.43, "turnover": 27.5, "hours": 12900},
    }
    labels = {
        "posts_needed": ("Posts needed", "posts"),
        "filled_posts": ("Filled posts", "posts"),
        "vacant_posts": ("Vacant posts", "posts"),
        "vacancy_rate": ("Vacancy rate", "percent"),
        "turnover_rate": ("Turnover rate", "percent"),
        "unmet_hours_per_week": ("Unmet hours of care a week", "hours_per_week"),
    }
    paths = []
    for scenario, end in ends.items():
        fans = {
            "posts_needed": _fan(9430, end["needed"], 160),
            "filled_posts": _fan(8812, end["filled"], 420),
            "vacant_posts": _fan(618, end["needed"] - end["filled"], 380, 1.3),
            "vacancy_rate": _fan(7.0, end["rate"], 3.1, 1.3),
            "turnover_rate": _fan(28.4, end["turnover"], 1.9),
            "unmet_hours_per_week": _fan(13100, end["hours"], 9000, 1.3),
        }
        for measure, bands in fans.items():
            label, unit = labels[measure]
            paths.append(Path(scenario, measure, label, unit, YEARS, bands))
    return tuple(_flow(path) if path.measure == "turnover_rate" else path for path in paths)


def _flow(path: Path) -> Path:
    """Take away the opening of a flow: no twelve months were run before it."""
    nothing = Band(math.nan, math.nan, math.nan)
    return replace(path, bands=(nothing, *path.bands[1:]))


_SERVICE_SHARE = {
    "care_home_nursing": (0.17, 1.25),
    "care_home": (0.20, 1.24),
    "home_care": (0.38, 1.31),
    "other_community": (0.12, 1.18),
    "council": (0.06, 1.22),
    "personal_assistant": (0.07, 1.16),
}
_ROLE_SHARE = {
    "care_worker": 0.60,
    "senior_care_worker": 0.06,
    "support_worker": 0.08,
    "registered_nurse": 0.03,
    "social_worker": 0.015,
    "occupational_therapist": 0.004,
    "registered_manager": 0.015,
    "other_manager": 0.03,
    "other": 0.166,
}


def _need() -> tuple[NeedPoint, ...]:
    points = []
    for year in YEARS:
        passed = (year - YEARS[0]) / _HORIZON
        for service, (share, growth) in _SERVICE_SHARE.items():
            start = 9430 * share
            points.append(NeedPoint(year, service, start * (1 + (growth - 1) * passed), start * (1 + 0.289 * passed)))
    return tuple(points)


def _gap() -> tuple[GapRow, ...]:
    rows = []
    for service, (share, growth) in _SERVICE_SHARE.items():
        roles = {"personal_assistant": 1.0} if service == "personal_assistant" else _ROLE_SHARE
        for role, part in roles.items():
            posts = 9430 * share * part
            rate = 0.091 if service == "home_care" else 0.055
            end = posts * growth * rate * 1.45
            rows.append(GapRow(service, role, posts * (1 - rate), posts * rate, posts * growth, Band(end, end * 0.7, end * 1.35)))
    return tuple(rows)


_PEOPLE = {
    "0-17": {2011: 70400, 2016: 74000, 2020: 76600, 2024: 77481, 2025: 75577, 2030: 74786, 2035: 73600, 2040: 73159},
    "18-64": {2011: 201800, 2016: 202500, 2020: 210000, 2024: 219964, 2025: 221961, 2030: 230257, 2035: 238900, 2040: 246724},
    "65-74": {2011: 29100, 2016: 34900, 2020: 36500, 2024: 36461, 2025: 37124, 2030: 41899, 2035: 45100, 2040: 45024},
    "75-84": {2011: 18100, 2016: 19000, 2020: 20900, 2024: 25434, 2025: 26174, 2030: 27589, 2035: 29600, 2040: 32734},
    "85+": {2011: 6700, 2016: 7300, 2020: 7800, 2024: 8326, 2025: 8329, 2030: 9786, 2035: 11900, 2040: 13233},
}


def _population() -> tuple[PopulationPoint, ...]:
    points = []
    for band, known in _PEOPLE.items():
        years = sorted(known)
        for year in range(2011, 2041):
            before = max(y for y in years if y <= year)
            after = min(y for y in years if y >= year)
            part = 0.0 if after == before else (year - before) / (after - before)
            persons = known[before] + (known[after] - known[before]) * part
            points.append(PopulationPoint(year, band, round(persons), "estimate" if year <= 2024 else "projection"))
    return tuple(points)


def _indicators() -> tuple[Indicator, ...]:
    def row(
        key: str,
        label: str,
        unit: Any,
        values: tuple[float | None, ...],
        status: Any,
        period: str,
        source: str,
        note: str = "",
    ) -> Indicator:
        return Indicator(key, label, unit, *values, status, period, (source,), note)

    return (
        row("posts", "Filled and vacant posts", "posts", (9430, 8900, 171000, 1711000), "modelled", "31 March 2025", "s_sfc_2025"),
        row("filled_posts", "Filled posts", "posts", (8812, 8310, 160000, 1600000), "modelled", "31 March 2025", "s_sfc_2025"),
        row("vacant_posts", "Vacant posts", "posts", (618, 590, 10600, 111000), "modelled", "31 March 2025", "s_sfc_2025"),
        row("vacancy_rate", "Vacancy rate", "percent", (7.0, 6.8, 6.6, 7.0), "modelled", "2024-25", "s_sfc_2025"),
        row("turnover_rate", "Turnover rate", "percent", (30.0, 24.9, 25.1, 23.7), "published", "2024-25", "ascof_2025"),
        row(
            "care_worker_pay",
            "Care worker pay, median",
            "gbp_per_hour",
            (12.04, None, 11.98, 12.00),
            "estimated",
            "March 2025",
            "s_sfc_2025",
            "Independent sector.",
        ),
        row(
            "people_75",
            "People aged 75 and over",
            "people",
            (33760, 34100, 486000, 5480000),
            "published",
            "mid-2024",
            "ons_mye_2024",
        ),
        row(
            "people_75_share",
            "Share of people aged 75 and over",
            "percent",
            (9.2, 9.4, 8.9, 9.4),
            "published",
            "mid-2024",
            "ons_mye_2024",
        ),
        row(
            "posts_per_1000",
            "Posts per 1,000 people aged 65 and over",
            "ratio",
            (134.2, 128.1, 152.0, 155.9),
            "modelled",
            "31 March 2025",
            "s_sfc_2025",
        ),
        row(
            "spend",
            "Council spending on care per adult",
            "gbp_per_adult",
            (418.0, 431.0, 433.0, 452.0),
            "published",
            "2024-25",
            "asc_fr_2025",
        ),
    )


def _mix() -> tuple[MixRow, ...]:
    rows = []
    england = {
        "care_home_nursing": 16.1,
        "care_home": 18.3,
        "home_care": 41.0,
        "other_community": 11.2,
        "council": 7.0,
        "personal_assistant": 6.4,
    }
    for service, (share, _) in _SERVICE_SHARE.items():
        rows.append(MixRow("service", SERVICES[service], 8812 * share, share * 100, england[service], "modelled", "31 March 2025"))
    for role, part in _ROLE_SHARE.items():
        rows.append(MixRow("role", ROLES[role], 8812 * part, part * 100, part * 100 * 0.97, "modelled", "31 March 2025"))
    for name, place, nation in (("British", 84.0, 72.0), ("EU", 5.0, 5.0), ("Other nationality", 11.0, 23.0)):
        rows.append(MixRow("nationality", name, 8812 * place / 100, place, nation, "modelled", "2024-25"))
    for name, place, nation in (("Under 25", 9.1, 8.6), ("25 to 54", 62.5, 63.4), ("55 and over", 28.4, 28.0)):
        rows.append(MixRow("age", name, 8812 * place / 100, place, nation, "modelled", "2023-24"))
    return tuple(rows)


def _series() -> tuple[PublishedSeries, ...]:
    def line(label: str, source: str, first: int, values: tuple[float, ...]) -> PublishedSeries:
        points = tuple(YearPoint(f"{first + i}-{(first + i + 1) % 100:02d}", value) for i, value in enumerate(values))
        return PublishedSeries(label, "turnover_rate", "percent", points, source)

    return (
        line("Wakefield", "oflog_asc", 2016, (33.49, 34.34, 29.89, 39.38, 26.05, 26.13, 29.14)),
        line("Wakefield", "ascof_2025", 2023, (26.2, 30.0)),
        line("Yorkshire and The Humber", "ascof_2025", 2023, (26.6, 25.1)),
        line("England", "ascof_2025", 2023, (24.2, 23.7)),
    )


def _scenarios() -> tuple[ScenarioCard, ...]:
    return (
        ScenarioCard("do-nothing", "Do nothing", "No policy starts; pay follows the National Living Wage.", (), None),
        ScenarioCard(
            "fair-pay",
            "Fair pay from 2028",
            "Nobody in adult social care is paid less than the National Living Wage plus 68p an hour from April 2028.",
            (
                PolicyUse(
                    "pay_floor", "A pay floor over the National Living Wage", "68p an hour, from April 2028", ("E01", "E12"), False
                ),
            ),
            Band(14.2, 12.9, 15.8),
            {"Council": 8.4, "NHS": 1.2, "People who pay for themselves": 4.6},
            "Whole pay bill difference with employer on-costs; fees are assumed to follow.",
        ),
        ScenarioCard(
            "prevention-and-recovery",
            "Prevention and recovery",
            "Reablement for everyone who would benefit, and a slower start of long-term care.",
            (
                PolicyUse(
                    "reablement", "Short-term help to live at home again", "1,100 people a year, from April 2026", ("E21",), False
                ),
                PolicyUse("prevention", "Fewer people need long-term care", "2% less need by 2035", ("E30", "E31"), True),
            ),
            Band(3.1, 2.2, 4.4),
            {"Council": 2.3, "NHS": 0.8},
            "Cost of the services only; savings are not counted.",
        ),
    )


def _differences() -> tuple[Difference, ...]:
    def row(scenario: str, measure: str, label: str, unit: str, low: float, mid: float, high: float, better: Any) -> Difference:
        return Difference(scenario, measure, label, unit, Band(mid, low, high), abs(high - low) / 20, better, low > 0 or high < 0)

    return (
        row("fair-pay", "filled_posts", "Filled posts", "posts", 120, 290, 480, "up"),
        row("fair-pay", "vacant_posts", "Vacant posts", "posts", -480, -290, -120, "down"),
        row("fair-pay", "vacancy_rate", "Vacancy rate", "percent", -4.0, -2.42, -1.0, "down"),
        row("fair-pay", "turnover_rate", "Turnover rate", "percent", -2.2, -1.2, -0.4, "down"),
        row("fair-pay", "unmet_hours_per_week", "Unmet hours of care a week", "hours_per_week", -14000, -8500, -3100, "down"),
        row("prevention-and-recovery", "filled_posts", "Filled posts", "posts", -260, -100, 40, "up"),
        row("prevention-and-recovery", "vacant_posts", "Vacant posts", "posts", -610, -430, -210, "down"),
        row("prevention-and-recovery", "vacancy_rate", "Vacancy rate", "percent", -4.9, -3.36, -1.6, "down"),
        row("prevention-and-recovery", "turnover_rate", "Turnover rate", "percent", -0.4, -0.1, 0.3, "down"),
        row(
            "prevention-and-recovery",
            "unmet_hours_per_week",
            "Unmet hours of care a week",
            "hours_per_week",
            -17200,
            -11700,
            -5200,
            "down",
        ),
    )


_RECORD = PlanRecord(
    place=Place("E08000036", "Wakefield", "area", "Yorkshire and The Humber", ("E08000036",)),
    run_id="8f2c41d09ab37e65",
    version="0.1.0",
    made_on="2026-11-21",
    seed=20251101,
    draws=10,
    band_kind="minimum and maximum of 10 draws",
    base_year="2024-25",
    to_year=2040,
    price_basis="2025-26 prices",
    headline=(
        "Wakefield has about 8,810 filled posts in adult social care (modelled) and about 620 vacant ones, a vacancy rate of 7.0%.",
        "By March 2040 its population would need about 11,940 posts (modelled), 2,510 more than today, chiefly because the number "
        "of people aged 85 and over grows by 59%.",
        "If nothing changes vacancies would rise to about 1,050 (modelled; between 710 and 1,430 over 10 draws), "
        "most of them in home care.",
        "Fair pay from 2028 would close between 120 and 480 of that gap (modelled), and would cost about £14.2 million a year.",
        "What moves the result most is how readily people who live in England take up care work, "
        "which is a prior and not a measurement.",
    ),
    indicators=_indicators(),
    similar_areas=(
        SimilarArea("E08000016", "Barnsley", 0.41, 6120, 26.2, 9.1),
        SimilarArea("E08000018", "Rotherham", 0.48, 6890, 24.1, 9.6),
        SimilarArea("E08000017", "Doncaster", 0.52, 7950, None, 9.2),
        SimilarArea("E06000011", "East Riding of Yorkshire", 0.77, 8730, 24.4, 12.9),
        SimilarArea("E08000010", "Wigan", 0.79, 8010, 25.0, 8.8),
    ),
    mix=_mix(),
    published_series=_series(),
    population=_population(),
    need=_need(),
    paths=_paths(),
    gap=_gap(),
    scenarios=_scenarios(),
    differences=_differences(),
    drivers=(
        Driver("filling.entrants.jump_off", "Jump-off of resident entrants", "assumed", "0.81", "1.24", -0.78),
        Driver("filling.vacancy_exponent", "How entrants answer to vacancies", "assumed", "0.34", "0.66", -0.41),
        Driver("leaving.exit_elasticity", "How exits answer to pay", "estimated", "0.4", "1.3", 0.33),
        Driver("filling.market_exponent", "How entrants answer to the wider job market", "assumed", "0.9", "1.7", 0.12),
        Driver("leaving.sector_share", "Share of leavers who stay in the sector", "published", "0.60", "0.68", -0.09),
        Driver("need.growth_18_64", "Growth of need among people aged 18 to 64", "assumed", "0.2%", "1.4%", None),
    ),
    assumptions=(
        Assumption(
            "filling.mover_reentry", "Share of movers who start again within a month", "0.5 a month", "No publication gives it."
        ),
        Assumption("pay.outside_index", "Outside pay", "Grows with average earnings", "Regional factor is assumed."),
        Assumption("need.funding_coverage", "Share of need that is paid for", "1.0", "Demand-led: every needed post has money."),
    ),
    conflicts=(
        Conflict(
            "Turnover in England, 2024-25",
            "23.7% (ascof_2025, council and independent sector)",
            "24.7% (s_sfc_2025, all sectors)",
        ),
    ),
    limits=(
        "Nothing crosses the area's boundary within a run: people who live in one area and work in another are not followed.",
        "Vacancy rates of single areas have not been published since 2023; the opening rate is modelled.",
    ),
    sources=(
        SourceLine(
            "ascof_2025",
            "DHSC",
            "Measures from the adult social care outcomes framework, England, 2024 to 2025",
            "2015-16 to 2024-25",
            "https://www.gov.uk/government/collections/adult-social-care-outcomes-framework-ascof",
        ),
        SourceLine(
            "ons_mye_2024",
            "ONS",
            "Mid-2024 population estimates",
            "mid-2024",
            "https://www.ons.gov.uk/peoplepopulationandcommunity",
        ),
        SourceLine(
            "ons_snpp_2022", "ONS", "2022-based subnational population projections", "2022 to 2047", "https://www.ons.gov.uk/"
        ),
        SourceLine("oflog_asc", "Oflog", "Workforce turnover rate by council", "2016-17 to 2022-23", "https://oflog.data.gov.uk/"),
        SourceLine(
            "s_sfc_2025", "Skills for Care", "Size and structure of the workforce", "2024-25", "https://www.skillsforcare.org.uk/"
        ),
        SourceLine("asc_fr_2025", "NHS England", "Adult social care activity and finance", "2024-25", "https://digital.nhs.uk/"),
    ),
    driver_measure="the vacancy rate of March 2040 if nothing changes",
    manifest={"parameters": "sha256 5b1c0e", "reference": "sha256 77aa10", "python": "3.11.2", "platform": "Linux"},
)
