"""Measures of a run: tidy tables collected from its tasks, and their spread over draws, both without holding a run in memory.

In: a run's task tables. Out: `measures/<measure>.parquet`, one row a scenario, draw, replicate, area, year, service and role; and
quantiles read from it one scenario and year at a time.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import polars as pl

from almoner.errors import InputFileError
from almoner.study.location import Folder, Location, open_location
from almoner.study.measures import StoredMeasure, measure
from almoner.study.store import MEASURES as FOLDER
from almoner.study.store import TASKS, FileRecord, read_manifest, record_table

Axis = Literal["draw", "replicate"]
AXES: Final[tuple[Axis, ...]] = ("draw", "replicate")
LEVELS: Final = (0.1, 0.5, 0.9)


def collect(run_text: str, ids: Sequence[str], id: str) -> tuple[str, FileRecord]:
    """Write one measure's table, its rows in the order of the tasks `ids`; return the measure's name and the table's record.

    Of each task's table only the columns of the measure are read, and the rows stream from disk to disk.
    """
    run = open_location(run_text)
    with tempfile.TemporaryDirectory(prefix="almoner-") as folder, _task_files(run, ids) as files:
        whole = Path(folder) / "whole.parquet"
        rows = measure(id).read(pl.scan_parquet(files))
        rows.sink_parquet(whole, compression="zstd", statistics=True, maintain_order=True)
        return id, record_table(run, FOLDER, id, whole)


def quantiles(
    run: Location,
    id: str,
    over: Sequence[Axis] = ("draw",),
    by: Sequence[str] = (),
    levels: Sequence[float] = LEVELS,
    weights: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return quantiles of a measure by scenario, year and the dimensions `by` (area, service, role).

    Cells are first added up by the measure's rule, areas with `weights` where given (a board's shares of its areas; an area without
    one is left out). Of the axes draw and replicate, those in `over` spread; a measure is averaged over the other.
    """
    wanted = measure(id)
    _check(over, by)
    keys = ["scenario", "year", *by]
    frames = []
    with _local(run, f"{FOLDER}/{id}.parquet") as path:
        table = pl.scan_parquet(path)
        slices = table.select("scenario", "year").unique(maintain_order=True).collect(engine="streaming")
        order = slices.with_row_index("place").with_columns(pl.col("place").min().over("scenario")).sort("place", "year")
        for scenario, year in order.select("scenario", "year").iter_rows():
            rows = table.filter((pl.col("scenario") == scenario) & (pl.col("year") == year))
            frames.append(_spread(wanted, rows, keys, list(over), levels, weights))
    labels = [pl.lit(id).alias("measure"), pl.lit(wanted.unit).alias("unit")]
    return pl.concat(frames).with_columns(labels)


def _spread(
    wanted: StoredMeasure,
    rows: pl.LazyFrame,
    keys: list[str],
    over: list[Axis],
    levels: Sequence[float],
    weights: Mapping[str, float] | None,
) -> pl.DataFrame:
    numbers = [pl.col(name) for name in wanted.columns]
    if weights is not None:
        table = pl.LazyFrame(
            {"area": list(weights), "weight": list(weights.values())}, schema={"area": pl.String, "weight": pl.Float64}
        )
        rows = rows.join(table, on="area", how="inner")
        numbers = [number * pl.col("weight") for number in numbers]
    # A sum of empty cells is empty, not nought: the opening has no flows.
    added = [
        pl.when(number.count() > 0).then(number.sum()).alias(name) for name, number in zip(wanted.columns, numbers, strict=True)
    ]
    totals = rows.group_by(*keys, *AXES).agg(added).with_columns(wanted.combined().alias("value"))
    points = totals.group_by(*keys, *over).agg(pl.col("value").mean())
    ends = [pl.col("value").quantile(level, "linear").alias(f"q{100 * level:g}") for level in levels]
    mean = pl.col("value").mean().alias("mean")
    count = pl.col("value").count().alias("points")
    return points.group_by(keys).agg(mean, *ends, count).sort(keys).collect(engine="streaming")


@contextmanager
def _task_files(run: Location, ids: Sequence[str]) -> Iterator[list[Path]]:
    """Give the tables of tasks as files of this machine, in the order of `ids`."""
    if isinstance(run, Folder):
        yield [run.path / TASKS / f"{task}.parquet" for task in ids]
        return
    with tempfile.TemporaryDirectory(prefix="almoner-") as folder:
        files = [Path(folder) / f"{task}.parquet" for task in ids]
        for task, file in zip(ids, files, strict=True):
            file.write_bytes(run.read(f"{TASKS}/{task}.parquet"))
        yield files


@contextmanager
def _local(run: Location, name: str) -> Iterator[Path]:
    """Give a file of the run as one on this machine's disk, for as long as it is read."""
    if isinstance(run, Folder):
        path = run.path / name
        if not path.exists():
            read_manifest(run)
            raise InputFileError(f"{run.text} has no {name} yet: the run is not finished; run its study again.")
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        shutil.copyfileobj(io.BytesIO(run.read(name)), file)
        file.flush()
        yield Path(file.name)


def _check(over: Sequence[str], by: Sequence[str]) -> None:
    for name in over:
        if name not in AXES:
            raise InputFileError(f"Quantiles go over draw, replicate or both, not over '{name}'.")
    if not over:
        raise InputFileError("Quantiles go over draw, replicate or both: name at least one.")
    for name in by:
        if name not in ("area", "service", "role"):
            raise InputFileError(f"Quantiles are by area, service or role, not by '{name}'; scenario and year are always given.")
