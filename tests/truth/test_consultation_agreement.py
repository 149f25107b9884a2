"""Agreement statistics against printed examples and independent packages."""

from __future__ import annotations

import random

import numpy as np
import pytest

from almoner.voices.consultation.agreement import cohen_kappa, jaccard, krippendorff_alpha, masi

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four coders, twelve units, codes missing.
KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def test_alpha_of_the_printed_example_is_the_printed_one() -> None:
    units = list(zip(*KRIPPENDORFF, strict=True))
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.0005)  # printed with three digits


def test_kappa_of_the_printed_example_is_the_printed_one() -> None:
    # Cohen 1960 in the form of Fleiss, Statistical Methods for Rates and Proportions: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no.
    one = ["yes"] * 25 + ["no"] * 25
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(one, other) == pytest.approx(0.4)


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    chance = random.Random(1)
    for _ in range(20):
        one, other = ([chance.choice("abcd") for _ in range(40)] for _ in range(2))
        assert cohen_kappa(one, other) == pytest.approx(metrics.cohen_kappa_score(one, other), abs=1e-12)


def test_alpha_is_that_of_the_krippendorff_package() -> None:
    package = pytest.importorskip("krippendorff", reason="the package to compare with is not installed")
    chance = random.Random(2)
    for _ in range(20):
        data = [[chance.choice([0, 1, 2, None]) for _ in range(30)] for _ in range(3)]
        theirs = package.alpha(
            np.array([[np.nan if code is None else float(code) for code in row] for row in data]), level_of_measurement="nominal"
        )
        assert krippendorff_alpha(list(zip(*data, strict=True))) == pytest.approx(theirs, abs=1e-9)


def test_the_distance_of_sets_is_that_of_passonneau() -> None:
    # LREC 2006: equal 0; one within the other 1 - J x 2/3; overlapping 1 - J x 1/3; apart 1.
    assert masi(frozenset("ab"), frozenset("ab")) == 0
    assert masi(frozenset("a"), frozenset("ab")) == pytest.approx(1 - 0.5 * 2 / 3)
    assert masi(frozenset("ab"), frozenset("bc")) == pytest.approx(1 - (1 / 3) * (1 / 3))
    assert masi(frozenset("a"), frozenset("b")) == 1
    assert masi(frozenset(), frozenset("a")) == 1
    assert jaccard(frozenset("ab"), frozenset("bc")) == pytest.approx(2 / 3)


def test_alpha_over_single_sets_is_nominal_alpha() -> None:
    units = list(zip(*KRIPPENDORFF, strict=True))
    sets = [tuple(None if code is None else frozenset([code]) for code in unit) for unit in units]
    assert krippendorff_alpha(sets, "masi") == pytest.approx(krippendorff_alpha(units))


def test_alpha_is_none_when_there_is_nothing_to_compare() -> None:
    assert krippendorff_alpha([(1, None), (None, 2)]) is None
    assert krippendorff_alpha([(1, 1), (1, 1)]) is None
    with pytest.raises(ValueError, match="same units"):
        cohen_kappa([1], [1, 2])
