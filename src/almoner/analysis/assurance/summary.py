"""The back-test in one table: errors by measure, level, mode and horizon beside the four rules, coverage and scores.

In: scored forecasts. Out: rows of plain numbers, and sentences that say where the model beats the rules, where not, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from almoner.analysis import words
from almoner.analysis.assurance import scores
from almoner.analysis.assurance.losses import losses, reasons
from almoner.analysis.assurance.words import LEVELS, MEASURES, MODE_WORDS, RULES, level_of
from almoner.analysis.backtest_adult import PARTICLES, Scored, backtest, explained, next_year
from almoner.reference.vocabulary import ENGLAND

PROTOTYPE: Final = {1: 1.15, 2: 1.70, 3: 2.15}
_LEAST_PAIRS: Final = 3
_COUNTS: Final = {1: "one", 2: "two", 3: "three"}
PROTOTYPE_CUTS: Final = ("2019-20", "2020-21", "2021-22", "2022-23", "2023-24")
"""Conditional errors of the prototype in expected values on these cuts, points of the national vacancy rate (issue 7)."""


@dataclass(frozen=True, slots=True)
class AdultBacktest:
    """Everything that `almoner backtest` says of the adult workforce."""

    rows: tuple[Scored, ...]
    lines: tuple[dict[str, Any], ...]
    coverage: tuple[dict[str, Any], ...]
    prototype: tuple[dict[str, Any], ...]
    findings: tuple[str, ...]
    losses: tuple[dict[str, Any], ...]
    """Where a plain rule does better, and why: every such line of `lines`."""
    why: tuple[dict[str, Any], ...]
    """Errors with one driver known at a time."""
    reliability: tuple[dict[str, float], ...]
    """Where England's outcomes fell in the draws, conditional and blind."""
    next_year: dict[str, Any]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {
            "rows": [asdict(row) for row in self.rows],
            "summary": [dict(line) for line in self.lines],
            "coverage": [dict(row) for row in self.coverage],
            "beside_prototype": [dict(row) for row in self.prototype],
            "findings": list(self.findings),
            "losses": [dict(row) for row in self.losses],
            "explained": [dict(row) for row in self.why],
            "reliability": [dict(row) for row in self.reliability],
            "next_year": self.next_year,
        }


def adult_backtest(cut: str | None = None, draws: int = PARTICLES, seed: int = 0) -> AdultBacktest:
    """Run the adult back-test of one cut (`2021-22`) or of all, with its summary, findings and the forecast of the year to come."""
    rows = backtest(cut, draws, seed)
    lines = summary(rows)
    why = [row for row in explained(draws, seed) if cut is None or row["cut"] == cut]
    return AdultBacktest(
        rows,
        tuple(lines),
        tuple(pooled(rows)),
        tuple(against_prototype(rows)),
        (*findings(lines, why), *beside_prototype(against_prototype(rows))),
        tuple(losses(rows, lines, why)),
        tuple(why),
        tuple(scores.reliability(_places(rows))),
        next_year(draws, seed),
    )


def summary(rows: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return one row a measure, level, mode and horizon: number, mean absolute errors, bias, coverage and scores."""
    groups: dict[tuple[str, str, str, int], list[Scored]] = {}
    for row in rows:
        groups.setdefault((row.measure, level_of(row), row.mode, row.horizon), []).append(row)
    order = {name: place for place, name in enumerate((*MEASURES, *MODE_WORDS))}
    keys = sorted(groups, key=lambda key: (order[key[0]], LEVELS.index(key[1]), order[key[2]], key[3]))
    return [_line(*key, groups[key]) for key in keys]


def _line(measure: str, level: str, mode: str, horizon: int, rows: list[Scored]) -> dict[str, Any]:
    rules = {name: _mean_error(rows, name) for name in RULES}
    told = {name: error for name, error in rules.items() if error is not None}
    best = min(told, key=lambda name: told[name])
    own = float(np.mean([abs(row.error) for row in rows]))
    hits = sum(row.coverage80 for row in rows)
    low, high = scores.binomial_interval(hits, len(rows))
    spread = [row.crps_no_change_spread for row in rows]
    return {
        "measure": measure,
        "level": level,
        "mode": mode,
        "horizon": horizon,
        "n": len(rows),
        "error": own,
        "bias": float(np.mean([row.error for row in rows])),
        **{f"error_{name}": error for name, error in rules.items()},
        "best_rule": best,
        "beats_no_change": own < told["no_change"],
        "standard_error_beside_no_change": _paired_error(rows),
        "beats_best_rule": own < told[best],
        "coverage80": hits / len(rows),
        "coverage80_low95": low,
        "coverage80_high95": high,
        "crps": float(np.mean([row.crps for row in rows])),
        "crps_no_change": float(np.mean([row.crps_no_change for row in rows])),
        "crps_no_change_spread": None if None in spread else float(np.mean([value for value in spread if value is not None])),
    }


def _paired_error(rows: list[Scored]) -> float | None:
    """Return the standard error of the mean difference between the errors of the model and of no change, cut by cut."""
    differences = [abs(row.error) - abs(row.error_no_change) for row in rows]
    return None if len(rows) < _LEAST_PAIRS else float(np.std(differences, ddof=1) / np.sqrt(len(rows)))


def _mean_error(rows: list[Scored], rule: str) -> float | None:
    errors = [getattr(row, f"error_{rule}") for row in rows]
    return None if None in errors else float(np.mean([abs(error) for error in errors]))


def pooled(rows: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return coverage pooled over cuts and horizons: England by mode and measure, and all its rows of the two modes asked for."""
    england = [row for row in rows if row.level == ENGLAND]
    out = []
    for mode in MODE_WORDS:
        for measure in ("vacancy_rate", "filled_posts", "turnover_rate"):
            own = [row for row in england if row.mode == mode and row.measure == measure]
            if own:
                out += [{"mode": mode, "measure": measure, **line} for line in scores.coverages([row.place for row in own])]
    out += [{"mode": "conditional and blind", "measure": "all three", **line} for line in scores.coverages(_places(rows))]
    return out


def _places(rows: Sequence[Scored]) -> list[float]:
    return [row.place for row in rows if row.level == ENGLAND and row.mode in {"conditional", "blind"}]


def against_prototype(rows: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return the conditional errors of the national vacancy rate on the prototype's cuts beside the prototype's."""
    out = []
    for mode in ("conditional", "conditional_need"):
        for horizon, prototype in PROTOTYPE.items():
            own = [
                row
                for row in rows
                if (row.mode, row.horizon, row.measure, row.level) == (mode, horizon, "vacancy_rate", ENGLAND)
                and row.cut in PROTOTYPE_CUTS
            ]
            if own:
                out.append(
                    {
                        "mode": mode,
                        "horizon": horizon,
                        "n": len(own),
                        "error": float(np.mean([abs(row.error) for row in own])),
                        "prototype": prototype,
                        "no_change": float(np.mean([abs(row.error_no_change) for row in own])),
                        "largest": words.listed(
                            [f"{row.year} ({row.error:+.1f})" for row in sorted(own, key=lambda row: -abs(row.error))[:2]]
                        ),
                    }
                )
    return out


def findings(lines: Sequence[dict[str, Any]], why: Sequence[dict[str, Any]]) -> list[str]:
    """Return sentences on England: what beats no change, what does not and why, and where the best rule is not beaten."""
    said = [_count(lines)] if lines else []
    for measure in ("vacancy_rate", "filled_posts", "turnover_rate"):
        for mode in ("conditional", "blind"):
            own = [line for line in lines if (line["level"], line["measure"], line["mode"]) == ("England", measure, mode)]
            won = [_COUNTS[line["horizon"]] for line in own if line["beats_no_change"]]
            lost = [line for line in own if not line["beats_no_change"]]
            name = f"{MEASURES[measure].capitalize()}, {mode}"
            if won:
                years = "year" if won == ["one"] else "years"
                said.append(f"{name}: the mean error is below that of no change {words.listed(won)} {years} ahead.")
            said.extend(
                f"{name}: {_ahead(line)} no change has the lower error ({_pair(line, 'no_change')}{_doubt(line)})." for line in lost
            )
            said.extend(
                f"{name}: {_ahead(line)} the best rule ({RULES[line['best_rule']]}) has the lower error "
                f"({_pair(line, line['best_rule'])})."
                for line in own
                if not line["beats_best_rule"] and line["best_rule"] != "no_change"
            )
    return said + reasons(why)


def beside_prototype(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return a sentence on the conditional errors of the vacancy rate beside those of the prototype in expected values."""
    own = [row for row in rows if row["mode"] == "conditional"]
    if len(own) < len(PROTOTYPE):
        return []
    pairs = [f"{row['error']:.2f} against {row['prototype']:.2f} {_ahead(row)}" for row in own]
    worse = [
        f"not better {_ahead(row)}, where the largest misses are {row['largest']}"
        for row in own
        if row["error"] >= row["prototype"]
    ]
    said = [f"On the prototype's five cuts the conditional vacancy rate is missed by {words.listed(pairs)}", *worse]
    return ["; ".join(said) + "."]


def _count(lines: Sequence[dict[str, Any]]) -> str:
    """Say in how many lines about England the model beats no change, by mode."""
    counts = []
    for mode, name in (("conditional", "with the drivers as they turned out"), ("blind", "knowing nothing after the cut")):
        own = [line for line in lines if (line["level"], line["mode"]) == ("England", mode)]
        counts.append(f"{sum(line['beats_no_change'] for line in own)} of {len(own)} comparisons {name}")
    return f"Mean errors for England are below those of no change in {words.listed(counts)}."


def _doubt(line: dict[str, Any]) -> str:
    """Say how sure the difference is, one year ahead, where no two cuts forecast the same year."""
    error = line["standard_error_beside_no_change"]
    if line["horizon"] > 1 or error is None:
        return ""
    return f"; over {line['n']} cuts the difference has a standard error of {error:.2f}"


def _ahead(line: dict[str, Any]) -> str:
    return f"{_COUNTS[line['horizon']]} {'year' if line['horizon'] == 1 else 'years'} ahead"


def _pair(line: dict[str, Any], rule: str) -> str:
    return f"{line[f'error_{rule}']:.2f} against {line['error']:.2f}"
