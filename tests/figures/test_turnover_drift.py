"""What turnover does when nothing changes is traced to what people in post are like, and told in the plan's limits as it is."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis import ledger
from almoner.analysis.assurance.drift import Drift, drift
from almoner.analysis.validate import drifts


@pytest.fixture(scope="module")
def found() -> Drift:
    return drift()


def test_the_parts_multiply_up_to_the_whole(found: Drift) -> None:
    changes = [1 + row["change"] / 100 for row in found.parts]
    assert np.prod(changes[:-1]) == pytest.approx(changes[-1])


def test_what_the_holders_say_is_what_the_runs_counted(found: Drift) -> None:
    """The hazard of the last month's holders against the leavers of its year: its stock has moved on by half a year."""
    yearly = found.turnover[-1] / found.turnover[0] - 1
    assert yearly == pytest.approx(found.parts[-1]["change"] / 100, abs=0.02)


def test_the_limits_tell_the_drift_as_it_is(found: Drift) -> None:
    drop = found.opening - found.turnover[-1]
    assert found.opening == pytest.approx(23.7)
    assert 1.0 < drop < 1.5
    assert any("drifts down by a little over a point in ten years" in line for line in ledger.limits("england", 0.1, 32))
    assert f"from 23.7% to {found.turnover[-1]:.1f}% by {found.years[-1]}" in drifts(found)


def test_young_people_keep_coming(found: Drift) -> None:
    """Joiners of the youngest age stand in for those who grow older (`ages.joiner_ages`); without them the share halves.

    The stock grows and joiners of every age leave more at first, so the share is not held exactly.
    """
    before, after = found.holders["under 25, %"]
    assert after > 0.75 * before
