"""The application that all commands belong to, and what they share in their signatures."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    name="almoner",
    help="A tested workforce plan for social care in England.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Begin with: almoner plan wakefield --out my-plan",
)


def _version(wanted: bool) -> None:
    if wanted:
        import almoner

        typer.echo(f"almoner {almoner.__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """For a council, an ICS, a region or England: how many people are needed, where, in which jobs, and what closes the gap."""
