"""Suggested themes for what the framework misses: groups of sentences that no theme speaks for, with their words and quotes.

Method: TF-IDF of words, reduced by a truncated singular value decomposition to as many dimensions as groups, k-means from several
fixed starts. Sentences are taken once and in the order of their own text, so that the order of the answers does not matter. With
more dimensions the groups are no truer and move more when some answers are left out. A suggestion is a question to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from almoner.voices.consultation.libraries import library

_FEWEST_SENTENCES: Final = 12
_LARGEST_SAMPLE: Final = 20_000
_STARTS: Final = 20
_QUOTES: Final = 3
_TERMS: Final = 6
_TOO_ALIKE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A group of sentences: how many, its words, and the places of the sentences nearest to its middle."""

    label: str
    sentences: int
    terms: tuple[str, ...]
    quotes: tuple[int, ...]


def suggest(sentences: Sequence[str], number: int = 8) -> list[Suggestion]:
    """Return up to `number` suggested themes for sentences that no theme speaks for, the largest first."""
    first: dict[str, int] = {}
    for place, sentence in enumerate(sentences):
        first.setdefault(" ".join(sentence.split()), place)
    texts = sorted(text for text in first if len(text.split()) >= 4)[:_LARGEST_SAMPLE]
    if len(texts) < _FEWEST_SENTENCES:
        return []
    matrix, names = _matrix(texts)
    if matrix.shape[1] < 3:
        return []
    decomposition = library("sklearn.decomposition", "to suggest themes")
    cluster = library("sklearn.cluster", "to suggest themes")
    preprocessing = library("sklearn.preprocessing", "to suggest themes")
    groups = min(number, len(texts) // 4)
    size = min(groups, matrix.shape[1] - 1, len(texts) - 1)
    reduced = preprocessing.normalize(decomposition.TruncatedSVD(size, random_state=0).fit_transform(matrix))
    fitted = cluster.KMeans(groups, n_init=_STARTS, random_state=0).fit(np.round(reduced, 9))
    found: list[tuple[Suggestion, Any]] = []
    total = np.asarray(matrix.sum(axis=0)).ravel()
    for label in range(groups):
        members = np.flatnonzero(fitted.labels_ == label)
        if len(members) < 3:
            continue
        own = np.asarray(matrix[members].sum(axis=0)).ravel()
        # Words that the group has more than all sentences together (class-based TF-IDF, Grootendorst 2022).
        weight = own / max(own.sum(), 1e-12) * np.log1p(total.sum() / np.maximum(total, 1e-12))
        terms = _distinct([str(names[i]) for i in np.lexsort((names, -np.round(weight, 12)))[: 4 * _TERMS] if weight[i] > 0])
        nearest = members[np.argsort(-np.round(reduced[members] @ fitted.cluster_centers_[label], 9), kind="stable")]
        quotes = tuple(first[texts[i]] for i in nearest[:_QUOTES])
        if terms:
            found.append((Suggestion(", ".join(terms[:3]), len(members), tuple(terms), quotes), own))
    found.sort(key=lambda pair: (-pair[0].sentences, pair[0].label))
    return _not_alike(found)


def redundancy(vectors: Sequence[Any]) -> list[tuple[int, int, float]]:
    """Return every pair of vectors, by place, whose cosine is above 0.9."""
    found = []
    for i, one in enumerate(vectors):
        for j in range(i + 1, len(vectors)):
            cosine = float(one @ vectors[j] / max(1e-12, float(np.linalg.norm(one) * np.linalg.norm(vectors[j]))))
            if cosine > _TOO_ALIKE:
                found.append((i, j, cosine))
    return found


def _matrix(texts: Sequence[str]) -> tuple[Any, Any]:
    text = library("sklearn.feature_extraction.text", "to suggest themes")
    vectoriser = text.TfidfVectorizer(
        stop_words="english", sublinear_tf=True, min_df=2, max_df=0.5, token_pattern=r"(?u)\b[a-zA-Z][a-zA-Z'-]{2,}\b"
    )
    try:
        matrix = vectoriser.fit_transform(texts)
    except ValueError:  # no word stands in two sentences
        return np.zeros((len(texts), 0)), np.array([])
    return matrix, vectoriser.get_feature_names_out()


def _distinct(words: Sequence[str]) -> list[str]:
    """Return words without those that only vary an earlier one (staff, staffing)."""
    kept: list[str] = []
    for word in words:
        if not any(word.startswith(other[:5]) and other.startswith(word[:5]) for other in kept):
            kept.append(word)
        if len(kept) == _TERMS:
            break
    return kept


def _not_alike(found: Sequence[tuple[Suggestion, Any]]) -> list[Suggestion]:
    """Return the suggestions without one whose words are nearly those of a larger one, or whose label is taken."""
    kept: list[tuple[Suggestion, Any]] = []
    for each, own in found:
        vectors = [other for _, other in kept]
        if not any(pair[1] == len(vectors) for pair in redundancy([*vectors, own])) and each.label not in {
            other.label for other, _ in kept
        }:
            kept.append((each, own))
    return [each for each, _ in kept]
