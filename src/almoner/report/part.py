"""A part of a plan before it is drawn: sentences, charts, tables and notes.

In: what an area's own evidence shows, or why policies do what they do. Out: a `PlanSection`. The words of respondents and the
adverts themselves stay in the evidence's own report; a plan holds what they show together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from almoner.report.document import without_addresses
from almoner.report.figure import Chart, Table, drawn
from almoner.report.sections import PlanSection
from almoner.report.tables import Cell, safe
from almoner.report.templating import rendered


@dataclass(frozen=True, slots=True)
class Part:
    """What the section says and shows, in the order of the page. `csv` holds the tables for spreadsheets: heading and rows."""

    id: str
    title: str
    sentences: tuple[str, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    data: dict[str, Any]
    csv: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Cell]]]] = field(default_factory=dict)
    caution: str = ""

    def section(self) -> PlanSection:
        """Draw the part."""
        html = rendered(
            "evidence_section.html.jinja",
            id=self.id,
            title=self.title,
            caution=self.caution,
            sentences=self.sentences,
            charts=list(drawn(self.charts).values()),
            tables=self.tables,
            notes=self.notes,
        )
        tables = {name: _csv(header, rows) for name, (header, rows) in self.csv.items()}
        return PlanSection(self.id, self.title, without_addresses(html), self.data, tables)


def _csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()
