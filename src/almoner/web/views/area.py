"""The pages about a place: overview, workforce, need, hospital delays and children, as contexts made of their records.

In: a record. Out: a context whose JSON twin is the record itself with the figures of its charts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from almoner.analysis.children_record import ChildrenRecord
from almoner.analysis.delays_record import DelaysRecord
from almoner.analysis.plan_record import Indicator, PlanRecord, SourceLine
from almoner.reference.areas import icbs
from almoner.reference.sources import source
from almoner.report import charts_delays, charts_future, charts_need, charts_published, charts_today, view
from almoner.report.children_section import children_section
from almoner.report.document import KeyFigure, key_figures
from almoner.report.figure import Chart, Column, Table
from almoner.web.views.filters import ending
from almoner.web.views.pictures import Figure, figures

NOT_COMPARED: Final = "No scenario was compared with doing nothing."
PAGES: Final = ("workforce", "need", "delays", "children")


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page about a place."""

    place: Any
    record: PlanRecord
    answer: tuple[str, ...]
    key_figures: tuple[KeyFigure, ...]
    indicators: Table
    similar: tuple[Any, ...]
    figures: tuple[Figure, ...]
    band_words: str
    notes: tuple[str, ...]
    sources: tuple[SourceLine, ...]


def overview_charts(record: PlanRecord) -> tuple[Chart | None, ...]:
    """Return the charts of the overview."""
    return (charts_today.comparison(record), charts_future.needed_and_filled(record), charts_future.gap(record))


def overview(record: PlanRecord) -> Overview:
    """Return the overview of a place."""
    return Overview(
        place=record.place,
        record=record,
        answer=tuple(sentence for sentence in record.headline if sentence != NOT_COMPARED),
        key_figures=tuple(key_figures(record)),
        indicators=indicator_table(record),
        similar=record.similar_areas,
        figures=figures(overview_charts(record), f"/areas/{record.place.code}", ending(record.to_year)),
        band_words=view.band_words(record),
        notes=tuple(f"{line.label}: {line.note}" for line in record.indicators if line.note),
        sources=source_lines({each for line in record.indicators for each in line.sources}),
    )


def indicator_table(record: PlanRecord) -> Table:
    """Return the table of the place and its comparators, each line with links to its sources."""
    name = record.place.name if record.place.level == "england" else f"{record.place.name} and its comparators"
    plain = charts_today.indicator_table(record, record.indicators, name)
    columns = (*plain.columns[:-1], Column("Source", "source"))
    rows = tuple((*row[:-1], "; ".join(line.sources)) for row, line in zip(plain.rows, record.indicators, strict=True))
    return Table(plain.caption, columns, rows)


def indicator_rows(record: PlanRecord) -> list[dict[str, Any]]:
    """Return the lines of 'where we are' as rows, not rounded."""
    return [_indicator_row(record, line) for line in record.indicators]


def _indicator_row(record: PlanRecord, line: Indicator) -> dict[str, Any]:
    values = {"place": line.place, "similar": line.similar, "region": line.region, "england": line.england}
    about = {"status": line.status, "period": line.period, "source": "; ".join(line.sources), "note": line.note}
    return {"area_code": record.place.code, "id": line.id, "label": line.label, "unit": line.unit, **values, **about}


@dataclass(frozen=True, slots=True)
class Workforce:
    """The page about posts and the people in them: the future if nothing changes, the gap, the mix."""

    place: Any
    record: PlanRecord
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    band_words: str
    range_sentence: str
    limits: tuple[str, ...]
    sources: tuple[SourceLine, ...]


_FANS: Final = (view.VACANT_POSTS, view.VACANCY_RATE, view.TURNOVER_RATE)


def workforce_charts(record: PlanRecord) -> tuple[Chart | None, ...]:
    """Return the charts of the page about the workforce."""
    fans = (charts_future.fan(record, measure) for measure in _FANS)
    return (*fans, charts_future.gap(record), *charts_published.published(record), charts_today.mix(record))


def workforce(record: PlanRecord) -> Workforce:
    """Return the page about the workforce of a place."""
    return Workforce(
        place=record.place,
        record=record,
        figures=figures(workforce_charts(record), f"/areas/{record.place.code}/workforce", ending(record.to_year)),
        tables=workforce_tables(record),
        band_words=view.band_words(record),
        range_sentence=view.range_sentence(record),
        limits=record.limits,
        sources=source_lines({series.source for series in record.published_series} | {"posts_own"}),
    )


def workforce_tables(record: PlanRecord) -> tuple[Table, ...]:
    """Return the tables of the page about the workforce."""
    grid = charts_future.gap_grid(record)
    return (*(() if grid is None else (grid,)), charts_future.gap_table(record))


def path_rows(record: PlanRecord) -> list[dict[str, Any]]:
    """Return every measure by year if nothing changes, as rows."""
    return [
        {
            "area_code": record.place.code,
            "measure": path.measure,
            "label": path.label,
            "unit": path.unit,
            "year": year,
            "median": band.median,
            "low": band.low,
            "high": band.high,
            "band": view.band_words(record),
            "status": "modelled",
            "source": f"run {record.run_id}",
        }
        for path in record.paths
        for year, band in zip(path.years, path.bands, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Need:
    """The page about what the population needs."""

    place: Any
    record: PlanRecord
    figures: tuple[Figure, ...]
    sources: tuple[SourceLine, ...]


def need_charts(record: PlanRecord) -> tuple[Chart | None, ...]:
    """Return the charts of the page about need."""
    return (charts_need.need(record), charts_need.population(record), charts_future.fan(record, view.UNMET_HOURS))


def need(record: PlanRecord) -> Need:
    """Return the page about what the people of a place need."""
    found = figures(need_charts(record), f"/areas/{record.place.code}/need", ending(record.to_year))
    return Need(record.place, record, found, source_lines({each for point in record.population for each in point.sources}))


def need_rows(record: PlanRecord) -> list[dict[str, Any]]:
    """Return posts needed by year and service under both rules, as rows."""
    return [
        {
            "area_code": record.place.code,
            "year": point.year,
            "service": point.service,
            "posts": point.posts,
            "posts_proportional_65": point.posts_proportional_65,
            "unit": "posts",
            "status": "modelled",
            "source": f"run {record.run_id}",
        }
        for point in record.need
    ]


@dataclass(frozen=True, slots=True)
class Section:
    """A page made of sentences, charts and tables: hospital delays, children."""

    place: Any
    record: Any
    answer: tuple[str, ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    boards: tuple[Any, ...] = ()


def delays(place: Any, answer: DelaysRecord) -> Section:
    """Return the page about delays out of hospital; a council's has links to the boards whose flow is known."""
    from almoner.analysis.delays_words import headline

    found = figures(charts_delays.delay_charts(answer), f"/areas/{place.code}/delays")
    near = () if answer.waits else boards_of(place)
    said = tuple(headline(answer))
    return Section(place, answer, said, found, delay_tables(answer), (), source_lines(set(answer.sources)), near)


def delay_tables(answer: DelaysRecord) -> tuple[Table, ...]:
    """Return the tables of the page about delays."""
    from almoner.analysis.delays_words import tables

    return tuple(_table(title, rows) for title, rows in tables(answer, {}))


def boards_of(place: Any) -> tuple[Any, ...]:
    """Return the integrated care boards in which people of a place live, those with most of it first."""
    own = set(place.area_codes)
    shares = [(sum(share for code, share in board.members if code in own), board) for board in icbs()]
    return tuple(board for share, board in sorted(shares, key=lambda pair: -pair[0]) if share > 0)


def children(place: Any, record: ChildrenRecord) -> Section:
    """Return the page about children's social care."""
    section = children_section(record)
    found = figures(section.charts, f"/areas/{place.code}/children")
    return Section(place, record, section.sentences, found, section.tables, section.notes, record.sources)


def source_lines(ids: set[str]) -> tuple[SourceLine, ...]:
    """Return the sources of a page in the order of their ids."""
    found = [source(each) for each in sorted(ids)]
    return tuple(SourceLine(each.id, each.publisher, each.title, each.period or "", each.url or "") for each in found)


def _table(title: str, rows: list[dict[str, object]]) -> Table:
    columns = tuple(Column(name[:1].upper() + name[1:], "number" if k else "text") for k, name in enumerate(rows[0]))
    return Table(title, columns, tuple(tuple(str(value) for value in row.values()) for row in rows))
