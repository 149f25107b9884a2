"""Where figures come from: the evidence register and the register of sources, with what rests on each row."""

from __future__ import annotations

from typing import Any

from almoner.analysis.evidence import evidence_row, evidence_rows, uses
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


def _text(each: Source) -> str:
    return f"{each.id} {each.publisher} {each.title} {each.period or ''}".casefold()
