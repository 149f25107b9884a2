"""The leave-and-replace job in Almoner's design, and the same job written out plainly with the same numbers.

Each (post, month) has one 40-bit uniform: its top byte is byte (post mod 8) of one keyed 64-bit hash of (post div 8), its low 32
bits are a keyed hash of the post. A post carries one bound byte, the most that the top byte may be for its holder to leave within
the coming window. Pass 1 compares top bytes with bound bytes, eight posts a hash and without a branch; only the few that pass have
their holder read, the low bits made and the exact threshold looked up. `run_reference` makes every uniform in full, in NumPy; the
two agree bit for bit, so window and block are tuning and nothing else. Little-endian machines only (a hash is read as 8 bytes).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

from almoner.bench.job import AGE_BAND, JOINER_AGE, N_AGE_BANDS, N_TENURE_BANDS, TENURE_BAND, Workers, hazards
from almoner.model.draws import Decision, draw, draws, key_of, mix

WINDOW: Final = 24
"""Months between two sweeps of the bounds. A bound holds to the next sweep; a longer window has fewer sweeps, looser bounds."""
LONGEST_WINDOW: Final = 60
"""Within a window nobody may pass more than one border of a five-year age band."""
BLOCK: Final = 4096
"""Posts per pass over bounds, a multiple of 8: their hashes and marks stay in the first-level cache."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_LOW_BITS: Final = np.uint64(0xD1342543DE82EF95)
_ONE: Final = np.uint64(1)
_S3: Final = np.uint64(3)
_S20: Final = np.uint32(20)
_S27: Final = np.uint64(27)
_S30: Final = np.uint64(30)
_S31: Final = np.uint64(31)
_S32: Final = np.uint64(32)
_S56: Final = np.uint64(56)
_UNASKED: Final = 4
"""Marked posts of a word of 64 that are written down without a branch: of 2.5% marked, more than four are rare."""
_BLOCKS_PER_STRETCH: Final = 16
_EIGHT_TO_ONE: Final = np.uint64(0x0102040810204080)
"""Eight bytes of 0 or 1 times this have the eight bits, in order, in the top byte."""
_lowest: Final[Any] = trailing_zeros
"""The place of the lowest bit that is set; 64 where none is."""
_LEAVE: Final = int(Decision.LEAVE)
_JOINER: Final = int(Decision.JOINER_AGE)


class Tables(NamedTuple):
    """What every month reads. A threshold is out of 2**40; a bound is out of 2**8."""

    threshold: NDArray[np.uint64]
    """[age band, tenure band]"""
    bound: NDArray[np.uint8]
    """[age band now, passes into the next in the window, tenure band now, tenure band at the window's end]"""
    age_band: NDArray[np.uint8]
    tenure_band: NDArray[np.uint8]
    joiner_age: NDArray[np.int16]


@dataclass(slots=True)
class State:
    """A job on its way: the holders, the bound byte of each post and the months done."""

    workers: Workers
    bounds: NDArray[np.uint8]
    month: int = 0

    @classmethod
    def at_start(cls, workers: Workers) -> State:
        """Return the state before month 0, on a copy of the workers."""
        return cls(workers.copy(), np.zeros(workers.birth.size, np.uint8))


def thresholds(chances: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Turn chances into integer thresholds out of 2**40: the event happens when the uniform is below."""
    return np.rint(chances * 2.0**40).astype(np.uint64)


def bound_table(threshold: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return the bound byte by the bands at both ends of a window.

    It is the highest over the whole rectangle of bands between, not of the ends alone: a holder who passes into a new age band in
    one month and a new tenure band in the next has a chance in between that neither end has.
    """
    bytes_needed = (threshold + np.uint64((1 << 32) - 1)) >> _S32
    if int(bytes_needed.max()) > 255:
        raise ValueError("A chance above 255/256 does not fit a bound byte.")
    table = np.zeros((N_AGE_BANDS, 2, N_TENURE_BANDS, N_TENURE_BANDS), np.uint8)
    for age in range(N_AGE_BANDS):
        for passes in range(2):
            for now in range(N_TENURE_BANDS):
                for end in range(now, N_TENURE_BANDS):
                    table[age, passes, now, end] = bytes_needed[age : age + passes + 1, now : end + 1].max()
    return table


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Return the tables of the job."""
    threshold = thresholds(hazards())
    return Tables(threshold, bound_table(threshold), AGE_BAND, TENURE_BAND, JOINER_AGE)


def advance(
    state: State, months: int, seed: int = 0, replicate: int = 0, window: int = WINDOW, block: int = BLOCK
) -> NDArray[np.int64]:
    """Run the next `months` months and return the leavers of each. Running twelve is running five and then seven."""
    if not 1 <= window <= LONGEST_WINDOW or block % 8:
        raise ValueError(f"The window must be 1 to {LONGEST_WINDOW} months and the block a multiple of 8.")
    workers = state.workers
    leavers: NDArray[np.int64] = _run(
        workers.birth, workers.start, state.bounds, tables(), state.month, months, seed, replicate, window, block
    )
    state.month += months
    return leavers


def run(
    workers: Workers, months: int, seed: int = 0, replicate: int = 0, window: int = WINDOW, block: int = BLOCK
) -> tuple[NDArray[np.int64], Workers]:
    """Return the leavers of each month and the holders at the end."""
    state = State.at_start(workers)
    leavers = advance(state, months, seed, replicate, window, block)
    return leavers, state.workers


def run_reference(workers: Workers, months: int, seed: int = 0, replicate: int = 0) -> tuple[NDArray[np.int64], Workers]:
    """Return the same as `run`, with every uniform of every post made in full: the specification of the job's chance."""
    holders, table = workers.copy(), tables()
    posts = np.arange(holders.birth.size, dtype=np.uint64)
    groups, place = np.unique(posts >> _S3, return_inverse=True)
    shift = (posts & np.uint64(7)) * np.uint64(8)
    leavers = np.zeros(months, np.int64)
    for month in range(months):
        key, low_key, joiner_key = (np.uint64(k) for k in _keys(seed, replicate, month))
        top = (_hashes(key, groups)[place] >> shift) & np.uint64(255)
        uniform = (top << _S32) | draws(low_key, posts)
        chance = table.threshold[table.age_band[month - holders.birth], table.tenure_band[month - holders.start]]
        gone = np.flatnonzero(uniform < chance)
        leavers[month] = gone.size
        holders.start[gone] = month + 1
        holders.birth[gone] = month + 1 - table.joiner_age[draws(joiner_key, posts[gone]) >> _S20]
    return leavers, holders


def scan(bounds: NDArray[np.uint8], months: int, seed: int = 0, replicate: int = 0, block: int = BLOCK) -> int:
    """Do pass 1 alone on bounds that stay as they are: what the job would cost if nobody ever passed it."""
    return int(_scan(bounds, months, seed, replicate, block))


def _hashes(key: np.uint64, groups: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the 64-bit hash of each group of eight posts: the NumPy twin of `_hash`."""
    with np.errstate(over="ignore"):
        z = key + groups * _GOLDEN
        z = (z ^ (z >> _S30)) * _FIRST
        z ^= np.uint64(mix(key))
        z = (z ^ (z >> _S27)) * _SECOND
        return np.asarray(z ^ (z >> _S31), dtype=np.uint64)


@njit(cache=True, nogil=True)
def _keys(seed, replicate, month):  # type: ignore[no-untyped-def]
    """Return the keys of the top byte, of the low bits and of the joiner's age in a month."""
    key = key_of(seed, replicate, _LEAVE, month)
    return key, mix(key ^ _LOW_BITS), key_of(seed, replicate, _JOINER, month)


@njit(cache=True, nogil=True, inline="always")
def _hash(key, mate, group):  # type: ignore[no-untyped-def]
    z = key + np.uint64(group) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z ^= mate
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@njit(cache=True, nogil=True)
def _mark(bounds, key, mate, first, count, hashes, top, marks):  # type: ignore[no-untyped-def]
    """Pass 1 over a block: mark the posts whose top byte is below their bound. Two loops without a branch; `top` views `hashes`."""
    groups = (count + 7) >> 3
    group = first >> 3
    for g in range(groups):
        hashes[g] = _hash(key, mate, group + g)
    here = bounds[first : first + count]
    for j in range(count):
        marks[j] = np.uint8(top[j] < here[j])
    for j in range(count, groups << 3):
        marks[j] = np.uint8(0)
    return groups


@njit(cache=True, nogil=True)
def _sweep(birth, start, bounds, tables, month, window):  # type: ignore[no-untyped-def]
    """Set every post's bound for months `month` to `month` + `window` - 1."""
    last = window - 1
    for i in range(birth.size):
        age, tenure = month - np.int64(birth[i]), month - np.int64(start[i])
        band = tables.age_band[age]
        bounds[i] = tables.bound[
            band, tables.age_band[age + last] - band, tables.tenure_band[tenure], tables.tenure_band[tenure + last]
        ]


@njit(cache=True, nogil=True)
def _gather(marks, groups, packed, passed):  # type: ignore[no-untyped-def]
    """List the places of the marked posts of a block, and return how many there are.

    Eight marks go into one byte, 64 into one word. The first few of each word are written without asking whether they are there:
    a branch on chance costs more than an idle write. `packed` has room for the block's words, `passed` for a few more than a block.
    """
    words = marks.view(np.uint64)
    eighths = packed.view(np.uint8)
    full = (groups + 7) >> 3
    for g in range(groups):
        eighths[g] = np.uint8((words[g] * _EIGHT_TO_ONE) >> _S56)
    for g in range(groups, full << 3):
        eighths[g] = np.uint8(0)
    count = 0
    for g in range(full):
        bits = packed[g]
        for _ in range(_UNASKED):
            passed[count] = (g << 6) + np.int64(_lowest(bits))
            count += int(bits != 0)
            bits &= bits - _ONE
        while bits != 0:
            passed[count] = (g << 6) + np.int64(_lowest(bits))
            count += 1
            bits &= bits - _ONE
    return count


@njit(cache=True, nogil=True)
def _decide(birth, start, tables, month, keys, mates, first, top, passed, count):  # type: ignore[no-untyped-def]
    """Pass 2 over the listed posts: keep those whose holder leaves, and return how many. No branch: nobody can foresee it."""
    leavers = 0
    for c in range(count):
        j = passed[c]
        i = first + j
        low = np.uint64(draw(keys[1], mates[1], np.uint64(i)))
        uniform = (np.uint64(top[j]) << _S32) | low
        chance = tables.threshold[tables.age_band[month - np.int64(birth[i])], tables.tenure_band[month - np.int64(start[i])]]
        passed[leavers] = j
        leavers += int(uniform < chance)
    return leavers


@njit(cache=True, nogil=True)
def _replace(birth, start, bounds, tables, month, left, keys, mates, first, gone, count):  # type: ignore[no-untyped-def]
    """Give each listed post a joiner, with a bound for the `left` - 1 months to the next sweep."""
    ahead = max(left - 2, 0)
    end_of_tenure = tables.tenure_band[ahead]
    for c in range(count):
        i = first + gone[c]
        age = np.int64(tables.joiner_age[draw(keys[2], mates[2], np.uint64(i)) >> _S20])
        start[i] = month + 1
        birth[i] = month + 1 - age
        band = tables.age_band[age]
        bounds[i] = tables.bound[band, tables.age_band[age + ahead] - band, 0, end_of_tenure]


@njit(cache=True, nogil=True)
def _run(birth, start, bounds, tables, first_month, months, seed, replicate, window, block):  # type: ignore[no-untyped-def]
    """Take a stretch of posts through all months, then the next, as the engine takes areas: its columns stay in the cache."""
    hashes = np.empty(block >> 3, np.uint64)
    top = hashes.view(np.uint8)
    marks = np.empty(block, np.uint8)
    packed = np.empty((block + 63) >> 6, np.uint64)
    listed = np.empty(block + _UNASKED, np.int64)
    leavers = np.zeros(months, np.int64)
    stretch = block * _BLOCKS_PER_STRETCH
    for begin in range(0, birth.size, stretch):
        end = min(birth.size, begin + stretch)
        for m in range(months):
            month = first_month + m
            keys = _keys(seed, replicate, month)
            mates = (mix(keys[0]), mix(keys[1]), mix(keys[2]))
            left = window - month % window
            if left == window:
                _sweep(birth[begin:end], start[begin:end], bounds[begin:end], tables, month, window)
            for first in range(begin, end, block):
                groups = _mark(bounds, keys[0], mates[0], first, min(block, end - first), hashes, top, marks)
                count = _gather(marks, groups, packed, listed)
                count = _decide(birth, start, tables, month, keys, mates, first, top, listed, count)
                _replace(birth, start, bounds, tables, month, left, keys, mates, first, listed, count)
                leavers[m] += count
    return leavers


@njit(cache=True, nogil=True)
def _scan(bounds, months, seed, replicate, block):  # type: ignore[no-untyped-def]
    hashes = np.empty(block >> 3, np.uint64)
    top = hashes.view(np.uint8)
    marks = np.empty(block, np.uint8)
    seen = 0
    for month in range(months):
        key = _keys(seed, replicate, month)[0]
        mate = mix(key)
        for first in range(0, bounds.size, block):
            _mark(bounds, key, mate, first, min(block, bounds.size - first), hashes, top, marks)
            seen += marks[0]
    return seen
