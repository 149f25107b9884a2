"""The answer in five sentences: where the place is, what it will need, what happens, what would help, and how sure we are."""

from __future__ import annotations

from almoner.analysis.plan_record import (
    Band,
    Difference,
    Driver,
    Indicator,
    Path,
    PopulationPoint,
    ScenarioCard,
)
from almoner.analysis.words import between, change, change_between, listed, lower_first, number
from almoner.model.baseline import Baseline
from almoner.reference.areas import Area

_SMALL_COST_GBP_M = 0.1


def sentences(
    place: Area,
    indicators: tuple[Indicator, ...],
    population: tuple[PopulationPoint, ...],
    paths: tuple[Path, ...],
    differences: tuple[Difference, ...],
    scenarios: tuple[ScenarioCard, ...],
    drivers: tuple[Driver, ...],
    baseline: Baseline,
    spread: str,
) -> tuple[str, ...]:
    """Return five sentences, each with its numbers, its date and the word modelled where it is due.

    `spread` says what the ends of bands are.
    """
    base = scenarios[0]
    by_measure = {path.measure: path for path in paths if path.scenario == base.id}
    return (
        _now(place, {line.id: line for line in indicators}),
        _needed(place, population, by_measure["posts_needed"]),
        _if_nothing(place, by_measure, spread),
        _would_help(place, scenarios, differences),
        _how_sure(place, scenarios, drivers, baseline),
    )


def _now(place: Area, lines: dict[str, Indicator]) -> str:
    filled, vacant = (_about(lines[key].place, "posts", place) for key in ("filled_posts", "vacant_posts"))
    rate, turnover = lines["vacancy_rate"], lines["turnover_rate"]
    modelled = "" if place.level == "england" else " (modelled)"
    text = f"{place.name} had {filled} filled posts in adult social care in March 2025 and {vacant} vacant ones{modelled}"
    text += f", a vacancy rate of {number(rate.place, 'percent', place.level)}"
    if place.level != "england":
        text += f" against {number(rate.england, 'percent', place.level)} in England"
    if turnover.place is not None:
        text += f"; {number(turnover.place, 'percent', place.level)} of staff left their post in 2024-25 (published"
        text += f", England {number(turnover.england, 'percent', place.level)})" if place.level != "england" else ")"
    return text + "."


def _needed(place: Area, population: tuple[PopulationPoint, ...], path: Path) -> str:
    first, last = path.years[0], path.years[-1]
    start, end = path.bands[0].median, path.bands[-1].median
    oldest = {point.year: point.persons for point in population if point.age_band == "85+"}
    more = 100.0 * (oldest[last] / oldest[first] - 1.0)
    growth = 100.0 * (end / start - 1.0)
    direction = "more" if growth >= 0 else "fewer"
    posts, change_of_posts = (_about(size, "posts", place) for size in (end, abs(end - start)))
    return (
        f"By March {last} the people of {place.name} would need {posts} posts at today's levels of service (modelled), "
        f"{change_of_posts} ({abs(growth):.0f}%) {direction} than in March {first}, as people aged 85 and over "
        f"{'rise' if more >= 0 else 'fall'} by {abs(more):.0f}%."
    )


def _if_nothing(place: Area, paths: dict[str, Path], spread: str) -> str:
    rate, vacant, hours = (paths[key] for key in ("vacancy_rate", "vacant_posts", "unmet_hours_per_week"))
    start, end = rate.bands[0].median, rate.bands[-1]
    ends = f" ({between(end, 'percent', place.level)}, {spread})" if end.low < end.high else f" ({spread})"
    middle = _about(end.median, "percent", place)
    text = f"If nothing changes, the modelled vacancy rate would be {middle} in March {rate.years[-1]}{ends}, "
    if end.low < end.high and end.low <= start <= end.high:
        text += f"which cannot be told from today's {number(start, 'percent', place.level)}"
    else:
        text += f"{'up' if end.median > start else 'down'} from {number(start, 'percent', place.level)}"
    text += f": {_about(vacant.bands[-1].median, 'posts', place)} vacant posts"
    if hours.bands[-1].median > 0:
        reach = _about(hours.bands[-1].median, "hours_per_week", place)
        text += f" and {reach} hours of care a week that neither staff nor agency cover would reach"
    return text + "."


def _would_help(place: Area, scenarios: tuple[ScenarioCard, ...], differences: tuple[Difference, ...]) -> str:
    parts = []
    for card in scenarios[1:]:
        row = next(row for row in differences if row.scenario == card.id and row.measure == "vacant_posts")
        moved = change(row.band.median, "posts", place.level)
        if row.clear and moved != "no change":
            what = f"would leave {moved} vacant posts ({_ends(row.band, place)})"
        else:
            ends = _ends(row.band, place)
            what = f"cannot be told from no effect on vacant posts{'' if ends == 'no change' else f' ({ends})'}"
        parts.append(f"{lower_first(card.name)} {what}{_cost(card, place)}")
    if not parts:
        return "No scenario was compared with doing nothing."
    text = "; ".join(parts)
    return f"Against that, {text}."


def _about(value: float | None, unit: str, place: Area) -> str:
    said = number(value, unit, place.level)
    return said if said.startswith("fewer") else f"about {said}"


def _ends(band: Band, place: Area) -> str:
    return change_between(band, "posts", place.level)


def _cost(card: ScenarioCard, place: Area) -> str:
    if card.cost_gbp_m is None:
        return ""
    cost = card.cost_gbp_m.median
    if abs(cost) < _SMALL_COST_GBP_M:
        return f", at a cost of less than £{_SMALL_COST_GBP_M:g} million a year"
    size = number(abs(cost), "gbp_m", place.level)
    return f", at {size} a year" if cost >= 0 else f", saving {size} a year"


def _how_sure(place: Area, scenarios: tuple[ScenarioCard, ...], drivers: tuple[Driver, ...], baseline: Baseline) -> str:
    assumed = [lower_first(card.name) for card in scenarios[1:] if any(use.assumed for use in card.policies)]
    ranked = [driver for driver in drivers if driver.correlation is not None][:2]
    text = "Treat these as ranges, not forecasts"
    if place.level != "england":
        text += f": posts of single areas are modelled with an error of about {100 * float(baseline.posts_error.max()):.0f}%"
    if ranked:
        join = "; the result hangs most on " if place.level != "england" else ": the result hangs most on "
        text += join + listed([_quoted(driver.label.split(",")[0]) for driver in ranked])
    if assumed:
        text += f"; the effect of {listed(assumed)} rests on assumptions, not on measured results"
    return text + "."


def _quoted(label: str) -> str:
    return f"\N{LEFT SINGLE QUOTATION MARK}{lower_first(label)}\N{RIGHT SINGLE QUOTATION MARK}"
