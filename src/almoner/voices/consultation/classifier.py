"""Learning themes from reviewed answers: linear models on words, letter groups and scores, cross-fitted and calibrated held out.

In: texts, their context (question, kind of respondent), scores of a `TextModel`, and the themes that people gave. Out: a
`ThemeModel`: probabilities for other answers, and for the reviewed ones from models that did not see them, so that they may correct
the counts (`estimates`) and measure the calibration. Near copies stay in one fold. Method: linear support vectors (scikit-learn),
five folds, Platt's logistic calibration on held-out margins, thresholds that maximise F1 on held-out probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almoner.voices.consultation.chance import folds as draw_folds
from almoner.voices.consultation.libraries import library

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOLDS: Final = 5
FEWEST_EXAMPLES: Final = 8
"""A theme with fewer reviewed answers than this (with it or without it) is told by the pooled score, not by a model of its own."""

_C: Final = 0.6
_CONTEXT_WEIGHT: Final = 0.3
_SCORE_WEIGHT: Final = 1.0
_SHRINK: Final = 20.0
_MOST_FEATURES: Final = 200_000
_CORPUS: Final = 20_000


class Features:
    """Words, letter groups, context and scores as one sparse matrix; fitted on texts without their labels."""

    def __init__(self, corpus: Sequence[str], contexts: Sequence[Sequence[str]]) -> None:
        text = library("sklearn.feature_extraction.text", "to learn themes from reviewed answers")
        step = max(1, len(corpus) // _CORPUS)
        sample = list(corpus[::step])
        enough = 2 if len(sample) >= 200 else 1
        shared = {"sublinear_tf": True, "dtype": np.float32, "max_features": _MOST_FEATURES}
        self._words = text.TfidfVectorizer(ngram_range=(1, 2), min_df=enough, strip_accents="unicode", **shared).fit(sample)
        self._letters = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=enough, **shared).fit(sample)
        self._tokens = {token: place for place, token in enumerate(sorted({token for row in contexts for token in row}))}

    def of(self, texts: Sequence[str], contexts: Sequence[Sequence[str]], scores: Matrix) -> Any:
        """Return the matrix of features [text, feature]."""
        from scipy import sparse

        rows = [i for i, tokens in enumerate(contexts) for token in tokens if token in self._tokens]
        columns = [self._tokens[token] for tokens in contexts for token in tokens if token in self._tokens]
        shape = (len(texts), max(1, len(self._tokens)))
        context = sparse.csr_matrix((np.full(len(rows), _CONTEXT_WEIGHT, dtype=np.float32), (rows, columns)), shape=shape)
        parts = [self._words.transform(texts), self._letters.transform(texts), context]
        if scores.shape[1]:
            parts.append(sparse.csr_matrix((_SCORE_WEIGHT * scores).astype(np.float32)))
        return sparse.hstack(parts, format="csr")


@dataclass(frozen=True)
class ThemeModel:
    """Cross-fitted models of several themes."""

    features: Features
    models: tuple[tuple[Any | None, ...], ...]
    """[fold][theme]; none where a fold has too few examples."""
    platt: Matrix
    """[theme, (slope, intercept)] over all held-out margins."""
    held_out: Matrix
    """[reviewed answer, theme]: probabilities from models, and calibrations, that did not see the answer."""
    thresholds: Matrix
    always_one: bool
    """Whether nearly every reviewed answer has a theme, so that the likeliest is given where none reaches its threshold."""

    def predict(self, texts: Sequence[str], contexts: Sequence[Sequence[str]], scores: Matrix, batch: int = 5_000) -> Matrix:
        """Return probabilities [text, theme] for answers that were not reviewed."""
        found = [np.zeros((0, len(self.platt)))]
        for start in range(0, len(texts), batch):
            end = start + batch
            matrix = self.features.of(texts[start:end], contexts[start:end], scores[start:end])
            margins = np.mean([_margins(models, matrix, scores[start:end]) for models in self.models], axis=0)
            found.append(_probability(margins, self.platt))
        return np.concatenate(found)

    def sentence_margins(self, sentences: Sequence[str], contexts: Sequence[Sequence[str]], scores: Matrix) -> Matrix:
        """Return [sentence, theme]: how much each sentence speaks for a theme, to choose the span that is shown as evidence."""
        matrix = self.features.of(sentences, contexts, scores)
        return np.asarray(np.mean([_margins(models, matrix, scores) for models in self.models], axis=0))

    def choose(self, probabilities: Matrix) -> Flags:
        """Return [text, theme]: whether the theme is given."""
        return choose(probabilities, self.thresholds, self.always_one)


def fit(
    texts: Sequence[str],
    contexts: Sequence[Sequence[str]],
    scores: Matrix,
    labels: Flags,
    *,
    corpus: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    seed: int = 0,
) -> ThemeModel:
    """Return models fitted to reviewed answers.

    Args:
        texts: the reviewed answers.
        contexts: tokens of what is known about each beside its text.
        scores: [answer, theme] of a `TextModel`; its number of columns is that of the themes, or zero for none.
        labels: [answer, theme] as people gave them.
        corpus: all answers, reviewed or not, from which words are weighed; the reviewed ones if not given.
        groups: answers with the same name are near copies and stay in one fold.
        seed: decides the folds.
    """
    names = list(groups) if groups is not None else [f"{i}" for i in range(len(texts))]
    distinct = sorted(set(names))
    fold_of = dict(zip(distinct, draw_folds(seed, "folds", distinct, FOLDS), strict=True))
    fold = np.array([fold_of[name] for name in names])
    features = Features(corpus if corpus is not None else texts, contexts)
    matrix = features.of(texts, contexts, scores)
    margins = np.zeros(labels.shape)
    models: list[tuple[Any | None, ...]] = []
    for held in range(FOLDS):
        train = fold != held
        fitted = tuple(_fit_one(matrix[train], labels[train, j]) for j in range(labels.shape[1]))
        models.append(fitted)
        margins[~train] = _margins(fitted, matrix[~train], scores[~train])
    held_out = np.zeros(labels.shape)
    for held in range(FOLDS):
        others, own = fold != held, fold == held
        held_out[own] = _probability(margins[own], _platt(margins[others], labels[others]))
    always_one = bool(labels.any(axis=1).mean() >= 0.98)
    return ThemeModel(features, tuple(models), _platt(margins, labels), held_out, _thresholds(held_out, labels), always_one)


def choose(probabilities: Matrix, thresholds: Matrix, always_one: bool) -> Flags:
    """Return [text, theme]: whether the probability reaches the theme's threshold."""
    chosen: Flags = probabilities >= thresholds
    if always_one and len(probabilities):
        none = ~chosen.any(axis=1)
        chosen[none, (probabilities[none] / thresholds).argmax(axis=1)] = True
    return chosen


def certainty(probabilities: Matrix, chosen: Flags) -> Matrix:
    """Return for each answer the F1 to be expected of its chosen themes, 0 to 1: the measure by which the machine abstains.

    2 x expected hits / (chosen + expected true themes); for no theme chosen, the probability that there is none.
    """
    hits = np.where(chosen, probabilities, 0.0).sum(axis=1)
    expected = 2.0 * hits / np.maximum(chosen.sum(axis=1) + probabilities.sum(axis=1), 1e-12)
    none = np.prod(1.0 - np.clip(probabilities, 0.0, 1.0), axis=1)
    return np.asarray(np.where(chosen.any(axis=1), np.minimum(expected, 1.0), none))


def answer_f1(labels: Flags, chosen: Flags) -> Matrix:
    """Return each answer's F1 between the themes of people and those chosen; 1 where both are empty."""
    both = (labels & chosen).sum(axis=1)
    size = labels.sum(axis=1) + chosen.sum(axis=1)
    return np.asarray(np.where(size == 0, 1.0, 2.0 * both / np.maximum(size, 1)))


def expected_calibration_error(probabilities: Matrix, labels: Flags, bins: int = 10) -> float:
    """Return the mean gap between probability and frequency over bins of equal width, weighted by their size."""
    p, y = probabilities.ravel(), labels.ravel()
    place = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [abs(p[place == b].mean() - y[place == b].mean()) * (place == b).sum() for b in range(bins) if (place == b).any()]
    return float(sum(gaps) / max(1, len(p)))


def _fit_one(matrix: Any, y: Flags) -> Any | None:
    if y.sum() < FEWEST_EXAMPLES * (FOLDS - 1) / FOLDS or (~y).sum() < FEWEST_EXAMPLES * (FOLDS - 1) / FOLDS:
        return None
    svm = library("sklearn.svm", "to learn themes from reviewed answers")
    # The primal problem converges where answers are alike and coded differently; the dual one may not.
    return svm.LinearSVC(C=_C, random_state=0, dual=False).fit(matrix, y)


def _margins(models: Sequence[Any | None], matrix: Any, scores: Matrix) -> Matrix:
    """Return [text, theme]; a theme without a model of its own is told by its score, set to the scale of margins."""
    found = np.zeros((matrix.shape[0], len(models)))
    for j, model in enumerate(models):
        if model is not None:
            found[:, j] = model.decision_function(matrix)
        elif scores.shape[1]:
            found[:, j] = 2.0 * scores[:, j] - 1.5
        else:
            found[:, j] = -1.0
    return found


def _platt(margins: Matrix, labels: Flags) -> Matrix:
    """Return slope and intercept for each theme: its own where it has examples, drawn towards those of all themes together."""
    pooled = _logistic(margins.ravel(), labels.ravel())
    found = np.zeros((margins.shape[1], 2))
    for j in range(margins.shape[1]):
        positives = min(labels[:, j].sum(), (~labels[:, j]).sum())
        own = _logistic(margins[:, j], labels[:, j]) if positives >= 3 else pooled
        weight = positives / (positives + _SHRINK)
        found[j] = weight * own + (1 - weight) * pooled
    return found


def _logistic(margin: Matrix, y: Flags) -> Matrix:
    """Return Platt's slope and intercept, with his smoothed targets (Platt 1999), by Newton's method."""
    positives, negatives = float(y.sum()), float((~y).sum())
    target = np.where(y, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    a, b = 2.0, float(np.log((positives + 1) / (negatives + 1))) + 1.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(a * margin + b, -30, 30)))
        w = np.maximum(p * (1 - p), 1e-9)
        g = np.array([((p - target) * margin).sum() + 1e-3 * (a - 2.0), (p - target).sum()])
        h = np.array([[(w * margin * margin).sum() + 1e-3, (w * margin).sum()], [(w * margin).sum(), w.sum() + 1e-9]])
        step = np.linalg.solve(h, g)
        step = step / max(1.0, float(np.abs(step).max()) / 2.0)
        a, b = a - float(step[0]), b - float(step[1])
        if np.abs(step).max() < 1e-8:
            break
    return np.array([max(a, 0.0), b])


def _probability(margins: Matrix, platt: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(margins * platt[:, 0] + platt[:, 1], -30, 30))))


def _thresholds(held_out: Matrix, labels: Flags) -> Matrix:
    """Return a threshold for each theme: that of the best F1 held out, drawn towards the best for all themes together."""
    grid = np.arange(0.06, 0.80, 0.02)
    pooled = grid[int(np.argmax([_f1(labels.ravel(), (held_out >= cut).ravel()) for cut in grid]))]
    found = np.full(labels.shape[1], pooled)
    for j in range(labels.shape[1]):
        positives = float(labels[:, j].sum())
        own = grid[int(np.argmax([_f1(labels[:, j], held_out[:, j] >= cut) for cut in grid]))] if positives else pooled
        found[j] = (positives * own + _SHRINK * pooled) / (positives + _SHRINK)
    return found


def _f1(labels: Flags, chosen: Flags) -> float:
    both = float((labels & chosen).sum())
    return 2 * both / max(1.0, float(labels.sum() + chosen.sum()))
