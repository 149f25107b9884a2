"""The tables of what job adverts show: each names its unit and how many vacancies stand behind a figure.

In: the findings, the adverts and the overrides of `almoner.voices.adverts`. Out: tables of plain cells, for screen, page and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from almoner.report.tables import Cell
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.findings import Findings, Share
from almoner.voices.adverts.hourly import hourly_of
from almoner.voices.adverts.overrides import Overrides

SHORT_SPANS: Final = 200


@dataclass(frozen=True, slots=True)
class AdvertTable:
    """A table with the name of its file, a title that says what it holds, its heading row and its rows."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    decimals: int = 2
    """Of numbers that are no whole ones, as people read them."""


def tables(found: Findings, adverts: Sequence[Advert], result: Overrides) -> list[AdvertTable]:
    """Return all tables of the report."""
    return [*summary_tables(found, result), _advert_table(adverts), _span_table(adverts)]


def summary_tables(found: Findings, result: Overrides) -> list[AdvertTable]:
    """Return the tables of what the adverts show together."""
    return [_pay_table(found), _against_table(found), _duration_table(found), _override_table(result)]


def _pay_table(found: Findings) -> AdvertTable:
    return AdvertTable(
        "pay_by_role",
        f"Pay offered by kind of job, pounds an hour of full-time work, {found.day.isoformat()}",
        (
            "kind of job",
            "vacancies",
            "pay hidden",
            "with lowest pay",
            "lower quarter",
            "median of lowest",
            "upper quarter",
            "median of middle",
        ),
        tuple(
            (
                *(row.label, row.vacancies, row.hidden, row.with_entry),
                *(_pence(each) for each in (row.entry_quarter, row.entry_median, row.entry_three_quarters, row.middle_median)),
            )
            for row in found.pay
        ),
    )


def _against_table(found: Findings) -> AdvertTable:
    return AdvertTable(
        "against_outside_pay",
        f"Direct care jobs against what else a person could earn on the day of the advert (figures of {found.day.isoformat()})",
        (
            "held against",
            "pounds an hour",
            "from",
            "middle gap",
            "offer less",
            "of",
            "share %",
            "low %",
            "high %",
            "source",
        ),
        tuple(
            (
                *(
                    each.comparator.name,
                    each.comparator.hourly,
                    each.comparator.period,
                    _pence(each.gap),
                    each.below.count,
                    each.below.total,
                ),
                *_percents(each.below),
                each.comparator.source,
            )
            for each in found.against
        ),
    )


def _duration_table(found: Findings) -> AdvertTable:
    rows: list[tuple[Cell, ...]] = [
        (each.group, each.spells, each.ended, each.median.value, each.median.low, each.median.high, *_open_shares(each.still_open))
        for each in found.durations
    ]
    if found.windows:
        middle = middle_of([float(days) for days in found.windows])
        rows.append(
            ("advertised window: posting to closing date, a plan", len(found.windows), None, middle, None, None, *[None] * 4)
        )
    return AdvertTable(
        "days_open",
        "Days that vacancies stay open, from posting to disappearance",
        (
            "vacancies",
            "seen",
            "ended",
            "median days",
            "low",
            "high",
            "open after 14 days %",
            "after 28 %",
            "after 60 %",
            "after 90 %",
        ),
        tuple(rows),
        decimals=1,
    )


def _open_shares(still: tuple[tuple[int, float], ...]) -> list[Cell]:
    by_day = dict(still)
    return [round(100 * by_day[day]) if day in by_day else None for day in (14, 28, 60, 90)]


def _override_table(result: Overrides) -> AdvertTable:
    return AdvertTable(
        "overrides",
        "Parameters that these adverts can replace",
        ("parameter", "value", "low", "high", "from", "until", "source"),
        tuple((edit.path, edit.value, edit.low, edit.high, edit.from_, edit.until, edit.source) for edit in result.edits),
    )


def _advert_table(adverts: Sequence[Advert]) -> AdvertTable:
    header = (
        "title",
        "employer",
        "place",
        "area code",
        "kind of job",
        "lowest",
        "highest",
        "period",
        "bound",
        "pro rata",
        "grade",
        "hours a week",
    )
    more = (
        "contract",
        "pattern",
        "an hour, lowest",
        "an hour, highest",
        "posted",
        "closes",
        "least confidence",
        "to review",
        "vacancy",
        "file",
    )
    return AdvertTable("adverts", "The adverts", (*header, *more), tuple(_advert_row(advert) for advert in adverts))


def _advert_row(advert: Advert) -> tuple[Cell, ...]:
    rate = hourly_of(advert)
    return (
        *(
            advert.title,
            advert.employer,
            advert.place,
            advert.area_code,
            advert.family.replace("_", " "),
            advert.salary_min,
            advert.salary_max,
        ),
        *(advert.period, advert.bound, advert.pro_rata, advert.grade, advert.hours_per_week, advert.contract, advert.pattern),
        *(_pence(rate.low) if rate else None, _pence(rate.high) if rate else None),
        *(advert.posted.isoformat() if advert.posted else None, advert.closes.isoformat() if advert.closes else None),
        *(min(advert.confidence.values(), default=None), " ".join(advert.review) or None, advert.key, advert.file),
    )


def _span_table(adverts: Sequence[Advert]) -> AdvertTable:
    return AdvertTable(
        "spans",
        "The words that state each field, where they stand, the rule that found them, and how sure that is",
        ("advert", "title", "field", "words", "start", "end", "within", "rule", "confidence", "file"),
        tuple(
            (
                *(number, advert.title, name, span.text[:SHORT_SPANS], span.start, span.end, span.within, span.rule),
                *(advert.confidence.get(name), advert.file),
            )
            for number, advert in enumerate(adverts, start=1)
            for name, spans in advert.spans.items()
            for span in spans
        ),
    )


def _percents(share: Share) -> tuple[Cell, Cell, Cell]:
    if share.share is None:
        return None, None, None
    return round(100 * share.share), round(100 * share.low), round(100 * share.high)


def _pence(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def middle_of(values: Sequence[float]) -> float:
    """Return the median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
