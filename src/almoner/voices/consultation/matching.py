"""How near a sentence is to a theme by its words alone, learnt on other subjects: no cues, no labels, no embedding.

Method: four similarities (TF-IDF of word stems, of letter groups, the weighted share of the theme's words that the sentence
holds, and TF-IDF with the theme widened by the words of its nearest answers: Rocchio 1971), each as it is, against all answers,
against the other themes, and against the best other theme; a logistic regression whose coefficients were learnt on ArgKP (IBM
Research, 28 subjects; `benchmarks/evidence/consultation_matching.py`) and are shipped. Only the coefficients are shipped, none of
that data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.voices.consultation.libraries import library

Features = NDArray[np.float64]

NAMES: Final = tuple(
    f"{similarity}, {form}"
    for similarity in ("word stems", "letter groups", "theme words held", "widened theme")
    for form in ("as it is", "against all answers", "against other themes", "against the best other")
)
_WIDENED_BY: Final = 15
_STATISTICS_FROM: Final = 4_000
_MOST_WORDS: Final = 100_000
_ENDINGS: Final = (
    *("ational", "ization", "isation", "fulness", "ousness", "iveness", "ements", "ement", "ments", "ment", "ations", "ation"),
    *("ities", "ness", "ingly", "edly", "ies", "ing", "ity", "ers", "ive", "ous", "ed", "es", "ly", "er", "al", "s", "e", "y"),
)


class Matcher:
    """Features, and a probability, of sentences against themes; fitted on a corpus of answers without labels."""

    def __init__(self, corpus: Sequence[str], themes: Sequence[str]) -> None:
        text = library("sklearn.feature_extraction.text", "to compare answers with themes")
        self._stop = frozenset(text.ENGLISH_STOP_WORDS)
        everything = [*corpus, *themes]
        shared = {"sublinear_tf": True, "max_features": _MOST_WORDS}
        self._words = text.TfidfVectorizer(analyzer=self._stems, **shared).fit(everything)
        self._letters = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared).fit(everything)
        self._theme_words = self._words.transform(themes)
        self._theme_letters = self._letters.transform(themes)
        self._held = self._held_weights()
        sample = list(corpus[:: max(1, len(corpus) // _STATISTICS_FROM)]) or list(themes)
        self._widened = self._widen(sample)
        similar = self._similarities(sample)
        self._mean, self._spread = similar.mean(axis=0), similar.std(axis=0) + 1e-9

    def features(self, sentences: Sequence[str]) -> Features:
        """Return [sentence, theme, feature] in the order of `NAMES`."""
        similar = self._similarities(sentences)
        across = (similar - similar.mean(axis=1, keepdims=True)) / (similar.std(axis=1, keepdims=True) + 1e-9)
        if similar.shape[1] > 1:
            ordered = np.sort(similar, axis=1)
            best, second = ordered[:, -1:], ordered[:, -2:-1]
            margin = np.where(similar == best, similar - second, similar - best)
        else:
            margin = np.zeros_like(similar)
        against_all = (similar - self._mean) / self._spread
        return np.stack([similar, against_all, across, margin], axis=-1).reshape(*similar.shape[:2], len(NAMES))

    def probability(self, sentences: Sequence[str]) -> Features:
        """Return [sentence, theme] from 0 to 1: the shipped regression on the features."""
        weights = shipped()
        logit = self.features(sentences) @ weights["coefficients"] + weights["intercept"]
        return np.asarray(1 / (1 + np.exp(-logit)))

    def _stems(self, text: str) -> list[str]:
        return [_stem(word) for word in re.findall(r"[a-z]+", text.casefold()) if word not in self._stop]

    def _held_weights(self) -> Any:
        """Return [theme, word]: the share of the theme's weight that the word carries."""
        present = self._theme_words.copy()
        present.data[:] = 1.0
        weighted = present.multiply(self._words.idf_).tocsr()
        totals = np.asarray(weighted.sum(axis=1)).ravel() + 1e-9
        return weighted.multiply(1 / totals[:, None]).tocsr()

    def _widen(self, sample: Sequence[str]) -> Any:
        """Return the themes' vectors with those of the answers that are nearest to them and to no other theme."""
        words, letters = self._words.transform(sample), self._letters.transform(sample)
        near = (words @ self._theme_words.T).toarray() + (letters @ self._theme_letters.T).toarray()
        nearest = near.argmax(axis=1)
        widened = []
        for j in range(near.shape[1]):
            order = np.argsort(-near[:, j], kind="stable")[:_WIDENED_BY]
            own = [i for i in order if nearest[i] == j and near[i, j] > 0]
            vector = np.asarray(self._theme_words[j].todense()).ravel()
            if own:
                vector = vector + np.asarray(words[own].mean(axis=0)).ravel()
            widened.append(vector / (np.linalg.norm(vector) + 1e-12))
        return np.array(widened)

    def _similarities(self, sentences: Sequence[str]) -> Features:
        words, letters = self._words.transform(sentences), self._letters.transform(sentences)
        present = words.copy()
        present.data[:] = 1.0
        return np.stack(
            [
                (words @ self._theme_words.T).toarray(),
                (letters @ self._theme_letters.T).toarray(),
                (present @ self._held.T).toarray(),
                words @ self._widened.T,
            ],
            axis=-1,
        )


def learn(features: Features, matches: NDArray[np.bool_]) -> dict[str, Any]:
    """Return coefficients and intercept learnt on pairs [pair, feature] of which it is known whether they match."""
    linear = library("sklearn.linear_model", "to learn how themes are matched")
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    fitted = linear.LogisticRegression(C=0.3, max_iter=1000).fit((features - mean) / spread, matches)
    coefficients = fitted.coef_[0] / spread
    return {"coefficients": coefficients, "intercept": float(fitted.intercept_[0] - coefficients @ mean)}


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """Return the coefficients that are shipped."""
    content = json.loads((files("almoner.voices.consultation") / "data" / "matcher.json").read_text(encoding="utf-8"))
    return {"coefficients": np.array([content["coefficients"][name] for name in NAMES]), "intercept": float(content["intercept"])}


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
