"""What the terminal shows: a plan in one screen, and plain tables for the other commands.

In: a `PlanRecord` or rows, and a rich console. Out: printed text that fits 80 columns, is the same off a terminal, and falls back
to plain characters where the encoding has no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from almoner.analysis import words
from almoner.analysis.plan_record import Path as MeasurePath
from almoner.analysis.plan_record import PlanRecord
from almoner.report import charts_scenarios, view

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_PLAIN_BLOCKS: Final = "_.-~=+*#"
_PLAIN: Final = {
    "\N{POUND SIGN}": "GBP ",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{PLUS-MINUS SIGN}": "+/-",
}
_NUMBER: Final = re.compile("[-+\u2212]?£?[0-9][0-9,.]*%?")
_WIDEST_WORD: Final = 14
_WIDEST_NAME: Final = 52
_NAME: Final = re.compile("[a-z0-9-]+([._][a-z0-9_*-]+)+")
"""A name that is typed: a parameter, a policy, a table."""
_LONG_TEXT: Final = 60
_ROOM_FOR_TEXT: Final = 18
_BETWEEN_COLUMNS: Final = 3
_SUMMARY: Final = view.MAIN_MEASURES[:5]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of `print_rows`: the key in each row, its heading, and a unit when the values are to be said in one."""

    key: str
    label: str
    unit: str | None = None
    """A unit that `words.number` knows, or 'year' for numbers that are names; years are so by their key."""


def print_plan_summary(record: PlanRecord, files: Sequence[Path], console: Console) -> None:
    """Print the answer of a plan: title, headline, small tables, where the files are, and what to do next."""
    with _without_trailing_spaces(console):
        _print_plan(record, files, console)


def _print_plan(record: PlanRecord, files: Sequence[Path], console: Console) -> None:
    console.print(_text(f"Social care workforce plan: {record.place.name}, to {record.to_year}", console, "bold"))
    console.print()
    for i, sentence in enumerate(record.headline, 1):
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=2, justify="right")
        grid.add_column()
        grid.add_row(f"{i}.", _text(sentence, console))
        console.print(grid)
    console.print()
    _print_years(record, console)
    console.print()
    _print_differences(record, console)
    vacant = view.path_of(record, view.VACANT_POSTS)
    note = view.label_note(vacant.label) if vacant else ""
    base = f" Vacant posts: {note} only." if note else ""
    console.print(_text(f"Modelled by Almoner; ranges: {view.band_words(record)}.{base}", console, "dim"))
    _print_files(files, console)


def print_rows(
    rows: Sequence[Mapping[str, object]],
    columns: Sequence[TableColumn | str],
    title: str,
    console: Console,
    *,
    level: str = "area",
) -> None:
    """Print rows as a table; numbers are set to the right, None is said as 'not published', and long words wrap."""
    shown = [column if isinstance(column, TableColumn) else TableColumn(column, column.replace("_", " ")) for column in columns]
    cells = [
        [_said(row.get(column.key), column.unit or ("year" if column.key == "year" else None), level) for column in shown]
        for row in rows
    ]
    widths = _widths([[column.label, *(line[k] for line in cells)] for k, column in enumerate(shown)], console.width)
    if widths is None:
        _print_stacked(cells, shown, title, console)
        return
    table = _table(title, console)
    for column, width in zip(shown, widths, strict=True):
        values = [row.get(column.key) for row in rows]
        numeric = any(_is_number(value) for value in values) and all(value in (None, "") or _is_number(value) for value in values)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(_text(column.label, console), justify=justify, overflow="fold", vertical="top", width=width)
    for line in cells:
        table.add_row(*(_text(cell, console) for cell in line))
    with _without_trailing_spaces(console):
        console.print(table)
        if not rows:
            console.print(_text("There are no rows.", console))


def _widths(columns: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Share a line out among columns of texts, or return None when their longest words do not stand side by side.

    A column has at least its longest word, and a long text room for a few; what is left goes to those that would be wider.
    """
    room = width - _BETWEEN_COLUMNS * (len(columns) - 1)
    whole = [max(map(len, texts)) for texts in columns]
    least = [
        min(full, max(_longest_word(texts), _ROOM_FOR_TEXT if full > _LONG_TEXT else 0))
        for texts, full in zip(columns, whole, strict=True)
    ]
    if sum(least) > room:
        return None
    spare = room - sum(least)
    wanted = sum(whole) - sum(least)
    if wanted <= spare:
        return whole
    shares = [low + (full - low) * spare // wanted for low, full in zip(least, whole, strict=True)]
    shares[shares.index(max(shares))] += room - sum(shares)
    return shares


def _print_stacked(rows: Sequence[Sequence[str]], columns: Sequence[TableColumn], title: str, console: Console) -> None:
    """Print each row as a paragraph: its first value, and the others below it under their labels."""
    labels = max((len(column.label) for column in columns[1:]), default=0)
    with _without_trailing_spaces(console):
        console.print(_text(title, console, "bold"))
        for row in rows:
            console.print()
            console.print(_text(row[0], console, "bold"))
            grid = Table.grid(padding=(0, 2))
            grid.add_column(width=labels + 2)
            grid.add_column()
            for column, said in zip(columns[1:], row[1:], strict=True):
                grid.add_row(_text(f"  {column.label}", console), _text(said, console))
            console.print(grid)


def spark_line(values: Sequence[float], *, plain: bool = False) -> str:
    """Return values as a line of blocks from the lowest to the highest; a flat line when they are all the same."""
    blocks = _PLAIN_BLOCKS if plain else _BLOCKS
    low, high = min(values, default=0.0), max(values, default=0.0)
    if high - low <= 1e-12 * max(abs(high), 1.0):
        return blocks[3] * len(values)
    return "".join(blocks[min(7, int(8 * (value - low) / (high - low)))] for value in values)


def _print_years(record: PlanRecord, console: Console) -> None:
    years = view.milestone_years(record)
    level = record.place.level
    table = _table("If nothing changes (modelled medians, 31 March)", console)
    table.add_column("", min_width=14)
    for i, year in enumerate(years):
        table.add_column(f"today ({year})" if i == 0 else str(year), justify="right")
    table.add_column(f"{years[0]} to {years[-1]}")
    for measure in _SUMMARY:
        path = view.path_of(record, measure)
        if path is None:
            continue
        said = [view.shortened(_median(path, year, level)) for year in years]
        line = spark_line([band.median for band in path.bands], plain=_plain(console))
        table.add_row(*(_text(cell, console) for cell in (view.short_label(path.label), *said)), line)
    if table.row_count:
        console.print(table)


def _median(path: MeasurePath, year: int, level: str) -> str:
    band = view.band_at(path, year)
    return words.number(band.median, path.unit, level) if band else "\N{EN DASH}"


def _print_differences(record: PlanRecord, console: Console) -> None:
    level, year = record.place.level, record.to_year
    table = _table(f"Scenarios in {year}, and their difference to doing nothing (modelled)", console)
    table.add_column("")
    table.add_column(str(year), justify="right")
    table.add_column("difference")
    for card in view.alternatives(record):
        rows = {row.measure: row for row in record.differences if row.scenario == card.id}
        shown = [measure for measure in (view.VACANT_POSTS, view.VACANCY_RATE, view.FILLED_POSTS) if measure in rows]
        if not shown:
            continue
        table.add_row(_text(card.name, console, "bold"))
        for measure in shown:
            path = view.path_of(record, measure, card.id)
            end = _median(path, year, level) if path else "\N{EN DASH}"
            told = charts_scenarios.told_briefly(rows[measure], level).replace("\n", " ")
            cells = (f"  {view.short_label(rows[measure].label)}", end, told)
            table.add_row(*(_text(cell, console) for cell in cells))
    if table.row_count:
        console.print(table)


@contextmanager
def _without_trailing_spaces(console: Console) -> Iterator[None]:
    """Print what is printed inside without the spaces that tables pad lines with, unless it goes to a terminal."""
    if console.is_terminal:
        yield
        return
    with console.capture() as captured:
        yield
    console.out("\n".join(line.rstrip() for line in captured.get().split("\n")), end="", highlight=False)


def _print_files(files: Sequence[Path], console: Console) -> None:
    if not files:
        return
    page = next((file for file in files if file.suffix == ".html"), files[0])
    console.print()
    console.print(_text("Read the plan:", console, "bold"), soft_wrap=True)
    console.print(Padding(_text(str(page), console), (0, 0, 0, 2)), soft_wrap=True)
    console.print(_text(f"Its tables, JSON and manifest ({len(files) - 1} files) lie beside it.", console))
    console.print(_text("Next: add --scenario FILE to compare a scenario of your own, or --draws 100 for firmer ranges.", console))


def _table(title: str, console: Console) -> Table:
    style = box.ASCII if _plain(console) else box.SIMPLE_HEAD
    return Table(title=_text(title, console, "bold"), title_justify="left", box=style, pad_edge=False, show_edge=False)


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _longest_word(texts: Sequence[str]) -> int:
    """Return the width under which some word would break, within reason: addresses and codes may."""
    parts = [word for text in texts for word in ([text] if text == words.NOT_PUBLISHED else text.split())]
    named = max((len(word) for word in parts if _NAME.fullmatch(word)), default=1)
    return max(min(_WIDEST_NAME, named), min(_WIDEST_WORD, max(map(len, parts), default=1)))


def _said(value: object, unit: str | None, level: str) -> str:
    if value is None:
        return words.NOT_PUBLISHED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if unit == "year":
            return str(value)
        if unit is not None:
            return words.number(float(value), unit, level)
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
        return text.replace("-", words.MINUS)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _plain(console: Console) -> bool:
    return not (console.encoding or "").lower().replace("-", "").startswith("utf")


def _text(text: str, console: Console, style: str = "") -> Text:
    if _plain(console):
        for character, instead in _PLAIN.items():
            text = text.replace(character, instead)
        text = text.encode(console.encoding or "ascii", errors="replace").decode(console.encoding or "ascii")
    return Text(text, style=style)
