"""The answer about delays in sentences and small tables, for the terminal and the page."""

from __future__ import annotations

from calendar import month_name
from typing import Any, Final

from almoner.analysis.delays_record import BodyShare, CausedRow, DelaysRecord, Fan
from almoner.analysis.words import MINUS
from almoner.reference.discharge_words import BODIES, CONSTRAINTS, PRIORITIES

Rows = list[dict[str, object]]

_STAYS: Final = {"7_plus_days": "of patients with stays of 7 or more days", "not_stated": "of patients with long stays"}
_WHOSE: Final = {
    "hospital": "the hospital's own",
    "nhs_community": "that of NHS community services",
    "council_social_care": "that of council social care",
    "shared_interface": "shared between bodies",
    "patient_and_family": "that of patients and families",
    "housing": "that of housing",
    "other": "other",
}
_MONTHS: Final = tuple(month_name)[1:]
_QUARTERS: Final = ("03", "06", "09", "12")
_ROUNDING: Final = ((100_000, 1_000), (10_000, 100), (1_000, 10))
_MILLION: Final = 1e6
_HUNDREDS: Final = 1_000
_TENS: Final = 10


def headline(answer: DelaysRecord) -> list[str]:
    """Return the answer in a few sentences."""
    recorded, caused = answer.recorded, answer.caused
    largest = max(caused.by_body, key=lambda row: row.days)
    shared = next(row for row in recorded.by_body if row.body == "shared_interface")
    care = next(row for row in recorded.by_body if row.body == "council_social_care")
    return [
        _how_many(answer),
        f"As recorded, {care.share:.0f}% is for council social care alone to answer, and {shared.share:.0f}% names two bodies or "
        f"more: council social care has between {care.low:.0f}% and {care.high:.0f}%, by how the shared reasons fall"
        + (" (modelled: the split of the boards where its people live)." if recorded.status == "modelled" else "."),
        f"As caused (modelled), the largest part is {_WHOSE[largest.id]}: {_share(largest, answer)} of {_days(caused.total_days)} "
        f"a year, between {_days(largest.low, largest.high)} and {_days(largest.high)} ({caused.interval}).",
        *(_ahead(fan) for fan in answer.fans[:1]),
        *([answer.caution] if answer.caution else []),
        *([] if answer.priority == "first_come" else [f"Services take people by another rule: {PRIORITIES[answer.priority]}."]),
    ]


def tables(answer: DelaysRecord, result: dict[str, Any]) -> list[tuple[str, Rows]]:
    """Return titled tables: by body, by constraint, by reason, what-ifs, and the checks where they were asked for."""
    recorded = answer.recorded
    split = "modelled from its boards" if recorded.status == "modelled" else "published"
    period = period_words(recorded.reasons_period)
    found = [
        (
            f"Whose delay, in percent: as recorded ({split}, {period}; range: with none or all of the shared reasons that could be "
            "its own), and as caused (modelled)",
            [_body_row(here, there, cause, answer) for here, there, cause in _aligned(answer)],
        ),
        (
            "What holds people, days a year (modelled, base-year rates)",
            [_constraint_row(row, answer) for row in answer.caused.by_constraint],
        ),
        (
            f"The ten largest recorded reasons, {_STAYS[recorded.reasons_stays]}, {period}",
            [_reason_row(row) for row in recorded.by_reason[:10]],
        ),
        (
            f"What if: days a year in the long run (modelled; worth: at £{answer.bed_day_gbp:.0f} a day, before what the change "
            "costs)",
            [_what_if_row(row) for row in answer.what_if],
        ),
    ]
    if answer.waits:
        found.append(("How long people wait after being ready (modelled)", [_wait_row(row) for row in answer.waits]))
    if answer.recorded.over_time:
        found.append(("Over time (published)", _over_time(answer)))
    if len(answer.fans) > 1:
        found.append(("Who would wait, by scenario (modelled; 80% interval)", _fan_rows(answer.fans)))
    if "check" in result:
        found += [(str(title), list(rows)) for title, rows in result["check"]["tables"].items()]
    return found


def _how_many(answer: DelaysRecord) -> str:
    recorded = answer.recorded
    cost = f"At £{answer.bed_day_gbp:.0f} a day to the NHS that is {_pounds(answer.cost_gbp_m)} a year"
    each = "" if recorded.mean_days is None else f"{recorded.mean_days:.1f} days for each person discharged"
    beside = "" if answer.level == "england" or not each else f" (England {answer.england_mean_days:.1f})"
    if recorded.measure == "no_criteria_to_reside":
        when = recorded.period if recorded.status == "own figures" else f"an average day of {recorded.period}"
        return (
            f"{answer.area_name}: on {when}, {recorded.patients_per_day:,.0f} people were in hospital though ready to leave"
            + (f": {each}{beside}" if each else "")
            + f". {cost}."
        )
    return (
        f"People of {answer.area_name} spent {recorded.days_per_year:,.0f} days in hospital after the day on which they were ready "
        f"in {recorded.period}: {people(recorded.patients_per_day)} people on an average day, {each}{beside}. {cost}."
    )


def _ahead(fan: Fan) -> str:
    first, last = (month_words(fan.months[k]) for k in (0, -1))
    return (
        f"If nothing changes, between {people(fan.low[-1])} and {people(fan.high[-1])} people would wait on an average day of "
        f"{last} (modelled from March 2025; 80% interval; {first}: between {people(fan.low[0])} and {people(fan.high[0])})."
    )


def _fan_rows(fans: tuple[Fan, ...]) -> Rows:
    """Return each scenario at the ends of years."""
    ends = [m for m, month in enumerate(fans[0].months) if month.endswith("-03")] or [len(fans[0].months) - 1]
    return [
        {
            "scenario": fan.name,
            "month": month_words(fan.months[m]),
            "people who wait": people(fan.median[m]),
            "between": f"{people(fan.low[m])} and {people(fan.high[m])}",
        }
        for fan in fans
        for m in ends
    ]


def _over_time(answer: DelaysRecord) -> Rows:
    """Return the record by quarter of its months, and by year where no month is published."""
    points = answer.recorded.over_time
    months = [point for point in points if not is_year(point.period) and point.period[5:] in _QUARTERS]
    years = [point for point in points if is_year(point.period)]
    return [
        {
            "period": point.period if is_year(point.period) else month_words(point.period),
            "people a day": people(point.patients_per_day),
        }
        for point in (*months, *years)
    ]


def is_year(period: str) -> bool:
    """Whether a period is a year such as 2024-25, and not a month such as 2024-04."""
    return int(period[5:]) == (int(period[:4]) + 1) % 100


def month_words(month: str) -> str:
    """Return 'March 2028' of '2028-03'."""
    return f"{_MONTHS[int(month[5:]) - 1]} {month[:4]}"


def period_words(period: str) -> str:
    """Return 'June 2024 to March 2025' of '2024-06/2025-03', and any other period as it is."""
    return " to ".join(map(month_words, period.split("/"))) if "/" in period else period


def months_after(first: str, month: str) -> int:
    """Return how many months `month` is after `first`; below nothing before it."""
    return 12 * (int(month[:4]) - int(first[:4])) + int(month[5:]) - int(first[5:])


def people(number: float) -> str:
    """Say people: to the nearest ten from a thousand on, to a tenth below one."""
    if 0 < number < 1:
        return f"{number:.1f}"
    return f"{round(number, -1):,.0f}" if number >= _HUNDREDS else f"{number:,.0f}"


def _pounds(gbp_m: float) -> str:
    return f"£{gbp_m:,.0f} million" if gbp_m >= 1 else f"£{gbp_m * 1000:,.0f},000"


def _aligned(answer: DelaysRecord) -> list[tuple[BodyShare, BodyShare, CausedRow]]:
    return list(zip(answer.recorded.by_body, answer.england, answer.caused.by_body, strict=True))


def _body_row(here: BodyShare, there: BodyShare, cause: CausedRow, answer: DelaysRecord) -> dict[str, object]:
    row: dict[str, object] = {"body": here.label, "recorded": f"{here.share:.0f}", "range": f"{here.low:.0f} to {here.high:.0f}"}
    if answer.level != "england":
        row["England"] = f"{there.share:.0f}"
    return row | {"caused": f"{100 * cause.days / answer.caused.total_days:.0f}", "caused, days a year": said(cause.days)}


def _constraint_row(row: CausedRow, answer: DelaysRecord) -> dict[str, object]:
    return {
        "constraint": CONSTRAINTS[row.id],
        "days": said(row.days),
        "between": f"{said(row.low)} and {said(row.high)}",
        "share": _share(row, answer),
    }


def _reason_row(row: Any) -> dict[str, object]:
    return {"reason": row.reason, "whose": BODIES[row.body], "share": f"{row.share:.1f}%"}


def _what_if_row(row: Any) -> dict[str, object]:
    return {
        "change": row.label,
        "days saved": said(row.days_saved) if row.told_apart else "no clear effect",
        "between": f"{said(row.low)} and {said(row.high)}",
        "people a day": f"{row.patients_per_day:,.0f}" if row.patients_per_day >= _TENS else f"{row.patients_per_day:,.1f}",
        "worth, £ million": f"{row.saved_gbp_m:,.1f}",
    }


def _wait_row(row: Any) -> dict[str, object]:
    return {
        "pathway": row.label,
        "people a day": f"{row.people_per_day:,.0f}",
        "mean days": f"{row.mean_days:.1f}",
        "days a year": said(row.days_per_year),
        "of those held, one in ten more than": f"{row.ninetieth_days} days",
    }


def _share(row: CausedRow, answer: DelaysRecord) -> str:
    return f"{100 * row.days / answer.caused.total_days:.0f}%"


def _days(days: float, beside: float | None = None) -> str:
    """Say days with their unit; `beside` a number of the same unit that follows, without it."""
    if beside is not None:
        return said(days) if beside < _MILLION else f"{days / _MILLION:.2f}"
    return f"{said(days)} days" if days < _MILLION else f"{days / _MILLION:.2f} million days"


def said(days: float) -> str:
    """Say modelled days to about three digits: no more is known of them."""
    step = next((step for limit, step in _ROUNDING if abs(days) >= limit), 1)
    whole = round(days / step) * step
    return f"{MINUS if whole < 0 else ''}{abs(whole):,.0f}"
