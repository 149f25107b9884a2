"""The answer about delays in sentences and small tables, for the terminal and the page."""

from __future__ import annotations

from typing import Any

from almoner.analysis.delays_record import BodyShare, CausedRow, DelaysRecord
from almoner.reference.discharge_words import BODIES, CONSTRAINTS

Rows = list[dict[str, object]]

_STAYS = {"7_plus_days": "stays of 7 or more days", "not_stated": "longer stays (which is not stated)"}


def headline(answer: DelaysRecord) -> list[str]:
    """Return the answer in a few sentences."""
    recorded, caused = answer.recorded, answer.caused
    largest = max(caused.by_body, key=lambda row: row.days)
    shared = next(row for row in recorded.by_body if row.body == "shared_interface")
    care = next(row for row in recorded.by_body if row.body == "council_social_care")
    return [
        f"{answer.area_name}: {_how_many(answer)}",
        f"As recorded, {care.share:.0f}% is council social care alone, and {shared.share:.0f}% names two bodies or more: "
        f"council social care could be between {care.low:.0f}% and {care.high:.0f}%, by how the shared reasons fall"
        + (" (modelled: the split of the boards where its people live)." if recorded.status == "modelled" else "."),
        f"As caused (modelled), the largest part is {largest.label.lower()}: {_share(largest, answer)} of "
        f"{_days(caused.total_days)} a year, between {_days(largest.low)} and {_days(largest.high)}.",
    ]


def tables(answer: DelaysRecord, result: dict[str, Any]) -> list[tuple[str, Rows]]:
    """Return titled tables: by body, by constraint, by reason, what-ifs, and the checks where they were asked for."""
    recorded = answer.recorded
    split = "modelled from its boards" if recorded.status == "modelled" else "published"
    period = recorded.reasons_period.replace("/", " to ")
    found = [
        (
            f"Whose delay, in percent: as recorded ({split}, {period}), England, and as caused (modelled)",
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
        ("What if (modelled, in the long run, a year)", [_what_if_row(row) for row in answer.what_if]),
    ]
    if answer.waits:
        found.append(("How long people wait after being ready (modelled)", [_wait_row(row) for row in answer.waits]))
    if "check" in result:
        found += [(str(title), list(rows)) for title, rows in result["check"]["tables"].items()]
    return found


def _how_many(answer: DelaysRecord) -> str:
    recorded = answer.recorded
    cost = f"at £{answer.bed_day_gbp:.0f} a day that is £{answer.cost_gbp_m:,.0f} million a year"
    if recorded.measure == "no_criteria_to_reside":
        return f"{recorded.patients_per_day:,.0f} people a day were in hospital though ready to leave in {recorded.period}; {cost}."
    return (
        f"residents spent {recorded.days_per_year:,.0f} days in hospital after the day on which they were ready "
        f"in {recorded.period}, {recorded.patients_per_day:,.0f} people on an average day; {cost}."
    )


def _aligned(answer: DelaysRecord) -> list[tuple[BodyShare, BodyShare, CausedRow]]:
    return list(zip(answer.recorded.by_body, answer.england, answer.caused.by_body, strict=True))


def _body_row(here: BodyShare, there: BodyShare, cause: CausedRow, answer: DelaysRecord) -> dict[str, object]:
    row: dict[str, object] = {"body": here.label, "recorded": f"{here.share:.0f}", "range": f"{here.low:.0f} to {here.high:.0f}"}
    if answer.level != "england":
        row["England"] = f"{there.share:.0f}"
    return row | {"caused": f"{100 * cause.days / answer.caused.total_days:.0f}", "days a year": f"{cause.days:,.0f}"}


def _constraint_row(row: CausedRow, answer: DelaysRecord) -> dict[str, object]:
    return {
        "constraint": CONSTRAINTS[row.id],
        "days": f"{row.days:,.0f}",
        "between": f"{row.low:,.0f} and {row.high:,.0f}",
        "share": _share(row, answer),
    }


def _reason_row(row: Any) -> dict[str, object]:
    return {"reason": row.reason, "whose": BODIES[row.body], "share": f"{row.share:.1f}%"}


def _what_if_row(row: Any) -> dict[str, object]:
    return {
        "change": row.label,
        "days saved": f"{row.days_saved:,.0f}" if row.told_apart else "no clear effect",
        "between": f"{row.low:,.0f} and {row.high:,.0f}",
        "people a day": f"{row.patients_per_day:,.1f}",
        "£ million": f"{row.saved_gbp_m:,.1f}",
    }


def _wait_row(row: Any) -> dict[str, object]:
    return {
        "pathway": row.label,
        "people a day": f"{row.people_per_day:,.0f}",
        "mean days": f"{row.mean_days:.1f}",
        "days a year": f"{row.days_per_year:,.0f}",
        "of those held, one in ten more than": f"{row.ninetieth_days} days",
    }


def _share(row: CausedRow, answer: DelaysRecord) -> str:
    return f"{100 * row.days / answer.caused.total_days:.0f}%"


def _days(days: float) -> str:
    return f"{days:,.0f} days" if days < 1e6 else f"{days / 1e6:.2f} million days"
