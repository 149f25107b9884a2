"""What job adverts show, as sentences and tables, and as files: one page, one workbook, CSV and the scenario of overrides.

In: the findings, the adverts and the overrides of `almoner.voices.adverts`. Out: text and bytes that are the same for the same
adverts. Text that a spreadsheet would run as a formula is written as text. Every table names its unit and how many vacancies
stand behind it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from almoner.errors import OutputError
from almoner.report.adverts_tables import AdvertTable, middle_of, tables
from almoner.report.files import write_files
from almoner.report.tables import Cell, safe
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.findings import Findings, Share
from almoner.voices.adverts.hourly import WEEKS_PER_YEAR
from almoner.voices.adverts.overrides import Overrides, scenario_text
from almoner.voices.adverts.saved import FILE as FINDINGS_FILE
from almoner.voices.adverts.saved import Saved, saved_text

_WIDEST: Final = 60
_SUMMARY_WIDTH: Final = 110
_LONGEST_CELL: Final = 32767
"""Characters that a cell of a workbook can hold."""
_ONE_FILE: Final = {
    ".html": "adverts.html",
    ".xlsx": "adverts.xlsx",
    ".csv": "tables/adverts.csv",
    ".json": "adverts.json",
    ".yaml": "overrides.yaml",
}


def headline(found: Findings) -> list[str]:
    """Return what the adverts show in a few sentences."""
    where = found.place.name if found.place else "the files"
    said = [f"{found.vacancies:,} {_plural(found.vacancies, 'vacancy', 'vacancies')} of {where} in {found.adverts:,} adverts."]
    if found.vacancies:
        grades = f"; {found.grade_only:,} of these name only a grade" if found.grade_only else ""
        said.append(f"{_of(found.hidden)} do not say what they pay{grades}.")
    if found.care_entry:
        middle = middle_of(found.care_entry)
        said.append(
            f"Direct care jobs with stated pay start at a median of £{middle:.2f} an hour of full-time work "
            f"({len(found.care_entry):,} vacancies; {found.care_hidden.count:,} more hide it)."
        )
        said += [
            f"The middle one of them offers {_gap(each.gap)} {each.comparator.name} of its day "
            f"(£{each.comparator.hourly:.2f} now); {each.below.count:,} of {each.below.total:,} offer less."
            for each in found.against
            if each.gap is not None and each.comparator.kind in ("wage_floor", "nhs") and "top" not in each.comparator.name
        ]
    elif found.vacancies:
        said.append("No direct care job with stated pay is among them.")
    for duration in found.durations[:2]:
        if duration.median.value is not None:
            kind = "care vacancies" if duration.group == "care" else "vacancies"
            said.append(
                f"Half of {kind} are gone after {duration.median.value:g} days "
                f"({_interval(duration.median.low, duration.median.high)}; {duration.ended:,} of {duration.spells:,} seen to end)."
            )
    if not found.durations:
        said.append(
            "How long vacancies stay open is not known: adverts must carry a posting day and be looked at on two days or more."
        )
    if found.day_is_assumed:
        said.append(f"No advert carries a date: pay is held against the figures of {found.day.isoformat()}.")
    return said


def files(found: Findings, adverts: Sequence[Advert], result: Overrides) -> dict[str, bytes]:
    """Return the report's files by their path within its folder."""
    made = tables(found, adverts, result)
    contents = {
        "adverts.html": page(found, made, result).encode(),
        "adverts.json": (json.dumps([advert.record() for advert in adverts], ensure_ascii=False, indent=1) + "\n").encode(),
        FINDINGS_FILE: saved_text(Saved(found, result)).encode(),
        "overrides.yaml": scenario_text(result, found).encode(),
    }
    if workbooks_can_be_written():
        contents["adverts.xlsx"] = workbook(found, made)
    return contents | {f"tables/{table.name}.csv": _csv(table).encode() for table in made}


def write(contents: dict[str, bytes], out: Path) -> list[Path]:
    """Write files into a folder, each as a whole; a name that ends in html, xlsx, csv, json or yaml is given that one file.

    Raises:
        OutputError: the folder cannot be made or written to, or a workbook is asked for without the package that writes it.
    """
    if out.suffix in _ONE_FILE:
        if _ONE_FILE[out.suffix] not in contents:
            raise OutputError(f"'{out}' cannot be written without XlsxWriter: install almoner with its 'evidence' extra.")
        contents, out = {out.name: contents[_ONE_FILE[out.suffix]]}, out.parent
    return write_files(contents, out)


def page(found: Findings, made: Sequence[AdvertTable], result: Overrides) -> str:
    """Return the report as one page that asks for nothing from outside."""
    from almoner.report.templating import rendered

    shown = [table for table in made if table.name != "spans"]
    return rendered(
        "adverts.html.jinja",
        found=found,
        headline=headline(found),
        tables=shown,
        notes=NOTES,
        refused=result.refused,
        style=rendered("plan.css"),
        cell=cell_words,
        numeric=lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    )


NOTES: Final = (
    "Counts are of vacancies: the same advert seen on several days counts once, and one posted again within 60 days is the same "
    "vacancy.",
    f"Pay an hour is that of full-time work: a year is {WEEKS_PER_YEAR} weeks, full time 37 hours a week (37.5 in the NHS) where "
    "an amount must be divided. A grade alone stays unknown unless the employer's scale was given.",
    "Adverts show what is offered, not what is paid, and only by employers who advertise where these files come from.",
    "A closing date is the employer's plan. The days open count from posting to disappearance, and those still open count as such.",
    "Intervals are at 95%: Wilson's for shares; Greenwood's variance on the log-minus-log scale for days.",
)


def workbooks_can_be_written() -> bool:
    """Tell whether the package that writes workbooks is installed; all else is written without it."""
    return find_spec("xlsxwriter") is not None


def workbook(found: Findings, made: Sequence[AdvertTable]) -> bytes:
    """Return the tables as an Excel workbook, the same bytes for the same tables."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # The time of writing would make every file differ.
    book.set_properties({"title": "Job adverts", "created": datetime(2000, 1, 1)})
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    decimals = {digits: book.add_format({"num_format": f"#,##0.{'0' * digits}"}) for digits in {each.decimals for each in made}}
    summary = book.add_worksheet("summary")
    summary.set_column(0, 0, _SUMMARY_WIDTH)
    for row, sentence in enumerate((*headline(found), "", *NOTES)):
        summary.write_string(row, 0, sentence, wrapped)
    for table in made:
        _fill(book.add_worksheet(table.name), table, bold, decimals[table.decimals])
    book.close()
    return out.getvalue()


def _fill(sheet: Any, table: AdvertTable, bold: Any, decimals: Any) -> None:
    sheet.write_string(0, 0, table.title, bold)
    for column, heading in enumerate(table.header):
        sheet.write_string(2, column, heading, bold)
        widest = max((len(cell_words(row[column])) for row in table.rows), default=0)
        sheet.set_column(column, column, min(max(len(heading), widest) + 1, _WIDEST))
    for number, row in enumerate(table.rows, start=3):
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                sheet.write_string(number, column, cell_words(value)[:_LONGEST_CELL])
            else:
                sheet.write_number(number, column, value, decimals if isinstance(value, float) else None)
    sheet.freeze_panes(3, 0)


def _csv(table: AdvertTable) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows([safe(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def cell_words(value: Cell, missing: str = "not stated", decimals: int = 2) -> str:
    """Return a cell as people read it."""
    if value is None:
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.{decimals}f}"
    return f"{value:,}" if isinstance(value, int) else value


def _of(share: Share) -> str:
    percent = 100 * (share.share or 0.0)
    return f"{share.count:,} of {share.total:,} ({percent:.0f}%, between {100 * share.low:.0f}% and {100 * share.high:.0f}%)"


def _gap(gap: float | None) -> str:
    gap = gap or 0.0
    return f"£{abs(gap):.2f} an hour {'more' if gap >= 0 else 'less'} than" if abs(gap) >= 0.005 else "the same as"


def _interval(low: float | None, high: float | None) -> str:
    if low is None:
        return "no interval"
    return f"between {low:g} and {high:g}" if high is not None else f"at least {low:g}"


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
