"""England's adult social care posts by service and role in 2024-25: filled, vacant, and turnover.

In: the derived service by role table and the published totals and rates of `adult_posts_structure` and `adult_workforce`. Out: one
`Structure`, in posts (not yet whole numbers). Method: iterative proportional fitting. A rate of an older publication enters as
its ratio to the overall rate of the same publication, times the base-year rate; levels of two publications are never spliced.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.model.baseline.figures import assumed, published, row_value
from almoner.model.baseline.fit import FREE, Constraint, Fit, fit
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.reference.tables import load
from almoner.reference.vocabulary import ENGLAND, OUTSIDE_RATES, ROLE_IDS, SERVICE_IDS

SETTINGS: Final = {
    "care home with nursing": "care_home_nursing",
    "care home without nursing": "care_home",
    "domiciliary care": "home_care",
    "community and other": "other_community",
    "day care": "other_community",
}
"""The services of the derived table, council and independent posts together, and the service that the independent ones become."""

JOBS: Final = {
    "care workers": "care_worker",
    "senior care workers": "senior_care_worker",
    "support and outreach workers": "support_worker",
    "other direct care roles": "other",
    "registered nurses": "registered_nurse",
    "social workers": "social_worker",
    "occupational therapists": "occupational_therapist",
    "other regulated professionals": "other",
    "registered managers": "registered_manager",
    "senior managers": "other_manager",
    "other managers and supervisors": "other_manager",
    "other roles (ancillary, administrative, other)": "other",
}
"""The job roles of the derived table and the role each becomes. Small roles without a name of their own become *other*."""

COUNCIL: Final = SERVICE_IDS.index("council")
PERSONAL_ASSISTANT: Final = (SERVICE_IDS.index("personal_assistant"), ROLE_IDS.index("personal_assistant"))
BASE_SERVICES: Final = tuple(index for index, name in enumerate(SERVICE_IDS) if name not in OUTSIDE_RATES)

_SERVICE_OF_SETTING: Final = np.array([SERVICE_IDS.index(name) for name in SETTINGS.values()])
_ROLE_OF_JOB: Final = np.array([ROLE_IDS.index(name) for name in JOBS.values()])
_INDEPENDENT, _COUNCIL_SECTOR = 0, 1
_DIRECT_CARE: Final = ("care workers", "senior care workers", "support and outreach workers", "other direct care roles")
_OTHER_REGULATED: Final = ("registered nurses", "other regulated professionals")

LEVELS: Final = {
    "filled": "AW0094",
    "base_filled": "AW0151",
    "vacant": "AW0509",
    "vacancy_rate": "AW0468",
    "turnover_all_sectors": "AW0354",
}
"""Rows of `adult_workforce` with England's base-year levels."""

SERVICE_VACANCY_ROWS: Final = {"care_home_nursing": "AW0469", "care_home": "AW0470", "home_care": "AW0474"}

ROLE_VACANCY_RATIOS: Final[dict[str, tuple[str | float, str | float]]] = {
    "care_worker": (9.9, "AW0467"),
    "registered_nurse": ("AW0482", "AW0467"),
    "social_worker": ("AW0485", "AW0462"),
    "occupational_therapist": (11.3, "AW0466"),
    "registered_manager": ("AW0495", "AW0489"),
}
"""Latest published vacancy rate of a role and the overall rate of that publication (numbers: rows of `adult_posts_structure`).
Social workers: 2021 over 2020-21. Managers: monthly tracking of March 2022."""

ROLE_TURNOVER_RATIOS: Final[dict[str, tuple[str | float, str | float]]] = {
    "senior care workers": ("AW0423", "AW0349"),
    "registered nurses": ("AW0412", "AW0395"),
    "social workers": ("AW0425", "AW0348"),
    "occupational therapists": (14.4, "AW0351"),
}
SERVICE_TURNOVER_ROWS: Final = {"residential": "AW0422", "home care": "AW0393", "community": "AW0373", "day care": "AW0382"}
_TURNOVER_GROUP_OF_SETTING: Final = np.array([0, 0, 1, 2, 3])


@dataclass(frozen=True)
class Structure:
    """England by [service, role]: filled and vacant posts, and turnover (leavers in 12 months over filled posts, a fraction).

    `council_by_setting` keeps the council posts by the setting that they work in, which the services of the model leave out.
    """

    filled: NDArray[np.float64]
    vacant: NDArray[np.float64]
    turnover: NDArray[np.float64]
    council_by_setting: dict[str, float]
    fits: dict[str, Fit]


@lru_cache(maxsize=1)
def england() -> Structure:
    """Return the base-year structure of England."""
    by_sector = _posts_by_setting_job_sector()
    filled = _to_model(by_sector.values)
    filled[PERSONAL_ASSISTANT] = published(LEVELS["filled"]) - published(LEVELS["base_filled"])
    vacancies = _vacancies(filled)
    vacant = vacancies.values.copy()
    rate = row_value("vacancy_rate", "role", "personal assistants", "2020-21") / 100
    vacant[PERSONAL_ASSISTANT] = np.rint(filled[PERSONAL_ASSISTANT] * rate / (1 - rate))
    leavers = _leavers(by_sector.values)
    leaving = _to_model(leavers.values)
    turnover = np.divide(leaving, filled, out=np.zeros_like(filled), where=filled > 0)
    turnover[PERSONAL_ASSISTANT] = _personal_assistant_turnover()
    council = by_sector.values[:, :, _COUNCIL_SECTOR].sum(axis=1)
    return Structure(
        filled,
        vacant,
        turnover,
        dict(zip(SETTINGS, council.tolist(), strict=True)),
        {"filled posts": by_sector, "vacancies": vacancies, "leavers": leavers},
    )


def base_turnover() -> float:
    """Return England's turnover of council and independent posts in 2024-25, a fraction."""
    row = load("adult_turnover_by_area").filter(pl.col("area_code") == ENGLAND, pl.col("period") == "2024-25")
    return float(row["turnover_rate"][0]) / 100


def _number(figure: str | float) -> float:
    return published(figure) if isinstance(figure, str) else figure


def _posts_by_setting_job_sector() -> Fit:
    """Split the derived table by sector so that the council posts have the published mix of jobs."""
    table = _derived_table()
    table *= published(LEVELS["base_filled"]) / table.sum()
    propensity = np.array([assumed(f"structure.council_propensity.{name.replace(' ', '_')}") for name in SETTINGS])
    share = np.broadcast_to(propensity[:, None], table.shape)
    seed = np.stack([table * (1 - share), table * share], axis=2)
    cells = np.broadcast_to(np.arange(table.size).reshape(table.shape)[:, :, None], seed.shape)
    groups, totals = _council_jobs()
    council = np.full(seed.shape, FREE)
    council[:, :, _COUNCIL_SECTOR] = groups[None, :]
    return fit(seed, [Constraint("council job group", council, totals), Constraint("setting by job", cells, table.ravel())])


def _derived_table() -> NDArray[np.float64]:
    rows = load("adult_posts_structure").filter(
        pl.col("measure") == "filled_posts",
        pl.col("series") == "own_estimate",
        pl.col("period") == "2024-25",
        pl.col("breakdown_type") == "service",
        pl.col("cross_type") == "role",
    )
    table = np.zeros((len(SETTINGS), len(JOBS)))
    settings, jobs = list(SETTINGS), list(JOBS)
    for setting, job, value in rows.select("breakdown", "cross", "value").iter_rows():
        if setting in SETTINGS:
            table[settings.index(setting), jobs.index(job)] = value
    return table


def _council_jobs() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return a group a job and the council posts of each group, the published 2021 mix scaled to the base year."""
    total = row_value("filled_posts", "sector", "local authority", "2021-09")
    direct = row_value("filled_posts", "sector", "local authority", "2021-09", "direct care")
    regulated = row_value("filled_posts", "sector", "local authority", "2021-09", "regulated professionals")
    therapists = row_value("filled_posts", "role", "occupational therapists", "2022-23", "local authority")
    social_workers = assumed("structure.council_social_worker_jobs")
    groups = np.array(
        [
            0
            if job in _DIRECT_CARE
            else 1
            if job == "social workers"
            else 2
            if job == "occupational therapists"
            else 3
            if job in _OTHER_REGULATED
            else 4
            for job in JOBS
        ]
    )
    posts = np.array([direct, social_workers, therapists, regulated - social_workers - therapists, total - direct - regulated])
    return groups, posts * row_value("filled_posts", "sector", "local authority", "2024-25") / total


def _to_model(by_sector: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up [setting, job, sector] to [service, role]."""
    table = np.zeros((N_SERVICES, N_ROLES))
    roles = np.broadcast_to(_ROLE_OF_JOB, by_sector.shape[:2])
    np.add.at(table, (np.broadcast_to(_SERVICE_OF_SETTING[:, None], roles.shape), roles), by_sector[:, :, _INDEPENDENT])
    np.add.at(table, (np.full_like(roles, COUNCIL), roles), by_sector[:, :, _COUNCIL_SECTOR])
    return table


def _vacancies(filled: NDArray[np.float64]) -> Fit:
    """Vacant posts of the published base: its total, the published service rates, and the role ratios."""
    base = np.zeros_like(filled)
    base[list(BASE_SERVICES)] = filled[list(BASE_SERVICES)]
    total = published(LEVELS["vacant"])
    services = np.full(filled.shape, FREE)
    wanted = []
    for number, (service, row) in enumerate(SERVICE_VACANCY_ROWS.items()):
        index = SERVICE_IDS.index(service)
        services[index] = number
        wanted.append(_vacant_at(base[index].sum(), published(row) / 100))
    rest = [index for index in BASE_SERVICES if SERVICE_IDS[index] not in SERVICE_VACANCY_ROWS]
    services[rest] = len(wanted)
    wanted.append(total - sum(wanted))
    roles = np.full(filled.shape, FREE)
    posts = []
    for number, (role, (rate, overall)) in enumerate(ROLE_VACANCY_RATIOS.items()):
        index = ROLE_IDS.index(role)
        roles[list(BASE_SERVICES), index] = number
        posts.append(_vacant_at(base[:, index].sum(), _number(rate) / _number(overall) * published(LEVELS["vacancy_rate"]) / 100))
    return fit(base, [Constraint("role", roles, np.array(posts)), Constraint("service", services, np.array(wanted))])


def _vacant_at(filled: float, rate: float) -> float:
    return filled * rate / (1 - rate)


def _leavers(by_sector: NDArray[np.float64]) -> Fit:
    """Leavers in 12 months by [setting, job, sector].

    Fixed: council and independent together, the independent sector, care and support workers, registered managers (all 2024-25).
    Ratios of older publications: four other roles, and four services, these scaled by one factor so that they add up.
    """
    rate = base_turnover()
    total = rate * by_sector.sum()
    independent = published("AW0400") / 100 * by_sector[:, :, _INDEPENDENT].sum()
    sector = np.broadcast_to(np.arange(2), by_sector.shape)
    groups = np.broadcast_to(_TURNOVER_GROUP_OF_SETTING[:, None, None], by_sector.shape)
    by_group = np.bincount(groups.ravel(), weights=by_sector.ravel()) * [published(row) for row in SERVICE_TURNOVER_ROWS.values()]
    jobs = list(JOBS)
    roles = np.full(by_sector.shape, FREE)
    care = [jobs.index("care workers"), jobs.index("support and outreach workers")]
    roles[:, care] = 0
    roles[:, jobs.index("registered managers")] = 1
    wanted = [
        published("AW0355") / 100 * by_sector[:, care].sum(),
        published("AW0407") / 100 * by_sector[:, jobs.index("registered managers")].sum(),
    ]
    for number, (job, (value, overall)) in enumerate(ROLE_TURNOVER_RATIOS.items(), start=2):
        roles[:, jobs.index(job)] = number
        wanted.append(_number(value) / _number(overall) * rate * by_sector[:, jobs.index(job)].sum())
    return fit(
        by_sector * rate,
        [
            Constraint("service", groups, by_group * total / by_group.sum()),
            Constraint("role", roles, np.array(wanted)),
            Constraint("sector", sector, np.array([independent, total - independent])),
        ],
    )


def _personal_assistant_turnover() -> float:
    """Turnover of personal assistants: 20.1 over 28.3 (both 2022-23), times the base-year rate of all sectors."""
    return published("AW0406") / published("AW0351") * published(LEVELS["turnover_all_sectors"]) / 100
