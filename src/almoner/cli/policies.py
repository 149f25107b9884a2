"""Commands about measures: the policies that scenarios may use, and one of them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json

if TYPE_CHECKING:
    from rich.console import Console

policies_app = typer.Typer(
    help="The policies and shocks that scenarios may use.", invoke_without_command=True, rich_markup_mode=None
)
app.add_typer(policies_app, name="policies")


@policies_app.callback(invoke_without_command=True, epilog="Example: almoner policies --json")
def policies(context: typer.Context, as_json: AsJson = False) -> None:
    """List the policies and shocks that scenarios may use, with their settings, evidence and cost rule."""
    if context.invoked_subcommand is not None:
        return
    from almoner.policies.listing import rows
    from almoner.report.terminal import print_rows

    found = rows()
    if as_json:
        print_json(found)
        return
    for kind, title in (("policy", "Policies"), ("shock", "Shocks")):
        shown = [
            {
                "name": row["name"],
                "domain": row["domain"],
                "what it does": row["summary"],
                "evidence": ", ".join(row["evidence"]) or "none",
                "effect": row["status"],
            }
            for row in found
            if row["kind"] == kind
        ]
        print_rows(shown, ["name", "domain", "what it does", "evidence", "effect"], title, console())
    typer.echo("almoner policies show NAME says what one does, its settings and limits, its evidence and its cost.")


@policies_app.command("show", epilog="Example: almoner policies show pay_floor")
def policies_show(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False) -> None:
    """Show one policy: what it does, its settings with limits, its evidence, its cost, what it assumes, and how to write it."""
    from almoner.analysis.evidence import evidence_rows
    from almoner.errors import NotFoundError
    from almoner.policies.listing import shown
    from almoner.policies.registry import policies as known

    if name not in known():
        raise NotFoundError("policy", name, known())
    page = shown(name, known()[name])
    page["evidence_rows"] = evidence_rows(ids=page["evidence"])
    if as_json:
        print_json(page)
        return
    _print_page(page, console())


def _print_page(page: dict[str, Any], screen: Console) -> None:
    from almoner.report.terminal import print_rows

    cost = page["example_cost_gbp_m"]
    spent = ", ".join(f"{payer.replace('_', ' ')} £{amount:,.1f}m" for payer, amount in cost["by_payer"].items())
    said = [
        ("what it does", page["about"]),
        ("domain", page["domain"]),
        ("effect", page["status"]),
        ("needs", page["law"]),
        ("cost", page["cost_rule"]),
        ("the example costs", f"{spent} in England in the year to March {cost['year_to_march']}" if spent else ""),
        *(("takes for granted", sentence) for sentence in page["assumptions"]),
        ("edits", ", ".join(page["edits"])),
        ("package", page["package"]),
    ]
    fields = [{"field": field, "value": value} for field, value in said if value]
    print_rows(fields, ["field", "value"], page["name"], screen)
    settings = [
        {
            "setting": row["name"],
            "meaning": row["meaning"],
            "lowest": _end(row["lowest"]),
            "highest": _end(row["highest"]),
            "when left out": "must be given" if row["required"] else _default(row["default"]),
        }
        for row in page["parameters"]
    ]
    print_rows(settings, ["setting", "meaning", "lowest", "highest", "when left out"], "Settings", screen)
    if page["reads"]:
        reads = [
            {**row, "value": f"{row['value']:g} {row['unit']}", "prior": f"{row['prior'] or 'certain'} ({row['status']})"}
            for row in page["reads"]
        ]
        print_rows(reads, ["path", "value", "prior"], "Parameters that it reads", screen)
    if page["evidence_rows"]:
        print_rows(page["evidence_rows"], ["id", "finding", "design", "quality", "citation"], "Evidence", screen)
    typer.echo(f"In a scenario file:\n\n{page['example']}")


def _end(value: float | None) -> str:
    return "-" if value is None else f"{value:g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return "no end" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
