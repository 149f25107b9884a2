"""Writing a plan to a folder, as a whole or not at all.

In: a `PlanRecord` and a folder. Out: `plan.html`, `plan.json`, a JSON file for each section beside the
workforce, `manifest.json` and `tables/*.csv` in it. Everything is made and
written to a temporary folder on the same disk first and moved into place last; when a move fails the former files come back.
Files of the reader's own in the folder are never touched.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from almoner.analysis.plan_record import PlanRecord
from almoner.errors import OutputError
from almoner.report.document import render_plan
from almoner.report.sections import PlanSection
from almoner.report.tables import csv_tables, to_json

TABLES_FOLDER: Final = "tables"
_SECTIONS: Final = ("delays", "children", "job-adverts", "consultation", "pledges", "why", "best-mix")
_FIXED_NAMES: Final = ("plan.html", "plan.json", *(f"{name}.json" for name in _SECTIONS), "manifest.json")


def check_folder(out: Path) -> None:
    """Refuse, before anything is run, a folder that a plan could not be written to; leaves nothing behind."""
    _refuse_obstacles(_FIXED_NAMES, out)
    made: list[Path] = []
    try:
        made = _make_folders(out)
        trial = out / f".almoner-{uuid.uuid4().hex}"
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        _remove_folders(made)


def write_plan(record: PlanRecord, out: Path, sections: Sequence[PlanSection] = ()) -> list[Path]:
    """Write the plan's files to the folder `out`, which is made when it is not there, and return their paths."""
    contents = plan_files(record, sections)
    try:
        return _write(contents, out)
    except OSError as error:
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(f"The plan cannot be written to '{out}': {reason}; name a folder that you may write to with --out.")


def plan_files(record: PlanRecord, sections: Sequence[PlanSection] = ()) -> dict[str, str]:
    """Return the text of every file of a plan by its path within the folder; the manifest, made last, holds their hashes."""
    contents = {"plan.html": render_plan(record, sections), "plan.json": to_json(record)}
    for section in sections:
        contents |= section.files
    contents |= {f"{TABLES_FOLDER}/{name}": text for name, text in csv_tables(record).items()}
    return contents | {"manifest.json": _manifest(record, contents)}


def _manifest(record: PlanRecord, contents: dict[str, str]) -> str:
    facts = {
        "run_id": record.run_id,
        "area_code": record.place.code,
        "area_name": record.place.name,
        "version": record.version,
        "made_on": record.made_on,
        "seed": record.seed,
        "draws": record.draws,
        "base_year": record.base_year,
        "to_year": record.to_year,
        "price_basis": record.price_basis,
        "inputs": record.manifest,
        "files": {name: f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for name, text in contents.items()},
    }
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def _write(contents: dict[str, str], out: Path) -> list[Path]:
    _refuse_obstacles(contents, out)
    made = _make_folders(out)
    staging = out / f".almoner-{uuid.uuid4().hex}"
    try:
        for name, text in contents.items():
            file = staging / "new" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        _move_into_place(list(contents), staging, out)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        _remove_folders(made)
        raise
    shutil.rmtree(staging, ignore_errors=True)
    return [out / name for name in contents]


def _refuse_obstacles(names: Iterable[str], out: Path) -> None:
    for folder in (out, *out.parents):
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"The plan cannot be written to '{out}': '{folder}' is a file; name a folder with --out.")
    if (out / TABLES_FOLDER).exists() and not (out / TABLES_FOLDER).is_dir():
        raise OutputError(
            f"The plan cannot be written to '{out}': '{out / TABLES_FOLDER}' is a file; move it or name another folder."
        )
    for name in names:
        if (out / name).is_dir():
            raise OutputError(f"The plan cannot be written to '{out}': '{out / name}' is a folder; move it or name another folder.")


def _make_folders(out: Path) -> list[Path]:
    """Make the folder and what leads to it; return what was made, deepest first."""
    missing = []
    folder = out
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir()
            made.insert(0, folder)
    except OSError:
        _remove_folders(made)
        raise
    return made


def _remove_folders(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _move_into_place(names: list[str], staging: Path, out: Path) -> None:
    """Move the new files in, keeping the old ones aside until all have moved."""
    tables = out / TABLES_FOLDER
    made_tables = not tables.exists()
    moved: list[str] = []
    kept: list[str] = []
    try:
        if made_tables:
            tables.mkdir()
        for name in names:
            if (out / name).exists():
                old = staging / "old" / name
                old.parent.mkdir(parents=True, exist_ok=True)
                (out / name).replace(old)
                kept.append(name)
            (staging / "new" / name).replace(out / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            (out / name).unlink(missing_ok=True)
        for name in kept:
            (staging / "old" / name).replace(out / name)
        if made_tables:
            with suppress(OSError):
                tables.rmdir()
        raise
