"""C5: every label carries a span; and is the span the right sentence? On 1,000 synthetic responses whose themes carry a rationale.

Whether a blind reader accepts a span cannot be measured without readers. As a stand-in, the sentence chosen for a true theme is
compared with the one whose words are nearest to the theme's own rationale in that response (synthetic and easy: never to be
quoted as quality).

    .venv/bin/python benchmarks/evidence/consultation_spans.py PATH
"""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import polars as pl
from consultation_common import data_path, missing, say

from almoner.voices.consultation.assigning import Material, assign
from almoner.voices.consultation.example import export
from almoner.voices.consultation.scoring import WordMatcher
from almoner.voices.consultation.segments import sentences
from almoner.voices.consultation.themes import Theme, framework

AIM = "100% carry one; >= 90% accepted by a reader"
PEER = "0 (no peer offers spans)"


def words(text: str) -> set[str]:
    """Return the words of a text."""
    return set(re.findall(r"[a-z]{3,}", text.casefold()))


def every_label_has_a_span() -> float:
    """Return the share of labels on the invented example whose span is a sentence of the answer."""
    answers = [row[6] for row in list(csv.reader(io.StringIO(export())))[1:]]
    spans = [(i, span.start, span.end) for i, text in enumerate(answers) for span in sentences(text)]
    owner, starts, ends = (np.array(column) for column in zip(*spans, strict=True))
    ids = [f"a{i}" for i in range(len(answers))]
    material = Material(ids, answers, [[] for _ in answers], ids, owner, starts, ends)
    themes = framework("care-workforce").themes
    labels = assign(material, themes, WordMatcher(answers, themes), {}).labels
    good = [bool(answers[int(row["answer_id"][1:])][row["start"] : row["end"]].strip()) for row in labels.iter_rows(named=True)]
    return float(np.mean(good))


def main() -> None:
    """Print C5."""
    share = every_label_has_a_span()
    say("C5a", "labels that carry a span (invented example)", f"{100 * share:.0f}%", "100%", PEER, share == 1.0)
    folder = data_path("themefinder_gambling")
    if folder is None:
        missing("C5b", "spans accepted", AIM, PEER, "give the folder with themefinder_gambling/ as the first argument")
        return
    frames = json.loads((folder / "generation_framework_themes.json").read_text(encoding="utf-8"))
    first = {letter: of["topics"][0] for side in frames.values() for letter, of in side.items()}
    themes = [
        Theme(id=letter.lower(), label=topic["topic_name"], definition=topic["rationale"])
        for letter, topic in sorted(first.items())
    ]
    frame = pl.read_csv(folder / "generation_1000_responses_topics_position.csv")
    matcher = WordMatcher(frame["response"].to_list(), themes)
    right, chance = [], []
    for response, targets in frame.select("response", "target_topics").iter_rows():
        spans = sentences(response)
        if len(spans) < 2:
            continue
        scores = matcher.score([response[a:b] for a, b in spans], themes)
        for letter, rationale in re.findall(r"'([A-L])': \{'rationale': (?:'|\")(.*?)(?:'|\"), 'topic_name'", targets):
            gold = words(rationale)
            overlap = [len(words(response[a:b]) & gold) for a, b in spans]
            if max(overlap) < 3:
                continue
            column = next(j for j, theme in enumerate(themes) if theme.id == letter.lower())
            right.append(overlap[int(scores[:, column].argmax())] == max(overlap))
            chance.append(sum(each == max(overlap) for each in overlap) / len(overlap))
    say(
        "C5b",
        "span is the sentence nearest to the rationale (1,000 synthetic responses; those of two sentences or more)",
        f"{100 * np.mean(right):.1f}% of {len(right):,}; a sentence at random {100 * np.mean(chance):.1f}%. A stand-in: no "
        f"reader has judged",
        AIM,
        PEER,
        None,
    )


if __name__ == "__main__":
    main()
