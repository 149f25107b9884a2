"""Fitting boards to the published record by simulating what is published.

The publisher codes a reason for patients whose stay is long, on one day a week. So the model is run, the same filter is put on its
people, and the mean days at each stage are multiplied by what is published over what is seen, until the two agree: the level of
patients who remain, and the split of reasons over stages and pathways. One factor on the lengths of all stages meets the published
days since being ready. Pathway shares enter as they are; the stay before being ready is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.model.discharge import flow, refits
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.record import FIT_MONTHS, Boards, boards, england, reason_names
from almoner.model.discharge.responsibility import by_cell
from almoner.model.discharge.system import Fitted, lanes_of
from almoner.parameters import ParameterTree
from almoner.parameters.months import month_number
from almoner.reference import tables

WINDOW: Final = Calendar(month_number(FIT_MONTHS[0]), len(FIT_MONTHS))
CODED_FROM: Final = 14
"""Days in hospital from which reasons of 2024-25 seem to be coded: the publication does not say, but counts fit no other limit."""

LONGEST_MEAN_DAYS: Final = 45.0
"""No stage is fitted to cost an average person more: a board whose counts ask for more is short of discharges on record."""

_SHORTEST: Final = 1e-4
_STEP: Final = 2.0
"""The most that one round multiplies or divides by."""
_FULL_STEPS: Final = 4
_LATER_STEP: Final = 0.5
"""Later rounds go half the way, since what is left is mostly luck."""


@dataclass(frozen=True)
class Target:
    """What is published, in the form in which the model's people are counted."""

    remaining: NDArray[np.float64]
    """[board] patients who remain on an average day of the fit months"""
    share: NDArray[np.float64]
    """[board, pathway, stage] of the coded patients, adding to one"""
    days_a_patient: float
    """days since being ready of an average coded patient, England"""


def target(published: Boards, pathway_0: float) -> Target:
    """Return the target of some boards."""
    flow_of = published.mean_ready[:, None] * published.pathway_share
    cells = by_cell(published.reasons, reason_names(), flow_of, pathway_0)
    extra = tables.load("discharge_by_icb").row(by_predicate=_england_2024_25(), named=True)["extra_days_14_plus"]
    return Target(
        remaining=published.remaining.mean(axis=1),
        share=cells / cells.sum(axis=(1, 2), keepdims=True),
        days_a_patient=float(extra) / float(england().reasons.sum()),
    )


def season() -> NDArray[np.float64]:
    """Return people who become ready in each month of the year over their mean, from England's fit months.

    April and May stand before the change of definition; they are put on the line between March and June.
    """
    ready = england().ready[0]
    by_month = np.full(12, np.nan)
    for month, value in zip(FIT_MONTHS, ready, strict=True):
        by_month[int(month[5:]) - 1] = value
    march, june = by_month[2], by_month[5]
    by_month[3], by_month[4] = march + (june - march) / 3, march + 2 * (june - march) / 3
    return np.asarray(by_month / np.nanmean(ready))


def start(tree: ParameterTree, published: Boards, numbers: NDArray[np.int64]) -> Fitted:
    """Return the boards before any simulation: days in proportion to the coded patients."""
    wanted = target(published, tree.at("discharge.any_reason_pathway_0_share"))
    flow_of = published.mean_ready[:, None] * published.pathway_share
    days = wanted.share * wanted.remaining[:, None, None] / np.maximum(flow_of, 1e-9)[:, :, None]
    days = np.clip(days, _SHORTEST, LONGEST_MEAN_DAYS)
    return Fitted(
        codes=published.codes,
        numbers=numbers,
        flow=flow_of,
        season=season(),
        held_days=days[:, :, :-1],
        wait_days=days[:, 1:, -1],
        length_factor=1.0,
        opening=np.ones(days.shape),
    )


def fit(
    tree: ParameterTree,
    published: Boards | None = None,
    begin: Fitted | None = None,
    *,
    rounds: int = 8,
    replicates: int = 4,
    seed: int = 0,
    first_replicate: int = 0,
    threads: int | None = None,
    coded_from: int = CODED_FROM,
) -> Fitted:
    """Fit boards (all 42 unless given), from `begin` if there is one; reasons are counted from stays of `coded_from` days.

    The factor on lengths is England's: it moves only when all boards are fitted together.
    """
    published = published or boards()
    wanted = target(published, tree.at("discharge.any_reason_pathway_0_share"))
    fitted = begin or start(tree, published, np.arange(len(published.codes)))
    for n in range(rounds):
        seen = simulated(tree, fitted, replicates, seed, first_replicate, threads, coded_from)
        corrected = _corrected(fitted, wanted, seen, 1.0 if n < _FULL_STEPS else _LATER_STEP)
        together = len(published.codes) == len(boards().codes)
        fitted = corrected if together else replace(corrected, length_factor=fitted.length_factor)
    return fitted


def refit(
    tree: ParameterTree, fitted: Fitted, central_tree: ParameterTree, *, replicate: int, seed: int = 0, rounds: int = 2
) -> Fitted:
    """Move the central fit to a draw of the parameters: a shipped refit of just this, else one that is made now."""
    kept = refits.kept(refits.key_of(tree, fitted, central_tree, replicate, seed, rounds), fitted)
    return kept or refit_anew(tree, fitted, central_tree, replicate=replicate, seed=seed, rounds=rounds)


def refit_anew(
    tree: ParameterTree, fitted: Fitted, central_tree: ParameterTree, *, replicate: int, seed: int = 0, rounds: int = 2
) -> Fitted:
    """Move the central fit to a draw of the parameters: each stage of a pathway by one factor for all boards together.

    Boards keep what sets them apart; England's level, its split of reasons and its days since being ready are met again, on one
    thread and within the luck of one replicate.
    """
    published = boards()
    wanted = target(published, tree.at("discharge.any_reason_pathway_0_share"))
    before = target(published, central_tree.at("discharge.any_reason_pathway_0_share"))
    moved = np.divide(wanted.share, before.share, out=np.ones_like(wanted.share), where=before.share > 0)
    fitted = replace(fitted, held_days=fitted.held_days * moved[:, :, :-1], wait_days=fitted.wait_days * moved[:, 1:, -1])
    weights = wanted.share * wanted.remaining[:, None, None]
    nation = replace(wanted, remaining=wanted.remaining.sum(keepdims=True), share=_normal(weights.sum(axis=0, keepdims=True)))
    for _ in range(rounds):
        seen = simulated(tree, fitted, 1, seed, replicate, threads=1)
        together = Seen(
            seen.remaining.sum(axis=0, keepdims=True), seen.coded.sum(axis=0, keepdims=True), seen.coded_days.sum(keepdims=True)
        )
        fitted = _corrected(fitted, nation, together, 1.0)
    return fitted


def _normal(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cells / cells.sum(axis=(1, 2), keepdims=True))


@dataclass(frozen=True)
class Seen:
    """What the model shows through the publisher's filter, means over replicates."""

    remaining: NDArray[np.float64]
    """[board, month]"""
    coded: NDArray[np.float64]
    """[board, pathway, stage]"""
    coded_days: NDArray[np.float64]
    """[board]"""


def simulated(
    tree: ParameterTree,
    fitted: Fitted,
    replicates: int,
    seed: int = 0,
    first_replicate: int = 0,
    threads: int | None = None,
    coded_from: int = CODED_FROM,
) -> Seen:
    """Run the fit months and look at them as the publisher does."""
    lanes = lanes_of(tree, fitted, WINDOW)
    runs = [flow.run(lanes, WINDOW, seed, first_replicate + r, coded_from=coded_from, threads=threads) for r in range(replicates)]
    return Seen(
        remaining=np.mean([each.held.sum(axis=(1, 2)) for each in runs], axis=0),
        coded=np.mean([each.coded for each in runs], axis=0),
        coded_days=np.mean([each.coded_days for each in runs], axis=0),
    )


def _corrected(fitted: Fitted, wanted: Target, seen: Seen, power: float) -> Fitted:
    coded = np.maximum(seen.coded, 1e-9)
    shares = coded / coded.sum(axis=(1, 2), keepdims=True)
    level = wanted.remaining / np.maximum(seen.remaining.mean(axis=1), 1e-9)
    factor = np.clip(wanted.share / shares, 1 / _STEP, _STEP) * np.clip(level, 1 / _STEP, _STEP)[:, None, None]
    factor **= power
    held = np.clip(fitted.held_days * factor[:, :, :-1], _SHORTEST, LONGEST_MEAN_DAYS)
    wait = np.clip(fitted.wait_days * factor[:, 1:, -1], _SHORTEST, LONGEST_MEAN_DAYS)
    longer = wanted.days_a_patient / (seen.coded_days.sum() / coded.sum())
    length = fitted.length_factor * float(np.clip(longer, 0.7, 1.4)) ** power
    return replace(fitted, held_days=held, wait_days=wait, length_factor=length)


def _england_2024_25() -> pl.Expr:
    return (pl.col("icb_code") == "E92000001") & (pl.col("period") == "2024-25")
