"""A council's social work workforce return (CSWW census, XML), read in memory into totals: no person is kept.

In: the file as sent. Out: `WorkforceReturn` with FTE in post, agency, vacancies, starters by origin, leavers, cases and service, by
the published definitions (30 September, or the year to it). What cannot be true is counted and named, never mended in silence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from almoner.errors import InputFileError

LARGEST_BYTES: Final = 100_000_000
ORIGINS: Final[dict[str, str]] = {
    "1": "newly_qualified",
    **dict.fromkeys(("2", "4", "5", "6", "7", "8"), "experienced"),
    "3": "from_overseas",
}
"""Routes by StartOrigin, recalled from the census guide: 1 newly qualified, 2 another council, 3 outside England, 4 agency, 5 to 7
other posts, 8 none or a career break. The layout at hand names only the range 1 to 10; other codes are not known.
"""
_FIVE_YEARS_DAYS: Final = 5 * 365.25
_LONGEST_CONTRACT_WEEKS: Final = 104.0


@dataclass(frozen=True)
class WorkforceReturn:
    """Totals of one return; None where the return does not say. `starters_by_route` and `under_five_years` are in FTE."""

    file: str
    authority: str
    year: int
    in_post_fte: float
    in_post_headcount: int
    agency_fte: float | None
    agency_headcount: int | None
    vacancies_fte: float | None
    starters_fte: float
    leavers_fte: float
    cases: int
    case_holders_fte: float
    working_days_lost: float
    under_five_years_fte: float
    starters_by_route: dict[str, float]
    problems: tuple[tuple[str, int], ...]

    @property
    def turnover_rate(self) -> float | None:
        """Return leavers over FTE in post, percent."""
        return 100.0 * self.leavers_fte / self.in_post_fte if self.in_post_fte else None

    @property
    def vacancy_rate(self) -> float | None:
        """Return vacancies over vacancies and FTE in post, percent."""
        if self.vacancies_fte is None or not self.vacancies_fte + self.in_post_fte:
            return None
        return 100.0 * self.vacancies_fte / (self.vacancies_fte + self.in_post_fte)

    @property
    def agency_rate(self) -> float | None:
        """Return agency FTE over agency and FTE in post, percent."""
        if self.agency_fte is None or not self.agency_fte + self.in_post_fte:
            return None
        return 100.0 * self.agency_fte / (self.agency_fte + self.in_post_fte)

    @property
    def caseload(self) -> float | None:
        """Return cases over the FTE of those who hold any."""
        return self.cases / self.case_holders_fte if self.case_holders_fte else None


def read_return(file: str | Path) -> WorkforceReturn:
    """Read a return.

    Raises:
        InputFileError: the file is missing, too large, no XML, or no social work workforce census.
    """
    path = Path(file)
    root = _parsed(path)
    details = root.find("Header/CollectionDetails")
    if root.tag != "Message" or details is None or details.findtext("Collection") != "CSWW":
        raise InputFileError(f"{path.name} is no social work workforce return: its header must say Collection CSWW.")
    try:
        day = date.fromisoformat(details.findtext("ReferenceDate", ""))
    except ValueError:
        raise InputFileError(f"{path.name} has no ReferenceDate such as 2025-09-30 in its header.") from None
    before = day.replace(year=day.year - 1)
    problems: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    routes: Counter[str] = Counter()
    for worker in root.iter("CSWWWorker"):
        _count(worker, before, day, sums, routes, problems)
    area = root.find("LALevelVacancies")
    return WorkforceReturn(
        path.name,
        root.findtext("Header/Source/LEA", ""),
        day.year,
        sums["in_post_fte"],
        round(sums["in_post"]),
        _number(area, "NoAgencyFTE", problems),
        _whole(_number(area, "NoAgencyHeadcount", problems)),
        _number(area, "NumberOfVacancies", problems),
        sums["starters_fte"],
        sums["leavers_fte"],
        round(sums["cases"]),
        sums["holders_fte"],
        sums["days_lost"],
        sums["under_five_fte"],
        {route: routes[route] for route in sorted(routes)},
        tuple(sorted(problems.items())),
    )


def _parsed(path: Path) -> ET.Element:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputFileError(f"{path.name} is larger than {LARGEST_BYTES // 1_000_000} MB, which no return is.")
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputFileError(f"There is no file {path}.") from None
    except OSError as error:
        raise InputFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    # A return declares no entities; a file that does may be made to grow without end when it is read.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InputFileError(f"{path.name} declares a document type, which a return never does: send the file as exported.")
    try:
        return ET.fromstring(content)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise InputFileError(f"{path.name} is not XML: {error}.") from None


def _count(worker: ET.Element, before: date, day: date, sums: Counter[str], routes: Counter[str], problems: Counter[str]) -> None:
    agency = worker.findtext("AgencyWorker")
    if agency not in ("0", "1"):
        problems["AgencyWorker is neither 0 nor 1: the person is left out"] += 1
        return
    start, end = _day(worker, "RoleStartDate", problems), _day(worker, "RoleEndDate", problems)
    fte = _number(worker, "FTE30", problems)
    usual = _number(worker, "FTE", problems)
    if fte is not None and not 0.0 <= fte <= 1.0:
        problems["FTE30 is outside 0 to 1: taken as not known"] += 1
        fte = None
    present = end is None or end > day
    cases = _number(worker, "Cases30", problems)
    if cases and present and fte:
        sums["cases"] += cases  # type: ignore[assignment]
        sums["holders_fte"] += fte  # type: ignore[assignment]
    weeks = _number(worker, "ContractWeeks", problems)
    if weeks is not None and weeks > _LONGEST_CONTRACT_WEEKS:
        problems["ContractWeeks is more than two years: not used"] += 1
    if agency == "1":
        if worker.find("LeaverDestination") is not None:
            problems["an agency worker has a leaver's destination: not used"] += 1
        return
    if end is None and worker.find("LeaverDestination") is not None:
        problems["a leaver's destination without RoleEndDate: taken as in post"] += 1
    if start is not None and end is not None and end < start:
        problems["RoleEndDate comes before RoleStartDate: the person is left out"] += 1
        return
    if present and fte:
        sums["in_post_fte"] += fte  # type: ignore[assignment]
        sums["in_post"] += 1
        if start is not None and (day - start).days < _FIVE_YEARS_DAYS:
            sums["under_five_fte"] += fte  # type: ignore[assignment]
    sums["days_lost"] += _number(worker, "WorkingDaysLost", problems) or 0.0  # type: ignore[assignment]
    at_work = fte if fte is not None and present else usual or 0.0
    if start is not None and before < start <= day:
        sums["starters_fte"] += at_work  # type: ignore[assignment]
        routes[ORIGINS.get(worker.findtext("StartOrigin", ""), "not_known")] += at_work  # type: ignore[assignment]
    if end is not None and before < end <= day:
        sums["leavers_fte"] += usual or 0.0  # type: ignore[assignment]


def _number(element: ET.Element | None, name: str, problems: Counter[str]) -> float | None:
    text = element.findtext(name) if element is not None else None
    if text is None or not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1e6:
        problems[f"{name} is no number from 0: taken as not known"] += 1
        return None
    return value


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _day(worker: ET.Element, name: str, problems: Counter[str]) -> date | None:
    text = worker.findtext(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        problems[f"{name} is no date: taken as not known"] += 1
        return None
