"""C6: near-duplicate campaigns among 9,620 texts: 1,020 from 12 invented campaigns, edited in five ways, among other answers.

The other answers are the NHS comments and ArgKP's arguments where PATH is given, and invented words otherwise. Found: a text that
lies in a group of five or more whose members are mostly of its own campaign. Precision: of the texts in such groups, those that
are of a campaign; a comment that people really sent five times word for word is no mistake and is left out.

    .venv/bin/python benchmarks/evidence/consultation_campaigns.py [PATH]
"""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import polars as pl
from consultation_common import data_path, say

from almoner.voices.consultation.duplicates import groups

CAMPAIGNS = 12
EACH = 85
OTHERS = 8_600
SUBJECTS = [
    "pay",
    "hours",
    "training",
    "visits",
    "holidays",
    "travel",
    "rotas",
    "sickness",
    "respect",
    "careers",
    "fees",
    "inspection",
    "registers",
    "visas",
    "families",
    "homes",
]
VERBS = ["fund", "protect", "improve", "reward", "plan", "defend", "widen", "simplify", "end", "restore", "publish", "guarantee"]
FILLERS = (
    "people who need care today",
    "workers on the lowest rates",
    "small homes in country towns",
    "everyone who looks after a parent",
    "young people who want to join",
    "those who have stayed through hard winters",
    "councils with rising costs",
    "families who wait for help",
)
OPENINGS = ("Dear Sir or Madam,", "To whom it may concern,", "Hello,", "Dear minister,", "Good morning.")


def campaign(rng: np.random.Generator) -> list[str]:
    """Return the sentences of an invented campaign."""
    found = []
    for _ in range(int(rng.integers(4, 7))):
        verb, other = rng.choice(VERBS, 2, replace=False)
        one, two = rng.choice(SUBJECTS, 2, replace=False)
        who, also = rng.choice(FILLERS, 2, replace=False)
        found.append(f"We ask you to {verb} {one} for {who}, and to {other} {two} so that {also} are not forgotten again.")
    return found


def edited(sentences: list[str], rng: np.random.Generator, kind: int, own: str) -> str:
    """Return the campaign's text as one sender sends it: copied, greeted, lightly edited, with own words before it, or in part."""
    if kind == 0:
        return " ".join(sentences)
    if kind == 1:
        return f"{rng.choice(OPENINGS)} {' '.join(sentences)} Yours, a constituent"
    if kind == 2:
        words = " ".join(sentences).split()
        for _ in range(max(1, len(words) // 25)):
            words[int(rng.integers(len(words)))] = str(rng.choice(["really", "surely", "please", "now", "local"]))
        return " ".join(words)
    if kind == 3:
        return f"{own} {' '.join(sentences)}"
    keep = max(2, int(0.7 * len(sentences)))
    return " ".join(sentences[:keep])


def invented(rng: np.random.Generator) -> str:
    """Return an answer of its own."""
    return " ".join(
        "".join(rng.choice(list("abcdefghilmnoprstu"), int(rng.integers(2, 5)))) for _ in range(int(rng.integers(8, 60)))
    )


def main() -> None:
    """Print C6."""
    rng = np.random.default_rng(20260102)
    path = data_path("nhs_fft", "fft_multilabel_two_trusts.csv")
    if path is not None:
        comments = pl.read_csv(path, infer_schema_length=0)["FFT answer"].drop_nulls().to_list()
        others = [comments[i] for i in rng.permutation(len(comments))[:OTHERS]]
        arguments = data_path("argkp", "arguments_train.csv")
        if arguments is not None:
            others += pl.read_csv(arguments)["argument"].to_list()[: OTHERS - len(others)]
        others += [invented(rng) for _ in range(OTHERS - len(others))]
    else:
        others = [invented(rng) for _ in range(OTHERS)]
    texts, truth = list(others), [-1] * len(others)
    for number in range(CAMPAIGNS):
        words = campaign(rng)
        for place in range(EACH):
            texts.append(
                edited(words, rng, place % 5, str(rng.choice([other for other in others[:2000] if 5 < len(other.split()) < 40])))
            )
            truth.append(number)
    order = rng.permutation(len(texts))
    texts, truth = [texts[i] for i in order], [truth[i] for i in order]
    started, cpu = time.perf_counter(), time.process_time()
    found = groups(texts)
    took, used = time.perf_counter() - started, time.process_time() - cpu
    hit, flagged = set(), 0
    for group in found:
        if len(group.members) < 5:
            continue
        own = Counter(truth[i] for i in group.members)
        most, _ = own.most_common(1)[0]
        if most == -1:
            flagged += sum(similarity < 0.999 for similarity in group.similarity)
            continue
        flagged += len(group.members)
        hit |= {i for i in group.members if truth[i] == most}
    recall, precision = len(hit) / (CAMPAIGNS * EACH), len(hit) / max(1, flagged)
    say(
        "C6",
        f"campaign texts found among {len(texts):,} ({'NHS comments and arguments' if path else 'invented answers'}): recall "
        f"/ precision",
        f"{recall:.3f} / {precision:.3f} in {took:.1f} s ({used:.1f} s of one core)",
        ">= .95 / .99 in < 5 s",
        "none (no peer groups campaigns)",
        recall >= 0.95 and precision >= 0.99 and used < 5,
    )


if __name__ == "__main__":
    main()
