"""The books of every month close to the unit, and what `baseline --turnover` says was raked was raked."""

from __future__ import annotations

from itertools import pairwise

import pytest

from almoner.analysis.flows import base_year_flows, turnover_ratios
from almoner.reference.areas import resolve
from almoner.study.flows import monthly_flows
from almoner.study.scenario import load_scenario


@pytest.mark.parametrize("name", ["do-nothing", "fair-pay"])
@pytest.mark.parametrize("area", ["Wakefield", "City of London"])
def test_heads_are_conserved_to_the_unit_every_month(area: str, name: str) -> None:
    months = monthly_flows(resolve(area), load_scenario(name), 2030)
    assert len(months) == 60
    assert all(month.residual == 0 and month.vacancy_residual == 0 for month in months)
    assert all(later.filled_before == earlier.filled for earlier, later in pairwise(months))
    assert all(month.promotions_in == month.promotions_out for month in months)


def test_the_base_years_identity_holds_and_stands_beside_what_was_published() -> None:
    """Exits differ from the published 120 thousand by its rounding to the nearest thousand."""
    rows = {row.flow: row for row in base_year_flows()}
    change, exits, arrivals, entrants = (
        rows[name].modelled
        for name in (
            "Change in filled posts",
            "People who left the sector",
            "People who arrived from abroad",
            "Resident entrants by the identity",
        )
    )
    assert entrants == pytest.approx(change + exits - arrivals, abs=500)
    assert exits == pytest.approx(rows["People who left the sector"].published, abs=500)


def test_every_raked_ratio_is_met() -> None:
    """Raking stops when its multipliers are one to the last bits of a double."""
    raked = [row for row in turnover_ratios() if row.margin.split(":")[0] in {"age", "experience", "contract", "qualification"}]
    assert len(raked) >= 6
    for row in raked:
        assert row.difference == pytest.approx(0.0, abs=1e-9)
