"""The version of the package and of the code that makes results, which every result records."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Final

VERSION: Final = "0.1.0"

_MAKES_RESULTS: Final = ("model", "policies", "study")


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Return the SHA-256 of the source that makes results, so that a changed checkout never goes on with an older run."""
    digest = hashlib.sha256()
    for package in _MAKES_RESULTS:
        folders = [files("almoner") / package]
        while folders:
            for entry in sorted(folders.pop().iterdir(), key=lambda item: item.name):
                if entry.is_dir():
                    folders.append(entry)
                elif entry.name.endswith(".py"):
                    digest.update(entry.name.encode())
                    digest.update(entry.read_bytes())
    return digest.hexdigest()
