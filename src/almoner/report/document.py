"""The plan as one self-contained HTML page: no script, no outside request, readable on paper, desk and telephone.

In: a `PlanRecord`. Out: the text of `plan.html`. Words and tables are made here; layout lies in `templates/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from jinja2 import Environment

from almoner.analysis import words
from almoner.analysis.plan_record import PlanRecord, ScenarioCard
from almoner.report import charts_future, charts_scenarios, charts_today, view
from almoner.report.charts import plan_charts
from almoner.report.figure import Column, Table, drawn
from almoner.report.templating import templates

_SCHEME: Final = re.compile(r"https?:(?://)?", re.IGNORECASE)

STATUS_WORDS: Final = {
    "published": "as printed by the source named",
    "estimated": "worked out from published figures by a stated method",
    "calibrated": "fitted so that the model reproduces published figures",
    "modelled": "computed by Almoner; not an observation",
    "assumed": "chosen because no publication gives it",
}


class Section(Protocol):
    """A section beside the adult workforce, as its module draws it."""

    @property
    def id(self) -> str:
        """The anchor."""

    @property
    def title(self) -> str:
        """The line in the contents."""

    @property
    def html(self) -> str:
        """The section's part of the page."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure of the strip under the answer: today, and at the end with its band."""

    label: str
    today: str
    end: str
    band: str


def render_plan(record: PlanRecord, sections: Sequence[Section] = ()) -> str:
    """Return the plan as an HTML page, with the sections beside the adult workforce that were made."""
    charts = plan_charts(record)
    pictures = drawn(chart for section in charts.values() for chart in section)
    template = _environment(record).get_template("plan.html.jinja")
    html = template.render(
        record=record,
        sections=sections,
        charts={section: [pictures[chart.id] for chart in section_charts] for section, section_charts in charts.items()},
        key_figures=key_figures(record),
        opening=view.opening_year(record),
        band_words=view.band_words(record),
        range_sentence=view.range_sentence(record),
        origin_of_draws=view.origin_of_draws(record),
        base_note=_base_note(record),
        indicators=charts_today.indicator_table(
            record,
            record.indicators,
            record.place.name if record.place.level == "england" else f"{record.place.name} and its comparators",
        ),
        similar=_similar_table(record),
        grid=charts_future.gap_grid(record),
        alternatives=[(card, _cost_table(record, card), _difference_lines(record, card)) for card in view.alternatives(record)],
        baseline=next((card for card in record.scenarios if card.id == view.baseline_id(record)), None),
        differences=charts_scenarios.difference_table(record, record.differences, "Paired differences to doing nothing (modelled)"),
        assumptions=_assumption_table(record),
        drivers=charts_scenarios.driver_table(record),
        sources=_source_table(record),
        conflicts=_conflict_table(record),
        overrides=_override_table(record),
        manifest=_manifest_table(record),
        status_words=STATUS_WORDS,
        command=record.manifest.get(
            "command", f"almoner plan {record.place.code} --to {record.to_year} --draws {record.draws} --seed {record.seed}"
        ),
    )
    return without_addresses(html)


def without_addresses(html: str) -> str:
    """Return the page with the scheme of every address taken away, so that nothing in it can be loaded."""
    while _SCHEME.search(html):
        html = _SCHEME.sub("", html)
    return html


def key_figures(record: PlanRecord) -> list[KeyFigure]:
    """Return the figures of the strip under the answer, if nothing changes."""
    figures = []
    say = partial(words.number, level=record.place.level)
    for measure in view.MAIN_MEASURES[:4]:
        path = view.path_of(record, measure)
        end = view.band_at(path, record.to_year)
        if path is None or end is None:
            continue
        label, band = view.short_label(path.label), words.between(end, path.unit, record.place.level)
        figures.append(KeyFigure(label, say(path.bands[0].median, path.unit), say(end.median, path.unit), band))
    return figures


def _base_note(record: PlanRecord) -> str:
    """Say which posts the vacant posts are counted among, where the strip's short label leaves it out."""
    path = view.path_of(record, view.VACANT_POSTS)
    note = view.label_note(path.label) if path else ""
    return f"Vacant posts and the vacancy rate: {note} posts. " if note else ""


def _environment(record: PlanRecord) -> Environment:
    environment = templates()
    level = record.place.level
    environment.filters["number"] = lambda value, unit: words.number(value, unit, level)
    environment.filters["money"] = lambda value: view.money(value, level)
    environment.filters["day"] = view.day
    environment.filters["between"] = lambda band, unit: words.between(band, unit, level)
    environment.filters["lower_first"] = words.lower_first
    environment.filters["listed"] = lambda items: words.listed(list(items))
    return environment


def _similar_table(record: PlanRecord) -> Table:
    level = record.place.level
    columns = (
        Column("Area"),
        Column("Distance (0 = alike)", "number"),
        Column("Filled posts (modelled)", "number"),
        Column("Turnover", "number"),
        Column("People aged 75 and over", "number"),
    )
    rows = tuple(
        (
            area.name,
            words.number(area.distance, "distance", level),
            words.number(area.filled_posts, "posts", level),
            words.number(area.turnover_rate, "percent", level),
            words.number(area.people_75_plus_share, "percent", level),
        )
        for area in record.similar_areas
    )
    return Table("Similar areas, nearest first", columns, rows)


def _cost_table(record: PlanRecord, card: ScenarioCard) -> Table:
    level = record.place.level
    rows = tuple((payer, view.money(cost, level)) for payer, cost in card.cost_by_payer_gbp_m.items() if cost)
    return Table(
        f"Who pays: yearly cost of {card.name} (modelled medians, {record.price_basis})",
        (Column("Payer"), Column("A year", "number")),
        rows,
    )


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One line of a scenario's card: what changes, by how much, and whether that can be told from no effect."""

    label: str
    said: str
    clear: bool
    verdict: str


def _difference_lines(record: PlanRecord, card: ScenarioCard) -> list[DifferenceLine]:
    level = record.place.level
    return [
        DifferenceLine(row.label, charts_scenarios.told(row, level), row.clear, charts_scenarios.better(row, level))
        for row in record.differences
        if row.scenario == card.id
    ]


def _assumption_table(record: PlanRecord) -> Table:
    columns = (Column("What is assumed"), Column("Value in use"), Column("Note"), Column("Parameter", "code"))
    rows = tuple((row.label, row.value, row.note, row.path) for row in record.assumptions)
    return Table("Values assumed", columns, rows)


def _source_table(record: PlanRecord) -> Table:
    columns = (Column("Source", "code"), Column("Publisher"), Column("Title"), Column("Period"), Column("Address", "address"))
    rows = tuple((row.id, row.publisher, row.title, row.period, without_addresses(row.address)) for row in record.sources)
    return Table("Every source used", columns, rows)


def _conflict_table(record: PlanRecord) -> Table:
    columns = (Column("What"), Column("Used here"), Column("Also published"))
    return Table(
        "Values used, and values also published", columns, tuple((row.what, row.used, row.other) for row in record.conflicts)
    )


def _override_table(record: PlanRecord) -> Table:
    columns = (Column("Where"), Column("What"), Column("Used here", "number"), Column("Before", "number"), Column("Source"))
    rows = tuple(
        (row.where, row.what, f"{row.value:,.6g} {row.unit}", f"{row.before:,.6g}", f"{row.source} {row.date}".strip())
        for row in record.overrides
    )
    return Table("Figures put in the place of modelled or shipped ones", columns, rows)


def _manifest_table(record: PlanRecord) -> Table:
    facts = {
        "run": record.run_id,
        "Almoner version": record.version,
        "made on": record.made_on,
        "last year": str(record.to_year),
        "seed": str(record.seed),
        "draws": str(record.draws),
        "base year": record.base_year,
        "prices": record.price_basis,
    }
    facts |= {key.replace("_", " "): _fact(value) for key, value in record.manifest.items() if key not in _SAID_ALREADY}
    return Table("Manifest of the run", (Column("Item"), Column("Value", "code")), tuple(facts.items()))


_SAID_ALREADY: Final = ("almoner_version", "seed", "draws", "to_year", "command")
_MOST_LISTED: Final = 12


def _fact(value: str) -> str:
    """Say a value of the manifest; JSON in it is said as a list, a long one by its length (the file has it whole)."""
    try:
        found = json.loads(value)
    except ValueError:
        return value
    if isinstance(found, dict):
        return ", ".join(f"{name} {item}" for name, item in found.items())
    if not isinstance(found, list):
        return value
    if len(found) > _MOST_LISTED:
        return f"{len(found)}, listed in manifest.json"
    pairs = [item if isinstance(item, list) else [item] for item in found]
    return ", ".join(" x ".join(str(part) for part in pair if part != 1.0) for pair in pairs)
