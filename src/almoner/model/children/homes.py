"""Children's homes in England: places, the staff who open them, children who need one, and those whom no registered place takes.

Published are registered places (2023), staff and their turnover (2025) and about 800 children in unregistered placements (September
2024); what joins them is believed, with priors. Need for homes is what makes the base agree: places used and the 800. Afterwards
need follows looked-after children, places their growth and policies; homes recruit for new places as they do now, and places stay
shut where staff are short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from almoner.model.children.columns import Whole
from almoner.model.children.record import Array
from almoner.parameters import ParameterTree

PLACES_MONTH: Final = -25
"""March 2023, month 0 being April 2025: the date of the registered places."""
BASE_MONTH: Final = -7
"""September 2024: the date of the children in unregistered placements."""


@dataclass(frozen=True)
class Homes:
    """Results by month 0, 1 ...: registered and open places, children who need a home, and those without a registered place."""

    places: Array
    open_places: Array
    need: Array
    unregistered: Array
    staff: Array


def homes(tree: ParameterTree, looked_after: Array, looked_after_base: float) -> Homes:
    """Return England's homes month by month under a tree; `looked_after` [month] are England's children at each month's end.

    `looked_after_base` are those of September 2024.
    """
    at = tree.at
    months = len(looked_after)
    month = np.arange(months)
    kept = at("children.trend.growth_kept")

    def grown(path: str, since: int, to: Whole) -> Array:
        """Return growth at a yearly rate since a month: whole to the opening, then dying down year by year."""
        rate = np.log1p(at(path))
        years = np.maximum(to, 0) / 12.0
        return np.asarray(np.exp(rate * ((np.minimum(to, 0) - since) / 12.0 + (1.0 - kept**years) / -np.log(kept))))

    usual_places = at("children.homes.places") * grown("children.homes.places_growth", PLACES_MONTH, month)
    more = tree.series("children.homes.more_places", months) * looked_after / 1000.0
    places = usual_places + more
    fill = at("children.homes.children_per_open_place")
    base_places = at("children.homes.places") * grown("children.homes.places_growth", PLACES_MONTH, np.array([BASE_MONTH]))[0]
    base_need = base_places * at("children.homes.open_share") * fill + at("children.homes.unregistered")
    need = base_need / looked_after_base * looked_after * grown("children.homes.need_drift", BASE_MONTH, month)
    foster = tree.series("children.homes.more_foster_places", months) * looked_after / 1000.0
    need = np.maximum(need - foster * at("children.homes.foster_instead"), 0.0)
    staff = _staff(tree, places)
    # Staff for each place that would open it: today's staff open today's share.
    needed = at("children.homes.staff") / (usual_places[0] * at("children.homes.open_share"))
    share = np.minimum(staff / (needed * places), 1.0)
    open_places = places * share * tree.series("children.homes.running_scale", months)
    return Homes(places, open_places, need, np.maximum(need - open_places * fill, 0.0), staff)


def _staff(tree: ParameterTree, places: Array) -> Array:
    """Return staff by month: joiners as if turnover stayed and staff grew with places, leavers by pay."""
    months = len(places)
    hazard = -12.0 * np.log1p(-tree.at("children.homes.turnover") / 12.0)
    pay = tree.series("children.homes.pay_scale", months)
    leaving = -np.expm1(-hazard * pay ** -tree.at("children.homes.pay_elasticity") / 12.0)
    usual_leaving = -np.expm1(-hazard / 12.0)
    usual = tree.at("children.homes.staff") * places / places[0]
    staff = np.empty(months)
    staff[0] = now = float(usual[0])
    for m in range(1, months):
        joining = usual[m] - usual[m - 1] * (1.0 - usual_leaving)
        now = staff[m] = now * (1.0 - leaving[m]) + joining
    return staff
