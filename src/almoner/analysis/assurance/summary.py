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
from almoner.analysis.backtest_adult import PARTICLES, Scored, backtest, explained, next_year
from almoner.reference.vocabulary import ENGLAND

RULES: Final = {
    "no_change": "no change",
    "trend": "straight line",
    "proportional_65": "proportional to people 65+",
    "uk_vacancies": "proportional to UK vacancies",
}
MEASURES: Final = {
    "vacancy_rate": "vacancy rate",
    "filled_posts": "filled posts",
    "turnover_rate": "turnover",
    "turnover_rate_ascof": "turnover, later series",
}
MODE_WORDS: Final = {
    "conditional": "drivers and posts as they turned out",
    "conditional_need": "drivers as they turned out, posts by need",
    "blind": "nothing known after the cut",
}
LEVELS: Final = ("England", "region", "service", "council area")
PROTOTYPE: Final = {1: 1.15, 2: 1.70, 3: 2.15}
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
    next_year: dict[str, Any]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {
            "rows": [asdict(row) for row in self.rows],
            "summary": [dict(line) for line in self.lines],
            "coverage": [dict(row) for row in self.coverage],
            "beside_prototype": [dict(row) for row in self.prototype],
            "findings": list(self.findings),
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
        tuple(findings(lines, why)),
        next_year(draws, seed),
    )


def level_of(row: Scored) -> str:
    """Return the kind of place that a row is about."""
    if row.level == ENGLAND:
        return "England"
    if not row.level.startswith("E"):
        return "service"
    return "region" if row.level.startswith("E12") else "council area"


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
        "beats_best_rule": own < told[best],
        "coverage80": hits / len(rows),
        "coverage80_low95": low,
        "coverage80_high95": high,
        "crps": float(np.mean([row.crps for row in rows])),
        "crps_no_change": float(np.mean([row.crps_no_change for row in rows])),
        "crps_no_change_spread": None if None in spread else float(np.mean([value for value in spread if value is not None])),
    }


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
    asked = [row.place for row in england if row.mode in {"conditional", "blind"}]
    out += [{"mode": "conditional and blind", "measure": "all three", **line} for line in scores.coverages(asked)]
    return out


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
                    }
                )
    return out


def findings(lines: Sequence[dict[str, Any]], why: Sequence[dict[str, Any]]) -> list[str]:
    """Return sentences on England: what beats no change, what does not and why, and where the best rule is not beaten."""
    said = []
    for measure in ("vacancy_rate", "filled_posts", "turnover_rate"):
        for mode in ("conditional", "blind"):
            own = [line for line in lines if (line["level"], line["measure"], line["mode"]) == ("England", measure, mode)]
            won = [_COUNTS[line["horizon"]] for line in own if line["beats_no_change"]]
            lost = [line for line in own if not line["beats_no_change"]]
            name = f"{MEASURES[measure]}, {mode}"
            if won:
                years = "year" if won == ["one"] else "years"
                said.append(f"{name}: the mean error is below that of no change {words.listed(won)} {years} ahead.")
            said.extend(f"{name}: {_ahead(line)} no change has the lower error ({_pair(line, 'no_change')})." for line in lost)
            said.extend(
                f"{name}: {_ahead(line)} the best rule ({RULES[line['best_rule']]}) has the lower error "
                f"({_pair(line, line['best_rule'])})."
                for line in own
                if not line["beats_best_rule"] and line["best_rule"] != "no_change"
            )
    return said + reasons(why)


def _ahead(line: dict[str, Any]) -> str:
    return f"{_COUNTS[line['horizon']]} {'year' if line['horizon'] == 1 else 'years'} ahead"


def _pair(line: dict[str, Any], rule: str) -> str:
    return f"{line[f'error_{rule}']:.2f} against {line['error']:.2f}"


def reasons(why: Sequence[dict[str, Any]]) -> list[str]:
    """Return for each large miss one year ahead which driver, had it been known, would have moved the error most."""
    out = []
    names = {
        "market": "UK job vacancies",
        "wage": "the living wage",
        "mandate": "the vaccination mandate",
        "arrivals": "arrivals from abroad",
        "posts": "posts",
    }
    for row in why:
        if abs(row["blind"]) >= 1.0:
            best = min(names, key=lambda name: abs(row[name]))
            out.append(
                f"From {row['cut']} the blind vacancy rate of {row['year']} is {abs(row['blind']):.1f} points too "
                f"{'high' if row['blind'] > 0 else 'low'}; with {names[best]} known it is {abs(row[best]):.1f} points off."
            )
        if abs(row["all"]) >= 1.0:
            out.append(
                f"From {row['cut']} the vacancy rate of {row['year']} is {abs(row['all']):.1f} points too "
                f"{'high' if row['all'] > 0 else 'low'} with every driver known: {_unexplained(row['year'])}"
            )
    return out


def _unexplained(year: str) -> str:
    return {
        "2020-21": "job vacancies fell by a third in the pandemic, and fewer took up care work than the model expects.",
        "2021-22": "fewer people took up care work than vacancies, market and pay say; free movement had ended in January 2021.",
        "2024-25": (
            "when arrivals halved, people already in the country filled the posts, which the model, where arrivals take no place "
            "from residents as long as posts are vacant, does not expect."
        ),
    }.get(year, "the level of recruiting moved more than it had before.")
