"""A chart of a pledge: bars of its parts that lie under the bar of the whole, each coloured by what became of the money.

In: the ledger of pledges and an id. Out: a `Chart`. A part's bar begins where the one before it ends, so that parts tile their
whole; what restates or replaces lies under the same money and is not added to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from almoner.analysis import words
from almoner.analysis.pledges import FATES, Ledger, Pledge
from almoner.report import marks
from almoner.report.figure import Chart, Column, Frame, Spec, Table

_COLORS: Final = {
    "spent": marks.GREEN,
    "allocated": marks.BLUE,
    "replaced": "#7fa8c4",
    "restated": marks.PURPLE,
    "elsewhere": "#d9a441",
    "cut": marks.VERMILION,
    "pending": "#9aa5ab",
    "unknown": "#ccd3d7",
}
_KEY: Final = {
    "spent": "spent",
    "allocated": "allocated",
    "replaced": "replaced",
    "restated": "restated",
    "elsewhere": "other payers",
    "cut": "cut or diverted",
    "pending": "not yet due",
    "unknown": "not known",
}
_MOST_BARS: Final = 15
_BAR: Final = 16
_NARROW_BAR: Final = 9
"""Pixels of a bar's height; narrow sheets have words right above it."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One row: a pledge, or the money of a pledge that was given to no line (`pledge` None), from `start` on."""

    label: str
    depth: int
    start: float
    amount: float
    fate: dict[str, float]
    pledge: Pledge | None


def pledge_chart(ledger: Ledger, id: str) -> Chart:
    """Draw what a pledge contains and what became of it, million pounds in cash as announced."""
    own = ledger.pledge(id)
    bars = list(_bars(ledger, own, 0, 0.0, ""))
    fate = ledger.fate(own.id)
    ends = [f"{_money(amount)} {_KEY[name]}" for name, amount in sorted(fate.items(), key=lambda item: -item[1])]
    finding = f"Of {_money(own.amount)} promised, {words.listed(ends)}" if ends else f"{own.title}: no sum was promised"
    columns = (
        Column("Id"),
        Column("Pledge"),
        Column("Relation"),
        Column("Promised, £m", "number"),
        *(Column(f"{name[:1].upper()}{name[1:]}, £m", "number") for name in FATES.values()),
    )
    return Chart(
        id=f"pledge-{own.id.lower()}",
        title=finding,
        subtitle=f"{own.title}, {own.period}. Million pounds in cash, as announced. Ledger {own.id} and the lines under it; parts "
        "lie under the whole, and what restates or replaces is not added.",
        alt=f"Nested bars. {own.title}: " + "; ".join(f"{bar.label.strip('› ')} {_told(bar)}" for bar in bars) + ".",
        status="published",
        twin=Table(f"{own.title}: promised, and what became of it", columns, tuple(_cells(bar) for bar in bars)),
        spec=lambda frame: _spec(bars, frame),
    )


def ledger_chart(tops: Sequence[Pledge], fates: Sequence[Mapping[str, float]]) -> Chart | None:
    """Draw pledges that stand on their own, the largest first, each with what became of it (`fates`), million pounds in cash."""
    pairs = sorted(zip(tops, fates, strict=True), key=lambda pair: (-(pair[0].amount or 0.0), pair[0].id))
    bars = [_Bar(own.title, 0, 0.0, own.amount, dict(fate), own) for own, fate in pairs if own.amount]
    if not bars:
        return None
    whole = sum(bar.amount for bar in bars)
    total = {name: sum(bar.fate.get(name, 0.0) for bar in bars) for name in FATES}
    ends = [f"{_rounded(total[name])} was {_KEY[name]}" for name in ("cut", "pending") if total[name]]
    kept = total["spent"] + total["allocated"]
    shown = bars[:_MOST_BARS]
    few = f", the {len(shown)} largest of {len(bars)}" if len(shown) < len(bars) else ""
    columns = (
        Column("Pledge", "pledge"),
        Column("Promised, £m", "number"),
        Column("For"),
        *(Column(f"{name[:1].upper()}{name[1:]}, £m", "number") for name in FATES.values()),
    )
    rows = tuple(
        (f"{own.id} {own.title}", f"{bar.amount:,.10g}", own.period, *(_cells(bar)[4:]))
        for bar in bars
        if (own := bar.pledge) is not None
    )
    return Chart(
        id="pledges",
        title=f"Of {_rounded(whole)} promised, {words.listed([f'{_rounded(kept)} was allocated or spent', *ends])}",
        subtitle=f"Pledges that stand on their own{few}, each pound once. Million pounds in cash, as announced; each pledge names "
        "its sources.",
        alt=f"Bar chart of {len(shown)} pledges, published sums: " + "; ".join(f"{bar.label}, {_told(bar)}" for bar in shown) + ".",
        status="published",
        twin=Table("Pledges that stand on their own, and what became of them", columns, rows),
        spec=lambda frame: _spec(shown, frame),
    )


def _rounded(gbp_m: float) -> str:
    return f"£{gbp_m:,.0f}m"


def _bars(ledger: Ledger, own: Pledge, depth: int, start: float, relation: str) -> Iterator[_Bar]:
    label = "› " * depth + own.title + (f" ({relation})" if relation else "")
    yield _Bar(label, depth, start, own.amount or 0.0, ledger.fate(own.id), own)
    at, starts = start, {}
    for part in ledger.first_parts(own.id):
        starts[part.id] = at
        yield from _bars(ledger, part, depth + 1, at, "")
        at += part.amount or 0.0
    if rest := ledger.unallocated(own.id):
        became = "cut" if own.delivered == 0 else "unknown"
        yield _Bar("› " * (depth + 1) + f"given to no line of {own.id}", depth + 1, at, rest, {became: rest}, None)
    later = [part for part in ledger.parts(own.id) if part.id not in starts]
    for each in (*later, *ledger.replacements(own.id)):
        where = min((starts[old] for old in each.replaces if old in starts), default=start)
        yield from _bars(ledger, each, depth + 1, where, f"replaces {words.listed(each.replaces)}")
    for each in ledger.restatements(own.id):
        yield from _bars(ledger, each, depth + 1, start, f"restates {own.id}")


def _money(gbp_m: float | None) -> str:
    return "no sum" if gbp_m is None else f"£{gbp_m:,.10g}m"


def _told(bar: _Bar) -> str:
    if bar.pledge is None:
        return _money(bar.amount)
    found = [f"{_money(round(amount, 1))} {_KEY[name]}" for name, amount in bar.fate.items()]
    return f"{_money(bar.pledge.amount)}: {', '.join(found)}" if len(found) > 1 else found[0] if found else "no sum"


def _cells(bar: _Bar) -> tuple[str, ...]:
    relation = (bar.pledge.relation or "") if bar.pledge else "remainder"
    own = bar.pledge.id if bar.pledge else ""
    fates = [f"{bar.fate[name]:,.10g}" if name in bar.fate else "" for name in FATES]
    amount = bar.pledge.amount if bar.pledge else bar.amount
    return (own, bar.label, relation, "not known" if amount is None else f"{amount:,.10g}", *fates)


def _spec(bars: list[_Bar], frame: Frame) -> Spec:
    labels, said = [bar.label for bar in bars], [_told(bar) for bar in bars]
    left, right = (10, 10) if frame.narrow else (marks.LABEL_COLUMN, 270)
    width = frame.width - left - right
    height = marks.row_height(frame, labels, said) * len(bars)
    domain = (0.0, max(max((bar.start + bar.amount for bar in bars), default=1.0), 1.0))
    x, y = marks.across("from", "gbp_m", domain, ticks=4), marks.row_channel(len(bars), frame)
    pieces = []
    for row, bar in enumerate(bars):
        at = bar.start
        for name in FATES:
            if amount := bar.fate.get(name):
                pieces.append({"row": row, "from": at, "to": at + amount, "color": _COLORS[name]})
                at += amount
    present = [name for name in FATES if any(name in bar.fate for bar in bars)]
    items = [(_KEY[name], "square", _COLORS[name], True) for name in present]
    rule = {"type": "rule", "stroke": {"expr": "datum.color"}, "strokeWidth": _NARROW_BAR if frame.narrow else _BAR}
    layers = [
        marks.layer(pieces, rule, x=x, x2={"field": "to"}, y=y),
        *marks.row_text(frame, labels, said, width),
        *marks.key(items, frame, left),
    ]
    return marks.sheet(frame, height, layers, left=left, right=right, top=46 + 24 * (len(items) - 1 if frame.narrow else 0))
