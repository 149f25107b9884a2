"""What fits of the boards rest on, as a hash: parameters of discharge, published figures and the method.

A fit that is shipped names the hash of what it was made from, so a stale one is never used.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import numpy as np

from almoner.model.discharge.record import boards, england
from almoner.model.discharge.system import Fitted
from almoner.parameters import ParameterTree

METHOD: Final = 1
"""Raised when the fit or the flow model changes its answers."""

RESTS_ON: Final = ("days_before_ready", "stage_days", "weekend", "any_reason", "stay", "onward", "pool_size")
"""Branches of the discharge parameters that the fit reads."""

_PREFIXES: Final = tuple(f"discharge.{branch}" for branch in RESTS_ON)


def made_of(tree: ParameterTree) -> str:
    """Return the hash of what a fit at the values of `tree` rests on."""
    digest = hashlib.sha256(str(METHOD).encode())
    for path in tree.paths():
        if path.startswith(_PREFIXES):
            digest.update(f"{path} {tree.at(path)!r}\n".encode())
    digest.update(_figures())
    return digest.hexdigest()


def hash_of(fitted: Fitted) -> str:
    """Return the hash of a fit, to the last bit."""
    digest = hashlib.sha256(f"{fitted.codes} {fitted.length_factor!r}".encode())
    for values in (fitted.numbers, fitted.flow, fitted.season, fitted.held_days, fitted.wait_days, fitted.opening):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _figures() -> bytes:
    return b"".join(
        np.round(values, 4).tobytes()
        for published in (boards(), england())
        for values in (published.remaining, published.ready, published.pathway_share, published.reasons)
    )
