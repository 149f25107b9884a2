"""Closed forms of queues: Erlang C for the chance and the mean of waiting, and its inverse, the places that give a wanted wait.

Used to start the fit and as what the simulator is tested against. Lengths that are not exponential are allowed for by the
Allen-Cunneen factor (1 + spread**2) / 2 (Allen 1990), exact for exponential ones.
"""

from __future__ import annotations

import math

from almoner.model.discharge.compiled import whole


@whole
def erlang_c(servers: int, load: float) -> float:
    """Return the chance that an arrival waits in M/M/c, with `load` = arrivals a day x mean days; 1 where the queue never ends."""
    if load >= servers:
        return 1.0
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


@whole
def mean_wait(servers: float, load: float, days: float, spread: float = 1.0) -> float:
    """Return the mean days of waiting; a broken number of servers is a mixture of pools with the whole numbers around it."""
    low = math.floor(servers)
    part = servers - low
    whole = _wait(low, load, days) if part < 1.0 else 0.0
    more = _wait(low + 1, load, days) if part > 0.0 else 0.0
    mixed = (1.0 - part) * whole + part * more if part > 0.0 else whole
    return mixed * (1.0 + spread**2) / 2.0


@whole
def servers_for(wait: float, load: float, days: float, spread: float = 1.0) -> float:
    """Return the servers at which the mean wait is `wait` days: between just enough and ten times the load, by halving."""
    low, high = math.floor(load) + 1.0, 10.0 * load + 30.0
    if mean_wait(low, load, days, spread) <= wait:
        return low
    for _ in range(50):
        middle = (low + high) / 2.0
        if mean_wait(middle, load, days, spread) > wait:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


@whole
def _wait(servers: int, load: float, days: float) -> float:
    if load <= 0.0:
        return 0.0
    if load >= servers:
        return math.inf
    chance: float = erlang_c(servers, load)
    return chance * days / (servers - load)
