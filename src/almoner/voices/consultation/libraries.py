"""The libraries of the extra `[evidence]`, imported where they are used, with one sentence for what is not installed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final

from almoner.errors import AlmonerError

_PACKAGES: Final = {"sklearn": "scikit-learn", "openpyxl": "openpyxl", "xlsxwriter": "xlsxwriter", "datasketch": "datasketch"}


class LibraryMissing(AlmonerError):
    """A library of an extra is not installed."""


def library(name: str, purpose: str) -> ModuleType:
    """Return the module `name`; `purpose` ends the sentence of the error, as in 'to read Excel files'.

    Raises:
        LibraryMissing: it is not installed; the sentence names the extra to install.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = _PACKAGES.get(name.split(".", maxsplit=1)[0], name)
        raise LibraryMissing(f"{package} is needed {purpose}: install it with pip install 'almoner[evidence]'.") from error
