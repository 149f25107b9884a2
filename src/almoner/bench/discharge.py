"""`bench_discharge`: people a second through the queues out of hospital, beside Ciw and SimPy on the same job, in one run.

Before anything is timed the answer is proved: a pool waits as Erlang C says, and every tool finds the mean waits of the others
within their joint error.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from almoner.bench.measure import Ready, interleaved, machine, medians, peak_megabytes
from almoner.bench.peers.queue_job import JOB, TABLE, Answer
from almoner.bench.plain_queue import Queue, plain_days, plain_lanes
from almoner.errors import AlmonerError, NotFoundError
from almoner.model.discharge import kernel, queues
from almoner.model.discharge.lanes import new_tally

PEERS: Final = {"ciw": "queue_ciw", "simpy": "queue_simpy"}
POOLS: Final = 120
DAYS: Final = 600
PEER_DAYS: Final = 3_000
PEER_WARM_UP: Final = 500
WARM_UP: Final = 100
REPEATS: Final = 5
_PROOF_RUNS: Final = 8
_MOST_Z: Final = 4.5
"""Beyond this, in standard errors, an answer is wrong: eight comparisons or so are made."""
_GRID_DAYS: Final = 0.5
"""What the order within a whole day can move a mean wait by."""


class WrongAnswer(AlmonerError):
    """A tool whose answer is not the others'; nothing is timed."""


def bench_discharge(repeats: int = REPEATS, peers: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Prove, then time; ratios are of people served a second of one core, None for a peer not installed or not asked for."""
    for name in peers or ():
        if name not in PEERS:
            raise NotFoundError("peer", name, PEERS)
    wanted = [name for name in PEERS if (peers is None or name in peers) and find_spec(name) is not None]
    erlang = _prove_erlang()
    ours = np.array([_almoner(POOLS, PEER_DAYS, 1_000, seed)().waits for seed in range(_PROOF_RUNS)])
    z = {name: _prove_peer(name, ours) for name in wanted}
    jobs: dict[str, Ready] = {"almoner": lambda: _almoner(POOLS, DAYS, WARM_UP, 1)}
    jobs |= {name: _timed(name) for name in wanted}
    served = {"almoner": _almoner(POOLS, DAYS, WARM_UP, 1)().people}
    served |= {name: _peer(name, PEER_DAYS, PEER_WARM_UP, 1)().people for name in wanted}
    seconds = interleaved(jobs, repeats)
    speed = {name: served[name] / each for name, each in medians(seconds).items()}
    return {
        "patients": served["almoner"],
        "patients_per_second": round(speed["almoner"]),
        "ns_per_patient": round(1e9 / speed["almoner"], 1),
        **{f"ratio_{name}": round(speed["almoner"] / speed[name], 1) if name in speed else None for name in PEERS},
        "lane_days_per_second": round(speed["almoner"] / served["almoner"] * DAYS * POOLS * len(JOB.pathways)),
        "erlang_z": erlang,
        "peer_z": z,
        "mean_waits": {"almoner": [round(float(each), 3) for each in ours.mean(axis=0)]},
        "peers": {name: {"version": version(name), "patients_per_second": round(speed[name])} for name in wanted},
        "not_installed": [name for name in PEERS if find_spec(name) is None],
        "spread": {name: round(statistics.pstdev(each) / statistics.mean(each), 3) for name, each in seconds.items()},
        "peak_mb": peak_megabytes(),
        "machine": machine(),
    }


def _almoner(pools: int, count: int, warm_up: int, seed: int) -> Callable[[], Answer]:
    days = plain_days(count, warm_up)
    table = np.array(TABLE)
    lanes = plain_lanes(
        {
            g + 1: Queue(each.a_day, each.places, each.stay_days, table, each.onward, each.packages)
            for g, each in enumerate(JOB.pathways)
        },
        pools,
        days,
        JOB.package_days,
    )
    room = int(max(each.a_day for each in JOB.pathways) * count * 1.3) + 900

    def run() -> Answer:
        tally = new_tally(days)
        kernel.run_board(0, 0, 0, -1, seed, 0, lanes, days, room, tally)
        gone = tally.wait_days[1 : len(JOB.pathways) + 1]
        # The warm-up's people are simulated like the others, and counted by the days that count.
        people = int(gone[:, 1].sum() * count / (count - warm_up))
        return Answer(people, tuple(float(each[2] / each[1]) for each in gone))

    return run


def _peer(name: str, days: int, warm_up: int, seed: int) -> Callable[[], Answer]:
    job: Callable[[], Answer] = import_module(f"almoner.bench.peers.{PEERS[name]}").ready(JOB, days, warm_up, seed)
    return job


def _timed(name: str) -> Ready:
    return lambda: _peer(name, PEER_DAYS, PEER_WARM_UP, 1)


def _prove_peer(name: str, ours: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    theirs = np.array([_peer(name, PEER_DAYS, 1_000, seed)().waits for seed in range(_PROOF_RUNS)])
    error = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / _PROOF_RUNS)
    gap = np.maximum(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) - _GRID_DAYS, 0.0) / error
    if np.any(gap > _MOST_Z):
        raise WrongAnswer(f"{name} and Almoner differ in mean waits by {gap.max():.1f} standard errors: nothing is timed.")
    return [round(float(each), 2) for each in gap]


def _prove_erlang() -> float:
    places, stay, use, pools = 20, 400.0, 0.85, 60
    days = plain_days(30_000, 15_000)
    a_day = use * places / stay
    lanes = plain_lanes({1: Queue(a_day, places, stay, np.array(TABLE))}, pools, days)
    waits = []
    for seed in range(_PROOF_RUNS):
        tally = new_tally(days)
        kernel.run_board(0, 0, 0, -1, seed, 0, lanes, days, int(a_day * days.total * 1.4) + 600, tally)
        waits.append(tally.wait_days[1, 2] / tally.wait_days[1, 1])
    wanted = queues.mean_wait(places, a_day * stay, stay)
    z = float((np.mean(waits) - wanted) / (np.std(waits, ddof=1) / np.sqrt(_PROOF_RUNS)))
    if abs(z) > _MOST_Z:
        raise WrongAnswer(f"The mean wait is {z:.1f} standard errors from Erlang C: nothing is timed.")
    return round(z, 2)
