"""The record of children's social care: suppressed stays unknown, England is its own row, London is counted once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from almoner.analysis import children_now
from almoner.analysis.children_measures import england_measures, measures
from almoner.analysis.children_placements import placements
from almoner.model.children.fit import fit
from almoner.model.children.project import project
from almoner.model.children.record import load_record, markers
from almoner.model.children.series import transform
from almoner.parameters import load
from almoner.reference import tables
from almoner.reference.areas import areas, resolve


def test_every_area_of_today_stands_in_one_return() -> None:
    record = load_record()
    members = [code for each in record.members for code in each]
    assert sorted(members) == sorted(area.code for area in areas())
    assert len(record.codes) == 151


def test_suppressed_and_missing_figures_are_unknown_and_never_nought() -> None:
    record = load_record()
    row, year = record.codes.index("E09000020"), record.years.index(2025)
    assert np.isnan(record.figures["in_post_fte"][row, year])
    assert markers()["E09000020", 2025, "in_post_fte"] == "x"
    table = tables.load("children_workforce").filter(pl.col("area_code").is_in(record.codes))
    for measure in ("in_post_fte", "agency_fte", "turnover_rate", "caseload"):
        empty = table.filter(pl.col(measure).is_null()).select("area_code", "year")
        for code, when in empty.iter_rows():
            assert np.isnan(record.figures[measure][record.codes.index(code), record.years.index(when)])


def test_england_is_its_own_published_row_and_not_a_sum_of_areas() -> None:
    record = load_record()
    staff = record.england["in_post_fte"][-1]
    assert staff == 36186.3
    # Kensington and Chelsea and Westminster returned nothing, so areas fall short; Inner and Outer London stand in no return.
    assert np.nansum(record.figures["in_post_fte"][:, -1]) == pytest.approx(35855.4, abs=0.05)
    assert children_now.now(resolve("England"))[0].place == staff


def test_children_of_a_pair_that_returns_together_are_added_and_its_staff_are_as_returned() -> None:
    record = load_record()
    row = record.codes.index("E09000021+E09000027")
    need = tables.load("children_need").filter((pl.col("year") == 2025) & (pl.col("measure") == "looked_after_31_march"))
    both = need.filter(pl.col("area_code").is_in(["E09000021", "E09000027"]))["value"].sum()
    assert record.figures["looked_after_31_march"][row, -1] == both
    staff = tables.load("children_workforce").filter((pl.col("area_code") == "E09000021+E09000027") & (pl.col("year") == 2025))
    assert record.figures["in_post_fte"][row, -1] == staff["in_post_fte"][0]


def test_a_former_council_counts_only_where_the_territory_is_the_same() -> None:
    record = load_record()
    north_and_west = record.codes.index("E06000061+E06000062")
    assert np.isfinite(record.figures["in_post_fte"][north_and_west, record.years.index(2018)])
    cumberland = record.codes.index("E06000063")
    assert np.isnan(record.figures["in_post_fte"][cumberland, record.years.index(2022)])


def test_a_cut_record_knows_nothing_of_later_years() -> None:
    cut = load_record().upto(2022)
    assert cut.years[-1] == 2022
    assert {values.shape[1] for values in cut.figures.values()} == {10}
    assert {len(values) for values in cut.england.values()} == {10}


def test_the_transformed_series_give_the_published_caseload_back() -> None:
    record = load_record()
    series = transform(record)
    workers = record.england["in_post_fte"] + record.england["agency_fte"]
    caseload = np.exp(series.england["workload"]) * record.england["children_in_need_31_march"] / workers
    known = np.isfinite(caseload)
    assert caseload[known] == pytest.approx(record.england["caseload"][known], rel=1e-12)


def test_a_place_without_figures_says_why_and_what_was_last_published() -> None:
    line = children_now.now(resolve("Kensington and Chelsea"))[0]
    assert (line.place, line.status, line.marker) == (None, "not published", "not available")
    assert line.last_published == (2024, 182.9)
    assert line.england == 36186.3


def test_figures_of_a_place_are_the_published_ones() -> None:
    now = {line.id: line for line in children_now.now(resolve("Wakefield"))}
    table = tables.load("children_workforce").filter((pl.col("area_code") == "E08000036") & (pl.col("year") == 2025))
    assert now["in_post_fte"].place == table["in_post_fte"][0]
    assert now["caseload"].place == table["caseload"][0]
    near = [code for code, _, _ in children_now.neighbours_of(resolve("Wakefield"))]
    assert len(near) == 10
    shown = tables.load("children_workforce").filter(pl.col("area_code").is_in(near) & (pl.col("year") == 2025))
    assert now["caseload"].neighbours == pytest.approx(float(shown["caseload"].median() or 0.0))


def test_a_region_has_its_published_row() -> None:
    table = tables.load("children_workforce").filter((pl.col("area_code") == "E12000007") & (pl.col("year") == 2025))
    now = {line.id: line for line in children_now.now(resolve("London"))}
    assert now["in_post_fte"].place == table["in_post_fte"][0] == 6153.0


def test_a_group_of_returns_is_added_only_if_every_part_is_known() -> None:
    board = resolve("NHS North West London")
    lines = {line.id: line for line in children_now.now(board)}
    assert lines["in_post_fte"].place is None
    cumbria = {line.id: line for line in children_now.now(resolve("Cumbria"))}
    record = load_record()
    parts = [record.codes.index(code) for code in ("E06000063", "E06000064")]
    assert cumbria["in_post_fte"].place == pytest.approx(record.figures["in_post_fte"][parts, -1].sum())
    assert cumbria["homes_places"].place is None


def test_placements_of_an_area_are_unknown_and_never_nought() -> None:
    lines = {line.id: line for line in placements(resolve("Wakefield"))}
    assert {line.status for line in lines.values()} <= {"unknown", "published", "not published"}
    assert all(line.children is None for line in lines.values())
    assert lines["therapeutic"].places is None


def test_a_projection_of_england_starts_from_its_own_rows() -> None:
    record = load_record()
    run = project(fit(record), 2027, [load(), load()], {"": lambda tree, code: tree})[""]
    england = england_measures(run, record)
    areas_only = measures(run, dict.fromkeys(run.codes, 1.0))
    opening = run.paths.values["staff"][:, run.paths.modelled, 0].sum(axis=1)[:, None]
    assert england["in_post_fte"] == pytest.approx(areas_only["in_post_fte"] / np.median(opening) * 36186.3, rel=1e-9)


def test_a_return_that_never_published_enough_has_no_projection() -> None:
    run = project(fit(load_record()), 2026, [load()], {"": lambda tree, code: tree}, codes=("E06000053",))[""]
    assert np.isnan(run.values).all()
