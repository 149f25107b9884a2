"""Whose delays are these: published reasons by body, and by the stage and pathway of the flow model where they hold people.

A reason that names two bodies stays shared. The range of a body is what it would have with none and with all of the shared reasons
that could be its own: bounds that follow from the table, not a statement of chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from almoner.reference import tables
from almoner.reference.discharge_words import BODIES, CAPACITIES, CONSTRAINTS, STAGES

_N_PATHWAYS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """A published reason: whose it is, which constraint it belongs to, and why we say so."""

    name: str
    category: str
    body: str
    may_be: tuple[str, ...]
    constraint: str
    pathways: tuple[int, ...]
    rationale: str


@dataclass(frozen=True, slots=True)
class BodyShare:
    """A body's share of the recorded delays, 0 to 1, between `low` and `high` by how the shared reasons fall."""

    body: str
    share: float
    low: float
    high: float


@lru_cache(maxsize=1)
def reasons() -> dict[str, Reason]:
    """Return the 37 reasons by name, in the order of their names."""
    rows = tables.load("discharge_responsibility").sort("reason").iter_rows(named=True)
    return {
        row["reason"]: Reason(
            row["reason"],
            row["category"],
            row["body"],
            tuple((row["may_be"] or "").split(";")) if row["may_be"] else (),
            row["constraint"],
            tuple(int(pathway) for pathway in row["pathways"].split(";")),
            row["rationale"],
        )
        for row in rows
    }


@lru_cache(maxsize=1)
def constraint_split() -> NDArray[np.float64]:
    """Return the share of each constraint's days that each body has, [constraint, body], rows adding to one."""
    shares = np.zeros((len(CONSTRAINTS), len(BODIES)))
    for row in tables.load("discharge_constraints").iter_rows(named=True):
        shares[list(CONSTRAINTS).index(row["constraint"]), list(BODIES).index(row["body"])] = row["share"]
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def by_body(counts: Mapping[str, float]) -> tuple[BodyShare, ...]:
    """Return each body's share of the patients counted by reason; shares add to one."""
    whole = sum(counts.values())
    return tuple(
        BodyShare(
            body,
            share=_sum(counts, lambda reason, body=body: reason.body == body) / whole,
            low=0.0 if body == "shared_interface" else _sum(counts, lambda reason, body=body: reason.body == body) / whole,
            high=_sum(counts, lambda reason, body=body: reason.body == body or body in reason.may_be) / whole,
        )
        for body in BODIES
    )


def by_cell(
    counts: NDArray[np.float64], names: tuple[str, ...], pathway_flow: NDArray[np.float64], pathway_0: float
) -> NDArray[np.float64]:
    """Return patients by board, pathway and stage, [board, pathway, stage], from counts [board, reason of `names`].

    A reason whose pathways are several is split between them: `pathway_0` of it to pathway 0 where that is one of them, the rest
    by the people who leave on each pathway (`pathway_flow`, [board, pathway]). Capacity belongs to the pathway of its constraint.
    """
    known = reasons()
    cells = np.zeros((counts.shape[0], _N_PATHWAYS, len(STAGES)))
    for k, name in enumerate(names):
        reason = known[name]
        if reason.constraint in CAPACITIES:
            cells[:, 1 + CAPACITIES.index(reason.constraint), len(STAGES) - 1] += counts[:, k]
            continue
        stage = STAGES.index(reason.constraint)
        supported = [g for g in reason.pathways if g > 0]
        nobody = pathway_0 if 0 in reason.pathways and supported else float(0 in reason.pathways)
        cells[:, 0, stage] += nobody * counts[:, k]
        if supported:
            flow = pathway_flow[:, supported]
            parts = flow / np.maximum(flow.sum(axis=1, keepdims=True), 1e-12)
            cells[:, supported, stage] += (1.0 - nobody) * counts[:, k, None] * parts
    return cells


def _sum(counts: Mapping[str, float], wanted) -> float:  # type: ignore[no-untyped-def]
    known = reasons()
    return sum(number for name, number in counts.items() if wanted(known[name]))
