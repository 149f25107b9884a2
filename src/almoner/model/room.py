"""Room to work in: what a step works out for one area and forgets, made once a run so that no month asks for memory.

For whoever is drawn by the byte (see `sieve`) an area's posts are laid out on lines of 64, each cell beginning a line of its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from almoner.model.columns import BANDED_MONTHS, Rates, Stock, Stretch, Waiting
from almoner.model.posts import CELLS_PER_AREA

LINE: Final = 64
"""Posts on a line: eight hashes of eight bytes, and one word of bits."""
UNASKED: Final = 2
"""Marked posts of a line that are written down without asking whether they are there: a branch on chance costs more."""


class Room(NamedTuple):
    """Scratch columns. `top`, `marks` and `eighths` are the bytes of `words`, `mark_words` and `bits`.

    `line_start` is the first line of each cell of the area, `line_cell` the cell of each line, `line_mask` the bits of a line that
    stand for posts.
    """

    line_start: NDArray[np.int64]
    line_cell: NDArray[np.uint8]
    line_mask: NDArray[np.uint64]
    words: NDArray[np.uint64]
    top: NDArray[np.uint8]
    mark_words: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    bits: NDArray[np.uint64]
    eighths: NDArray[np.uint8]
    listed: NDArray[np.int32]
    leaves_sector: NDArray[np.uint8]
    tickets: NDArray[np.uint64]
    spare: NDArray[np.uint64]
    counts: NDArray[np.int32]
    going: NDArray[np.int32]
    places: NDArray[np.int64]
    vacant_at_start: NDArray[np.int64]
    exit_now: NDArray[np.float64]
    move_now: NDArray[np.float64]
    moving: NDArray[np.int64]
    arriving: NDArray[np.int64]
    entering: NDArray[np.int64]
    placed: NDArray[np.int64]
    hires_start: NDArray[np.int64]


def room_for(stock: Stock, waiting: Waiting) -> Room:
    """Return room for the largest area, cell and pool."""
    cells = np.diff(stock.offset)
    cell, area = int(cells.max()), int(cells.reshape(-1, CELLS_PER_AREA).sum(axis=1).max())
    pool = int(np.diff(waiting.offset).max())
    lines = int((-(-cells // LINE)).reshape(-1, CELLS_PER_AREA).sum(axis=1).max())
    words, marks = np.zeros((2, lines * LINE // 8), np.uint64)
    bits = np.zeros(lines, np.uint64)

    def by_cell(more: int = 0) -> NDArray[np.int64]:
        return np.zeros(CELLS_PER_AREA + more, np.int64)

    return Room(
        line_start=by_cell(1),
        line_cell=np.zeros(lines, np.uint8),
        line_mask=np.zeros(lines, np.uint64),
        words=words,
        top=words.view(np.uint8),
        mark_words=marks,
        marks=marks.view(np.uint8),
        bits=bits,
        eighths=bits.view(np.uint8),
        listed=np.zeros(max(lines * LINE + UNASKED, pool + 1), np.int32),
        leaves_sector=np.zeros(lines * LINE + 1, np.uint8),
        tickets=np.zeros(cell + 1, np.uint64),
        spare=np.zeros(cell + 1, np.uint64),
        counts=np.zeros(cell + 2, np.int32),
        going=np.zeros(pool, np.int32),
        places=np.zeros(area, np.int64),
        vacant_at_start=by_cell(),
        exit_now=np.zeros(CELLS_PER_AREA),
        move_now=np.zeros(CELLS_PER_AREA),
        moving=by_cell(),
        arriving=by_cell(),
        entering=by_cell(),
        placed=by_cell(),
        hires_start=by_cell(1),
    )


def stretch_for(rates: Rates) -> Stretch:
    """Return room for the bounds of a stretch of months."""
    pairs = 4 * rates.exit_weight.size
    bands = np.zeros((2, BANDED_MONTHS), np.uint8)
    weights, peaks = np.zeros((3, pairs)), np.zeros((2, CELLS_PER_AREA))
    return Stretch(0, bands[0], bands[1], weights[0], weights[1], peaks[0], peaks[1], weights[2])
