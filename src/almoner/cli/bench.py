"""The command that times the engine."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json


class _Bench(StrEnum):
    KERNEL = "kernel"
    NATIONAL = "national"
    DISCHARGE = "discharge"


@app.command(
    epilog="Examples: almoner bench kernel --json · almoner bench national --posts 10000 --posts 100000 · almoner bench discharge"
)
def bench(
    what: Annotated[_Bench, typer.Argument(metavar="[kernel|national|discharge]", help="What to time.")] = _Bench.KERNEL,
    posts: Annotated[list[int] | None, typer.Option("--posts", metavar="N", help="Posts; repeatable for national.")] = None,
    months: Annotated[int, typer.Option("--months", metavar="M", help="Months of the kernel's job.")] = 60,
    repeats: Annotated[int | None, typer.Option("--repeats", metavar="R", help="Rounds to take the median of.")] = None,
    peers: Annotated[
        str | None,
        typer.Option("--peers", metavar="A,B", help="Only these of starsim, mesa, simpy and ciw; all installed if not given."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with status 1 where a ratio is below its floor.")] = False,
    as_json: AsJson = False,
) -> None:
    """Time the engine, having proved its answers: beside other tools on one job, or the whole month by size."""
    from almoner.bench.floors import below_floor

    names = None if peers is None else tuple(name.strip() for name in peers.split(",") if name.strip())
    if what is _Bench.DISCHARGE:
        from almoner.bench.discharge import REPEATS as ROUNDS
        from almoner.bench.discharge import bench_discharge

        result = bench_discharge(ROUNDS if repeats is None else repeats, names)
    elif what is _Bench.KERNEL:
        from almoner.bench.compare import POSTS, REPEATS, bench_kernel

        result = bench_kernel(posts[0] if posts else POSTS, months, REPEATS if repeats is None else repeats, names)
    else:
        from almoner.bench.national import POSTS as SIZES
        from almoner.bench.national import bench_national

        result = bench_national(posts or SIZES, repeats=3 if repeats is None else repeats)
    low = below_floor(what.value, result) if check else []
    if as_json:
        print_json(result | ({"below_floor": low} if check else {}))
    else:
        from almoner.report.terminal import print_rows

        plain = [
            {"figure": key.replace("_", " "), "value": "not installed or not asked for" if value is None else value}
            for key, value in result.items()
            if not isinstance(value, dict | list)
        ]
        print_rows(plain, ["figure", "value"], f"Benchmark: {what.value}", console())
        if "growth" in result:
            print_rows(result["growth"], list(result["growth"][0]), "By posts and replicates", console())
    for sentence in low:
        typer.echo(sentence, err=True)
    if low:
        raise typer.Exit(1)
