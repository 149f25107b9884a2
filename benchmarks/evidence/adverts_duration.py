"""V6: how long vacancies stay open, on simulated careers whose truth is known: bias of the median and coverage of its interval.

Vacancies open at random, last a lognormal time, are sometimes taken down and posted again, and are looked at once a week, so
short ones are missed, old ones are met late and some never end in sight. No public set with known ends is at hand, so this is a
simulation, as the target asks. Run it with `.venv/bin/python benchmarks/evidence/adverts_duration.py [REPEATS]`.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta

import numpy as np

from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.episodes import days_looked, duration_curve, episodes, spells
from almoner.voices.adverts.survival import quantile

TRUE_MEDIAN = 35.0
SPREAD = 0.7
VACANCIES = 1500
YEARS_DAYS = 540
WEEK = 7
REPOSTED = 0.2
FIRST_DAY = date(2024, 1, 1)


def career(rng: np.random.Generator) -> tuple[list[Advert], list[float], list[float]]:
    """Return adverts as seen, the true days open of all vacancies, and the ages on the day of the last look (a naive snapshot)."""
    looks = np.arange(180, YEARS_DAYS, WEEK)
    adverts: list[Advert] = []
    truth: list[float] = []
    ages: list[float] = []
    opened = np.sort(rng.uniform(0, YEARS_DAYS, VACANCIES))
    lasted = TRUE_MEDIAN * np.exp(SPREAD * rng.standard_normal(VACANCIES))
    for number, (begin, days) in enumerate(zip(np.floor(opened), lasted, strict=True)):
        end = begin + days
        truth.append(days)
        pieces = [(begin, end)]
        if rng.random() < REPOSTED and days > 20:
            pause = rng.uniform(0.3, 0.6) * days
            pieces = [(begin, begin + pause), (begin + min(pause + rng.uniform(3, 14), days - 1), end)]
        for start, stop in pieces:
            posted = FIRST_DAY + timedelta(days=int(start))
            seen = looks[(looks >= start) & (looks < stop)]
            if seen.size:
                first, last = (FIRST_DAY + timedelta(days=int(day)) for day in (seen[0], seen[-1]))
                adverts.append(Advert(f"post {number}", posted=posted, first_seen=first, last_seen=last, key=str(number)))
        if begin <= looks[-1] < end:
            ages.append(float(looks[-1] - begin))
    return adverts, truth, ages


def main() -> None:
    """Print V6."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    medians, covered, naive, ages = [], 0, [], []
    for repeat in range(repeats):
        rng = np.random.default_rng([20260101, repeat])
        adverts, _, open_ages = career(rng)
        found = episodes(adverts)
        estimate = quantile(duration_curve(spells(found, days_looked(adverts))))
        assert estimate.value is not None
        medians.append(estimate.value)
        low, high = estimate.low or 0.0, estimate.high or float("inf")
        covered += low <= TRUE_MEDIAN <= high
        complete = [
            (e.last_seen - e.begun).days for e in found if e.begun and e.last_seen and e.last_seen < max(days_looked(adverts))
        ]
        naive.append(float(np.median(complete)))
        ages.append(float(np.median(open_ages)))
    bias, error = float(np.mean(medians)) - TRUE_MEDIAN, float(np.std(medians)) / repeats**0.5
    print(f"V6 on {repeats} simulated careers of {VACANCIES} vacancies, weekly looks, 20% posted again; truth {TRUE_MEDIAN:g} days")
    print(f"  bias of the median      {bias:+.2f} days (standard error {error:.2f})    target: at most 1 day either way")
    print(f"  coverage of its 95%     {covered / repeats:.3f}                              target: at least 0.93")
    print(
        f"  peer: no public tool. Naive, last sight of ended vacancies: {np.mean(naive) - TRUE_MEDIAN:+.2f} days; "
        f"naive, ages on one day: {np.mean(ages) - TRUE_MEDIAN:+.2f} days"
    )
    print("  reached" if abs(bias) <= 1 and covered / repeats >= 0.93 else "  NOT reached")


if __name__ == "__main__":
    main()
