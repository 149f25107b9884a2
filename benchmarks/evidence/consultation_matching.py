"""C1: matching answers to themes of subjects never seen before, by held-out topic: *not the official test*.

ArgKP's official test set is not at hand, so the 28 topics of train and dev are divided into seven folds, and each fold is
scored by a matcher learnt on the others. The metric is that of the shared task before 2021-09-23: for each topic and stance,
each argument's best key point; of these the surer half; average precision, with a pair that was not labelled counted as wrong
(strict) or right (relaxed); the mean over groups.

    .venv/bin/python benchmarks/evidence/consultation_matching.py PATH [--write]

`--write` learns the coefficients that Almoner ships from all topics (ArgKP is CDLA-Sharing-1.0; coefficients are a result).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
from consultation_common import data_path, missing, say
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from almoner.voices.consultation import matching

MEASURE = "ArgKP by held-out topic (7 folds of 28), not the official test: mean AP strict / relaxed"
AIM = ">= .87 / .94 on the official test"
PEER = "RoBERTa and others trained on a GPU .87-.91 / .97; TF-IDF alone .74 / .80; MiniLM + TF-IDF .85 / .91 (official test)"
FOLDS = 7
SHIPPED = Path(matching.__file__).parent / "data" / "matcher.json"

Group = tuple[str, list[str], list[str], NDArray[np.int64]]


def groups(folder: Path) -> list[Group]:
    """Return (topic, arguments, key points, labels [argument, key point] with -1 where there is none) by topic and stance."""
    parts = ("train", "dev")
    arguments = pl.concat([pl.read_csv(folder / f"arguments_{part}.csv") for part in parts]).unique("arg_id", maintain_order=True)
    points = pl.concat([pl.read_csv(folder / f"key_points_{part}.csv") for part in parts])
    labels = {(a, k): v for part in parts for a, k, v in pl.read_csv(folder / f"labels_{part}.csv").iter_rows()}
    found = []
    for (topic, stance), own in arguments.group_by("topic", "stance", maintain_order=True):
        of = points.filter((pl.col("topic") == topic) & (pl.col("stance") == stance))
        given = np.array([[labels.get((a, k), -1) for k in of["key_point_id"]] for a in own["arg_id"]])
        used = (given >= 0).any(axis=1)
        words = [text for text, keep in zip(own["argument"], used, strict=True) if keep]
        found.append((str(topic), words, of["key_point"].to_list(), given[used]))
    return found


def average_precision(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Return the strict and the relaxed average precision of a group."""
    best = scores.argmax(axis=1)
    sure, given = scores.max(axis=1), labels[np.arange(len(best)), best]
    top = np.argsort(-sure, kind="stable")[: int(0.5 * len(best))]
    found = []
    for unlabelled in (0, 1):
        truth = np.where(given[top] < 0, unlabelled, given[top])
        found.append(float(average_precision_score(truth, sure[top])) if truth.any() else 0.0)
    return found[0], found[1]


def pairs(found: list[tuple[NDArray[np.float64], NDArray[np.int64]]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the labelled pairs' features and whether they match."""
    features = np.concatenate([x[y >= 0] for x, y in found])
    return features, np.concatenate([y[y >= 0] for _, y in found]) == 1


def main() -> None:
    """Print C1."""
    folder = data_path("argkp")
    if folder is None:
        missing("C1", MEASURE, AIM, PEER, "give the folder with argkp/ as the first argument")
        return
    known = groups(folder)
    features = [matching.Matcher(words, points).features(words) for _, words, points, _ in known]
    topics = sorted({topic for topic, *_ in known})
    fold = {topic: place % FOLDS for place, topic in enumerate(np.random.default_rng(0).permutation(topics))}
    result = []
    plain = []
    for held in range(FOLDS):
        train = [(x, g[3]) for x, g in zip(features, known, strict=True) if fold[g[0]] != held]
        weights = matching.learn(*pairs(train))
        for x, group in zip(features, known, strict=True):
            if fold[group[0]] == held:
                result.append(average_precision(x @ weights["coefficients"] + weights["intercept"], group[3]))
                plain.append(average_precision(x[:, :, 0], group[3]))
    strict, relaxed = np.mean(result, axis=0)
    spread = np.std(result, axis=0, ddof=1) / np.sqrt(len(result))
    alone = np.mean(plain, axis=0)
    text = (
        f"{strict:.3f} / {relaxed:.3f} (standard error {spread[0]:.3f} / {spread[1]:.3f}); TF-IDF of stems alone "
        f"{alone[0]:.3f} / {alone[1]:.3f}"
    )
    say("C1", MEASURE, text, AIM, PEER, bool(strict >= 0.87 and relaxed >= 0.94))
    if "--write" in sys.argv:
        weights = matching.learn(*pairs([(x, g[3]) for x, g in zip(features, known, strict=True)]))
        content = {
            "learnt_on": "ArgKP v1 train and dev (IBM Research, CDLA-Sharing-1.0), 28 topics",
            "coefficients": {
                name: round(float(value), 6) for name, value in zip(matching.NAMES, weights["coefficients"], strict=True)
            },
            "intercept": round(weights["intercept"], 6),
        }
        SHIPPED.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"written: {SHIPPED.name}")


if __name__ == "__main__":
    main()
