"""A page of charts for one answer, as `--chart FILE` writes it: one file that loads nothing, with the figures behind each chart.

In: a title, charts and sentences. Out: HTML text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from almoner.errors import AlmonerError
from almoner.report.document import without_addresses
from almoner.report.figure import Chart, drawn
from almoner.report.files import write_text
from almoner.report.templating import rendered
from almoner.version import VERSION


def chart_page(title: str, charts: Sequence[Chart], sentences: Sequence[str] = ()) -> str:
    """Return the page."""
    page = rendered("chart_page.html.jinja", title=title, charts=list(drawn(charts).values()), sentences=sentences, version=VERSION)
    return without_addresses(page)


def write_chart_page(file: Path, title: str, charts: Sequence[Chart | None], sentences: Sequence[str] = ()) -> None:
    """Write the page whole or not at all.

    Raises:
        AlmonerError: there is nothing to draw.
    """
    found = [chart for chart in charts if chart is not None]
    if not found:
        raise AlmonerError(f"There is nothing to draw, so {file} was not written.")
    write_text(file, chart_page(title, found, sentences))
