"""The shipped parameters keep their promises: sources exist, statuses are known, priors agree with the values they are about."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from almoner.errors import AlmonerError, InputFileError, NotFoundError
from almoner.model import clock
from almoner.parameters import Add, ParameterTree, Prior, Scale, Set, describe, load
from almoner.parameters.files import parse
from almoner.parameters.months import month_number, month_text
from almoner.reference import tables
from almoner.reference.vocabulary import ADULT_BANDS, SERVICE_IDS

STATUSES = {"published", "estimated", "calibrated", "assumed"}


def test_every_source_and_evidence_id_is_registered() -> None:
    sources = set(tables.load("sources")["id"])
    evidence = set(tables.load("evidence")["id"])
    for leaf in load().leaves.values():
        assert set(leaf.sources) <= sources, leaf.path
        assert set(leaf.evidence) <= evidence, leaf.path


def test_published_and_estimated_values_name_a_source() -> None:
    for leaf in load().leaves.values():
        for month in leaf.dates or (-1,):
            status = leaf.status_at(month)
            assert status in STATUSES, leaf.path
            assert leaf.sources or status not in {"published", "estimated"}, leaf.path


def test_assumed_values_of_the_model_say_why() -> None:
    for leaf in load().leaves.values():
        if not leaf.path.startswith("holders."):
            assert leaf.sources or leaf.evidence or leaf.note, leaf.path


def test_the_median_of_every_prior_is_the_shipped_value() -> None:
    for path, prior in load().priors().items():
        leaf = load().parameter(path)
        shipped = 1.0 if prior.of == "multiplier" else leaf.at(-1 if prior.from_month is None else prior.from_month)
        # A beta prior reproduces the two ends and takes its median from them; a share near 1 is skewed by a few hundredths.
        tolerance = 0.03 if prior.distribution == "beta" else 1e-9
        assert prior.quantile(0.5) == pytest.approx(shipped, abs=tolerance), path


def test_the_ends_of_every_prior_hold_its_level() -> None:
    for path, prior in load().priors().items():
        tail = (1 - prior.level) / 2
        # Quantiles are cut off 1e-9 from probability 0 and 1, so the corner of a triangle moves by sqrt(2e-9) = 4.5e-5 of its half.
        tolerance = 5e-5 * (prior.high - prior.low)
        assert prior.quantile(tail) == pytest.approx(prior.low, abs=tolerance), path
        assert prior.quantile(1 - tail) == pytest.approx(prior.high, abs=tolerance), path


def test_quantiles_rise_and_are_finite_everywhere() -> None:
    for path, prior in load().priors().items():
        values = [prior.quantile(u) for u in np.linspace(0, 1, 101)]
        assert all(math.isfinite(value) for value in values), path
        assert all(a < b for a, b in pairwise(values)), path


def test_published_wages_and_arrivals_are_those_of_the_reference_tables() -> None:
    wages = tables.load("pay").filter(pl.col("measure") == "national_living_wage")
    for period, value in wages.select("period", "value").iter_rows():
        assert load().at("pay.national_living_wage", month_number(period)) == value
    assert load().at("filling.arrivals", -1) == load().at("filling.base_arrivals")


def test_the_base_year_identity_adds_up() -> None:
    tree = load()
    left = tree.at("filling.base_change") + tree.at("filling.base_exits") - tree.at("filling.base_arrivals")
    assert left == tree.at("filling.entrants_base_year")


@pytest.mark.parametrize("branch", ["filling.arrivals_share", "leaving.destination", "money.payer"])
def test_shares_add_to_one(branch: str) -> None:
    assert sum(load().branch(branch).values()) == pytest.approx(1.0, abs=1e-12)


def test_ratios_whose_note_shows_the_arithmetic_are_right_to_four_places() -> None:
    for path in load().paths():
        words = load().parameter(path).note.replace(":", " ").replace(",", " ").split()
        if path.startswith("leaving.ratio.") and len(words) > 2 and words[1] == "/":
            quotient = float(words[0]) / float(words[2].rstrip("."))
            assert load().at(path) == pytest.approx(quotient, abs=5e-5), path


def test_every_service_has_an_intensity_for_every_adult_band() -> None:
    for service in SERVICE_IDS:
        assert tuple(load().branch(f"need.intensity.{service}")) == ADULT_BANDS


def test_a_dated_value_holds_from_its_month_on_and_the_first_also_before() -> None:
    tree = load()
    assert tree.at("pay.national_living_wage", month_number("2025-03")) == 11.44
    assert tree.at("pay.national_living_wage", month_number("2025-04")) == 12.21
    assert tree.at("pay.national_living_wage", month_number("1999-01")) == 7.20
    assert tree.series("pay.national_living_wage", 13).tolist() == [12.21] * 12 + [12.71]


def test_an_unknown_path_names_the_nearest_ones() -> None:
    for wrong in (lambda: load().at("pay.national_living_wag"), lambda: load().edited([Set("pay.national_living_wag", 1)])):
        with pytest.raises(NotFoundError, match=r"did you mean pay\.national_living_wage"):
            wrong()
    with pytest.raises(NotFoundError, match="leaving"):
        describe("leavin")
    with pytest.raises(NotFoundError, match=r"filling\.arrivals_share"):
        load().branch("filling.arrival_share")


def test_a_draw_sets_values_and_multiplies_paths_from_their_month_on() -> None:
    tree = load()
    drawn = tree.drawn({"filling.arrivals": 20000.0, "market.multiplier": 1.1, "pay.outside_growth": 0.5})
    assert [drawn.at("filling.arrivals", month) for month in (-1, 0, 99)] == [50000, 20000, 20000]
    assert [drawn.at("market.multiplier", month) for month in (-1, 11, 12)] == [1, 1, 1.1]
    assert drawn.at("pay.outside_growth", 24) == pytest.approx(0.5 * tree.at("pay.outside_growth", 24))
    assert tree.changes(drawn) == ["filling.arrivals", "market.multiplier", "pay.outside_growth"]


def test_the_middle_draw_is_the_shipped_tree_up_to_the_skew_of_beta_priors() -> None:
    tree = load()
    middle = tree.drawn(tree.quantiles([0.5] * len(tree.dimensions())))
    for path in middle.changes(tree):
        assert middle.parameter(path).values == pytest.approx(
            tree.parameter(path).values[-len(middle.parameter(path).values) :], abs=0.03
        )


def test_priors_that_move_together_share_their_number() -> None:
    tree = load()
    axes = tree.dimensions()
    assert "pay.national_living_wage_growth" not in axes
    uniforms = [0.5] * len(axes)
    uniforms[axes.index("pay.outside_growth")] = 0.9
    values = tree.quantiles(uniforms)
    assert values["pay.national_living_wage_growth"] == values["pay.outside_growth"] > 1.3


def test_a_draw_with_the_wrong_count_of_numbers_or_of_a_certain_parameter_is_refused() -> None:
    with pytest.raises(AlmonerError, match="parameters are uncertain"):
        load().quantiles([0.5])
    with pytest.raises(AlmonerError, match="no prior"):
        load().drawn({"money.weeks_per_year": 52})


def test_the_hash_depends_on_values_and_priors_and_not_on_words() -> None:
    def tree(text: str) -> ParameterTree:
        return ParameterTree({leaf.path: leaf for leaf in parse("a.yaml", text)})

    plain = "x: {label: X, unit: u, value: 1, status: assumed, note: n}"
    assert tree(plain).hash == tree(plain.replace("label: X", "label: Y").replace("note: n", "note: m")).hash
    assert tree(plain).hash != tree(plain.replace("value: 1", "value: 2")).hash
    assert tree(plain).hash != tree(plain[:-1] + ", prior: {distribution: normal, low: 0, high: 2}}").hash


def test_the_tree_survives_pickling_with_its_hash() -> None:
    assert pickle.loads(pickle.dumps(load())).hash == load().hash


def test_described_rows_cover_all_parameters_and_the_leaves_of_a_branch() -> None:
    assert [row["path"] for row in describe()] == list(load().paths())
    assert {row["path"] for row in describe("filling.arrivals_share")} == {f"filling.arrivals_share.{s}" for s in SERVICE_IDS}
    (row,) = describe("filling.arrivals")
    assert row["dated"] == "2022-04 80000, 2023-04 105000, 2024-04 50000, 2025-04 30000"
    assert row["value"] == 50000
    assert row["status"] == "published from 2022-04, assumed from 2025-04"


def test_described_rows_show_the_month_of_an_edit() -> None:
    (row,) = describe("filling.scale", load().edited([Scale("filling.scale", 2, from_=12)]))
    assert row["dated"] == "before 1, 2026-04 2"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x: {label: X, unit: u, status: assumed}", "value"),
        ("x: {label: X, unit: u, value: 1, status: published}", "source"),
        ("x: {label: X, unit: u, value: .nan, status: assumed}", "finite"),
        ("x: {label: X, unit: u, value: 1, status: guessed}", "status"),
        ("x: {label: X, unit: u, values: {2025-13: 1}, status: assumed}", "not a month"),
        (
            "x: {label: X, unit: u, value: 1, status: assumed, prior: {distribution: normal, low: 2, high: 1}}",
            "low < median < high",
        ),
        ("x: {label: X, unit: u, value: 1, status: assumed, colour: red}", "colour"),
        ("x: 3", "neither"),
        ("x: [", "not valid YAML"),
    ],
)
def test_a_faulty_file_is_one_sentence_that_names_file_and_place(text: str, what: str) -> None:
    with pytest.raises(InputFileError, match=what) as error:
        list(parse("broken.yaml", text))
    assert "broken.yaml" in str(error.value)


def test_amounts_that_are_not_finite_are_refused() -> None:
    for amount in (math.nan, math.inf):
        with pytest.raises(AlmonerError, match="finite"):
            Add("filling.scale", amount)
    with pytest.raises(AlmonerError, match="finite"):
        load().edited([Scale("filling.arrivals", 1e308)])


def test_months_agree_with_the_clock() -> None:
    for month in (-1200, -1, 0, 11, 12, 300):
        assert month_text(month) == clock.month_text(month)
        assert month_number(month_text(month)) == clock.month_number(month_text(month)) == month


def test_a_stretched_prior_keeps_all_three_numbers() -> None:
    prior = Prior(distribution="lognormal", low=0.4, median=0.8, high=1.3)
    assert [prior.quantile(u) for u in (0.1, 0.5, 0.9)] == pytest.approx([0.4, 0.8, 1.3], rel=1e-9)
