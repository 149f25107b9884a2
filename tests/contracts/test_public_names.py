"""The public face: what `import almoner` promises, held to the documented list."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import almoner

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to.md"


def test_the_public_names_are_those_that_the_how_to_lists() -> None:
    text = HOW_TO.read_text(encoding="utf-8").split("## Use it from Python", 1)[1]
    assert sorted(set(re.findall(r"^\| `(\w+)", text, flags=re.MULTILINE))) == sorted(almoner.__all__)


def test_every_public_name_can_be_had_and_is_documented() -> None:
    for name in almoner.__all__:
        assert getattr(almoner, name).__doc__, name


def test_importing_almoner_loads_no_heavy_library() -> None:
    code = "import sys, almoner; print([name for name in ('numpy', 'polars', 'numba', 'scipy', 'pydantic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_answers_for_help_without_a_heavy_library() -> None:
    code = (
        "import sys; from almoner.cli import app\n"
        "try: app(['--help'], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'polars', 'numba', 'scipy', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
