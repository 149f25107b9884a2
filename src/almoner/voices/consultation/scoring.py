"""How strongly a sentence speaks about a theme, before anybody has reviewed an answer: the seam for models of the user's own.

A `TextModel` gives one score for each sentence and theme. The one that is built in (`WordMatcher`) counts cues and compares words
and letter groups with the theme's own text. An embedding model or a language model of the user's is plugged in behind the same
seam by naming it as `module:object`, and goes through the same checks: shape, finite, the same answer twice; its scores are
calibrated on reviewed answers like any other, and its labels carry spans because it scores sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from almoner.errors import AlmonerError
from almoner.voices.consultation.libraries import library
from almoner.voices.consultation.matching import Matcher
from almoner.voices.consultation.themes import Theme

Scores = NDArray[np.float64]
_CUE_WEIGHT: Final = 0.35
_CHECKED_SENTENCES: Final = 8


class ModelUnfit(AlmonerError):
    """A plugged-in model broke the rules of the seam."""


@runtime_checkable
class TextModel(Protocol):
    """Scores sentences against themes. `name` and `version` are recorded with every result."""

    name: str
    version: str

    def score(self, sentences: Sequence[str], themes: Sequence[Theme]) -> Scores:
        """Return [sentence, theme]: the higher, the more the sentence speaks about the theme; any scale."""


class WordMatcher:
    """The built-in model: cues, and TF-IDF similarity of words and letter groups with the theme's text. Needs no labels.

    Themes of which none has cues (a user's own labels and definitions) are told by `matching.Matcher` instead.
    """

    name = "words"
    version = "1"

    def __init__(self, corpus: Sequence[str], themes: Sequence[Theme]) -> None:
        text = library("sklearn.feature_extraction.text", "to compare answers with themes")
        stop = sorted(text.ENGLISH_STOP_WORDS)
        own = [theme.text for theme in themes]
        self._matcher = None if any(theme.cues for theme in themes) else Matcher(corpus, own)
        words = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words=stop, max_features=200_000)
        letters = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=200_000)
        self._parts: list[tuple[Any, Any]] = []
        for vectoriser in (words, letters):
            vectoriser.fit([*own, *corpus])
            self._parts.append((vectoriser, vectoriser.transform(own)))
        self._cues = [cue_pattern(theme.cues) for theme in themes]

    def score(self, sentences: Sequence[str], themes: Sequence[Theme]) -> Scores:
        """Return [sentence, theme], from 0 to 1."""
        total = np.zeros((len(sentences), len(themes)))
        if not sentences:
            return total
        if self._matcher is not None:
            return self._matcher.probability(sentences)
        for vectoriser, own in self._parts:
            total += (vectoriser.transform(sentences) @ own.T).toarray()
        similarity = total / len(self._parts)
        hits = np.zeros_like(total)
        for column, pattern in enumerate(self._cues):
            if pattern is not None:
                hits[:, column] = [len({match.lower() for match in pattern.findall(sentence)}) for sentence in sentences]
        missed: Scores = (1.0 - similarity) * (1.0 - _CUE_WEIGHT) ** hits
        return 1.0 - missed


def plugged(name: str) -> TextModel:
    """Return the model that `module:object` names; a class is called without arguments.

    Raises:
        ModelUnfit: it cannot be imported or lacks `name`, `version` or `score`.
    """
    module, mark, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute) if mark else None
        model = found() if isinstance(found, type) else found
    except Exception as error:  # whatever a user's module raises
        raise ModelUnfit(f"The model '{name}' cannot be used: {error}; name it as module:object.") from error
    if not isinstance(model, TextModel):
        raise ModelUnfit(f"The model '{name}' must be module:object, with a name, a version and score(sentences, themes).")
    return model


def checked_scores(model: TextModel, sentences: Sequence[str], themes: Sequence[Theme]) -> Scores:
    """Return a model's scores after checks.

    Raises:
        ModelUnfit: not one finite number for each sentence and theme, or other numbers when a few sentences are scored again.
    """
    scores = np.asarray(model.score(sentences, themes), dtype=np.float64)
    if scores.shape != (len(sentences), len(themes)):
        raise ModelUnfit(
            f"Model {model.name} gave scores of shape {scores.shape} for {len(sentences)} sentences and {len(themes)} themes: "
            "it must give one for each pair."
        )
    if not np.isfinite(scores).all():
        raise ModelUnfit(f"Model {model.name} gave a score that is no number: every score must be finite.")
    few = list(sentences[:_CHECKED_SENTENCES])
    again = np.asarray(model.score(few, themes), dtype=np.float64)
    if few and not np.allclose(again, scores[: len(few)], rtol=1e-4, atol=1e-5):
        raise ModelUnfit(
            f"Model {model.name} gave other scores for the same sentences: fix its seed and temperature, because results must "
            f"repeat."
        )
    return scores


@lru_cache(maxsize=256)
def cue_pattern(cues: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of the cues as whole words; * at the end of a word stands for any ending."""
    if not cues:
        return None
    parts = [re.escape(cue).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for cue in sorted(cues, key=len, reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.I)
