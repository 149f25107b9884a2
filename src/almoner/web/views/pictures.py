"""Charts on a page: the finding, two pictures drawn on the server, and the twin as a table; the browser may draw them again.

In: `Chart`s of `almoner.report`. Out: `Figure`s for the template. The Vega-Lite specification of each lies at the page's own
address with `/charts/ID.json` after it, so that a page without scripts never loads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from almoner.errors import NotFoundError
from almoner.report.figure import NARROW, WIDE, Chart, Drawn, Table, drawn
from almoner.report.tables import Cell


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its pictures, the address of its specification, "" where there is none, and what the page was asked."""

    picture: Drawn
    address: str = ""
    query: str = ""

    @property
    def chart(self) -> Chart:
        """Return the chart."""
        return self.picture.chart

    @property
    def csv(self) -> str:
        """Return the address of the figures behind it, "" where there is none."""
        return f"{self.address.removesuffix('.json')}.csv{self.query}" if self.address else ""


def figures(charts: Iterable[Chart | None], address: str = "", query: str = "") -> tuple[Figure, ...]:
    """Draw charts; `address` is that of the page, to which `/charts/ID.json` is added, `query` what follows it, as `?to=2035`."""
    return tuple(
        Figure(picture, f"{address}/charts/{name}.json" if address else "", query)
        for name, picture in drawn(chart for chart in charts if chart is not None).items()
    )


def specification(charts: Iterable[Chart | None], id: str, width: str) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart for a desk or, with width "narrow", a telephone.

    Raises:
        NotFoundError: there is no chart of that id on the page.
    """
    return _one(charts, id).spec(NARROW if width == "narrow" else WIDE)


def twin(charts: Iterable[Chart | None], id: str) -> Table:
    """Return the figures behind a chart.

    Raises:
        NotFoundError: there is no chart of that id on the page.
    """
    return _one(charts, id).twin


def table_rows(table: Table) -> list[dict[str, Cell]]:
    """Return a table's rows by the heads of its columns; of two columns with one head the second is numbered."""
    heads: list[str] = []
    for column in table.columns:
        count = heads.count(column.label)
        heads.append(f"{column.label} {count + 1}" if count else column.label)
    return [dict(zip(heads, row, strict=True)) for row in table.rows]


def _one(charts: Iterable[Chart | None], id: str) -> Chart:
    by_id = {chart.id: chart for chart in charts if chart is not None}
    if id not in by_id:
        raise NotFoundError("chart", id, by_id)
    return by_id[id]


def figure_data(found: Iterable[Figure]) -> list[dict[str, Any]]:
    """Return what the JSON twin of a page says of its charts: the finding, how it was got, the words and the numbers."""
    return [
        {
            "id": each.chart.id,
            "title": each.chart.title,
            "subtitle": each.chart.subtitle,
            "alt": each.chart.alt,
            "status": each.chart.status,
            "columns": [column.label for column in each.chart.twin.columns],
            "rows": [list(row) for row in each.chart.twin.rows],
            "specification": each.address or None,
        }
        for each in found
    ]
