"""Children's social care of a place as data: what `almoner children` prints and its section of a report draws.

Posts are full-time equivalents (FTE), rates are percentages, money is in millions of pounds in the prices of the price base, and a
band is the spread over draws that `band_kind` names. What was not published, or cannot be known, is None and never nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from almoner.analysis.plan_record import Band, Place, SourceLine

State = Literal["published", "estimated", "modelled", "assumed", "suppressed", "not published", "unknown", "own figures"]


@dataclass(frozen=True, slots=True)
class NowLine:
    """A figure of the place beside its statistical neighbours (their median, over `neighbours_known` of them) and England."""

    id: str
    label: str
    unit: str
    date: str
    place: float | None
    neighbours: float | None
    england: float | None
    status: State
    neighbours_known: int = 0
    marker: str = ""
    last_published: tuple[int, float] | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectionRow:
    """A measure of a place under a scenario in a year."""

    scenario: str
    measure: str
    label: str
    unit: str
    year: int
    date: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NormRow:
    """When the caseload of a place first stays at or below its norm under a scenario.

    `year` is the first year from which the median stays at or below the norm to the end (None if it never does), `share` the share
    of draws in which the caseload is at or below the norm in the last year, percent.
    """

    scenario: str
    norm: float
    year: int | None
    share: float
    last_year: int
    caseload: Band | None


@dataclass(frozen=True, slots=True)
class SpendRow:
    """What social workers cost beyond the usual: agency staff, and of it the premium; posts that a cap adds; policies' own cost.

    Agency work is of the year to 30 September, posts are those of that day, policies are of the year to 31 March.
    """

    scenario: str
    year: int
    agency_gbp_m: Band
    premium_gbp_m: Band
    extra_posts_gbp_m: Band
    policies_gbp_m: Band
    status: State = "modelled"


@dataclass(frozen=True, slots=True)
class UnregisteredRow:
    """Children without a registered place in a year, England."""

    scenario: str
    year: int
    date: str
    children: Band
    open_places: Band
    places: Band
    need: Band


@dataclass(frozen=True)
class Unregistered:
    """Children whom no registered place takes: modelled for England, unknown for an area without figures of its own."""

    status: State
    reason: str
    published: tuple[str, float] | None
    rows: tuple[UnregisteredRow, ...] = ()
    placed_outside_area: tuple[NowLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """A kind of placement or support: children in it or needing it, and places, each None where unknown."""

    id: str
    label: str
    children: float | None
    places: float | None
    status: State
    date: str
    note: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FitLine:
    """How well a series is forecast one year ahead in this place and in all: the root mean square of what was missed."""

    series: str
    label: str
    unit: str
    here: float | None
    everywhere: float
    years: int
    opening: State


@dataclass(frozen=True, slots=True)
class EffectLine:
    """An estimate of our own beside the published one."""

    what: str
    unit: str
    estimate: float
    low: float
    high: float
    published: tuple[float, float, float] | None
    rows: int
    note: str


@dataclass(frozen=True, slots=True)
class OwnRate:
    """Moves from a kind of placement in the place's own episode files; None where fewer than six, so that no child can be told."""

    origin: str
    destination: str
    events: int | None
    per_year: float | None


@dataclass(frozen=True)
class OwnBlock:
    """What own files say, in totals only: rates of moves and endings, where children are placed, and the workforce return."""

    files: tuple[str, ...]
    window: tuple[str, str] | None
    children: int
    child_years: float
    ends_per_year: float | None
    rates: tuple[OwnRate, ...]
    placed: tuple[tuple[str, int | None], ...]
    entry_ages: tuple[tuple[str, int | None], ...]
    workforce: tuple[tuple[str, float | None], ...]
    problems: tuple[str, ...]
    problem_rows: int


@dataclass(frozen=True)
class ChildrenRecord:
    """Everything about a place; see the module."""

    place: Place
    return_name: str
    return_note: str
    years: tuple[int, ...]
    draws: int
    seed: int
    band_kind: str
    price_basis: str
    scenarios: tuple[tuple[str, str], ...]
    neighbours: tuple[tuple[str, str, str], ...]
    now: tuple[NowLine, ...]
    history: tuple[tuple[str, str, tuple[tuple[int, float], ...]], ...]
    projection: tuple[ProjectionRow, ...]
    norm: tuple[NormRow, ...]
    spend: tuple[SpendRow, ...]
    unregistered: Unregistered
    placements: tuple[PlacementLine, ...]
    fits: tuple[FitLine, ...]
    effects: tuple[EffectLine, ...]
    own: OwnBlock | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
