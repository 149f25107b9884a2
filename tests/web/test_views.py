"""What pages are made of: maps, previews, links to origins, and the front-end files that ship."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

from almoner.analysis.compare import comparison, measures_named
from almoner.errors import NotFoundError, OutOfRangeError
from almoner.reference import tables
from almoner.reference.areas import areas, resolve
from almoner.study.design import Study
from almoner.study.run import run_study
from almoner.study.scenario import load_scenario
from almoner.web import assets
from almoner.web.views import filters, maps, places, trial

TEMPLATES = assets.WEB / "templates"


def test_both_maps_show_every_area_once() -> None:
    codes = sorted(area.code for area in areas())
    for kind in ("tiles", "map"):
        shown = maps.map_view("turnover", None, kind)
        assert sorted(shape.code for shape in shown.shapes) == codes
    corners = {(shape.x, shape.y) for shape in maps.map_view("turnover", None, "tiles").shapes}
    assert len(corners) == len(codes)


def test_the_tile_map_keeps_north_up_and_most_neighbours_near() -> None:
    tiles = {shape.code: np.array([shape.x, shape.y]) / maps.TILE for shape in maps.map_view("turnover", None, "tiles").shapes}
    at = {name: tiles[resolve(name).code] for name in ("Northumberland", "Cornwall", "Kent", "Wakefield", "Cumberland", "Norfolk")}
    assert at["Northumberland"][1] < at["Wakefield"][1] < at["Cornwall"][1]
    assert at["Cornwall"][0] < at["Kent"][0]
    assert at["Cumberland"][0] < at["Norfolk"][0]
    neighbours = _neighbours()
    steps = [np.abs(tiles[one] - tiles[other]).max() for one, other in neighbours]
    # London has more tiles than its ground has room for and pushes apart what lies around it; most neighbours nearly touch.
    assert np.mean([step <= 2 for step in steps]) > 0.6


def _neighbours() -> list[tuple[str, str]]:
    """Return pairs of areas that share an arc of their outlines."""
    topology = json.loads((tables.data_folder() / "areas.topo.json").read_text(encoding="utf-8"))
    owners: dict[int, set[str]] = {}
    for shape in topology["objects"]["areas"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        for arc in (arc for polygon in polygons for ring in polygon for arc in ring):
            owners.setdefault(arc if arc >= 0 else ~arc, set()).add(shape["properties"]["area_code"])
    return sorted({tuple(sorted(pair)) for pair in owners.values() if len(pair) == 2})


def test_an_area_without_a_figure_is_said_so_and_never_drawn_as_none() -> None:
    shown = maps.map_view("turnover", 2025, "tiles")
    values = shown.measure.values(2025)
    missing = {code for code, value in values.items() if value is None}
    assert missing
    assert all((shape.level == 0) == (shape.code in missing) for shape in shown.shapes)
    assert all(shape.said == "not published" for shape in shown.shapes if shape.level == 0)
    assert f"{len(missing)} of 153 areas have no figure" in shown.finding


def test_a_measure_or_year_that_there_is_not_is_one_sentence() -> None:
    with pytest.raises(NotFoundError, match="turnover"):
        maps.map_view("turnove", None, "tiles")
    with pytest.raises(OutOfRangeError, match="choose a year from"):
        maps.map_view("turnover", 1999, "tiles")


def test_every_place_is_offered_and_slips_are_mended() -> None:
    offered = [line.code for group in places.groups() for line in group.places]
    assert len(offered) == len(set(offered)) == 153 + 42 + 9 + 1
    assert places.suggestions("wakef")[0].name == "Wakefield"
    assert "Wakefield" in {line.name for line in places.suggestions("wakefeild")}
    assert places.meant("nowhere at all")[0] is None


def test_a_preview_is_what_a_run_of_the_same_draws_says() -> None:
    place, scenario = resolve("wakefield"), load_scenario("fair-pay")
    shown, _ = trial.previewed(place, scenario, 2030)
    study = Study(place, (load_scenario("do-nothing"), scenario), trial.PREVIEW_DRAWS, 2030)
    whole = comparison(run_study(study), measures_named([row.measure for row in shown.rows[:1]]))
    assert [row for row in shown.rows if row.measure == whole.rows[0].measure] == list(whole.rows)


def test_words_lead_to_their_sources_evidence_and_run_and_nothing_else_becomes_a_link() -> None:
    said = str(filters.origins("Skills <for> it (ascof_2025), E01 & care_worker, E999. Run 0123456789abcdef."))
    assert said == (
        'Skills &lt;for&gt; it (<a href="/sources/ascof_2025">ascof_2025</a>), <a href="/evidence/E01">E01</a> &amp; care_worker, '
        'E999. Run <a href="#made">0123456789abcdef</a>.'
    )


def test_front_end_files_are_those_of_the_manifest_with_their_licences() -> None:
    manifest = json.loads((assets.VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))
    names = set(manifest["files"])
    assert names == {*assets.COPIED, assets.STYLES}
    for name, about in manifest["files"].items():
        assert hashlib.sha256((assets.VENDOR / name).read_bytes()).hexdigest() == about["sha256"]
        assert about["version"] == assets.LIBRARIES[about["library"]]
        assert "ermission" in (assets.VENDOR / about["licence_file"]).read_text(encoding="utf-8") or "Redistribution" in (
            assets.VENDOR / about["licence_file"]
        ).read_text(encoding="utf-8")
    styles = (assets.VENDOR / assets.STYLES).read_text(encoding="utf-8")
    assert "url(" not in styles
    assert "GDS Transport" not in styles


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.jinja")), ids=lambda path: path.name)
def test_no_template_holds_code_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
