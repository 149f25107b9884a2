"""Every shipped table obeys its schema, names its sources and can be described; a wrong name gets a suggestion."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from almoner.errors import InputFileError, NotFoundError
from almoner.reference import build, sources, tables
from almoner.reference.schemas import SCHEMAS

MEGABYTE = 1_000_000


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_shipped_table_obeys_its_schema(name: str) -> None:
    assert SCHEMAS[name].is_valid(tables.load(name), cast=False)


def test_every_schema_has_a_table_and_every_table_a_schema() -> None:
    assert tables.names() == tuple(sorted(SCHEMAS))


def test_every_source_id_of_every_table_is_in_the_register() -> None:
    frames = {name: tables.load(name) for name in tables.names()}
    assert build.unknown_sources(frames) == {}
    assert all("source" in frame.columns for name, frame in frames.items() if name != "sources")


def test_every_source_of_the_register_is_used_by_a_table() -> None:
    cited = {id_ for name in tables.names() for id_ in tables.describe(name).sources}
    # The one other source served to check ages 0 to 17 of the population against a second copy.
    assert {source.id for source in sources.all_sources()} - cited == {"dfe_mye_0_17"}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_table_says_what_it_holds_and_where_it_comes_from(name: str) -> None:
    described = tables.describe(name)
    assert described.title.endswith((".", "`."))
    assert described.rows == tables.load(name).height > 0
    assert [column.name for column in described.columns] == tables.load(name).columns


def test_a_suppressed_cell_is_empty_and_keeps_its_marker() -> None:
    need = tables.load("children_need").filter(pl.col("status") == "c")
    assert need.height > 0
    assert need["value"].null_count() == need.height


def test_values_in_conflict_are_both_kept() -> None:
    conflicts = tables.load("adult_workforce").filter("conflict")
    assert conflicts.height == 29
    assert conflicts.group_by("measure", "breakdown", "area_code", "period").len().filter(pl.col("len") > 1).height > 0


def test_the_2023_codes_of_barnsley_and_sheffield_are_in_no_column_of_area_codes() -> None:
    for name in tables.names():
        frame = tables.load(name)
        if "area_code" in frame.columns:
            assert frame.filter(pl.col("area_code").is_in(["E08000016", "E08000019"])).is_empty(), name


def test_rows_of_former_and_joint_areas_say_so_in_their_level() -> None:
    current = tables.load("areas")["area_code"].implode()
    for name in tables.names():
        frame = tables.load(name)
        if "area_level" in frame.columns:
            strange = frame.filter((pl.col("area_level") == "area") != pl.col("area_code").is_in(current))
            assert strange.is_empty(), name


def test_the_map_holds_each_area_once_under_its_code_of_today() -> None:
    topology = json.loads(tables.data_folder().joinpath("areas.topo.json").read_text(encoding="utf-8"))
    shapes = [shape["properties"]["area_code"] for shape in topology["objects"]["areas"]["geometries"]]
    assert sorted(shapes) == tables.load("areas")["area_code"].sort().to_list()
    assert tables.load("tile_map")["area_code"].sort().to_list() == sorted(shapes)


def test_the_shipped_data_stay_small() -> None:
    assert sum(len(entry.read_bytes()) for entry in tables.data_folder().iterdir() if entry.is_file()) < 3 * MEGABYTE


def test_a_slip_in_a_table_or_source_name_gets_a_suggestion() -> None:
    with pytest.raises(NotFoundError, match="did you mean population"):
        tables.load("popultion")
    with pytest.raises(NotFoundError, match="ons_mye_2024"):
        sources.source("ons_mye_2O24")


def test_a_source_says_which_tables_use_it() -> None:
    assert sources.uses("ons_mye_2024") == {"population": 153 * 5}
    assert sources.source("ons_mye_2024").publisher == "ONS"
    with pytest.raises(NotFoundError):
        sources.uses("nobody")


def test_building_the_built_tables_again_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = _as_csv(tmp_path / "csv")
    build.build(folder, tmp_path / "one")
    build.build(folder, tmp_path / "two")
    for entry in tables.data_folder().iterdir():
        if entry.name.endswith((".parquet", ".json")):
            assert (tmp_path / "one" / entry.name).read_bytes() == (tmp_path / "two" / entry.name).read_bytes(), entry.name
    for name in tables.names():
        assert pl.read_parquet(tmp_path / "one" / f"{name}.parquet").equals(tables.load(name)), name


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("E06000001,2011,0-17", "E99000001,2011,0-17", "schema of population"),
        ("E06000001,2011,0-17", "E06000999,2011,0-17", "not a current area"),
        ("ons_mye_2023", "nobody_2023", "which sources.csv does not define"),
        ("area_code,year", "area,year", "lacks the column area_code"),
    ],
)
def test_a_wrong_figure_file_is_refused_before_anything_is_written(tmp_path: Path, before: str, after: str, said: str) -> None:
    folder = _as_csv(tmp_path / "csv")
    text = (folder / "population.csv").read_text(encoding="utf-8")
    assert before in text
    (folder / "population.csv").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(InputFileError, match=said):
        build.build(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_the_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="give the folder of the compiled tables"):
        build.build(tmp_path, tmp_path / "out")


def _as_csv(folder: Path) -> Path:
    """Write the shipped tables in the layout of the compiled CSV files."""
    (folder / "geography").mkdir(parents=True)
    for name in tables.names():
        frame = tables.load(name)
        if name == "tile_map":
            frame.drop("source").rename({"area_code": "area_code_2023"}).write_csv(folder / "geography/tile_map.csv")
            continue
        flags = [column for column, dtype in frame.schema.items() if dtype == pl.Boolean]
        frame.with_columns(pl.when(flag).then(pl.lit("yes")).alias(flag) for flag in flags).write_csv(folder / f"{name}.csv")
    topology = json.loads(tables.data_folder().joinpath("areas.topo.json").read_text(encoding="utf-8"))
    for shape in topology["objects"]["areas"]["geometries"]:
        new = shape["properties"]
        shape["properties"] = {
            "UTLANM": new["area_name"],
            "RGNCD": new["region_code"],
            "RGNNM": new["region_name"],
            "UTLACD": new["area_code"],
        }
    topology["objects"] = {"lad24": topology["objects"]["areas"]}
    (folder / "geography/areas.topo.json").write_text(json.dumps(topology), encoding="utf-8")
    return folder
