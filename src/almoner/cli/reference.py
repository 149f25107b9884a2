"""Commands that show what everything rests on: sources, parameters, places and the steps of a month."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json, text

sources_app = typer.Typer(help="The sources that every figure names.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(sources_app, name="sources")


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List every source."""
    if context.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    from almoner.reference.sources import all_sources
    from almoner.report.terminal import print_rows

    rows: list[dict[str, object]] = [asdict(entry) for entry in all_sources()]
    if as_json:
        print_json(rows)
        return
    print_rows(rows, ["id", "publisher", "title", "period"], f"{len(rows)} sources", console())


@sources_app.command("show", epilog="Example: almoner sources show ascof_2025")
def sources_show(id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show one source and the tables that use it."""
    from dataclasses import asdict

    from almoner.reference.sources import source, uses
    from almoner.report.terminal import print_rows

    row: dict[str, object] = {**asdict(source(id)), "rows_by_table": uses(id)}
    if as_json:
        print_json(row)
        return
    shown = [{"field": key.replace("_", " "), "value": text(value)} for key, value in row.items() if value]
    print_rows(shown, ["field", "value"], f"Source {id}", console())


@app.command(epilog="Example: almoner params filling")
def params(path: Annotated[str | None, typer.Argument(metavar="[PATH]")] = None, as_json: AsJson = False) -> None:
    """Print parameters with value, unit, status, source and prior: all, a branch or one."""
    from almoner.parameters import describe
    from almoner.report.terminal import print_rows

    rows = describe(path)
    if as_json:
        print_json(rows)
        return
    screen = console()
    if len(rows) == 1:
        shown = [{"field": key, "value": text(value)} for key, value in rows[0].items() if value not in (None, "")]
        print_rows(shown, ["field", "value"], str(rows[0]["path"]), screen)
        return
    shown = [{**row, "value": f"{row['value']:g} {row['unit']}", "status": row["status"].split(",")[0]} for row in rows]
    print_rows(shown, ["path", "value", "status"], path or "All parameters", screen)


@app.command(epilog="Example: almoner areas yorkshire")
def areas(search: Annotated[str | None, typer.Argument(metavar="[TEXT]")] = None, as_json: AsJson = False) -> None:
    """List the places that Almoner knows, or those whose name holds a text."""
    from almoner.reference.areas import areas as all_areas
    from almoner.reference.areas import england, icbs, regions
    from almoner.report.terminal import print_rows

    wanted = (search or "").casefold()
    places = [place for place in (england(), *regions(), *icbs(), *all_areas()) if wanted in place.name.casefold()]
    rows: list[dict[str, object]] = [
        {"code": place.code, "name": place.name, "level": place.level, "region": place.region_name} for place in places
    ]
    if as_json:
        print_json(rows)
        return
    shown = [{**row, "region": row["region"] or "-"} for row in rows]
    print_rows(shown, ["code", "name", "level", "region"], f"{len(rows)} places", console())


@app.command()
def steps(as_json: AsJson = False) -> None:
    """Print the steps of a month, in their order."""
    from almoner.model.engine import MONTH
    from almoner.report.terminal import print_rows

    functions = [getattr(step, "py_func", step) for step in MONTH]
    rows: list[dict[str, object]] = [
        {"step": number, "name": function.__name__, "what it does": (function.__doc__ or "").strip()}
        for number, function in enumerate(functions, 1)
    ]
    if as_json:
        print_json(rows)
        return
    print_rows(rows, ["step", "name", "what it does"], "The month", console())
