"""A consultation's project folder: append-only steps, each a folder of files with their hashes, chained to the one before.

`steps/0001-import/` holds `step.json` and files. A step appears whole or not at all and is never changed: work done again on
other input makes a new step, and the same work on the same input finds the step that is there. `step.json` records the settings,
the steps it used, the SHA-256 of each file and of the step before, so that `verify` finds any change. Who and when stand in
`log.jsonl`, apart, so that the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import polars as pl

from almoner.errors import AlmonerError, InputFileError, NotFoundError, OutputError
from almoner.version import VERSION

KIND: Final = "almoner consultation"
_FORMAT: Final = 1
_TEMPORARY: Final = ".tmp"
_DIGITS: Final = 4


class StepMissing(AlmonerError):
    """A step has to be done before the one that was asked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """One finished step: its folder and what `step.json` says."""

    number: int
    name: str
    folder: Path
    key: str
    hash: str
    settings: dict[str, Any]
    uses: dict[str, str]
    files: dict[str, str]

    @property
    def id(self) -> str:
        """The name of its folder, such as 0003-themes."""
        return self.folder.name

    def table(self, name: str) -> pl.DataFrame:
        """Return the table `name`, once its hash agrees."""
        return pl.read_parquet(io.BytesIO(self.bytes(f"{name}.parquet")))

    def json(self, name: str) -> Any:
        """Return what the JSON file `name` holds."""
        return json.loads(self.bytes(f"{name}.json"))

    def bytes(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            InputFileError: the file is gone or is not what the step wrote.
        """
        path = self.folder / name
        if name not in self.files:
            raise NotFoundError("file", name, self.files, str(self.folder))
        try:
            content = path.read_bytes()
        except OSError:
            raise InputFileError(f"{path} is gone: bring back the project folder from a copy, or do the step again.") from None
        if _sha(content) != self.files[name]:
            raise InputFileError(f"{path} was changed after the step wrote it: bring it back from a copy, or do the step again.")
        return content


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of a project that is not as it was written, and how."""

    file: str
    what: str


class Project:
    """A project folder; its state is what lies on the disk."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    @classmethod
    def create(cls, folder: Path, name: str | None = None) -> Project:
        """Return the project in `folder`, made if there is none.

        Raises:
            OutputError: the folder holds other things, or cannot be written.
        """
        if (folder / "project.json").is_file():
            return cls.open(folder)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(f"'{folder}' is no consultation project and is not empty: name a new folder with --project.")
        title = name or folder.name
        content = {"kind": KIND, "format": _FORMAT, "name": title}
        _write_file(folder / "project.json", _json(content))
        return cls(folder, title)

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Return the project in `folder`.

        Raises:
            InputFileError: there is none.
        """
        path = folder / "project.json"
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError):
            content = {}
        if not isinstance(content, dict) or content.get("kind") != KIND:
            raise InputFileError(
                f"'{folder}' is no consultation project: begin with almoner consultation import FILE --project {folder}."
            )
        if content.get("format") != _FORMAT:
            raise InputFileError(
                f"'{folder}' was made by another version of Almoner (format {content.get('format')}); this one reads format "
                f"{_FORMAT}."
            )
        return cls(folder, str(content["name"]))

    def steps(self, name: str | None = None) -> tuple[Step, ...]:
        """Return the finished steps in order, or those called `name`."""
        found = [_read_step(folder) for folder in self._folders()]
        return tuple(step for step in found if name is None or step.name == name)

    def last(self, name: str) -> Step | None:
        """Return the latest step called `name`, or none."""
        found = self.steps(name)
        return found[-1] if found else None

    def need(self, name: str, remedy: str) -> Step:
        """Return the latest step called `name`.

        Raises:
            StepMissing: it was not done; `remedy` is the command to give first.
        """
        step = self.last(name)
        if step is None:
            raise StepMissing(f"Project '{self.folder}' has no step '{name}' yet: give almoner consultation {remedy} first.")
        return step

    def key(self, name: str, settings: Mapping[str, Any], uses: Iterable[Step]) -> str:
        """Return the hash of what determines a step's files."""
        used = {step.id: step.hash for step in uses}
        what = {"name": name, "settings": settings, "uses": used, "code": code_hash(), "version": VERSION}
        return _sha(_json(what))[:32]

    def find(self, key: str) -> Step | None:
        """Return the step that was made from the same things, or none."""
        return next((step for step in self.steps() if step.key == key), None)

    def part(self, key: str, name: str) -> bytes | None:
        """Return a finished part of an unfinished step, or none if it is missing or broken."""
        path = self.folder / "unfinished" / key / name
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, body = content[:64], content[64:]
        return body if digest.decode("ascii", "replace") == _sha(body) else None

    def keep_part(self, key: str, name: str, content: bytes) -> None:
        """Keep a finished part of an unfinished step, so that stopped work goes on from it."""
        _write_file(self.folder / "unfinished" / key / name, _sha(content).encode() + content)

    def write(
        self,
        name: str,
        settings: Mapping[str, Any],
        uses: Iterable[Step],
        contents: Mapping[str, bytes],
        who: str | None = None,
    ) -> Step:
        """Write a step as a whole and return it; the same step on the same input is found and not written again."""
        used = tuple(uses)
        key = self.key(name, settings, used)
        if (done := self.find(key)) is not None:
            return done
        staging = self.folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}{_TEMPORARY}"
        try:
            for file, content in contents.items():
                _write_file(staging / file, content)
            while True:
                earlier = self.steps()
                number = earlier[-1].number + 1 if earlier else 1
                record = {
                    "number": number,
                    "name": name,
                    "key": key,
                    "almoner_version": VERSION,
                    "code": code_hash(),
                    "settings": settings,
                    "uses": {step.id: step.hash for step in used},
                    "previous": earlier[-1].hash if earlier else None,
                    "files": {file: _sha(content) for file, content in sorted(contents.items())},
                }
                _write_file(staging / "step.json", _json(record))
                target = self.folder / "steps" / f"{number:0{_DIGITS}d}-{name}"
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.exists():
                    continue
                try:
                    staging.rename(target)
                    break
                except OSError:
                    if not target.exists():
                        raise
        except OSError as error:
            shutil.rmtree(staging, ignore_errors=True)
            raise OutputError(f"'{self.folder}' cannot be written: {(error.strerror or str(error)).lower()}.") from error
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        shutil.rmtree(self.folder / "unfinished" / key, ignore_errors=True)
        self._note(target.name, who)
        return _read_step(target)

    def verify(self) -> list[Problem]:
        """Hash every file again and follow the chain of steps; return what is not as written."""
        problems = []
        previous: str | None = None
        for number, folder in enumerate(self._folders(), 1):
            try:
                step = _read_step(folder)
            except InputFileError as error:
                problems.append(Problem(folder.name, str(error)))
                previous = None
                continue
            record = json.loads((folder / "step.json").read_bytes())
            if step.number != number:
                problems.append(Problem(folder.name, f"step {number} is missing before it"))
            elif record["previous"] != previous:
                problems.append(Problem(folder.name, "does not follow from the step before it, which was changed"))
            for file in step.files:
                try:
                    step.bytes(file)
                except InputFileError as error:
                    problems.append(Problem(f"{folder.name}/{file}", str(error)))
            extra = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
            problems += [Problem(f"{folder.name}/{name}", "was added") for name in sorted(extra - {*step.files, "step.json"})]
            previous = step.hash
        return problems

    def _folders(self) -> list[Path]:
        top = self.folder / "steps"
        return sorted(path for path in top.iterdir() if path.is_dir()) if top.is_dir() else []

    def _note(self, step: str, who: str | None) -> None:
        line = json.dumps({"step": step, "when": datetime.now(UTC).isoformat(timespec="seconds"), "who": who}, ensure_ascii=False)
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")


def table_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as Parquet, the same bytes for the same table."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", statistics=False)
    return out.getvalue()


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8 with a byte-order mark, so that spreadsheets read it right."""
    return frame.write_csv(include_bom=True).encode()


def json_bytes(content: object) -> bytes:
    """Return JSON that is the same for the same content."""
    return _json(content)


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Return the SHA-256 of this package's source and data: a changed checkout never goes on with older work."""
    digest = hashlib.sha256()
    folders = [files("almoner.voices.consultation")]
    while folders:
        for entry in sorted(folders.pop().iterdir(), key=lambda item: item.name):
            if entry.is_dir() and entry.name != "__pycache__":
                folders.append(entry)
            elif entry.is_file():
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()


def _read_step(folder: Path) -> Step:
    path = folder / "step.json"
    try:
        raw = path.read_bytes()
        record = json.loads(raw)
        picked = {name: record[name] for name in ("number", "name", "key", "settings", "uses", "files")}
    except (OSError, ValueError, KeyError, TypeError):
        raise InputFileError(f"{path} cannot be read: bring back the project folder from a copy.") from None
    return Step(folder=folder, hash=_sha(raw), **picked)


def _write_file(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, flush it to disk and rename it."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
