"""The outcome of the truth and law tests, from a JUnit file: `pytest tests/truth tests/laws --junit-xml FILE` writes one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from almoner.errors import InputFileError

KINDS: Final = ("tests/truth", "tests/laws")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test by its sentence, and whether it passed, failed or was skipped."""

    kind: str
    sentence: str
    outcome: str


def run_tests(root: Path, into: Path) -> Path | None:
    """Run the truth and law tests of a checkout and return the JUnit file; None where there is no checkout."""
    if not all((root / kind).is_dir() for kind in KINDS):
        return None
    file = into / "tests.xml"
    words = [sys.executable, "-m", "pytest", *KINDS, "-q", "-p", "no:cacheprovider", "--junit-xml", str(file)]
    subprocess.run(words, cwd=root, check=False, capture_output=True)
    return file if file.is_file() else None


def read_outcomes(file: Path) -> tuple[Outcome, ...]:
    """Read a JUnit file: one outcome a test, its name as a sentence."""
    try:
        cases = list(ET.parse(file).getroot().iter("testcase"))
    except (OSError, ET.ParseError) as error:
        raise InputFileError(f"{file} is not a JUnit file of tests: write one with pytest --junit-xml ({error}).") from error
    found = []
    for case in cases:
        place = case.get("classname", "")
        kind = "law" if ".laws." in f".{place}." else "truth" if ".truth." in f".{place}." else "other"
        tags = {child.tag for child in case}
        outcome = "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
        found.append(Outcome(kind, _sentence(case.get("name", "")), outcome))
    return tuple(found)


def _sentence(name: str) -> str:
    words, bracket, case = name.partition("[")
    text = words.removeprefix("test_").replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}" + (f" ({case.rstrip(']')})" if bracket else "")
