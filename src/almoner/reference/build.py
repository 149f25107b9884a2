"""Turn the compiled CSV files into the typed Parquet tables that the package ships (`python3 dev.py reference --from DIR`).

In: a folder with one CSV a table and `geography/`. Out: one Parquet file a table and `areas.topo.json`, all on current area codes.
Tables of our own judgement are read from `own/` beside this file. Nothing is written unless every table obeys its schema and every
source id is defined. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import dataframely as dy
import polars as pl

from almoner.errors import InputFileError, OutputError
from almoner.reference.schemas import SCHEMAS

TILE_SOURCE = "own_codes"
OWN = Path(__file__).parent / "own"
"""Tables that are our own judgement: kept as CSV in the package, where each row can be read and argued with."""


def build(source: Path, target: Path) -> dict[str, pl.DataFrame]:
    """Read every CSV of `source`, check it and write it to `target`; returns the tables by name."""
    recodes = _recodes(source)
    frames = {name: _table(source, name, schema, recodes) for name, schema in SCHEMAS.items()}
    _check_sources(frames)
    _check_areas(frames)
    topology = _topology(source, recodes)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            frame.write_parquet(target / f"{name}.parquet", compression="zstd", compression_level=19, statistics=False)
        (target / "areas.topo.json").write_text(topology, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The reference tables cannot be written to {target}: {error.strerror}.") from error
    return frames


def unknown_sources(frames: dict[str, pl.DataFrame]) -> dict[str, list[str]]:
    """Return by table the source ids that the sources table does not define."""
    known = frames["sources"]["id"]
    found = {
        name: frame["source"].str.split(";").explode().unique().sort().to_list()
        for name, frame in frames.items()
        if "source" in frame.columns
    }
    missing = {name: [id_ for id_ in ids if id_ not in known] for name, ids in found.items()}
    return {name: ids for name, ids in missing.items() if ids}


def _table(source: Path, name: str, schema: type[dy.Schema], recodes: dict[str, str]) -> pl.DataFrame:
    path = _path(source, name)
    frame = _prepare(name, _read(path), recodes)
    missing = [column for column in schema.column_names() if column not in frame.columns]
    if missing:
        raise InputFileError(f"{path.name} lacks the column {missing[0]}: it has {', '.join(frame.columns)}.")
    unread = [column for column in frame.columns if column not in schema.column_names()]
    if unread:
        raise InputFileError(f"{path.name} has the column {unread[0]} that the schema of {name} does not know: add it there.")
    try:
        valid = schema.validate(frame.select(schema.column_names()), cast=True)
    except (dy.exc.ValidationError, pl.exceptions.PolarsError) as error:
        raise InputFileError(f"{path.name} does not obey the schema of {name}: {error}") from error
    return valid.sort(schema.primary_key() or valid.columns)


def _path(source: Path, name: str) -> Path:
    if name != "sources" and (OWN / f"{name}.csv").is_file():
        return OWN / f"{name}.csv"
    return source / ("geography/tile_map.csv" if name == "tile_map" else f"{name}.csv")


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise InputFileError(f"There is no {path.name} in {path.parent}: give the folder of the compiled tables.") from None


def _prepare(name: str, frame: pl.DataFrame, recodes: dict[str, str]) -> pl.DataFrame:
    """Bring codes, markers, flags and dates of a CSV to the one form of the schemas."""
    if name == "tile_map":
        frame = frame.rename({"area_code_2023": "area_code"}).with_columns(pl.lit(TILE_SOURCE).alias("source"))
    if name not in {"area_code_changes", "lad_to_area"} and "area_code" in frame.columns:
        frame = frame.with_columns(pl.col("area_code").replace(recodes))
    if name == "sources":
        frame = pl.concat([frame, _read(OWN / "sources.csv")]).unique("id", keep="last", maintain_order=True)
        frame = frame.with_columns(pl.when(pl.col("url").str.starts_with("http")).then("url"))
    if "status" in frame.columns:
        frame = frame.with_columns(pl.col("status").str.strip_chars("[]"))
    flags = [flag for flag in ("conflict", "is_sum_row") if flag in frame.columns]
    dates = [day for day in ("date", "effective_date") if day in frame.columns]
    return frame.with_columns(pl.col(flags).eq_missing("yes"), pl.col(dates).str.to_date("%Y-%m-%d"))


def _recodes(source: Path) -> dict[str, str]:
    changes = _read(source / "area_code_changes.csv").filter(pl.col("change_type") == "recode")
    return dict(changes.select("old_code", "new_code").iter_rows())


def _check_sources(frames: dict[str, pl.DataFrame]) -> None:
    for name, ids in unknown_sources(frames).items():
        raise InputFileError(f"{name}.csv cites the source {ids[0]}, which sources.csv does not define.")


def _check_areas(frames: dict[str, pl.DataFrame]) -> None:
    """Every row of level `area`, and every row of a table about areas only, must be one of the current areas."""
    current = frames["areas"]["area_code"]
    for name, frame in frames.items():
        if name in {"population", "area_to_icb", "lad_to_area", "children_neighbours", "tile_map"}:
            rows = frame
        elif "area_level" in frame.columns:
            rows = frame.filter(pl.col("area_level") == "area")
        else:
            continue
        strange = rows.filter(~pl.col("area_code").is_in(current.implode()))
        if strange.height:
            raise InputFileError(
                f"{name}.csv has rows of the area {strange['area_code'][0]}, which is not a current area of areas.csv."
            )


def _topology(source: Path, recodes: dict[str, str]) -> str:
    path = source / "geography/areas.topo.json"
    topology = json.loads(path.read_text(encoding="utf-8"))
    for shape in topology["objects"]["lad24"]["geometries"]:
        old = shape["properties"]
        code = recodes.get(old["UTLACD"], old["UTLACD"])
        shape["properties"] = {
            "area_code": code,
            "area_name": old["UTLANM"],
            "region_code": old["RGNCD"],
            "region_name": old["RGNNM"],
        }
    topology["objects"] = {"areas": topology["objects"]["lad24"]}
    return json.dumps(topology, separators=(",", ":"), ensure_ascii=False) + "\n"


def main() -> None:
    """Run `build` from the command line and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    try:
        frames = build(given.source, given.target)
    except (InputFileError, OutputError) as error:
        parser.exit(2, f"{error}\n")
    for name, frame in frames.items():
        print(f"{name:28} {frame.height:6,} rows {(given.target / f'{name}.parquet').stat().st_size / 1024:7.0f} kB")


if __name__ == "__main__":
    main()
