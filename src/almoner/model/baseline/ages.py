"""Ages of the people in post and of the residents who join, as tables of equally probable ages in months.

In: the published age bands (24 and under 2022-23; 55 and over 2023-24; the shape inside from 2017-18), stated tilts by role and
nationality. Out: stock ages by [role, nationality] and joiner ages by [service, role]. A stock with density f stays as it is when
entrants of age a come at the rate f'(a) + x(a) f(a), x being the hazard of leaving the sector at that age, and f at the youngest
age, which nobody can reach but by joining; where the rate is below zero (people near retirement) nobody joins. Movers between
employers keep their own age and are not in it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.model.baseline.figures import assumed, assumed_by_role, published
from almoner.model.baseline.fit import Constraint, fit
from almoner.model.clock import MONTHS_PER_YEAR
from almoner.model.posts import N_ROLES
from almoner.reference.vocabulary import NATIONALITIES

TABLE_SIZE: Final = 4096
BANDS: Final = ("24 and under", "25-34", "35-44", "45-54", "55-64", "65 and over")
_BAND_ROWS: Final = ("AW0001", "AW0002", "AW0003", "AW0004", "AW0005", "AW0006")
_INNER_EDGES: Final = (25, 35, 45, 55, 65)
_YOUNG_AGE, _OLD_AGE = 19, 62


def band_shares() -> NDArray[np.float64]:
    """Return the share of each age band: the latest rows for the youngest and for 55 and over, the 2017-18 shape inside."""
    shape = np.array([published(row) for row in _BAND_ROWS])
    under_25, over_55 = published("AW0290") / 100, published("AW0260") / 100
    middle = shape[1:4] / shape[1:4].sum() * (1 - under_25 - over_55)
    return np.concatenate(([under_25], middle, shape[4:] / shape[4:].sum() * over_55))


def stock_ages(people: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return TABLE_SIZE equally probable ages in months by [role, nationality]; `people` are the posts of each."""
    return _quantiles(_density(people))


def joiner_ages(
    people: NDArray[np.float64], nationality_share: NDArray[np.float64], turnover: NDArray[np.float64]
) -> NDArray[np.int16]:
    """Return the same for residents who join, by [service, role].

    `nationality_share` [service, role, nationality] is that of resident entrants, `turnover` [service, role] England's.
    """
    density = _density(people)
    rising = np.gradient(density, axis=-1) * MONTHS_PER_YEAR
    leaving = published("AW0275") / 100 * _age_contrast()
    rising[..., 0] += density[..., 0] * MONTHS_PER_YEAR
    inflow = np.maximum(rising + turnover[:, :, None, None] * leaving * density, 0.0)
    inflow /= inflow.sum(axis=-1, keepdims=True)
    return _quantiles(np.einsum("srn,srna->sra", nationality_share, inflow))


def _months() -> NDArray[np.int64]:
    return np.arange(int(assumed("age.youngest")) * MONTHS_PER_YEAR, int(assumed("age.oldest")) * MONTHS_PER_YEAR)


def _edges() -> NDArray[np.float64]:
    return np.array([assumed("age.youngest"), *_INNER_EDGES, assumed("age.oldest")])


def _bands(people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return posts by [role, nationality, band] that hold England's bands and every role's posts."""
    edges = _edges()
    decades = ((edges[:-1] + edges[1:]) / 2 - 45) / 10
    tilt = assumed_by_role("age.tilt_by_role")[:, None] + np.array(
        [assumed(f"age.tilt_by_nationality.{name}") for name in NATIONALITIES]
    )
    seed = people[:, :, None] * band_shares() * np.exp(tilt[:, :, None] * decades)
    cells = np.broadcast_to(np.arange(people.size).reshape(people.shape)[:, :, None], seed.shape)
    bands = np.broadcast_to(np.arange(len(BANDS)), seed.shape)
    return fit(
        seed,
        [Constraint("age band", bands, band_shares() * people.sum()), Constraint("role and nationality", cells, people.ravel())],
    ).values


def _density(people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each month of age by [role, nationality]: a monotone curve through the bands' cumulative shares."""
    from scipy.interpolate import PchipInterpolator

    bands = _bands(people)
    shares = bands / bands.sum(axis=-1, keepdims=True)
    cumulative = np.concatenate((np.zeros((N_ROLES, len(NATIONALITIES), 1)), np.cumsum(shares, axis=-1)), axis=-1)
    months = _months()
    curve = PchipInterpolator(_edges() * MONTHS_PER_YEAR, cumulative, axis=-1)
    return np.diff(curve(np.append(months, months[-1] + 1)), axis=-1)


def _age_contrast() -> NDArray[np.float64]:
    """Return turnover at each age over the overall rate: published under 20 and 60 and over, log-linear between, flat outside."""
    overall = published("AW0358")
    ends = np.log([published("AW0432") / overall, published("AW0323") / overall])
    return np.exp(np.interp(_months() / MONTHS_PER_YEAR, [_YOUNG_AGE, _OLD_AGE], ends))


def _quantiles(density: NDArray[np.float64]) -> NDArray[np.int16]:
    months = _months()
    levels = (np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE
    flat = np.cumsum(density.reshape(-1, density.shape[-1]), axis=1)
    rows = [months[np.searchsorted(row / row[-1], levels)] for row in flat]
    return np.array(rows, dtype=np.int16).reshape(*density.shape[:-1], TABLE_SIZE)
