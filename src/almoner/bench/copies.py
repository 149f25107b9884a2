"""Several Englands side by side, to see how the cost of a month grows beyond the real number of posts.

In: an opened world, its rates and its inputs. Out: the same with every area `times` times over. Each copy's posts have numbers, and
so luck, of their own. Only for timing: people from abroad come in full to each copy, and no copy stands for a place.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.columns import Rates
from almoner.model.inputs import Inputs
from almoner.model.world import Pool, Posts, World

_COPY_SHIFT: Final = np.uint64(24)
"""A post's place in its cell needs fewer bits than this, and its cell's number starts at bit 32."""
MOST_COPIES: Final = 256


def copies_of_world(world: World, times: int) -> World:
    """Return a world with every area `times` times over."""
    columns: dict[str, Any] = {
        column.name: np.tile(getattr(world, column.name), times)
        for column in fields(World)
        if column.name not in {"area_codes", "offset", "base_number", "posts", "pool"}
    }
    numbers = [world.base_number + (np.uint64(copy) << _COPY_SHIFT) for copy in range(times)]
    posts = {name: np.tile(getattr(world.posts, name), times) for name in Posts.__slots__}
    pool = {name: np.tile(getattr(world.pool, name), times) for name in Pool.__slots__ if name != "offset"}
    return World(
        area_codes=world.area_codes * times,
        offset=_offsets(world.offset, times),
        base_number=np.concatenate(numbers),
        posts=Posts(**posts),
        pool=Pool(offset=_offsets(world.pool.offset, times), **pool),
        **columns,
    )


def copies_of_rates(rates: Rates, areas: int, cells: int, times: int) -> Rates:
    """Return rates whose arrays by area or by cell are `times` times over."""
    by_place: dict[str, Any] = {
        name: np.concatenate([value] * times)
        for name, value in rates._asdict().items()
        if isinstance(value, np.ndarray) and value.ndim and value.shape[0] in {areas, cells}
    }
    return rates._replace(**by_place)


def copies_of_inputs(inputs: Inputs, times: int) -> Inputs:
    """Return inputs whose arrays by area or by cell are `times` times over."""
    return replace(
        inputs,
        market=np.tile(inputs.market, times),
        trainees=np.concatenate([inputs.trainees] * times, axis=1),
        need=np.concatenate([inputs.need] * times, axis=1),
        target=np.concatenate([inputs.target] * times, axis=1),
        working_age=np.concatenate([inputs.working_age] * times, axis=1),
    )


def _offsets(offset: NDArray[np.int64], times: int) -> NDArray[np.int64]:
    starts = [offset[:-1] + copy * offset[-1] for copy in range(times)]
    return np.concatenate([*starts, [times * offset[-1]]]).astype(offset.dtype)
