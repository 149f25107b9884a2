"""What the terminal shows of a comparison: one line a scenario, then each scenario's differences with their intervals.

In: a `Comparison` and a rich console. Out: tables that fit 80 columns.
"""

from __future__ import annotations

import math
from typing import Final

from rich.console import Console

from almoner.analysis import words
from almoner.analysis.compare import Change, Comparison
from almoner.report.terminal import TableColumn, print_rows

_HEADLINE: Final = ("filled_posts", "vacancy_rate", "unmet_hours_per_week", "cost_gbp_m")
_SHORT: Final = {
    "filled_posts": "Filled posts",
    "vacant_posts": "Vacant posts",
    "vacancy_rate": "Vacancy rate",
    "turnover_rate": "Turnover rate",
    "unmet_hours_per_week": "Unmet hours a week",
    "posts_needed": "Posts needed",
    "leavers": "Leavers in the year",
    "resident_entrants": "Resident entrants",
    "care_worker_pay": "Care worker pay",
    "cost_gbp_m": "Cost a year",
}
_AFTER: Final = {"percent": " points", "gbp_m": " million"}
_MOST_GROUPS: Final = 40

_NOTHING: Final = 0.001
"""An error is nothing when it is this share of the last digit that is said."""


def print_comparison(found: Comparison, console: Console) -> None:
    """Print a comparison at its last year; by groups, one table a scenario and measure."""
    year = max(row.year for row in found.rows)
    last = [row for row in found.rows if row.year == year]
    reference = next(iter(found.names.values()))
    said_of = f"{found.place_name}, {year}: differences to '{reference}' (modelled)"
    if found.by is None:
        _print_headline(found, last, said_of, console)
        for one, name in list(found.names.items())[1:]:
            _print_scenario(found, [row for row in last if row.scenario == one], name, console)
    else:
        _print_groups(found, last, said_of, console)
    _print_unit_costs(found, year, console)
    console.print()
    for note in found.notes:
        console.print(f"Note: {note}", highlight=False)
    points = f"{found.draws} draws" + (f" x {found.replicates} replicates" if found.replicates > 1 else "")
    console.print(
        f"Mean differences at shared draws and luck; range: {found.band_kind} ({points}); +/-: Monte Carlo error of the mean; "
        f"clear 'no': cannot be told from no effect. Cost is of staff and programmes, in {found.price_basis}.",
        highlight=False,
    )


def _print_headline(found: Comparison, last: list[Change], title: str, console: Console) -> None:
    shown = [measure for measure in _HEADLINE if any(row.measure == measure for row in last)]
    rows = []
    for one, name in list(found.names.items())[1:]:
        own = {row.measure: row for row in last if row.scenario == one}
        rows.append({"scenario": name, **{measure: _effect(own[measure], found.level) for measure in shown}})
    if shown:
        print_rows(rows, [TableColumn("scenario", "scenario"), *(TableColumn(m, _SHORT[m]) for m in shown)], title, console)


def _print_scenario(found: Comparison, rows: list[Change], name: str, console: Console) -> None:
    lines = [
        {
            "measure": _SHORT.get(row.measure, row.label),
            "reference": words.number(row.reference, row.unit, found.level),
            "difference": _effect(row, found.level),
            "range": _range(row, found.level),
            "error": _error(row, found.level),
            "clear": row.distinguishable,
        }
        for row in rows
    ]
    columns = [
        TableColumn("measure", "measure"),
        TableColumn("reference", "reference"),
        TableColumn("difference", "difference"),
        TableColumn("range", "range"),
        TableColumn("error", "+/-"),
        TableColumn("clear", "clear"),
    ]
    console.print()
    print_rows(lines, columns, name, console)


def _print_unit_costs(found: Comparison, year: int, console: Console) -> None:
    rows = []
    for row in (one for one in found.value if one.year == year):
        for cost in row.unit_costs:
            ratio = cost.in_year
            said = str(cost.why_not) if ratio is None else f"{_pounds(ratio.value)} ({_pounds(ratio.low)} to {_pounds(ratio.high)})"
            rows.append({"scenario": found.names[row.scenario], "cost of": f"an {cost.label}", "in the year": said})
    if rows:
        console.print()
        print_rows(rows, ["scenario", "cost of", "in the year"], f"Value for money, {year} (modelled)", console)


def _pounds(value: float | None) -> str:
    if value is None:
        return "no limit"
    size = f"{abs(value):,.2f}" if abs(value) < 100 else f"{abs(value):,.0f}"
    return f"{words.MINUS if value < 0 else ''}£{size}"


def _print_groups(found: Comparison, last: list[Change], title: str, console: Console) -> None:
    for one, name in list(found.names.items())[1:]:
        for measure in dict.fromkeys(row.measure for row in last):
            rows = [row for row in last if row.scenario == one and row.measure == measure]
            if not rows:
                continue
            level = "area" if found.by == "area" else found.level
            most = sorted(rows, key=lambda row: -abs(row.effect))[:_MOST_GROUPS] if len(rows) > _MOST_GROUPS else rows
            lines = [
                {
                    "group": row.group_name,
                    "reference": words.number(row.reference, row.unit, level),
                    "difference": _effect(row, level),
                    "range": _range(row, level),
                    "clear": row.distinguishable,
                }
                for row in most
            ]
            columns = [
                TableColumn("group", str(found.by)),
                *(TableColumn(k, k) for k in ("reference", "difference", "range", "clear")),
            ]
            console.print()
            print_rows(lines, columns, f"{name}: {words.lower_first(rows[0].label)}", console)
            if len(most) < len(rows):
                console.print(f"The {len(most)} largest of {len(rows)}; --json has all.")
    console.print()
    console.print(title)


def _effect(row: Change, level: str) -> str:
    return words.signed(row.effect, row.unit, level)


def _range(row: Change, level: str) -> str:
    low, high = words.signed(row.low, row.unit, level), words.signed(row.high, row.unit, level)
    shorter = low.removesuffix(_AFTER.get(row.unit, "")) if high != "0" else low
    return low if low == high else f"{shorter} to {high}"


def _error(row: Change, level: str) -> str:
    size = row.monte_carlo_error
    if math.isnan(size):
        return "one point"
    spoken = "percentage_points" if row.unit == "percent" else row.unit
    if size < _NOTHING * words.rounding_step(spoken, level):
        return "0"
    digits = f"{size:,.2g}" if size < words.rounding_step(spoken, level) else words.number(size, spoken, level)
    return digits.removesuffix(_AFTER.get(row.unit, ""))
