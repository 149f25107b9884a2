"""The baseline beside what was published, margin by margin, for a place: `almoner baseline AREA`.

In: a place. Out: rows of margin, category, published, modelled, difference, period, confidence, source, unit, status and note.
Status is *tested* (a base-year figure), *compared* (an older, derived or rescaled figure) or *modelled* (nothing was published).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline.ages import BANDS
from almoner.model.baseline.apportion import area_regions
from almoner.model.baseline.build import Baseline, build
from almoner.model.baseline.figures import assumed
from almoner.model.baseline.holders import Holders, holders
from almoner.model.baseline.pay import floor_pence
from almoner.model.baseline.place_figures import area_figures, region_figures
from almoner.model.baseline.published_margins import Figure, england_figures, region_name
from almoner.model.baseline.structure import BASE_SERVICES, COUNCIL, SETTINGS, england
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.reference.areas import Area
from almoner.reference.vocabulary import CONTRACTS, NATIONALITIES, ROLE_IDS, ROLES, SERVICE_IDS, SERVICES

_CARE_AND_SUPPORT: Final = tuple(ROLE_IDS.index(role) for role in ("care_worker", "support_worker"))
_EDGES_YEARS: Final = (0, 25, 35, 45, 55, 65, 200)

Row = dict[str, Any]
Modelled = tuple[str, str, float | None, str]


@dataclass(frozen=True)
class _Place:
    """The baseline of a place: posts weighted by the share of each member area, and a weight for every holder."""

    baseline: Baseline
    people: Holders
    weight: NDArray[np.float64]
    filled: NDArray[np.float64]
    vacant: NDArray[np.float64]
    leavers: NDArray[np.float64]

    def share(self, which: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> float | None:
        """Return the share of holders `among` some, in per cent."""
        weight = self.weight if among is None else self.weight * among
        return None if not weight.sum() else float((weight * which).sum() / weight.sum() * 100)

    def mean(self, values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> float | None:
        """Return the mean over the holders `among` some."""
        weight = self.weight if among is None else self.weight * among
        return None if not weight.sum() else float((weight * values).sum() / weight.sum())

    def median(self, values: NDArray[np.float64], among: NDArray[np.bool_]) -> float | None:
        """Return the weighted median over the holders `among` some."""
        chosen, weight = values[among], self.weight[among]
        if not len(chosen):
            return None
        order = np.argsort(chosen, kind="stable")
        middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
        return float(chosen[order][min(int(middle), len(order) - 1)])


def margins(area: Area, seed: int = 0) -> list[Row]:
    """Return the margins of a place: an area, a region, an integrated care board or England."""
    place = _place(area, seed)
    figures = _figures(area)
    rows: list[Row] = []
    for margin, category, value, unit in _modelled(place, area):
        here = [figure for figure in figures if (figure.margin, figure.category) == (margin, category)]
        rows += [_row(margin, category, value, unit, figure) for figure in here] or [_row(margin, category, value, unit, None)]
    return rows


def _figures(area: Area) -> tuple[Figure, ...]:
    if area.level == "england":
        return england_figures()
    if area.level == "region":
        return region_figures(area.code)
    return area_figures(area.code) if area.level == "area" else ()


def _row(margin: str, category: str, modelled: float | None, unit: str, figure: Figure | None) -> Row:
    difference = None if figure is None or modelled is None else modelled - figure.value
    return {
        "margin": margin,
        "category": category,
        "published": figure and figure.value,
        "modelled": modelled,
        "difference": difference,
        "period": figure and figure.period,
        "confidence": figure.confidence if figure else "not published",
        "source": figure and figure.source,
        "unit": unit,
        "status": "modelled" if figure is None else "tested" if figure.base_year else "compared",
        "note": figure.note if figure else "",
    }


def _place(area: Area, seed: int) -> _Place:
    baseline = build(area.area_codes, seed)
    people = holders(baseline)
    weights = dict(area.members)
    share = np.array([weights[code] for code in baseline.area_codes])
    filled = np.einsum("a,asr->asr", share, baseline.filled)
    return _Place(
        baseline,
        people,
        share[people.area_index],
        filled,
        np.einsum("a,asr->asr", share, baseline.vacant),
        filled * baseline.turnover,
    )


def _modelled(place: _Place, area: Area) -> Iterator[Modelled]:
    yield from _totals(place)
    yield from _by_service(place, area)
    yield from _by_role(place)
    if area.level == "england":
        yield from _by_region(place)
    yield from _people(place)
    yield from _work(place)
    yield from _pay(place)


def _rate(part: NDArray[np.float64], whole: NDArray[np.float64]) -> float | None:
    return float(part.sum() / whole.sum() * 100) if whole.sum() else None


def _totals(place: _Place) -> Iterator[Modelled]:
    base, independent = list(BASE_SERVICES), [index for index in BASE_SERVICES if index != COUNCIL]
    filled, vacant, leavers = place.filled, place.vacant, place.leavers
    yield "totals", "filled posts", float(filled.sum()), "posts"
    yield "totals", "filled posts, council and independent", float(filled[:, base].sum()), "posts"
    yield "totals", "vacant posts, council and independent", float(vacant[:, base].sum()), "posts"
    yield "totals", "vacant posts, personal assistants", float(vacant.sum() - vacant[:, base].sum()), "posts"
    yield "totals", "filled and vacant posts", float(filled.sum() + vacant[:, base].sum()), "posts"
    yield "totals", "vacancy rate, council and independent", _rate(vacant[:, base], filled[:, base] + vacant[:, base]), "per cent"
    yield "totals", "turnover, council and independent", _rate(leavers[:, base], filled[:, base]), "per cent"
    yield "totals", "turnover, independent", _rate(leavers[:, independent], filled[:, independent]), "per cent"
    yield "totals", "turnover, all sectors", _rate(leavers, filled), "per cent"


def _by_service(place: _Place, area: Area) -> Iterator[Modelled]:
    filled, vacant, leavers = place.filled, place.vacant, place.leavers
    for index, service in enumerate(SERVICE_IDS):
        yield "service posts", SERVICES[service], float(filled[:, index].sum()), "posts"
    if area.level == "england":
        inside = england().council_by_setting
        homes = 0.0
        for setting, service in SETTINGS.items():
            if service in ("care_home_nursing", "care_home", "home_care"):
                posts = float(filled[:, SERVICE_IDS.index(service)].sum() + inside[setting])
                homes += 0.0 if service == "home_care" else posts
                yield "service posts", f"{SERVICES[service]}, with council posts", posts, "posts"
        yield "service posts", "Care homes of both kinds, with council posts", homes, "posts"
    for index, service in enumerate(SERVICE_IDS):
        yield "service vacancy rate", SERVICES[service], _rate(vacant[:, index], filled[:, index] + vacant[:, index]), "per cent"
    for index, service in enumerate(SERVICE_IDS):
        yield "service turnover", SERVICES[service], _rate(leavers[:, index], filled[:, index]), "per cent"


def _by_role(place: _Place) -> Iterator[Modelled]:
    filled, vacant, leavers = place.filled, place.vacant, place.leavers
    for index, role in enumerate(ROLE_IDS):
        yield "role posts", ROLES[role], float(filled[:, :, index].sum()), "posts"
    for index, role in enumerate(ROLE_IDS):
        yield "role vacancy rate", ROLES[role], _rate(vacant[:, :, index], filled[:, :, index] + vacant[:, :, index]), "per cent"
    both = list(_CARE_AND_SUPPORT)
    yield "role turnover", "Care and support workers", _rate(leavers[:, :, both], filled[:, :, both]), "per cent"
    for index, role in enumerate(ROLE_IDS):
        yield "role turnover", ROLES[role], _rate(leavers[:, :, index], filled[:, :, index]), "per cent"


def _by_region(place: _Place) -> Iterator[Modelled]:
    codes, region = area_regions()
    base = list(BASE_SERVICES)
    names = [region_name(code) for code in codes]
    inside = [region == number for number in range(len(codes))]
    for name, rows in zip(names, inside, strict=True):
        yield "region filled posts", name, float(place.filled[rows].sum()), "posts"
    for name, rows in zip(names, inside, strict=True):
        filled, vacant = place.filled[rows][:, base], place.vacant[rows][:, base]
        yield "region vacancy rate", name, _rate(vacant, filled + vacant), "per cent"
    for name, rows in zip(names, inside, strict=True):
        yield "region turnover", name, _rate(place.leavers[rows][:, base], place.filled[rows][:, base]), "per cent"
    region_of_holder = region[place.people.area_index]
    independent = _independent_care_workers(place.people)
    for number, name in enumerate(names):
        median = place.median(place.people.pay_pence.astype(np.float64), independent & (region_of_holder == number))
        yield "region pay", name, _pounds(median), "GBP per hour"


def _people(place: _Place) -> Iterator[Modelled]:
    people = place.people
    age = -people.birth_month.astype(np.float64) / MONTHS_PER_YEAR
    for band, low, high in zip(BANDS, _EDGES_YEARS[:-1], _EDGES_YEARS[1:], strict=True):
        yield "age", band, place.share((age >= low) & (age < high)), "per cent"
    yield "age", "55 and over", place.share(age >= 55), "per cent"
    yield "age", "average, years", place.mean(age), "years"
    yield "sex", "male", place.share(~people.female), "per cent"
    for index, label in enumerate(NATIONALITIES.values()):
        yield "nationality", label, place.share(people.nationality == index), "per cent"
    yield "nationality", "sponsored visa", place.share(people.visa), "per cent"


def _work(place: _Place) -> Iterator[Modelled]:
    people = place.people
    base = np.isin(people.service, BASE_SERVICES)
    home_care = people.service == SERVICE_IDS.index("home_care")
    contract = {name: people.contract == index for index, name in enumerate(CONTRACTS)}
    yield "contract", "permanent", place.share(contract["permanent"]), "per cent"
    yield "contract", "temporary", place.share(contract["temporary"]), "per cent"
    yield "contract", "zero hours", place.share(contract["zero_hours"]), "per cent"
    yield "contract", "zero hours, council and independent", place.share(contract["zero_hours"], base), "per cent"
    yield "contract", "zero hours, home care", place.share(contract["zero_hours"], home_care), "per cent"
    care_worker = people.role == ROLE_IDS.index("care_worker")
    yield (
        "contract",
        "zero hours, care workers in home care",
        place.share(contract["zero_hours"], home_care & care_worker),
        "per cent",
    )
    nurse = people.role == ROLE_IDS.index("registered_nurse")
    yield "contract", "zero hours, registered nurses", place.share(contract["zero_hours"], nurse), "per cent"
    hours = people.hours_per_week.astype(np.float64)
    yield "hours", "full-time equivalents over posts", place.mean(hours / assumed("hours.full_time_equivalent")), "ratio"
    full_time = hours >= assumed("hours.full_time_from")
    yield "hours", "full-time", place.share(full_time), "per cent"
    yield "hours", "full-time, home care", place.share(full_time, home_care), "per cent"
    care = np.isin(people.role, _CARE_AND_SUPPORT)
    yield "qualification", "level 2 or above, care and support workers", place.share(people.level_2, care), "per cent"
    yield "qualification", "level 2 or above", place.share(people.level_2), "per cent"
    yield "experience", "average in the sector", place.mean(-people.sector_month.astype(np.float64) / MONTHS_PER_YEAR), "years"
    yield "experience", "average in the post", place.mean(-people.start_month.astype(np.float64) / MONTHS_PER_YEAR), "years"


def _independent_care_workers(people: Holders, role: str = "care_worker") -> NDArray[np.bool_]:
    independent = np.isin(people.service, [index for index in BASE_SERVICES if index != COUNCIL])
    return np.asarray(independent & (people.role == ROLE_IDS.index(role)))


def _pounds(pence: float | None) -> float | None:
    return None if pence is None else pence / 100


def _pay(place: _Place) -> Iterator[Modelled]:
    people = place.people
    pay = people.pay_pence.astype(np.float64)
    care = _independent_care_workers(people)
    floor = floor_pence()
    yield "pay", "care worker median, independent", _pounds(place.median(pay, care)), "GBP per hour"
    yield "pay", "care workers on the National Living Wage, independent", place.share(pay <= floor, care), "per cent"
    within = "care workers within 10p of the National Living Wage, independent"
    yield "pay", within, place.share(pay <= floor + 10, care), "per cent"
    months = -people.sector_month.astype(np.int64)
    experienced, new = place.mean(pay, care & (months > 5 * MONTHS_PER_YEAR)), place.mean(pay, care & (months <= MONTHS_PER_YEAR))
    premium = None if experienced is None or new is None else experienced - new
    yield "pay", "five years' experience over new starters, care workers, independent", _pounds(premium), "GBP per hour"
    senior = _independent_care_workers(people, "senior_care_worker")
    yield "pay", "senior care worker median, independent", _pounds(place.median(pay, senior)), "GBP per hour"
    for index, role in enumerate(ROLE_IDS):
        yield "pay", f"{ROLES[role]} median, all services", _pounds(place.median(pay, people.role == index)), "GBP per hour"
