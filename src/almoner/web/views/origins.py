"""Where figures come from: the evidence register and the register of sources, with what rests on each row."""

from __future__ import annotations

from typing import Any, Final

from almoner.analysis.evidence import QUALITY, evidence_row, evidence_rows, uses
from almoner.analysis.words import MINUS
from almoner.errors import NotFoundError
from almoner.parameters import describe
from almoner.reference.sources import Source, all_sources, source
from almoner.reference.sources import uses as source_uses
from almoner.report.figure import Column, Table
from almoner.web.views.builder import title
from almoner.web.views.filters import span, value

READ_WORDS: Final = {
    "seen": "in the publication itself",
    "seen_secondary": "in another publication that quotes it",
    "recalled": "recalled from memory; check it before use",
}
MOST_ROWS: Final = 100
"""Rows of a register that a page shows at once; words narrow it down, and the file has all."""

_NOT_KNOWN: Final = "no size was seen"


def evidence_page(lever: str) -> dict[str, Any]:
    """Return the register, or the rows about a lever, as rows and as a table."""
    rows = evidence_rows(lever or None)
    columns = (Column("Row", "evidence"), Column("Lever"), Column("Finding"), Column("Study"), Column("Design"), Column("Strength"))
    said = tuple(
        (
            row["id"],
            _sentence(row["lever"]),
            _sentence(row["finding"] or ""),
            row["citation"] or "",
            _sentence(row["design"] or ""),
            _sentence(QUALITY[row["quality"]].partition(":")[0]) if row["quality"] in QUALITY else "",
        )
        for row in rows
    )
    levers = sorted({row["lever"] for row in evidence_rows()})
    return {"rows": rows, "table": Table("The evidence register", columns, said), "lever": lever, "levers": levers}


def evidence_detail(id: str) -> dict[str, Any]:
    """Return one row of evidence in words, with the priors and policies that rest on it."""
    row = evidence_row(id)
    return {
        "row": row,
        "uses": uses().get(id.strip().upper(), ()),
        "effect": _effect(row),
        "read": READ_WORDS.get(row["confidence"], row["confidence"]),
        "studies": [(each["id"], source(each["id"]).title) for each in row["sources"]],
        "policies": [(name, title(name)) for name in row["policies"]],
    }


def sources_page(words: str) -> dict[str, Any]:
    """Return the sources whose publisher, title or id hold some words; all without any."""
    wanted = words.casefold().split()
    found = [each for each in all_sources() if all(word in _text(each) for word in wanted)]
    columns = (Column("Source", "source_id"), Column("Publisher"), Column("Title"), Column("Period"), Column("Licence"))
    rows = tuple((each.id, each.publisher, each.title, span(each.period or ""), each.licence) for each in found)
    table = Table(_counted("Sources", len(found)), columns, rows[:MOST_ROWS])
    return {"sources": found, "words": words, "table": table, "more": len(found) > MOST_ROWS}


def source_detail(id: str) -> dict[str, Any]:
    """Return one source with the tables, the values of the model and the rows of evidence that cite it."""
    found = source(id)
    values = [(row["path"], row["label"]) for row in describe() if id in row["source"].split(";")]
    evidence = [(row["id"], row["finding"]) for row in evidence_rows() if id in (row["source"] or "").split(";")]
    return {"source": found, "tables": source_uses(id), "values": values, "evidence": evidence}


def parameters_page(words: str) -> dict[str, Any]:
    """Return the values of the model whose name, label or note hold some words; all without any."""
    wanted = words.casefold().split()
    told = ("path", "label", "note", "status", "source", "evidence")
    rows = [row for row in describe() if all(word in " ".join(str(row[name]) for name in told).casefold() for word in wanted)]
    heads = (("Name", "parameter"), ("What it is", "text"), ("Value", "number"), ("Status", "status"), ("From", "origin"))
    said = tuple(
        (
            row["path"],
            row["label"],
            value(row["value"], row["unit"]),
            row["status"].split(",")[0],
            "; ".join(filter(None, (*row["source"].split(";"), *row["evidence"].split(";")))),
        )
        for row in rows
    )
    table = Table(_counted("Values of the model", len(rows)), tuple(Column(label, kind) for label, kind in heads), said[:MOST_ROWS])
    return {"rows": rows, "words": words, "table": table, "more": len(rows) > MOST_ROWS}


def parameter_detail(path: str) -> dict[str, Any]:
    """Return one value of the model.

    Raises:
        NotFoundError: there is no parameter of that name.
    """
    rows = [row for row in describe() if row["path"] == path]
    if not rows:
        raise NotFoundError("parameter", path[:80], [row["path"] for row in describe()])
    row = rows[0]
    named = {key: list(filter(None, row[name].split(";"))) for key, name in (("sources", "source"), ("evidence", "evidence"))}
    return {"row": row, **named}


def _effect(row: dict[str, Any]) -> str:
    """Say the size of an effect with its unit and interval; '' where none was seen at its source."""
    unit = (row["unit"] or "").replace("pp", "percentage points").replace("GBP", "£").removeprefix("%")
    percent = "%" if (row["unit"] or "").startswith("%") else ""
    said = "" if row["effect"] is None else f"{_plain(row['effect'])}{percent} {unit.strip()}".strip()
    if row["interval"] is not None:
        low, high = (_plain(end) for end in row["interval"])
        said = f"{said or _NOT_KNOWN} ({low} to {high})"
    return said


def _plain(number: float) -> str:
    return f"{number:,g}".replace("-", MINUS)


def _counted(what: str, count: int) -> str:
    return f"{what}: {count}" if count <= MOST_ROWS else f"{what}: the first {MOST_ROWS} of {count}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(each: Source) -> str:
    return f"{each.id} {each.publisher} {each.title} {each.period or ''}".casefold()
