"""C4: shares of themes from 400 audited answers, against the shares of all answers, and the coverage of the intervals.

On NHS Friends and Family comments of which every one is coded, 400 are drawn at random as if only they were; themes are learnt from
them and shares estimated. Then the same on invented answers where theory gives the coverage (it needs no data).

    .venv/bin/python benchmarks/evidence/consultation_counts.py PATH [REPEATS]
"""

from __future__ import annotations

import sys

import numpy as np
from consultation_common import data_path, missing, say
from consultation_learning import FILE, learn, load

from almoner.voices.consultation.estimates import estimate

MEASURE = "400 audited of all, themes over 2%: error of the share (points, RMSE) and coverage of the 95% interval"
AIM = "<= 1.0 point; coverage .93-.97"
PEER = "classify and count 4.0 points, sample alone 1.34, PPI 0.97 with coverage .93 (measured before, with MiniLM)"


def by_theory(repeats: int = 4000) -> tuple[float, float]:
    """Return coverage on invented answers, and its standard error if the intervals are right (0.95)."""
    rng = np.random.default_rng(20260101)
    held = 0
    for repeat in range(repeats):
        total = (1000, 5000)[repeat % 2]
        n = (50, 100, 400)[repeat % 3]
        base = (0.03, 0.1, 0.3, 0.6)[repeat % 4]
        trait = rng.normal(size=total)
        logit = np.log(base / (1 - base))
        truth = rng.random(total) < 1 / (1 + np.exp(-(1.3 * logit + 2 * trait)))
        machine = 1 / (1 + np.exp(-(logit + 0.4 + 1.5 * trait)))
        audited = np.zeros(total, dtype=bool)
        audited[rng.choice(total, n, replace=False)] = True
        found = estimate(machine, truth.astype(float), audited)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth.mean() <= found.high
    return held / repeats, float(np.sqrt(0.95 * 0.05 / repeats))


def main() -> None:
    """Print C4."""
    coverage, error = by_theory()
    say(
        "C4t",
        "coverage on invented answers of known shares (1,000 or 5,000 answers, 50 to 400 audited, shares .03 to .6)",
        f"{coverage:.3f} (standard error of the simulation {error:.3f})",
        ".93-.97",
        "none published",
        0.93 <= coverage <= 0.97,
    )
    path = data_path(*FILE)
    if path is None:
        missing("C4", MEASURE, AIM, PEER, "give the folder with nhs_fft/ as the first argument")
        return
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    texts, contexts, labels = load(str(path))
    wanted = np.flatnonzero(labels.mean(axis=0) > 0.02)
    truth = labels[:, wanted].mean(axis=0)
    errors: dict[str, list[float]] = {
        "estimate": [],
        "sample alone": [],
        "machine counted at its thresholds": [],
        "mean probability": [],
    }
    inside, widths, plain_widths = [], [], []
    for repeat in range(repeats):
        audited = np.zeros(len(texts), dtype=bool)
        audited[np.random.default_rng(repeat).choice(len(texts), 400, replace=False)] = True
        rows = np.flatnonzero(audited)
        model = learn(texts, contexts, labels, rows, corpus=texts)
        machine = model.predict(texts, contexts, np.zeros((len(texts), 0)))
        machine[rows] = model.held_out
        counted = model.choose(machine)
        for place, j in enumerate(wanted):
            found = estimate(machine[:, j], labels[:, j].astype(float), audited)
            alone = estimate(np.zeros(len(texts)), labels[:, j].astype(float), audited)
            errors["estimate"].append(found.share - truth[place])
            errors["sample alone"].append(alone.share - truth[place])
            errors["machine counted at its thresholds"].append(counted[:, j].mean() - truth[place])
            errors["mean probability"].append(machine[:, j].mean() - truth[place])
            inside.append(found.low <= truth[place] <= found.high)
            widths.append(found.high - found.low)
            plain_widths.append(alone.high - alone.low)
    size = {name: 100 * float(np.sqrt(np.mean(np.square(values)))) for name, values in errors.items()}
    say(
        "C4",
        f"{MEASURE} ({len(wanted)} themes, {repeats} repeats)",
        ", ".join(f"{name} {value:.2f}" for name, value in size.items())
        + f"; coverage {np.mean(inside):.3f} of {len(inside)}; width {100 * np.mean(widths):.1f} against "
        f"{100 * np.mean(plain_widths):.1f} points of the "
        f"sample alone, as if it were {(np.mean(plain_widths) / np.mean(widths)) ** 2:.1f} times as large",
        AIM,
        PEER,
        bool(size["estimate"] <= 1.0 and 0.93 <= np.mean(inside) <= 0.97),
    )


if __name__ == "__main__":
    main()
