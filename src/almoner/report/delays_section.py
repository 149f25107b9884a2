"""The section about delays out of hospital, for the plan's page and as a page of its own.

In: a `DelaysRecord`. Out: the text of the section (`section_html`), or `delays.html` and `delays.json` in a folder.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from almoner.analysis.delays_record import MEASURES, DelaysRecord
from almoner.analysis.delays_words import headline, tables
from almoner.reference.sources import source
from almoner.report.charts_delays import delay_charts
from almoner.report.document import without_addresses
from almoner.report.figure import Column, Table, drawn
from almoner.report.files import write_files
from almoner.report.templating import rendered


def section_html(answer: DelaysRecord) -> str:
    """Return the section as it stands in a plan's page."""
    return without_addresses(rendered("delays_section.html.jinja", **_context(answer, {})))


def page_html(answer: DelaysRecord, result: dict[str, Any]) -> str:
    """Return the page: the section with its sources; `result` adds the checks where they were asked for."""
    page = rendered(
        "delays.html.jinja",
        style=rendered("plan.css"),
        sources=_sources(answer),
        measured=MEASURES[answer.recorded.measure].capitalize(),
        **_context(answer, result),
    )
    return without_addresses(page)


def write_delays(answer: DelaysRecord, result: dict[str, Any], out: Path) -> list[Path]:
    """Write the page and the figures to a folder, which is made when it is not there; each file appears whole or not at all."""
    texts = {
        "delays.html": page_html(answer, result),
        "delays.json": json.dumps(result, ensure_ascii=False, indent=1, default=str) + "\n",
    }
    return write_files(texts, out)


def _context(answer: DelaysRecord, result: dict[str, Any]) -> dict[str, Any]:
    pictures = drawn(delay_charts(answer))
    return {
        "answer": answer,
        "headline": headline(answer),
        "charts": list(pictures.values()),
        "tables": [_table(title, rows) for title, rows in tables(answer, result)],
    }


def _table(title: str, rows: list[dict[str, object]]) -> Table:
    columns = tuple(Column(name[:1].upper() + name[1:], "number" if k else "text") for k, name in enumerate(rows[0]))
    return Table(title, columns, tuple(tuple(str(value) for value in row.values()) for row in rows))


def _sources(answer: DelaysRecord) -> Table:
    columns = (Column("Source", "code"), Column("What it is"), Column("Licence"))
    found = [source(each) for each in answer.sources]
    return Table("Where the figures come from", columns, tuple((each.id, each.citation, each.licence) for each in found))
