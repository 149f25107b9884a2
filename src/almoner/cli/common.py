"""What the commands share: the words of their settings, a progress bar, a console, and JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

AreaName = Annotated[str, typer.Argument(metavar="AREA", help="A council area, ICB, region or England: a name or a code.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ToYear = Annotated[int, typer.Option("--to", metavar="YEAR", help="Last year, to 31 March.")]
OwnFile = Annotated[
    Path | None,
    typer.Option("--own", metavar="FILE", help="A CSV of an area's own posts, vacancies and turnover."),
]
ChartFile = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE", help="Also write the charts with their figures as a page (HTML).")
]
Seed = Annotated[int, typer.Option("--seed", help="Root seed of all chance.")]


class progress:  # noqa: N801
    """A progress bar on standard error while tasks finish; nothing when quiet or not on a terminal."""

    def __init__(self, title: str, quiet: bool) -> None:
        self._title, self._quiet = title, quiet or not sys.stderr.isatty()

    def __enter__(self) -> Any:
        if self._quiet:
            return lambda done, total: None
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed} of {task.total}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        task = self._bar.add_task(self._title, total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)

    def __exit__(self, *error: object) -> None:
        if not self._quiet:
            self._bar.stop()


@contextmanager
def naming(option: str, remedy: str) -> Iterator[None]:
    """Add the option that carries out a remedy to the sentence of an error that asks for it in plain words."""
    from almoner.errors import AlmonerError

    try:
        yield
    except AlmonerError as error:
        if remedy not in str(error):
            raise
        raise type(error)(str(error).replace(remedy, f"{remedy} ({option})")) from None


def console() -> Console:
    """Return a console on standard output."""
    from rich.console import Console

    return Console()


def print_json(value: object) -> None:
    """Print a value as JSON; what JSON does not know is written as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def text(value: object) -> str:
    """Return a value as it is shown in a table."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item:,}" for key, item in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def peak_megabytes() -> float | None:
    """Return the peak memory of this process by the operating system's count, where it keeps one."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
