"""The months of children's social care, all returns at once: `run_months` carries one draw through all of them.

One return at a time goes through all its months, so that its state stays in the processor's cache; returns do not touch each
other, and all luck is keyed, so any order and any count of threads give the same numbers. A month has these steps:

1. children: ends and moves of children in need, of plans, of looked-after children; birthdays; new cases (`children_months`);
2. from October after the opening, social workers: leaving by months of service, route, caseload of last September and absence;
3. joining: as the path expects, more where vacancies exceed it, and entrants of policies where there is room (`staff_months`);
4. agency cover of vacancies up to its rule, caseload, and extra posts where a cap on caseloads asks for them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from almoner.model.children.children_months import carry_children
from almoner.model.children.columns import Array, Chances, Expected, Levers, Opening
from almoner.model.children.staff_months import carry_staff


@njit(cache=True, nogil=True)
def run_months(opening: Opening, path: Expected, chances: Chances, levers: Levers, seed: int, draw: int, out: Array) -> None:
    """Carry every return through the months of `path` and fill `out` [return, year, output]; all but `out` is only read."""
    returns, months = path.staff.shape
    in_need = np.empty(months)
    for a in range(returns):
        carry_children(a, opening, path, chances, levers, seed, draw, out, in_need)
        carry_staff(a, opening, path, chances, levers, seed, draw, out, in_need)
