"""Parity of care pay with a band of the NHS scale (MODEL.md sections 3 and 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from almoner.model.pay import living_wage_path, outside_path
from almoner.parameters import Edit, Floor, ParameterTree
from almoner.policies.base import HORIZON, Direction, Policy, next_april, spans
from almoner.policies.choices import Roles

_ABOVE: Final = {"care_worker": 0, "support_worker": 0, "personal_assistant": 0, "senior_care_worker": 1}
"""Bands above the one that care workers have parity with."""

_NURSES: Final = 5
_COVERED: Final = (*_ABOVE, "registered_nurse")


class NhsParity(Policy):
    """Care staff are paid at least what the NHS pays at the entry of a band, or a share of the way to it.

    Care and support workers and personal assistants have parity with the band, senior care workers with the band above, nurses
    with band 5. Fewer people leave the sector and more enter it, by the elasticities of pay. Cost: the whole pay bill difference
    with employer on-costs, by payer.
    """

    evidence: ClassVar[tuple[str, ...]] = ("E01", "E04", "E05", "E11")
    assumptions: ClassVar[tuple[str, ...]] = (
        "After the last scale that was read, NHS pay grows with pay outside care.",
        "NHS pensions, sick pay and unsocial hours rates are not matched; only the hourly rate is.",
    )
    moves: ClassVar[Mapping[str, Direction]] = {"pay.role_floor.care_worker": "up", "pay.role_floor.senior_care_worker": "up"}

    share_of_gap: Annotated[
        float, Field(strict=True, ge=0, le=1, description="share of the way from the National Living Wage to the band's entry")
    ]
    band: Literal[2, 3, 4] = Field(default=3, description="band of Agenda for Change for care workers")
    roles: Roles = Field(default=_COVERED, min_length=1, description="roles that it covers")

    def edits(self, tree: ParameterTree) -> Iterator[Edit]:
        """Raise the lowest pay of each role, again each April."""
        if self.share_of_gap == 0:
            return
        last = HORIZON if self.until is None else self.until
        months = [self.start, *range(next_april(self.start + 1), last, 12)]
        wage = living_wage_path(tree, HORIZON)
        for role in self.roles:
            scale = _band_path(tree, _NURSES if role == "registered_nurse" else self.band + _ABOVE.get(role, 0))
            floors = [(month, wage[month] + self.share_of_gap * max(scale[month] - wage[month], 0.0)) for month in months]
            for month, end, floor in spans(floors, self.until):
                yield Floor(f"pay.role_floor.{role}", float(floor), from_=month, until=end)


def _band_path(tree: ParameterTree, band: int) -> list[float]:
    """Return the hourly pay at a band's entry by month: as published while it is, then with pay outside care."""
    path = f"policy.nhs_parity.band_{band}_entry"
    known = max(tree.parameter(path).dates)
    outside = outside_path(tree, HORIZON)
    return [tree.at(path, month) * outside[month] / outside[max(min(month, known), 0)] for month in range(HORIZON)]
