"""Chance that anyone can check: a keyed hash of the project's seed, a purpose and an id, never a stream.

A random sample is the ids with the smallest hashes, so that it is the same on any machine and in any order of the ids, and a larger
sample holds the smaller one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def draw(seed: int, purpose: str, id: str) -> float:
    """Return a number in [0, 1) that only the seed, the purpose and the id decide."""
    digest = hashlib.sha256(f"{seed}\0{purpose}\0{id}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / float(1 << 56)


def in_random_order(seed: int, purpose: str, ids: Iterable[str]) -> list[str]:
    """Return ids in an order that chance decides; the first n are a simple random sample of n."""
    return sorted(ids, key=lambda each: (draw(seed, purpose, each), each))


def folds(seed: int, purpose: str, ids: Iterable[str], number: int) -> NDArray[np.int64]:
    """Return for each id, in the order given, one of `number` folds whose sizes differ by at most one."""
    given = list(ids)
    rank = {each: place for place, each in enumerate(in_random_order(seed, purpose, given))}
    return np.array([rank[each] % number for each in given], dtype=np.int64)
