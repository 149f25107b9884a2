"""V7: how large an installation is: of what reading adverts loads, of the core, and of the core with the extra for text work.

Counts the files of installed packages as their own lists have them. Run it with `.venv/bin/python
benchmarks/evidence/adverts_install.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MEGABYTE = 2**20
TARGETS = {"core": 320, "core + evidence extra": 460}
EVIDENCE = ("scikit-learn", "XlsxWriter", "openpyxl")


def size(names: Iterable[str]) -> float:
    """Return the megabytes on disk of installed packages."""
    total = 0
    for name in names:
        for file in metadata.distribution(name).files or ():
            path = file.locate()
            total += path.stat().st_size if path.is_file() else 0  # type: ignore[union-attr]
    return total / MEGABYTE


def needed(names: Iterable[str], extras: frozenset[str] = frozenset()) -> set[str]:
    """Return packages and all that they need, where installed."""
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            requirements = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for text in requirements:
            requirement = Requirement(text)
            if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append(canonicalize_name(requirement.name))
    return found


def loaded() -> set[str]:
    """Return the packages that reading adverts loads."""
    before = set(sys.modules)
    # Imported here, because what they bring with them is what is counted.
    from almoner.voices.adverts.findings import find  # noqa: PLC0415
    from almoner.voices.adverts.read import read_source  # noqa: PLC0415
    from almoner.voices.adverts.source import from_bytes  # noqa: PLC0415

    find(read_source(from_bytes(b"title,salary,location\nCarer,12.60 per hour,Leeds\n", "a.csv")))
    modules = {name.split(".")[0] for name in set(sys.modules) - before}
    owners = metadata.packages_distributions()
    return {canonicalize_name(owner) for module in modules for owner in owners.get(module, ()) if owner != "almoner"}


def main() -> None:
    """Print V7."""
    core = needed(["almoner"]) - {"almoner"}
    sizes = {
        "loaded by reading adverts": size(loaded()),
        "core": size(core),
        "core + evidence extra": size(core | needed(EVIDENCE)),
    }
    print("V7, megabytes of installed packages; peers: BERTopic stack 2,000, themefinder needs a cloud service")
    for what, found in sizes.items():
        target = TARGETS.get(what)
        state = "" if target is None else f"   target {target}   {'reached' if found <= target else 'NOT reached'}"
        print(f"  {what:26s} {found:6.0f}{state}")
    largest = sorted(((size([name]), name) for name in core), reverse=True)[:6]
    print("  largest of the core: " + ", ".join(f"{name} {megabytes:.0f}" for megabytes, name in largest))


if __name__ == "__main__":
    main()
