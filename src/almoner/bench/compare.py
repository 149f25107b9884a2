"""`bench_kernel`: the leave-and-replace job in Almoner's design beside NumPy, Starsim, Mesa and SimPy, in one interleaved run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from almoner.bench import kernel
from almoner.bench.job import Workers, check_size, expected, opening
from almoner.bench.measure import Ready, copying, interleaved, machine, medians, peak_megabytes
from almoner.bench.peers import NUMPY, NUMPY_TUNED, OTHERS, Peer, chosen
from almoner.bench.proof import check_peer, prove
from almoner.errors import OutOfRangeError

POSTS: Final = 1_600_000
MONTHS: Final = 60
REPEATS: Final = 5
PEER_PROOF_POSTS: Final = 100_000
SCAN_BYTES: Final = 64_000_000
"""More than second-level caches hold."""
SCANS: Final = 3
_USUAL_BOUND: Final = 7
"""The bound byte of a post with the average chance."""


def bench_kernel(
    posts: int = POSTS, months: int = MONTHS, repeats: int = REPEATS, peers: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """Prove the kernel and every peer, then time them; `peers` names some of them, None means all that are installed.

    Ratios are of post-months a second of one core; setting up is outside the times. `roofline_share` sets the bytes that the whole
    job must stream (one bound byte a post and month) against a copy of as many bytes; `scan_roofline_share` does so for pass 1
    alone, beyond the nearer caches, where memory can limit it. A peer that is not installed, or not asked for, is None.
    `peak_mb` is of the process when Almoner's job has run once and before the others run at full size.
    """
    check_size(posts, months)
    if repeats < 1:
        raise OutOfRangeError(f"--repeats {repeats} is too few: ask for at least 1.")
    wanted = chosen(peers)
    proof = prove(months)
    workers = opening(posts)
    _almoner(workers, months)()
    peak = peak_megabytes()
    loops = (NUMPY, NUMPY_TUNED, *(peer for peer in wanted if peer.installed))
    peer_z = {peer.name: _prove_peer(peer, months, proof.spread) for peer in loops}
    streamed = np.full(SCAN_BYTES, _USUAL_BOUND, np.uint8)
    jobs: dict[str, Ready] = {
        "almoner": lambda: _almoner(workers, months),
        "scan": lambda: lambda: kernel.scan(streamed, SCANS),
        "copy": lambda: copying(streamed, SCANS),
        **{peer.name: _timed(peer, workers, months) for peer in loops},
    }
    seconds = interleaved(jobs, repeats)
    middle = medians(seconds)
    speed = {"almoner": posts * months / middle["almoner"]}
    speed |= {peer.name: _size(peer, posts) * months / middle[peer.name] for peer in loops}
    # A copy reads and writes, a scan only reads: equal bytes are moved in half the time of the copy.
    copied = middle["copy"] / (2 * SCAN_BYTES * SCANS)
    return {
        "posts": posts,
        "months": months,
        "repeats": repeats,
        "post_months_per_second_per_core": round(speed["almoner"]),
        "ns_per_post_month": round(1e9 / speed["almoner"], 3),
        **{f"ratio_{name}": _ratio(speed, name) for name in (NUMPY.name, NUMPY_TUNED.name, *(peer.name for peer in OTHERS))},
        "roofline_share": round(copied * speed["almoner"], 3),
        "scan_roofline_share": round(copied * SCAN_BYTES * SCANS / middle["scan"], 3),
        "peak_mb": peak,
        "peers": {
            peer.name: {
                "version": peer.version,
                "posts": _size(peer, posts),
                "post_months_per_second_per_core": round(speed[peer.name]),
                "manner": peer.manner,
                "z": peer_z[peer.name],
            }
            for peer in loops
        },
        "not_installed": [peer.name for peer in wanted if not peer.installed],
        "proof": asdict(proof),
        "seconds": {name: [round(each, 5) for each in times] for name, times in seconds.items()},
        "machine": machine(),
    }


def _almoner(workers: Workers, months: int) -> Callable[[], object]:
    state = kernel.State.at_start(workers)
    return lambda: kernel.advance(state, months)


def _size(peer: Peer, posts: int) -> int:
    return min(posts, peer.most_posts)


def _timed(peer: Peer, workers: Workers, months: int) -> Ready:
    return lambda: peer.ready(workers.first(peer.most_posts), months, seed=1)


def _prove_peer(peer: Peer, months: int, spread: float) -> float:
    some = opening(_size(peer, PEER_PROOF_POSTS))
    return check_peer(peer.name, peer.ready(some, months, seed=1)(), expected(some, months), spread)


def _ratio(speed: dict[str, float], name: str) -> float | None:
    return round(speed["almoner"] / speed[name], 2) if name in speed else None
