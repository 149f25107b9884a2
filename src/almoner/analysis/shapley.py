"""Shapley values: what each of several players adds, averaged over all orders in which they could have come.

In: what every subset of n players comes to, or a function that says so. Out: a value for each player; they add up to what all
players come to beside none (Shapley 1953). The pairwise index is that of Grabisch and Roubens (1999), its sampled form the mean
marginal gain over random orders (Castro, Gomez and Tejada 2009). Subsets are numbers whose bit i says whether player i is in.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
from numpy.typing import NDArray

from almoner.model.draws import generator


def exact(values: NDArray[np.float64], players: int) -> NDArray[np.float64]:
    """Return each player's value, [player, ...], from the worth of every subset, [subset, ...].

    Raises:
        ValueError: there are not 2 ** players subsets.
    """
    _check(values, players)
    subsets = np.arange(1 << players)
    found = []
    for player in range(players):
        without = subsets[(subsets >> player) & 1 == 0]
        gain = values[without | (1 << player)] - values[without]
        found.append(np.tensordot(_weights(without, players), gain, axes=1))
    return np.array(found).reshape(players, *values.shape[1:])


def pairwise(values: NDArray[np.float64], players: int) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Return the interaction index of each pair: how much more both bring together than one after the other alone.

    Two players who add nothing to each other have none; below nothing they get in each other's way.
    """
    _check(values, players)
    subsets = np.arange(1 << players)
    found = {}
    for one in range(players):
        for other in range(one + 1, players):
            both = (1 << one) | (1 << other)
            without = subsets[subsets & both == 0]
            gain = values[without | both] - values[without | (1 << one)] - values[without | (1 << other)] + values[without]
            found[one, other] = np.asarray(np.tensordot(_weights(without, players - 1), gain, axes=1))
    return found


def orders(players: int, count: int, seed: int) -> NDArray[np.int64]:
    """Return random orders of the players, [order, place]; each second one is that before it backwards, which lessens the noise."""
    chance = generator("orders of policies", seed, players)
    found = []
    for _ in range(-(-count // 2)):
        order = chance.permutation(players)
        found += [order, order[::-1]]
    return np.array(found[:count], dtype=np.int64)


def chain(order: NDArray[np.int64]) -> Iterator[int]:
    """Yield the subsets that grow by one player after the other in an order, from none to all."""
    subset = 0
    yield subset
    for player in order:
        subset |= 1 << int(player)
        yield subset


def from_orders(
    values: dict[int, NDArray[np.float64]], taken: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sampled values, [player, ...], and their standard error from the orders taken, [player].

    `values` is the worth of every subset on the way, by its number, each [point]. The values of an order add up exactly, so their
    mean does. The error is over pairs of an order and the same backwards, which are not independent of each other.
    """
    players = taken.shape[1]
    gains = np.array([_gains(values, order) for order in taken])
    pairs = gains[: len(gains) // 2 * 2].reshape(-1, 2, *gains.shape[1:]).mean(axis=1).mean(axis=-1)
    error = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else np.full(players, np.nan)
    return gains.mean(axis=0), np.asarray(error)


def _gains(values: dict[int, NDArray[np.float64]], order: NDArray[np.int64]) -> NDArray[np.float64]:
    found: list[NDArray[np.float64] | None] = [None] * len(order)
    steps = list(chain(order))
    for player, before, after in zip(order, steps[:-1], steps[1:], strict=True):
        found[int(player)] = values[after] - values[before]
    return np.array(found)


def _weights(subsets: NDArray[np.int64], players: int) -> NDArray[np.float64]:
    """Weight of each subset that lacks a player: the share of orders in which exactly its members come before that player."""
    by_size = np.array([1.0 / (players * comb(players - 1, size)) for size in range(players)])
    return by_size[np.array([int(subset).bit_count() for subset in subsets], dtype=np.int64)]


def _check(values: NDArray[np.float64], players: int) -> None:
    if values.shape[0] != 1 << players:
        raise ValueError(f"{players} players have {1 << players} subsets, not {values.shape[0]}.")
