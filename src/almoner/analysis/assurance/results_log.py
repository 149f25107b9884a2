"""The change log of results: headline figures of each version, kept in the package, so that a report shows before and after.

`almoner validate --record "why"` adds what it found to `results.json`; nothing is ever written over. A figure that no run has yet
given is not in the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from almoner.errors import OutputError
from almoner.version import VERSION, code_hash

FILE: Final = "results.json"


def entries(folder: Path | None = None) -> list[dict[str, Any]]:
    """Return the recorded entries, oldest first."""
    path = _path(folder)
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def add(figures: Mapping[str, float], why: str, folder: Path | None = None) -> dict[str, Any]:
    """Add an entry and return it."""
    entry = {
        "date": datetime.now(UTC).date().isoformat(),
        "version": VERSION,
        "code": code_hash()[:12],
        "why": why,
        "figures": {name: float(f"{value:.6g}") for name, value in figures.items()},
    }
    path = _path(folder)
    try:
        path.write_text(json.dumps([*entries(folder), entry], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The record of results cannot be written to {path}: {error.strerror}.") from error
    return entry


def changes(now: Mapping[str, float], folder: Path | None = None) -> list[dict[str, Any]]:
    """Return every headline figure of this run beside the last recorded entry, with the difference."""
    recorded = entries(folder)
    before = recorded[-1]["figures"] if recorded else {}
    return [
        {
            "figure": name,
            "before": before.get(name),
            "after": value,
            "difference": None if before.get(name) is None else value - before[name],
        }
        for name, value in now.items()
    ]


def _path(folder: Path | None) -> Path:
    return (folder or Path(str(files("almoner.analysis.assurance")))) / FILE
