"""The command line: one function a command, no logic. Each prints a table a person can read and takes `--json`.

Heavy modules are imported inside the commands, so that `almoner --help` answers at once.
"""

from __future__ import annotations

import json
import shlex
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(
    name="almoner",
    help="A tested workforce plan for social care in England.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Begin with: almoner plan wakefield --out my-plan",
)
sources_app = typer.Typer(help="The sources that every figure names.", invoke_without_command=True, rich_markup_mode=None)
app.add_typer(sources_app, name="sources")
runs_app = typer.Typer(help="The runs that are kept.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(runs_app, name="runs")

AreaName = Annotated[str, typer.Argument(metavar="AREA", help="A council area, ICB, region or England: a name or a code.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ToYear = Annotated[int, typer.Option("--to", metavar="YEAR", help="Last year, to 31 March.")]
Seed = Annotated[int, typer.Option("--seed", help="Root seed of all chance.")]


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


@app.command(epilog="Examples: almoner plan wakefield --out plans/wakefield · almoner plan england --draws 10 --json")
def plan(
    area: AreaName,
    to: ToYear = 2040,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="FILE", help="A scenario file or the name of a shipped one; repeatable."),
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", metavar="N", help="Draws of the uncertain parameters: 30 or more give an 80% interval.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for plan.html, plan.json and the tables.")
    ] = None,
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the workforce plan of a place: where it is, what it will need, what happens if nothing changes, what would help."""
    started = time.perf_counter()
    from almoner.analysis.plan import make_plan
    from almoner.reference.areas import resolve
    from almoner.report.figure import warm as warm_drawing
    from almoner.report.terminal import print_plan_summary
    from almoner.report.writing import check_folder, write_plan
    from almoner.study.design import Study, default_draws
    from almoner.study.scenario import chosen

    place = resolve(area)
    study = Study(place, (), default_draws(place) if draws is None else draws, to, seed)
    study = study.with_scenarios(chosen(scenario, study.months))
    if out is not None:
        check_folder(out)
        warm_drawing()
    with _progress(f"{place.name}: {len(study.scenarios)} scenarios, {study.draws} draws", quiet=as_json) as advance:
        record = make_plan(study, advance, threads)
    files = [] if out is None else write_plan(record, out)
    if as_json:
        _print_json(
            {
                "area_code": place.code,
                "area_name": place.name,
                "run_id": record.run_id,
                "headline": list(record.headline),
                "files": [str(file) for file in files],
                "draws": record.draws,
                "band_kind": record.band_kind,
                "seconds": round(time.perf_counter() - started, 2),
                "peak_mb": _peak_megabytes(),
            }
        )
        return
    console = _console()
    print_plan_summary(record, files, console)
    if out is None:
        again = f"almoner plan {shlex.quote(area)} --out plans/{place.code.lower()}"
        console.print("Add --out DIR to write the plan as a page with its tables:")
        console.print(f"  {again}", soft_wrap=True)


@app.command(epilog="Example: almoner run examples/study.yaml --out runs --executor processes")
def run(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study file (YAML): areas, scenarios, draws, replicates, year.")],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Folder, or address that fsspec knows, in which runs are kept.")],
    executor: Annotated[str, typer.Option("--executor", help="serial, threads, processes or dask.")] = "threads",
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Threads or processes; all cores if not given.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A dask scheduler, or local for a cluster on this machine.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a study into a store: what is done is found, what is missing is carried out, and a stopped run goes on."""
    from dataclasses import asdict

    from almoner.study.executors import make_executor
    from almoner.study.files import load_study
    from almoner.study.runs import run_plan

    plan = load_study(study)
    chosen = make_executor(executor, workers, scheduler)
    try:
        with _progress(f"{plan.name}: {len(plan.scenarios)} scenarios, {plan.draws} draws", quiet=as_json) as advance:
            summary = run_plan(plan, out, chosen, advance)
    except KeyboardInterrupt:
        typer.echo("Stopped. What is done is kept: give the same command again and the run goes on.", err=True)
        raise typer.Exit(130) from None
    if as_json:
        _print_json({**asdict(summary), "seconds": round(summary.seconds, 2)})
        return
    console = _console()
    console.print(f"{plan.name}: run {summary.run_id} is whole in {summary.location}", soft_wrap=True)
    console.print(f"{summary.tasks_done:,} tasks carried out, {summary.tasks_found:,} found done, in {summary.seconds:.1f} s")
    console.print(f"Result hash {summary.result_hash}", soft_wrap=True)


@runs_app.command("verify", epilog="Example: almoner runs verify runs")
def runs_verify(
    place: Annotated[str, typer.Argument(metavar="DIR", help="A run's folder or address, or the one in which runs are kept.")],
    as_json: AsJson = False,
) -> None:
    """Hash every file of the runs again and say which differ or are missing."""
    from dataclasses import asdict

    from almoner.study.location import open_location
    from almoner.study.store import verify_all

    found = verify_all(open_location(place))
    if as_json:
        _print_json([{**asdict(run), "ok": run.ok} for run in found])
    else:
        for each in found:
            state = "whole" if each.ok else f"{len(each.problems):,} of {each.files:,} files are not as written"
            typer.echo(f"Run {each.run_id}: {state}{'' if each.finished else ' (the run is not finished)'}")
            for problem in each.problems:
                typer.echo(f"  {problem.file} {problem.what}")
    if not all(each.ok for each in found):
        raise typer.Exit(1)


@app.command(epilog="Example: almoner baseline england")
def baseline(area: AreaName, as_json: AsJson = False) -> None:
    """Print the modelled base year beside what was published, margin by margin, with the differences."""
    from almoner.model.baseline.margins import margins
    from almoner.reference.areas import resolve
    from almoner.report.terminal import print_rows

    place = resolve(area)
    rows = margins(place)
    if as_json:
        _print_json(rows)
        return
    console = _console()
    console.print(f"{place.name}: the base year as modelled, beside what was published")
    for margin in dict.fromkeys(row["margin"] for row in rows):
        shown = [_margin_line(row) for row in rows if row["margin"] == margin]
        columns = ["category", "published", "modelled", "difference", "period", "confidence"]
        console.print()
        print_rows(shown, columns, str(margin).capitalize(), console, level=place.level)
    console.print()
    console.print(
        "Confidence: seen in the publication, seen_secondary in a page that quotes it, recalled, or derived from such figures."
    )
    console.print("The JSON (--json) gives each figure's source and notes.")


@app.command(epilog="Example: almoner need england --rule proportional_65 --to 2040")
def need(
    area: AreaName,
    rule: Annotated[str, typer.Option("--rule", help="age_specific or proportional_65.")] = "age_specific",
    to: Annotated[int, typer.Option("--to", metavar="YEAR", help="Last year, to its middle.")] = 2040,
    as_json: AsJson = False,
) -> None:
    """Print the posts that the population would need at base-year service levels, year by year."""
    from almoner.errors import NotFoundError
    from almoner.model.baseline import build
    from almoner.model.baseline.samples import published_base
    from almoner.model.demand import RULES, need_rows, vintage_check
    from almoner.reference.areas import resolve
    from almoner.report.terminal import TableColumn, print_rows

    if rule not in RULES:
        raise NotFoundError("rule of need", rule, RULES)
    place = resolve(area)
    rows = need_rows(place, published_base(build(place.area_codes)), rule, to)  # type: ignore[arg-type]
    if as_json:
        _print_json(rows)
        return
    console = _console()
    columns = [
        TableColumn("date", "date"),
        TableColumn("posts", "posts", "posts"),
        TableColumn("growth", "growth since March 2025, %"),
    ]
    shown = [{**row, "growth": f"{100 * row['growth']:+.1f}"} for row in rows]
    print_rows(shown, columns, f"{place.name}: posts needed ({rule.replace('_', ' ')}), modelled", console, level=place.level)
    if place.level == "england" and rule == "proportional_65":
        checks = [
            {
                "published in": check["publication"],
                "counted from": check["base"],
                "published": f"{100 * check['published_growth']:.0f}%",
                "here": f"{100 * check['growth']:.1f}%",
                "difference": f"{check['difference_points']:+.1f} points",
                "posts": f"{check['difference_posts']:+,.0f}",
            }
            for check in vintage_check()
        ]
        print_rows(checks, list(checks[0]), "Against the published projections to 2040, by the population counted from", console)
        console.print("The published projections used earlier population vintages. Nothing here is tuned to meet them.")


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
        _print_json(rows)
        return
    print_rows(rows, ["id", "publisher", "title", "period"], f"{len(rows)} sources", _console())


@sources_app.command("show", epilog="Example: almoner sources show ascof_2025")
def sources_show(id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show one source and the tables that use it."""
    from dataclasses import asdict

    from almoner.reference.sources import source, uses
    from almoner.report.terminal import print_rows

    row: dict[str, object] = {**asdict(source(id)), "rows_by_table": uses(id)}
    if as_json:
        _print_json(row)
        return
    shown = [{"field": key.replace("_", " "), "value": _text(value)} for key, value in row.items() if value]
    print_rows(shown, ["field", "value"], f"Source {id}", _console())


@app.command(epilog="Example: almoner params filling")
def params(path: Annotated[str | None, typer.Argument(metavar="[PATH]")] = None, as_json: AsJson = False) -> None:
    """Print parameters with value, unit, status, source and prior: all, a branch or one."""
    from almoner.parameters import describe
    from almoner.report.terminal import print_rows

    rows = describe(path)
    if as_json:
        _print_json(rows)
        return
    console = _console()
    if len(rows) == 1:
        shown = [{"field": key, "value": _text(value)} for key, value in rows[0].items() if value not in (None, "")]
        print_rows(shown, ["field", "value"], str(rows[0]["path"]), console)
        return
    shown = [{**row, "value": f"{row['value']:g} {row['unit']}", "status": row["status"].split(",")[0]} for row in rows]
    print_rows(shown, ["path", "value", "status"], path or "All parameters", console)


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
        _print_json(rows)
        return
    shown = [{**row, "region": row["region"] or "-"} for row in rows]
    print_rows(shown, ["code", "name", "level", "region"], f"{len(rows)} places", _console())


@app.command(epilog="Example: almoner policies --json")
def policies(as_json: AsJson = False) -> None:
    """List the policies that scenarios may use, with their settings and evidence."""
    from almoner.policies.base import summary
    from almoner.policies.registry import policies as known
    from almoner.report.terminal import print_rows

    rows: list[dict[str, object]] = [
        {
            "policy": name,
            "what it does": summary(kind),
            "settings": ", ".join(kind.model_fields),
            "evidence": ", ".join(kind.evidence),
            "effect": "assumed" if kind.assumed else "estimated",
        }
        for name, kind in known().items()
    ]
    if as_json:
        _print_json(rows)
        return
    print_rows(rows, ["policy", "what it does", "settings", "evidence", "effect"], "Policies", _console())


@app.command()
def steps(as_json: AsJson = False) -> None:
    """Print the steps of a month, in their order."""
    from almoner.model.engine import MONTH
    from almoner.report.terminal import print_rows

    rows: list[dict[str, object]] = [
        {"step": number, "name": step.py_func.__name__, "what it does": (step.py_func.__doc__ or "").strip()}
        for number, step in enumerate(MONTH, 1)
    ]
    if as_json:
        _print_json(rows)
        return
    print_rows(rows, ["step", "name", "what it does"], "The month", _console())


class _Bench(StrEnum):
    KERNEL = "kernel"
    NATIONAL = "national"


@app.command(epilog="Examples: almoner bench kernel --json · almoner bench national --posts 10000 --posts 100000")
def bench(
    what: Annotated[_Bench, typer.Argument(metavar="[kernel|national]", help="What to time.")] = _Bench.KERNEL,
    posts: Annotated[list[int] | None, typer.Option("--posts", metavar="N", help="Posts; repeatable for national.")] = None,
    months: Annotated[int, typer.Option("--months", metavar="M", help="Months of the kernel's job.")] = 60,
    repeats: Annotated[int | None, typer.Option("--repeats", metavar="R", help="Rounds to take the median of.")] = None,
    peers: Annotated[
        str | None,
        typer.Option("--peers", metavar="A,B", help="Only these of starsim, mesa and simpy; all installed if not given."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with status 1 where a ratio is below its floor.")] = False,
    as_json: AsJson = False,
) -> None:
    """Time the engine, having proved its answers: beside other tools on one job, or the whole month by size."""
    from almoner.bench.floors import below_floor

    if what is _Bench.KERNEL:
        from almoner.bench.compare import POSTS, REPEATS, bench_kernel

        names = None if peers is None else tuple(name.strip() for name in peers.split(",") if name.strip())
        result = bench_kernel(posts[0] if posts else POSTS, months, REPEATS if repeats is None else repeats, names)
    else:
        from almoner.bench.national import POSTS as SIZES
        from almoner.bench.national import bench_national

        result = bench_national(posts or SIZES, repeats=3 if repeats is None else repeats)
    low = below_floor(what.value, result) if check else []
    if as_json:
        _print_json(result | ({"below_floor": low} if check else {}))
    else:
        from almoner.report.terminal import print_rows

        plain = [
            {"figure": key.replace("_", " "), "value": "not installed or not asked for" if value is None else value}
            for key, value in result.items()
            if not isinstance(value, dict | list)
        ]
        print_rows(plain, ["figure", "value"], f"Benchmark: {what.value}", _console())
        if "growth" in result:
            print_rows(result["growth"], list(result["growth"][0]), "By posts and replicates", _console())
    for sentence in low:
        typer.echo(sentence, err=True)
    if low:
        raise typer.Exit(1)


@app.command(hidden=True)
def warm() -> None:
    """Compile what a first run would compile, once, after installation."""
    from almoner.reference.areas import resolve
    from almoner.study.design import Study
    from almoner.study.run import run_study
    from almoner.study.scenario import DO_NOTHING, load_scenario

    run_study(Study(resolve("city of london"), (load_scenario(DO_NOTHING),), 1, 2026))


class _progress:  # noqa: N801
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


def _console() -> Console:
    from rich.console import Console

    return Console()


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _margin_line(row: dict[str, Any]) -> dict[str, str | None]:
    """Return a margin as text; what was not published has no difference, period or confidence."""
    published = row["published"] is not None
    numbers = {key: _rounded(row[key], row["unit"]) for key in ("published", "modelled", "difference")}
    rest = {key: str(row[key] or "") if published else "" for key in ("period", "confidence")}
    return {"category": row["category"], **numbers, **rest} | ({} if published else {"difference": ""})


def _rounded(value: float | None, unit: str) -> str | None:
    if value is None:
        return None
    if unit in ("posts", "people", "jobs"):
        return f"{value:,.0f}"
    return f"{value:,.2f}%" if unit == "percent" else f"{value:,.2f}"


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item:,}" for key, item in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _peak_megabytes() -> float | None:
    """Return the peak memory of this process by the operating system's count, where it keeps one."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
