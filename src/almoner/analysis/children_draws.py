"""The uncertain parameters of children's social care, drawn on axes of their own.

A scrambled Sobol sequence over the priors under `children.` (Owen 1995): what is uncertain in adult care takes no axis here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from almoner.parameters import ParameterTree, load

_BRANCH: Final = "children."


def drawn_trees(draws: int, seed: int = 0) -> list[ParameterTree]:
    """Return the shipped tree once a draw, with the uncertain parameters under `children.` drawn; one draw is the median."""
    tree = load()
    names = [path for path in tree.dimensions() if path.startswith(_BRANCH)]
    priors = {path: prior for path, prior in tree.priors().items() if path.startswith(_BRANCH)}
    if draws == 1:
        points = np.full((1, len(names)), 0.5)
    else:
        from scipy.stats import qmc

        power = int(np.ceil(np.log2(draws)))
        points = np.clip(qmc.Sobol(len(names), scramble=True, rng=seed).random_base2(power)[:draws], 1e-6, 1 - 1e-6)
    at = [dict(zip(names, map(float, row), strict=True)) for row in points]
    return [tree.drawn({path: prior.quantile(row[prior.together or path]) for path, prior in priors.items()}) for row in at]
