"""People who join have the ages that keep the ages of those in post, worked out again by following each age through its years."""

from __future__ import annotations

import numpy as np

from almoner.model.baseline import ages
from almoner.model.baseline.figures import published
from almoner.model.posts import N_ROLES, N_SERVICES
from almoner.reference.vocabulary import NATIONALITIES

TURNOVER = 0.25
BRITISH = 0


def test_joiners_of_every_age_below_fifty_five_keep_the_stock_as_it_is() -> None:
    """Stock at age a = those who joined at each younger age and have not left since; joiners are read back off their table.

    The table has 4,096 equally likely ages, so a year of age is out by 1/4096 of joiners at each end, some 0.02 points of 2; the
    rate is taken at the middle of a month while people join at its start, some 0.3%.
    """
    people = np.ones((N_ROLES, len(NATIONALITIES)))
    share = np.zeros((N_SERVICES, N_ROLES, len(NATIONALITIES)))
    share[..., BRITISH] = 1.0
    table = ages.joiner_ages(people, share, np.full((N_SERVICES, N_ROLES), TURNOVER))[0, 0]
    months = ages._months()
    stock = ages._density(people)[0, BRITISH]
    leaving = published("AW0275") / 100 * ages._age_contrast() * TURNOVER / 12
    joining = np.bincount(table - months[0], minlength=months.size) / table.size
    kept = np.concatenate([[0.0], np.cumsum(0.5 * (leaving[1:] + leaving[:-1]))])
    followed = np.cumsum(joining * np.exp(kept)) * np.exp(-kept)
    below = months < 55 * 12
    followed, stock = followed / followed[below].sum(), stock / stock[below].sum()
    by_year = [slice(k, k + 12) for k in range(0, int(below.sum()), 12)]
    ratio = [followed[year].sum() / stock[year].sum() for year in by_year]
    assert np.allclose(ratio, 1.0, atol=0.03), np.round(ratio, 3)
