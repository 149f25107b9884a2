"""What the terminal shows of choices: the best mix with its rivals and front, a sum shared out, and the unknowns that matter.

In: an `Optimum`, a `Sharing` or a `Sensitivity` and a console. Out: tables that fit 80 columns, and the mix as a scenario file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from almoner.analysis import words
from almoner.analysis.optimise import Optimum, Sized
from almoner.analysis.sensitivity import Sensitivity
from almoner.analysis.sharing import Sharing
from almoner.analysis.value import Ratio
from almoner.report.files import write_text
from almoner.report.terminal import TableColumn, print_rows
from almoner.report.terminal_explain import bare, error_of, name_of, range_of, said

_UNITS_SHOWN = 40
_UNKNOWNS_SHOWN = 12


def print_optimum(found: Optimum, console: Console) -> None:
    """Print the mix, what it does as verified, what else the money could do, the front and the value of another pound."""
    unit, level = found.unit, found.level
    price = found.price_basis
    console.print(
        f"{found.place_name}, {found.year}: the best mix for {money(found.budget_gbp_m, level)} a year ({price}) to better "
        f"{words.lower_first(found.label)} (modelled; {words.number(found.reference, unit, level)} if nothing changes)",
        highlight=False,
    )
    console.print()
    rows = [
        {
            "policy": name_of(one.policy),
            "size": f"{one.size:,.6g}",
            "of": one.unit,
            "effect": "assumed" if one.assumed else "estimated",
        }
        for one in found.mix
    ]
    print_rows(rows, ["policy", "size", TableColumn("of", "what it counts"), "effect"], "The mix", console)
    console.print()
    spoken = words.unit_words("percentage_points" if unit == "percent" else unit)
    checked = found.verified
    lines = [("this mix", checked.outcome, checked.cost_gbp_m, "")]
    lines += [(name_of(rival.name), rival.outcome, rival.cost_gbp_m, f"{rival.beaten_in:.0%}") for rival in checked.rivals]
    shown = [
        {
            "money": name,
            "effect": bare(words.signed(outcome.effect, unit, level)),
            "range": bare(range_of(outcome, unit, level)),
            "error": error_of(outcome, unit, level),
            "cost": money(cost.effect, level),
            "beaten": beaten,
        }
        for name, outcome, cost, beaten in lines
    ]
    heads = (("money", "the money on"), ("effect", "effect"), ("range", "range"), ("error", "+/-"), ("cost", "net cost"))
    columns = [*(TableColumn(key, label) for key, label in heads), TableColumn("beaten", "mix is better in")]
    print_rows(
        shown, columns, f"Verified, {spoken}: the mix beside the same money on its runner-up and on each policy alone", console
    )
    console.print()
    front = [
        {
            "cost": money(point.cost_gbp_m.effect, level),
            "effect": bare(words.signed(point.outcome.effect, unit, level)),
            "range": bare(range_of(point.outcome, unit, level)),
            "mix": ", ".join(f"{name_of(one.policy)} {one.size:,.4g}" for one in point.mix) or "nothing",
        }
        for point in found.front
    ]
    print_rows(front, ["cost", "effect", "range", "mix"], f"What other sums would do, {spoken}", console)
    console.print()
    for sentence in optimum_sentences(found):
        console.print(sentence, highlight=False)


def optimum_sentences(found: Optimum) -> list[str]:
    """Say what the tables do not: the budget, the value of another pound, what was left out, and how the answer was found."""
    unit, level, checked = found.unit, found.level, found.verified
    kept = "is kept" if checked.budget_kept else "is not kept"
    lines = [
        f"The mix's effect: {said(checked.outcome, unit, level)}. The budget {kept} on average and in "
        f"{checked.share_of_draws_within_budget:.0%} of draws."
    ]
    marginal = found.marginal_value
    if marginal.better_per_gbp_m is not None:
        lines.append(f"Another £1 million a year would better it by {_per_million(marginal.better_per_gbp_m, unit)}.")
    else:
        lines.append(f"What another £1 million would do cannot be said: {marginal.why_not}.")
    reasons: dict[str, list[str]] = {}
    for policy, reason in found.left_out.items():
        reasons.setdefault(reason, []).append(name_of(policy))
    lines += [f"Left out because {reason}: {words.listed(names)}." for reason, names in reasons.items()]
    search = found.search
    where = "the place" if search.areas == checked.areas else f"{search.areas} of its {checked.areas} areas"
    lines.append(
        f"Found by {search.mixes} mixes on {where} at {search.points} points; verified on {checked.draws} draws with luck of their "
        f"own ({search.runs:,} runs). Range: {found.band_kind}; +/-: Monte Carlo error. Cost is of staff, cover and programmes "
        "beside doing nothing."
    )
    return lines


def print_sharing(found: Sharing, console: Console) -> None:
    """Print what each unit gets, what holds it there, and how the sharing compares with an equal sum for each adult."""
    unit = found.unit
    title = (
        f"{found.place_name}, {found.year}: {money(found.budget_gbp_m, found.level)} a year shared out by {found.by} to better "
        f"{words.lower_first(found.label)} (modelled)"
    )
    most = sorted(found.shares, key=lambda share: -share.gbp_per_adult)[:_UNITS_SHOWN]
    rows = [
        {
            "name": share.name,
            "spend": money(share.spend_gbp_m, "area"),
            "adult": f"£{share.gbp_per_adult:,.2f}",
            "times": f"{share.times_equal:.2f}",
            "better": words.number(share.better, unit, "area"),
            "held": share.held_by or "",
        }
        for share in most
    ]
    heads = (("name", found.by), ("spend", "gets"), ("adult", "an adult"), ("times", "times equal"), ("better", "betters by"))
    print_rows(rows, [*(TableColumn(key, label) for key, label in heads), TableColumn("held", "held by")], title, console)
    if len(most) < len(found.shares):
        console.print(f"The {len(most)} with the most an adult of {len(found.shares)}; --json has all.")
    console.print()
    for sentence in sharing_sentences(found):
        console.print(sentence, highlight=False)


def sharing_sentences(found: Sharing) -> list[str]:
    """Say what the sharing brings beside an equal one, by the curves and as verified, and how good the programme's answer is."""
    unit, level = found.unit, found.level
    lines = [
        f"By the curves it betters the outcome by {words.number(found.better_by_curves, unit, level)} for "
        f"{money(found.spent_gbp_m, level)}; an equal sum for each adult by {words.number(found.equal_by_curves, unit, level)}. "
        f"Another £1 million would better it by {_figure(found.better_per_gbp_m)}."
    ]
    checked = found.verified
    if checked is not None:
        lines.append(
            f"Run {found.by} by {found.by} with luck of its own: better by {said(checked.better, unit, level)} "
            f"for {money(checked.cost_gbp_m.effect, level)}; equal sums: {said(checked.equal_better, unit, level)} for "
            f"{money(checked.equal_cost_gbp_m.effect, level)} ({found.band_kind})."
        )
    lines.append(
        f"Each {found.by}'s own difference to the whole was kept by {found.own_difference_kept:.0%} on average; the rest is "
        f"chance. Solved by HiGHS in {found.seconds:.2f} s; gap to the dual bound {found.gap:.1e}. "
        "Employers nearby are taken to do likewise."
    )
    return lines


def print_sensitivity(found: Sensitivity, console: Console) -> None:
    """Print the unknowns by total index with their swing, and what was screened out."""
    unit, level = found.unit, found.level
    rows = [
        {
            "unknown": one.label,
            "total": _share(one.index.total, one.index.total_confidence),
            "first": _share(one.index.first, one.index.first_confidence),
            "swing": f"{words.number(one.swing.at_low, unit, level)} to {words.number(one.swing.at_high, unit, level)}",
            "values": f"{_figure(one.swing.low_value)} to {_figure(one.swing.high_value)}",
        }
        for one in found.unknowns[:_UNKNOWNS_SHOWN]
    ]
    heads = (("unknown", "unknown"), ("total", "total"), ("first", "alone"), ("swing", "measure"), ("values", "for values"))
    what = f"what moves the {words.lower_first(found.label)} under '{found.scenario_name}'"
    title = f"{found.place_name}, {found.year}: {what} (modelled)"
    print_rows(rows, [TableColumn(key, label) for key, label in heads], title, console)
    console.print()
    console.print(" ".join(sensitivity_sentences(found)) + f" {found.runs:,} runs in {found.seconds:.0f} s.", highlight=False)


def sensitivity_sentences(found: Sensitivity) -> list[str]:
    """Say what the table of unknowns holds, how much is chance, and what was left out."""
    middle = words.number(found.middle, found.unit, found.level)
    return [
        "Total and alone: Sobol indices in per cent of the variance, with 95% confidence.",
        f"Measure: with the unknown at the 10th and the 90th percentile of its prior ({middle} in the middle).",
        f"Chance alone is {found.chance_share:.1%} of that variance.",
        f"Of {found.screened} unknowns screened, {len(found.screened_out)} were left at their medians; they had "
        f"{sum(found.screened_out.values()):.1%} of all influence (squares of Morris effects).",
    ]


def scenario_text(found: Optimum) -> str:
    """Return the mix as a scenario file."""
    lines = [
        f"name: Best mix for {found.place_name}",
        "description: >",
        f"  Found by almoner optimise for £{found.budget_gbp_m:,.6g} million a year ({found.price_basis}), to better",
        f"  {words.lower_first(found.label)} in {found.year}.",
        "policies:" if found.mix else "policies: []",
        *(f"  - {one.policy}: {{{one.setting}: {_plain(one)}, start: {found.start}}}" for one in found.mix),
    ]
    return "\n".join(lines) + "\n"


def write_scenario(file: Path, found: Optimum) -> None:
    """Write the mix as a scenario file, whole or not at all."""
    write_text(file, scenario_text(found))


def money(gbp_m: float, level: str) -> str:
    """Say an amount of GBP million; less than one in pounds."""
    if 0 < abs(gbp_m) < 1:
        return f"{words.MINUS if gbp_m < 0 else ''}£{round(abs(gbp_m) * 1000) * 1000:,}"
    return words.number(gbp_m, "gbp_m", "area" if abs(gbp_m) < 100 else level)


def _plain(one: Sized) -> str:
    return f"{one.size:.0f}" if one.whole else f"{one.size:.6g}"


def _per_million(ratio: Ratio, unit: str) -> str:
    spoken = words.unit_words("percentage_points" if unit == "percent" else unit)
    ends: Sequence[float | None] = (ratio.mean_low, ratio.mean_high)
    between = "" if None in ends else f" (80% interval of the mean {' to '.join(_figure(end) for end in ends if end is not None)})"
    return f"{_figure(ratio.value)} {spoken}{between}"


def _share(value: float, confidence: float) -> str:
    if math.isnan(value):
        return "not known"
    return f"{100 * value + 0.0:.0f} ±{100 * confidence:.0f}".replace("-", words.MINUS)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
