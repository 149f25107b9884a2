"""An area's own pledges in its plan: what was promised, what of it lies in other sums, and what became of it, each pound once.

In: a ledger with the area's own rows and their ids. Out: an `Part` with the nested chart of each pledge that stands on its
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from almoner.analysis import words
from almoner.analysis.pledges import FATES, Ledger, Pledge, pledge_row, pledge_tree
from almoner.report.charts_pledges import pledge_chart
from almoner.report.figure import Chart, Column, Table
from almoner.report.part import Part
from almoner.report.tables import Cell

ID: Final = "pledges"
MOST_CHARTS: Final = 4
"""Pledges that get a chart of their own, the largest first; all stand in the table."""

_RELATIONS: Final = {"contains": "part of", "restates": "restates", "replaces": "replaces part of"}


def pledges_part(ledger: Ledger, ids: Sequence[str], names: Sequence[str]) -> Part:
    """Return the section of the pledges `ids`, which stand in the files `names`."""
    own = [ledger.pledge(each) for each in ids]
    tops = [each for each in own if each.parent not in ids]
    largest = sorted((each for each in tops if each.amount), key=lambda each: (-(each.amount or 0.0), each.id))[:MOST_CHARTS]
    return Part(
        ID,
        "What was promised here, and what became of it",
        tuple(sentences(ledger, own, tops)),
        tuple(_chart(ledger, each) for each in largest),
        (_table(ledger, own),),
        (
            "Million pounds in cash, as announced. A sum that lies in, restates or replaces another is not added to it.",
            f"Make a scenario of one with: almoner pledges package {tops[0].id if tops else ids[0]} --file {names[0]}; "
            "--as delivered takes what was left or spent.",
        ),
        {
            "pledges": [pledge_row(ledger, each) for each in own],
            "trees": [pledge_tree(ledger, each.id) for each in tops],
            "sources": list(names),
        },
        {"pledges": (_CSV, [_csv_row(ledger, each) for each in own])},
    )


def sentences(ledger: Ledger, own: Sequence[Pledge], tops: Sequence[Pledge]) -> list[str]:
    """Say what pledges come to, what became of it, and what was given to no line; `tops` are those that lie in none of them."""
    total = ledger.total([each.id for each in own])
    fates: dict[str, float] = {}
    for top in tops:
        if top.status != "announced" and top.relation != "restates":
            for name, amount in became(ledger, top).items():
                fates[name] = fates.get(name, 0.0) + amount
    ends = [
        f"{_money(round(amount, 6))} {FATES[name]}" for name, amount in sorted(fates.items(), key=lambda item: -item[1]) if amount
    ]
    count = f"{len(own)} promised {'sum comes' if len(own) == 1 else 'sums come'} to {_money(total)}, each pound counted once"
    said = [f"{count}{f': {words.listed(ends)}' if ends else ''}."]
    said += [
        f"{each.title} ({each.id}): {_money(each.amount)} for {each.period}, of which {_money(rest)} was given to no line."
        for each in tops
        if (rest := ledger.unallocated(each.id))
    ]
    inside = [each for each in tops if each.parent is not None]
    said += [
        f"{each.title} ({each.id}) {_RELATIONS[each.relation or 'contains']} {each.parent} of the national ledger."
        for each in inside
    ]
    return said


def _ends(fates: Mapping[str, float]) -> list[str]:
    largest_first = sorted(fates.items(), key=lambda item: (-round(item[1], 6), item[0]))
    return [f"{_money(round(amount, 6))} {FATES[name]}" for name, amount in largest_first if amount]


def _chart(ledger: Ledger, top: Pledge) -> Chart:
    """Draw a pledge; its title says what its parts tell where its own row does not."""
    chart, ends = pledge_chart(ledger, top.id), _ends(became(ledger, top))
    return replace(chart, title=f"Of {_money(top.amount)} promised, {words.listed(ends)}") if ends else chart


def became(ledger: Ledger, top: Pledge) -> dict[str, float]:
    """Return what became of a pledge; of one that is only said to be allocated its parts tell more, and the rest is allocated."""
    parts, rest = ledger.first_parts(top.id), ledger.unallocated(top.id)
    if top.status != "allocated" or top.revised is not None or top.spent is not None or not parts:
        return ledger.fate(top.id)
    found = {"allocated": rest} if rest else {}
    for part in parts:
        for name, amount in became(ledger, part).items():
            found[name] = found.get(name, 0.0) + amount
    return found


def _table(ledger: Ledger, own: Sequence[Pledge]) -> Table:
    columns = (
        Column("Pledge"),
        Column("Promised, £m", "number"),
        Column("For"),
        Column("Stands"),
        Column("What became of it"),
        Column("In figures"),
        Column("Source"),
    )
    rows = tuple(
        (
            f"{each.id} {each.title}",
            "not known" if each.amount is None else f"{each.amount:,.10g}",
            each.period,
            f"{_RELATIONS[each.relation]} {each.parent}" if each.relation else "on its own",
            each.what_happened,
            "; ".join(f"{_money(amount)} {FATES[name]}" for name, amount in ledger.fate(each.id).items()) or "not known",
            "; ".join(each.sources),
        )
        for each in own
    )
    return Table("Every promised sum", columns, rows)


_CSV: Final = ("id", "title", "amount_gbp_m", "period", "relation", "parent", "status", "what_happened", *FATES, "source")


def _csv_row(ledger: Ledger, each: Pledge) -> tuple[Cell, ...]:
    fate = ledger.fate(each.id)
    start: tuple[Cell, ...] = (each.id, each.title, each.amount, each.period, each.relation, each.parent, each.status)
    return (*start, each.what_happened, *(fate.get(name) for name in FATES), "; ".join(each.sources))


def _money(gbp_m: float | None) -> str:
    return "a sum that is not known" if gbp_m is None else f"£{gbp_m:,.10g}m"
