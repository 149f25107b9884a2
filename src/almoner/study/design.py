"""The design of a study: which places, scenarios, draws and horizon, and the name that its result will have.

Parameter draws are the first points of a scrambled Sobol sequence over the priors (Owen 1995), one axis a parameter; those that
calibration is about come together from the shipped posterior in its place, unless a study asks for the priors alone. Draw and
replicate are separate axes: a point is a draw and a replicate of chance under it, and no two points share their luck.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from almoner.errors import InputFileError, NotFoundError, OutOfRangeError
from almoner.model.clock import EPOCH_YEAR, months_to_march
from almoner.parameters import ParameterTree, load
from almoner.readers.own_figures import OwnFigures, read_own_figures
from almoner.reference.areas import Area
from almoner.reference.tables import data_hash
from almoner.study.posterior import posterior_draws, posterior_hash
from almoner.study.scenario import Scenario
from almoner.version import VERSION, code_hash

LAST_YEAR: Final = 2046
"""Population projections end in the middle of 2047, so the last full year ends in March 2047; one year is kept in hand."""

ELSEWHERE: Final = ("children.", "discharge.")
"""Branches of parameters that runs of the adult workforce never read."""

FAN_DRAWS: Final = 30
"""With fewer draws than this a band is the minimum and maximum, never an interval."""


USUAL_DRAWS: Final = 32
"""A power of two, at which a Sobol sequence is balanced; half as many for all of England, where a run takes minutes."""

MANY_AREAS: Final = 50

DrawsFrom = Literal["posterior", "prior"]
"""Where draws of the calibrated parameters come from; all others come from their priors."""


@dataclass(frozen=True)
class Study:
    """A place, the scenarios to run for it (the first is the one that others are compared with), and the draws."""

    place: Area
    scenarios: tuple[Scenario, ...]
    draws: int
    to_year: int
    seed: int = 0
    replicates: int = 1
    own: OwnFigures | None = None
    draws_from: DrawsFrom = "posterior"

    def __post_init__(self) -> None:
        if not EPOCH_YEAR < self.to_year <= LAST_YEAR:
            raise OutOfRangeError(
                f"--to {self.to_year} is outside the data: population is projected to 2047, "
                f"so a plan ends between {EPOCH_YEAR + 1} and {LAST_YEAR}."
            )
        for option, count in (("--draws", self.draws), ("--replicates", self.replicates)):
            if count < 1:
                raise OutOfRangeError(f"{option} {count} is too few: ask for at least 1.")

    def with_scenarios(self, scenarios: tuple[Scenario, ...]) -> Study:
        """Return the same study of other scenarios."""
        return replace(self, scenarios=scenarios)

    @property
    def points(self) -> int:
        """Draws times the replicates of each."""
        return self.draws * self.replicates

    @property
    def months(self) -> int:
        """Months from the opening to 31 March of the last year."""
        return months_to_march(self.to_year)

    @property
    def years(self) -> tuple[int, ...]:
        """Years whose 31 March is reported, the opening first."""
        return tuple(range(EPOCH_YEAR, self.to_year + 1))

    @property
    def manifest(self) -> dict[str, str]:
        """Everything that determines the result."""
        return {
            "almoner_version": VERSION,
            "code": code_hash(),
            "area": self.place.code,
            "members": json.dumps(self.place.members),
            "scenarios": json.dumps({scenario.id: scenario.hash for scenario in self.scenarios}),
            "parameters": load().hash,
            "data": data_hash(),
            "draws": str(self.draws),
            "to_year": str(self.to_year),
            "seed": str(self.seed),
            "replicates": str(self.replicates),
            "own_figures": self.own.hash if self.own else "",
            "draws_from": self.draws_from,
            "posterior": posterior_of(self.draws_from),
        }

    @property
    def command(self) -> str:
        """The command that makes the same plan again."""
        scenarios = "".join(f" --scenario {scenario.id}" for scenario in self.scenarios[1:])
        own = f" --own {self.own.name}" if self.own else ""
        origin = "" if self.draws_from == "posterior" else f" --draws-from {self.draws_from}"
        return f"almoner plan {self.place.code} --to {self.to_year} --draws {self.draws} --seed {self.seed}{origin}{scenarios}{own}"

    @property
    def run_id(self) -> str:
        """The first 16 hexadecimal digits of the hash of the manifest."""
        return hashlib.sha256(json.dumps(self.manifest, sort_keys=True).encode()).hexdigest()[:16]


def own_figures(path: str | Path | None, place: Area) -> OwnFigures | None:
    """Read the own figures of a place, if a file is given; a file that says nothing about the place is refused."""
    own = None if path is None else read_own_figures(path)
    if own and not set(own.areas) & set(place.area_codes):
        raise InputFileError(f"{path} has no row about {place.name}: give a file with its figures, or leave it out.")
    return own


def default_draws(place: Area) -> int:
    """Return draws enough for an 80% interval, and half as many for England."""
    return USUAL_DRAWS if len(place.members) < MANY_AREAS else USUAL_DRAWS // 2


def origin_of_draws(name: str) -> DrawsFrom:
    """Return the origin of draws called `name`, or raise `NotFoundError` with the nearest."""
    for origin in get_args(DrawsFrom):
        if name == origin:
            return origin  # type: ignore[no-any-return]
    raise NotFoundError("origin of draws", name, get_args(DrawsFrom))


def posterior_of(draws_from: DrawsFrom) -> str:
    """Return the hash of the posterior that draws come from, or nothing where they come from the priors alone."""
    return posterior_hash() if draws_from == "posterior" else ""


def parameter_draws(
    tree: ParameterTree, draws: int, seed: int, draws_from: DrawsFrom = "posterior", without: tuple[str, ...] = ELSEWHERE
) -> NDArray[np.float64]:
    """Return uniform numbers [draw, dimension] for `ParameterTree.quantiles`.

    A single draw is the median of every parameter, posterior or prior. Parameters of the branches `without` stand at theirs: they
    take no axis here.
    """
    uniforms = _prior_draws(tree, draws, seed, without)
    if draws_from == "posterior":
        paths, calibrated = posterior_draws(tree, draws, seed)
        axes = tree.dimensions()
        uniforms[:, [axes.index(path) for path in paths]] = calibrated
    return uniforms


def _prior_draws(tree: ParameterTree, draws: int, seed: int, without: tuple[str, ...]) -> NDArray[np.float64]:
    axes = tree.dimensions()
    uniforms = np.full((draws, len(axes)), 0.5)
    if draws == 1:
        return uniforms
    from scipy.stats import qmc

    drawn = [k for k, path in enumerate(axes) if not path.startswith(without)]
    power = int(np.ceil(np.log2(draws)))
    points = qmc.Sobol(len(drawn), scramble=True, rng=seed).random_base2(power)[:draws]
    uniforms[:, drawn] = np.clip(points, 1e-6, 1 - 1e-6)
    return uniforms
