"""The policy keeps what Almoner asks of every policy."""

import pytest
from paid_travel_time.policy import PaidTravelTime

from almoner.testing import CHECKS, check_policy


@pytest.mark.parametrize("check", CHECKS)
def test_paid_travel_time_keeps(check: str) -> None:
    """Each of Almoner's checks on its own, so that a fault is easy to find."""
    CHECKS[check](PaidTravelTime)


def test_paid_travel_time_keeps_everything_at_once() -> None:
    """All of them in one call."""
    check_policy(PaidTravelTime)
