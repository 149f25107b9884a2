"""The version of the package, which every result records."""

from typing import Final

VERSION: Final = "0.1.0"
