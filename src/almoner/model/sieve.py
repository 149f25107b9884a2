"""Byte-sliced draws: one hash gives eight posts the top byte of their draws, which settles most of them.

A draw by the byte has 40 bits: byte (post mod 8) of the hash of (post div 8), above the 32 bits of the post's own hash, which is
made only where the byte does not decide (PERFORMANCE 2.1, design j; `draws.sliced_draws` is the same in NumPy). Posts are laid out
on lines of 64 (see `room`), marked without a branch where their byte is low enough, and listed. The bytes of a word are counted
from the lowest on, as on all processors that numba compiles for.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba.cpython.unsafe.numbers import trailing_zeros

from almoner.model.columns import FILLED
from almoner.model.compiled import compiled, inlined
from almoner.model.draws import draw, draw_words
from almoner.model.lottery import sort_tickets
from almoner.model.posts import CELLS_PER_AREA
from almoner.model.room import LINE, UNASKED

_LINE_SHIFT: Final = LINE.bit_length() - 1
_WORDS: Final = LINE // 8
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_EIGHT_TO_ONE: Final = np.uint64(0x0102040810204080)
"""Eight bytes of 0 or 1 times this have the eight bits, in order, in the top byte."""
_PLACE: Final = np.uint64((1 << 24) - 1)
_ONE: Final = np.uint64(1)
_lowest: Final[Any] = trailing_zeros
"""The place of the lowest bit that is set; 64 where none is."""
_S3, _S24, _S32, _S56 = np.uint64(3), np.uint64(24), np.uint64(32), np.uint64(56)


@inlined
def lay_out(area, stock, room):  # type: ignore[no-untyped-def]
    """Say which lines hold which cells of an area."""
    line = 0
    for k in range(CELLS_PER_AREA):
        c = area * CELLS_PER_AREA + k
        room.line_start[k] = line
        size = stock.offset[c + 1] - stock.offset[c]
        while size > 0:
            room.line_cell[line] = k
            room.line_mask[line] = _ALL >> np.uint64(LINE - min(size, LINE))
            size -= LINE
            line += 1
    room.line_start[CELLS_PER_AREA] = line


@inlined
def line_of(at):  # type: ignore[no-untyped-def]
    """Return the line of a place on the lines."""
    return at >> _LINE_SHIFT


@inlined
def list_below_bound(area, key, mate, stock, room):  # type: ignore[no-untyped-def]
    """List where on the lines the posts of an area are whose top byte is below their bound; return how many."""
    for k in range(CELLS_PER_AREA):
        c = area * CELLS_PER_AREA + k
        first, at = stock.offset[c], room.line_start[k] * LINE
        padded = room.line_start[k + 1] * LINE - at
        if padded == 0:
            continue
        draw_words(key, mate, stock.number[c] >> _S3, room.words[at >> 3 : (at + padded) >> 3], padded >> 3)
        # Marks of whole lines, into the next cell's posts if there are such: no post's bit, so they are masked.
        _mark_below(room.top[at : at + padded], stock.bound[first : first + padded], room.marks[at : at + padded])
    return _list_marked(room.line_start[CELLS_PER_AREA], room.mark_words, room.bits, room.eighths, room.line_mask, room.listed)


@inlined
def lowest_holders(keys, mates, decision, rest, bits, wanted, stock, c, count, room):  # type: ignore[no-untyped-def]
    """Write the tickets of the `count` holders of a cell with the lowest draws by the byte, lowest first; return how many.

    Asked are those whose traits are `wanted` in `bits`. A ticket has the draw in 40 bits above the place in 24. Only draws under a
    limit a little above count / holders are looked at, unless too few are.
    """
    if count <= 0:
        return 0
    first, last = stock.offset[c], stock.offset[c + 1]
    drawn_by = (keys[decision], mates[decision], keys[rest], mates[rest], stock.number[c])
    people = (stock.status[first:last], stock.traits[first:last], stock.filled[c])
    line_mask = room.line_mask[room.line_start[c % CELLS_PER_AREA] :]
    return _lowest_of_cell(drawn_by, people, bits, wanted, count, line_mask, room)


@inlined
def holders(bits, wanted, stock, c):  # type: ignore[no-untyped-def]
    """Count the holders of a cell whose traits are `wanted` in `bits`."""
    count = 0
    for i in range(stock.offset[c], stock.offset[c + 1]):
        count += int((stock.status[i] == FILLED) & ((stock.traits[i] & bits) == wanted))
    return count


@inlined
def holder_of(ticket):  # type: ignore[no-untyped-def]
    """Return the place in its cell of the post on a ticket of `lowest_holders`."""
    return np.int64(ticket & _PLACE)


@compiled
def _lowest_of_cell(drawn_by, people, bits, wanted, count, line_mask, room):  # type: ignore[no-untyped-def]
    key, mate, rest_key, rest_mate, number = drawn_by
    status, traits, filled = people
    lines = (status.size + LINE - 1) // LINE
    draw_words(key, mate, number >> _S3, room.words, lines * _WORDS)
    share = (count + 4.0 * np.sqrt(float(count)) + 4.0) / max(filled, 1)
    limit, held = 1 + int(255.0 * min(share, 1.0)), 0
    while True:
        _mark_holders(room.top, limit, status, traits, bits, wanted, room.marks)
        held = _list_marked(lines, room.mark_words, room.bits, room.eighths, line_mask, room.listed)
        if held >= count or limit == 256:
            break
        limit = min(2 * limit, 256)
    for j in range(held):
        place = np.uint64(room.listed[j])
        low = np.uint64(draw(rest_key, rest_mate, number + place))
        room.tickets[j] = (np.uint64(room.top[place]) << _S56) | (low << _S24) | place
    sort_tickets(room.tickets, room.spare, room.counts, held, limit << 24)
    return min(held, count)


@compiled
def _mark_below(top, bound, marks):  # type: ignore[no-untyped-def]
    for j in range(bound.size):
        marks[j] = np.uint8(top[j] < bound[j])


@compiled
def _mark_holders(top, limit, status, traits, bits, wanted, marks):  # type: ignore[no-untyped-def]
    highest, bits, wanted = np.uint8(limit - 1), np.uint8(bits), np.uint8(wanted)
    for j in range(status.size):
        marks[j] = np.uint8((top[j] <= highest) & (status[j] == FILLED) & ((traits[j] & bits) == wanted))


@compiled
def _list_marked(lines, mark_words, bits, eighths, mask, listed):  # type: ignore[no-untyped-def]
    """Write the places of marked posts on the first `lines` lines; return how many there are."""
    for g in range(lines * _WORDS):
        eighths[g] = np.uint8((mark_words[g] * _EIGHT_TO_ONE) >> _S56)
    count = 0
    for line in range(lines):
        left = bits[line] & mask[line]
        for _ in range(UNASKED):
            listed[count] = (line * LINE) + np.int64(_lowest(left))
            count += int(left != 0)
            left &= left - _ONE
        while left != 0:
            listed[count] = (line * LINE) + np.int64(_lowest(left))
            count += 1
            left &= left - _ONE
    return count
