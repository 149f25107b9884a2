"""What the terminal shows of calibration, back-tests and reproduction: tables of at most 80 columns and the findings in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from almoner.analysis.assurance.self_test import SelfTest
from almoner.analysis.assurance.summary import AdultBacktest
from almoner.analysis.assurance.words import MEASURES, MODE_WORDS, RULES
from almoner.analysis.calibration import Calibration
from almoner.report.terminal import TableColumn, print_rows

SERIES_WORDS: Final = {"vacancy_rate": "vacancy rate", "turnover": "turnover", "posts": "posts beyond need"}


def print_calibration(found: Calibration, tested: SelfTest | None, files: Sequence[Path], console: Console) -> None:
    """Print prior against posterior, which series moved what, the predictive check and the structural variants."""
    parameters = [
        {
            "parameter": row["parameter"],
            "prior": _range(row, "prior"),
            "posterior": _range(row, "posterior"),
            "left": f"{100 * row['spread_left']:.0f}%",
        }
        for row in found.parameters
    ]
    columns = [
        TableColumn("parameter", "parameter"),
        TableColumn("prior", "prior: median (80%)"),
        TableColumn("posterior", "posterior: median (80%)"),
        TableColumn("left", "spread left"),
    ]
    print_rows(parameters, columns, "Prior and posterior, record of 2016-17 to 2024-25", console)
    console.print()
    moved = [
        {"parameter": row["parameter"], **{SERIES_WORDS[name]: f"{row[name]:+.2f}" for name in SERIES_WORDS}}
        for row in found.moved_by
    ]
    print_rows(moved, list(moved[0]), "What moved it: shift of the median by each series alone, in prior deviations", console)
    console.print()
    checks = [
        {
            "year": row["year"],
            "series": SERIES_WORDS[row["series"]],
            "published": f"{row['published']:.1f}",
            "predicted": f"{row['predicted']:.1f} +/- {row['spread']:.1f}",
            "place": f"{row['place']:.2f}",
        }
        for row in found.predictive
    ]
    print_rows(checks, list(checks[0]), "The record in the predictions one year ahead, per cent", console)
    if found.variants:
        console.print()
        variants = [
            {
                "structure": row["variant"],
                "log evidence beside shipped": f"{row['log_evidence_beside_shipped']:+.1f}",
                f"vacancy rate {row['year']}": f"{row['vacancy_rate']:.1f}%",
            }
            for row in found.variants
        ]
        print_rows(variants, list(variants[0]), "Structural variants", console)
    if tested is not None:
        console.print()
        rows = [
            {
                "parameter": row["parameter"],
                "mean place": f"{row['mean_place']:.2f}",
                "within 80%": f"{100 * row['within_80']:.0f}%",
                "p": f"{row['p_value']:.3f}",
            }
            for row in tested.rows()
        ]
        print_rows(rows, list(rows[0]), f"{tested.histories} histories made by the engine: place of the true value", console)
        console.print(f"Places uniform at {100 * 0.01:.0f}%, all parameters together: {'yes' if tested.uniform else 'no'}.")
    console.print()
    console.print(
        f"{found.draws:,} draws from the priors are worth {found.effective_sample_size:.0f} equally weighted ones; "
        f"{found.seconds:.0f} seconds.",
        highlight=False,
    )
    for file in files:
        console.print(f"Written: {file}", soft_wrap=True)


def print_adult_backtest(found: AdultBacktest, console: Console) -> None:
    """Print all cuts in one table a level, coverage with its chance, the findings, and the forecast of the year to come."""
    lines, coverage, prototype, next_year = found.lines, found.coverage, found.prototype, found.next_year
    for level in dict.fromkeys(line["level"] for line in lines):
        shown = [
            {
                "measure": MEASURES[line["measure"]],
                "mode": line["mode"].replace("_", " "),
                "years": line["horizon"],
                "n": line["n"],
                "error": f"{line['error']:.2f}",
                "no change": f"{line['error_no_change']:.2f}",
                "line": _number(line["error_trend"]),
                "65+": _number(line["error_proportional_65"]),
                "UK vac.": _number(line["error_uk_vacancies"]),
                "in 80%": f"{100 * line['coverage80']:.0f}%",
            }
            for line in lines
            if line["level"] == level
        ]
        print_rows(shown, list(shown[0]), f"{level}: mean absolute error, points (filled posts: % of the cut)", console)
        console.print()
    rows = [
        {
            "what": f"{row['measure'].replace('_', ' ')}, {row['mode'].replace('_', ' ')}",
            "inside": f"{100 * row['covered']:.0f}%",
            "n": row["n"],
            "by chance": f"{100 * row['low95']:.0f} to {100 * row['high95']:.0f}%",
        }
        for row in coverage
        if row["level"] == 0.8
    ]
    print_rows(rows, list(rows[0]), "England: outcomes inside the 80% interval, pooled over cuts", console)
    console.print()
    if prototype:
        rows = [
            {
                "mode": row["mode"].replace("_", " "),
                "years": row["horizon"],
                "n": row["n"],
                "error": f"{row['error']:.2f}",
                "prototype": f"{row['prototype']:.2f}",
                "no change": f"{row['no_change']:.2f}",
            }
            for row in prototype
        ]
        print_rows(rows, list(rows[0]), "National vacancy rate on the prototype's five cuts, points", console)
        console.print()
    for sentence in found.findings:
        console.print(f"- {sentence}", highlight=False)
    console.print()
    if found.losses:
        console.print(f"Where a plain rule has the lower mean error ({len(found.losses)} of {len(lines)} lines above), and why:")
    for row in found.losses:
        where = f"{MEASURES[row['measure']]}, {row['level']}, {row['mode'].replace('_', ' ')}, {row['horizon']} ahead"
        errors = f"{row['error']:.2f} against {row['error_best_rule']:.2f} ({RULES[row['best_rule']]})"
        worst = f"{row['worst_cut']} for {row['worst_year']}, {row['worst_error']:+.1f} against {row['worst_error_rule']:+.1f}"
        console.print(f"- {where}, n {row['n']}: {errors}; costs most: {worst}. {row['reason']}", highlight=False)
    console.print()
    rate, posts, turnover = (next_year[name] for name in ("vacancy_rate", "filled_posts_growth", "turnover_rate_base"))
    console.print(
        f"Forecast of {next_year['year']}, to be checked when it is published: vacancy rate {_band(rate)}%, "
        f"filled posts {_band(posts)}% more than in March 2025, turnover (council and independent) {_band(turnover)}% "
        "(80% intervals).",
        highlight=False,
    )
    console.print(
        "Modes: " + "; ".join(f"{mode.replace('_', ' ')}, {said}" for mode, said in MODE_WORDS.items()) + ".", highlight=False
    )


def print_differences(rows: Sequence[Mapping[str, Any]], figures: int, plan: str, console: Console) -> None:
    """Print the figures that differ when a plan is made again, or that none does."""
    if not rows:
        console.print(f"{plan}: all {figures:,} figures are made again without a difference.", highlight=False)
        return
    shown = [{key: row[key] for key in ("file", "figure", "written", "made again")} for row in rows]
    print_rows(shown, list(shown[0]), f"{plan}: {len(rows):,} of {figures:,} figures differ", console)


def _range(row: Mapping[str, Any], which: str) -> str:
    return f"{row[f'{which}_median']:.3g} ({row[f'{which}_low80']:.3g} to {row[f'{which}_high80']:.3g})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _band(quantiles: Mapping[str, float]) -> str:
    return f"{quantiles['median']:.1f} ({quantiles['low80']:.1f} to {quantiles['high80']:.1f})"
