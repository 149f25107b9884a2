"""Commands about job adverts: read them, read pay alone, and report what many of them show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from almoner.cli.app import app
from almoner.cli.common import AsJson, console, print_json

if TYPE_CHECKING:
    from almoner.voices.adverts.advert import Advert
    from almoner.voices.adverts.pay import Pay

adverts_app = typer.Typer(help="What job adverts say, field by field and together.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(adverts_app, name="adverts")

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="HTML, JSON-LD, RSS or NHS Jobs XML, CSV or plain text; a folder means its files."),
]
ScaleFile = Annotated[
    Path | None,
    typer.Option("--scales", metavar="FILE", help="What an employer's grades pay: CSV with employer, grade, minimum, maximum."),
]


@adverts_app.command("read", epilog="Example: almoner adverts read examples/adverts.txt")
def adverts_read(files: Files, scales: ScaleFile = None, as_json: AsJson = False) -> None:
    """Read adverts: every field with the words that state it, the rule that found them and how sure that is."""
    from almoner.report.terminal import print_rows

    found = _read(files, scales)
    if as_json:
        print_json([advert.record() for advert in found])
        return
    screen = console()
    print_rows([_row(advert) for advert in found], ["title", "employer", "place", "pay", "terms"], f"{len(found)} adverts", screen)
    doubtful = sum(bool(advert.review) for advert in found)
    if doubtful:
        screen.print(f"{doubtful} of them hold something for a person to look at: see 'review' with --json.")


@adverts_app.command("pay", epilog='Example: almoner adverts pay "£12.60 - £13.20 per hour, pro rata"')
def adverts_pay(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="What an advert says about pay.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="LINES", help="A text file: each line is read by itself, an empty one, too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read pay alone: amounts, period, bound, pro rata, and a second rate."""
    from almoner.errors import AlmonerError
    from almoner.report.terminal import print_rows
    from almoner.voices.adverts.pay import parse_pay
    from almoner.voices.adverts.source import open_source

    if (text is None) == (file is None):
        raise AlmonerError("Give either a text about pay or --file with a line for each.")
    lines = [text or ""] if file is None else open_source(file).text.removesuffix("\n").split("\n")
    records = [_pay_record(line.rstrip("\r"), parse_pay(line)) for line in lines]
    if as_json:
        print_json(records[0] if file is None else records)
        return
    columns = ["text", "salary_min", "salary_max", "period", "bound", "pro_rata", "confidence"]
    shown = [{**record, "pro_rata": "yes" if record["pro_rata"] else "no"} for record in records]
    print_rows([{name: "-" if row[name] is None else row[name] for name in columns} for row in shown], columns, "Pay", console())


@adverts_app.command("report", epilog="Example: almoner adverts report examples/adverts.csv --area wakefield --out plans/adverts")
def adverts_report(
    files: Files,
    area: Annotated[
        str | None, typer.Option("--area", metavar="AREA", help="Count adverts of this place, and hold the others beside.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The day whose wage floor and outside pay count, such as 2026-04-01.")
    ] = None,
    outside: Annotated[
        Path | None, typer.Option("--outside", metavar="FILE", help="Local pay outside care: CSV with name, hourly, from.")
    ] = None,
    scales: ScaleFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for page, workbook, tables and scenario file; or one file: .html, .xlsx, .csv, .json, .yaml.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report what adverts show: pay against what else there is, hidden pay, days open, and parameters that they can replace."""
    from dataclasses import asdict

    from almoner.errors import AlmonerError
    from almoner.reference.areas import resolve
    from almoner.report import adverts_section, adverts_tables
    from almoner.report.terminal import print_rows
    from almoner.voices.adverts.dates import find_date
    from almoner.voices.adverts.findings import find
    from almoner.voices.adverts.outside import load_outside
    from almoner.voices.adverts.overrides import overrides

    day = find_date(on) if on else None
    if on and day is None:
        raise AlmonerError(f"'{on}' is no day: write it as 2026-04-01.")
    place = resolve(area) if area else None
    own = load_outside(outside) if outside else ()
    read = _read(files, scales)
    found = find(read, place, day[0] if day else None, own)
    result = overrides(found, own)
    written = adverts_section.write(adverts_section.files(found, read, result), out) if out else []
    if as_json:
        print_json({**asdict(found), "overrides": asdict(result), "written": [str(path) for path in written]})
        return
    screen = console()
    for sentence in adverts_section.headline(found):
        screen.print(sentence)
    for table in adverts_tables.tables(found, read, result)[:4]:
        if table.rows and (found.care_entry or table.name != "against_outside_pay"):
            keep = [name for name in table.header if name not in ("source", "low %", "high %", "lower quarter", "upper quarter")]
            rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
            screen.print()
            shown = [{name: adverts_section.cell_words(row[name], "-", table.decimals) for name in keep} for row in rows]
            print_rows(shown, keep, table.title, screen)
    for sentence in result.refused:
        screen.print(sentence)
    for path in written:
        screen.print(str(path), soft_wrap=True)
    if written and not adverts_section.workbooks_can_be_written():
        screen.print("No workbook was written: install almoner with its 'evidence' extra, which brings XlsxWriter.")


def _read(files: list[Path], scales: Path | None) -> list[Advert]:
    from almoner.voices.adverts.read import expand, read_files
    from almoner.voices.adverts.scales import load_scales

    return read_files(expand(files), load_scales(scales) if scales else None)


def _row(advert: Advert) -> dict[str, object]:
    terms = (advert.contract, advert.pattern, f"{advert.hours_per_week:g} hours" if advert.hours_per_week else None)
    return {
        "title": advert.title,
        "employer": advert.employer or "-",
        "place": advert.place or "-",
        "pay": _pay_words(advert),
        "terms": ", ".join(term.replace("_", " ") for term in terms if term) or "-",
    }


def _pay_words(advert: Advert) -> str:
    if not advert.states_pay:
        return f"not stated ({advert.grade})" if advert.grade else "not stated"
    low, high = advert.salary_min, advert.salary_max
    shown = [f"£{each:,.2f}".removesuffix(".00") for each in (low, high) if each is not None]
    words = " to ".join(dict.fromkeys(shown))
    prefix = {"up_to": "up to ", "from": "from "}.get(advert.bound, "")
    return f"{prefix}{words} {(advert.period or '').replace('_', ' ')}{', pro rata' if advert.pro_rata else ''}"


def _pay_record(text: str, pay: Pay) -> dict[str, object]:
    """Return the pay as JSON holds it: the names of an advert's fields, with spans that count characters of the text."""
    from almoner.voices.adverts.advert import rate_record
    from almoner.voices.adverts.scales import find_grade
    from almoner.voices.adverts.terms import find_hours

    grade, hours = find_grade(text), find_hours(text, prose=False)
    places = {
        "salary_min": pay.minimum_at,
        "salary_max": pay.maximum_at,
        "bound": pay.bound_at,
        "period": pay.period_at,
        "pro_rata": pay.pro_rata_at,
        "grade": grade[1:] if grade else (-1, -1),
        "hours_per_week": (hours.start, hours.end) if hours else (-1, -1),
    }
    return {
        "text": text,
        "has_amount": pay.has_amount,
        "salary_min": pay.minimum,
        "salary_max": pay.maximum,
        "period": pay.period,
        "period_stated": pay.period_stated,
        "bound": pay.bound,
        "pro_rata": pay.pro_rata,
        "term_time": pay.term_time,
        "basis": pay.basis,
        "second_rate": rate_record(pay.second),
        "alternatives": [rate_record(rate) for rate in pay.alternatives],
        "grade": grade[0] if grade else None,
        "hours_per_week": hours.value[1] if hours else None,
        "rule": pay.rule,
        "spans": {
            name: {"start": start, "end": end, "text": text[start:end]} for name, (start, end) in places.items() if start >= 0
        },
        "confidence": pay.confidence,
    }
