"""What adverts showed, kept as a file: the findings of a report and the edits they carry, so that a plan can take them up again.

In: findings and overrides. Out: the text of `findings.json`, and back. The same findings give the same text.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from almoner.errors import InputFileError
from almoner.voices.adverts.findings import Findings
from almoner.voices.adverts.overrides import Overrides

FILE: Final = "findings.json"
KIND: Final = "almoner adverts"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Saved:
    """Findings with the edits that they carry."""

    findings: Findings
    overrides: Overrides


def saved_text(saved: Saved) -> str:
    """Return findings and edits as JSON."""
    content = {"kind": KIND, "format": _FORMAT, **asdict(saved)}
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def is_saved(path: Path) -> bool:
    """Tell whether a path is the folder of a report of adverts, or its file of findings."""
    file = path / FILE if path.is_dir() else path
    if file.name != FILE or not file.is_file():
        return False
    with file.open(encoding="utf-8", errors="replace") as text:
        return f'"kind": "{KIND}"' in text.read(200)


def load_saved(path: Path) -> Saved:
    """Return what a report of adverts has written.

    Raises:
        InputFileError: the file cannot be read, or another version of Almoner wrote it in another form.
    """
    file = path / FILE if path.is_dir() else path
    try:
        content = json.loads(file.read_bytes())
        if content.get("format") != _FORMAT:
            raise InputFileError(f"{file} was written in another form: make it again with almoner adverts report.")
        saved: Saved = _reader().validate_python({name: content[name] for name in ("findings", "overrides")})
    except (OSError, ValueError, KeyError, AttributeError, ValidationError):
        raise InputFileError(f"{file} cannot be read: make it again with almoner adverts report FILE... --out DIR.") from None
    return saved


@lru_cache(maxsize=1)
def _reader() -> Any:
    return TypeAdapter(Saved)
