"""What the benchmarks of consultation answers share: the place of public data, and one line a target."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def data_path(*parts: str) -> Path | None:
    """Return a public file or folder below the first argument of the command, or none where it is not there."""
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        return None
    path = Path(sys.argv[1], *parts)
    return path if path.exists() else None


def say(target: str, measure: str, result: str, aim: str, peer: str, met: bool | None) -> None:
    """Print a target, what was measured, the aim and the peer's figure."""
    verdict = "not measurable here" if met is None else "met" if met else "MISSED"
    print(f"{target}  {verdict:8}  {measure}\n      measured: {result}\n      target:   {aim}\n      peers:    {peer}")


def missing(target: str, measure: str, aim: str, peer: str, what: str) -> None:
    """Print a target for which there is no data."""
    say(target, measure, f"not measurable here: {what}", aim, peer, None)


def peak_megabytes() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
