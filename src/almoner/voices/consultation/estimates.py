"""Shares of answers with a theme, from a random audit by people and a machine's probabilities for all answers, with intervals.

Method: power-tuned prediction-powered inference (Angelopoulos, Duchi and Zrnic 2023, "PPI++"), which for a finite number of
answers is the difference estimator of survey sampling (Cochran, Sampling Techniques, ch. 7): with f the machine's probability, y
the person's code, n of N answers audited at random, and power w,

    share = w mean_N(f) + mean_n(y - w f),   variance = (1 - n/N) S2_n(y - w f) / n,

and w = cov_n(y, f) / var_n(f), kept within 0 and 1. The machine's probabilities of audited answers must come from a model that did
not see them. Intervals are Wilson's with the effective size p(1-p)/variance and Student's t (Korn and Graubard 1998), because the
plain interval covers too little when a theme is rare. The share is of the answers received: it says nothing about the public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
FEWEST_AUDITED: Final = 20
"""Fewer audited answers than this give no share: the interval would say almost nothing."""


@dataclass(frozen=True, slots=True)
class Share:
    """An estimated share with its interval, and what it rests on. All are None when too few answers were audited."""

    share: float | None
    low: float | None
    high: float | None
    answers: int
    audited: int
    audited_with: int
    power: float | None
    sample_only: float | None
    machine_only: float


def estimate(
    machine: NDArray[np.float64], people: NDArray[np.float64], audited: NDArray[np.bool_], confidence: float = CONFIDENCE
) -> Share:
    """Return the share of answers with a theme.

    Args:
        machine: probability of the theme, one per answer; for audited answers from a model that did not see them.
        people: 1 where a person gave the theme and 0 where not; read only where `audited`.
        audited: whether the answer is in the random audit (not in the queue of unsure answers).
        confidence: probability that the interval is to hold the share of all these answers.
    """
    total, n = len(machine), int(audited.sum())
    y = people[audited].astype(float)
    found = int(y.sum())
    machine_only = float(machine.mean()) if total else 0.0
    if n < min(FEWEST_AUDITED, total) or n == 0:
        return Share(None, None, None, total, n, found, None, None, machine_only)
    f = machine[audited].astype(float)
    power = _power(y, f)
    share = power * machine_only + float((y - power * f).mean())
    share = min(1.0, max(0.0, share))
    if n == total:
        exact = float(y.mean())
        return Share(exact, exact, exact, total, n, found, power, exact, machine_only)
    fraction = n / total
    variance = (1 - fraction) * float(np.var(y - power * f, ddof=1)) / n
    low, high = _interval(share, variance, n, fraction, confidence)
    # What was counted is known: at least the audited ones have it, and at most all but those audited that have not.
    low, high = max(low, found / total), min(high, 1 - (n - found) / total)
    share = min(max(share, found / total), 1 - (n - found) / total)
    return Share(share, min(low, share), max(high, share), total, n, found, power, float(y.mean()), machine_only)


def _power(y: NDArray[np.float64], f: NDArray[np.float64]) -> float:
    """Return how far to trust the machine: the regression of people on machine, within 0 and 1."""
    spread = float(np.var(f, ddof=1)) if len(f) > 1 else 0.0
    if spread <= 1e-12:
        return 0.0
    return min(1.0, max(0.0, float(np.cov(y, f, ddof=1)[0, 1]) / spread))


def _interval(share: float, variance: float, n: int, fraction: float, confidence: float) -> tuple[float, float]:
    """Return Wilson's interval with the effective sample size that the variance implies."""
    from scipy.stats import t

    plain = share * (1 - share)
    smallest = n / (1 - fraction)
    effective = plain / variance if variance > 1e-15 and plain > 1e-15 else smallest
    # One residual pattern in a small sample can look surer than it is: no better than four times the sample is believed.
    effective = min(effective, 4 * smallest)
    z = float(t.ppf(0.5 + confidence / 2, n - 1))
    middle = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z / (1 + z * z / effective) * float(np.sqrt(plain / effective + z * z / (4 * effective**2)))
    return max(0.0, middle - half), min(1.0, middle + half)


def in_words(low: float, high: float) -> str:
    """Return the word for a share by a fixed rule: the whole interval must lie where the word says.

    Above a half: most. At least a quarter: many. At least 10%: some. Otherwise, when the interval ends below 10%: a few.
    """
    if low > 0.5:
        return "most"
    if low >= 0.25:
        return "many"
    if low >= 0.10:
        return "some"
    return "a few" if high < 0.10 else "between a few and " + ("some" if high < 0.25 else "many" if high < 0.5 else "most")


def ranks(low: NDArray[np.float64], high: NDArray[np.float64], share: NDArray[np.float64]) -> list[str]:
    """Return ranks with ties: a theme ranks below another only when its whole interval lies below the other's.

    A rank is given as the best and the worst place that the intervals allow, such as 2 or 2-4.
    """
    found = []
    for i in range(len(share)):
        above = int(np.sum(low > high[i]))
        below = int(np.sum(high < low[i]))
        best, worst = above + 1, len(share) - below
        found.append(f"{best}" if best == worst else f"{best}-{worst}")
    return found
