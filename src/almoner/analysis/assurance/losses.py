"""Where a plain rule does better than the model, and why: one row for every such cell of the back-test's table.

In: scored forecasts, their summary, and the errors with one driver known at a time. Out: rows and sentences. The forecast that
costs most against the rule is named; the cause is worked out from runs (blind: which driver, had it been known, would have helped
most) or, with every driver known, is the year of the record that the model explains least.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from almoner.analysis.assurance.words import DRIVER_WORDS, level_of
from almoner.analysis.backtest_adult import Scored

Rows = Sequence[dict[str, Any]]

_UNEXPLAINED: Final = {
    "2020-21": "job vacancies fell by more than a third in the pandemic, and fewer took up care work than the model expects",
    "2021-22": "fewer people took up care work than vacancies, market and pay say; free movement had ended in January 2021",
    "2024-25": (
        "when arrivals halved, people already in the country filled the posts, which the model, where arrivals take no place "
        "from residents as long as posts are vacant, does not expect"
    ),
}
_OTHERWISE: Final = "the level of recruiting moved more than it had before"


def losses(rows: Sequence[Scored], lines: Rows, why: Rows) -> list[dict[str, Any]]:
    """Return one row for every line of the summary in which a rule has the lower mean error, with the reason."""
    out = []
    for line in lines:
        if line["beats_best_rule"]:
            continue
        rule = line["best_rule"]
        own = [row for row in rows if _cell(row) == (line["measure"], line["level"], line["mode"], line["horizon"])]
        worst = max(own, key=lambda row: abs(row.error) - abs(getattr(row, f"error_{rule}")))
        out.append(
            {
                **{key: line[key] for key in ("measure", "level", "mode", "horizon", "n", "error", "error_no_change")},
                "beats_no_change": line["beats_no_change"],
                "best_rule": rule,
                "error_best_rule": line[f"error_{rule}"],
                "worst_cut": worst.cut,
                "worst_year": worst.year,
                "worst_level": worst.level,
                "worst_error": worst.error,
                "worst_error_rule": getattr(worst, f"error_{rule}"),
                "reason": _reason(line, worst, why),
            }
        )
    return out


def reasons(why: Rows) -> list[str]:
    """Return for each large miss one year ahead which driver, had it been known, would have moved the error most."""
    out = []
    for row in why:
        if row["measure"] != "vacancy_rate" or row["horizon"] != 1:
            continue
        if abs(row["blind"]) >= 1.0:
            best = min(DRIVER_WORDS, key=lambda name: abs(row[name]))
            out.append(
                f"From {row['cut']} the blind vacancy rate of {row['year']} is {abs(row['blind']):.1f} points too "
                f"{'high' if row['blind'] > 0 else 'low'}; with {DRIVER_WORDS[best]} known it is {abs(row[best]):.1f} points off."
            )
        if abs(row["all"]) >= 1.0:
            out.append(
                f"From {row['cut']} the vacancy rate of {row['year']} is {abs(row['all']):.1f} points too "
                f"{'high' if row['all'] > 0 else 'low'} with every driver known: {_UNEXPLAINED.get(row['year'], _OTHERWISE)}."
            )
    return out


def _cell(row: Scored) -> tuple[str, str, str, int]:
    return row.measure, level_of(row), row.mode, row.horizon


def _reason(line: dict[str, Any], worst: Scored, why: Rows) -> str:
    if line["mode"] == "blind":
        measure = line["measure"] if line["measure"] in {"vacancy_rate", "filled_posts"} else "vacancy_rate"
        alike = [row for row in why if (row["measure"], row["horizon"]) == (measure, line["horizon"])]
        if line["level"] != "England":
            alike = [row for row in alike if row["cut"] == worst.cut]
        return _unknown(alike, of_england=line["level"] != "England")
    between = [
        row for row in why if row["measure"] == "vacancy_rate" and row["horizon"] == 1 and worst.cut < row["year"] <= worst.year
    ]
    if not between:
        return f"{_OTHERWISE}."
    least = max(between, key=lambda row: abs(row["all"]))
    return f"In {least['year']} {_UNEXPLAINED.get(least['year'], _OTHERWISE)}."


def _unknown(alike: Rows, of_england: bool) -> str:
    """Say which driver that nobody knew at the cuts would have lowered the mean error most."""
    if not alike:
        return "Drivers of those years were not known at the cut."
    mean = {name: float(np.mean([abs(row[name]) for row in alike])) for name in ("blind", *DRIVER_WORDS)}
    best = min(DRIVER_WORDS, key=lambda name: mean[name])
    whose = "England's error" if of_england else "the mean error"
    unit = "%" if alike[0]["measure"] == "filled_posts" else " points"
    if mean[best] >= mean["blind"]:
        return f"No single driver, had it been known at the cut, would have lowered {whose} of {mean['blind']:.1f}{unit}."
    return (
        f"What moved was not known at the cut: with {DRIVER_WORDS[best]} alone known {whose} is {mean[best]:.1f}{unit} "
        f"in place of {mean['blind']:.1f}."
    )
