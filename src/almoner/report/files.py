"""Files of a report: each is written whole or not at all, by way of a temporary one beside it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from almoner.errors import OutputError


def write_files(contents: Mapping[str, str | bytes], out: Path) -> list[Path]:
    """Write files by their path within the folder `out`, which is made when it is not there, and return their paths.

    Raises:
        OutputError: the folder cannot be made or a file in it cannot be written.
    """
    try:
        return [_written(out / name, content) for name, content in contents.items()]
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to '{out}': {_reason(error)}; name a folder that you may write to with --out."
        ) from error


def write_text(file: Path, text: str) -> None:
    """Write one file.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        _written(file, text)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {_reason(error)}.") from error


def _written(file: Path, content: str | bytes) -> Path:
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
    return file


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
