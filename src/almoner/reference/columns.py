"""Column types and rules shared by the schemas of the reference tables.

Codes are text and checked by shape; a column with a short list of allowed words carries that list as its check and in its
metadata, so that `tables.describe` can print it.
"""

from __future__ import annotations

from typing import Final

import dataframely as dy
import polars as pl

from almoner.reference.vocabulary import POPULATION_BANDS

AREA_CODE: Final = r"^E(06|08|09|10)\d{6}$"
JOINT_CODE: Final = rf"{AREA_CODE[:-1]}(\+E(06|08|09|10)\d{{6}})?$"
STATISTICAL_CODE: Final = rf"(^[EK]\d{{8}}$)|({JOINT_CODE})"
ICB_OR_ENGLAND: Final = r"^(Q[A-Z0-9]{2}|E92000001)$"
PERIOD: Final = r"^\d{4}(-\d{2}){0,2}$"
MARKERS: Final = ("c", "low", "not_published", "u", "x", "z", "zero_in_source")
CONFIDENCES: Final = ("seen", "seen_secondary", "recalled", "derived")
AREA_LEVELS: Final = ("area", "joint_area", "legacy_area", "subregion", "region", "england")
CARE_AGE_BANDS: Final = ("0-17", "18-64", "65+", "18+", "all")


def one_of(*words: str, nullable: bool = False, primary_key: bool = False) -> dy.String:
    """Return a text column that holds only the given words."""
    return dy.String(
        nullable=nullable,
        primary_key=primary_key,
        check={"allowed": lambda column: column.is_in(words)},
        metadata={"allowed": list(words)},
    )


def area(*, primary_key: bool = False) -> dy.String:
    """Return a column of current area codes."""
    return dy.String(regex=AREA_CODE, primary_key=primary_key)


def place(*, primary_key: bool = False, nullable: bool = False) -> dy.String:
    """Return a column of codes of areas (current, former or joint), regions, England or the United Kingdom."""
    return dy.String(regex=STATISTICAL_CODE, primary_key=primary_key, nullable=nullable)


def icb(*, primary_key: bool = False) -> dy.String:
    """Return a column of NHS codes of integrated care boards, or England's code."""
    return dy.String(regex=ICB_OR_ENGLAND, primary_key=primary_key)


def region() -> dy.String:
    """Return a column of region codes."""
    return dy.String(regex=r"^E12\d{6}$")


def level() -> dy.String:
    """Return a column that says what kind of place a row is about."""
    return one_of(*AREA_LEVELS)


def band(*, primary_key: bool = False) -> dy.String:
    """Return a column of the population age bands."""
    return one_of(*POPULATION_BANDS, primary_key=primary_key)


def text(*, nullable: bool = False, primary_key: bool = False) -> dy.String:
    """Return a column of text that is never the empty string."""
    return dy.String(nullable=nullable, primary_key=primary_key, min_length=1)


def count(*, nullable: bool = False) -> dy.Int64:
    """Return a column of whole numbers from zero."""
    return dy.Int64(nullable=nullable, min=0)


def number(*, nullable: bool = False) -> dy.Float64:
    """Return a column of figures of any sign."""
    return dy.Float64(nullable=nullable)


def amount(*, nullable: bool = False) -> dy.Float64:
    """Return a column of figures from zero."""
    return dy.Float64(nullable=nullable, min=0)


def percent(*, nullable: bool = False) -> dy.Float64:
    """Return a column of percentages from 0 to 100."""
    return dy.Float64(nullable=nullable, min=0, max=100)


def year() -> dy.Int64:
    """Return a column of calendar years that is part of the key."""
    return dy.Int64(primary_key=True, min=2000, max=2100)


def marker() -> dy.String:
    """Return the column that says why a value is empty, in the publisher's own markers without their brackets."""
    return one_of(*MARKERS, nullable=True)


def confidence() -> dy.String:
    """Return the column that says how a figure was read: seen at its source, seen second hand, recalled or derived."""
    return one_of(*CONFIDENCES)


def sources() -> dy.String:
    """Return the column of source ids, several joined by `;`."""
    return dy.String(regex=r"^[A-Za-z0-9_]+(;[A-Za-z0-9_]+)*$")


def value_or_marker(value: str) -> pl.Expr:
    """Return the rule that a value is empty exactly where a marker says why."""
    return pl.col(value).is_null() == pl.col("status").is_not_null()
