"""C11: themes that say the same (every pair, cosine above .9), titles that say nothing, and stability of the suggested themes.

On the public ArgKP arguments where PATH is given (as answers that no theme speaks for), and on the invented example. Stability: the
answers shuffled give the same suggestions; a tenth left out, ten times over, gives the Jaccard overlaps of their words whose mean
and least are printed. How many dimensions and starts the groups have was chosen in sight of such overlaps on the same texts.

    .venv/bin/python benchmarks/evidence/consultation_suggestions.py [PATH]
"""

from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl
from consultation_common import data_path, say
from sklearn.feature_extraction.text import TfidfVectorizer

from almoner.voices.consultation.clusters import redundancy, suggest
from almoner.voices.consultation.example import export
from almoner.voices.consultation.themes import framework, label_problem

NUMBER = 12
REPEATS = 10


def vectors(texts: list[str]) -> np.ndarray:
    """Return TF-IDF vectors of texts."""
    return TfidfVectorizer(stop_words="english").fit_transform(texts).toarray()


def main() -> None:
    """Print C11."""
    path = data_path("argkp", "arguments_dev.csv")
    if path is not None:
        sentences, source = pl.read_csv(path)["argument"].to_list(), "ArgKP dev"
    else:
        sentences = [sentence for row in list(csv.reader(io.StringIO(export())))[1:] for sentence in row[6].split(". ")]
        source = "the invented example"
    found = suggest(sentences, NUMBER)
    alike = redundancy(vectors([" ".join(each.terms) for each in found]))
    titles = [each.label for each in found if label_problem(each.label)]
    themes = framework("care-workforce").themes
    own_alike = redundancy(vectors([theme.text for theme in themes]))
    own_titles = [theme.label for theme in themes if label_problem(theme.label)]
    say(
        "C11",
        f"{len(found)} suggestions on {source} and {len(themes)} themes of the framework: pairs alike; titles that fail",
        f"{len(alike)} and {len(own_alike)} pairs; {len(titles)} and {len(own_titles)} titles",
        "0; 0",
        "neighbours only",
        not alike and not own_alike and not titles and not own_titles,
    )
    rng = np.random.default_rng(0)
    shuffled = suggest([sentences[i] for i in rng.permutation(len(sentences))], NUMBER)
    same = [(each.label, each.sentences, each.terms) for each in shuffled] == [
        (each.label, each.sentences, each.terms) for each in found
    ]
    words = {term for each in found for term in each.terms}
    overlaps = []
    for seed in range(REPEATS):
        kept = sorted(np.random.default_rng(seed).permutation(len(sentences))[: int(0.9 * len(sentences))])
        others = {term for each in suggest([sentences[i] for i in kept], NUMBER) for term in each.terms}
        overlaps.append(len(words & others) / max(1, len(words | others)))
    overlap = float(np.mean(overlaps))
    say(
        "C11s",
        "the same suggestions when the answers are shuffled; overlap of words with a tenth left out",
        f"{'the same' if same else 'NOT the same'}; mean {overlap:.2f}, least {min(overlaps):.2f} of {REPEATS}",
        "same; >= .9 (EVIDENCE section 7)",
        "UMAP differs by machine even with a seed",
        same and overlap >= 0.9,
    )


if __name__ == "__main__":
    main()
