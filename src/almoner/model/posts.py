"""How posts are laid out and named.

Posts lie sorted by area, service and role, so an area is a slice. A post's number depends only on its area's GSS code, its
service, its role and its place in that cell - never on which other areas are in the run - so an area alone has the luck that
it has in a national run.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.reference.vocabulary import ROLE_IDS, SERVICE_IDS

N_SERVICES: Final = len(SERVICE_IDS)
N_ROLES: Final = len(ROLE_IDS)
CELLS_PER_AREA: Final = N_SERVICES * N_ROLES

_AREA_SHIFT: Final = 40
_CELL_SHIFT: Final = 32


def area_number(area_code: str) -> int:
    """Return the number that stands for an area in post numbers: the digits of its GSS code."""
    return int(area_code[1:])


def cell_base(area_code: str, service: int, role: int) -> int:
    """Return the number of the first post of a cell; the post at place i of the cell has this number plus i."""
    return (area_number(area_code) << _AREA_SHIFT) | ((service * N_ROLES + role) << _CELL_SHIFT)


def post_numbers(area_code: str, service: int, role: int, count: int) -> NDArray[np.uint64]:
    """Return the numbers of the first `count` posts of a cell."""
    return np.uint64(cell_base(area_code, service, role)) + np.arange(count, dtype=np.uint64)
