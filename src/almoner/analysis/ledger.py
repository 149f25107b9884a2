"""What a plan rests on: its sources, its assumptions, the published figures that conflict, and its limits.

In: the parameter tree and the reference tables. Out: lines for the page. Nothing here is typed in that a table holds.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from almoner.analysis.plan_record import Assumption, Conflict, SourceLine
from almoner.analysis.words import MINUS
from almoner.parameters import ParameterTree, describe
from almoner.policies.base import Policy
from almoner.policies.listing import reads
from almoner.reference import tables
from almoner.reference.sources import source
from almoner.study.design import DrawsFrom
from almoner.study.posterior import posterior_range

_NEUTRAL = "Neutral"
_ASCOF = "ascof_2025"
_ONLY_IF_READ = ("policy.", "children.", "discharge.", "history.")
_GROUPS = {
    "need.intensity": "Use of each service by a person of 18-64, 75-84 and 85+ against one of 65-74",
    "leaving.destination": "Where people who leave the sector go",
    "filling.arrivals_share": "Which services people from abroad start in",
    "holders": "How pay, hours, contracts, ages and experience are spread where no publication says so",
}


def assumptions(tree: ParameterTree, policies: Iterable[Policy], draws_from: DrawsFrom = "posterior") -> tuple[Assumption, ...]:
    """Return the assumed parameters in use; large families stand as one line. `policies` are the ones in the plan.

    A prior that calibration has moved is still an assumption: its line says what was drawn in its place.
    """
    read = {leaf.path for policy in policies for leaf in reads(policy, tree)}
    lines: list[Assumption] = []
    seen: set[str] = set()
    for row in describe(tree=tree):
        path = str(row["path"])
        if "assumed" not in str(row["status"]) or str(row["note"] or "").startswith(_NEUTRAL):
            continue
        if path.startswith(_ONLY_IF_READ) and path not in read:
            continue
        group = next((prefix for prefix in _GROUPS if path.startswith(prefix)), None)
        if group is None:
            learned = posterior_range(tree, path) if draws_from == "posterior" else None
            prior = f"{row['prior']}" + (f", calibrated to {_learned(learned)}" if learned else "")
            range_text = f"; drawn from {prior}" if row["prior"] else ""
            value = _short(row["dated"]) if row["dated"] else f"{row['value']:g} {row['unit']}"
            lines.append(Assumption(path, str(row["label"]), f"{value}{range_text}", str(row["note"] or "")))
        elif group not in seen:
            seen.add(group)
            count = sum(1 for name in tree.paths() if name.startswith(group))
            where = f"listed with their notes among the values of the model, under {group}."
            lines.append(Assumption(f"{group}.*", _GROUPS[group], f"{count} values", where))
    return tuple(lines)


def _learned(percentiles: tuple[float, float, float]) -> str:
    low, middle, high = percentiles
    return f"{middle:.2g} (80% within {low:.2g} to {high:.2g})"


def conflicts() -> tuple[Conflict, ...]:
    """Return published figures for the base years that disagree, and which one the model uses."""
    rows = {row["row_id"]: row for row in tables.load("adult_workforce").iter_rows(named=True)}

    def said(row_id: str | None) -> str:
        if row_id is None:
            return _ascof_turnover()
        row = rows[row_id]
        return f"{_number(row['value'], row['unit'])} ({row['period']}, {row['series'].replace('_', ' ')}, {row['source']})"

    def conflict(what: str, used: str | None, other: str) -> Conflict:
        named = [_ASCOF if row_id is None else str(rows[row_id]["source"]) for row_id in (used, other)]
        return Conflict(what, said(used), said(other), tuple(dict.fromkeys(named)))

    turnover = "Turnover, England, 2024-25: council and independent posts, or "
    return (
        conflict("Filled posts, England, 2023-24", "AW0092", "AW0090"),
        conflict(f"{turnover}all with direct payment posts", None, "AW0354"),
        conflict(f"{turnover}independent only", None, "AW0400"),
        conflict("Vacancy rate in home care, England, 2024-25", "AW0474", "AW0476"),
        conflict(
            "British workers, England: level implied by published changes to 2024-25, or the recalled share", "AW0020", "AW0192"
        ),
        conflict("People aged 55 and over, share of the workforce", "AW0260", "AW0259"),
        conflict("Leavers who leave the sector", "AW0275", "AW0273"),
    )


def limits(level: str, error: float, draws: int) -> tuple[str, ...]:
    """Return what a reader must know before using the plan."""
    lines = []
    if level != "england":
        lines.append(
            "Posts and vacancies of councils' areas are modelled from England's, by people, clients and spending. Councils with a "
            f"published total were missed by about {100 * error:.0f}% (one standard deviation), and that is not in the bands."
        )
        lines.append("Vacancy rates of areas are not published; theirs is the region's, which is itself derived and weak.")
    lines += [
        "Bands hold uncertain parameters and chance, not errors of the model's form, of population projections or of funding.",
        "One replicate of chance is run for each draw, so bands hold both together."
        if draws > 1
        else "A single draw at the middle of every range: it shows no uncertainty at all.",
        "England's turnover drifts down by a little over a point in ten years when nothing changes (model report, known limits): "
        "the simulated workforce gains experience and grows older, and leaving by both stays as published. No publication says "
        "whether it will.",
        "Skills for Care notes that starters exceed leavers by more than growth: leavers are probably under-recorded.",
        "England's table of services by roles is derived from partial publications; a cell may be out by a quarter or more.",
        "Funding follows need unless a scenario says otherwise, so the gap shown is one of people, not of money.",
    ]
    return tuple(lines)


def sources(tree: ParameterTree, more: Iterable[str]) -> tuple[SourceLine, ...]:
    """Return every source that the plan uses: those of the parameters and of the tables and indicators named in `more`."""
    ids = {one for path in tree.paths() for one in tree.parameter(path).sources}
    ids |= {one for joined in more for one in joined.split(";") if one}
    lines = []
    for one in sorted(ids):
        entry = source(one)
        address = (entry.url or "").split("://")[-1]
        lines.append(SourceLine(one, entry.publisher or "", entry.title or "", entry.period or "", address))
    return tuple(lines)


def _ascof_turnover() -> str:
    frame = tables.load("adult_turnover_by_area").filter(
        (pl.col("area_code") == "E92000001") & (pl.col("period") == "2024-25") & (pl.col("series") == _ASCOF)
    )
    return f"{frame['turnover_rate'][0]:g}% (2024-25, {_ASCOF})"


def _number(value: float, unit: str) -> str:
    text = f"{value:g}%" if unit == "percent" else f"{value:,.0f} {unit}"
    return text.replace("-", MINUS)


def _short(dated: str) -> str:
    """Return the first and the last step of a long dated value."""
    steps = dated.split(", ")
    return dated if len(steps) <= 4 else f"{steps[0]} ... {steps[-1]}"
