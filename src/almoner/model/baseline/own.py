"""Own figures in the place of modelled ones: an area's posts, vacancies and turnover by service, or by service and role.

In: the national baseline and own figures. Out: the baseline with the rows of those areas replaced. What a file leaves out stays
modelled: other services, the split over roles (England's, in what the service has), vacancies (the modelled share of the posts) and
turnover.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from almoner.model import draws
from almoner.model.baseline.build import Baseline
from almoner.readers.own_figures import OwnFigures, OwnRow
from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS


def with_own(national: Baseline, own: OwnFigures | None) -> Baseline:
    """Return the baseline with an organisation's figures in it; the same one where there are none."""
    if own is None:
        return national
    filled, vacant, turnover = national.filled.copy(), national.vacant.copy(), national.turnover.copy()
    error, published = national.posts_error.copy(), list(national.published_posts)
    for code in own.areas:
        area = national.area_codes.index(code)
        given = 0
        for s, service in enumerate(SERVICE_IDS):
            rows = [row for row in own.rows if (row.area_code, row.service) == (code, service)]
            if not rows:
                continue
            modelled_filled, modelled_vacant = national.filled[area, s], national.vacant[area, s]
            filled[area, s] = _by_role(rows, "filled_posts", modelled_filled)
            usual = _usual_vacancies(filled[area, s], modelled_filled, modelled_vacant)
            vacant[area, s] = _by_role(rows, "vacant_posts", usual)
            turnover[area, s] = _turnover(rows, filled[area, s], national.turnover[area, s])
            given += int(national.filled[area, s].sum()) if any(row.filled_posts is not None for row in rows) else 0
        # What is left to the apportionment is all that its error is about.
        error[area] *= 1.0 - given / max(int(national.filled[area].sum()), 1)
        published[area] = True
    return replace(national, filled=filled, vacant=vacant, turnover=turnover, posts_error=error, published_posts=tuple(published))


def _by_role(rows: list[OwnRow], name: str, modelled: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return posts by role: those given, and the rest of the service's total (or of the modelled one) in the modelled mix."""
    posts = modelled.astype(np.int64).copy()
    given = np.zeros(len(ROLE_IDS), dtype=bool)
    for row in (row for row in rows if row.role is not None and getattr(row, name) is not None):
        place = ROLE_IDS.index(str(row.role))
        posts[place], given[place] = getattr(row, name), True
    total = next((getattr(row, name) for row in rows if row.role is None), None)
    if total is None:
        return posts.astype(np.int32)
    rest = max(int(total) - int(posts[given].sum()), 0)
    weights = np.where(given, 0.0, np.maximum(modelled, 0).astype(np.float64))
    if weights.sum() == 0:
        weights = np.where(given, 0.0, 1.0) if not given.all() else np.ones(len(ROLE_IDS))
    posts = np.where(given, posts, draws.round_unbiased(rest * weights / weights.sum(), 0.5))
    return posts.astype(np.int32)


def _usual_vacancies(filled: NDArray[np.int32], before: NDArray[np.int32], vacant: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return vacancies at the modelled share of the service's posts."""
    rate = float(vacant.sum()) / max(float(before.sum()), 1.0)
    mix = vacant.astype(np.float64) / vacant.sum() if vacant.sum() else filled / max(float(filled.sum()), 1.0)
    return draws.round_unbiased(np.rint(rate * float(filled.sum())) * mix, 0.5).astype(np.int32)


def _turnover(rows: list[OwnRow], filled: NDArray[np.int32], modelled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return turnover by role: those given, and the others scaled so that the service has its own rate."""
    rates = modelled.copy()
    given = np.zeros(len(ROLE_IDS), dtype=bool)
    for row in (row for row in rows if row.role is not None and row.turnover_rate is not None):
        place = ROLE_IDS.index(str(row.role))
        rates[place], given[place] = float(row.turnover_rate or 0.0) / 100.0, True
    total = next((row.turnover_rate for row in rows if row.role is None and row.turnover_rate is not None), None)
    if total is None:
        return rates
    wanted = total / 100.0 * float(filled.sum()) - float((filled * rates)[given].sum())
    rest = float((filled * rates)[~given].sum())
    if rest > 0:
        rates[~given] *= max(wanted, 0.0) / rest
    return rates
