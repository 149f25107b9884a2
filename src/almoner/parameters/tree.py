"""The tree of parameters: dated values with their origin, read by path, changed only into a new tree.

A study takes the shipped tree, sets its uncertain parameters to one draw (`drawn`), then does the edits of a scenario
(`edited`); in that order, so that a policy acts on what was drawn. The hash covers values and priors, not labels or notes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from almoner.errors import AlmonerError, NotFoundError
from almoner.parameters.edits import Edit, Scale, Set, matching
from almoner.parameters.months import month_number
from almoner.parameters.priors import Prior
from almoner.parameters.steps import Steps, canonical, changed, value_at, values_in, values_over

BASE_MONTH = -1
"""March 2025, the month of the opening stock."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what it is, its values by month, and where they come from."""

    path: str
    label: str
    unit: str
    steps: Steps
    status: str | Mapping[str, str]
    sources: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    prior: Prior | None = None
    note: str = ""
    period: str = ""

    @property
    def dates(self) -> tuple[int, ...]:
        """The months from which its values hold; none for a value without a date."""
        return self.steps.months if self.steps.is_dated else ()

    @property
    def values(self) -> tuple[float, ...]:
        """Its values in the order of their dates."""
        return self.steps.values

    def at(self, month: int = BASE_MONTH) -> float:
        """Return the value that holds in `month`."""
        return value_at(self.steps, month)

    def over(self, months: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the values that hold in `months`."""
        return values_in(self.steps, months)

    def with_steps(self, steps: Steps) -> Parameter:
        """Return the parameter with other values."""
        # `dataclasses.replace` takes five times as long, and a run makes some four hundred of them.
        return Parameter(
            self.path,
            self.label,
            self.unit,
            steps,
            self.status,
            self.sources,
            self.evidence,
            self.prior,
            self.note,
            self.period,
        )

    def status_at(self, month: int = BASE_MONTH) -> str:
        """Return whether the value in `month` is published, estimated, calibrated or assumed."""
        if isinstance(self.status, str):
            return self.status
        dated = sorted((month_number(text), status) for text, status in self.status.items())
        return next((status for start, status in reversed(dated) if start <= month), dated[0][1])


@dataclass(frozen=True)
class ParameterTree:
    """All parameters by path."""

    leaves: Mapping[str, Parameter] = field(repr=False)

    def paths(self) -> tuple[str, ...]:
        """Return the paths of all parameters, in the order of the files."""
        return tuple(self.leaves)

    def parameter(self, path: str) -> Parameter:
        """Return the parameter at `path`."""
        try:
            return self.leaves[path]
        except KeyError:
            raise NotFoundError("parameter", path, self.leaves) from None

    def at(self, path: str, month: int = BASE_MONTH) -> float:
        """Return the value of a parameter in a month (-1 = March 2025, the base)."""
        return self.parameter(path).at(month)

    def series(self, path: str, months: int) -> NDArray[np.float64]:
        """Return the values of a parameter in months 0 to `months` - 1."""
        return values_over(self.parameter(path).steps, months)

    def branch(self, prefix: str) -> dict[str, float]:
        """Return the base values of the parameters directly under `prefix`, by their last name."""
        found = {path.rpartition(".")[2]: leaf.at() for path, leaf in self.leaves.items() if path.rpartition(".")[0] == prefix}
        if not found:
            raise NotFoundError("branch of parameters", prefix, dict.fromkeys(path.rpartition(".")[0] for path in self.leaves))
        return found

    def edited(self, edits: Iterable[Edit]) -> ParameterTree:
        """Return the tree with `edits` done one after the other."""
        done: dict[str, Steps] = {}
        for edit in edits:
            for path in (edit.path,) if edit.path in self.leaves else matching(edit.path, self.paths()):
                done[path] = _edited(path, done.get(path) or self.leaves[path].steps, edit)
        return self._with(done)

    def priors(self) -> dict[str, Prior]:
        """Return the priors of the uncertain parameters by path, in the order of the paths' letters."""
        return {path: prior for path in sorted(self.leaves) if (prior := self.leaves[path].prior) is not None}

    def dimensions(self) -> tuple[str, ...]:
        """Return the paths whose uncertainty is drawn on its own; the others move together with one of these."""
        return tuple(path for path, prior in self.priors().items() if prior.together is None)

    def quantiles(self, uniforms: Sequence[float] | NDArray[np.float64]) -> dict[str, float]:
        """Return a value for each uncertain parameter from one uniform number for each of `dimensions()`, in that order."""
        axes = self.dimensions()
        if len(uniforms) != len(axes):
            raise AlmonerError(f"{len(axes)} parameters are uncertain, so a draw needs {len(axes)} numbers, not {len(uniforms)}.")
        at = dict(zip(axes, map(float, uniforms), strict=True))
        return {path: prior.quantile(at[prior.together or path]) for path, prior in self.priors().items()}

    def drawn(self, values: Mapping[str, float]) -> ParameterTree:
        """Return the tree with uncertain parameters at `values`: put in place of, or multiplying, what the prior is of."""
        done: dict[str, Steps] = {}
        for path, value in values.items():
            leaf = self.parameter(path)
            if leaf.prior is None:
                raise AlmonerError(f"The parameter '{path}' has no prior and cannot be drawn: edit it instead.")
            kind = Set if leaf.prior.of == "value" else Scale
            done[path] = _edited(path, leaf.steps, kind(path, value, from_=leaf.prior.from_month))
        return self._with(done)

    def _with(self, steps: Mapping[str, Steps]) -> ParameterTree:
        """Return the tree with other values of some parameters: each of them is made once, however many edits it had."""
        leaves = dict(self.leaves)
        for path, own in steps.items():
            leaves[path] = leaves[path].with_steps(own)
        return ParameterTree(leaves)

    def changes(self, other: ParameterTree) -> list[str]:
        """Return the paths whose values or priors differ from `other`, and those that only one of the two has."""
        pairs = {path: (self.leaves.get(path), other.leaves.get(path)) for path in (*self.leaves, *other.leaves)}
        return [path for path, (own, its) in pairs.items() if own is not its and _content(own) != _content(its)]

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of all values and priors: two trees that give the same results have the same hash."""
        content = {path: _content(self.leaves[path]) for path in sorted(self.leaves)}
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def _edited(path: str, steps: Steps, edit: Edit) -> Steps:
    done = changed(steps, edit.applied, edit.from_, edit.until)
    if not all(map(math.isfinite, done.values)):
        raise AlmonerError(f"The edit of '{path}' by {edit.amount:g} gives a number that is not finite.")
    return done


def _content(leaf: Parameter | None) -> list[object] | None:
    if leaf is None:
        return None
    prior = None if leaf.prior is None else leaf.prior.model_dump(mode="json", by_alias=True)
    return [canonical(leaf.steps), prior]
