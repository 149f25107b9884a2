"""Giving answers themes, each with the sentence that is its evidence; abstaining where the machine is not sure enough.

In: answers, their sentences, a theme set, and what people have coded so far. With fewer than 50 coded answers a theme is given by
the score of the `TextModel` alone and has no probability; from 50 on, models are learnt (`classifier`), probabilities are
calibrated on answers that they did not see, and an answer whose expected F1 is below what its coded peers need to reach the aim
is left to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almoner.voices.consultation import classifier
from almoner.voices.consultation.scoring import TextModel, checked_scores
from almoner.voices.consultation.themes import Theme

FEWEST_CODED: Final = 50
AIM: Final = 0.8
"""Mean F1 that the answers which the machine keeps for itself must reach, on coded answers held out."""

UNCALIBRATED_YES: Final = 0.35
"""Score from which the built-in model gives a theme without any coded answer: one cue."""

_UNCALIBRATED_SURE: Final = 0.5
_BATCH: Final = 10_000

Keep = Callable[[str, Callable[[], NDArray[np.float32]]], NDArray[np.float32]]
"""Returns a finished part of the work by its name, or makes and keeps it."""


@dataclass(frozen=True)
class Material:
    """What is to be read: answers and their sentences, in the same order."""

    answer_ids: Sequence[str]
    texts: Sequence[str]
    contexts: Sequence[Sequence[str]]
    groups: Sequence[str]
    """Name of the near-duplicate group, or the answer's own id."""
    owner: NDArray[np.int64]
    """[sentence]: place of its answer; ascending."""
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def sentences(self) -> list[str]:
        """The sentences' words."""
        return [self.texts[o][s:e] for o, s, e in zip(self.owner, self.starts, self.ends, strict=True)]


@dataclass(frozen=True)
class Assigned:
    """labels: one row a theme of an answer with its span. scores: one row an answer, one column a theme. answers: how sure."""

    labels: pl.DataFrame
    scores: pl.DataFrame
    answers: pl.DataFrame
    quality: dict[str, Any]


def assign(
    material: Material,
    themes: Sequence[Theme],
    model: TextModel,
    coded: dict[str, frozenset[str]],
    *,
    seed: int = 0,
    aim: float = AIM,
    keep: Keep | None = None,
) -> Assigned:
    """Return themes for every answer.

    Args:
        material: answers and sentences.
        themes: the themes to give.
        model: scores sentences against themes.
        coded: themes that people gave, by answer; an answer that a person coded keeps the person's themes.
        seed: decides the folds.
        aim: F1 that the answers which are not left to a person must reach.
        keep: keeps finished parts, so that stopped work goes on.
    """
    kept = keep or (lambda name, make: make())
    sentence_scores = _in_batches("scores", material.sentences, lambda part: checked_scores(model, part, themes), len(themes), kept)
    scores = _best_by_answer(sentence_scores, material.owner, len(material.texts))
    places = {answer_id: place for place, answer_id in enumerate(material.answer_ids)}
    known = {answer_id: given for answer_id, given in coded.items() if answer_id in places}
    trained = len(known) >= FEWEST_CODED
    if trained:
        found = _learnt(material, themes, scores, known, places, seed, aim, kept)
        probabilities, chosen, sure, quality, fitted = found
        margins = _in_batches_with(fitted, material, sentence_scores, kept)
        evidence = margins + sentence_scores
    else:
        probabilities = scores
        chosen = scores >= UNCALIBRATED_YES
        sure = np.where(chosen.any(axis=1), scores.max(axis=1, initial=0.0), 0.0)
        quality = {"calibrated": False, "coded": len(known), "cutoff": _UNCALIBRATED_SURE}
        evidence = sentence_scores
    cutoff = float(quality["cutoff"])
    labels = _labels(material, themes, probabilities, scores, chosen, sure >= cutoff, evidence, known, trained)
    wide = pl.DataFrame(
        {"answer_id": list(material.answer_ids)} | {theme.id: probabilities[:, j] for j, theme in enumerate(themes)}
    )
    answers = pl.DataFrame({"answer_id": list(material.answer_ids), "certainty": sure, "kept": sure >= cutoff})
    return Assigned(labels, wide, answers, quality)


def _learnt(
    material: Material,
    themes: Sequence[Theme],
    scores: NDArray[np.float64],
    known: dict[str, frozenset[str]],
    places: dict[str, int],
    seed: int,
    aim: float,
    kept: Keep,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], dict[str, Any], classifier.ThemeModel]:
    ids = sorted(known)
    rows = np.array([places[answer_id] for answer_id in ids])
    labels = np.array([[theme.id in known[answer_id] for theme in themes] for answer_id in ids])
    fitted = classifier.fit(
        [material.texts[i] for i in rows],
        [material.contexts[i] for i in rows],
        scores[rows],
        labels,
        corpus=material.texts,
        groups=[material.groups[i] for i in rows],
        seed=seed,
    )
    probabilities = np.zeros(scores.shape)
    for start in range(0, len(material.texts), _BATCH):
        end = min(start + _BATCH, len(material.texts))
        part = kept(
            f"probabilities-{start:09d}",
            lambda a=start, b=end: fitted.predict(material.texts[a:b], material.contexts[a:b], scores[a:b]).astype(np.float32),  # type: ignore[misc]
        )
        probabilities[start:end] = part
    probabilities[rows] = fitted.held_out
    chosen = fitted.choose(probabilities)
    sure = classifier.certainty(probabilities, chosen)
    held_f1 = classifier.answer_f1(labels, chosen[rows])
    cutoff = _cutoff(sure[rows], held_f1, aim)
    accepted = sure[rows] >= cutoff
    both = (labels & chosen[rows]).sum()
    quality: dict[str, Any] = {
        "calibrated": True,
        "coded": len(ids),
        "cutoff": cutoff,
        "always_one": fitted.always_one,
        "aim": aim,
        "held_out": {
            "mean_answer_f1": float(held_f1.mean()),
            "micro_f1": float(2 * both / max(1, labels.sum() + chosen[rows].sum())),
            "kept_share": float(accepted.mean()),
            "kept_mean_answer_f1": float(held_f1[accepted].mean()) if accepted.any() else None,
            "expected_calibration_error": classifier.expected_calibration_error(fitted.held_out, labels),
            "brier": float(((fitted.held_out - labels) ** 2).mean()),
        },
        "themes": {
            theme.id: {
                "coded_with": int(labels[:, j].sum()),
                "own_model": all(models[j] is not None for models in fitted.models),
                "threshold": float(fitted.thresholds[j]),
                "precision": _ratio((labels[:, j] & chosen[rows, j]).sum(), chosen[rows, j].sum()),
                "recall": _ratio((labels[:, j] & chosen[rows, j]).sum(), labels[:, j].sum()),
                "brier": float(((fitted.held_out[:, j] - labels[:, j]) ** 2).mean()),
            }
            for j, theme in enumerate(themes)
        },
    }
    return probabilities, chosen, sure, quality, fitted


def _cutoff(sure: NDArray[np.float64], f1: NDArray[np.float64], aim: float) -> float:
    """Return the lowest certainty from which the coded answers reach the aim; above 1 (nothing is kept) when none does."""
    order = np.argsort(-sure, kind="stable")
    mean = np.cumsum(f1[order]) / np.arange(1, len(order) + 1)
    # The mean of fewer than 20 answers says nothing.
    reached = [i for i in range(len(order)) if i + 1 >= min(20, len(order)) and mean[i] >= aim]
    return float(sure[order[reached[-1]]]) if reached else 1.01


def _labels(
    material: Material,
    themes: Sequence[Theme],
    probabilities: NDArray[np.float64],
    scores: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    evidence: NDArray[np.float64],
    known: dict[str, frozenset[str]],
    trained: bool,
) -> pl.DataFrame:
    """Return one row a theme of an answer; a coded answer has the person's themes."""
    given = chosen.copy()
    by_person = np.zeros(len(material.texts), dtype=bool)
    for place, answer_id in enumerate(material.answer_ids):
        if answer_id in known:
            by_person[place] = True
            given[place] = [theme.id in known[answer_id] for theme in themes]
    first = np.searchsorted(material.owner, np.arange(len(material.texts)))
    last = np.searchsorted(material.owner, np.arange(len(material.texts)), side="right")
    rows = []
    for i, j in zip(*np.nonzero(given), strict=True):
        best = first[i] + int(np.argmax(evidence[first[i] : last[i], j]))
        decision = "yes" if by_person[i] or kept[i] else "unsure"
        rows.append(
            (
                material.answer_ids[i],
                themes[j].id,
                float(probabilities[i, j]) if trained else None,
                float(scores[i, j]),
                decision,
                "person" if by_person[i] else "model" if trained else "rule",
                int(material.starts[best]),
                int(material.ends[best]),
            )
        )
    return pl.DataFrame(rows, schema=_LABELS, orient="row")


_LABELS: Final = {
    "answer_id": pl.String,
    "theme": pl.String,
    "probability": pl.Float64,
    "score": pl.Float64,
    "decision": pl.String,
    "source": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
}


def _best_by_answer(scores: NDArray[np.float64], owner: NDArray[np.int64], answers: int) -> NDArray[np.float64]:
    """Return [answer, theme]: the highest score of any of its sentences."""
    found = np.zeros((answers, scores.shape[1]))
    if len(owner):
        heads = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        found[owner[heads]] = np.maximum.reduceat(scores, heads, axis=0)
    return found


def _in_batches(
    name: str, sentences: Sequence[str], score: Callable[[Sequence[str]], NDArray[np.float64]], width: int, kept: Keep
) -> NDArray[np.float64]:
    """Return scores of sentences, each distinct one scored once."""
    distinct = list(dict.fromkeys(sentences))
    place = {sentence: i for i, sentence in enumerate(distinct)}
    parts = [np.zeros((0, width), dtype=np.float32)]
    for start in range(0, len(distinct), _BATCH):
        part = distinct[start : start + _BATCH]
        parts.append(kept(f"{name}-{start:09d}", lambda part=part: score(part).astype(np.float32)))  # type: ignore[misc]
    together = np.concatenate(parts).astype(np.float64)
    return np.asarray(together[[place[sentence] for sentence in sentences]]) if sentences else together


def _in_batches_with(
    fitted: classifier.ThemeModel, material: Material, scores: NDArray[np.float64], kept: Keep
) -> NDArray[np.float64]:
    """Return the learnt models' margins of sentences; an answer of one sentence needs none."""
    counts = np.bincount(material.owner, minlength=len(material.texts))
    wanted = np.flatnonzero(counts[material.owner] > 1)
    found = np.zeros(scores.shape)
    sentences = material.sentences
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        found[part] = kept(
            f"margins-{start:09d}",
            lambda part=part: fitted.sentence_margins(  # type: ignore[misc]
                [sentences[i] for i in part], [material.contexts[material.owner[i]] for i in part], scores[part]
            ).astype(np.float32),
        )
    return found


def _ratio(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
