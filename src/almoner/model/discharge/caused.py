"""Whose delay as caused: Shapley values of lifting the seven constraints, under common random numbers (MODEL.md section 7).

Lifted means that nobody waits there. A person meets the four process stages and the capacity of their own pathway, so the days of a
pathway depend on five constraints; days saved by any of the 128 sets are sums over pathways, and none is estimated on its own.
"""

from __future__ import annotations

from math import factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.discharge import flow
from almoner.model.discharge.calendar import Calendar
from almoner.model.discharge.lanes import FIRST_COME, N_PATHWAYS, PROCESS_STAGES, Lanes
from almoner.reference.discharge_words import CONSTRAINTS

PLAYERS: Final = len(CONSTRAINTS)
SETS: Final = 1 << PLAYERS


def days_by_set(lanes: Lanes, calendar: Calendar, seed: int, replicate: int, priority: int = FIRST_COME) -> NDArray[np.float64]:
    """Return the days lost with each set of constraints lifted, [board, set]; bit k of a set is constraint k."""
    processes = 1 << PROCESS_STAGES
    pathway = np.zeros((processes, 2, lanes.number.size, N_PATHWAYS))
    for lifted in range(processes):
        held = flow.run(lanes, calendar, seed, replicate, lifted=lifted, priority=priority, threads=1).days_lost
        # People pass the process stages before they meet capacity, so lifting it leaves their days there as they are.
        pathway[lifted, 0] = held.sum(axis=2)
        pathway[lifted, 1] = held[:, :, :PROCESS_STAGES].sum(axis=2)
    sets = np.arange(SETS)
    process = sets & (processes - 1)
    total = pathway[process, 0, :, 0]
    for g in range(1, N_PATHWAYS):
        total = total + pathway[process, sets >> (PROCESS_STAGES + g - 1) & 1, :, g]
    return np.asarray(total.T)


def shapley(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each player adds on average over all orders, [..., player], from the worth of every set, [..., set].

    The values add up to the worth of all players together, less that of none (Shapley 1953).
    """
    players = int(values.shape[-1]).bit_length() - 1
    sets = np.arange(values.shape[-1])
    size = np.array([int(each).bit_count() for each in sets])
    result = []
    for k in range(players):
        without = sets[sets >> k & 1 == 0]
        weight = np.array([factorial(n) * factorial(players - n - 1) / factorial(players) for n in size[without]])
        result.append(((values[..., without | 1 << k] - values[..., without]) * weight).sum(axis=-1))
    return np.stack(result, axis=-1)


def saved(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return days saved by each set, from days lost with it lifted."""
    return days[..., :1] - days
