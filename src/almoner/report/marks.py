"""Pieces of Vega-Lite specifications: sheet, axes, text, lines, and rows of labelled marks.

The specifications are plain dictionaries: building thirty of them with Altair's classes costs over a second of import and
validation for each plan. A contract test validates every one of them with Altair instead. Colours are Okabe and Ito's, darkened
where they carry text; every colour comes with its own dash or shape, so the charts survive black-and-white print.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from almoner.report.figure import Frame, Spec

INK: Final = "#1b2a33"
QUIET: Final = "#51626c"
GRID: Final = "#dfe5e8"
BLUE: Final = "#0067a3"
VERMILION: Final = "#b8480a"
GREEN: Final = "#00795a"
PURPLE: Final = "#96507b"
FONT: Final = "Arial, Liberation Sans, Helvetica, sans-serif"

SERIES: Final = (
    {"color": INK, "dash": [1, 0], "shape": "circle"},
    {"color": BLUE, "dash": [8, 4], "shape": "square"},
    {"color": VERMILION, "dash": [2, 3], "shape": "triangle-up"},
    {"color": GREEN, "dash": [10, 3, 2, 3], "shape": "diamond"},
    {"color": PURPLE, "dash": [4, 2], "shape": "cross"},
)
"""Colour, dash and shape of the first, second ... line of a chart."""

_FLUSH: Final = 16
"""Pixels from the end of an axis within which a label is set inside the end, so that a narrow sheet does not clip it."""

Row = Mapping[str, Any]

WORDS: Final[Spec] = {"field": "t", "type": "nominal"}
_PIXELS: Final[Spec] = {"x": {"expr": "datum.x"}, "y": {"expr": "datum.y"}}
_POINT: Final[Spec] = {
    "type": "point",
    "opacity": 1,
    "strokeWidth": 2,
    "shape": {"expr": "datum.shape"},
    "stroke": {"expr": "datum.color"},
    "fill": {"expr": "datum.fill"},
    "size": {"expr": "datum.size"},
}


def sheet(frame: Frame, height: float, layers: Sequence[Spec], *, left: int, right: int, top: int = 12, bottom: int = 34) -> Spec:
    """Put layers on a sheet of the frame's width; margins are fixed, so that nothing moves with the length of a label."""
    return {
        "width": frame.width - left - right,
        "height": height,
        "autosize": "none",
        "padding": {"left": left, "right": right, "top": top, "bottom": bottom},
        "background": "transparent",
        "layer": list(layers),
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": frame.font - 1,
                "labelColor": QUIET,
                "gridColor": GRID,
                "domain": False,
                "tickColor": GRID,
                "labelPadding": 6,
                "title": None,
            },
            "text": {"fontSize": frame.font, "fill": INK, "lineHeight": frame.font + 3},
            "legend": {"disable": True},
        },
    }


def layer(data: Sequence[Row], mark: Mapping[str, Any], **encoding: Any) -> Spec:
    """Return a layer with its own data."""
    return {"data": {"values": [dict(row) for row in data]}, "mark": dict(mark), "encoding": encoding}


def years(domain: tuple[float, float], values: Sequence[int], field: str = "year") -> Spec:
    """Return the horizontal channel of years."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": list(domain), "nice": False, "zero": False},
        "axis": {"values": list(values), "format": "d", "grid": False, "ticks": True, "labelFlush": False},
    }


def amounts(field: str, unit: str, domain: tuple[float, float], ticks: int = 5) -> Spec:
    """Return the vertical channel of amounts with light grid lines."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": list(domain), "nice": False, "zero": False},
        "axis": {"tickCount": ticks, "labelExpr": _label_expression(unit, max(map(abs, domain))), "ticks": False},
    }


def across(field: str, unit: str, domain: tuple[float, float], ticks: int = 6, *, axis: bool = True) -> Spec:
    """Return the horizontal channel of amounts."""
    channel = amounts(field, unit, domain, ticks)
    channel["axis"] = (
        {**channel["axis"], "grid": True, "labelFlush": _FLUSH, "labelOverlap": True, "labelSeparation": 8} if axis else None
    )
    return channel


def _label_expression(unit: str, highest: float) -> str:
    if highest >= 1e6:
        return "datum.value == 0 ? '0' : format(datum.value / 1e6, '.4~g') + 'm'"
    if unit in ("percent", "percentage_points"):
        return "datum.label + '%'" if unit == "percent" else "datum.label"
    return "'£' + datum.label" if unit.startswith("gbp") else "datum.label"


def room(lows: Sequence[float], highs: Sequence[float], *, zero: bool) -> tuple[float, float]:
    """Return a domain that holds all values with a little air; from nothing when `zero`, or when that costs little."""
    low, high = min(lows), max(highs)
    span = (high - low) or abs(high) or 1.0
    start = low - 0.08 * span
    if low >= 0 and (zero or start <= 0.35 * high):
        start = 0.0
    return start, high + 0.08 * span


def apart(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart to at least `gap`, keeping their order, near where they were, and within low and high."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = [heights[i] for i in order]
    for _ in range(200):
        moved = False
        for i in range(1, len(placed)):
            short = gap - (placed[i] - placed[i - 1])
            if short > 1e-9 * gap:
                placed[i - 1] -= short / 2
                placed[i] += short / 2
                moved = True
        if not moved:
            break
    if placed:
        shift = max(low - placed[0], 0.0) or min(high - placed[-1], 0.0)
        placed = [place + shift for place in placed]
    result = [0.0] * len(heights)
    for i, place in zip(order, placed, strict=True):
        result[i] = place
    return result


def wrapped(text: str, width: int) -> str:
    """Break a label into lines of at most `width` characters; the breaks that it has stay."""
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, width)) or text


LABEL_COLUMN: Final = 262
"""Pixels for the labels at the left of a wide chart of rows."""

_LABEL_CHARACTERS: Final = 32
_WORD_CHARACTERS: Final = 34
_ROW_AIR: Final = 16
"""Pixels between the words of one row and those of the next."""
_NARROW_CHARACTERS: Final = 44


def row_height(frame: Frame, labels: Sequence[str], words: Sequence[str]) -> int:
    """Return the height of a row: wide sheets have room for two lines at the left, narrow ones put label and words above."""
    if not frame.narrow:
        sides = ((labels, _LABEL_CHARACTERS), (words, _WORD_CHARACTERS))
        lines = max((wrapped(text, width).count("\n") + 1 for texts, width in sides for text in texts), default=1)
        return max(44, lines * (frame.font + 3) + _ROW_AIR)
    lines = max(
        (sum(wrapped(text, _NARROW_CHARACTERS).count("\n") + 1 for text in pair) for pair in zip(labels, words, strict=True)),
        default=2,
    )
    return 28 + lines * (frame.font + 3)


def row_channel(count: int, frame: Frame) -> Spec:
    """Return the vertical channel of a chart of rows, the first row on top; narrow rows keep their marks below their words."""
    low = 0.3 if frame.narrow else 0.0
    scale = {"domain": [-0.5 - low, count - 0.5 - low], "nice": False, "zero": False, "reverse": True}
    return {"field": "row", "type": "quantitative", "scale": scale, "axis": None}


def row_text(frame: Frame, labels: Sequence[str], words: Sequence[str], width: int) -> list[Spec]:
    """Return each row's label and words: at the left and right of the marks when wide, two lines above them when narrow."""
    y = row_channel(len(labels), frame)
    if frame.narrow:
        texts = ["\n".join(wrapped(text, _NARROW_CHARACTERS) for text in pair) for pair in zip(labels, words, strict=True)]
        data = [{"row": i, "t": text, "dy": -8 - text.count("\n") * (frame.font + 3)} for i, text in enumerate(texts)]
        return [_lines(data, "left", "line-bottom", {"value": 0}, y)]
    return [
        _lines(_centred(labels, _LABEL_CHARACTERS, frame), "right", "middle", {"value": -16}, y),
        _lines(_centred(words, _WORD_CHARACTERS, frame), "left", "middle", {"value": width + 16}, y),
    ]


def _centred(labels: Sequence[str], width: int, frame: Frame) -> list[Row]:
    broken = [wrapped(label, width) for label in labels]
    return [{"row": i, "t": label, "dy": -label.count("\n") * (frame.font + 3) / 2} for i, label in enumerate(broken)]


def _lines(data: Sequence[Row], align: str, baseline: str, x: Spec, y: Spec) -> Spec:
    mark = {"type": "text", "align": align, "baseline": baseline, "lineBreak": "\n", "dy": {"expr": "datum.dy"}}
    return layer(data, mark, x=x, y=y, text=WORDS)


def key(items: Sequence[tuple[str, str, str, bool]], frame: Frame, left: int) -> list[Spec]:
    """Return a key above the marks (name, shape, colour, filled): along a line when wide, one under another when narrow."""
    points, texts = [], []
    x, y = (8.0 if frame.narrow else 28.0 - left), -32.0 - 24.0 * (len(items) - 1 if frame.narrow else 0)
    for name, shape, color, filled in items:
        points.append({"x": x, "y": y, "shape": shape, "color": color, "fill": color if filled else "#ffffff", "size": 120})
        texts.append({"x": x + 14, "y": y + 1, "t": name})
        x += 0 if frame.narrow else 52 + len(name) * frame.font * 0.55
        y += 24 if frame.narrow else 0
    return [_points(points), layer(texts, {"type": "text", "align": "left", "baseline": "middle", **_PIXELS}, text=WORDS)]


def points(data: Sequence[Row], x: Spec, y: Spec) -> Spec:
    """Return points whose rows carry their shape, colour, fill and size."""
    return layer(data, _POINT, x=x, y=y)


def _points(data: Sequence[Row]) -> Spec:
    return layer(data, {**_POINT, **_PIXELS})


def end_labels(
    labels: Sequence[str],
    heights: Sequence[float],
    domain: tuple[float, float],
    height: float,
    frame: Frame,
    at: float,
    x: Spec,
    y: Spec,
) -> Spec:
    """Return labels at the right end of lines, moved apart so that none covers another."""
    line = frame.font + 3
    gap = (max(label.count("\n") + 1 for label in labels) * line + 4) * (domain[1] - domain[0]) / height
    placed = apart(list(heights), gap, domain[0] + gap / 2, domain[1] - gap / 4)
    data = [
        {
            "at": at,
            "value": place,
            "t": label,
            "dy": -label.count("\n") * line / 2,
            "color": style["color"],
            "weight": "normal" if i else "bold",
        }
        for i, (label, place, style) in enumerate(zip(labels, placed, SERIES, strict=False))
    ]
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 10, "lineBreak": "\n"}
    mark |= {"dy": {"expr": "datum.dy"}, "fill": {"expr": "datum.color"}, "fontWeight": {"expr": "datum.weight"}}
    return layer(data, mark, x={**x, "field": "at"}, y={**y, "field": "value"}, text=WORDS)


def note(at: float, text: str, x: Spec) -> Spec:
    """Return a quiet note above the top of the marks, at a place along the horizontal axis, kept inside its ends."""
    low, high = x["scale"]["domain"]
    part = (at - low) / (high - low)
    align = "left" if part < 0.2 else "right" if part > 0.8 else "center"
    mark = {"type": "text", "dy": -10, "dx": -4 if align == "left" else 4 if align == "right" else 0, "align": align, "fill": QUIET}
    return layer([{"at": at, "t": text}], mark, x={**x, "field": "at"}, y={"value": 0}, text=WORDS)


def then_and_now(data: Sequence[Row], domain: tuple[float, float], unit: str, frame: Frame) -> list[Spec]:
    """Return open dots at `start`, filled dots at `end` and a line between them, one row each."""
    x, y = across("end", unit, domain), row_channel(len(data), frame)
    point = {"type": "point", "opacity": 1, "strokeWidth": 2}
    return [
        layer(data, {"type": "rule", "color": BLUE, "strokeWidth": 3}, x=x, x2={"field": "start"}, y=y),
        layer(data, {**point, "fill": "#ffffff", "stroke": INK, "size": 110}, x={**x, "field": "start"}, y=y),
        layer(data, {**point, "filled": True, "color": BLUE, "size": 140}, x=x, y=y),
    ]


def year_ticks(first: int, last: int, frame: Frame) -> list[int]:
    """Return the years to name on an axis: the ends, and each fifth year that stands clear of them."""
    clear = 3 if frame.narrow else 2
    return [first, *(year for year in range(first + clear, last - clear + 1) if year % 5 == 0), last]
