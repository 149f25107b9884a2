"""Sobol indices and elementary effects on functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.analysis.measures import MEASURES
from almoner.analysis.sensitivity import MOST, screen, sensitivity, sobol
from almoner.errors import AlmonerError
from almoner.reference.areas import resolve
from almoner.study.design import Study
from almoner.study.scenario import load_scenario

pytest.importorskip("SALib")

A, B = 7.0, 0.1


def ishigami(uniform: np.ndarray) -> np.ndarray:
    """Ishigami and Homma 1990, on (-pi, pi) in each of three dimensions."""
    x = -np.pi + 2 * np.pi * uniform
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_the_indices_of_ishigami_are_the_known_ones() -> None:
    """Closed forms; the confidence is the 95% half-width, so twice it is missed once in some 10,000."""
    variance = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
    first = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0]) / variance
    third = B**2 * np.pi**8 * (1 / 18 - 1 / 50) / variance
    total = first + np.array([third, 0.0, third])
    indices, spread = sobol(ishigami, 3, 1024, 0)
    # The variance of 5,120 design rows has a relative standard error of about sqrt(2 / 5120) = 2%.
    assert spread == pytest.approx(variance, rel=0.08)
    for index, own, all_ in zip(indices, first, total, strict=True):
        assert abs(index.first - own) <= 2 * index.first_confidence
        assert abs(index.total - all_) <= 2 * index.total_confidence


def test_screening_puts_what_moves_nothing_last_at_nothing() -> None:
    def of_two(uniform: np.ndarray) -> np.ndarray:
        return 5.0 * uniform[:, 1] + uniform[:, 3] ** 2

    influence = screen(of_two, 6, 0)
    assert list(np.argsort(-influence)[:2]) == [1, 3]
    assert np.all(influence[[0, 2, 4, 5]] == 0.0)
    # A straight line's elementary effects are its slope times the width of the range that is screened.
    assert influence[1] == pytest.approx(5.0 * 0.9, rel=1e-6)


def test_a_function_of_nothing_has_no_indices() -> None:
    indices, spread = sobol(lambda uniform: np.ones(len(uniform)), 2, 16, 0)
    assert spread == 0.0
    assert all(index.total == 0.0 for index in indices)


def test_an_area_is_weighed_with_what_was_left_out_said() -> None:
    study = Study(resolve("Rutland"), (load_scenario("do-nothing"),), 1, 2027)
    found = sensitivity(study, MEASURES["vacancy_rate"], 8)
    assert 1 <= len(found.unknowns) <= MOST
    assert len(found.screened_out) == found.screened - len(found.unknowns)
    assert not any(one.path.startswith("policy.") for one in found.unknowns)
    assert sum(found.screened_out.values()) < 0.5
    assert found.runs > 0


@pytest.mark.parametrize("samples", [7, 12, 0])
def test_samples_that_are_no_power_of_two_are_refused_in_a_sentence(samples: int) -> None:
    study = Study(resolve("Rutland"), (load_scenario("do-nothing"),), 1, 2027)
    with pytest.raises(AlmonerError, match="power of two"):
        sensitivity(study, MEASURES["vacancy_rate"], samples)
