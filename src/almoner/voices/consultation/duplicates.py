"""Near-duplicate answers to a question: campaigns, found by MinHash and checked exactly, never deleted.

Method: three-word shingles; locality-sensitive hashing (datasketch, 128 permutations, fixed seed) proposes pairs, and pairs whose
shingles have a Jaccard similarity of at least 0.5 with the one that most resemble are a group. What most members of a group share
is its template, and an answer that holds most of a template, with words of the sender's own around it, joins the group too. The
result does not depend on the order of the answers. Answers of fewer than eight words are never grouped: people say "I agree"
without a campaign.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from almoner.voices.consultation.libraries import library

SIMILAR: Final = 0.5
"""Jaccard similarity of three-word shingles from which two answers count as copies (recall 0.95, precision 0.99 when measured)."""

HOLDS_TEMPLATE: Final = 0.6
_PERMUTATIONS: Final = 128
_SHINGLE: Final = 3
_FEWEST_WORDS: Final = 8
_FEWEST_TEMPLATE: Final = 8
_CANDIDATE_THRESHOLD: Final = 0.4


@dataclass(frozen=True, slots=True)
class Group:
    """Answers with nearly the same words, by their places in the input; the first is the one that stands for all."""

    id: str
    members: tuple[int, ...]
    similarity: tuple[float, ...]


def groups(texts: Sequence[str]) -> list[Group]:
    """Return the groups of near-duplicates in `texts`, each of two members or more, the largest first."""
    shingles: dict[str, frozenset[int]] = {}
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        plain = _plain(text)
        if plain.count(" ") + 1 >= _FEWEST_WORDS:
            places[plain].append(place)
    distinct = sorted(places)
    shingles = {plain: _shingles(plain) for plain in distinct}
    clusters = _clusters(_neighbours(distinct, shingles), places)
    clusters = _with_holders(clusters, shingles, places)
    found = []
    for members in clusters.values():
        everyone = [(place, plain) for plain in members for place in places[plain]]
        if len(everyone) < 2:
            continue
        most = max(members, key=lambda plain: (len(places[plain]), -len(plain), plain))
        similarity = {plain: _jaccard(shingles[plain], shingles[most]) for plain in members}
        everyone.sort(key=lambda pair: (pair[1] != most, pair[0]))
        name = hashlib.sha256(most.encode()).hexdigest()[:10]
        found.append(
            Group(name, tuple(place for place, _ in everyone), tuple(round(similarity[plain], 3) for _, plain in everyone))
        )
    return sorted(found, key=lambda group: (-len(group.members), group.id))


def added_words(text: str, template: str) -> str:
    """Return the sentences of `text` that the template does not hold: what the sender added."""
    from almoner.voices.consultation.segments import sentences

    known = _shingles(_plain(template))
    own = []
    for start, end in sentences(text):
        parts = _shingles(_plain(text[start:end]))
        if len(parts & known) < 0.5 * len(parts):
            own.append(text[start:end])
    return " ".join(own)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9£]+", text.casefold().replace("'", "").replace("’", "")))


def _shingles(plain: str) -> frozenset[int]:
    words = plain.split()
    parts = [" ".join(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))]
    return frozenset(int.from_bytes(hashlib.blake2b(part.encode(), digest_size=8).digest(), "little") for part in parts)


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _neighbours(distinct: Sequence[str], shingles: dict[str, frozenset[int]]) -> dict[str, set[str]]:
    """Return for each text the others that are similar enough."""
    datasketch = library("datasketch", "to find near-duplicate answers")
    found: dict[str, set[str]] = {plain: set() for plain in distinct}
    index = datasketch.MinHashLSH(threshold=_CANDIDATE_THRESHOLD, num_perm=_PERMUTATIONS)
    seed: Any = datasketch.MinHash(num_perm=_PERMUTATIONS, hashfunc=lambda value: value)
    for number, plain in enumerate(distinct):
        sketch = seed.copy()
        sketch.update_batch(np.fromiter((value & 0xFFFFFFFF for value in shingles[plain]), dtype=np.uint64))
        for other in index.query(sketch):
            if _jaccard(shingles[plain], shingles[distinct[other]]) >= SIMILAR:
                found[plain].add(distinct[other])
                found[distinct[other]].add(plain)
        index.insert(number, sketch, check_duplication=False)
    return found


def _clusters(neighbours: dict[str, set[str]], places: dict[str, list[int]]) -> dict[str, list[str]]:
    """Return clusters around the texts that most answers copy; every member is similar to its centre, so that no chains form."""

    def sent(plain: str) -> int:
        return len(places[plain]) + sum(len(places[other]) for other in neighbours[plain])

    left = set(neighbours)
    found: dict[str, list[str]] = {}
    for plain in sorted(neighbours, key=lambda each: (-sent(each), each)):
        if plain in left:
            found[plain] = sorted(({plain} | neighbours[plain]) & left)
            left.difference_update(found[plain])
    return found


def _with_holders(
    clusters: dict[str, list[str]], shingles: dict[str, frozenset[int]], places: dict[str, list[int]]
) -> dict[str, list[str]]:
    """Move texts that stand alone and hold most of a group's template into that group."""
    templates: dict[str, frozenset[int]] = {}
    holders: dict[int, list[str]] = defaultdict(list)
    for root, members in clusters.items():
        size = sum(len(places[plain]) for plain in members)
        if size < 3:
            continue
        counts = Counter(shingle for plain in members for shingle in shingles[plain] for _ in places[plain])
        template = frozenset(shingle for shingle, count in counts.items() if count >= 0.5 * size)
        if len(template) >= _FEWEST_TEMPLATE:
            templates[root] = template
            for shingle in template:
                holders[shingle].append(root)
    moved: dict[str, list[str]] = {root: list(members) for root, members in clusters.items()}
    for root, members in clusters.items():
        if root in templates or sum(len(places[plain]) for plain in members) > 2:
            continue
        for plain in members:
            shared = Counter(other for shingle in shingles[plain] for other in holders.get(shingle, ()))
            if not shared:
                continue
            best, count = min(shared.items(), key=lambda pair: (-pair[1] / len(templates[pair[0]]), pair[0]))
            if (
                count >= HOLDS_TEMPLATE * len(templates[best])
                or count >= HOLDS_TEMPLATE * len(shingles[plain]) >= _FEWEST_TEMPLATE * HOLDS_TEMPLATE
            ):
                moved[root].remove(plain)
                moved[best].append(plain)
    return {root: sorted(members) for root, members in moved.items() if members}
