"""National sums and staff numbers seen from a place: what share of England it is, and how many staff it has.

Settings such as places a year are for England; a run of one area bears its share of the cost by adults living there. Numbers of
staff per adult are modelled for England at the opening (`policy.staff.*`), because a programme's cost is asked before a run.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from almoner.model.money import on_costs, payer_shares, price_index
from almoner.model.pay import outside_path
from almoner.parameters import ParameterTree
from almoner.policies.base import CostBasis
from almoner.reference.areas import england
from almoner.reference.population import persons_at


def share_by_adults(basis: CostBasis) -> NDArray[np.float64]:
    """Return the places' share of England's adults, [year]."""
    return basis.adults / _england(basis.years)[:, 0]


def share_by_older_people(basis: CostBasis) -> NDArray[np.float64]:
    """Return the places' share of England's people aged 65 and over, [year]."""
    return basis.people_65_plus / _england(basis.years)[:, 1]


def england_basis(years: tuple[int, ...]) -> CostBasis:
    """Return what costs depend on for the whole of England."""
    people = _england(years)
    return CostBasis(years, people[:, 0], people[:, 1])


def posts(tree: ParameterTree, basis: CostBasis, kind: str) -> NDArray[np.float64]:
    """Return filled posts of a kind in the places, [year]; `kind` is a parameter under `policy.staff`, per adult."""
    return tree.at(f"policy.staff.{kind}") * basis.adults


def hourly_cost(tree: ParameterTree, years: tuple[int, ...]) -> NDArray[np.float64]:
    """Return what an hour of a care worker costs with on-costs, [year], in the stated prices; pay moves with pay outside care."""
    first = np.array([max((year - 2026) * 12, 0) for year in years])
    outside = outside_path(tree, int(first.max()) + 1)[first]
    outside[np.array(years) < 2026] = 1.0
    return np.asarray(tree.at("policy.staff.hourly_pay") * outside * on_costs(tree, years) / price_index(tree, years))


def shared_out(tree: ParameterTree, amount: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Split an amount between those who pay for care work, as the pay bill is split."""
    return {payer: share * amount for payer, share in payer_shares(tree).items()}


@lru_cache(maxsize=16)
def _england(years: tuple[int, ...]) -> NDArray[np.float64]:
    people = persons_at(england().area_codes, [year - 0.25 for year in years]).sum(axis=0)
    return np.column_stack([people[:, 1:].sum(axis=1), people[:, 2:].sum(axis=1)])
