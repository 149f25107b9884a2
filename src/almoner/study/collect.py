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
from almoner.study.location import Folder, Location
from almoner.study.measures import MEASURES, StoredMeasure, measure
from almoner.study.store import MEASURES as FOLDER
from almoner.study.store import TASKS, FileRecord, read_manifest, read_table, record_table

Axis = Literal["draw", "replicate"]
AXES: Final[tuple[Axis, ...]] = ("draw", "replicate")
LEVELS: Final = (0.1, 0.5, 0.9)

_ROWS_HELD: Final = 500_000
"""Rows of one measure that are kept before they go to disk."""


def collect(run: Location, ids: Sequence[str]) -> dict[str, FileRecord]:
    """Write every measure's table from the tables of the tasks, one task in memory at a time; return their records."""
    with tempfile.TemporaryDirectory(prefix="almoner-") as folder:
        parts = Path(folder)
        for number, tables in enumerate(_batches(run, ids)):
            for name, table in tables.items():
                (parts / name).mkdir(exist_ok=True)
                table.write_ipc(parts / name / f"{number:06d}.arrow")
        return {name: _join(run, name, parts / name) for name in MEASURES}


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


def _batches(run: Location, ids: Sequence[str]) -> Iterator[dict[str, pl.DataFrame]]:
    held: dict[str, list[pl.DataFrame]] = {name: [] for name in MEASURES}
    rows = 0
    for task in ids:
        frame = read_table(run, TASKS, task)
        for name, each in MEASURES.items():
            held[name].append(each.read(frame))
        rows += frame.height
        if rows >= _ROWS_HELD:
            yield {name: pl.concat(frames) for name, frames in held.items()}
            held = {name: [] for name in MEASURES}
            rows = 0
    if rows:
        yield {name: pl.concat(frames) for name, frames in held.items()}


def _join(run: Location, id: str, parts: Path) -> FileRecord:
    """Stream a measure's parts into one file, in the order of the tasks, and put it in the run."""
    whole = parts / "whole.parquet"
    files = sorted(parts.glob("*.arrow"))
    pl.scan_ipc(files).sink_parquet(whole, compression="zstd", statistics=True, maintain_order=True)
    return record_table(run, FOLDER, id, whole)


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
