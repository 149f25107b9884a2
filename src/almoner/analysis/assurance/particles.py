"""Draws of everything that the record can inform: parameters of the tree and the sizes of the yearly surprises.

A draw is a row of uniform numbers, one a dimension: nine parameters of the shipped tree with their shipped priors, and three sizes
of surprise with the priors below. Draws are the first points of a scrambled Sobol sequence (Owen 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almoner.analysis.assurance.twin import Draws
from almoner.parameters import ParameterTree, Prior, load

Floats = NDArray[np.float64]

PATHS: Final = (
    "filling.entrants_weight",
    "filling.market_exponent",
    "filling.promotion_share",
    "filling.return_same_service",
    "filling.vacancy_exponent",
    "leaving.exit_pay_elasticity",
    "leaving.market_response",
    "leaving.mover_share",
)
"""Parameters of the tree that the record is set against; `filling.jump_off` follows from the level of recruiting."""

SURPRISES: Final[dict[str, Prior]] = {
    "surprise.entrants": Prior(distribution="lognormal", low=0.08, high=0.28, median=0.15),
    "surprise.turnover": Prior(distribution="lognormal", low=0.025, high=0.10, median=0.05),
    "surprise.posts": Prior(distribution="lognormal", low=0.006, high=0.017, median=0.01),
}
"""Standard deviations, on the log scale, of what a year brings beyond the drivers: in resident entrants at given vacancies and
market, in turnover, and in posts beyond need. Assumed; that of entrants has the shipped spread of `filling.jump_off` (0.15) as its
median, that of posts one point, that of turnover a twentieth of its level."""

NAMES: Final = (*PATHS, *SURPRISES)


@dataclass(frozen=True, slots=True)
class Particles:
    """`uniforms` [draw, dimension] in the order of `NAMES` and the values that they stand for."""

    uniforms: Floats
    values: dict[str, Floats]

    @property
    def size(self) -> int:
        """How many draws there are."""
        return int(self.uniforms.shape[0])

    @property
    def draws(self) -> Draws:
        """The parameters as the twin takes them."""
        return Draws(
            mover_share=self.values["leaving.mover_share"],
            same_service=self.values["filling.return_same_service"],
            promotion_share=self.values["filling.promotion_share"],
            vacancy_exponent=self.values["filling.vacancy_exponent"],
            market_exponent=self.values["filling.market_exponent"],
            exit_pay_elasticity=self.values["leaving.exit_pay_elasticity"],
            market_response=self.values["leaving.market_response"],
        )

    def chosen(self, index: NDArray[np.int64]) -> Particles:
        """Return some of the draws, as often as they are named."""
        return Particles(self.uniforms[index], {name: values[index] for name, values in self.values.items()})


def priors(tree: ParameterTree | None = None) -> dict[str, Prior]:
    """Return the priors of `NAMES`."""
    tree = load() if tree is None else tree
    own = {}
    for path in PATHS:
        prior = tree.parameter(path).prior
        assert prior is not None, path
        own[path] = prior
    return own | SURPRISES


def particles(count: int, seed: int = 0, fixed: dict[str, float] | None = None) -> Particles:
    """Return `count` draws from the priors, rounded up to a power of two; `fixed` puts a value in the place of a prior."""
    from scipy.stats import qmc

    power = max(int(np.ceil(np.log2(count))), 0)
    uniforms = np.clip(qmc.Sobol(len(NAMES), scramble=True, rng=seed).random_base2(power), 1e-6, 1 - 1e-6)
    return of_uniforms(uniforms, fixed)


def of_uniforms(uniforms: Floats, fixed: dict[str, float] | None = None) -> Particles:
    """Return the draws that rows of uniform numbers stand for."""
    known = priors()
    values = {name: np.array([known[name].quantile(u) for u in uniforms[:, column].tolist()]) for column, name in enumerate(NAMES)}
    for name, value in (fixed or {}).items():
        values[name] = np.full(uniforms.shape[0], value)
    return Particles(uniforms, values)
