"""The report as one self-contained HTML page: no script, no outside request; a chart's title states its finding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from jinja2 import Environment, StrictUndefined

from almoner.voices.consultation import counting

if TYPE_CHECKING:
    from almoner.voices.consultation.content import Content

_WIDTH: Final = 100


@dataclass(frozen=True)
class QuestionView:
    """One question as the page shows it."""

    question: str
    label: str
    finding: str
    counts: dict[str, Any]
    rows: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    positions: list[dict[str, Any]]
    quotes: dict[str, list[dict[str, Any]]]


def render(content: Content) -> str:
    """Return the page."""
    labels = {theme["id"]: theme["label"] for theme in content.themes}
    views = [_view(content, question, label, labels) for question, label in content.questions.items()]
    return str(_template().render(content=content, views=views, labels=labels, caution=content.facts["caution"]))


def percent(value: float | None) -> str:
    """Return a share as whole per cent, or a dash where there is none."""
    if value is None:
        return "–"
    return "under 1%" if 0 < value < 0.005 else f"{100 * value:.0f}%"


def interval(low: float | None, high: float | None) -> str:
    """Return an interval in words."""
    return "not enough answers were audited" if low is None or high is None else f"between {percent(low)} and {percent(high)}"


def finding(rows: list[dict[str, Any]], labels: dict[str, str]) -> str:
    """Return the title of a chart of shares: what it finds, no further than the intervals allow."""
    known = [row for row in rows if row["share"] is not None]
    if not known:
        return "How often each theme was found by the machine; no share can be stated before people audit a sample"
    top = max(known, key=lambda row: row["share"])
    rivals = [row for row in known if row is not top and row["high"] >= top["low"]]
    of = f"{labels[top['theme']]} ({percent(top['share'])} of answers, {interval(top['low'], top['high'])})"
    if not rivals:
        return f"{of} came up more often than any other theme"
    return (
        f"{of} came up most often in the sample, but {len(rivals)} other {'theme' if len(rivals) == 1 else 'themes'} may equal it"
    )


def _view(content: Content, question: str, label: str, labels: dict[str, str]) -> QuestionView:
    own = content.shares.filter((pl.col("question") == question) & ~pl.col("hidden"))
    whole = _sorted(own.filter(pl.col("group") == counting.ALL).to_dicts())
    distinct = {row["theme"]: row for row in own.filter(pl.col("group") == counting.DISTINCT).iter_rows(named=True)}
    for row in whole:
        row["distinct"] = distinct.get(row["theme"], {})
    groups = [
        {
            "name": name.partition(": ")[2],
            "kind": name.partition(": ")[0],
            "rows": _sorted(own.filter(pl.col("group") == name).to_dicts()),
        }
        for name in own["group"].unique(maintain_order=True)
        if ": " in name
    ]
    hidden = content.shares.filter((pl.col("question") == question) & pl.col("hidden"))["group"].to_list()
    groups += [{"name": name.partition(": ")[2], "kind": name.partition(": ")[0], "rows": []} for name in hidden]
    quotes: dict[str, list[dict[str, Any]]] = {}
    for row in content.quotes.filter(pl.col("question") == question).iter_rows(named=True):
        quotes.setdefault(row["theme"], []).append(row)
    return QuestionView(
        question=question,
        label=label,
        finding=finding(whole, labels),
        counts=content.counts.filter(pl.col("question") == question).to_dicts()[0],
        rows=whole,
        groups=groups,
        positions=content.positions.filter(pl.col("question") == question).to_dicts(),
        quotes=quotes,
    )


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (-(row["share"] if row["share"] is not None else row["machine_share"]), row["theme"]))


@lru_cache(maxsize=1)
def _template() -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "thousands": lambda value: f"{value:,}", "number": _number}
    environment.globals |= {"interval": interval, "width": _WIDTH}
    source = (files("almoner.voices.consultation") / "data" / "report.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
