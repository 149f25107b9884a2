"""Almoner: a tested workforce plan for social care in England."""

from typing import Final

__version__: Final = "0.1.0"
