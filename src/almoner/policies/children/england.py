"""Costs of children's policies seen from a place: what England has, and the place's share of it by its adults.

A programme's cost is asked before a run, so England's published numbers at the opening stand for those to come.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from almoner.parameters import ParameterTree
from almoner.policies.base import CostBasis
from almoner.policies.national import share_by_adults


def number(tree: ParameterTree, basis: CostBasis, kind: str) -> NDArray[np.float64]:
    """Return the places' part of one of England's numbers under `children.base`, [year]."""
    return np.asarray(tree.at(f"children.base.{kind}") * share_by_adults(basis))
