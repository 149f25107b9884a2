"""The plan as data: everything that the document says, before any of it is drawn or worded for the page.

`plan.json` is this record, field for field. A report is a function of it and of nothing else. Posts are counts of jobs, rates
are percentages, money is in the prices named by `price_basis`, and a band is the spread over draws that `band_kind` names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["published", "estimated", "modelled", "assumed"]
Good = Literal["up", "down", "neither"]


@dataclass(frozen=True, slots=True)
class Place:
    """An area or a group of areas. `areas` are the codes of its members."""

    code: str
    name: str
    level: Literal["area", "icb", "region", "england"]
    region_name: str | None = None
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A quantity over draws: the median with a low and a high end; the record's `band_kind` says what the ends are."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of 'where we are': the place beside its comparators. None is shown as 'not published'."""

    id: str
    label: str
    unit: Literal["posts", "percent", "gbp_per_hour", "people", "years", "ratio", "hours_per_week", "gbp_per_adult"]
    place: float | None
    similar: float | None
    region: float | None
    england: float | None
    status: Status
    period: str
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class SimilarArea:
    """One of the most similar areas, with its distance (0 = alike) and one line of its own figures."""

    code: str
    name: str
    distance: float
    filled_posts: float
    turnover_rate: float | None
    people_75_plus_share: float
    sources: tuple[str, ...] = ()
    """Of what is published in the line and in the distance; filled posts and the distance itself are modelled."""


@dataclass(frozen=True, slots=True)
class MixRow:
    """A category's share of posts or of workers, in the place and in England."""

    margin: str
    category: str
    place_posts: float
    place_percent: float
    england_percent: float
    status: Status
    period: str


@dataclass(frozen=True, slots=True)
class YearPoint:
    """One observation of a published series."""

    year: str
    value: float


@dataclass(frozen=True, slots=True)
class PublishedSeries:
    """A published series for the place or a comparator; a break in method starts a new series."""

    label: str
    measure: str
    unit: str
    points: tuple[YearPoint, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PopulationPoint:
    """People of an age band in the middle of a year."""

    year: int
    age_band: str
    persons: float
    kind: Literal["estimate", "projection"]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedPoint:
    """Posts that the population would need at base-year service levels, at 31 March of a year, by service."""

    year: int
    service: str
    posts: float
    posts_proportional_65: float


@dataclass(frozen=True, slots=True)
class Path:
    """A measure of one scenario at 31 March of each year (flows: in the twelve months to it), as a fan over draws."""

    scenario: str
    measure: str
    label: str
    unit: str
    years: tuple[int, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """Where the gap falls: vacant posts of a service and role at the opening and at the end under 'do nothing'."""

    service: str
    role: str
    filled_now: float
    vacant_now: float
    posts_end: float
    vacant_end: Band


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference of a scenario to 'do nothing' at the end: the same draws, the same luck."""

    scenario: str
    measure: str
    label: str
    unit: str
    band: Band
    monte_carlo_error: float
    better: Good
    clear: bool
    """False when the whole spread over draws does not lie on one side of nothing: 'cannot be told from no effect'."""


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """A policy of a scenario, its settings in words, its evidence rows and whether its effect is assumed."""

    policy: str
    summary: str
    settings: str
    evidence: tuple[str, ...]
    assumed: bool


@dataclass(frozen=True, slots=True)
class ScenarioCard:
    """A scenario in the plan. `cost_gbp_m` is its yearly cost in the last full year, by payer, beside 'do nothing'."""

    id: str
    name: str
    description: str
    policies: tuple[PolicyUse, ...]
    cost_gbp_m: Band | None
    cost_by_payer_gbp_m: dict[str, float] = field(default_factory=dict)
    cost_note: str = ""


@dataclass(frozen=True, slots=True)
class Driver:
    """How much an uncertain parameter moves the result: rank correlation over draws, with its range and status."""

    path: str
    label: str
    status: str
    low: str
    high: str
    correlation: float | None


@dataclass(frozen=True, slots=True)
class Assumption:
    """A parameter that no publication gives, in words, with the value in use."""

    path: str
    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source used by the plan."""

    id: str
    publisher: str
    title: str
    period: str
    address: str


@dataclass(frozen=True, slots=True)
class Override:
    """A figure put in the place of a modelled or shipped one: where it holds, what it is, and what stood there before."""

    where: str
    what: str
    unit: str
    value: float
    before: float
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two published values for the same thing, and which one the plan uses."""

    what: str
    used: str
    other: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """The whole plan of one place."""

    place: Place
    run_id: str
    version: str
    made_on: str
    seed: int
    draws: int
    band_kind: str
    base_year: str
    to_year: int
    price_basis: str
    headline: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    similar_areas: tuple[SimilarArea, ...]
    mix: tuple[MixRow, ...]
    published_series: tuple[PublishedSeries, ...]
    population: tuple[PopulationPoint, ...]
    need: tuple[NeedPoint, ...]
    paths: tuple[Path, ...]
    gap: tuple[GapRow, ...]
    scenarios: tuple[ScenarioCard, ...]
    differences: tuple[Difference, ...]
    drivers: tuple[Driver, ...]
    assumptions: tuple[Assumption, ...]
    conflicts: tuple[Conflict, ...]
    limits: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    overrides: tuple[Override, ...] = ()
    driver_measure: str = "the result"
    """What `drivers` are correlated with."""
    manifest: dict[str, str] = field(default_factory=dict)
