"""Commands about what is known: the evidence register, and one row of it with the priors that rest on it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json

evidence_app = typer.Typer(help="What is known about each lever.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(evidence_app, name="evidence")

Lever = Annotated[
    str | None,
    typer.Option("--lever", metavar="TEXT", help="Only rows whose lever holds this text, or that a policy of this name rests on."),
]


@evidence_app.callback(invoke_without_command=True, epilog="Example: almoner evidence --lever pay")
def evidence(context: typer.Context, lever: Lever = None, as_json: AsJson = False) -> None:
    """List the evidence register: lever, outcome, effect, interval, design, quality, population and citation."""
    if context.invoked_subcommand is not None:
        return
    from almoner.analysis.evidence import evidence_rows
    from almoner.report.terminal import print_rows

    rows = evidence_rows(lever)
    if as_json:
        print_json(rows)
        return
    shown = [{**row, "effect": _effect(row), "interval": _interval(row)} for row in rows]
    columns = ["id", "lever", "outcome", "effect", "interval", "quality", "population"]
    print_rows(shown, columns, f"Evidence{f' on {lever}' if lever else ''}: {len(rows)} rows", console())
    typer.echo("almoner evidence show ID says what was found, how, with which caution, and which priors rest on it.")


@evidence_app.command("show", epilog="Example: almoner evidence show E01")
def evidence_show(id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show one row of the register, with the priors and the policies that name it."""
    from almoner.analysis.evidence import evidence_row
    from almoner.report.terminal import print_rows

    row = evidence_row(id)
    if as_json:
        print_json(row)
        return
    screen = console()
    said = {
        "lever": row["lever"],
        "outcome": row["outcome"],
        "finding": row["finding"],
        "effect": _effect(row),
        "interval": _interval(row),
        "about the interval": row["interval_note"],
        "design": row["design"],
        "quality": row["quality_means"],
        "population": row["population"],
        "period": row["period"],
        "caution": row["caution"],
        "citation": row["citation"],
        "read": row["confidence"].replace("_", " "),
        "policies": ", ".join(row["policies"]) or "none names it",
        "sources": "; ".join(each["citation"] for each in row["sources"]),
    }
    fields = [{"field": key, "value": value} for key, value in said.items() if value not in (None, "")]
    print_rows(fields, ["field", "value"], f"Evidence {row['id']}", screen)
    if row["priors"]:
        priors = [
            {**each, "value": f"{each['value']:g} {each['unit']}", "prior": each["prior"] or "certain"} for each in row["priors"]
        ]
        print_rows(priors, ["path", "value", "prior", "status", "rule"], "Priors that name it, and the rule that made them", screen)
    else:
        typer.echo("No parameter names it.")


def _effect(row: dict[str, Any]) -> str:
    if row["effect"] is None:
        return "not seen"
    return f"{row['effect']:g} {row['unit'] or ''}".strip()


def _interval(row: dict[str, Any]) -> str:
    if row["interval"] is None:
        return "none seen"
    kind = {"ci95": "95%", "ci95_recalled": "95%, recalled", "range": "range"}[row["interval_kind"]]
    return f"{row['interval'][0]:g} to {row['interval'][1]:g} ({kind})"
