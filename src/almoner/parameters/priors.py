"""What is believed about an uncertain parameter, as a function from a uniform number to a value.

`low` and `high` are the ends of the central `level` interval. A normal, uniform or triangular prior is the symmetric shape on
the scale of the value, a lognormal the normal on the scale of its logarithm. Where `median` is given, each half of the shape is
stretched to its own end, so that an asymmetric judgement (0.8, between 0.4 and 1.3) keeps all three numbers. A beta prior has
the two parameters that reproduce both ends.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from almoner.errors import AlmonerError
from almoner.parameters.months import month_number

_EDGE: Final = 1e-9
_STANDARD_NORMAL: Final = NormalDist()


class Prior(BaseModel):
    """The distribution of a parameter's value, or of a number that multiplies it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    distribution: Literal["normal", "lognormal", "uniform", "triangular", "beta"]
    low: float
    high: float
    median: float | None = None
    level: float = Field(default=0.8, gt=0, le=1)
    of: Literal["value", "multiplier"] = "value"
    from_: str | None = Field(default=None, alias="from")
    together: str | None = Field(default=None, alias="with")

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        middle = self.median if self.median is not None else (self.low + self.high) / 2
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < middle < self.high):
            raise ValueError("a prior needs low < median < high")
        if self.level == 1 and self.distribution in ("normal", "lognormal", "beta"):
            raise ValueError(f"a {self.distribution} prior has no ends at level 1")
        if self.distribution == "lognormal" and self.low <= 0:
            raise ValueError("a lognormal prior needs low above 0")
        if self.distribution == "beta" and (self.median is not None or not 0 < self.low < self.high < 1):
            raise ValueError("a beta prior needs 0 < low < high < 1 and takes its median from them")
        return self

    @property
    def from_month(self) -> int | None:
        """The month from which the prior applies; None for all months."""
        return None if self.from_ is None else month_number(self.from_)

    def quantile(self, u: float) -> float:
        """Return the value below which the prior has probability `u`."""
        if not 0 <= u <= 1:
            raise AlmonerError(f"A prior is read at a probability between 0 and 1, not at {u}.")
        p = min(max(u, _EDGE), 1 - _EDGE)
        if self.distribution == "beta":
            return _beta_quantile(p, *_beta_shape(self.low, self.high, self.level))
        if self.distribution == "lognormal":
            middle = math.sqrt(self.low * self.high) if self.median is None else self.median
            return middle * math.exp(self._distance(p, math.log(self.low / middle), math.log(self.high / middle)))
        middle = (self.low + self.high) / 2 if self.median is None else self.median
        return middle + self._distance(p, self.low - middle, self.high - middle)

    def text(self) -> str:
        """Return the prior in words, for tables."""
        within = "within" if self.level == 1 else f"{self.level:.0%} within"
        what = " times the value" if self.of == "multiplier" else ""
        start = f" from {self.from_}" if self.from_ else ""
        return f"{self.distribution}, {within} {self.low:g} to {self.high:g}{what}{start}"

    def _distance(self, p: float, low: float, high: float) -> float:
        """Return how far the quantile lies from the median, where the ends lie at `low` (negative) and `high`."""
        share = _shape(self.distribution, p) / _shape(self.distribution, (1 + self.level) / 2)
        return share * (high if share >= 0 else -low)


def _shape(distribution: str, p: float) -> float:
    """Return the quantile of the symmetric standard shape, 0 at the median."""
    if distribution == "uniform":
        return 2 * p - 1
    if distribution == "triangular":
        return math.copysign(1 - math.sqrt(2 * min(p, 1 - p)), p - 0.5)
    return _STANDARD_NORMAL.inv_cdf(p)


@lru_cache
def _beta_shape(low: float, high: float, level: float) -> tuple[float, float]:
    from scipy.optimize import root
    from scipy.special import betainc

    tail = (1 - level) / 2

    def miss(logs: tuple[float, float]) -> list[float]:
        a, b = math.exp(logs[0]), math.exp(logs[1])
        return [float(betainc(a, b, low)) - tail, float(betainc(a, b, high)) - (1 - tail)]

    mean, spread = (low + high) / 2, (high - low) / (2 * _STANDARD_NORMAL.inv_cdf(1 - tail))
    size = max(mean * (1 - mean) / spread**2 - 1, 0.5)
    found = root(miss, [math.log(mean * size), math.log((1 - mean) * size)], tol=1e-12)
    if not found.success:
        raise AlmonerError(f"No beta distribution has {level:.0%} of its weight between {low} and {high}.")
    return math.exp(found.x[0]), math.exp(found.x[1])


def _beta_quantile(p: float, a: float, b: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(a, b, p))
