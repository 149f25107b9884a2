"""The evidence register as a person asks for it: what is known about a lever, and which priors of the model rest on it.

In: the shipped `evidence` table, the parameter tree and the policies. Out: plain rows. A prior names its rows (`evidence:`) and the
rule that turned them into a distribution (`note:`) in its parameter file; nothing here is typed in that those hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from almoner.errors import NotFoundError, nearest
from almoner.parameters import ParameterTree, load
from almoner.policies.registry import policies
from almoner.reference import tables
from almoner.reference.sources import cited

QUALITY: Final = {
    "RCT": "randomised trial",
    "quasi": "quasi-experiment: a comparison that handles unseen differences",
    "observational": "observational: an association with some adjustment",
    "review": "review of several studies",
    "modelled": "modelled from assumptions",
    "descriptive": "descriptive: no comparison",
    "expert": "judgement or selected cases",
}
"""What the words for the quality of a design mean, about from the strongest down."""


def evidence_rows(lever: str | None = None, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of the register in order of id: all, those whose lever holds a text or that a policy names, or some ids.

    An effect that was not seen at its source is None, never nought; `interval` is None where none was seen.

    Raises:
        NotFoundError: no lever holds the text, or an id is unknown; the nearest are offered.
    """
    table = list(tables.load("evidence").sort("id").iter_rows(named=True))
    if ids is not None:
        known = {row["id"] for row in table}
        for each in ids:
            if each not in known:
                raise NotFoundError("row of evidence", each, known)
        table = [row for row in table if row["id"] in set(ids)]
    if lever is not None:
        wanted = lever.casefold().strip()
        named = policies()[wanted].evidence if wanted in policies() else ()
        found = [row for row in table if wanted in row["lever"].casefold() or row["id"] in named]
        if not found:
            raise NotFoundError("lever with evidence", lever, sorted({row["lever"] for row in table}))
        table = found
    return [_row(row) for row in table]


def evidence_row(id: str, tree: ParameterTree | None = None) -> dict[str, Any]:
    """Return one row with the priors and the policies that name it, and its sources.

    Raises:
        NotFoundError: no such row.
    """
    known = tables.load("evidence")["id"].to_list()
    wanted = id.strip().upper()
    if wanted not in known:
        # Ids differ by a digit, so likeness says little: offer those that begin alike, else all near.
        near = [each for each in known if each.startswith(wanted[:2])] or nearest(wanted, known)
        raise NotFoundError("row of evidence", id, near or known)
    (row,) = evidence_rows(ids=[wanted])
    (raw,) = (each for each in tables.load("evidence").iter_rows(named=True) if each["id"] == wanted)
    return {
        **row,
        "quality_means": QUALITY[row["quality"]],
        "priors": _priors(wanted, load() if tree is None else tree),
        "policies": [name for name, kind in policies().items() if wanted in kind.evidence],
        "sources": [{"id": source.id, "citation": source.citation, "address": source.url} for source in cited(raw["source"])],
    }


def uses() -> dict[str, tuple[str, ...]]:
    """Return for each row of evidence the paths of the parameters and the names of the policies that rest on it."""
    tree = load()
    known = policies()
    return {
        row: (
            *(path for path in tree.paths() if row in tree.parameter(path).evidence),
            *(name for name, kind in known.items() if row in kind.evidence),
        )
        for row in tables.load("evidence")["id"].to_list()
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    interval = None if row["interval_low"] is None else [row["interval_low"], row["interval_high"]]
    return {
        "id": row["id"],
        "lever": row["lever"],
        "outcome": row["outcome"],
        "finding": row["finding"],
        "effect": row["effect_value"],
        "unit": row["unit"],
        "interval": interval,
        "interval_kind": row["interval_kind"],
        "interval_note": row["interval_note"],
        "direction": row["direction"],
        "design": row["design"],
        "quality": row["design_quality"],
        "population": row["population"],
        "period": row["period"],
        "caution": row["caution"],
        "citation": row["citation"],
        "source": row["source"],
        "confidence": row["confidence"],
    }


def _priors(id: str, tree: ParameterTree) -> list[dict[str, Any]]:
    """Return the parameters that name a row of evidence, with their prior and the rule that made it."""
    named = [leaf for leaf in tree.leaves.values() if id in leaf.evidence]
    return [
        {
            "path": leaf.path,
            "label": leaf.label,
            "value": leaf.at(),
            "unit": leaf.unit,
            "status": leaf.status_at(),
            "prior": leaf.prior.text() if leaf.prior else None,
            "rule": leaf.note,
        }
        for leaf in named
    ]
