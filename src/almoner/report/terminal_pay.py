"""What the terminal shows of what higher pay does: turnover at one employer and in the sector, supply in the long run, funding.

In: a `PayResponse` and a rich console. Out: tables that fit 80 columns.
"""

from __future__ import annotations

from rich.console import Console

from almoner.analysis import words
from almoner.analysis.pay_response import PayResponse
from almoner.analysis.plan_record import Band
from almoner.report.terminal import print_rows


def print_pay_response(found: PayResponse, console: Console) -> None:
    """Print the three answers, each under the question that it answers."""
    rise = f"{100 * found.rise:g}%"
    turnover = [
        {
            "who pays more": row.who,
            "turnover": f"{row.points.median:+.1f} points".replace("-", "\N{MINUS SIGN}"),
            "range": _range(row.points, 1),
            "published": f"{row.published:+.0f} points ({row.evidence})".replace("-", "\N{MINUS SIGN}") if row.published else "-",
        }
        for row in found.turnover
    ]
    columns = ["who pays more", "turnover", "range", "published"]
    print_rows(turnover, columns, f"{found.place_name}: {rise} more pay and the turnover of those who pay it (modelled)", console)
    console.print(
        "One employer keeps staff who would have gone to others nearby. When all pay more, nobody gains on anybody: "
        "only those stay who would have left care.\n"
    )
    supply = [
        {
            "sector": row.sector,
            **{f"{year} {'year' if year == 1 else 'years'}": _elasticity(spread) for year, spread in row.elasticity.items()},
            "published": f"{row.published:g} ({row.evidence})",
        }
        for row in found.supply
    ]
    title = f"Percent more staff for 1% more pay in the whole sector, when posts follow supply (at {rise}, modelled)"
    print_rows(supply, list(supply[0]), title, console)
    console.print("The published figures are of a steady state after decades. Care homes are the best measured.\n")
    funding = [
        {
            "measure": led.label,
            "funders pay": words.signed(led.effect, led.unit, found.level),
            "held within budgets": words.signed(held.effect, held.unit, found.level),
        }
        for led, held in zip(found.demand_led, found.budget_held, strict=True)
    ]
    title = f"{found.scenario_name} in {found.year} beside doing nothing, by who pays (modelled)"
    print_rows(funding, ["measure", "funders pay", "held within budgets"], title, console)
    console.print(f"Ranges: {found.band_kind}.", style="dim")


def _range(spread: Band, digits: int) -> str:
    return f"{spread.low:+.{digits}f} to {spread.high:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _elasticity(spread: Band) -> str:
    return f"{spread.median:.1f} ({spread.low:.1f}-{spread.high:.1f})"
