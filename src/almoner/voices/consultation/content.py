"""What the report of a consultation says, before it is drawn as a page, a workbook or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Content:
    """What the report says, before it is drawn."""

    title: str
    facts: dict[str, Any]
    shares: pl.DataFrame
    counts: pl.DataFrame
    positions: pl.DataFrame
    campaigns: pl.DataFrame
    quotes: pl.DataFrame
    themes: list[dict[str, Any]]
    suggestions: list[dict[str, Any]]
    agreement: dict[str, Any]
    quality: dict[str, Any]
    checks: list[dict[str, Any]]
    questions: dict[str, str]
