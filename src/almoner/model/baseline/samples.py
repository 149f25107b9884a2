"""Samples of the opening world, for what needs people of all England but not every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline.build import Baseline, build
from almoner.model.baseline.holders import holders
from almoner.reference.vocabulary import OUTSIDE_RATES, ROLE_IDS, SERVICE_IDS


def thinned(baseline: Baseline, one_in: int) -> Baseline:
    """Return a baseline with one filled post in `one_in`, every cell and run of cells in its proportion."""
    few = draws.round_unbiased(baseline.filled.reshape(-1) / one_in, 0.5)
    return replace(baseline, filled=few.reshape(baseline.filled.shape).astype(np.int32))


def cells_of(baseline: Baseline) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the service and the role of every row of `holders(baseline)`."""
    services, roles = len(SERVICE_IDS), len(ROLE_IDS)
    cells = np.repeat(np.arange(baseline.filled.size), baseline.filled.reshape(-1)) % (services * roles)
    return cells // roles, cells % roles


def care_worker_median(area_codes: Sequence[str]) -> float:
    """Return the median hourly pay of care workers in the independent sector of some areas at March 2025, GBP (modelled)."""
    baseline = build(area_codes)
    few = thinned(baseline, max(1, int(baseline.filled.sum()) // 100_000))
    people = holders(few)
    service, role = cells_of(few)
    own = (role == ROLE_IDS.index("care_worker")) & (service != SERVICE_IDS.index("council"))
    return float(np.median(people.pay_pence[own])) / 100.0


def published_base(baseline: Baseline) -> NDArray[np.int64]:
    """Return posts as the published total of 1.71 million counts them, [area, service].

    Filled and vacant posts of councils and the independent sector, and filled ones of direct payment employers, whose vacancies
    nobody publishes with the rest.
    """
    inside = np.array([service not in OUTSIDE_RATES for service in SERVICE_IDS])
    return np.asarray(baseline.filled.sum(axis=2).astype(np.int64) + baseline.vacant.sum(axis=2) * inside)
