"""How the steps of the month are compiled.

Columns come in from Python, which holds them as long as a step runs, so the steps need not count references to them: counting, an
atomic addition for nearly every look into a column, was the largest part of a month's time. The price is that a step may not make
an array; what it works in comes from `room`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from numba import njit

_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""Division follows NumPy, without a check for nought each time; `_nrt` is numba's run time, which counts references."""


MODULES: Final = ("bounds", "columns", "compiled", "draws", "kernel", "lottery", "people", "posts", "room", "sieve")
"""The modules that the month is compiled from."""


def _sources() -> str:
    """Return a hash of what the month is compiled from."""
    total = hashlib.sha256()
    for name in MODULES:
        total.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return total.hexdigest()


SOURCES: Final = _sources()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of columns."""
    dispatcher: Any = njit(**_OPTIONS)(function)
    # Numba keeps what it has compiled until the function's own file changes. What it calls lies in other files: after an update of
    # these the month would go on as it was.
    with suppress(AttributeError):
        dispatcher._cache._cache_file._source_stamp = SOURCES
    return dispatcher  # type: ignore[no-any-return]


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper into whatever calls it: handing over some hundred columns would cost more than its work."""
    return njit(inline="always", **_OPTIONS)(function)  # type: ignore[no-any-return]
