"""How vacancies are filled: the rates, calibrated on the flows of the base year (MODEL.md section 5).

In: the opening posts and vacancies by area, service and role, and the published flows of 2024-25. Out: for each cell the
entrants a vacancy draws in a month, the promotions it draws from the role below, and its share of arrivals from abroad.

The base-year identity `entrants = change in filled + exits - arrivals` is solved in every cell with moves and promotions put
in, then shrunk towards the three-year mean, because one year's entrants may not be permanent. In a month the entrants of a
cell are `rate x V x (V_as / V0_as)^(n - 1)`, with V_as the vacancies of the area's service: services compete for people within
an area. That is the matching function `a Z^(1-n) V^n` of the whole service, written per vacancy so that the many cells with
one or no vacancy do not lose recruits to the curvature of the power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline import Baseline
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.posts import N_ROLES
from almoner.parameters import ParameterTree
from almoner.reference.vocabulary import OUTSIDE_RATES, ROLE_IDS, SERVICE_IDS

PROMOTED_FROM: Final = {"senior_care_worker": "care_worker", "registered_manager": "senior_care_worker"}
"""The role below: whose holders internal promotion takes."""

ARRIVING_ROLES: Final = ("care_worker", "senior_care_worker", "support_worker")
"""Roles that people recruited from abroad start in ('direct care role' in the published count)."""

_AREA_RANGE: Final = (0.25, 4.0)


@dataclass(frozen=True, slots=True)
class Filling:
    """Calibrated rates. Arrays are [area, service, role] unless said; rates are per vacancy and month."""

    entrant_rate: NDArray[np.float64]
    promotion_rate: NDArray[np.float64]
    arrival_share: NDArray[np.float64]
    base_vacancies: NDArray[np.float64]
    """[area, service]: the vacancies at which the rates were measured."""


@dataclass(frozen=True, slots=True)
class FlowIdentity:
    """The base year's flows in the published base, posts or people a year: what the calibration rests on."""

    change_in_filled: float
    exits: float
    moves: float
    arrivals: float
    entrants_by_identity: float
    entrants_used: float


def below() -> NDArray[np.int64]:
    """Return for each role the role that promotion takes from, or -1."""
    return np.array([ROLE_IDS.index(PROMOTED_FROM[role]) if role in PROMOTED_FROM else -1 for role in ROLE_IDS])


def calibrate(national: Baseline, tree: ParameterTree) -> tuple[Filling, FlowIdentity]:
    """Solve the base-year identity for all of England; `national` holds all areas, so an area's rates do not hang on the run."""
    filled = national.filled.astype(np.float64)
    vacant = national.vacant.astype(np.float64)
    inside = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
    base_filled = filled[:, inside].sum()
    growth = tree.at("filling.base_change") / base_filled
    change = filled * np.where(inside, growth, tree.at("filling.direct_payment_growth"))[None, :, None]
    mean_stock = filled - 0.5 * change
    moves = mean_stock * national.turnover * tree.at("leaving.mover_share")
    exits = mean_stock * national.turnover - moves
    arrivals = arrival_shares(national, tree) * tree.at("filling.base_arrivals")
    returns = _returns(moves, vacant, tree.at("filling.return_same_service"))
    hires = np.maximum(change + exits + moves - returns, 0.0)
    promoted_in = np.zeros_like(hires)
    promoted_out = np.zeros_like(hires)
    for role in (role for role in reversed(PROMOTED_FROM) if role in ROLE_IDS):
        upper, lower = ROLE_IDS.index(role), ROLE_IDS.index(PROMOTED_FROM[role])
        possible = filled[:, :, lower] > 0
        promoted_in[:, :, upper] = (hires + promoted_out)[:, :, upper] * tree.at("filling.promotion_share") * possible
        promoted_out[:, :, lower] += promoted_in[:, :, upper]
    entrants = np.maximum(hires + promoted_out - promoted_in - arrivals, 0.0)
    identity = float(entrants[:, inside].sum())
    weight = tree.at("filling.entrants_weight")
    wanted = weight * tree.at("filling.entrants_base_year") + (1.0 - weight) * tree.at("filling.entrants_three_year_mean")
    entrants[:, inside] *= wanted / identity
    base_vacant = vacant * np.where(inside, tree.at("filling.mean_vacancies") / vacant[:, inside].sum(), 1.0)[None, :, None]
    rates = Filling(
        entrant_rate=_per_vacancy(entrants, base_vacant),
        promotion_rate=_per_vacancy(promoted_in, base_vacant),
        arrival_share=arrival_shares(national, tree),
        base_vacancies=base_vacant.sum(axis=2),
    )
    flows = FlowIdentity(
        change_in_filled=float(change[:, inside].sum()),
        exits=float(exits[:, inside].sum()),
        moves=float(moves[:, inside].sum()),
        arrivals=float(arrivals.sum()),
        entrants_by_identity=identity,
        entrants_used=wanted,
    )
    return rates, flows


def arrival_shares(national: Baseline, tree: ParameterTree) -> NDArray[np.float64]:
    """Return each cell's share of England's arrivals: by service as assumed, then by the vacancies of direct care roles.

    Shares are of the opening vacancies of all England and fixed before a run, so nothing crosses areas within it.
    """
    direct = np.array([role in ARRIVING_ROLES for role in ROLE_IDS])
    vacancies = national.vacant * direct[None, None, :].astype(np.float64)
    by_service = np.array([tree.at(f"filling.arrivals_share.{service}") for service in SERVICE_IDS])
    total = vacancies.sum(axis=(0, 2))
    return np.asarray(vacancies * np.divide(by_service, total, out=np.zeros_like(total), where=total > 0)[None, :, None])


def slice_areas(filling: Filling, index: NDArray[np.int64]) -> Filling:
    """Return the rates of some of the areas."""
    return Filling(
        filling.entrant_rate[index], filling.promotion_rate[index], filling.arrival_share[index], filling.base_vacancies[index]
    )


def _returns(moves: NDArray[np.float64], vacant: NDArray[np.float64], same_service: float) -> NDArray[np.float64]:
    """Where movers start again, a year, when as many start as leave: mostly the own service, else by vacancies of the role."""
    role_total = vacant.sum(axis=1, keepdims=True)
    share = np.divide(vacant, role_total, out=np.zeros_like(vacant), where=role_total > 0)
    elsewhere = share * moves.sum(axis=1, keepdims=True) + np.where(role_total > 0, 0.0, moves)
    return np.asarray(same_service * moves + (1.0 - same_service) * elsewhere)


def _per_vacancy(flow: NDArray[np.float64], vacant: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn yearly flows into monthly rates per vacancy: England's service-role profile times a level for each area's service.

    One cell of one area may have no vacancy by rounding, so its own ratio says nothing; the profile does.
    """
    england = np.divide(flow.sum(axis=0), vacant.sum(axis=0), out=np.zeros(flow.shape[1:]), where=vacant.sum(axis=0) > 0)
    expected = (england[None] * vacant).sum(axis=2)
    level = np.divide(flow.sum(axis=2), expected, out=np.ones_like(expected), where=expected > 0)
    rate = england[None] * np.clip(level, *_AREA_RANGE)[:, :, None] / MONTHS_PER_YEAR
    assert rate.shape[2] == N_ROLES
    return np.asarray(rate)
