"""Sharing a national sum out between areas or regions: the linear programme over their response curves, solved by HiGHS.

In: concave piecewise-linear curves, a budget, the people of each unit, a floor and a fairness limit. Out: what each unit gets, what
that brings, and how far the answer can be from the best (the gap between the programme's value and that of its dual). Pieces of a
concave curve have falling slopes, so the programme fills them in order without being told to (Dantzig 1963).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.curves import Curve
from almoner.errors import AlmonerError, OutOfRangeError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Allotment:
    """What one unit gets, in the money of the curves, and what holds it there: its floor, its limit or its curve's end."""

    unit: str
    people: float
    spend: float
    gain: float
    level: float
    held_by: str | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """How a sum is shared out. `equal_gain` is what the same money for each person would bring.

    `gap` is the relative distance to the dual bound, `worth` what another unit of money would bring, `seconds` the solver's time.
    """

    allotments: tuple[Allotment, ...]
    spent: float
    gain: float
    equal_gain: float
    worth: float
    gap: float
    seconds: float


def allocate(curves: Sequence[Curve], people: Array, budget: float, floor: float = 0.0, fair: float | None = None) -> Allocation:
    """Share a budget out so that the gain is largest.

    Each unit gets at least `floor` times what the same money for each person would give it, and at most `fair` times; never more
    than its curve's end, beyond which nothing is known to be gained.

    Raises:
        OutOfRangeError: the floor is not between 0 and 1, or fairness is below 1.
        AlmonerError: no curve gains anything, or the solver finds no answer.
    """
    if not 0.0 <= floor <= 1.0:
        raise OutOfRangeError(f"The floor {floor:g} is not a share: give a number from 0 to 1.")
    if fair is not None and fair < 1.0:
        raise OutOfRangeError(
            f"A fairness of {fair:g} would leave money over: give 1 or more times the same money for each person."
        )
    if not any(curve.widths.size for curve in curves):
        raise AlmonerError("Money brings nothing in any of the areas by these curves: choose another outcome or other policies.")
    equal = budget * people / people.sum()
    ends = np.array([curve.cost[-1] for curve in curves])
    least = np.minimum(floor * equal, ends)
    most = ends if fair is None else np.minimum(fair * equal, ends)
    begun = time.perf_counter()
    spend, worth, bound = _solve(curves, budget, least, most)
    seconds = time.perf_counter() - begun
    start = sum(float(curve.gain[0]) for curve in curves)
    gain = sum(curve.gain_at(amount) for curve, amount in zip(curves, spend, strict=True))
    rows = tuple(
        Allotment(
            unit=curve.unit,
            people=float(people[k]),
            spend=float(spend[k]),
            gain=curve.gain_at(spend[k]),
            level=curve.level_at(spend[k]),
            held_by=_held(spend[k], least[k], most[k], ends[k], budget),
        )
        for k, curve in enumerate(curves)
    )
    return Allocation(
        allotments=rows,
        spent=float(spend.sum()),
        gain=gain,
        equal_gain=sum(curve.gain_at(amount) for curve, amount in zip(curves, equal, strict=True)),
        worth=worth,
        gap=abs(bound + start - gain) / max(abs(gain), 1e-12),
        seconds=seconds,
    )


def _held(spend: float, least: float, most: float, end: float, budget: float) -> str | None:
    near = 1e-6 * budget
    if least > 0 and spend <= least + near:
        return "floor"
    if spend >= end - near:
        return "end of its curve"
    return "fairness limit" if spend >= most - near else None


def _solve(curves: Sequence[Curve], budget: float, least: Array, most: Array) -> tuple[Array, float, float]:
    """Return the spending of each unit, what another unit of money is worth, and the value of the dual."""
    try:
        import highspy
    except ImportError:
        raise AlmonerError("To share money out, highspy is needed: install Almoner with its extra 'optimise'.") from None
    owner = np.repeat(np.arange(len(curves)), [curve.widths.size for curve in curves])
    widths = np.concatenate([curve.widths for curve in curves])
    slopes = np.concatenate([curve.slopes for curve in curves])
    units, columns = len(curves), owner.size
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = columns, units + 1
    programme.sense_ = highspy.ObjSense.kMinimize
    programme.col_cost_ = -slopes
    programme.col_lower_, programme.col_upper_ = np.zeros(columns), widths
    programme.row_lower_ = np.append(least, -highspy.kHighsInf)
    programme.row_upper_ = np.append(most, budget)
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = np.arange(0, 2 * columns + 1, 2)
    programme.a_matrix_.index_ = np.stack([owner, np.full(columns, units)], axis=1).ravel()
    programme.a_matrix_.value_ = np.ones(2 * columns)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.passModel(programme)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise AlmonerError("The programme has no answer: ask for a lower floor, or let areas differ more.")
    found = solver.getSolution()
    spend = np.bincount(owner, weights=np.array(found.col_value), minlength=units).astype(np.float64)
    row_dual, col_dual = np.array(found.row_dual), np.array(found.col_dual)
    row_end = np.where(row_dual > 0, np.append(least, 0.0), np.append(most, budget))
    bound = -(row_dual @ row_end + np.where(col_dual > 0, 0.0, col_dual) @ widths)
    return spend, float(-row_dual[-1]), float(bound)
