"""How the flow of a board is compiled: as the workforce's month is, and made again when any source of it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from numba import njit

from almoner.model import draws

_STEP: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""Steps allocate nothing, so that references to arrays need no counting, which costs more than the steps do."""

_BOARD: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy"}
_FILES: Final = ("compiled", "kernel", "lanes", "queues")


def _sources() -> str:
    total = hashlib.sha256(Path(draws.__file__).read_bytes())
    for name in _FILES:
        total.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return total.hexdigest()


SOURCES: Final = _sources()
"""Hash of what the flow is compiled from: numba itself looks only at the file of each function."""


def step(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a step, which may not make arrays."""
    return njit(**_STEP)(function)  # type: ignore[no-any-return]


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper into whatever calls it."""
    return njit(inline="always", **_STEP)(function)  # type: ignore[no-any-return]


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what is called from Python: it may make arrays."""
    dispatcher: Any = njit(**_BOARD)(function)
    with suppress(AttributeError):
        dispatcher._cache._cache_file._source_stamp = SOURCES
    return dispatcher  # type: ignore[no-any-return]
