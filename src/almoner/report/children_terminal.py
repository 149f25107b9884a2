"""Children's social care on the terminal: the place now, its years to come, its norm, its placements; and the back-test.

In: a `ChildrenRecord` or a `Backtest`, and a rich console. Out: printed tables of 80 columns.
"""

from __future__ import annotations

from typing import Final

from rich.console import Console

from almoner.analysis.children_backtest import Backtest
from almoner.analysis.children_measures import LABELS
from almoner.analysis.children_record import ChildrenRecord
from almoner.report.children_words import band_text, number, sentences
from almoner.report.terminal import TableColumn, print_rows

_YEARS_SHOWN: Final = 4


def print_children(found: ChildrenRecord, console: Console) -> None:
    """Print the answer: sentences, then tables."""
    console.print(f"Children's social care: {found.place.name}, to {found.years[-1]}", style="bold", highlight=False)
    for text in filter(None, (found.return_note, *sentences(found))):
        console.print(f"- {text}", highlight=False)
    console.print()
    now = [
        {
            "measure": f"{line.label}, {line.unit}" if line.unit.startswith("per ") else line.label,
            "place": number(line.place, line.unit),
            "neighbours": number(line.neighbours, line.unit),
            "england": number(line.england, line.unit),
            "date": line.date if not line.marker else f"{line.date}: {line.marker}",
        }
        for line in found.now
    ]
    headings = {"measure": "", "place": "here", "neighbours": "neighbours", "england": "England", "date": "date"}
    left_out = {"neighbours"} if not found.neighbours else set()
    left_out |= {"england"} if found.place.level == "england" else set()
    columns = [TableColumn(key, label) for key, label in headings.items() if key not in left_out]
    print_rows(now, columns, "Where it stands (published)", console, level=found.place.level)
    if found.neighbours:
        names = ", ".join(name for _, name, _ in found.neighbours)
        console.print(f"Neighbours: median of {len(found.neighbours)} statistical neighbours, {names}.", highlight=False)
    for scenario, title in found.scenarios:
        console.print()
        _print_years(found, scenario, title, console)
    _print_placements(found, console)
    _print_own(found, console)
    for note in found.notes:
        console.print(note, highlight=False, style="dim")
    console.print("The JSON (--json) gives every year, the sources, how well each series fits, and our own estimates.")


def _print_years(found: ChildrenRecord, scenario: str, title: str, console: Console) -> None:
    rows = [row for row in found.projection if row.scenario == scenario]
    years = sorted({row.year for row in rows})
    if not years:
        console.print("No projection: this place has never published enough to carry forward.")
        return
    step = max(1, len(years) // (_YEARS_SHOWN - 1))
    shown = sorted({*years[::step], years[-1]})
    lines: list[dict[str, object]] = []
    for measure in dict.fromkeys(row.measure for row in rows):
        line: dict[str, object] = {"measure": LABELS[measure]}
        for row in rows:
            if row.measure == measure and row.year in shown:
                line[str(row.year)] = band_text(row)
        lines.append(line)
    columns = [TableColumn("measure", ""), *(TableColumn(str(year), str(year)) for year in shown)]
    print_rows(lines, columns, f"{title} (modelled; median, {found.band_kind})", console, level=found.place.level)


def _print_placements(found: ChildrenRecord, console: Console) -> None:
    lines = [
        {
            "kind": line.label,
            "children": "unknown" if line.children is None else number(line.children, "children"),
            "places": "unknown" if line.places is None else number(line.places, "places"),
            "status": line.status,
        }
        for line in found.placements
    ]
    console.print()
    print_rows(lines, ["kind", "children", "places", "status"], "Placements and support", console, level=found.place.level)


def _print_own(found: ChildrenRecord, console: Console) -> None:
    own = found.own
    if own is None:
        return
    console.print()
    console.print(f"Own files, in totals only: {', '.join(own.files)}.", highlight=False)
    if own.window and own.ends_per_year is not None:
        rows = [
            {
                "from": rate.origin.replace("_", " "),
                "to": rate.destination.replace("_", " "),
                "events": f"{rate.events:,}",
                "a child-year": "" if rate.per_year is None else f"{rate.per_year:.2f}",
            }
            for rate in own.rates
            if rate.events is not None
        ]
        span = f"{own.window[0]} to {own.window[1]}"
        if rows:
            print_rows(rows, list(rows[0]), f"Moves and endings, {span}, six or more", console)
        console.print(
            f"{own.children:,} children, {own.child_years:,.0f} child-years, {own.ends_per_year:.2f} endings of care a child-year.",
            highlight=False,
        )
    if own.problem_rows:
        console.print(f"{own.problem_rows:,} rows were set aside or mended; the first:", highlight=False)
        for problem in own.problems:
            console.print(f"  {problem}", highlight=False)


def print_backtest(found: Backtest, console: Console) -> None:
    """Print the rows and the pooled errors of a back-test."""
    for level in ("area", "england"):
        rows = [
            {
                "measure": LABELS[row.measure],
                "year": row.year,
                "error": f"{row.error:.1f}",
                "no change": f"{row.error_no_change:.1f}",
                "straight line": f"{row.error_trend:.1f}",
                "in 80%": f"{row.coverage80:.0f}%",
                "n": row.n,
            }
            for row in found.rows
            if row.level == level
        ]
        where = "every area" if level == "area" else "England"
        print_rows(rows, list(rows[0]), f"Fitted to {found.cut}, {where}: mean absolute errors", console)
    console.print("Errors of staff, caseload and looked-after children in percent, of rates in percentage points.")
    for row in found.pooled:
        verdict = "beats" if row.beats_naive else "does not beat"
        console.print(
            f"In post and caseload together, {row.level}: {row.error:.1f}% against {row.error_no_change:.1f}% (no change) and "
            f"{row.error_trend:.1f}% (straight line): the model {verdict} both; {row.coverage80:.0f}% inside the 80% interval.",
            highlight=False,
        )
