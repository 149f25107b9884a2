"""How far coders agree: Cohen's kappa, and Krippendorff's alpha for single codes and for sets of codes.

Sources: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960); K.
Krippendorff, Content Analysis (alpha with missing codes, by coincidences); R. Passonneau, "Measuring agreement on set-valued
items" (LREC 2006) for the MASI distance.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import permutations
from typing import Literal

Distance = Literal["nominal", "jaccard", "masi"]


def cohen_kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float | None:
    """Return Cohen's kappa of two coders' codes of the same units; none when both used one and the same code throughout.

    Raises:
        ValueError: the lengths differ or there are no units.
    """
    if len(one) != len(other) or not one:
        raise ValueError("two coders need codes of the same units")
    units = len(one)
    observed = sum(a == b for a, b in zip(one, other, strict=True)) / units
    codes = set(one) | set(other)
    expected = sum((one.count(code) / units) * (other.count(code) / units) for code in codes)
    return None if expected == 1.0 else (observed - expected) / (1.0 - expected)


def krippendorff_alpha(units: Sequence[Sequence[Hashable | None]], distance: Distance = "nominal") -> float | None:
    """Return Krippendorff's alpha; 1 is agreement, 0 is what chance would give.

    Args:
        units: for each unit the coders' codes, None where a coder gave none; a code is one value, or a frozenset of labels.
        distance: nominal, or for sets jaccard or masi.

    Returns:
        none when fewer than two codes can be compared, or when no two codes differ.
    """
    measure = _DISTANCES[distance]
    pairable = [[code for code in unit if code is not None] for unit in units]
    pairable = [codes for codes in pairable if len(codes) > 1]
    everything = [code for codes in pairable for code in codes]
    total = len(everything)
    if total < 2:
        return None
    observed = sum(sum(measure(a, b) for a, b in permutations(codes, 2)) / (len(codes) - 1) for codes in pairable) / total
    counts: dict[Hashable, int] = {}
    for code in everything:
        counts[code] = counts.get(code, 0) + 1
    expected = sum(measure(a, b) * counts[a] * counts[b] for a in counts for b in counts if a != b) / (total * (total - 1))
    return None if expected == 0 else 1.0 - observed / expected


def masi(one: Hashable, other: Hashable) -> float:
    """Return the MASI distance of two sets: 1 - Jaccard x 1 (equal), 2/3 (one within the other), 1/3 (overlap) or 0."""
    a, b = _sets(one, other)
    if a == b:
        return 0.0
    overlap = 1 / 3 if a & b else 0.0
    monotonic = 2 / 3 if a <= b or b <= a else overlap
    return 1.0 - (1.0 - jaccard(a, b)) * monotonic


def jaccard(one: Hashable, other: Hashable) -> float:
    """Return the Jaccard distance of two sets; two empty sets are equal."""
    a, b = _sets(one, other)
    return 0.0 if a == b else 1.0 - len(a & b) / len(a | b)


def _nominal(one: Hashable, other: Hashable) -> float:
    return float(one != other)


def _sets(one: Hashable, other: Hashable) -> tuple[frozenset[Hashable], frozenset[Hashable]]:
    if not isinstance(one, frozenset) or not isinstance(other, frozenset):
        raise TypeError("codes must be frozensets of labels for a distance between sets")
    return one, other


_DISTANCES: dict[str, Callable[[Hashable, Hashable], float]] = {"nominal": _nominal, "jaccard": jaccard, "masi": masi}
