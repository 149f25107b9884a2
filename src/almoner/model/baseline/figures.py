"""The published figures and stated assumptions that the baseline starts from, by row id and by path.

Published figures come from the reference tables; assumptions from the branch `holders` of the parameters, where each has its
label, unit, status and, where it has one, its source.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.errors import NotFoundError
from almoner.parameters import load as load_parameters
from almoner.reference.tables import load
from almoner.reference.vocabulary import ENGLAND, ROLE_IDS, SERVICE_IDS


@lru_cache(maxsize=1)
def _workforce() -> dict[str, float]:
    table = load("adult_workforce")
    return dict(zip(table["row_id"].to_list(), table["value"].to_list(), strict=True))


def published(row_id: str) -> float:
    """Return the value of a row of `adult_workforce`."""
    if row_id not in _workforce():
        raise NotFoundError("row of adult_workforce", row_id, _workforce())
    return _workforce()[row_id]


def row_value(measure: str, kind: str, name: str, period: str, cross: str | None = None) -> float:
    """Return England's value in `adult_posts_structure`, the row of our own estimate if several series have one."""
    rows = load("adult_posts_structure").filter(
        pl.col("measure") == measure,
        pl.col("breakdown_type") == kind,
        pl.col("breakdown") == name,
        pl.col("area_code") == ENGLAND,
        pl.col("period") == period,
        pl.col("cross").eq_missing(pl.lit(cross)),
    )
    if not rows.height:
        raise NotFoundError("row of adult_posts_structure", f"{measure}, {name}, {period}", ())
    own = rows.filter(pl.col("series") == "own_estimate")
    return float((own if own.height else rows)["value"][0])


@lru_cache(maxsize=512)
def assumed(path: str) -> float:
    """Return an assumption by its dotted path below `holders`."""
    return load_parameters().at(f"holders.{path}")


def assumed_by_service(path: str) -> NDArray[np.float64]:
    """Return an assumption for every service."""
    return np.array([assumed(f"{path}.{service}") for service in SERVICE_IDS])


def assumed_by_role(path: str) -> NDArray[np.float64]:
    """Return an assumption for every role."""
    return np.array([assumed(f"{path}.{role}") for role in ROLE_IDS])
