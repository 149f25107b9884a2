"""Commands that answer for a place: its plan, its base year and what its people need."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from almoner.cli.app import app
from almoner.cli.common import AreaName, AsJson, OwnFile, Seed, ToYear, console, peak_megabytes, print_json, progress
from almoner.cli.evidence_options import AdvertFiles, ConsultationFolder, PledgeFiles


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
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="SECTION", help="Leave delays or children out of the page; repeatable.")
    ] = None,
    own: OwnFile = None,
    adverts: AdvertFiles = None,
    consultation: ConsultationFolder = None,
    pledges: PledgeFiles = None,
    draws_from: Annotated[
        str, typer.Option("--draws-from", metavar="WHAT", help="posterior (calibrated, as shipped) or prior (before calibration).")
    ] = "posterior",
    why: Annotated[bool, typer.Option("--why", help="Also say what each policy of the scenarios adds, with charts.")] = False,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="GBP", help="Also find the best mix of policies for this net cost a year.")
    ] = None,
    outcome: Annotated[
        str, typer.Option("--outcome", metavar="NAME", help="With --budget: what to better.")
    ] = "unmet_hours_per_week",
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the workforce plan of a place: where it is, what it will need, what happens if nothing changes, what would help."""
    started = time.perf_counter()
    from almoner.analysis.plan import make_plan
    from almoner.reference.areas import resolve
    from almoner.report.evidence_sections import read_evidence
    from almoner.report.figure import warm as warm_drawing
    from almoner.report.sections import plan_sections, section_names
    from almoner.report.terminal import print_plan_summary
    from almoner.report.why_sections import Asked
    from almoner.report.writing import check_folder, write_plan
    from almoner.study.design import Study, default_draws, origin_of_draws, own_figures
    from almoner.study.scenario import chosen

    beside = section_names(without or ())
    place = resolve(area)
    figures = own_figures(own, place)
    study = Study(
        place, (), default_draws(place) if draws is None else draws, to, seed, own=figures, draws_from=origin_of_draws(draws_from)
    )
    study = study.with_scenarios(chosen(scenario, study.months))
    asked = Asked(why, budget, outcome)
    evidence = read_evidence(place, study.scenarios, adverts or (), consultation, pledges or ())
    if out is not None:
        check_folder(out)
        warm_drawing()
    with progress(f"{place.name}: {len(study.scenarios)} scenarios, {study.draws} draws", quiet=as_json) as advance:
        record = asked.listed_in(evidence.listed_in(make_plan(study, advance, threads)))
    with progress(f"{place.name}: what is asked beside", quiet=as_json or not asked.options) as advance:
        answers = asked.parts(study, advance, threads)
    more = (*answers, *evidence.parts)
    parts = () if out is None else (*plan_sections(study, beside, threads), *(part.section() for part in more))
    files = [] if out is None else write_plan(record, out, parts)
    if as_json:
        print_json(
            {
                "area_code": place.code,
                "area_name": place.name,
                "run_id": record.run_id,
                "headline": list(record.headline),
                "more": {part.id: [*filter(None, (part.caution, *part.sentences))] for part in more},
                "files": [str(file) for file in files],
                "draws": record.draws,
                "band_kind": record.band_kind,
                "seconds": round(time.perf_counter() - started, 2),
                "peak_mb": peak_megabytes(),
            }
        )
        return
    screen = console()
    print_plan_summary(record, files, screen)
    for part in more:
        screen.print(f"\n{part.title}", markup=False)
        for sentence in filter(None, (part.caution, *part.sentences)):
            screen.print(f"- {sentence}", markup=False, highlight=False)
    if out is None:
        again = f"almoner plan {shlex.quote(area)} --out plans/{place.code.lower()}"
        screen.print("Add --out DIR to write the plan as a page with its tables:")
        screen.print(f"  {again}", soft_wrap=True)


@app.command(epilog="Examples: almoner baseline england · almoner baseline wakefield --flows · almoner baseline england --turnover")
def baseline(
    area: AreaName,
    flows: Annotated[bool, typer.Option("--flows", help="Instead, the flows of the base year and of the next months.")] = False,
    turnover: Annotated[bool, typer.Option("--turnover", help="Instead, the published ratios of turnover with their fit.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the modelled base year beside what was published, margin by margin, with the differences."""
    if flows:
        _flows(area, as_json)
        return
    if turnover:
        _turnover(as_json)
        return
    from almoner.model.baseline.margins import margins
    from almoner.reference.areas import resolve
    from almoner.report.terminal import print_rows

    place = resolve(area)
    rows = margins(place)
    if as_json:
        print_json(rows)
        return
    screen = console()
    screen.print(f"{place.name}: the base year as modelled, beside what was published")
    for margin in dict.fromkeys(row["margin"] for row in rows):
        shown = [_margin_line(row) for row in rows if row["margin"] == margin]
        columns = ["category", "published", "modelled", "difference", "period", "confidence"]
        screen.print()
        print_rows(shown, columns, str(margin).capitalize(), screen, level=place.level)
    screen.print()
    screen.print(
        "Confidence: seen in the publication, seen_secondary in a page that quotes it, recalled, or derived from such figures."
    )
    screen.print("The JSON (--json) gives each figure's source and notes.")


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
        print_json(rows)
        return
    screen = console()
    columns = [
        TableColumn("date", "date"),
        TableColumn("posts", "posts", "posts"),
        TableColumn("growth", "growth since March 2025, %"),
    ]
    shown = [{**row, "growth": f"{100 * row['growth']:+.1f}"} for row in rows]
    print_rows(shown, columns, f"{place.name}: posts needed ({rule.replace('_', ' ')}), modelled", screen, level=place.level)
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
        print_rows(checks, list(checks[0]), "Against the published projections to 2040, by the population counted from", screen)
        screen.print("The published projections used earlier population vintages. Nothing here is tuned to meet them.")


def _flows(area: str, as_json: bool) -> None:
    from dataclasses import asdict

    from almoner.analysis.flows import base_year_flows
    from almoner.model.clock import EPOCH_YEAR, month_text
    from almoner.reference.areas import resolve
    from almoner.report.terminal import TableColumn, print_rows
    from almoner.study.flows import monthly_flows
    from almoner.study.scenario import DO_NOTHING, load_scenario

    place = resolve(area)
    identity = [asdict(row) for row in base_year_flows()]
    months = [
        {**asdict(row), "month": month_text(row.month), "residual": row.residual, "vacancy_residual": row.vacancy_residual}
        for row in monthly_flows(place, load_scenario(DO_NOTHING), EPOCH_YEAR + 1)
    ]
    if as_json:
        print_json({"area_code": place.code, "area_name": place.name, "base_year": identity, "months": months})
        return
    screen = console()
    shown = [{**row, "published": row["published"] or "", "modelled": round(row["modelled"])} for row in identity]
    print_rows(shown, ["flow", "published", "modelled", "note"], "England, the year to March 2025, council and independent", screen)
    screen.print()
    heads = {
        "month": "month",
        "filled_before": "before",
        "entrants": "+ entrants",
        "arrivals": "+ arrivals",
        "exits": "- exits",
        "moves_in": "+ moves in",
        "moves_out": "- out",
        "filled": "= filled",
        "residual": "left over",
    }
    columns = [TableColumn(key, label) for key, label in heads.items()]
    print_rows(months, columns, f"{place.name}: filled posts month by month, modelled (medians, one replicate)", screen)
    screen.print()
    screen.print("Promotions empty one post and fill another, so they cancel in a place; --json has them.", highlight=False)


def _turnover(as_json: bool) -> None:
    from dataclasses import asdict

    from almoner.analysis.flows import turnover_ratios
    from almoner.report.terminal import print_rows

    rows = [{**asdict(row), "difference": row.difference} for row in turnover_ratios()]
    if as_json:
        print_json(rows)
        return
    shown = [{**row, **{key: f"{row[key]:.3f}" for key in ("published", "modelled", "difference")}} for row in rows]
    screen = console()
    columns = ["margin", "published", "modelled", "difference", "status", "period"]
    print_rows(shown, columns, "Turnover of a group over all turnover, England", screen)
    screen.print("Groups of people are raked at once; roles, services and regions are built in. --json names sources.")


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
