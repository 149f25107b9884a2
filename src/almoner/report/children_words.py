"""The words of children's social care: numbers with their units, bands, and the answer in a few sentences.

In: values, rows and a `ChildrenRecord`. Out: text. Every modelled number comes with its range, every gap with its reason.
"""

from __future__ import annotations

from almoner.analysis import words
from almoner.analysis.children_record import ChildrenRecord, NowLine, ProjectionRow
from almoner.analysis.plan_record import Band

_PLAIN = ("fte", "children", "places")
_ONE_DECIMAL = ("cases per fte", "per 10,000 children")


def number(value: float | None, unit: str) -> str:
    """Say one value; None is 'not published'."""
    if value is None:
        return words.NOT_PUBLISHED
    if unit == "gbp":
        return f"£{value:,.0f}"
    if unit == "percent":
        return f"{value:.1f}%"
    if unit in _PLAIN:
        return f"{value:,.0f}"
    return f"{value:.1f}" if unit in _ONE_DECIMAL else f"{value:g}"


def band_text(row: ProjectionRow) -> str:
    """Say a projected value with its range shortly: '231 (207 to 253)'."""
    return f"{number(row.median, row.unit)} ({number(row.low, row.unit)} to {number(row.high, row.unit)})"


def between(band: Band, unit: str) -> str:
    """Say a band as 'between 207 and 253'."""
    return f"between {number(band.low, unit)} and {number(band.high, unit)}"


def now_line(found: ChildrenRecord, name: str) -> NowLine:
    """Return a line of where the place stands."""
    return next(line for line in found.now if line.id == name)


def row_of(found: ChildrenRecord, scenario: str, measure: str, year: int) -> ProjectionRow | None:
    """Return a projected value, if there is one."""
    return next((row for row in found.projection if (row.scenario, row.measure, row.year) == (scenario, measure, year)), None)


def sentences(found: ChildrenRecord) -> tuple[str, ...]:
    """Return the answer: caseload now and against others, what comes if nothing changes, norms by scenario, money, homes."""
    said = [_caseload_now(found)]
    first = found.scenarios[0][0]
    staff = row_of(found, first, "in_post_fte", found.years[-1])
    load = row_of(found, first, "caseload", found.years[-1])
    if staff and load:
        people = between(Band(staff.median, staff.low, staff.high), "fte")
        cases = between(Band(load.median, load.low, load.high), "cases per fte")
        said.append(
            f"If nothing changes there would be {people} FTE social workers in post on 30 September {staff.year} "
            f"and {cases} cases each."
        )
    titles = dict(found.scenarios)
    for reached in found.norm:
        norm = number(reached.norm, "cases per fte")
        when = f"stays at or below {norm} from {reached.year} on" if reached.year else f"does not come to stay at or below {norm}"
        share = f"{reached.share:.0f}% of draws end there in {reached.last_year}"
        said.append(f"{titles[reached.scenario]}: the median caseload {when}; {share}.")
    spend = next((row for row in found.spend if row.scenario == first), None)
    if spend:
        whole, more = spend.agency_gbp_m, spend.premium_gbp_m
        said.append(
            f"Agency social workers would cost £{whole.low:,.1f} to £{whole.high:,.1f} million in the year to September "
            f"{spend.year} ({found.price_basis} prices; unit costs assumed), £{more.low:,.1f} to £{more.high:,.1f} million of it "
            "more than employing as many."
        )
    said.append(_homes(found))
    return tuple(said)


def _caseload_now(found: ChildrenRecord) -> str:
    line, name = now_line(found, "caseload"), found.place.name
    if line.place is None:
        last = f"; the last was {line.last_published[1]:.1f} in {line.last_published[0]}" if line.last_published else ""
        return f"{name} has no published caseload for {line.date} ({line.marker or 'not published'}{last})."
    england = number(line.england, "cases per fte")
    beside = f"{line.neighbours:.1f} in its statistical neighbours (median) and " if line.neighbours is not None else ""
    others = "" if found.place.level == "england" else f", against {beside}{england} in England"
    return f"{name} had {line.place:.1f} cases for each social worker on {line.date}{others}."


def _homes(found: ChildrenRecord) -> str:
    about = found.unregistered
    if not about.rows:
        outside = about.placed_outside_area
        told = f"Children without a registered place: unknown. {about.reason}"
        if outside and outside[0].place is not None:
            told += f" {outside[0].place:.0f}% of its looked-after children were placed outside the area on {outside[0].date}."
        return told
    last = [row for row in about.rows if row.scenario == found.scenarios[0][0]][-1]
    if about.status == "own figures":
        return (
            f"Children without a registered place: {last.children.median:,.0f} by own figures ({last.date.lower() or 'no date'})."
        )
    published = f"about {about.published[1]:,.0f} in {about.published[0]}" if about.published else "not published"
    return (
        f"Children in unregistered placements in England: {published}; {between(last.children, 'children')} on {last.date} "
        "if nothing changes (modelled on assumed occupancy and need)."
    )
