"""Commands about promised money: the ledger, one pledge with what lies inside it, and a pledge as a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, naming, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from almoner.analysis.pledges import Ledger

pledges_app = typer.Typer(help="The ledger of promised money.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(pledges_app, name="pledges")

Id = Annotated[str, typer.Argument(metavar="ID", help="A pledge of the ledger, as A20.")]
Own = Annotated[
    list[Path] | None, typer.Option("--file", metavar="CSV", help="Your own pledges, in the format of the ledger; may be repeated.")
]
Domain = Annotated[str | None, typer.Option("--domain", metavar="NAME", help="Only adult, children, discharge or both.")]
Chart = Annotated[Path | None, typer.Option("--chart", metavar="FILE", help="Also write the chart, as SVG or PNG.")]
As = Annotated[str, typer.Option("--as", metavar="READING", help="promised or delivered.")]
Chosen = Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Spend all of it on this policy.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the scenario here instead of printing it.")]


_COLUMNS = ("spent", "allocated", "cut")


@pledges_app.callback(invoke_without_command=True, epilog="Example: almoner pledges --domain adult")
def pledges(context: typer.Context, file: Own = None, domain: Domain = None, as_json: AsJson = False) -> None:
    """List promised sums with what each lies in, restates or replaces, and what became of it."""
    if context.invoked_subcommand is not None:
        return
    from almoner.analysis.pledge_files import DOMAINS
    from almoner.analysis.pledges import pledge_rows
    from almoner.errors import NotFoundError
    from almoner.report.terminal import print_rows

    ledger = _ledger(file)
    if domain is not None and domain not in DOMAINS:
        raise NotFoundError("domain", domain, DOMAINS)
    rows = [row for row in pledge_rows(ledger) if domain in (None, row["domain"])]
    if as_json:
        print_json(rows)
        return
    screen = console()
    shown = [
        {**row, "£m": _amount(row["amount"]), "stands": _relation(row), "what became of it": row["what_happened"]} for row in rows
    ]
    print_rows(
        shown, ["id", "title", "£m", "period", "stands", "status", "what became of it"], "Pledges, £ million in cash", screen
    )
    total = ledger.total([row["id"] for row in rows])
    typer.echo(
        f"Each pound once, as far as the ledger's relations tell: £{total:,.10g}m of several years and payers. "
        "almoner pledges tree ID shows what a pledge contains."
    )


@pledges_app.command("tree", epilog="Example: almoner pledges tree A20")
def pledges_tree(id: Id, file: Own = None, chart: Chart = None, as_json: AsJson = False) -> None:
    """Show a pledge: what it contains, what was given to no line, what restates or replaces it, and what became of each."""
    from almoner.analysis.pledges import pledge_tree

    ledger = _ledger(file)
    tree = pledge_tree(ledger, id)
    if chart is not None:
        _write_chart(ledger, tree["id"], chart)
    if as_json:
        print_json(tree)
        return
    _print_tree(ledger, tree, console())
    if chart is not None:
        typer.echo(f"Wrote {chart}.")


@pledges_app.command("package", epilog="Example: almoner pledges package A22 --as delivered --out delivered.yaml")
def pledges_package(
    id: Id, reading: As = "promised", policy: Chosen = None, file: Own = None, out: Out = None, as_json: AsJson = False
) -> None:
    """Turn a pledge into a scenario file: its sums, as promised or as delivered, spent on the policies that stand for them."""
    from almoner.analysis.pledge_packages import READINGS, line_row, package, scenario_text
    from almoner.errors import NotFoundError, OutputError

    ledger = _ledger(file)
    found = next((each for each in READINGS if each == reading), None)
    if found is None:
        raise NotFoundError("reading of a pledge", reading, READINGS)
    with naming("--policy NAME", "Name a policy for it"):
        text = scenario_text(ledger, id, found, policy)
    if out is not None:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{out} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    if as_json:
        print_json({"scenario": text, "lines": [line_row(line) for line in package(ledger, id, found, policy)]})
    elif out is not None:
        typer.echo(f"Wrote {out}. Use it with: almoner plan AREA --scenario {out}")
    else:
        typer.echo(text, nl=False)


def _ledger(files: list[Path] | None) -> Ledger:
    from almoner.analysis.pledge_files import with_own

    return with_own(files or [])


def _print_tree(ledger: Ledger, tree: dict[str, Any], screen: Console) -> None:
    from almoner.analysis.pledges import FATES
    from almoner.report.terminal import print_rows

    own = ledger.pledge(tree["id"])
    said = {
        "promised": f"{_amount(own.amount)} ({own.amount_note})" if own.amount_note else _amount(own.amount),
        "by": f"{own.announced_by}, {own.announced_date or own.period}",
        "for": own.purpose,
        "new money": _new(tree),
        "what became of it": own.what_happened,
        "in figures": "; ".join(f"£{amount:,.10g}m {FATES[fate]}" for fate, amount in tree["fate"].items()),
        "note": own.note,
        "sources": ", ".join(own.sources),
    }
    fields = [{"field": key, "value": value} for key, value in said.items() if value]
    print_rows(fields, ["field", "value"], f"{own.id} {own.title}", screen)
    lines = list(_flat(tree, 0, ""))
    columns = ["pledge", "£m", "stands", *_COLUMNS, "other"]
    print_rows(lines, columns, "What lies in it, £ million in cash as announced", screen)


def _flat(node: dict[str, Any], depth: int, stands: str) -> Iterator[dict[str, object]]:
    from almoner.analysis.pledges import FATES

    fate = node["fate"]
    other = [f"{amount:,.10g} {FATES[name]}" for name, amount in fate.items() if name not in _COLUMNS]
    yield {
        "pledge": f"{'  ' * depth}{node['id']} {node['title']}",
        "£m": _amount(node["amount"]),
        "stands": stands,
        **{name: f"{fate[name]:,.10g}" if name in fate else "" for name in _COLUMNS},
        "other": ", ".join(other),
    }
    for part in node["parts"]:
        yield from _flat(part, depth + 1, f"in {node['id']}")
    if node["unallocated"]:
        indent = "  " * (depth + 1)
        rest = {"pledge": f"{indent}given to no line", "£m": _amount(node["unallocated"]), "stands": f"rest of {node['id']}"}
        yield {**rest, **dict.fromkeys((*_COLUMNS, "other"), "")}
    for each in node["replaced_by"]:
        yield from _flat(each, depth + 1, f"replaces {', '.join(each['replaces'])}")
    for each in node["restated_by"]:
        yield from _flat(each, depth + 1, f"restates {node['id']}")


def _relation(row: dict[str, Any]) -> str:
    verb = {"contains": "in", "restates": "restates", "replaces": "replaces part of"}.get(row["relation"], "")
    return f"{verb} {row['parent']}" if verb else ""


def _amount(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.10g}"


def _new(tree: dict[str, Any]) -> str:
    if tree["new"] is None:
        return "the ledger does not tell"
    return f"£{tree['new']:,.10g}m" if tree["new"] else f"none beside {tree['parent']}"


def _write_chart(ledger: Ledger, id: str, path: Path) -> None:
    import vl_convert

    from almoner.errors import OutputError
    from almoner.report.charts_pledges import pledge_chart
    from almoner.report.figure import VEGA_LITE, WIDE

    spec = {**pledge_chart(ledger, id).spec(WIDE), "background": "white"}
    if path.suffix.lower() not in (".svg", ".png"):
        raise OutputError(f"{path} must end in .svg or .png, for the kind of picture.")
    try:
        if path.suffix.lower() == ".svg":
            path.write_text(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[]), encoding="utf-8")
        else:
            path.write_bytes(vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=2, allowed_base_urls=[]))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from None
