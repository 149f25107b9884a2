"""Where runs are kept: a folder, or any address that fsspec knows; bytes go in and out under relative names.

A file appears whole or not at all: in a folder under a temporary name, flushed to disk and renamed; at an address by one put.
fsspec is imported only for addresses.
"""

from __future__ import annotations

import importlib
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from almoner.errors import InputFileError, OutputError

TEMPORARY: Final = ".tmp"
_STALE_SECONDS: Final = 3600.0
"""A temporary file older than this belongs to no writer that lives: a task is written within a second."""


class Location(Protocol):
    """A place for files."""

    @property
    def text(self) -> str:
        """The path or address, from which `open_location` gives the same place on this or another machine."""

    def at(self, name: str) -> Location:
        """Return the place of that name within this one."""

    def read(self, name: str) -> bytes:
        """Return a file's bytes; `FileNotFoundError` if there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that it is seen whole or not at all."""

    def append(self, name: str, line: str) -> None:
        """Add a line to a text file."""

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what lies in a folder, in alphabetical order; none if there is no such folder."""

    def clear_stale(self, folder: str) -> None:
        """Remove what writers that were killed have left half-written."""


def open_location(text: str | Path) -> Location:
    """Return the place that a path or an address means; it is made when first written to."""
    name = str(text)
    if "://" not in name:
        return Folder(Path(name).expanduser().resolve())
    if name.startswith("file://"):
        return Folder(Path(name.removeprefix("file://")).resolve())
    return _address(name)


@dataclass(frozen=True)
class Folder:
    """A folder on a disk."""

    path: Path

    @property
    def text(self) -> str:
        """The absolute path."""
        return str(self.path)

    def at(self, name: str) -> Folder:
        """Return a folder within this one."""
        return Folder(self.path / name)

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return (self.path / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write under a temporary name in the same folder, flush to disk, rename, and flush the rename."""
        target = self.path / name
        part = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}{TEMPORARY}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
            _flush_folder(target.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise OutputError(f"{target} cannot be written: {(error.strerror or str(error)).lower()}.") from error

    def append(self, name: str, line: str) -> None:
        """Add a line and flush it to disk."""
        target = self.path / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{target} cannot be written: {(error.strerror or str(error)).lower()}.") from error

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what lies in a folder, without half-written files."""
        path = self.path / folder
        return sorted(entry.name for entry in path.iterdir() if entry.suffix != TEMPORARY) if path.is_dir() else []

    def clear_stale(self, folder: str) -> None:
        """Remove temporary files that no living writer can own."""
        before = time.time() - _STALE_SECONDS
        for part in (self.path / folder).glob(f".*{TEMPORARY}"):
            if part.stat().st_mtime < before:
                part.unlink(missing_ok=True)


@dataclass(frozen=True)
class Address:
    """An object store or other file system that fsspec knows."""

    url: str
    system: Any
    root: str

    @property
    def text(self) -> str:
        """The address."""
        return self.url

    def at(self, name: str) -> Address:
        """Return an address below this one."""
        return Address(f"{self.url.rstrip('/')}/{name}", self.system, self._path(name))

    def read(self, name: str) -> bytes:
        """Return an object's bytes."""
        return bytes(self.system.cat_file(self._path(name)))

    def write(self, name: str, content: bytes) -> None:
        """Put the object in one piece, which object stores show whole or not at all."""
        path = self._path(name)
        try:
            self.system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self.system.pipe_file(path, content)
        except OSError as error:
            raise OutputError(f"{self.url}/{name} cannot be written: {str(error).rstrip('.').lower()}.") from error

    def append(self, name: str, line: str) -> None:
        """Put the whole text again with a line more, since objects cannot grow."""
        try:
            before = self.read(name)
        except FileNotFoundError:
            before = b""
        self.write(name, before + line.encode() + b"\n")

    def names(self, folder: str = "") -> list[str]:
        """Return the names of what lies below a part of the address."""
        self.system.invalidate_cache()
        try:
            found = self.system.ls(self._path(folder) if folder else self.root, detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in found)

    def clear_stale(self, folder: str) -> None:
        """Do nothing: a put leaves nothing half-written."""

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}"


def _address(url: str) -> Address:
    try:
        fsspec: Any = importlib.import_module("fsspec.core")
    except ModuleNotFoundError:
        raise InputFileError(f"To keep runs at {url} the package fsspec is needed: install it and try again.") from None
    try:
        system, root = fsspec.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise InputFileError(f"Runs cannot be kept at {url}: {str(error).rstrip('.')}.") from None
    return Address(url.rstrip("/"), system, root)


def _flush_folder(folder: Path) -> None:
    """Make a rename last through a loss of power, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
