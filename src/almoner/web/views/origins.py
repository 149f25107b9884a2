"""Where figures come from: the evidence register and the register of sources, with what rests on each row."""

from __future__ import annotations

from typing import Any

from almoner.analysis.evidence import evidence_row, evidence_rows, uses
from almoner.errors import NotFoundError
from almoner.parameters import describe
from almoner.reference.sources import Source, all_sources, source
from almoner.reference.sources import uses as source_uses
from almoner.report.figure import Column, Table


def evidence_page(lever: str) -> dict[str, Any]:
    """Return the register, or the rows about a lever, as rows and as a table."""
    rows = evidence_rows(lever or None)
    columns = (Column("Row", "evidence"), Column("Lever"), Column("Finding"), Column("Design"), Column("Strength"))
    said = tuple((row["id"], row["lever"], row["finding"] or "", row["design"] or "", row["quality"] or "") for row in rows)
    levers = sorted({row["lever"] for row in evidence_rows()})
    return {"rows": rows, "table": Table("The evidence register", columns, said), "lever": lever, "levers": levers}


def evidence_detail(id: str) -> dict[str, Any]:
    """Return one row of evidence with the priors and policies that rest on it."""
    return {"row": evidence_row(id), "uses": uses().get(id.strip().upper(), ())}


def sources_page(words: str) -> dict[str, Any]:
    """Return the sources whose publisher, title or id hold some words; all without any."""
    wanted = words.casefold().split()
    found = [each for each in all_sources() if all(word in _text(each) for word in wanted)]
    columns = (Column("Source", "source"), Column("Publisher"), Column("Title"), Column("Period"), Column("Licence"))
    rows = tuple((each.id, each.publisher, each.title, each.period or "", each.licence) for each in found)
    return {"sources": found, "words": words, "table": Table(f"Sources: {len(found)}", columns, rows)}


def source_detail(id: str) -> dict[str, Any]:
    """Return one source with the tables that cite it."""
    return {"source": source(id), "tables": source_uses(id)}


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
            f"{row['value']:.6g} {row['unit']}",
            row["status"].split(",")[0],
            "; ".join(filter(None, (*row["source"].split(";"), *row["evidence"].split(";")))),
        )
        for row in rows
    )
    table = Table(f"Values of the model: {len(rows)}", tuple(Column(label, kind) for label, kind in heads), said)
    return {"rows": rows, "words": words, "table": table}


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


def _text(each: Source) -> str:
    return f"{each.id} {each.publisher} {each.title} {each.period or ''}".casefold()
