"""England's shares of sex, nationality, contract, hours and qualification by service and role, fitted to published margins.

In: the posts of England, published margins (the latest row of each, as its ratio to the overall figure of the same publication
where the series differ) and stated relative odds. Out: probability tables. What no margin fixes follows the stated odds and is
assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline.figures import assumed, assumed_by_role, assumed_by_service, published
from almoner.model.baseline.fit import FREE, Constraint, fit
from almoner.model.baseline.structure import BASE_SERVICES, england
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.reference.vocabulary import CONTRACTS, NATIONALITIES, ROLE_IDS, SERVICE_IDS

HOURS_TABLE_SIZE: Final = 256
_BRITISH, _EU, _OTHER = range(3)
_ZERO_HOURS: Final = tuple(CONTRACTS).index("zero_hours")
_HOME_CARE: Final = SERVICE_IDS.index("home_care")
_CELLS: Final = np.arange(N_SERVICES * N_ROLES).reshape(N_SERVICES, N_ROLES)


@dataclass(frozen=True)
class Traits:
    """Probabilities by [service, role], of the people in post and, for nationality, also of the residents who join."""

    nationality: NDArray[np.float64]
    nationality_of_entrants: NDArray[np.float64]
    female: NDArray[np.float64]
    contract: NDArray[np.float64]
    hours: NDArray[np.uint8]
    level_2: NDArray[np.float64]
    visa: NDArray[np.float64]


@lru_cache(maxsize=1)
def traits() -> Traits:
    """Return the tables of England."""
    posts = england().filled
    nationality = _nationality(posts)
    contract = _contract(posts)
    return Traits(
        nationality,
        _nationality_of_entrants(nationality),
        1 - _male(posts, nationality),
        contract,
        _hours(posts, contract),
        np.broadcast_to(assumed_by_role("level_2"), posts.shape).copy(),
        _visa(),
    )


def british_share() -> float:
    """Return the British share of posts in 2024-25, derived from two published changes, each as posts and as per cent."""
    last_year = -published("AW0020") / 0.026
    since_2020 = -published("AW0016") / 0.07
    british = (last_year + published("AW0020") + since_2020 + published("AW0016")) / 2
    return british / published("AW0094")


def nationality_shares() -> NDArray[np.float64]:
    """Return England's shares: British derived for 2024-25, EU as recalled for 2022-23, other the rest."""
    british, eu = british_share(), published("AW0196") / 100
    return np.array([british, eu, 1 - british - eu])


def _nationality(posts: NDArray[np.float64]) -> NDArray[np.float64]:
    by_service, by_role = assumed_by_service("nationality.other_odds_by_service"), assumed_by_role("nationality.other_odds_by_role")
    odds = np.outer(by_service, by_role)
    seed = posts[:, :, None] * nationality_shares() * np.stack((np.ones_like(odds), np.ones_like(odds), odds), axis=-1)
    groups = np.broadcast_to(np.arange(len(NATIONALITIES)), seed.shape)
    return _shares(seed, posts, Constraint("nationality", groups, nationality_shares() * posts.sum()))


def _nationality_of_entrants(stock: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tilt the stock's shares so that England's entrants have the British share of resident entrants."""
    posts = england().filled
    leaving = posts * england().turnover
    british = assumed("nationality.british_entrants")
    groups = np.broadcast_to(np.array([0, 1, 1]), stock.shape)
    totals = np.array([british, 1 - british]) * leaving.sum()
    return _shares(stock * leaving[:, :, None], leaving, Constraint("British entrants", groups, totals), fallback=stock)


def _male(posts: NDArray[np.float64], nationality: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of men by [service, role, nationality]; men are as much more common abroad-born as among recruits."""
    british, foreign = published("AW0262") / 100, published("AW0263") / 100
    ratio = foreign / (1 - foreign) / (british / (1 - british))
    odds = assumed_by_role("sex.male_odds")[:, None] * np.array([1.0, ratio, ratio])
    people = posts[:, :, None] * nationality
    seed = np.stack((people, people * odds), axis=-1)
    cells = np.broadcast_to(np.arange(people.size).reshape(people.shape)[..., None], seed.shape)
    groups = np.broadcast_to(np.arange(2), seed.shape)
    male = published("AW0289") / 100 * posts.sum()
    values = fit(
        seed, [Constraint("sex", groups, np.array([posts.sum() - male, male])), Constraint("cell", cells, people.ravel())]
    ).values
    return np.divide(values[..., 1], people, out=np.full_like(people, male / posts.sum()), where=people > 0)


def _contract(posts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares by [service, role, contract]; zero hours overall, of home care and of registered nurses are published."""
    overall = published("AW0526") / 100
    home_care = published("AW0528") / published("AW0525") * overall * posts[_HOME_CARE].sum()
    base = list(BASE_SERVICES)
    odds = np.outer(assumed_by_service("contract.zero_hours_odds_by_service"), assumed_by_role("contract.zero_hours_odds_by_role"))
    chance = odds * overall / (1 - overall + odds * overall)
    seed = posts[:, :, None] * np.stack((1 - chance, chance), axis=-1)
    groups = np.full(seed.shape, FREE)
    groups[base, :, 1] = 0
    groups[_HOME_CARE, :, 1] = 1
    nurses = np.full(seed.shape, FREE)
    nurse = ROLE_IDS.index("registered_nurse")
    nurses[base, nurse, 1] = 0
    zero = _shares(
        seed,
        posts,
        Constraint("zero hours of registered nurses", nurses, np.array([published("AW0529") / 100 * posts[base, nurse].sum()])),
        Constraint("zero hours", groups, np.array([overall * posts[base].sum() - home_care, home_care])),
    )[..., 1]
    temporary = assumed("contract.temporary_share") * (1 - zero) / (1 - overall)
    shares = {"permanent": 1 - zero - temporary, "temporary": temporary, "zero_hours": zero}
    return np.stack([shares[name] for name in CONTRACTS], axis=-1)


def _shares(
    seed: NDArray[np.float64], posts: NDArray[np.float64], *margins: Constraint, fallback: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Fit `seed` [service, role, group] to margins and to every cell's posts; empty cells get `fallback` or England's shares."""
    cells = Constraint("cell", np.broadcast_to(_CELLS[:, :, None], seed.shape), posts.ravel())
    values = fit(seed, [*margins, cells]).values
    empty = values.sum(axis=(0, 1)) / values.sum() if fallback is None else fallback
    return np.asarray(np.where(posts[:, :, None] > 0, values / np.maximum(posts[:, :, None], 1e-12), empty), dtype=np.float64)


def full_time_equivalent_ratio() -> float:
    """Return the published ratio of full-time equivalents to posts (2020-21)."""
    return published("AW0128") / published("AW0084")


def _hours(posts: NDArray[np.float64], contract: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return HOURS_TABLE_SIZE equally probable weekly hours by [service, role, contract].

    Home care has its published full-time share of all posts; the shares of the other services are shifted by one log odds so that
    the mean is the published ratio of full-time equivalents to posts.
    """
    share = assumed_by_service("hours.full_time_share")
    zero_hours = float((posts[_HOME_CARE] * contract[_HOME_CARE, :, _ZERO_HOURS]).sum() / posts[_HOME_CARE].sum())
    full_time_zero_hours = float((_spread("zero_hours", HOURS_TABLE_SIZE) >= assumed("hours.full_time_from")).mean())
    share[_HOME_CARE] = (published("AW0129") / 100 - zero_hours * full_time_zero_hours) / (1 - zero_hours)
    wanted = full_time_equivalent_ratio() * assumed("hours.full_time_equivalent")
    low, high = -6.0, 6.0
    for _ in range(40):
        shift = (low + high) / 2
        table = _hours_table(_shifted(share, shift))
        mean = float((posts[:, :, None] * contract * table.mean(axis=-1)[:, None, :]).sum() / posts.sum())
        low, high = (shift, high) if mean < wanted else (low, shift)
    return np.broadcast_to(table[:, None], (N_SERVICES, N_ROLES, len(CONTRACTS), HOURS_TABLE_SIZE)).copy()


def _shifted(share: NDArray[np.float64], shift: float) -> NDArray[np.float64]:
    moved = np.asarray(1 / (1 + (1 - share) / share * np.exp(-shift)))
    moved[_HOME_CARE] = share[_HOME_CARE]
    return moved


def _hours_table(full_time_share: NDArray[np.float64]) -> NDArray[np.uint8]:
    table = np.zeros((N_SERVICES, len(CONTRACTS), HOURS_TABLE_SIZE), dtype=np.uint8)
    for service, share in enumerate(full_time_share):
        part_time = round((1 - share) * HOURS_TABLE_SIZE)
        table[service, :_ZERO_HOURS] = np.concatenate(
            (_spread("part_time", part_time), _spread("full_time", HOURS_TABLE_SIZE - part_time))
        )
        table[service, _ZERO_HOURS] = _spread("zero_hours", HOURS_TABLE_SIZE)
    return table


def _spread(kind: str, count: int) -> NDArray[np.uint8]:
    low, high = assumed(f"hours.{kind}_from"), assumed(f"hours.{kind}_to")
    return np.floor(low + (high - low + 1) * (np.arange(count) + 0.5) / max(count, 1)).astype(np.uint8)


def _visa() -> NDArray[np.float64]:
    """Return the share with a sponsored visa among people of other nationality by [service, role]."""
    independent = [name not in ("council", "personal_assistant") for name in SERVICE_IDS]
    eligible = [name in ("care_worker", "senior_care_worker", "support_worker", "registered_nurse") for name in ROLE_IDS]
    return np.asarray(np.outer(independent, eligible) * assumed("nationality.visa_share"), dtype=np.float64)
