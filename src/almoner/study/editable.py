"""Which parameters a scenario may edit, when, and within what limits.

Scenarios share one baseline and one calibration, so what those are made of is fixed; a value that a run reads once cannot change
from a month on. An edit that would go unread, or put a value outside what it can be, is refused with a sentence instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

from almoner.errors import AlmonerError, OutOfRangeError
from almoner.model.children import levers as children
from almoner.parameters import Edit, ParameterTree
from almoner.parameters.edits import matching

FIXED: Final = (
    *children.FIXED,
    "holders.*",
    "leaving.check.*",
    "leaving.ratio.*",
    "leaving.retirement.*",
    "leaving.turnover*",
    "filling.arrivals_share.*",
    "filling.base_*",
    "filling.direct_payment_growth",
    "filling.entrants_*",
    "filling.mean_vacancies",
    "filling.promotion_share",
    "money.price_base_year",
)
"""What the baseline and its calibration are made of, and what no run reads."""

DATED: Final = (
    *children.DATED,
    "discharge.capacity_scale.*",
    "discharge.process_scale.*",
    "filling.arrivals",
    "filling.arrivals_scale",
    "filling.scale",
    "filling.scale_by_*",
    "contracts.guaranteed.*",
    "leaving.exit_scale",
    "leaving.exit_scale_by_*",
    "leaving.move_scale",
    "leaving.move_scale_by_*",
    "market.*",
    "money.deflator",
    "need.funding_coverage",
    "need.hours_per_person.*",
    "need.provision.*",
    "need.scale.*",
    "pay.employer_on_cost",
    "pay.floor_premium.*",
    "pay.market_growth_gap",
    "pay.national_living_wage",
    "pay.national_living_wage_growth",
    "pay.outside_growth",
    "pay.role_floor.*",
    "training.*",
)
"""What runs read month by month or year by year; all else is read once."""

LOCAL: Final = (
    *children.LOCAL,
    "discharge.capacity_scale.*",
    "discharge.process_scale.*",
    "contracts.guaranteed.*",
    "filling.arrivals",
    "filling.arrivals_scale",
    "filling.scale*",
    "leaving.exit_scale*",
    "leaving.move_scale*",
    "need.funding_coverage",
    "need.hours_per_person.*",
    "need.provision.*",
    "need.scale.*",
    "pay.floor_premium.*",
    "pay.market_growth_gap",
    "pay.role_floor.*",
    "training.*",
)
"""What may differ between the areas of a run."""

_LIMITS: Final = {
    "children.need.per_price_point": (-1.0, 1.0),
    "children.leaving.absence_change": (-50.0, 50.0),
    "filling.return_rate": (0.01, 1.0),
    "filling.vacancy_exponent": (0.0, 1.0),
    "market.*": (1e-6, float("inf")),
    "money.deflator": (1e-6, float("inf")),
    "pay.national_living_wage": (0.01, 1000.0),
    "pay.market_growth_gap": (-0.5, 0.5),
    "pay.*growth": (-0.5, 0.5),
    "need.trend_18_64": (-0.5, 0.5),
    "money.deflator_growth": (-0.5, 0.5),
    "contracts.guaranteed.*": (0.0, 50.0),
    "need.provision.*": (0.0, 1.0),
    "need.scale.*": (0.0, 10.0),
    "need.hours_per_person.*": (0.0, 10.0),
    "need.funding_coverage": (0.0, 10.0),
    "policy.*": (float("-inf"), float("inf")),
}
_BY_UNIT: Final = {"share": (0.0, 1.0), "elasticity": (-10.0, 10.0), "exponent": (-10.0, 10.0)}
_NOT_NEGATIVE: Final = (0.0, float("inf"))


def check_edits(edits: Iterable[Edit], tree: ParameterTree, edited: ParameterTree) -> None:
    """Refuse edits of `tree` that would go unread, and values in `edited` that cannot be.

    Raises:
        AlmonerError: a fixed parameter, or dates on one that is read once.
        OutOfRangeError: a value below its lowest or above its highest.
    """
    for edit in edits:
        for path in matching(edit.path, tree.paths()):
            if _one_of(path, FIXED):
                raise AlmonerError(
                    f"'{path}' belongs to the baseline or its calibration, which all scenarios share: it cannot be edited."
                )
            dated = (edit.from_ is not None and edit.from_ >= 0) or edit.until is not None
            if dated and not _one_of(path, DATED):
                raise AlmonerError(f"'{path}' is read once for a whole run: edit it without 'from' and 'until'.")
            _check_values(path, edited)
    _check_living_wage(tree, edited)


def check_local(edits: Iterable[Edit], everywhere: Iterable[Edit], tree: ParameterTree) -> None:
    """Refuse edits limited to places of parameters that a run reads for all areas at once.

    Raises:
        AlmonerError: such a parameter.
    """
    general = set(everywhere)
    for edit in (edit for edit in edits if edit not in general):
        for path in matching(edit.path, tree.paths()):
            if not _one_of(path, LOCAL):
                raise AlmonerError(f"'{path}' is read for all areas at once: it cannot be edited for some places only.")


def limits(path: str, unit: str) -> tuple[float, float]:
    """Return the lowest and the highest value that a parameter can have."""
    for pattern, ends in _LIMITS.items():
        if fnmatchcase(path, pattern):
            return ends
    return _BY_UNIT.get(unit.split(maxsplit=1)[0], _NOT_NEGATIVE) if unit else _NOT_NEGATIVE


def _check_values(path: str, edited: ParameterTree) -> None:
    parameter = edited.parameter(path)
    low, high = limits(path, parameter.unit)
    for value in parameter.values:
        if not low <= value <= high:
            end = f"below its lowest, {low:g}" if value < low else f"above its highest, {high:g}"
            raise OutOfRangeError(f"'{path}' would be {value:g} {parameter.unit}, {end}.")


def _check_living_wage(tree: ParameterTree, edited: ParameterTree) -> None:
    """Refuse later edits of the National Living Wage, whose path beyond its last published April follows its growth."""
    path = "pay.national_living_wage"
    last = max(tree.parameter(path).dates)
    if any(date > last for date in edited.parameter(path).dates):
        raise AlmonerError(
            f"'{path}' is given to its last published April; after that edit pay.national_living_wage_growth, "
            "or set a floor above it with pay.floor_premium.*."
        )


def _one_of(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
