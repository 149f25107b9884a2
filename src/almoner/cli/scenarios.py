"""Commands about scenarios and the files that people write."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json

scenarios_app = typer.Typer(help="The scenarios that ship, and your own.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(scenarios_app, name="scenarios")

Reference = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a shipped one.")]


@scenarios_app.callback(invoke_without_command=True)
def scenarios(context: typer.Context, as_json: AsJson = False) -> None:
    """List the scenarios that ship."""
    if context.invoked_subcommand is not None:
        return
    from almoner.report.terminal import print_rows
    from almoner.study.scenario import load_scenario, shipped

    found = [load_scenario(name) for name in shipped()]
    rows: list[dict[str, object]] = [
        {"scenario": one.id, "name": one.name, "policies": len(one.policies), "what it is": one.description, "hash": one.hash}
        for one in found
    ]
    if as_json:
        print_json(rows)
        return
    print_rows(rows, ["scenario", "policies", "what it is"], "Scenarios", console())


@scenarios_app.command("show", epilog="Example: almoner scenarios show fair-pay")
def scenarios_show(scenario: Reference, as_json: AsJson = False) -> None:
    """Show what a scenario does: its policies with their settings, its edits of parameters, and its hash."""
    from almoner.report.terminal import print_rows
    from almoner.study.scenario import Scenario, load_scenario
    from almoner.study.scenario_diff import difference

    found = load_scenario(scenario)
    if as_json:
        print_json({"id": found.id, "name": found.name, "description": found.description, "hash": found.hash, **found.content})
        return
    lines = [{"kind": line.kind, "what": line.what, "settings": line.second} for line in difference(Scenario("", "", ""), found)]
    screen = console()
    print_rows(lines, ["kind", "what", "settings"], found.name, screen)
    screen.print()
    screen.print(f"{found.description}\nHash {found.hash}".lstrip(), highlight=False)


@scenarios_app.command("diff", epilog="Example: almoner scenarios diff fair-pay prevention-and-recovery")
def scenarios_diff(first: Reference, second: Reference, as_json: AsJson = False) -> None:
    """Say what two scenarios do differently."""
    from dataclasses import asdict

    from almoner.report.terminal import print_rows
    from almoner.study.scenario import load_scenario
    from almoner.study.scenario_diff import difference

    one, other = load_scenario(first), load_scenario(second)
    lines = difference(one, other)
    if as_json:
        print_json({"same": one.hash == other.hash, "differences": [asdict(line) for line in lines]})
        return
    if not lines:
        typer.echo(f"{first} and {second} do the same.")
        return
    rows = [{"what": line.what, one.id: line.first or "none", other.id: line.second or "none"} for line in lines]
    print_rows(rows, ["what", one.id, other.id], "What differs", console())


@app.command(epilog="Example: almoner schema scenario")
def schema(kind: Annotated[str, typer.Argument(metavar="scenario|study", help="Which file.")]) -> None:
    """Print the JSON Schema of scenario or study files, for editors that complete and check them."""
    from almoner.study.schema import schema as schema_of

    print_json(schema_of(kind))
