"""Charts of need: the population by age band, and the posts that it would need by service.

In: a `PlanRecord`. Out: `Chart` values, or None when the record has no such rows.
"""

from __future__ import annotations

from collections import defaultdict

from almoner.analysis import words
from almoner.analysis.plan_record import PlanRecord
from almoner.reference.vocabulary import SERVICES
from almoner.report import marks, view
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_SPLIT = "hp_split"
"""The source id of projections that were split to areas by us; everything else is as published."""


def population(record: PlanRecord) -> Chart | None:
    """Draw the change in people of each age band since the opening year."""
    people: dict[str, dict[int, float]] = defaultdict(dict)
    kinds: dict[int, str] = {}
    for point in record.population:
        if point.year <= record.to_year:
            people[point.age_band][point.year] = point.persons
            kinds[point.year] = point.kind
    base = max((year for year in kinds if year <= view.opening_year(record)), default=None)
    if base is None:
        return None
    last = max(kinds)
    level = record.place.level
    growth = {band: 100.0 * (line[last] / line[base] - 1.0) for band, line in people.items() if line.get(base) and last in line}
    fastest = max(growth, key=lambda band: growth[band])
    start, end = (words.number(people[fastest][year], "people", level) for year in (base, last))
    verb = "grow" if growth[fastest] >= 0 else "change"
    said = "; ".join(f"{words.age_band(band)} {_percent(growth[band])}" for band in growth)
    estimates = [year for year in kinds if kinds[year] == "estimate"]
    until = f"Estimates to mid-{max(estimates)}, projections after. " if estimates else ""
    columns = (
        Column("Age"),
        *(Column(f"mid-{year}", "number") for year in (base, *_fifths(base, last))),
        Column("Change", "number"),
    )
    rows = tuple(
        (
            words.age_band(band),
            *(words.number(people[band].get(year), "people", level) for year in (base, *_fifths(base, last))),
            _percent(growth[band]),
        )
        for band in growth
    )
    return Chart(
        id="population",
        title=f"People aged {words.age_band(fastest)} would {verb} fastest: from {start} to {end} by {last}",
        subtitle=f"Change in people since mid-{base}, by age. {until}"
        f"Source: {view.source_words(record, _population_sources(record))}.",
        alt=f"Line chart of the change in population by age band from mid-{base} to mid-{last}: {said}.",
        status="estimated" if any(line.id == _SPLIT for line in record.sources) else "published",
        twin=Table(f"People by age band in {record.place.name}", columns, rows),
        spec=lambda frame: _population_spec(people, growth, (base, last), max(estimates, default=None), frame),
    )


def _population_sources(record: PlanRecord) -> list[str]:
    return [line.id for line in record.sources if "population" in line.title.lower()]


def _fifths(base: int, last: int) -> list[int]:
    return [*(year for year in range(base + 1, last) if year % 5 == 0), last]


def _percent(value: float) -> str:
    sign = words.MINUS if value < -0.05 else "+"
    return f"{sign}{abs(value):.1f}%"


def _population_spec(
    people: dict[str, dict[int, float]], growth: dict[str, float], span: tuple[int, int], estimated_to: int | None, frame: Frame
) -> Spec:
    base, last = span
    bands = sorted(growth, key=lambda band: -growth[band])
    first = min(year for line in people.values() for year in line)
    first = max(first, base - 10)
    lines = {
        band: [
            {"year": year, "value": 100.0 * (persons / people[band][base] - 1.0)}
            for year, persons in sorted(people[band].items())
            if first <= year
        ]
        for band in bands
    }
    values = [row["value"] for line in lines.values() for row in line]
    domain = marks.room(values, values, zero=False)
    height = 300 if frame.narrow else 330
    ticks = [year for year in range(first, last + 1) if year % (10 if frame.narrow else 5) == 0]
    x, y = marks.years((first, last), ticks), marks.amounts("value", "percent", domain)
    nothing = marks.layer([{"value": 0}], {"type": "rule", "color": marks.QUIET}, y=y)
    layers: list[Spec] = [nothing]
    if estimated_to is not None and first < estimated_to < last:
        at = {"x": {**x, "field": "year"}, "y": {"value": 0}}
        rule = {"type": "rule", "color": marks.QUIET, "strokeDash": [2, 3]}
        layers.append(marks.layer([{"year": estimated_to}], rule, **at, y2={"value": height}))
        text = {"type": "text", "align": "left", "dx": 6, "dy": 8, "fill": marks.QUIET}
        layers.append(marks.layer([{"year": estimated_to, "t": "projected"}], text, **at, text=marks.WORDS))
    for band, style in zip(bands, marks.SERIES, strict=False):
        mark = {"type": "line", "color": style["color"], "strokeDash": style["dash"], "strokeWidth": 3 if band == bands[0] else 2}
        layers.append(marks.layer(lines[band], mark, x=x, y=y))
    bands = bands[: len(marks.SERIES)]
    join = "\n" if frame.narrow else "  "
    said = [f"{words.age_band(band)}{join}{_percent(growth[band])}" for band in bands]
    layers.append(marks.end_labels(said, [growth[band] for band in bands], domain, height, frame, last, x, y))
    return marks.sheet(frame, height, layers, left=54, right=104 if frame.narrow else 170)


def need(record: PlanRecord) -> Chart | None:
    """Draw the posts needed by service, at the opening and at the end."""
    years = sorted({point.year for point in record.need})
    if not years:
        return None
    start, end = years[0], max(year for year in years if year <= record.to_year)
    level = record.place.level
    posts = {(point.service, point.year): point.posts for point in record.need}
    simple = {(point.service, point.year): point.posts_proportional_65 for point in record.need}
    services = [service for service in SERVICES if (service, end) in posts and (service, start) in posts]
    services.sort(key=lambda service: -(posts[service, end] - posts[service, start]))
    more = {service: posts[service, end] - posts[service, start] for service in services}
    top = services[0]

    def said(value: float) -> str:
        return words.number(value, "posts", level)

    changes = "; ".join(
        f"{SERVICES[service]} from {said(posts[service, start])} to {said(posts[service, end])}" for service in services
    )
    columns = (
        Column("Service"),
        Column(f"{start}", "number"),
        Column(f"{end}", "number"),
        Column("Difference", "number"),
        Column(f"{end} if posts followed people aged 65 and over", "number"),
    )
    rows = [
        (
            SERVICES[service],
            said(posts[service, start]),
            said(posts[service, end]),
            words.change(more[service], "posts", level),
            said(simple[service, end]),
        )
        for service in services
    ]
    totals = [sum(table[service, year] for service in services) for table, year in ((posts, start), (posts, end), (simple, end))]
    for k, year in enumerate((start, end)):
        # The median of the total, as in the answer; medians of services need not add up to it.
        if band := view.band_at(view.path_of(record, view.POSTS_NEEDED), year):
            totals[k] = band.median
    rows.append(
        ("All services", said(totals[0]), said(totals[1]), words.change(totals[1] - totals[0], "posts", level), said(totals[2]))
    )
    finding = f"{SERVICES[top]} would need {words.change(more[top], 'posts', level)} posts by {end}"
    if words.change(more[top], "posts", level) == "no change":
        finding = f"No service would need more posts in {end} than in {start}, to the nearest {words.rounding_step('posts', level)}"
    return Chart(
        id="need",
        title=f"{finding}, the largest change of any service" if len(services) > 1 and not finding.startswith("No ") else finding,
        subtitle=f"Posts needed at {record.base_year} service levels, 31 March {start} and {end}. Run {record.run_id}.",
        alt=f"Dot plot of modelled posts needed by service in {start} and {end}: {changes}.",
        status="modelled",
        twin=Table(f"Posts needed by service, {record.place.name} (modelled medians, which need not add up)", columns, tuple(rows)),
        spec=lambda frame: _need_spec(services, posts, (start, end), level, frame),
    )


def _need_spec(services: list[str], posts: dict[tuple[str, int], float], span: tuple[int, int], level: str, frame: Frame) -> Spec:
    start, end = span
    labels = [SERVICES[service] for service in services]
    said = [
        view.shortened(
            f"{words.number(posts[service, start], 'posts', level)} to {words.number(posts[service, end], 'posts', level)}"
        )
        for service in services
    ]
    data = [{"row": i, "start": posts[service, start], "end": posts[service, end]} for i, service in enumerate(services)]
    domain = (0.0, 1.05 * max(max(row["start"], row["end"]) for row in data))
    left, right = (10, 14) if frame.narrow else (marks.LABEL_COLUMN, 190)
    layers = marks.then_and_now(data, domain, "posts", frame)
    layers += marks.row_text(frame, labels, said, frame.width - left - right)
    items = [(f"{start}", "circle", marks.INK, False), (f"{end}", "circle", marks.BLUE, True)]
    layers += marks.key(items, frame, left)
    height = marks.row_height(frame, labels, said) * len(services)
    return marks.sheet(frame, height, layers, left=left, right=right, top=46 + (24 if frame.narrow else 0))
