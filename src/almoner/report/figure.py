"""A chart or a table of the document, before it is drawn: finding, words, data twin and a drawing for each width.

`drawn(charts)` turns the two Vega-Lite specifications of each chart (wide for paper and desk, narrow for a telephone) into SVG
by vl-convert, offline, and cleans the SVG for use inside HTML: no namespaces, no addresses, no foreign elements, ids of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final
from xml.etree import ElementTree as ET

from almoner.analysis.plan_record import Status

Spec = dict[str, Any]

VEGA_LITE: Final = "6.4"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers are set to the right, a status is set as a small label."""

    label: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ready words. `shades`, when given, holds a shade from 0 (none) to 5 for every cell but the first of a row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    shades: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The sheet that a chart is drawn on, in pixels."""

    name: str
    width: int
    font: int
    narrow: bool


WIDE: Final = Frame("wide", 900, 15, narrow=False)
NARROW: Final = Frame("narrow", 345, 14, narrow=True)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title states the finding, its alternative text states it with numbers, its twin holds the numbers."""

    id: str
    title: str
    subtitle: str
    alt: str
    status: Status
    twin: Table
    spec: Callable[[Frame], Spec]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its two pictures, ready for the page."""

    chart: Chart
    wide: str = field(repr=False)
    narrow: str = field(repr=False)


def drawn(charts: Iterable[Chart]) -> dict[str, Drawn]:
    """Draw charts at both widths, by id; two threads share the work, since vl-convert lets other threads run."""
    charts = tuple(charts)
    sheets = [(chart, frame) for chart in charts for frame in (WIDE, NARROW)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        pictures = list(pool.map(_svg, *zip(*sheets, strict=True))) if sheets else []
    return {chart.id: Drawn(chart, *pictures[2 * i : 2 * i + 2]) for i, chart in enumerate(charts)}


def warm() -> None:
    """Start the drawing engine in the background, so that it is ready by the time there is something to draw."""
    Thread(target=_draw_nothing, daemon=True).start()


def _draw_nothing() -> None:
    import vl_convert

    nothing = {"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    vl_convert.vegalite_to_svg(nothing, vl_version=VEGA_LITE, allowed_base_urls=[])


def _svg(chart: Chart, frame: Frame) -> str:
    import vl_convert

    raw = vl_convert.vegalite_to_svg(chart.spec(frame), vl_version=VEGA_LITE, allowed_base_urls=[])
    return inline_svg(raw, f"{chart.id}-{frame.name}", chart.alt)


_KEPT: Final = {"svg", "g", "path", "rect", "line", "circle", "text", "tspan", "defs", "clipPath"}
_DROPPED_ATTRIBUTES: Final = ("role", "aria-", "class", "version", "pointer-events", "{")
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")


def inline_svg(raw: str, prefix: str, alt: str) -> str:
    """Return an SVG document as an element for HTML, named by `alt`, holding nothing but shapes and text."""
    root = ET.fromstring(raw)
    _clean(root, prefix)
    root.set("role", "img")
    root.set("aria-label", alt)
    root.set("class", "drawing")
    return ET.tostring(root, encoding="unicode")


def _clean(element: ET.Element, prefix: str) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for name, value in list(element.attrib.items()):
        if name.startswith(_DROPPED_ATTRIBUTES):
            del element.attrib[name]
        elif name == "id":
            element.set(name, f"{prefix}-{value}")
        elif "url(" in value:
            element.set(name, _REFERENCE.sub(rf"url(#{prefix}-\1)", value))
    for child in list(element):
        hidden = child.get("display") == "none" or child.get("opacity") == "0"
        if hidden or child.tag.rpartition("}")[2] not in _KEPT:
            element.remove(child)
        else:
            _clean(child, prefix)
