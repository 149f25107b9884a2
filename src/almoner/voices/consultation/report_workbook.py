"""The report as an Excel workbook: one sheet a table, the caution above each; the same bytes for the same content."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from almoner.voices.consultation.libraries import library

if TYPE_CHECKING:
    from almoner.voices.consultation.content import Content

_EPOCH: Final = datetime(2000, 1, 1)  # a fixed moment, so that the bytes repeat
_PERCENT: Final = ("share", "low", "high", "sample_share", "machine_share")


def workbook(content: Content) -> bytes:
    """Return the bytes of the workbook."""
    xlsxwriter = library("xlsxwriter", "to write the report for Excel")
    out = io.BytesIO()
    # Words of respondents are written as text: never as formulas, links or numbers.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": content.title, "created": _EPOCH})
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "caution": book.add_format({"bold": True, "font_color": "#7A1F00"}),
        "percent": book.add_format({"num_format": "0.0%"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    caution = str(content.facts["caution"])
    facts = pl.DataFrame(
        {
            "fact": [name.replace("_", " ") for name in content.facts if name != "steps"],
            "value": [str(value) for name, value in content.facts.items() if name != "steps"],
        }
    )
    _sheet(book, "About", facts, styles, caution)
    labels = {theme["id"]: theme["label"] for theme in content.themes}
    shares = content.shares.with_columns(pl.col("theme").replace(labels))
    for name, frame in (
        ("Shares", shares),
        ("Counts", content.counts),
        ("Positions", content.positions),
        ("Campaigns", content.campaigns),
        ("Quotes", content.quotes.with_columns(pl.col("theme").replace(labels))),
    ):
        _sheet(book, name, frame, styles, caution)
    _sheet(book, "Themes", _table(content.themes), styles, None)
    _sheet(
        book,
        "Suggested themes",
        _table([{**each, "quotes": [quote["words"] for quote in each["quotes"]]} for each in content.suggestions]),
        styles,
        None,
    )
    quality = [{"what": key, "value": value} for key, value in {**content.quality, "agreement": content.agreement}.items()]
    _sheet(book, "Quality", _table(quality), styles, None)
    steps = [{"step": name, "hash": value} for name, value in content.facts["steps"].items()]
    _sheet(book, "Steps", _table(steps), styles, None)
    book.close()
    return out.getvalue()


def _table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a table of text."""
    return pl.DataFrame([{key: _text(value) for key, value in row.items()} for row in rows])


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "" if value is None else str(value)


def _sheet(book: Any, name: str, frame: pl.DataFrame, styles: dict[str, Any], caution: str | None) -> None:
    sheet = book.add_worksheet(name)
    first = 0
    if caution is not None:
        sheet.write_string(0, 0, caution, styles["caution"])
        first = 2
    for column, heading in enumerate(frame.columns):
        sheet.write_string(first, column, heading.replace("_", " "), styles["head"])
        longest = max([len(str(value)) for value in frame[heading].head(200)] + [len(heading)])
        sheet.set_column(column, column, min(60, longest + 2), styles["wrap"] if longest > 60 else None)
    for number, row in enumerate(frame.iter_rows(), first + 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value[:32_767])
            elif isinstance(value, bool):
                sheet.write_string(number, column, "yes" if value else "no")
            elif value is not None:
                sheet.write_number(number, column, value, styles["percent"] if frame.columns[column] in _PERCENT else None)
    sheet.freeze_panes(first + 1, 0)
