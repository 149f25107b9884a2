"""Which parameters of children's social care scenarios may change, when and where, and the levers that the months read.

The lists are for whoever checks edits (`study.editable`): what is not dated is read once for a run, what is not local is read for
all areas at once, what is fixed belongs to what all scenarios share.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.model.children.columns import Array, Levers
from almoner.parameters import ParameterTree

_BY_MONTH: Final = (
    "children.agency.cap",
    "children.agency.scale",
    "children.care.ends_scale",
    "children.caseload.cap",
    "children.entrants.*",
    "children.leaving.absence_change",
    "children.leaving.scale",
    "children.need.scale",
    "children.need.to_care_scale",
    "children.need.to_plan_scale",
)
_HOMES: Final = (
    "children.homes.more_foster_places",
    "children.homes.more_places",
    "children.homes.pay_scale",
    "children.homes.running_scale",
)
_MONEY: Final = ("children.agency.premium", "children.agency.premium_scale")

DATED: Final = (*_BY_MONTH, *_HOMES, *_MONEY)
LOCAL: Final = (*_BY_MONTH, *_MONEY)
FIXED: Final = ("children.base.*", "children.trend.*")


def levers(tree: ParameterTree, months: int) -> Levers:
    """Return what a scenario's tree changes, by month from April of the year of the opening."""

    def series(name: str) -> Array:
        return tree.series(f"children.{name}", months)

    return Levers(
        need=series("need.scale"),
        to_plan=series("need.to_plan_scale"),
        to_care=series("need.to_care_scale"),
        care_ends=series("care.ends_scale"),
        leaving=series("leaving.scale"),
        absence=series("leaving.absence_change"),
        agency=series("agency.scale"),
        agency_cap=series("agency.cap"),
        caseload_cap=series("caseload.cap"),
        entrants=np.stack(
            [np.zeros(months), *(series(f"entrants.{name}") for name in ("newly_qualified", "experienced", "from_overseas"))]
        ),
    )
