"""The coming years as the record leads one to expect them, drawn many times: what happens to each return if nothing changes.

In: a `Fit`, residents under 18 to come, and the draws. Out: `Paths`, arrays [draw, return, year] from the year of the fit on, whose
first year is what was published. Returns share England's course in each draw and have surprises of their own, correlated between
series as the record shows; stocks are scaled so that in every draw the returns together follow England.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from almoner.model.children.fit import POOLED, RATES, Fit
from almoner.model.children.luck import ChildrenDecision, normals
from almoner.model.children.nation import rate_course
from almoner.model.children.panel import ahead
from almoner.model.children.record import Array
from almoner.model.children.series import AGENCY, CHILDREN_PROCESSES, LEAVING, PROCESSES, STAFF, VACANCY

_GROUPS: Final = 16
"""Numbers kept for each return in a key: one a series."""
_POSTS: Final = 900
_COVER: Final = 901
_MEANS: Final = 1000
_LIMITS: Final = {VACANCY: (0.0, 0.6), LEAVING: (0.02, 0.6)}


@dataclass(frozen=True)
class Beliefs:
    """What is believed about England's rates and trends in each draw: shares that stay from one year to the next, [draw]."""

    rates_stay: Array
    growth_kept: Array


@dataclass(frozen=True)
class Paths:
    """Expected stocks and rates [draw, return, year] by series, year 0 being the last published; `cover` is [draw, year].

    `staff` is FTE in post; `need`, `plans` and `care` are children; the rest are as in `series`. `estimated[name]` marks returns
    whose first value was not published and is the best forecast of it; `modelled` the returns that can be carried forward.
    """

    year: int
    values: Mapping[str, Array]
    cover: Array
    estimated: Mapping[str, Array]
    modelled: Array


def draw_paths(fit: Fit, children: Array, beliefs: Beliefs, seed: int, first_draw: int = 0) -> Paths:
    """Draw the coming years; `children` [return, year] are residents under 18 in the year of the fit and after."""
    draws, horizons = len(beliefs.rates_stay), children.shape[1] - 1
    modelled = _modelled(fit)
    opening, estimated = _opening(fit)
    national = _national(fit, beliefs, horizons, seed, first_draw)
    shocks = _surprises(fit, draws, horizons, seed, first_draw)
    apart = {}
    for name in POOLED:
        found = fit.ahead(name, horizons)
        coming = found.mean[None] + np.einsum("ahk,dak->dah", found.factor, shocks[name])
        apart[name] = np.concatenate([np.broadcast_to(opening[name][None, :, None], (draws, len(modelled), 1)), coming], axis=2)
    change = fit.pull * apart[VACANCY][:, :, :-1] + fit.staff_surprise[None, :, None] * shocks[STAFF]
    start = np.broadcast_to(opening[STAFF][None, :, None], (draws, len(modelled), 1))
    apart[STAFF] = np.concatenate([start, start + np.cumsum(change, axis=2)], axis=2)
    values = {}
    for name in PROCESSES:
        low, high = _LIMITS.get(name, (-np.inf, np.inf))
        values[name] = np.clip(fit.mean[name] + national[name][:, None, :] + apart[name], low, high)
    growth = children / children[:, :1]
    for name in (STAFF, *CHILDREN_PROCESSES):
        levels = np.exp(values[name])
        if name != STAFF:
            levels = levels * children[None]
        whole = children[modelled].sum(axis=0) / children[modelled, :1].sum() if name != STAFF else np.ones(growth.shape[1])
        values[name] = _raked(levels, modelled, np.exp(national[name]) * whole)
    return Paths(fit.year, values, national["cover"], estimated, modelled)


def _modelled(fit: Fit) -> Array:
    """Return which returns have ever had social workers, children in need and looked-after children published."""
    return np.asarray(
        np.isfinite(fit.deviation[STAFF]).any(axis=1)
        & np.isfinite(fit.deviation["need"]).any(axis=1)
        & np.isfinite(fit.deviation["care"]).any(axis=1)
    )


def _opening(fit: Fit) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return each series' deviation in the year of the fit, and where it is a forecast because nothing was published."""
    opening, estimated = {}, {}
    for name in PROCESSES:
        known = fit.deviation[name]
        estimated[name] = ~np.isfinite(known[:, -1])
        if name == STAFF:
            filled = np.array([_last_known(row) for row in known])
        else:
            filled = ahead(fit.pooled[name], known[:, :-1], 1).mean[:, 0]
        opening[name] = np.where(estimated[name], filled, known[:, -1])
    return opening, estimated


def _last_known(row: Array) -> float:
    known = row[np.isfinite(row)]
    return float(known[-1]) if known.size else 0.0


def _national(fit: Fit, beliefs: Beliefs, horizons: int, seed: int, first_draw: int) -> dict[str, Array]:
    """Return England's change of each series since the year of the fit, [draw, year] with year 0 nought; cover as its level."""
    draws = len(beliefs.rates_stay)
    number = {name: i for i, name in enumerate(PROCESSES)}

    def shocks(group: int) -> Array:
        drawn = [
            [_one(seed, first_draw + draw, ChildrenDecision.NATION, year + 1, group) for year in range(horizons)]
            for draw in range(draws)
        ]
        return np.array(drawn).reshape(draws, horizons)

    def tendency(group: int) -> Array:
        return np.array([_one(seed, first_draw + draw, ChildrenDecision.NATION, 0, _MEANS + group) for draw in range(draws)])

    found: dict[str, Array] = {}
    for name in RATES:
        if name == AGENCY:
            found[name] = np.zeros((draws, horizons + 1))
            continue
        course = fit.courses[name]
        path = course.reverting(beliefs.rates_stay, tendency(number[name]), shocks(number[name]))
        found[name] = _from_start(path - course.last)
    for name in CHILDREN_PROCESSES:
        course = fit.courses[name]
        path = course.growing(beliefs.growth_kept, tendency(number[name]), shocks(number[name]))
        found[name] = _from_start(path - course.last)
    posts = fit.posts_course
    filled = np.log1p(-np.clip(fit.courses[VACANCY].last + found[VACANCY], 0.0, 0.6))
    growth = _from_start(posts.growing(beliefs.growth_kept, tendency(_POSTS), shocks(_POSTS)) - posts.last)
    found[STAFF] = growth + filled - filled[:, :1]
    cover = rate_course(fit.series.cover, float(np.median(beliefs.rates_stay)))
    found["cover"] = cover.last + _from_start(cover.reverting(beliefs.rates_stay, tendency(_COVER), shocks(_COVER)) - cover.last)
    return found


def _from_start(path: Array) -> Array:
    return np.concatenate([np.zeros((len(path), 1)), path], axis=1)


def _one(seed: int, draw: int, decision: ChildrenDecision, year: int, group: int) -> float:
    return float(normals(seed, draw, decision, year, np.array([group]))[0])


def _surprises(fit: Fit, draws: int, horizons: int, seed: int, first_draw: int) -> dict[str, Array]:
    """Return standard normal surprises by series, [draw, return, year], correlated between series."""
    returns, count = len(fit.record.codes), len(PROCESSES)
    groups = (np.arange(returns)[:, None] * _GROUPS + np.arange(count)).ravel()
    root = np.linalg.cholesky(fit.correlation)
    drawn = np.empty((draws, returns, horizons, count))
    for draw in range(draws):
        for year in range(horizons):
            plain = normals(seed, first_draw + draw, ChildrenDecision.PATH, year + 1, groups).reshape(returns, count)
            drawn[draw, :, year] = plain @ root.T
    return {name: drawn[..., i] for i, name in enumerate(PROCESSES)}


def _raked(levels: Array, modelled: Array, growth: Array) -> Array:
    """Return stocks scaled in each draw and year so that the modelled returns together grow as England does."""
    together = levels[:, modelled].sum(axis=1)
    wanted = together[:, :1] * growth
    scaled = levels * (wanted / together)[:, None, :]
    return np.where(modelled[None, :, None], scaled, np.nan)
